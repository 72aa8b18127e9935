"""A journal that goes on after a restore: under another name, from where the backup ends.

The center's key is (journal, sequence number). The box that the backup was made on may have gone on after it,
so that its next numbers are taken already: what is written from here on bears a name of its own, while the
chain goes on.
"""

import json
import secrets
import sqlite3
from pathlib import Path

from edge import journal_file as file

KEY = "formers"


RESTORED = "restored"
"""What such a journal begins after: numbers of its day go on in the upper half of each range."""


def begin_again(path: Path) -> str:
    """Give a restored journal its new name; returns it. Raises JournalError."""
    name = secrets.token_hex(8)
    with file.disk(path):
        db = file.connect(path)
        try:
            with file.transaction(db):
                former = (file.head(db), file.meta(db, "journal"))
                file.set_meta(db, KEY, json.dumps([*formers(db), former]))
                file.set_meta(db, "journal", name)
                file.set_meta(db, "after", RESTORED)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            db.close()
    return name


def formers(db: sqlite3.Connection) -> list[tuple[int, str]]:
    """The names that this journal had before, each with its last entry's number, oldest first."""
    return [(int(seq), str(name)) for seq, name in json.loads(file.meta(db, KEY) or "[]")]


def former_of(path: Path) -> tuple[int, str]:
    """The last entry that bears the journal's former name, and that name; 0 and empty: never restored.

    Raises JournalError.
    """
    with file.disk(path), file.reading(path) as db:
        return (formers(db) or [(0, "")])[-1]


def name_at(names: list[tuple[int, str]], seq: int, now: str) -> str:
    """Whose entry this is."""
    return next((name for last, name in names if seq <= last), now)
