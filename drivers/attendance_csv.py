"""Attendance terminals whose program writes CSV files into a folder: each line is somebody coming or going.

Source: tables as such programs export them (columns are named in the options); no real terminal was tried.
The files are another program's: they are read and never changed. Every line of every file is told of again in
each life of the link; the hall knows which it has.
"""

import csv
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from drivers.capabilities import OK, DeviceInfo, DeviceStatus, State
from drivers.errors import Fault, LinkLost
from drivers.links_inbox import InboxLink
from drivers.readings import Punched, PunchRefused

LINKS = ("inbox",)

LOOK_S = 2.0
AT_ONCE = 200
"""Lines told of in one go: the link's thread has to come round."""
LONGEST_LINE = 1000
ENDINGS = (".csv", ".txt", ".dat")
WAYS = {"0": "in", "1": "out", "in": "in", "out": "out", "i": "in", "o": "out"}
"""Terminals write 0 and 1 (facts §7.3, general knowledge); others write words."""


@dataclass(frozen=True)
class Options:
    staff: int = 1
    """The column of the staff number, the first is 1."""
    at: int = 2
    """… of date and time; with `time` of the date alone."""
    time: int = 0
    """… of the time, where it has a column of its own; 0: it has not."""
    way: int = 0
    """… of in and out; 0: there is none."""
    format: str = "%Y-%m-%d %H:%M:%S"
    """How date and time are written, joined by a space."""
    delimiter: str = ","
    header: bool = True
    """The first line of a file names its columns."""
    encoding: str = "utf-8"
    """utf-8 or gb18030."""
    quiet_s: int = 30
    """A last line without an end is whole once its file has not changed for so long."""

    def __post_init__(self) -> None:
        if min(self.staff, self.at) < 1 or min(self.time, self.way) < 0:
            raise ValueError("staff, at: columns from 1 on; time, way: 0 for none")
        if len(self.delimiter) != 1:
            raise ValueError("delimiter must be one character")
        if self.encoding not in ("utf-8", "gb18030"):
            raise ValueError("encoding must be utf-8 or gb18030")
        if not 1 <= self.quiet_s <= 3600:
            raise ValueError("quiet_s must be from 1 to 3600")
        try:
            datetime.strptime(datetime(2026, 11, 22, 8, 31, 5).strftime(self.format), self.format)
        except ValueError as error:
            raise ValueError(f"format: {error}") from error


class BadLine(Exception):
    """What is wrong with a line, as a key: `no_staff`, `no_time`, `not_text`, `too_long`, `cut_off`."""


def punch_of(line: bytes, options: Options, source: str) -> Punched | None:
    """What one line says, None for an empty one. Raises BadLine; names and other columns are left behind."""
    if len(line) > LONGEST_LINE:
        raise BadLine("too_long")
    try:
        text = line.decode(options.encoding).lstrip("\ufeff")
        cells = [c.strip() for c in next(csv.reader([text.rstrip("\r\n")], delimiter=options.delimiter), [])]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadLine("not_text") from error
    if not any(cells):
        return None
    staff = _cell(cells, options.staff)
    if not staff or len(staff) > 32 or not staff.isalnum():
        raise BadLine("no_staff")
    written = f"{_cell(cells, options.at)} {_cell(cells, options.time)}".strip()
    try:
        at = datetime.strptime(written, options.format).replace(microsecond=0)
    except ValueError as error:
        raise BadLine("no_time") from error
    if not line.endswith(b"\n") and at.strftime(options.format) != written:
        raise BadLine("cut_off")  # 08:31:0 may go on
    way = WAYS.get(_cell(cells, options.way).lower(), "")
    return Punched(staff, at.isoformat(), way, source)


def _cell(cells: Sequence[str], column: int) -> str:
    return cells[column - 1] if 0 < column <= len(cells) else ""


class Driver:
    """An AttendanceSource."""

    def __init__(
        self,
        link: InboxLink,
        options: Options,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._link = link
        self._options = options
        self._clock = clock
        self._files: dict[Path, _File] = {}
        self._waiting: Iterator[Punched | PunchRefused] = iter(())
        self._again: list[Punched | PunchRefused] = []
        self._look_at = clock()
        self._refused: dict[str, str] = {}
        """By file, the last line that said nothing."""

    def start(self) -> DeviceInfo:
        return DeviceInfo(model="CSV folder")

    def check(self) -> DeviceStatus:
        """The folder is there. Raises LinkLost."""
        self._link.files()
        if self._refused:
            return DeviceStatus(
                State.DEGRADED, Fault.BAD_LINES, "; ".join(sorted(self._refused.values())[:3])
            )
        return OK

    def poll(self, timeout_s: float) -> Sequence[Punched | PunchRefused]:
        """The next lines, up to 200. Raises LinkLost."""
        wait_s = self._look_at - self._clock()
        if wait_s > 0:
            self._link.read(min(wait_s, timeout_s))
            return ()
        again, self._again = self._again, []
        found = again or list(islice(self._waiting, AT_ONCE))
        if not found:
            self._waiting = self._look()
            found = list(islice(self._waiting, AT_ONCE))
        if len(found) < AT_ONCE:
            self._look_at = self._clock() + LOOK_S
        return found

    def again(self, line: Punched | PunchRefused) -> None:
        """The hall could not take this line down: tell it again, after a while."""
        self._again.append(line)
        self._look_at = self._clock() + LOOK_S

    def _look(self) -> Iterator[Punched | PunchRefused]:
        for path in self._link.files():
            if path.suffix.lower() not in ENDINGS:
                continue
            file = self._files.setdefault(path, _File(path))
            try:
                yield from self._lines_of(file)
            except FileNotFoundError:
                continue  # moved away meanwhile; what was in it is told, or comes back with it
            except OSError as error:
                raise LinkLost(f"{path.name}: {error.strerror}") from error

    def _lines_of(self, file: "_File") -> Iterator[Punched | PunchRefused]:
        for number, line in file.lines(self._clock(), self._options.quiet_s):
            source = f"{file.path.name}:{number}"
            if number == 1 and self._options.header:
                continue
            try:
                punch = punch_of(line, self._options, source)
            except BadLine as why:
                self._refused[file.path.name] = f"{source} {why}"
                yield PunchRefused(source, str(why), hashlib.sha256(line.rstrip(b"\r\n")).hexdigest()[:16])
                continue
            if punch is not None:
                yield punch


class _File:
    """How far one file has been read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mark: tuple[int, int, int] | None = None
        """Inode, size and time of change when it was last looked at."""
        self._changed_at = 0.0
        self._read_to = 0
        self._number = 0
        self._node = 0
        self._tail = b""
        """The line without an end that was told of."""

    def lines(self, now: float, quiet_s: float) -> Iterator[tuple[int, bytes]]:
        """Lines that are new, with their numbers, ended or not; of a file that was written anew all of them.

        The last line without an end comes once the file is quiet, and again, whole, if it goes on.
        Raises OSError.
        """
        stat = self.path.stat()
        mark = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        if mark != self._mark:
            self._mark, self._changed_at = mark, now
        if stat.st_ino != self._node or stat.st_size < self._read_to:
            self._node, self._read_to, self._number, self._tail = stat.st_ino, 0, 0, b""
        is_quiet = now - self._changed_at >= quiet_s
        if stat.st_size == self._read_to:
            return
        with self.path.open("rb") as file:
            file.seek(self._read_to)
            for line in file:
                if not line.endswith(b"\n"):
                    if is_quiet and line != self._tail:
                        self._tail = line
                        yield self._number + 1, line
                    return
                self._read_to += len(line)
                self._number += 1
                yield self._number, line
