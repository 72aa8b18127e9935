"""Everything that happened, in order, on disk: the hall's one truth.

One SQLite file in WAL mode with `synchronous=FULL`. One writer; any thread may read.
"""

import fcntl
import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from edge.entries import FIRST_LINK, Entry, body_of, link, read_entry, stamped
from edge.errors import JournalError
from edge.hall.events import DayOpened, Event
from edge.hall.words import Now

__all__ = ["Entry", "Journal", "Verdict", "entries_after", "head", "verify"]

_FORMAT = "1"
_APPLICATION_ID = 0x426D4A31
_PAGE_BYTES = 4096
_WAL_BYTES = 4 << 20
# Grown once at start, so that no commit has to lengthen the file: measured 1.0 instead of 1.5 to 1.8 times
# append + fdatasync.
_WAL_HALF, _WAL_FULL = _WAL_BYTES // _PAGE_BYTES // 2, _WAL_BYTES // _PAGE_BYTES * 9 // 10
_SPARE_READERS = 4
_SCHEMA = """
CREATE TABLE entry (seq INTEGER PRIMARY KEY, body TEXT NOT NULL, chain TEXT NOT NULL);
CREATE TABLE day (seq INTEGER PRIMARY KEY, date TEXT NOT NULL);
CREATE TABLE cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class Journal:
    def __init__(self, path: Path, *, source: str) -> None:
        """Open the journal at `path` for writing, or make it. `source`: `/county/hall`.

        Blocks for one 4 MB write. Raises JournalError: in use by another daemon, unreadable, not writable.
        """
        self._path, self._source = path, source
        self._writing = threading.Lock()
        self._grown = threading.Condition()
        self._spare: list[sqlite3.Connection] = []
        self._closed = False
        self._batches, self._frames = 0, 0
        self._lock = _lock(path)
        try:
            with _disk(path):
                self._db = _connect(path)
                _prepare(self._db, path)
                self._load()
                _grow(self._db)
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
        with self._writing, _disk(self._path):
            entries = self._entries(events, now)
            with _transaction(self._db):
                self._db.executemany(
                    "INSERT INTO entry VALUES (?, ?, ?)", [(e.seq, e.body, e.chain) for e in entries]
                )
                days = [(e.seq, e.event.date) for e in entries if isinstance(e.event, DayOpened)]
                self._db.executemany("INSERT INTO day VALUES (?, ?)", days)
                self._db.executemany("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (cursors or {}).items())
            self._count(sum(len(e.body) for e in entries))
        if entries:
            with self._grown:
                self._head, self._chain = entries[-1].seq, entries[-1].chain
                self._grown.notify_all()
        return entries

    def probe(self) -> None:
        """Write a word to see whether the disk takes it again. Raises JournalError."""
        with self._writing, _disk(self._path):
            self._touch("probed")

    def tidy(self, *, idle: bool) -> None:
        """Move the WAL into the file when it is full, or when it is half full and nobody waits.

        Several flushes, so never on the way to an answer. Raises JournalError; nothing is lost by that.
        """
        if self._frames < (_WAL_HALF if idle else _WAL_FULL):
            return
        with self._writing, _disk(self._path):
            busy, frames, moved = self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            self._frames = 0 if frames == moved else frames
            if not busy and frames == moved:
                # The first write after a checkpoint also flushes the WAL's new header: here, not in a batch.
                self._touch("tidied")

    def read_after(self, seq: int, limit: int = 200) -> list[Entry]:
        """Up to `limit` entries after `seq`, in order. Any thread. Raises JournalError."""
        with _disk(self._path), self._reader() as db:
            return _read(db, seq, limit)

    def wait_after(self, seq: int, timeout_s: float) -> bool:
        """Wait until there is an entry after `seq`; False if there was none in time. Any thread."""
        with self._grown:
            self._grown.wait_for(lambda: self._head > seq or self._closed, timeout_s)
            return self._head > seq

    def cursor(self, name: str) -> int:
        """How far the reader `name` has come; 0 if it was never saved. Any thread. Raises JournalError."""
        with _disk(self._path), self._reader() as db:
            row = db.execute("SELECT seq FROM cursor WHERE name = ?", (name,)).fetchone()
        return row[0] if row else 0

    def fold_start(self, days: int) -> int:
        """The number before the first entry of the last `days` business days. Raises JournalError."""
        asked = "SELECT min(seq) FROM day GROUP BY date ORDER BY 1 DESC LIMIT 1 OFFSET ?"
        with _disk(self._path), self._reader() as db:
            row = db.execute(asked, (max(days, 1) - 1,)).fetchone()
        return row[0] - 1 if row else 0

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
        self._id: str = self._db.execute("SELECT value FROM meta WHERE key = 'journal'").fetchone()[0]
        last = _read(self._db, max(_head(self._db) - 2, 0), 2)
        self._head, self._chain = (last[-1].seq, last[-1].chain) if last else (0, FIRST_LINK)
        if len(last) == 2 and link(last[0].chain, last[1].body) != last[1].chain:
            raise JournalError(f"{self._path}: entry {self._head} does not follow from the one before it")

    def _entries(self, events: Sequence[Event], now: Now) -> tuple[Entry, ...]:
        entries, chain = [], self._chain
        for seq, event in enumerate(events, self._head + 1):
            stamp = stamped(seq, now)
            body = body_of(event, stamp, trusted=now.trusted, journal=self._id, source=self._source)
            chain = link(chain, body)
            entries.append(Entry(seq, stamp, now.trusted, event, body, chain))
        return tuple(entries)

    def _touch(self, key: str) -> None:
        with _transaction(self._db):
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, str(self._head)))
        self._count(0)

    def _count(self, written_bytes: int) -> None:
        self._batches += 1
        self._frames += 2 + written_bytes // _PAGE_BYTES  # as seen: 1.3 for a short batch

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        """A connection of one's own: on the writer's, rows would show that are not yet committed."""
        if self._closed:
            raise JournalError(f"{self._path}: closed")
        try:
            db = self._spare.pop()
        except IndexError:
            db = _connect(self._path)
        try:
            yield db
        finally:
            if self._closed or len(self._spare) >= _SPARE_READERS:
                db.close()
            else:
                self._spare.append(db)


@dataclass(frozen=True)
class Verdict:
    journal: str
    entries: int
    """How many were read and found good."""
    head: int
    bad_seq: int = 0
    """The first bad entry; 0: all is well."""
    problem: str = ""


def verify(path: Path) -> Verdict:
    """Follow the chain from the first entry to the last. Reads only; the daemon may be running.

    Raises JournalError where there is no readable journal at all.
    """
    with _disk(path), _reading(path) as db:
        journal = db.execute("SELECT value FROM meta WHERE key = 'journal'").fetchone()[0]
        good, head, chain = 0, 0, FIRST_LINK
        for seq, body, stored in _rows(db, 0):
            problem = _fault(journal, head + 1, seq, body, stored, chain)
            if problem:
                return Verdict(journal, good, head, head + 1, problem)
            good, head, chain = good + 1, seq, stored
        known = db.execute("SELECT max(seq) FROM (SELECT seq FROM cursor UNION SELECT seq FROM day)")
        told = known.fetchone()[0] or 0
    if told > head:
        return Verdict(journal, good, head, head + 1, f"entries {head + 1} to {told} are missing")
    return Verdict(journal, good, head)


def entries_after(path: Path, seq: int) -> Iterator[Entry]:
    """Read a journal without being its daemon, which may be running. Raises JournalError."""
    with _disk(path), _reading(path) as db:
        while batch := _read(db, seq, 500):
            yield from batch
            seq = batch[-1].seq


def head(path: Path) -> int:
    """The last entry's number, without being the daemon. Raises JournalError."""
    with _disk(path), _reading(path) as db:
        return _head(db)


