"""Frames on a wire that several devices share: find them in a stream, send in turn, wait for an answer."""

import logging
import math
import time
from collections import deque
from collections.abc import Callable

from drivers.errors import DeviceFault, Fault, FrameError
from drivers.frame_format import FrameFormat, Values
from drivers.links import Link

__all__ = ["FrameFormat", "Line", "Splitter"]

log = logging.getLogger(__name__)

KEPT_FRAMES = 64
"""Frames that came while a driver waited for another one: more than a bus of pads can send meanwhile."""

JUST_OVER_S = 0.001
"""A silence is over a little later than it may be."""

LONGEST_QUIET_S = 0.5
"""Who waits for silence on a wire that never falls silent sends all the same after this time."""

QUIET_CHARACTERS = 3.5
"""Of ten bits: the shortest silence on a wire where one talks at a time, as Modbus has it (facts §8)."""


class Splitter:
    """Finds the frames of one format in a stream, whatever stands between them, in bounded memory."""

    def __init__(self, frames: FrameFormat, clock: Callable[[], float] = time.monotonic) -> None:
        self._frames = frames
        self._clock = clock
        self._buffer = bytearray()
        self._fed_at = clock()
        self.bad = 0
        """Heads that turned out to begin no frame: damaged, cut off, or noise."""

    @property
    def patience_s(self) -> float:
        """How long to wait for more before `feed` must be told that nothing came; infinity: as one likes."""
        is_waiting = self._buffer and self._frames.stream.mode == "gap"
        return self._frames.stream.gap_ms / 1000 + JUST_OVER_S if is_waiting else math.inf

    def feed(self, chunk: bytes) -> list[bytes]:
        """Take what was read (also nothing: time passes) and give the whole, checked frames."""
        now = self._clock()
        found: list[bytes] = []
        if self._buffer and (now - self._fed_at) * 1000 > self._frames.stream.gap_ms:
            found += self._after_silence()
        if chunk:
            self._fed_at = now
        step = self._frames.stream.max
        for start in range(0, len(chunk), step):
            self._buffer += chunk[start : start + step]
            found += self._take()
        return found

    def _take(self) -> list[bytes]:
        found: list[bytes] = []
        while self._seek_head():
            size = self._frames.extent(self._buffer)
            if size is None:
                break
            frame = bytes(self._buffer[:size])
            if size and self._is_whole(frame):
                found.append(frame)
                del self._buffer[:size]
            else:
                self._drop_one()
        return found

    def _seek_head(self) -> bool:
        """Throw away what stands before a head, keep what may become one."""
        head = self._frames.head
        if head:
            at = self._buffer.find(head)
            if at < 0:
                at = next(
                    i
                    for i in range(max(0, len(self._buffer) - len(head) + 1), len(self._buffer) + 1)
                    if head.startswith(self._buffer[i:])
                )
            del self._buffer[:at]
        return bool(self._buffer)

    def _is_whole(self, frame: bytes) -> bool:
        try:
            self._frames.decode(frame)
        except FrameError:
            return False
        return True

    def _drop_one(self) -> None:
        if self._buffer.startswith(self._frames.head):
            self.bad += 1
        del self._buffer[:1]

    def _after_silence(self) -> list[bytes]:
        """The half frame is over; a whole one may still stand behind a head that was noise."""
        if self._frames.stream.mode == "gap" and self._is_whole(bytes(self._buffer)):
            frame = bytes(self._buffer)
            self._buffer.clear()
            return [frame]
        found: list[bytes] = []
        if self._frames.stream.mode == "gap":
            self.bad += 1
            self._buffer.clear()
        while self._buffer:
            self._drop_one()
            found += self._take()
        return found


