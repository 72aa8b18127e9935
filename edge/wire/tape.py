"""What went over a wire, with its time and its side, kept in a file that can be gone on with tomorrow."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

DEVICE, PROGRAM, BENCH = "device", "program", "bench"
"""Who said it: the unknown device; the maker's program beside it; this bench."""

SHOWN = 32
"""Bytes of a burst on one line of the screen."""


@dataclass(frozen=True)
class Burst:
    """Bytes of one side with no silence between them: a frame, or several without a pause."""

    at_s: float
    side: str
    chunk: bytes

    def line(self) -> str:
        dots = "".join(chr(b) if 0x20 <= b < 0x7F else "." for b in self.chunk[:SHOWN])
        more = f" ... {len(self.chunk)} bytes" if len(self.chunk) > SHOWN else ""
        return f"{self.at_s:8.3f}  {self.side:<8} {self.chunk[:SHOWN].hex(' ').upper()}{more}   |{dots}|"


class Tape:
    """Bursts in the order they came; with a file, each is written there as soon as it is over."""

    def __init__(self, file: Path | None = None) -> None:
        """Takes up what the file holds already. Raises ValueError for one that is no tape."""
        self._file = file
        self.bursts: list[Burst] = []
        self._open: Burst | None = None
        self._last_s = 0.0
        if file is not None and file.exists():
            self.bursts = list(_read(file))

    def add(self, at_s: float, side: str, chunk: bytes, quiet_s: float) -> None:
        """Take what came; after `quiet_s` of silence, or from another side, it is a burst of its own."""
        now = self._open
        if now is not None and (side != now.side or at_s - self._last_s > quiet_s):
            self.settle()
            now = None
        self._open = Burst(now.at_s, side, now.chunk + chunk) if now else Burst(at_s, side, chunk)
        self._last_s = at_s

    def settle(self) -> Burst | None:
        """The silence is long enough: end the burst that is open."""
        burst, self._open = self._open, None
        if burst is not None:
            self.bursts.append(burst)
            if self._file is not None:
                with self._file.open("a", encoding="utf-8") as out:
                    row = {"at_s": round(burst.at_s, 4), "side": burst.side, "hex": burst.chunk.hex(" ")}
                    out.write(json.dumps(row) + "\n")
        return burst

    def is_quiet(self, now_s: float, quiet_s: float) -> bool:
        """Has an open burst been over for so long?"""
        return self._open is not None and now_s - self._last_s > quiet_s

    def of(self, *sides: str) -> list[bytes]:
        """The bursts of these sides, oldest first; without sides, all but the bench's own."""
        wanted = sides or (DEVICE, PROGRAM)
        return [burst.chunk for burst in self.bursts if burst.side in wanted]


def _read(file: Path) -> Iterator[Burst]:
    for number, line in enumerate(_lines(file), 1):
        try:
            row = json.loads(line)
            yield Burst(float(row["at_s"]), str(row["side"]), bytes.fromhex(row["hex"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{file}:{number}: no line of a tape: {error}") from error


def _lines(file: Path) -> Iterable[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{file}: {error}") from error
