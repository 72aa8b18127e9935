"""An `F0 01 D0` line board's other end. Written from one published code (seen once); it never answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from drivers.twins.board_common import Board
from drivers.twins.leds import Panel
from drivers.twins.wire import Said

HEAD = b"\xf0\x01\xd0"
COLOURS = ("red", "green", "blue")
MODES = {1: "still", 2: "left"}


class LineBoardTwin(Board):
    """A board whose first line is its address."""

    known_faults = ("dark",)

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        super().__init__(name)
        self._first, self._rows = int(options.get("address", 1)), int(options.get("rows", 1))
        self._columns = int(options.get("columns", 16))
        self._buffer = bytearray()
        self._lines: dict[int, dict[str, Any]] = {}

    def receive(self, chunk: bytes, now: float) -> Sequence[Said]:
        self._buffer += chunk
        while (start := self._buffer.find(HEAD)) >= 0:
            del self._buffer[:start]
            if len(self._buffer) < 8 or len(self._buffer) < 8 + self._buffer[6]:
                break
            whole = bytes(self._buffer[: 8 + self._buffer[6]])
            if sum(whole[:-1]) & 0xFF == whole[-1] and whole[6]:
                del self._buffer[: len(whole)]
                self._take(whole)
            else:
                self.bad += 1
                del self._buffer[:1]
        del self._buffer[:-1024]
        return ()

    def _take(self, whole: bytes) -> None:
        row = whole[3] - self._first
        if self.has_power and 0 <= row < self._rows and whole[7] < len(COLOURS):
            self.frames += 1
            self.last = whole
            self._lines[row] = {
                "text": whole[8:-1].decode("gb2312", "replace"),
                "effect": MODES.get(whole[4], str(whole[4])),
                "speed": whole[5],
                "colour": COLOURS[whole[7]],
            }

    def forget(self) -> None:
        self._lines.clear()

    def state(self) -> dict[str, Any]:
        lines = [self._lines.get(row, {}) for row in range(self._rows)]
        about = self.about([line.get("text", "") for line in lines], lines[0].get("colour", ""))
        return {**about, "address": self._first, "areas": [line for line in lines if line]}

    def picture(self) -> bytes:
        panel = Panel(self._columns * 8, self._rows * 16)
        for row, line in self._lines.items():
            panel.text(
                (0, 16 * row, self._columns * 8, 16), line["text"].strip(), line["colour"], align="center"
            )
        return panel.png(is_lit=self.has_power)
