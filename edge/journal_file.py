"""The journal's file: SQLite in WAL mode with `synchronous=FULL`, its tables, its lock, its errors."""

import fcntl
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from edge.entries import Entry, Line, read_entry
from edge.errors import JournalDamaged, JournalError

Row = tuple[int, str, str]
"""Sequence number, body, chain."""

PAGE_BYTES = 4096
WAL_BYTES = 4 << 20
# Grown once at start, so that no commit has to lengthen the file: measured 1.0 instead of 1.5 to 1.8 times
# append + fdatasync.
_FORMAT = "1"
_APPLICATION_ID = 0x426D4A31
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SCHEMA = """
CREATE TABLE entry (seq INTEGER PRIMARY KEY, body TEXT NOT NULL, chain TEXT NOT NULL);
CREATE TABLE day (seq INTEGER PRIMARY KEY, date TEXT NOT NULL);
CREATE TABLE cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


def lock(path: Path) -> TextIO:
    """Hold the data folder's lock until it is closed; the kernel lets go of it when the process dies."""
    with disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        held = path.with_suffix(".lock").open("w")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            held.close()
            raise JournalError(f"{path.parent}: in use by another bianmin daemon") from error
    return held


def connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute("PRAGMA cache_size=-512")
    return db


def prepare(db: sqlite3.Connection, path: Path, after: str) -> None:
    """Make the tables of a new journal; refuse what is none. Raises JournalError."""
    if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        db.execute(f"PRAGMA page_size={PAGE_BYTES}")
        db.execute("PRAGMA journal_mode=WAL")
        with transaction(db):
            db.execute(f"PRAGMA application_id={_APPLICATION_ID}")
            for statement in filter(None, map(str.strip, _SCHEMA.split(";"))):
                db.execute(statement)
            facts = {"journal": secrets.token_hex(8), "format": _FORMAT, "after": after}
            db.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())
    if db.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
        raise JournalError(f"{path}: a database, but not a journal")
    if meta(db, "format") != _FORMAT:
        raise JournalError(f"{path}: written by a newer bianmin; install that version")


def grow(db: sqlite3.Connection) -> None:
    """Lengthen the WAL once: frames of a transaction taken back stay in the file and are overwritten."""
    db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    db.execute("PRAGMA cache_size=-64")  # smaller than the write, so that it spills into the WAL
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO meta VALUES ('room', zeroblob(?))", (WAL_BYTES,))
    db.execute("ROLLBACK")
    db.execute("PRAGMA cache_size=-512")
    with transaction(db):
        set_meta(db, "started", str(head(db)))


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.exists():
        raise JournalError(f"{path}: there is no journal")
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
    try:
        if not _tables(db):
            raise JournalError(f"{path}: nothing is written in it yet")
        if db.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
            raise JournalError(f"{path}: a database, but not a journal")
        yield db
    finally:
        db.close()


def _tables(db: sqlite3.Connection) -> int:
    """How many there are; none where its maker was killed in the midst of making the first."""
    try:
        return int(db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    except sqlite3.OperationalError as error:
        # Before it has a WAL, a reader may not undo what was half done (sqlite.org/rescode.html).
        if error.sqlite_errorcode == sqlite3.SQLITE_READONLY_ROLLBACK:
            return 0
        raise


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


@contextmanager
def disk(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        # Extended result codes keep the primary one in their low byte (sqlite.org/rescode.html).
        damaged = getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED
        raise (JournalDamaged if damaged else JournalError)(f"{path}: {error}") from error
    except OSError as error:
        raise JournalError(f"{path}: {error}") from error


def meta(db: sqlite3.Connection, key: str) -> str:
    """A word about the journal itself; empty: never said."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else ""


def set_meta(db: sqlite3.Connection, key: str, value: str) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def anchor(db: sqlite3.Connection) -> tuple[int, str] | None:
    """The last entry that was pruned, and its chain; None: nothing ever was."""
    seq, _, chain = meta(db, "anchor").partition(" ")
    return (int(seq), chain) if chain else None


def read(db: sqlite3.Connection, seq: int, limit: int) -> list[Entry]:
    return [read_entry(*line) for line in lines(db, seq, limit)]


def lines(db: sqlite3.Connection, seq: int, limit: int) -> list[Line]:
    rows = db.execute(
        "SELECT seq, body, chain FROM entry WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
    ).fetchall()
    return [Line(*row) for row in rows]


def rows(db: sqlite3.Connection, seq: int) -> Iterator[Row]:
    """All rows after `seq`, in order, unread."""
    some = "SELECT seq, body, chain FROM entry WHERE seq > ? ORDER BY seq LIMIT 1000"
    while batch := db.execute(some, (seq,)).fetchall():
        yield from batch
        seq = batch[-1][0]


def head(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT max(seq) FROM entry").fetchone()[0] or 0)
