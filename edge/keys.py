"""Secret keys of this box: files that only it may read, made at the first start."""

import os
import secrets
from pathlib import Path

from edge.errors import JournalError

KEY_BYTES = 32


def load_key(path: Path) -> bytes:
    """The key in this file (mode 0600); made and flushed to disk if there is none.

    Raises JournalError: not readable, not writable, or not a key.
    """
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise JournalError(f"{path}: {error}") from error
    if len(key) != KEY_BYTES:
        raise JournalError(
            f"{path}: not a key ({len(key)} bytes instead of {KEY_BYTES}); restore it from a backup"
        )
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
