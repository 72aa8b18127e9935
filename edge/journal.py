"""Everything that happened, in order, on disk: the hall's one truth.

One writer; any thread may read.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from edge import journal_file as file
from edge.entries import FIRST_LINK, Entry, Line, body_of, link, stamped
from edge.errors import JournalDamaged, JournalError
from edge.hall.events import ClockSet, DayOpened, Event
from edge.hall.words import Now

__all__ = ["Entry", "Journal", "Standing", "entries_after", "head"]

_WAL_HALF = file.WAL_BYTES // file.PAGE_BYTES // 2
_WAL_FULL = file.WAL_BYTES // file.PAGE_BYTES * 9 // 10
_SPARE_READERS = 4
_ROW_BYTES = 900
"""Of an entry in the file, about."""
_RECENT = 256
"""Entries kept in memory for the readers, who are seldom further behind."""


@dataclass(frozen=True)
class Standing:
    """What a fold of the last days alone would not find."""

    clock: Entry | None = None
    """The last word of a person or the county on the time."""
    floor: datetime | None = None
    """The latest trusted time before the present business day."""


class Journal:
    def __init__(self, path: Path, *, source: str, after: str = "") -> None:
        """Open the journal at `path` for writing, or make it. `source`: `/county/hall`.

        `after` is said of a new one: the name of what was lost before it. Blocks for one 4 MB write.
        Raises JournalError: in use by another daemon, not writable; JournalDamaged.
        """
        self._path, self._source = path, source
        self._writing = threading.Lock()
        self._grown = threading.Condition()
        self._spare: list[sqlite3.Connection] = []
        self._closed = False
        self._batches, self._frames = 0, 0
        self._floor: datetime | None = None
        self._recent: deque[Entry] = deque(maxlen=_RECENT)
        """The last ones that this process wrote, without a gap up to the head."""
        self._lock = file.lock(path)
        try:
            with file.disk(path):
                self._db = file.connect(path)
                file.prepare(self._db, path, after)
                self._load()
                file.grow(self._db)
        except BaseException:
            with suppress(AttributeError, sqlite3.Error):
                self._db.close()
            self._lock.close()
            raise

    @property
    def id(self) -> str:
        """This file's own name, for ever; a fresh journal has another."""
        return self._id

    @property
    def head(self) -> int:
        """The last entry's number; 0 before the first."""
        return self._head

    @property
    def path(self) -> Path:
        return self._path

    @property
    def after(self) -> str:
        """What was lost before this journal began, until the hall has begun its numbers above; else empty."""
        return self._after

    @property
    def batches(self) -> int:
        """Transactions committed since the start, one flush each."""
        return self._batches

    def append(
        self, events: Sequence[Event], now: Now, cursors: Mapping[str, int] | None = None
    ) -> tuple[Entry, ...]:
        """Write events and cursors in one transaction with one flush; on disk when it returns.

        Raises JournalError: nothing of it has happened. Only the registrar calls this.
        """
        if not events and not cursors:
            return ()
        with self._writing, file.disk(self._path):
            entries = self._entries(events, now)
            with file.transaction(self._db):
                self._db.executemany(
                    "INSERT INTO entry VALUES (?, ?, ?)", [(e.seq, e.body, e.chain) for e in entries]
                )
                self._mark(entries)
                self._db.executemany("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (cursors or {}).items())
            self._count(sum(len(e.body) for e in entries))
        if entries:
            if now.trusted:
                self._floor = entries[-1].stamp.at
            with self._grown:
                self._head, self._chain = entries[-1].seq, entries[-1].chain
                self._recent.extend(entries)
                self._grown.notify_all()
        return entries

    def probe(self) -> None:
        """Write a word to see whether the disk takes it again. Raises JournalError."""
        with self._writing, file.disk(self._path):
            self._touch("probed")

    def tidy(self, *, idle: bool) -> None:
        """Move the WAL into the file when it is full, or when it is half full and nobody waits.

        Several flushes, so never on the way to an answer. Raises JournalError; nothing is lost by that.
        """
        if self._frames < (_WAL_HALF if idle else _WAL_FULL):
            return
        with self._writing, file.disk(self._path):
            busy, frames, moved = self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            self._frames = 0 if frames == moved else frames
            if not busy and frames == moved:
                # The first write after a checkpoint also flushes the WAL's new header: here, not in a batch.
                self._touch("tidied")

    def read_after(self, seq: int, limit: int = 200) -> list[Entry]:
        """Up to `limit` entries after `seq`, in order. Any thread. Raises JournalError."""
        if (recent := self._recent_after(seq, limit)) is not None:
            return recent
        with file.disk(self._path), self._reader() as db:
            return file.read(db, seq, limit)

    def lines_after(self, seq: int, limit: int) -> list[Line]:
        """As `read_after`, undecoded, for who only passes them on. Any thread. Raises JournalError."""
        if (recent := self._recent_after(seq, limit)) is not None:
            return [Line(e.seq, e.body, e.chain) for e in recent]
        with file.disk(self._path), self._reader() as db:
            return file.lines(db, seq, limit)

    def _recent_after(self, seq: int, limit: int) -> list[Entry] | None:
        """None: they are not all in memory."""
        with self._grown:
            if not self._closed and self._recent and self._recent[0].seq <= seq + 1:
                return list(islice(self._recent, seq + 1 - self._recent[0].seq, None))[:limit]
        return None

    def wait_after(self, seq: int, timeout_s: float) -> bool:
        """Wait until there is an entry after `seq`; False if there was none in time. Any thread."""
        with self._grown:
            self._grown.wait_for(lambda: self._head > seq or self._closed, timeout_s)
            return self._head > seq

    def cursor(self, name: str) -> int:
        """How far the reader `name` has come; 0 if it was never saved. Any thread. Raises JournalError."""
        with file.disk(self._path), self._reader() as db:
            row = db.execute("SELECT seq FROM cursor WHERE name = ?", (name,)).fetchone()
        return row[0] if row else 0

    def fold_start(self, days: int) -> int:
        """The number before the first entry of the last `days` business days. Raises JournalError."""
        asked = "SELECT min(seq) FROM day GROUP BY date ORDER BY 1 DESC LIMIT 1 OFFSET ?"
        with file.disk(self._path), self._reader() as db:
            row = db.execute(asked, (max(days, 1) - 1,)).fetchone()
        return row[0] - 1 if row else 0

    def chain_at(self, seq: int) -> str:
        """The chain of one entry; empty: it is not here. Raises JournalError."""
        with file.disk(self._path), self._reader() as db:
            row = db.execute("SELECT chain FROM entry WHERE seq = ?", (seq,)).fetchone()
        return row[0] if row else ""

    def standing(self) -> Standing:
        """What was said before the last days and holds still. Raises JournalError."""
        with file.disk(self._path), self._reader() as db:
            clock, floor = file.meta(db, "clock"), file.meta(db, "floor")
            said = file.read(db, int(clock) - 1, 1) if clock else []
        return Standing(said[0] if said else None, datetime.fromisoformat(floor) if floor else None)

    def prunable(self, days: int, readers: Sequence[str]) -> int:
        """The last entry that nobody needs, the one before a business day; 0: there is none.

        Kept are the last `days` days of business, what any cursor has not passed (one of `readers` that never
        came counts as 0), and all since the box last started. Days are counted and not reckoned: a clock that
        jumps ahead takes nothing away. Raises JournalError.
        """
        with file.disk(self._path), self._reader() as db:
            cursors = dict(db.execute("SELECT name, seq FROM cursor").fetchall())
            starts = db.execute("SELECT min(seq) FROM day GROUP BY date ORDER BY 1 DESC").fetchall()
            passed = min([*cursors.values(), *(cursors.get(name, 0) for name in readers), self._head - 1])
            latest = file.read(db, self._head - 1, 1)
            for (start,) in starts[max(days, 1) - 1 :]:
                before = file.read(db, start - 2, 1) if 1 < start <= passed else []
                if before and before[0].seq < start and before[0].stamp.boot != latest[0].stamp.boot:
                    return int(start) - 1
        return 0

    def prune(self, upto: int, limit: int) -> int:
        """Drop at most `limit` of the oldest entries up to `upto`, and leave an anchor for the chain.

        One flush; the file keeps its size, and its pages are used again. The newest entry always stays.
        Returns how many are gone. Only the registrar calls this. Raises JournalError.
        """
        asked = "SELECT seq, chain FROM entry WHERE seq <= ? ORDER BY seq LIMIT ?"
        with self._writing, file.disk(self._path):
            gone = self._db.execute(asked, (min(upto, self._head - 1), limit)).fetchall()
            if gone:
                seq, chain = gone[-1]
                with file.transaction(self._db):
                    self._db.execute("DELETE FROM entry WHERE seq <= ?", (seq,))
                    self._db.execute("DELETE FROM day WHERE seq <= ?", (seq,))
                    file.set_meta(self._db, "anchor", f"{seq} {chain}")
                self._count(len(gone) * _ROW_BYTES)
                with self._grown:
                    while self._recent and self._recent[0].seq <= seq:
                        self._recent.popleft()
        return len(gone)

    def settle(self) -> None:
        """The hall has begun its numbers above what was lost. Raises JournalError."""
        with self._writing, file.disk(self._path):
            with file.transaction(self._db):
                file.set_meta(self._db, "after", "")
            self._count(0)
        self._after = ""

    def close(self) -> None:
        """Let go of the file; wakes who waits."""
        with self._grown:
            self._closed = True
            self._grown.notify_all()
        with self._writing:
            while self._spare:
                self._spare.pop().close()
            self._db.close()
            self._lock.close()

    def _load(self) -> None:
        self._id, self._after = file.meta(self._db, "journal"), file.meta(self._db, "after")
        floor = file.meta(self._db, "floor")
        self._floor = datetime.fromisoformat(floor) if floor else None
        if not self._id:
            raise JournalDamaged(f"{self._path}: its own name is missing")
        last = file.read(self._db, max(file.head(self._db) - 2, 0), 2)
        self._head, self._chain = (last[-1].seq, last[-1].chain) if last else (0, FIRST_LINK)
        if len(last) == 2 and link(last[0].chain, last[1].body) != last[1].chain:
            raise JournalDamaged(f"{self._path}: entry {self._head} does not follow from the one before it")

    def _mark(self, entries: Sequence[Entry]) -> None:
        """Where days begin, and what a fold of the last days alone would not find."""
        for entry in entries:
            if isinstance(entry.event, ClockSet):
                file.set_meta(self._db, "clock", str(entry.seq))
            elif isinstance(entry.event, DayOpened):
                self._db.execute("INSERT INTO day VALUES (?, ?)", (entry.seq, entry.event.date))
                if self._floor:
                    file.set_meta(self._db, "floor", self._floor.isoformat())

    def _entries(self, events: Sequence[Event], now: Now) -> tuple[Entry, ...]:
        entries, chain = [], self._chain
        for seq, event in enumerate(events, self._head + 1):
            stamp = stamped(seq, now)
            body = body_of(event, stamp, trusted=now.trusted, journal=self._id, source=self._source)
            chain = link(chain, body)
            entries.append(Entry(seq, stamp, now.trusted, event, body, chain))
        return tuple(entries)

    def _touch(self, key: str) -> None:
        with file.transaction(self._db):
            file.set_meta(self._db, key, str(self._head))
        self._count(0)

    def _count(self, written_bytes: int) -> None:
        self._batches += 1
        self._frames += 2 + written_bytes // file.PAGE_BYTES  # as seen: 1.3 for a short batch

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        """A connection of one's own: on the writer's, rows would show that are not yet committed."""
        if self._closed:
            raise JournalError(f"{self._path}: closed")
        try:
            db = self._spare.pop()
        except IndexError:
            db = file.connect(self._path)
        try:
            yield db
        finally:
            if self._closed or len(self._spare) >= _SPARE_READERS:
                db.close()
            else:
                self._spare.append(db)


def entries_after(path: Path, seq: int) -> Iterator[Entry]:
    """Read a journal without being its daemon, which may be running. Raises JournalError."""
    with file.disk(path), file.reading(path) as db:
        while batch := file.read(db, seq, 500):
            yield from batch
            seq = batch[-1].seq


def head(path: Path) -> int:
    """The last entry's number, without being the daemon. Raises JournalError."""
    with file.disk(path), file.reading(path) as db:
        return file.head(db)
