"""Which of the usual speeds is the device's: what came at each, and how much sense it makes."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drivers.links import Link
from drivers.links_count import torn_bytes
from edge.wire import marks
from edge.wire.ports import USUAL_BAUDS, open_device

QUIET_S = 0.03
FEWEST_TORN = 0.05
"""Of the bytes, by the port's own count: with more the speed is wrong."""


FEWEST_FRAMES = 3
"""Of different ones: on two a checksum fits by chance."""

EXTREMES = (0x00, 0x80, 0xC0, 0xE0, 0xF0, 0xF8, 0xFC, 0xFE, 0xFF)
"""What a receiver at the wrong speed makes of bits: runs of zeros and ones."""
MOST_EXTREMES = 0.75


@dataclass(frozen=True)
class Trial:
    baud: int
    character: str
    bursts: tuple[bytes, ...]
    torn: int | None
    """Bytes that the port itself called torn; None: it does not count."""

    @property
    def size(self) -> int:
        return sum(map(len, self.bursts))

    @property
    def sense(self) -> int:
        """0 silence, 1 noise, 2 may be, 3 text, or a checksum that two frames fit, 4 one that more do."""
        if not self.size:
            return 0
        if self.torn is not None and self.torn > self.size * FEWEST_TORN:
            return 1
        whole = b"".join(self.bursts)
        if sum(b in EXTREMES for b in whole) > MOST_EXTREMES * len(whole):
            return 1
        found = marks.find(self.bursts)
        if found is not None and (found.sums or any(mark.sure for mark in found.lengths)):
            return 4 if len(found.frames) >= FEWEST_FRAMES else 3
        printable = sum(0x20 <= b < 0x7F or b in b"\r\n\t" for b in whole)
        return 3 if printable > 0.9 * len(whole) > 4 else 2

    def line(self) -> str:
        words = ("nothing came", "noise", "may be", "likely", "a length or checksum fits")
        torn = "" if self.torn is None else f", {self.torn} torn"
        first = self.bursts[0][:12].hex(" ").upper() if self.bursts else ""
        count = f"{self.size} bytes in {len(self.bursts)}{torn}" if self.bursts else ""
        return f"{self.baud:>7} {self.character}  {words[self.sense]:<26} {count:<26} {first}".rstrip()


def try_all(url: str, character: str, each_s: float, ask: bytes) -> Iterator[Trial]:
    """Listen at each usual speed for `each_s`; with `ask` something is sent first. Raises LinkLost."""
    for baud in USUAL_BAUDS:
        link = open_device(url, baud, character)
        try:
            before = torn_bytes(link)
            if ask:
                link.write(ask)
            bursts = list(_listen(link, each_s))
            after = torn_bytes(link)
        finally:
            link.close()
        torn = None if before is None or after is None else after - before
        yield Trial(baud, character, tuple(bursts), torn)


def best(trials: Sequence[Trial]) -> Trial | None:
    """The one that makes most sense; None where all make the same, or nothing came."""
    ranked = sorted(trials, key=lambda trial: (trial.sense, trial.size), reverse=True)
    if not ranked or ranked[0].sense == 0:
        return None
    return ranked[0] if len(ranked) == 1 or ranked[0].sense > ranked[1].sense else None


def _listen(link: Link, each_s: float) -> Iterator[bytes]:
    until = time.monotonic() + each_s
    burst = bytearray()
    while (left := until - time.monotonic()) > 0:
        chunk = link.read(min(left, QUIET_S))
        burst += chunk
        if burst and not chunk:
            yield bytes(burst)
            burst.clear()
    if burst:
        yield bytes(burst)
