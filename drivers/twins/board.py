"""A call board's other end: takes Onbon BX-K frames, shows what they say, answers as the card would.

Written from the protocol paper, apart from the driver's encoder. How a real card answers (addresses swapped,
which error for what) is inferred.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from drivers.twins.board_common import Board
from drivers.twins.leds import Panel
from drivers.twins.wire import Said

BROADCAST = 0xFFFE
COLOURS = {b"1": "red", b"2": "green", b"3": "yellow"}
EFFECTS = {1: "still", 2: "quick", 3: "left", 4: "right", 5: "up", 6: "down"}


class BoardTwin(Board):
    """One card at its address."""

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        super().__init__(name)
        self._address = int(options.get("address", 1))
        self._size = int(options.get("columns", 16)) * 8, int(options.get("rows", 1)) * 16
        self._buffer = bytearray()
        self._areas: dict[int, dict[str, Any]] = {}
        self._is_on = True
        self._brightness: int | None = None
        self._clock = ""
        self._crc_ok = False

    # --- the wire

    def receive(self, chunk: bytes, now: float) -> Sequence[Said]:
        self._buffer += chunk
        answers: list[Said] = []
        while (end := self._buffer.find(0x5A)) >= 0:
            whole = bytes(self._buffer[: end + 1])
            del self._buffer[: end + 1]
            start = whole.rfind(b"\xa5" * 8)
            if start >= 0:
                answers += self._take(whole[start:])
        del self._buffer[:-8192]
        return answers

    def _take(self, frame: bytes) -> Sequence[Said]:
        body = _unescape(frame[8:-1])
        if body is None or len(body) < 17:
            return ()
        address = int.from_bytes(body[0:2], "little")
        if address not in (self._address, BROADCAST) or not self.has_power:
            return ()
        self.last = frame
        self._crc_ok = crc(body[:-2]) == int.from_bytes(body[-2:], "little")
        data = body[14:-2]
        if not self._crc_ok or int.from_bytes(body[12:14], "little") != len(data):
            self.bad += 1
            error = 5
        else:
            self.frames += 1
            error = 3 if "busy" in self.faults else self._obey(data)
        if address == BROADCAST or data[2:3] != b"\x01":
            return ()
        return self.said(self._answer(error))

    def _answer(self, error: int) -> bytes:
        # A0 00 good, A0 01 bad; source and destination swapped.
        data = bytes([0xA0, 1 if error else 0, error, 0, 0])
        body = struct.pack("<HH3xBBBBBH", 0x8000, self._address, 0, 0, 0, 0xFE, 2, len(data)) + data
        check = crc(body) ^ (0x0101 if "lying_checksum" in self.faults else 0)
        return b"\xa5" * 8 + _escape(body + check.to_bytes(2, "little")) + b"\x5a"

    # --- commands

    def _obey(self, data: bytes) -> int:
        """Do it; the error number of the answer."""
        if len(data) < 5:
            return 2
        group, command, rest = data[0], data[1], data[5:]
        if (group, command) == (0xA2, 0x00):
            return 0
        if group not in (0xA1, 0xA2, 0xA3):
            return 1
        try:
            if (group, command) == (0xA3, 0x00):
                self._is_on = {1: True, 2: False}[rest[0]]
            elif (group, command) == (0xA2, 0x03):
                self._clock = _clock(rest)
            elif (group, command) == (0xA3, 0x02):
                if rest[0] != 1 or len(rest) != 50:
                    return 2
                self._brightness = rest[1]
            elif (group, command) == (0xA3, 0x06):
                self._fill_areas(rest)
            elif (group, command) == (0xA3, 0x10):
                self._areas.clear()
            else:
                return 2
        except (IndexError, KeyError, ValueError, struct.error):
            return 2
        return 0

    def _fill_areas(self, rest: bytes) -> None:
        deleted = rest[0]
        at = 1
        if deleted == 0xFF:
            self._areas.clear()
        else:
            for number in rest[1 : 1 + deleted]:
                self._areas.pop(number, None)
            at += deleted
        count = rest[at]
        at += 1
        for _ in range(count):
            size = int.from_bytes(rest[at : at + 2], "little")
            if not size or at + 2 + size > len(rest):
                raise ValueError("an area is cut off")
            area = _area(rest[at + 2 : at + 2 + size])
            self._areas[area["id"]] = area
            at += 2 + size

    # --- what a person would see

    def forget(self) -> None:
        self._areas.clear()
        self._is_on, self._brightness, self._clock = True, None, ""

    def state(self) -> dict[str, Any]:
        areas = sorted(self._areas.values(), key=lambda area: (area["y"], area["x"]))
        lines = [area["text"] for area in areas]
        return {
            **self.about(lines, areas[0]["colour"] if areas else ""),
            "address": self._address,
            "areas": areas,
            "on": self._is_on,
            "brightness": self._brightness,
            "clock": self._clock,
            "crc_ok": self._crc_ok,
        }

    def picture(self) -> bytes:
        """PNG: every LED a dot, those that are lit bright."""
        panel = Panel(*self._size)
        for area in self._areas.values():
            box = (area["x"], area["y"], area["width"], area["height"])
            panel.text(box, area["text"], area["colour"] or "red", align=area["align"])
        return panel.png(is_lit=self._is_on and self.has_power)


def crc(chunk: bytes) -> int:
    """CRC-16/ARC, bit by bit from the polynomial 8005h on bytes turned round."""
    register = 0
    for byte in chunk:
        for bit in range(8):
            top = (register >> 15) ^ (byte >> bit & 1)
            register = (register << 1 & 0xFFFF) ^ (0x8005 if top & 1 else 0)
    return int(f"{register:016b}"[::-1], 2)


def _unescape(body: bytes) -> bytes | None:
    """None where an escape is broken."""
    table = {b"\xa6\x02": 0xA5, b"\xa6\x01": 0xA6, b"\x5b\x02": 0x5A, b"\x5b\x01": 0x5B}
    out = bytearray()
    at = 0
    while at < len(body):
        if body[at] in (0xA6, 0x5B):
            if body[at : at + 2] not in table:
                return None
            out.append(table[body[at : at + 2]])
            at += 2
        else:
            out.append(body[at])
            at += 1
    return bytes(out)


def _escape(body: bytes) -> bytes:
    table = {0xA5: b"\xa6\x02", 0xA6: b"\xa6\x01", 0x5A: b"\x5b\x02", 0x5B: b"\x5b\x01"}
    return b"".join(table.get(byte, bytes([byte])) for byte in body)


def _clock(rest: bytes) -> str:
    """BCD: year low byte first, month, day, hour, minute, second, weekday 1..7."""
    if len(rest) != 8 or not 1 <= rest[7] <= 7:
        raise ValueError("no time")
    day = f"{rest[1]:02x}{rest[0]:02x}-{rest[2]:02x}-{rest[3]:02x}"
    return f"{day} {rest[4]:02x}:{rest[5]:02x}:{rest[6]:02x} {rest[7]}"


def _area(chunk: bytes) -> dict[str, Any]:
    x, y, width, height = (value & 0x7FFF for value in struct.unpack_from("<4H", chunk, 1))
    if not chunk[2] & 0x80:  # a 5K counts x and width in bytes of eight dots
        x, width = x * 8, width * 8
    size = int.from_bytes(chunk[23:27], "little")
    if len(chunk) != 27 + size:
        raise ValueError("the text's length is wrong")
    text, colour = _without_marks(chunk[27:])
    return {
        "id": chunk[9],
        "x": x,
        "y": y,
        "width": width,
        "height": height,
        "align": {0: "left", 1: "right", 2: "center"}.get(chunk[16] & 3, ""),
        "effect": EFFECTS.get(chunk[19], ""),
        "speed": chunk[21],
        "hold_s": chunk[22] / 2,
        "colour": colour,
        "text": text,
    }


def _without_marks(raw: bytes) -> tuple[str, str]:
    """The text as people read it, and the colour of its first mark."""
    out = bytearray()
    colour = ""
    at = 0
    while at < len(raw):
        if raw[at : at + 2] == b"\\C" and raw[at + 2 : at + 3] in COLOURS:
            colour = colour or COLOURS[raw[at + 2 : at + 3]]
            at += 3
        elif raw[at : at + 3] == b"\\FO":
            at += 6
        else:
            step = 2 if raw[at] >= 0x81 else 1
            out += raw[at : at + step]
            at += step
    return out.decode("gbk", "replace"), colour
