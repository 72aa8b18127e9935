"""A Modbus RTU board of four digits: register 0012 holds them, two a byte. Written from the standard."""

from collections.abc import Mapping, Sequence
from typing import Any

from drivers.twins.board_common import Board
from drivers.twins.leds import DIGIT, Panel
from drivers.twins.wire import Said

REGISTER = 0x0012
READ, WRITE = 0x03, 0x06
REQUEST_BYTES = 8
"""Of both functions."""
WRONG_FUNCTION, WRONG_REGISTER, BUSY = 1, 2, 6
SILENCE_S = 0.05
"""What stands before it belongs to no frame that comes after."""


class DigitsTwin(Board):
    """One board at its unit address."""

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        super().__init__(name)
        self._unit = int(options.get("address", 1))
        self._buffer = bytearray()
        self._heard_at = 0.0
        self._register: int | None = None

    def receive(self, chunk: bytes, now: float) -> Sequence[Said]:
        if now - self._heard_at > SILENCE_S:
            self._buffer.clear()
        self._heard_at = now
        self._buffer += chunk
        answers: list[Said] = []
        while len(self._buffer) >= REQUEST_BYTES:
            frame = bytes(self._buffer[:REQUEST_BYTES])
            if crc(frame[:-2]) != int.from_bytes(frame[-2:], "little"):
                del self._buffer[:1]
                continue
            del self._buffer[:REQUEST_BYTES]
            if frame[0] == self._unit and self.has_power:
                self.frames += 1
                self.last = frame
                answers += self._answer(frame, self._obey(frame))
        return answers

    def _obey(self, frame: bytes) -> bytes:
        """The answer's function and rest."""
        function, register, value = frame[1], int.from_bytes(frame[2:4]), frame[4:6]
        if function not in (READ, WRITE):
            return bytes([function | 0x80, WRONG_FUNCTION])
        if register != REGISTER:
            return bytes([function | 0x80, WRONG_REGISTER])
        if "busy" in self.faults:
            return bytes([function | 0x80, BUSY])
        if function == READ:
            return bytes([READ, 2]) + (self._register or 0).to_bytes(2)
        self._register = int.from_bytes(value)
        return frame[1:-2]

    def _answer(self, asked: bytes, rest: bytes) -> Sequence[Said]:
        body = asked[:1] + rest
        check = crc(body) ^ (0x0101 if "lying_checksum" in self.faults else 0)
        return self.said(body + check.to_bytes(2, "little"))

    def forget(self) -> None:
        self._register = None

    def _shown(self) -> str:
        if self._register is None:
            return " " * 4
        return "".join(digit if digit.isdigit() else " " for digit in f"{self._register:04x}")

    def state(self) -> dict[str, Any]:
        about = self.about([self._shown().strip()], "red" if self._shown().strip() else "")
        return {**about, "address": self._unit, "register": self._register}

    def picture(self) -> bytes:
        panel = Panel(4 * DIGIT[0] + 2, DIGIT[1])
        for place, digit in enumerate(self._shown()):
            panel.digit(place, digit)
        return panel.png(is_lit=self.has_power)


def crc(chunk: bytes) -> int:
    """CRC-16/MODBUS, bit by bit."""
    register = 0xFFFF
    for byte in chunk:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xA001 if register & 1 else 0)
    return register
