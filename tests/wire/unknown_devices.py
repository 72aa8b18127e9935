"""Devices that no paper describes, on real terminals; at another speed than theirs all is noise."""

import os
import select
import termios
import threading
from pathlib import Path

from drivers.twins.wire import PtyEnd


def crc_xmodem(chunk):
    register = 0
    for byte in chunk:
        register ^= byte << 8
        for _ in range(8):
            register = ((register << 1) ^ 0x1021 if register & 0x8000 else register << 1) & 0xFFFF
    return register


class Unknown:
    """A terminal with somebody at its far end who lives at one speed only."""

    BAUD = termios.B19200

    def __init__(self, link: Path):
        self.end = PtyEnd(link)
        self.end.plug()
        self.url = f"serial://{link}"
        self.frames = []
        self._buffer = bytearray()
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name="unknown")
        self._thread.start()

    def close(self):
        os.write(self._stop_write, b"!")
        self._thread.join()
        self.end.unplug()
        for end in (self._stop_read, self._stop_write):
            os.close(end)

    def say(self, frame):
        self.end.write(self._on_wire(frame))

    def _on_wire(self, chunk):
        """At the wrong speed bits are sampled where they are not: mostly zeros and runs of ones."""
        if self._hears_right():
            return chunk
        return bytes((0x00, 0xF8, 0x80, 0xFE)[byte % 4] for byte in chunk for _ in range(2))

    def _hears_right(self):
        return termios.tcgetattr(self.end.watched()[0])[5] == self.BAUD

    def _run(self):
        while self._stop_read not in select.select([self._stop_read, *self.end.watched()], [], [], 0.02)[0]:
            ready = select.select(self.end.watched(), [], [], 0)[0]
            chunk = self.end.read(ready) if ready else b""
            if chunk and self._hears_right():
                self._buffer += chunk
                self._take()
            self.idle()

    def idle(self):
        """What it does when nobody speaks."""

    def _take(self):
        raise TypeError("nobody listens")


class Board(Unknown):
    """`7E A5 | length high, low | kind | line | text | CRC high, low | 0D`; answers `81`."""

    def __init__(self, link):
        self.shows = {}
        super().__init__(link)

    @staticmethod
    def frame(kind, rest):
        body = bytes([kind]) + rest
        counted = len(body).to_bytes(2, "big") + body
        return b"\x7e\xa5" + counted + crc_xmodem(counted).to_bytes(2, "big") + b"\x0d"

    def _take(self):
        while (at := self._buffer.find(b"\x7e\xa5")) >= 0 and len(self._buffer) >= at + 4:
            size = int.from_bytes(self._buffer[at + 2 : at + 4], "big") + 7
            frame = bytes(self._buffer[at : at + size])
            if len(frame) < size:
                return
            del self._buffer[: at + size]
            if frame == self.frame(frame[4], frame[5:-3]):
                self.frames.append(frame)
                self.shows[frame[5]] = frame[6:-3].decode("gb18030")
                self.say(self.frame(0x81, frame[5:6]))


class Pad(Unknown):
    """`A5 5A | address | length of all behind it | keys | xor`; a held key says its frame again and again."""

    def __init__(self, link):
        self.held = []
        self._turns = 0
        super().__init__(link)

    @staticmethod
    def frame(address, keys):
        body = bytes([address, len(keys) + 1]) + keys
        check = 0
        for byte in body:
            check ^= byte
        return b"\xa5\x5a" + body + bytes([check])

    def idle(self):
        self._turns += 1
        if self.held and self._turns % 4 == 0:  # well apart: each frame a burst of its own
            self.held.append(self.held.pop(0))
            self.say(self.held[0])

    def _take(self):
        self._buffer.clear()
