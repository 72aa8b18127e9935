"""An Alpha ticker's other end: text file A with its checksum or without. It never answers."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from drivers.twins.board_common import Board
from drivers.twins.leds import Panel
from drivers.twins.wire import Said

FRAME = re.compile(
    rb"\x00{5}\x01(?P<type>.)(?P<addr>[0-9A-F]{2})(?P<summed>\x02(?P<data>[^\x03\x04]*)\x03?)"
    rb"(?P<check>[0-9A-F]{4})?\x04",
    re.DOTALL,
)
COLOURS = {b"1": "red", b"2": "green", b"3": "yellow"}
MODES = {b"a": "left", b"b": "still", b"c": "flash"}


class AlphaTwin(Board):
    """A sign of one line of small capitals and digits."""

    known_faults = ("dark",)

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        super().__init__(name)
        self._address, self._columns = int(options.get("address", 1)), int(options.get("columns", 16))
        self._buffer = bytearray()
        self._shown = {"text": "", "effect": "", "colour": ""}

    def receive(self, chunk: bytes, now: float) -> Sequence[Said]:
        self._buffer += chunk
        while (end := self._buffer.find(0x04)) >= 0:
            found = FRAME.search(bytes(self._buffer[: end + 1]))
            del self._buffer[: end + 1]
            if found and int(found["addr"], 16) in (0, self._address) and self.has_power:
                self._take(found)
        del self._buffer[:-4096]
        return ()

    def _take(self, frame: re.Match[bytes]) -> None:
        if frame["check"] and sum(frame["summed"]) & 0xFFFF != int(frame["check"], 16):
            self.bad += 1
            return
        self.frames += 1
        self.last = frame[0]
        text = re.fullmatch(rb"AA\x1b(.)(.)(?:\x1c(.))?(.*)", frame["data"], re.DOTALL)
        if text:
            self._shown = {
                "text": "".join(chr(byte) for byte in text[4] if 0x20 <= byte < 0x7F),
                "effect": MODES.get(text[2], text[2].hex()),
                "colour": COLOURS.get(text[3], "red"),
            }

    def forget(self) -> None:
        self._shown = {"text": "", "effect": "", "colour": ""}

    def state(self) -> dict[str, Any]:
        shown = self._shown
        about = self.about([shown["text"]], shown["colour"])
        return {**about, "address": self._address, "areas": [shown] if shown["effect"] else []}

    def picture(self) -> bytes:
        panel = Panel(self._columns * 8, 16)
        if self._shown["effect"]:
            box = (0, 0, self._columns * 8, 16)
            panel.text(box, self._shown["text"], self._shown["colour"], align="center")
        return panel.png(is_lit=self.has_power)
