"""Devices that no config names, and the lines to add for them; and the reverse: links that lead nowhere."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from drivers.links import options_of, scheme_of
from edge.doctor.plugged import Plugged
from edge.settings_devices import LinkSettings

FRAMED = {"callpad_framed": "clerk-pad-ff68"}
"""Drivers whose link names a description; the one that comes with the product."""


def unnamed(found: Iterable[Plugged], links: Iterable[LinkSettings], root: Path) -> list[Plugged]:
    """Of what is plugged in, that to which no link of the config leads."""
    urls = [link.url for link in links]
    return [device for device in found if not any(leads_to(url, device, root) for url in urls)]


def leads_to(url: str, device: Plugged, root: Path) -> bool:
    """Does this link mean that device, by whatever name?"""
    scheme = scheme_of(url)
    if scheme in ("serial", "rs485", "video", "file"):
        node = _node(unquote(urlsplit(url).path), root)
        return node == Path(device.node).name
    if scheme == "usb":
        return device.kind == "printer" and device.url.startswith(url.partition("?")[0])
    if scheme == "input" and device.kind in ("keypad", "reader"):
        return _same_input(options_of(url), options_of(device.url), device.node)
    return False


def _node(path: str, root: Path) -> str:
    """`/dev/serial/by-id/x` -> `ttyUSB0`."""
    at = root / path.lstrip("/")
    return at.readlink().name if at.is_symlink() else at.name


def _same_input(asked: Mapping[str, str], has: Mapping[str, str], node: str) -> bool:
    if asked.get("path"):
        return asked["path"] == node
    ids = all(_hex(asked[key]) == _hex(has[key]) for key in ("vendor", "product") if asked.get(key))
    return ids and asked.get("phys", "").partition("/")[0] in ("", has["phys"])


def _hex(text: str) -> str:
    return text.lower().lstrip("0")


def lines_for(device: Plugged, taken: Iterable[str], *, counter: str, kiosk: str) -> str:
    """TOML to add to devices.toml; `taken` are the names of links and devices that are in use."""
    name = _free(device.kind, set(taken))
    first, *others = device.drivers
    lines = [f"# {device.node}: {device.about}", *([f"# {device.hint}"] if device.hint else [])]
    if device.kind == "serial":
        lines.append(f"# a guess; what hangs on it says: bianmin wire '{device.url}'")
    lines += [f"[link.{name}]", f'url = "{device.url}"']
    if first in FRAMED:
        lines.append(f'frames = "{FRAMED[first]}"')
    lines += [
        "",
        f"[device.{name}]",
        f'driver = "{first}"' + (f"   # or {', '.join(others)}" if others else ""),
    ]
    lines += [
        f'link = "{name}"',
        f'kiosk = "{kiosk}"' if device.kind == "printer" else f'counter = "{counter}"',
    ]
    return "\n".join(lines)


def _free(kind: str, taken: set[str]) -> str:
    n = 1
    while f"{kind}-{n}" in taken:
        n += 1
    return re.sub(r"[^a-z0-9-]", "-", f"{kind}-{n}")
