"""What frames of an unknown device have in common: constants, lengths that count, checksums that fit."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drivers.checksums import CHECKSUMS

MOST_FRAMES = 60
"""So many different frames are enough to tell, and few enough to try everything on."""

BAD_SHARE = 0.1
"""A recording holds damaged frames: what fits nine of ten fits."""

DEEPEST_START = 24
DEEPEST_LENGTH = 12
MOST_AFTER_SUM = 4


@dataclass(frozen=True)
class LengthMark:
    """A number that grows with the frame."""

    at: int
    size: int
    big_endian: bool
    offset: int
    """Its value less the frame's length."""
    sure: bool
    """Frames of different lengths were seen; else it only could be one."""


@dataclass(frozen=True)
class SumMark:
    """A checksum that fits."""

    algo: str
    big_endian: bool
    is_ascii: bool
    first: int
    """Where what it sums begins, from the frame's start."""
    after: int
    """Bytes behind it to the frame's end."""
    between: int
    """Bytes before it that are not summed."""

    @property
    def size(self) -> int:
        return CHECKSUMS[self.algo].size * (2 if self.is_ascii else 1)


@dataclass(frozen=True)
class Marks:
    """What is known of a kind of frame."""

    frames: tuple[bytes, ...]
    """Different ones, in the order they came; those that begin otherwise are left out."""
    others: tuple[bytes, ...]
    head: bytes
    """What all begin with."""
    tail: bytes
    """What all end with, behind the checksum."""
    constants: tuple[int, ...]
    """Places, from the start, that hold the same byte in every frame."""
    lengths: tuple[LengthMark, ...]
    sums: tuple[SumMark, ...]

    @property
    def shortest(self) -> int:
        return min(map(len, self.frames))


def find(bursts: Sequence[bytes]) -> Marks | None:
    """Look at bursts as frames, and where they hold several, cut at the head. None without any."""
    whole = _marks(bursts)
    if whole is None or len(whole.head) < 2 or whole.sums:
        return whole
    cut = _marks(list(_cut(bursts, whole.head)))
    return cut if cut is not None and cut.sums else whole


def _marks(bursts: Sequence[bytes]) -> Marks | None:
    different = list(dict.fromkeys(burst for burst in bursts if burst))
    if not different:
        return None
    usual = _usual_beginning(different)
    frames = tuple(frame for frame in different if frame.startswith(usual))[:MOST_FRAMES]
    shortest = min(map(len, frames))
    constants = tuple(i for i in range(shortest) if len({frame[i] for frame in frames}) == 1)
    head = frames[0][: next((n for n, i in enumerate(constants) if n != i), len(constants))]
    sums = tuple(_sums(frames, shortest)) if len(frames) > 1 else ()
    return Marks(
        frames,
        tuple(frame for frame in different if frame not in frames),
        head if len(frames) > 1 else b"",
        frames[0][len(frames[0]) - sums[0].after :] if sums else _common_end(frames, shortest),
        constants if len(frames) > 1 else (),
        tuple(_lengths(frames, shortest)),
        sums,
    )


def _usual_beginning(different: Sequence[bytes]) -> bytes:
    """Two bytes that at least half of the frames begin with, one where more do; empty without either."""
    (one, of_one), (two, of_two) = (
        Counter(frame[:size] for frame in different).most_common(1)[0] for size in (1, 2)
    )
    usual, times = (one, of_one) if of_one > of_two else (two, of_two)
    return usual if times * 2 >= len(different) else b""


def _cut(bursts: Sequence[bytes], head: bytes) -> Iterator[bytes]:
    for burst in bursts:
        at = burst.find(head)
        while at >= 0:
            next_ = burst.find(head, at + len(head))
            yield burst[at : next_ if next_ >= 0 else len(burst)]
            at = next_


def _common_end(frames: Sequence[bytes], shortest: int) -> bytes:
    size = 0
    while len(frames) > 1 and size < shortest and len({frame[-size - 1] for frame in frames}) == 1:
        size += 1
    return frames[0][len(frames[0]) - size :] if size else b""


def _misses_allowed(frames: Sequence[bytes]) -> int:
    return int(len(frames) * BAD_SHARE)


# --- lengths ------------------------------------------------------------------------------------------------


def _lengths(frames: Sequence[bytes], shortest: int) -> Iterator[LengthMark]:
    """Surest first: a byte that is always 00 beside a length is its high byte, so two bytes go before one."""
    sizes = {len(frame) for frame in frames}
    taken: set[int] = set()
    for size, big in ((2, True), (2, False), (1, False)):
        for at in range(min(shortest - size, DEEPEST_LENGTH)):
            offset = _offset(frames, at, size, big)
            if offset is None or taken & set(range(at, at + size)) or offset > 4:
                continue
            if size == 2 and any(frame[at if big else at + 1] for frame in frames):
                continue
            if len(sizes) > 1 or _could_count(frames[0], at, size, offset):
                taken.update(range(at, at + size))
                yield LengthMark(at, size, big, offset, len(sizes) > 1)


def _offset(frames: Sequence[bytes], at: int, size: int, big: bool) -> int | None:
    """The value less the length, where that is the same for nearly all."""
    values = [int.from_bytes(frame[at : at + size], "big" if big else "little") for frame in frames]
    found = Counter(value - len(frame) for value, frame in zip(values, frames, strict=True))
    offset, times = found.most_common(1)[0]
    return offset if len(frames) - times <= _misses_allowed(frames) else None


def _could_count(frame: bytes, at: int, size: int, offset: int) -> bool:
    """Frames of one length only: a number that counts just what follows it, or a little less."""
    follows = len(frame) - at - size
    return len(frame) > 4 and follows - 4 <= len(frame) + offset <= follows and follows > 1


# --- checksums ----------------------------------------------------------------------------------------------


def _sums(frames: Sequence[bytes], shortest: int) -> Iterator[SumMark]:
    """All that fit, the likeliest first: over most of the frame, right before its last bytes."""
    found = [mark for mark in _candidates(shortest) if _fits(mark, frames)]
    constant = {mark for mark in found if len({_said(mark, frame) for frame in frames}) < 2}
    yield from sorted(
        (mark for mark in found if mark not in constant),
        key=lambda mark: (mark.between, mark.is_ascii, -mark.size, mark.first, mark.after),
    )


def _candidates(shortest: int) -> Iterator[SumMark]:
    for algo, checksum in CHECKSUMS.items():
        for is_ascii in (False, True):
            size = checksum.size * (2 if is_ascii else 1)
            for big in (False, True)[: 1 if size == 1 or is_ascii else 2]:
                for after in range(min(MOST_AFTER_SUM, shortest - size) + 1):
                    for between in (0, 1):
                        last = shortest - after - size - between
                        for first in range(min(DEEPEST_START, last - 1)):
                            yield SumMark(algo, big or is_ascii, is_ascii, first, after, between)


def _fits(mark: SumMark, frames: Sequence[bytes]) -> bool:
    misses, most = 0, _misses_allowed(frames)
    for frame in frames:
        at = len(frame) - mark.after - mark.size
        if _said(mark, frame) != CHECKSUMS[mark.algo].compute(frame[mark.first : at - mark.between]):
            misses += 1
            if misses > most:
                return False
    return True


def _said(mark: SumMark, frame: bytes) -> int:
    """What stands in the checksum's place; -1: no hex digits."""
    at = len(frame) - mark.after - mark.size
    chunk = frame[at : at + mark.size]
    if not mark.is_ascii:
        return int.from_bytes(chunk, "big" if mark.big_endian else "little")
    try:
        return int(chunk.decode("ascii"), 16)
    except ValueError:
        return -1
