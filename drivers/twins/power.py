"""UPS servers: as much of NUT's upsd and of apcupsd's information server as a client that only reads meets.

Written from the protocol papers, apart from the drivers; upsd itself is in the tests.
"""

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image, ImageDraw

from drivers.twins.wire import Said

FAULTS = ("on_battery", "low", "replace", "stale", "mute")
"""The mains are away; the battery is nearly empty; it wants replacing; nobody knows how it is; silence."""


class _UpsTwin:
    """A battery that is as full as it is told."""

    kind = "ups"

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        self.name = name
        self.due = math.inf
        self._ups = str(options.get("ups", "ups"))
        self._faults: set[str] = set()
        self._charge = 100
        self._asked = 0
        self._buffer = b""

    def press(self, what: dict[str, Any], now: float) -> Sequence[Said]:
        """`{"charge": 40}`: percent."""
        charge = what.get("charge")
        if not isinstance(charge, int) or not 0 <= charge <= 100:
            raise ValueError("charge must be from 0 to 100")
        self._charge = charge
        return ()

    def tick(self, now: float) -> Sequence[Said]:
        return ()

    def fault(self, name: str, on: bool, after: int = 0) -> None:
        if name not in FAULTS:
            raise ValueError(f"no fault {name!r} (there are: {', '.join(FAULTS)})")
        (self._faults.add if on else self._faults.discard)(name)

    def state(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "charge": self._charge,
            "asked": self._asked,
            "faults": sorted(self._faults),
        }

    def picture(self) -> bytes:
        image = Image.new("RGB", (360, 150), (52, 56, 64))
        draw = ImageDraw.Draw(image)
        draw.rounded_rectangle((16, 16, 344, 110), 10, outline=(190, 196, 204), width=4)
        colour = (220, 80, 50) if self._faults else (60, 170, 90)
        draw.rectangle((24, 24, 24 + 312 * self._charge // 100, 102), fill=colour)
        draw.text((180, 62), f"{self._charge} %", fill="white", font_size=36, anchor="mm")
        draw.text((16, 130), self.name, fill=(190, 196, 204), font_size=18, anchor="lm")
        out = io.BytesIO()
        image.save(out, "PNG")
        return out.getvalue()

    def _runtime_s(self) -> int:
        return self._charge * 18


class NutTwin(_UpsTwin):
    """upsd: a line, and the line that answers it."""

    def receive(self, chunk: bytes, now: float) -> Sequence[Said]:
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        self._asked += len(lines)
        if "mute" in self._faults:
            return ()
        asked = (line.decode("utf-8", "replace").split() for line in lines)
        return [Said(f"{self._answer(words)}\n".encode()) for words in asked]

    def _answer(self, words: list[str]) -> str:
        match words:
            case ["VER"]:
                return "Network UPS Tools upsd 2.8.0 - http://www.networkupstools.org/"
            case ["PROTVER" | "NETVER"]:
                return "1.3"
            case ["LOGOUT"]:
                return "OK Goodbye"
            case ["GET", "VAR", ups, _] if ups != self._ups:
                return "ERR UNKNOWN-UPS"
            case ["GET", "VAR", _, _] if "stale" in self._faults:
                return "ERR DATA-STALE"
            case ["GET", "VAR", ups, name]:
                value = self._values().get(name)
                return f'VAR {ups} {name} "{value}"' if value else "ERR VAR-NOT-SUPPORTED"
        return "ERR UNKNOWN-COMMAND"

    def _values(self) -> dict[str, str]:
        status = ["OB", "DISCHRG"] if {"on_battery", "low"} & self._faults else ["OL"]
        status += ["LB"] * ("low" in self._faults) + ["RB"] * ("replace" in self._faults)
        return {
            "ups.status": " ".join(status),
            "battery.charge": str(self._charge),
            "battery.runtime": str(self._runtime_s()),
        }


class ApcTwin(_UpsTwin):
    """apcupsd: records with their length before them, ended by one of no length."""

    def receive(self, chunk: bytes, now: float) -> Sequence[Said]:
        self._buffer += chunk
        said: list[Said] = []
        while len(self._buffer) >= 2 and len(self._buffer) >= 2 + (size := self._size()):
            asked, self._buffer = self._buffer[2 : 2 + size], self._buffer[2 + size :]
            self._asked += 1
            if "mute" not in self._faults:
                lines = self._lines() if asked == b"status" else []
                records = (line.encode() + b"\n" for line in lines)
                said.append(Said(b"".join(len(r).to_bytes(2, "big") + r for r in records) + b"\0\0"))
        return said

    def _size(self) -> int:
        return int.from_bytes(self._buffer[:2], "big")

    def _lines(self) -> list[str]:
        status = "ONBATT" if {"on_battery", "low"} & self._faults else "ONLINE"
        status += " LOWBATT" * ("low" in self._faults) + " REPLACEBATT" * ("replace" in self._faults)
        if "stale" in self._faults:
            status = "COMMLOST"
        return [
            "APC      : 001,036,0879",
            "VERSION  : 3.14.14 (31 May 2016) debian",
            "MODEL    : Back-UPS twin",
            f"STATUS   : {status} ",
            f"BCHARGE  : {self._charge}.0 Percent",
            f"TIMELEFT : {self._runtime_s() / 60:.1f} Minutes",
        ]
