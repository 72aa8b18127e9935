"""A hall's devices.toml -> its twins, and a copy of its config whose links lead to them."""

import io
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tomlkit
from PIL import Image

from drivers.twins.board import BoardTwin
from drivers.twins.board_alpha import AlphaTwin
from drivers.twins.board_digits import DigitsTwin
from drivers.twins.board_line import LineBoardTwin
from drivers.twins.board_lumen import LumenTwin
from drivers.twins.pad_ports import pads_port
from drivers.twins.pads import CallPadTwin, RatingPadTwin
from drivers.twins.pages import write_pages
from drivers.twins.power import ApcTwin, NutTwin
from drivers.twins.printer import PrinterTwin
from drivers.twins.readers import IdCardTwin, ScannerTwin
from drivers.twins.wire import Port, PtyEnd, Said, SocketPrinter, TcpEnd, Twin, Wire

PAD_FRAMES = "clerk-pad-ff68"
"""The only frame description that the pads' twins speak."""
BOARDS_BY_FRAMES: Mapping[str, Callable[[str, Mapping[str, Any]], Twin]] = {
    "board-line": LineBoardTwin,
    "board-modbus-digits": DigitsTwin,
    "board-alpha": AlphaTwin,
}
"""Boards that a frame description drives: each description has a twin of its own."""


class NoTwins(Exception):
    """The folder is no hall's config, or the place for the copy is taken."""


