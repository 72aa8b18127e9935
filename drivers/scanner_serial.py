"""Bar code and QR code readers on a serial line, which send what they read as a line of text.

Source: how such readers are set at the factory (text, then CR or CR LF); general knowledge, no real reader
was tried. What a citizen holds there may be anything: nothing of it is written to the log.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drivers.capabilities import OK, DeviceInfo, DeviceStatus, State
from drivers.links import Link
from drivers.readings import Scanned

LINKS = ("serial", "rs485", "tcp", "rfc2217")

ENDS = b"\r\n\t\0"
"""A reader ends its text with one of these, or two."""

SILENCE_S = 0.1
"""A text without an end is over after this pause (facts §4, inferred for readers)."""

LONGEST = 512
"""Bytes: the address of a page in a QR code has some hundred; more than this is noise."""

SHORTEST = 3
"""What is shorter is noise on the line."""


@dataclass(frozen=True)
class Options:
    encoding: str = "utf-8"
    """As the reader sends: utf-8 or gb18030."""

    def __post_init__(self) -> None:
        if self.encoding not in ("utf-8", "gb18030"):
            raise ValueError("encoding must be utf-8 or gb18030")


class Driver:
    """A scanner, as a CodeReader."""

    def __init__(self, link: Link, options: Options, clock: Callable[[], float] = time.monotonic) -> None:
        self._link = link
        self._encoding = options.encoding
        self._clock = clock
        self._text = bytearray()
        self._fed_at = clock()
        self._too_long = False
        self._was_heard = False

    def start(self) -> DeviceInfo:
        return DeviceInfo(model="scanner")

    def check(self) -> DeviceStatus:
        """It cannot be asked; its first word says that it is there."""
        return OK if self._was_heard else DeviceStatus(State.UNCONFIRMED)

    def poll(self, timeout_s: float) -> Sequence[Scanned]:
        """Texts since the last call. Raises LinkLost."""
        chunk = self._link.read(min(timeout_s, SILENCE_S) if self._text else timeout_s)
        now = self._clock()
        found = []
        if self._text and now - self._fed_at >= SILENCE_S:
            found += self._end()
        if chunk:
            self._fed_at = now
        for byte in chunk:
            if byte in ENDS:
                found += self._end()
            elif len(self._text) < LONGEST:
                self._text.append(byte)
            else:
                self._too_long = True
        return found

    def _end(self) -> list[Scanned]:
        text, too_long = bytes(self._text), self._too_long
        self._text.clear()
        self._too_long = False
        if too_long or len(text) < SHORTEST:
            return []
        said = text.decode(self._encoding, "replace").strip()
        if not said.isprintable() or "�" in said:
            return []
        self._was_heard = True
        return [Scanned(said)]