class Line:
    """A link with its frame format: what every driver on one wire talks through. One thread only."""

    def __init__(self, link: Link, frames: FrameFormat, clock: Callable[[], float] = time.monotonic) -> None:
        self.link = link
        self.format = frames
        self._clock = clock
        self._splitter = Splitter(frames, clock)
        self._kept: deque[bytes] = deque(maxlen=KEPT_FRAMES)
        self._echo = bytearray()
        self._quiet_s = self._shortest_quiet_s()
        self._read: tuple[bytes, Values] | None = None
        self._busy_until = clock()
        """When the last byte, ours or another's, will have left the wire."""

    @property
    def bad(self) -> int:
        """Damaged frames since the link was opened, for the health page."""
        return self._splitter.bad

    def read(self, timeout_s: float) -> list[bytes]:
        """Frames that came, oldest first; waits only if none are kept. Raises LinkLost."""
        if not self._kept:
            self._kept.extend(self._receive(timeout_s))
        frames = list(self._kept)
        self._kept.clear()
        return frames

    def quiet_in_s(self) -> float:
        """How long until `send` need not wait for silence, if nothing more comes; 0: it need not."""
        return max(0.0, self._busy_until + self._quiet_s - self._clock())

    def send(self, frame: bytes) -> None:
        """Wait for the line to be quiet, then send. Raises LinkLost."""
        self._kept.extend(self._receive(0))
        give_up = self._clock() + max(LONGEST_QUIET_S, self._quiet_s)
        while (quiet_s := self.quiet_in_s()) and (left_s := give_up - self._clock()) > 0:
            self._kept.extend(self._receive(min(quiet_s, left_s)))
        log.debug("%s: sent %s", self.link.url, frame.hex(" "))
        if self.link.echo:
            self._echo[:] = frame
        self.link.write(frame)
        self._busy_until = max(self._clock(), self._busy_until) + self._duration_s(len(frame))

    def answer(self, match: Callable[[bytes], bool], within_s: float) -> bytes:
        """Wait for the frame that matches, `within_s` from the last byte sent; others are kept for `read`.

        Raises DeviceFault NO_ANSWER, LinkLost.
        """
        deadline = max(self._clock(), self._busy_until) + within_s
        while True:
            remaining_s = deadline - self._clock()
            frames = self._receive(max(0.0, remaining_s))
            at = next((i for i, frame in enumerate(frames) if match(frame)), None)
            self._kept.extend(frame for i, frame in enumerate(frames) if i != at)
            if at is not None:
                self._busy_until = self._clock()  # it has heard all of ours, however long that was to take
                return frames[at]
            if remaining_s <= 0:
                raise DeviceFault(Fault.NO_ANSWER, f"no answer within {within_s:g} s")

    def values_of(self, frame: bytes) -> Values:
        """What the frame says, read once for all who ask whether it is theirs. Raises FrameError."""
        if self._read is None or frame != self._read[0]:
            self._read = frame, self.format.decode(frame)
        return self._read[1]

    def look(self) -> None:
        """Is the wire still there? What has come is kept for `read`. Raises LinkLost."""
        self._kept.extend(self._receive(0))

    def wake(self) -> None:
        """End a `read` that waits; from any thread."""
        self.link.wake()

    def _receive(self, timeout_s: float) -> list[bytes]:
        chunk = self.link.read(min(timeout_s, self._splitter.patience_s))
        if chunk:
            log.debug("%s: came %s", self.link.url, chunk.hex(" "))
            self._busy_until = max(self._clock(), self._busy_until)
            chunk = self._without_echo(chunk)
        return self._splitter.feed(chunk)

    def _without_echo(self, chunk: bytes) -> bytes:
        """Take our own bytes out, where the adapter gives them back."""
        size = min(len(chunk), len(self._echo))
        if size and chunk[:size] != self._echo[:size]:
            # Counted as damage: who looks after the line says so once a minute.
            log.debug("%s: what was sent came back as %s: two talk at once", self.link.url, chunk.hex(" "))
            self._splitter.bad += 1
            self._echo.clear()
            return chunk
        del self._echo[:size]
        return chunk[size:]

    def _shortest_quiet_s(self) -> float:
        line, characters_s = self.format.line, QUIET_CHARACTERS * self._duration_s(1)
        return max(line.quiet_ms / 1000, characters_s if line.duplex == "half" else 0.0)

    def _duration_s(self, size: int) -> float:
        return size * 10 / self.link.baud if self.link.baud else 0.0