class Twins:
    """All twins of a hall, from `start` to `stop`."""

    def __init__(self, source: Path, place: Path) -> None:
        """Copy the config and make the wires, not yet open. Raises NoTwins."""
        self.config = place / "config"
        self._place = place
        self.ports: dict[str, Port] = {}
        self.without: list[str] = []
        """Devices that no twin can stand for, and why."""
        try:
            document = tomlkit.parse((source / "devices.toml").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise NoTwins(f"{source / 'devices.toml'}: {error}") from error
        if self.config.exists():
            raise NoTwins(f"{self.config} is there already: give another folder")
        self._wires: list[Port] = []
        (place / "links").mkdir(parents=True, exist_ok=True)
        for name, link in document.get("link", {}).items():
            self._make(str(name), link, _devices_on(document.get("device", {}), name))
        shutil.copytree(source, self.config)
        (self.config / "devices.toml").write_text(tomlkit.dumps(document), encoding="utf-8")

    def start(self) -> None:
        for wire in self._wires:
            wire.start()

    def stop(self) -> None:
        for wire in self._wires:
            wire.stop()

    def _make(self, name: str, link: Any, devices: Mapping[str, Mapping[str, Any]]) -> None:
        """One link's twins; its `url` is replaced where there are any."""
        parts = urlsplit(str(link["url"]))
        if parts.scheme in ("folder", "video"):
            folder = FolderPort(name, self._place / "camera" / name, tuple(devices))
            self._add(folder)
            link["url"] = folder.url()
            return
        if (pads := pads_port(name, self._place.resolve() / "links", devices, str(link["url"]))) is not None:
            self._add(pads)
            link["url"] = pads.url()
            return
        twins = [twin for id, table in devices.items() if (twin := self._twin(id, table, link)) is not None]
        if not twins:
            return
        if parts.scheme in ("tcp", "rfc2217") and isinstance(twins[0], SerialPrinter):
            printer = SocketPrinter(name, twins[0].printer)
            self._add(printer)
            link["url"] = printer.url()
            return
        end: PtyEnd | TcpEnd = (
            TcpEnd() if parts.scheme in ("tcp", "rfc2217") else PtyEnd(self._place.resolve() / "links" / name)
        )
        self._add(Wire(name, end, twins))
        scheme = "file" if parts.scheme == "usb" else parts.scheme
        link["url"] = end.url(scheme, parts.query)

    def _add(self, port: Port) -> None:
        self._wires.append(port)
        self.ports.update(dict.fromkeys(port.twins, port))

    def _twin(self, id: str, table: Mapping[str, Any], link: Mapping[str, Any]) -> Twin | None:
        match str(table.get("driver", "")).partition("_")[::2]:
            case "printer", "escpos":
                return SerialPrinter(PrinterTwin(id, table))
            case "board", "onbon_k":
                return BoardTwin(id, table)
            case "board", "lumen_cpower" | "lumen_network" as family:
                return LumenTwin(id, table, by_network=family == "lumen_network")
            case "board", "framed" if link.get("frames") in BOARDS_BY_FRAMES:
                return BOARDS_BY_FRAMES[str(link["frames"])](id, table)
            case "callpad", "framed" if link.get("frames") == PAD_FRAMES:
                return CallPadTwin(id, table)
            case "rating", "framed" if link.get("frames") == PAD_FRAMES:
                return RatingPadTwin(id, table)
            case "idcard", "sdt":
                return IdCardTwin(id)
            case "scanner", "serial":
                return ScannerTwin(id, table)
            case "ups", "nut":
                return NutTwin(id, table)
            case "ups", "apcupsd":
                return ApcTwin(id, table)
        self.without.append(f"{id}: no twin for {table.get('driver')} on {link['url']}")
        return None


class SerialPrinter:
    """A printer as a Twin on a wire that is no socket."""

    kind = "printer"
    due = float("inf")

    def __init__(self, printer: PrinterTwin) -> None:
        self.name = printer.name
        self.printer = printer

    def receive(self, chunk: bytes, now: float) -> Sequence[Said]:
        answer, _ = self.printer.receive(chunk)
        return [Said(answer)] if answer else ()

    def tick(self, now: float) -> Sequence[Said]:
        said = self.printer.unasked()
        return [Said(said)] if said else ()

    def press(self, what: dict[str, Any], now: float) -> Sequence[Said]:
        raise ValueError(f"{self.name} has no keys")

    def fault(self, name: str, on: bool, after: int = 0) -> None:
        self.printer.fault(name, on, after)

    def state(self) -> dict[str, Any]:
        return self.printer.state()

    def picture(self) -> bytes:
        return self.printer.picture()


class FolderPort:
    """A document camera as a folder of page images; unplugged, the folder is gone."""

    def __init__(self, name: str, folder: Path, cameras: Sequence[str]) -> None:
        self.name = name
        self.twins = dict.fromkeys(cameras)
        self._folder = folder
        self._away = folder.with_name(f".{folder.name}")

    def url(self) -> str:
        return f"folder://{self._folder.resolve()}"

    def start(self) -> None:
        write_pages(self._folder)

    def stop(self) -> None:
        """The pictures stay: what was scanned may be compared with them."""

    def press(self, twin: str, what: dict[str, Any]) -> dict[str, Any]:
        raise ValueError(f"{twin} has no keys")

    def fault(self, twin: str, name: str, on: bool, after: int = 0) -> dict[str, Any]:
        if name != "unplugged":
            raise ValueError(f"no fault {name!r} (there are: unplugged)")
        here, there = (self._folder, self._away) if on else (self._away, self._folder)
        if here.exists():
            here.rename(there)
        return self.state(twin)

    def state(self, twin: str) -> dict[str, Any]:
        pictures = sorted(path.name for path in self._folder.glob("*.jpg"))
        faults = [] if self._folder.exists() else ["unplugged"]
        return {"kind": "camera", "link": self.name, "pictures": pictures, "faults": faults}

    def picture(self, twin: str) -> bytes:
        first = next(iter(sorted(self._folder.glob("*.jpg"))), None)
        out = io.BytesIO()
        (Image.open(first) if first else Image.new("RGB", (640, 480))).save(out, "PNG")
        return out.getvalue()


def _devices_on(tables: Mapping[str, Any], link: str) -> dict[str, Mapping[str, Any]]:
    return {str(id): table for id, table in tables.items() if table.get("link") == link}
