"""What is plugged into this box, by /sys and /dev: the stable name of each, and the config lines for it.

Sources: Linux, Documentation/ABI (usbmisc, input, video4linux) and systemd's rules for /dev/serial, /dev/v4l.
Everything is read below a root folder, so that a machine can be laid out by a test.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DIGIT_KEYS = range(2, 12)
PAD_KEYS = range(71, 83)
LETTER_KEYS = range(16, 26)
ENTERS = (28, 96)
"""linux/input-event-codes.h: the row of digits, the number pad, q to p, enter."""

CAMERA_NOT = ("bcm2835", "rpi", "pispbe")
"""Video nodes of a Pi's own coder and image processor (facts §6)."""


@dataclass(frozen=True)
class Plugged:
    kind: str
    """`serial`, `printer`, `keypad`, `reader`, `camera`"""
    node: str
    """`/dev/ttyUSB0`: which it is today."""
    about: str
    """What it calls itself, with its USB ids."""
    url: str
    """Its link, by a name that stays."""
    drivers: tuple[str, ...]
    """Which may be meant; the first is the likeliest."""
    hint: str = ""


def plugged(root: Path = Path("/")) -> list[Plugged]:
    """Everything that a driver could be for, in a stable order."""
    return [*_serial(root), *_printers(root), *_inputs(root), *_cameras(root)]


def may_open(device: Plugged, root: Path = Path("/")) -> bool:
    """May this user read and write its node? True where there is no node to look at."""
    node = root / device.node.lstrip("/")
    return not node.exists() or os.access(node, os.R_OK | os.W_OK)


def group_of(device: Plugged, root: Path = Path("/")) -> str:
    """Whose members may: `dialout`, `lp`, `input`, `video`."""
    try:
        return (root / device.node.lstrip("/")).group()
    except (OSError, KeyError):
        return "unknown"


# --- serial ports ------------------------------------------------------------------------------------------


_ON_SERIAL = (
    "callpad_framed",
    "rating_framed",
    "board_onbon_k",
    "printer_escpos",
    "idcard_sdt",
    "scanner_serial",
)


def _serial(root: Path) -> Iterator[Plugged]:
    by_id, by_path = _links(root, "dev/serial/by-id"), _links(root, "dev/serial/by-path")
    for tty in sorted((root / "sys/class/tty").glob("tty*")):
        if not tty.name.startswith(("ttyUSB", "ttyACM")):
            continue
        usb = _usb_of(tty / "device", root)
        node, hint = f"/dev/{tty.name}", ""
        if tty.name in by_id and usb is not None and _text(usb / "serial"):
            name = by_id[tty.name]
        elif tty.name in by_path:
            name, hint = by_path[tty.name], "it has no number of its own: this is the socket, keep it there"
        else:
            name, hint = node, "no name that stays: udev's rules for /dev/serial are missing"
        yield Plugged("serial", node, _about(usb) or tty.name, f"serial://{name}?baud=9600", _ON_SERIAL, hint)


# --- printers ----------------------------------------------------------------------------------------------


def _printers(root: Path) -> Iterator[Plugged]:
    for entry in sorted((root / "sys/class/usbmisc").glob("lp*")):
        usb = _usb_of(entry / "device", root)
        if usb is None:
            continue
        ids, number = f"{_text(usb / 'idVendor')}:{_text(usb / 'idProduct')}", _text(usb / "serial")
        url = f"usb://{ids}" + (f"/{number}" if number else "")
        yield Plugged("printer", f"/dev/usb/{entry.name}", _about(usb), url, ("printer_escpos",))


# --- keypads and readers that type -------------------------------------------------------------------------

READERS = ("barcode", "bar code", "scanner", "reader", "qr")
"""Words in what code readers call themselves; inferred."""

_KEYPAD, _READER = ("callpad_evdev", "rating_evdev"), ("scanner_evdev",)


def _inputs(root: Path) -> Iterator[Plugged]:
    seen = set()
    for event in sorted((root / "sys/class/input").glob("event*"), key=lambda p: int(p.name[5:] or 0)):
        device = event / "device"
        keys = _key_codes(_text(device / "capabilities/key"))
        if not keys.intersection(ENTERS) or not keys.intersection([*DIGIT_KEYS, *PAD_KEYS]):
            continue
        vendor, product = _text(device / "id/vendor"), _text(device / "id/product")
        phys = _text(device / "phys").partition("/")[0]
        if not phys.startswith("usb") or (vendor, product, phys) in seen:
            continue
        seen.add((vendor, product, phys))
        name, types = _text(device / "name"), bool(keys.intersection(LETTER_KEYS))
        reads = types and any(word in name.lower() for word in READERS)
        yield Plugged(
            "reader" if reads else "keypad",
            f"/dev/input/{event.name}",
            f"{name} ({vendor}:{product})",
            f"input:vendor={vendor},product={product},phys={phys}",
            _READER if reads else _KEYPAD if not types else (*_KEYPAD, *_READER),
            "it says that it has letters: a keyboard? Named here, it types nowhere else" if types else "",
        )


def _key_codes(bits: str) -> set[int]:
    """`10000 7 ff9f207ac14057ff` -> the codes whose bits are set; the last word holds 0 to 63."""
    words = [int(word, 16) for word in bits.split()]
    return {64 * i + bit for i, word in enumerate(reversed(words)) for bit in range(64) if word >> bit & 1}


# --- cameras -----------------------------------------------------------------------------------------------


def _cameras(root: Path) -> Iterator[Plugged]:
    names = {**_links(root, "dev/v4l/by-path"), **_links(root, "dev/v4l/by-id")}
    for video in sorted((root / "sys/class/video4linux").glob("video*")):
        name = _text(video / "name")
        # Each UVC camera has two nodes: the second one, index 1, is metadata.
        if _text(video / "index") != "0" or name.startswith(CAMERA_NOT):
            continue
        node = f"/dev/{video.name}"
        yield Plugged("camera", node, name, f"video://{names.get(video.name, node)}", ("camera_opencv",))


# --- what /sys and /dev say --------------------------------------------------------------------------------


def _links(root: Path, folder: str) -> dict[str, str]:
    """Name of a node -> the link that leads to it, as it is written in a config."""
    found: dict[str, str] = {}
    for link in sorted((root / folder).glob("*")) if (root / folder).is_dir() else ():
        if link.is_symlink():
            found.setdefault(link.readlink().name, f"/{folder}/{link.name}")
    return found


def _usb_of(device: Path, root: Path) -> Path | None:
    """The USB device above an interface: the first folder upwards that has ids."""
    at = device.resolve()
    while at not in (root.resolve(), at.parent):
        if (at / "idVendor").is_file():
            return at
        at = at.parent
    return None


def _about(usb: Path | None) -> str:
    if usb is None:
        return ""
    words = " ".join(filter(None, (_text(usb / "manufacturer"), _text(usb / "product"))))
    return f"{words} ({_text(usb / 'idVendor')}:{_text(usb / 'idProduct')})".strip()


def _text(file: Path) -> str:
    """What cannot be read is empty: a device may go while it is looked at."""
    try:
        return file.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
