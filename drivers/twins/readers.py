"""Readers: an identity card module with a card to lay on it, and a scanner with a finger on its trigger.

Written from the protocol papers, apart from the drivers. The people on the cards are made up.
"""

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image, ImageDraw

from drivers.twins.wire import Said

HEAD = bytes.fromhex("AA AA AA 96 69")
CARD_FAULTS = ("mute", "lying_checksum", "unreadable", "sticky", "slow")
"""Says nothing; wrong sums; finds the card and cannot read it; finds it again and again; takes its time."""
SLOW_S = 0.3
READ_S = 0.05
PHOTO_SIZE = 1024
MADE_UP = {"number": "00000019900101000X", "name": "Test"}
"""Nobody's: the first six digits name no place."""


class IdCardTwin:
    """An SDT module on a serial line. `press` lays a card down, or lifts it."""

    kind = "idcard"

    def __init__(self, name: str) -> None:
        self.name = name
        self.due = math.inf
        self._buffer = bytearray()
        self._faults: set[str] = set()
        self._card: dict[str, str] | None = None
        self._was_read = False
        self._selected = False
        self._asked = self._reads = self._bad = 0

    def press(self, what: dict[str, Any], now: float) -> Sequence[Said]:
        """`{"number": ..., "name": ...}` or `{}` for a made-up person; `{"lift": true}`."""
        if what.get("lift"):
            self._card = None
        else:
            card = {key: str(what.get(key, usual)) for key, usual in MADE_UP.items()}
            if len(card["number"]) != 18 or len(card["name"]) > 15:
                raise ValueError("number must have 18 characters, name at most 15")
            self._card = card
        self._was_read = self._selected = False
        return ()

    def receive(self, chunk: bytes, now: float) -> Sequence[Said]:
        self._buffer += chunk
        said: list[Said] = []
        while (body := self._next_body()) is not None:
            self._asked += 1
            if "mute" not in self._faults:
                said.append(self._answer((body[0], body[1])))
        return said

    def tick(self, now: float) -> Sequence[Said]:
        return ()

    def fault(self, name: str, on: bool, after: int = 0) -> None:
        if name not in CARD_FAULTS:
            raise ValueError(f"no fault {name!r} (there are: {', '.join(CARD_FAULTS)})")
        (self._faults.add if on else self._faults.discard)(name)

    def state(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "card": self._card is not None,
            "asked": self._asked,
            "reads": self._reads,
            "bad": self._bad,
            "faults": sorted(self._faults),
        }

    def picture(self) -> bytes:
        return _picture(self.name, "card" if self._card else "-")

    def _next_body(self) -> bytes | None:
        """Command, parameter and what follows, of the next whole frame with the right sum."""
        while (at := self._buffer.find(HEAD)) >= 0:
            del self._buffer[:at]
            size = int.from_bytes(self._buffer[5:7], "big")
            if len(self._buffer) < 7 or len(self._buffer) < 7 + size:
                return None
            frame = bytes(self._buffer[5 : 7 + size])
            if size >= 3 and xor(frame[:-1]) == frame[-1]:
                del self._buffer[: 7 + size]
                return frame[2:-1]
            self._bad += 1
            del self._buffer[:1]
        return None

    def _answer(self, step: tuple[int, int]) -> Said:
        late_s = SLOW_S if "slow" in self._faults else 0.0
        match step:
            case (0x11, 0xFF):
                return self._said(0x90, b"", late_s)
            case (0x12, 0xFF):
                return self._said(0x90, bytes(16), late_s)
            case (0x20, 0x01):
                is_there = self._card is not None and (not self._was_read or "sticky" in self._faults)
                return self._said(0x9F, bytes(4), late_s) if is_there else self._said(0x80, b"", late_s)
            case (0x20, 0x02):
                self._selected = self._card is not None
                return self._said(0x90, bytes(8), late_s) if self._selected else self._said(0x81, b"", late_s)
            case (0x30, 0x01) if self._selected and self._card and "unreadable" not in self._faults:
                self._was_read, self._selected = True, False
                self._reads += 1
                text = text_block(self._card["name"], self._card["number"])
                sizes = len(text).to_bytes(2, "big") + PHOTO_SIZE.to_bytes(2, "big")
                return self._said(0x90, sizes + text + bytes(PHOTO_SIZE), late_s + READ_S)
        return self._said(0x41, b"", late_s)

    def _said(self, status: int, data: bytes, after_s: float) -> Said:
        body = bytes([0, 0, status]) + data
        counted = (len(body) + 1).to_bytes(2, "big") + body
        lie = 1 if "lying_checksum" in self._faults else 0
        return Said(HEAD + counted + bytes([xor(counted) ^ lie]), after_s)


class ScannerTwin:
    """A code reader that sends what it reads as a line."""

    kind = "scanner"

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        self.name = name
        self.due = math.inf
        self._encoding = str(options.get("encoding", "utf-8"))
        self._faults: set[str] = set()
        self._scans = 0

    def press(self, what: dict[str, Any], now: float) -> Sequence[Said]:
        """`{"text": "A012"}`; with `"end": ""` it sends no end."""
        text, end = str(what.get("text", "")), str(what.get("end", "\r\n"))
        if not text:
            raise ValueError("text is missing")
        self._scans += 1
        if "mute" in self._faults:
            return ()
        return [Said((text + end).encode(self._encoding))]

    def receive(self, chunk: bytes, now: float) -> Sequence[Said]:
        return ()

    def tick(self, now: float) -> Sequence[Said]:
        return ()

    def fault(self, name: str, on: bool, after: int = 0) -> None:
        if name != "mute":
            raise ValueError(f"no fault {name!r} (there are: mute)")
        (self._faults.add if on else self._faults.discard)(name)

    def state(self) -> dict[str, Any]:
        return {"kind": self.kind, "scans": self._scans, "faults": sorted(self._faults)}

    def picture(self) -> bytes:
        return _picture(self.name, f"{self._scans} scans")


def text_block(name: str, number: str) -> bytes:
    """The 256 bytes of a card's text: UTF-16, low byte first, each field padded with spaces."""
    fields = ((name, 15), ("1", 1), ("01", 2), (number[6:14], 8), ("", 35), (number, 18), ("", 15))
    text = "".join(value.ljust(width) for value, width in (*fields, ("20200101", 8), ("20400101", 8)))
    return text.ljust(128).encode("utf-16-le")


def xor(chunk: bytes) -> int:
    found = 0
    for byte in chunk:
        found ^= byte
    return found


def _picture(name: str, words: str) -> bytes:
    image = Image.new("RGB", (360, 150), (236, 238, 242))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((16, 16, 344, 110), 10, fill=(70, 110, 180))
    draw.text((180, 62), words, fill="white", font_size=36, anchor="mm")
    draw.text((16, 130), name, fill=(70, 76, 84), font_size=18, anchor="lm")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
