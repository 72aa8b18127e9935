"""A Lumen C-Power card's other end, on a serial wire or at its own network port.

Written from the protocol document, apart from the driver's encoder. What a reply holds beside its result, and
that windows are lost with the power, is inferred.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from drivers.twins.board_common import Board
from drivers.twins.leds import Panel
from drivers.twins.wire import Said

GOOD, CHECKSUM, ORDER = 0, 1, 2
EFFECTS = {0: "still", 6: "left", 7: "right", 8: "up", 9: "down", 11: "left", 13: "flash"}
FONT_DOTS = (8, 12, 16, 24, 32, 40, 48, 56)
ALIGN = ("left", "center", "right")
COLOURS = {(1, 0): "red", (0, 1): "green", (1, 1): "yellow"}


class LumenTwin(Board):
    """One card at its address."""

    def __init__(self, name: str, options: Mapping[str, Any], *, by_network: bool = False) -> None:
        super().__init__(name)
        self._address = int(options.get("address", 1))
        self._size = int(options.get("width_dots", 128)), int(options.get("height_dots", 16))
        self._by_network = by_network
        self._buffer = bytearray()
        self._windows: list[dict[str, Any]] = []
        self._command = bytearray()
        self._next_packet = 0
        self._packets = 0
        self._saved = 0
        self._is_on = True

    # --- the wire

    def receive(self, chunk: bytes, now: float) -> Sequence[Said]:
        self._buffer += chunk
        answers: list[Said] = []
        for plain in self._network_frames() if self._by_network else self._serial_frames():
            answers += self._take(plain)
        del self._buffer[:-8192]
        return answers

    def _serial_frames(self) -> list[bytes]:
        found = []
        while (end := self._buffer.find(0xAE)) >= 0:
            whole = bytes(self._buffer[: end + 1])
            del self._buffer[: end + 1]
            start = whole.rfind(0xA5)
            plain = _unescape(whole[start + 1 : -1]) if start >= 0 else None
            if plain is None:
                self.bad += start >= 0
            else:
                self.last = whole[start:]
                found.append(plain)
        return found

    def _network_frames(self) -> list[bytes]:
        found = []
        while len(self._buffer) >= 8:
            size = int.from_bytes(self._buffer[4:6], "little")
            if self._buffer[6:8] != b"\0\0":
                del self._buffer[:1]
                continue
            if len(self._buffer) < 8 + size:
                break
            self.last = bytes(self._buffer[: 8 + size])
            found.append(self.last[8:])
            del self._buffer[: 8 + size]
        return found

    def _take(self, plain: bytes) -> Sequence[Said]:
        """68 32 id 7B flag …, the sum at the end."""
        if len(plain) < 7 or plain[0] & 0x7F != 0x68 or plain[0] & 0x80 or plain[1] != 0x32:
            return ()
        if plain[2] not in (self._address, 0xFF) or not self.has_power:
            return ()
        if sum(plain[:-2]) & 0xFFFF != int.from_bytes(plain[-2:], "little"):
            self.bad += 1
            return self._answer(plain, CHECKSUM)
        self.frames += 1
        if plain[3] == 0x76 and len(plain) == 14:  # seen once; its answer is not known
            self._is_on = plain[6] == 1
            return ()
        if plain[3] != 0x7B or len(plain) < 11:
            return ()
        size, part = int.from_bytes(plain[5:7], "little"), plain[9:-2]
        if size != len(part):
            return self._answer(plain, CHECKSUM)
        return self._answer(plain, self._assemble(plain[7], plain[8], part))

    def _assemble(self, number: int, last: int, part: bytes) -> int:
        if number == 0:
            self._command.clear()
        elif number != self._next_packet:
            self._next_packet = 0
            return ORDER
        self._command += part
        self._next_packet = number + 1
        self._packets += 1
        if number == last:
            self._next_packet = 0
            self._obey(bytes(self._command))
        return GOOD

    def _answer(self, asked: bytes, how: int) -> Sequence[Said]:
        if not asked[4] & 1 or asked[2] == 0xFF:
            return ()
        how = CHECKSUM if "busy" in self.faults else how
        number, last = (asked[7], asked[8]) if len(asked) > 10 else (0, 0)
        about = bytes(self._command[:1]) or b"\0"
        body = bytes([0xE8, 0x32, self._address, 0x7B, how, 1, 0, number, last]) + about
        check = sum(body) + (1 if "lying_checksum" in self.faults else 0)
        plain = body + (check & 0xFFFF).to_bytes(2, "little")
        if self._by_network:
            return self.said(b"\xff\xff\xff\xff" + len(plain).to_bytes(2, "little") + b"\0\0" + plain)
        return self.said(b"\xa5" + _escape(plain) + b"\xae")

    # --- commands

    def _obey(self, data: bytes) -> None:
        """What makes no sense changes nothing."""
        try:
            if data[0] == 0x01:
                self._divide(data)
            elif data[0] == 0x12:
                self._text(data)
            elif data[0] == 0x03:
                self._picture(data)
            elif data[0] == 0x05:
                self._windows[data[1]] |= {"text": "", "effect": "clock", "colour": "green", "dots": 16}
            elif data[0] == 0x06:
                self._windows = []
            elif data[0] == 0x07:
                self._saved += 1
        except (IndexError, KeyError, ValueError):
            self.bad += 1

    def _divide(self, data: bytes) -> None:
        if not 1 <= data[1] <= 8 or len(data) != 2 + 8 * data[1]:
            raise ValueError("windows")
        boxes = [data[2 + 8 * n : 10 + 8 * n] for n in range(data[1])]
        self._windows = [
            dict(zip("xywh", (int.from_bytes(box[i : i + 2]) for i in (0, 2, 4, 6)), strict=True))
            for box in boxes
        ]

    def _text(self, data: bytes) -> None:
        window = self._windows[data[1]]
        if data[-1] != 0 or len(data) < 12:
            raise ValueError("text")
        window.pop("bits", None)
        window |= {
            "text": data[11:-1].replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("gbk", "replace"),
            "effect": EFFECTS.get(data[2], str(data[2])),
            "align": ALIGN[data[3] & 3],
            "dots": FONT_DOTS[data[7] & 15],
            "colour": COLOURS[data[8] >> 7, data[9] >> 7],
        }

    def _picture(self, data: bytes) -> None:
        window = self._windows[data[1]]
        width, height = int.from_bytes(data[13:15], "little"), int.from_bytes(data[15:17], "little")
        planes = [bit for bit in (1, 2) if data[17] & bit]
        size = -(-width // 8) * height
        if data[6] != 0x04 or data[11:13] != b"I1" or len(data) != 19 + size * len(planes):
            raise ValueError("picture")
        window |= {
            "text": "",
            "effect": "picture",
            "colour": COLOURS[data[17] & 1, data[17] >> 1 & 1],
            "at": (int.from_bytes(data[7:9]), int.from_bytes(data[9:11])),
            "bits": (width, height, data[19 : 19 + size]),
        }

    # --- what a person would see

    def forget(self) -> None:
        self._windows = []
        self._is_on = True

    def state(self) -> dict[str, Any]:
        shown = [w for w in self._windows if "effect" in w]
        lines = [w["text"] for w in shown]
        return {
            **self.about(lines, shown[0]["colour"] if shown else ""),
            "address": self._address,
            "on": self._is_on,
            "windows": [{key: w[key] for key in w if key != "bits"} for w in self._windows],
            "packets": self._packets,
            "saved_to_flash": self._saved,
        }

    def picture(self) -> bytes:
        panel = Panel(*self._size)
        for w in self._windows:
            if "bits" in w:
                width, height, rows = w["bits"]
                panel.bits((w["x"] + w["at"][0], w["y"] + w["at"][1]), (width, height), rows, w["colour"])
            elif "text" in w:
                box = (w["x"], w["y"], w["w"], w["h"])
                panel.text(box, w["text"], w["colour"], dots=w["dots"], align=w["align"])
        return panel.png(is_lit=self._is_on and self.has_power)


def _unescape(body: bytes) -> bytes | None:
    """None where an escape is broken."""
    table = {0x05: 0xA5, 0x0A: 0xAA, 0x0E: 0xAE}
    out = bytearray()
    rest = iter(body)
    for byte in rest:
        if byte == 0xAA:
            byte = table.get(next(rest, 0), -1)
            if byte < 0:
                return None
        out.append(byte)
    return bytes(out)


def _escape(body: bytes) -> bytes:
    table = {0xA5: b"\xaa\x05", 0xAA: b"\xaa\x0a", 0xAE: b"\xaa\x0e"}
    return b"".join(table.get(byte, bytes([byte])) for byte in body)
