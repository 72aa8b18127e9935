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
            write_secret(path, secrets.token_bytes(KEY_BYTES))
        key = path.read_bytes()
    except OSError as error:
        raise JournalError(f"{path}: {error}") from error
    if len(key) != KEY_BYTES:
        raise JournalError(
            f"{path}: not a key ({len(key)} bytes instead of {KEY_BYTES}); restore it from a backup"
        )
    return key


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only this user may read: beside, flushed, renamed. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    flush_folder(path.parent)


def flush_folder(path: Path) -> None:
    """Put on disk which files there are. Raises OSError."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
