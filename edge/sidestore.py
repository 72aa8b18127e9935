"""What must be erasable (names, free texts, digests of cards): encrypted rows with a date to die.

The journal holds only a row's random id, or a keyed digest. A row's bytes are overwritten when it is erased.
"""

import hashlib
import hmac
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge.errors import JournalError
from edge.hall.words import Now
from edge.keys import load_key
from edge.sealed_box import SealedBox

_SCHEMA = """CREATE TABLE IF NOT EXISTS row (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, dies TEXT NOT NULL, sealed BLOB NOT NULL) WITHOUT ROWID"""


class SideStore:
    """Any thread may call; calls wait for one another and for the disk."""

    def __init__(self, path: Path, key_file: Path) -> None:
        """Open or make the store and its key. Raises JournalError."""
        key = load_key(key_file)
        self._path = path
        self._rows = SealedBox(_derived(key, "rows"))
        self._digest_key = _derived(key, "digests")
        self._files = SealedBox(_derived(key, "files"))
        self._lock = threading.Lock()
        with self._disk():
            self._db = _open(path)

    def put(self, kind: str, data: bytes, keep_days: int, now: Now) -> str:
        """Keep `data` until `keep_days` from now; returns its random id, on disk. Raises JournalError."""
        id = secrets.token_hex(16)
        sealed = self._rows.seal(data, f"{id} {kind}")
        row = (id, kind, _text(now.at + timedelta(days=keep_days)), sealed)
        with self._disk():
            self._db.execute("INSERT INTO row VALUES (?, ?, ?, ?)", row)
        return id

    def get(self, id: str) -> bytes:
        """Raises KeyError (never there, or erased) and JournalError (another key, or damaged)."""
        with self._disk():
            row = self._db.execute("SELECT kind, sealed FROM row WHERE id = ?", (id,)).fetchone()
        if not row:
            raise KeyError(id)
        kind, sealed = row
        try:
            return self._rows.unseal(sealed, f"{id} {kind}")
        except ValueError as error:
            raise JournalError(f"{self._path}: row {id} is damaged or under another key") from error

    def erase(self, id: str) -> bool:
        """Overwrite a row; False if there was none. Raises JournalError."""
        with self._disk():
            return self._db.execute("DELETE FROM row WHERE id = ?", (id,)).rowcount > 0

    def purge(self, now: Now) -> int:
        """Overwrite what has reached its date; returns how many rows.

        Under a clock that is not trusted nothing dies: what was erased too early cannot come back.
        """
        if not now.trusted:
            return 0
        with self._disk():
            return self._db.execute("DELETE FROM row WHERE dies <= ?", (_text(now.at),)).rowcount

    def keyed_digest(self, data: bytes) -> str:
        """The same for the same data in this hall, and telling nothing without its key: 64 hex digits."""
        return hmac.new(self._digest_key, data, hashlib.sha256).hexdigest()

    def seal(self, data: bytes, name: str) -> bytes:
        """Encrypt what lies in a file of its own; `name` binds it to its place."""
        return self._files.seal(data, name)

    def unseal(self, sealed: bytes, name: str) -> bytes:
        """Raises ValueError: under another key, of another name, or altered."""
        return self._files.unseal(sealed, name)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _disk(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except (sqlite3.Error, OSError) as error:
                raise JournalError(f"{self._path}: {error}") from error


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    try:
        # Not WAL: its file would keep what the table no longer has. `secure_delete` writes zeros over a row.
        db.execute("PRAGMA journal_mode=DELETE")
        db.execute("PRAGMA synchronous=EXTRA")
        db.execute("PRAGMA secure_delete=ON")
        db.execute(_SCHEMA)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _derived(key: bytes, use: str) -> bytes:
    return hmac.new(key, f"bianmin side store {use}".encode("ascii"), hashlib.sha256).digest()


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