def _fault(journal: str, due: int, seq: int, body: str, stored: str, before: str) -> str:
    if seq != due:
        return f"entry {due} is missing"
    if link(before, body) != stored:
        return f"entry {seq} is not what was written, or not after what was written before it"
    try:
        read_entry(seq, body, stored)
    except JournalError as error:
        return str(error)
    at_home = json.loads(body).get("id") == f"{journal}:{seq}"
    return "" if at_home else f"entry {seq} belongs to another place"


def _read(db: sqlite3.Connection, seq: int, limit: int) -> list[Entry]:
    rows = db.execute(
        "SELECT seq, body, chain FROM entry WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
    ).fetchall()
    return [read_entry(*row) for row in rows]


def _rows(db: sqlite3.Connection, seq: int) -> Iterator[tuple[int, str, str]]:
    some = "SELECT * FROM entry WHERE seq > ? ORDER BY seq LIMIT 1000"
    while rows := db.execute(some, (seq,)).fetchall():
        yield from rows
        seq = rows[-1][0]


def _head(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT max(seq) FROM entry").fetchone()[0] or 0)


def _lock(path: Path) -> TextIO:
    """Hold the data folder's lock until it is closed; the kernel lets go of it when the process dies."""
    with _disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_suffix(".lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise JournalError(f"{path.parent}: in use by another bianmin daemon") from error
    return lock


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute("PRAGMA cache_size=-512")
    return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    """Make the tables of a new journal; refuse what is none. Raises JournalError."""
    if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        db.execute(f"PRAGMA page_size={_PAGE_BYTES}")
        db.execute("PRAGMA journal_mode=WAL")
        with _transaction(db):
            db.execute(f"PRAGMA application_id={_APPLICATION_ID}")
            for statement in filter(None, map(str.strip, _SCHEMA.split(";"))):
                db.execute(statement)
            meta = {"journal": secrets.token_hex(8), "format": _FORMAT}
            db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    if db.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
        raise JournalError(f"{path}: a database, but not a journal")
    if db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()[0] != _FORMAT:
        raise JournalError(f"{path}: written by a newer bianmin; install that version")


def _grow(db: sqlite3.Connection) -> None:
    """Lengthen the WAL once: frames of a transaction taken back stay in the file and are overwritten."""
    db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    db.execute("PRAGMA cache_size=-64")  # smaller than the write, so that it spills into the WAL
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO meta VALUES ('room', zeroblob(?))", (_WAL_BYTES,))
    db.execute("ROLLBACK")
    db.execute("PRAGMA cache_size=-512")
    with _transaction(db):
        db.execute("INSERT OR REPLACE INTO meta VALUES ('started', ?)", (str(_head(db)),))


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.exists():
        raise JournalError(f"{path}: there is no journal")
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
    try:
        if db.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
            raise JournalError(f"{path}: a database, but not a journal")
        yield db
    finally:
        db.close()


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise JournalError(f"{path}: {error}") from error
