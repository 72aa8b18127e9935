"""A file that is there to be thrown away: room for the journal on a card that somebody else has filled."""

import logging
import os
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

BALLAST = "ballast"
"""Its name beside the journal."""
BYTES = 8 << 20
"""More than the journal's WAL: its content finds room in the file, and some thousands of entries besides."""
_ROOM = 4
"""So many times its size must be free before it is laid in again."""


class Ballast:
    def __init__(self, path: Path, size_bytes: int = BYTES) -> None:
        self._path, self._bytes = path, size_bytes

    def lay(self) -> None:
        """Put it there if it is not, and if the disk has plenty of room; never raises."""
        if self._path.exists():
            return
        fresh = self._path.with_name(f"{self._path.name}.new")
        try:
            disk = os.statvfs(self._path.parent)
            if disk.f_bavail * disk.f_frsize < _ROOM * self._bytes:
                return
            with fresh.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._bytes)
            fresh.rename(self._path)
        except OSError as error:
            log.warning("no ballast: %s", error)
            with suppress(OSError):
                fresh.unlink()

    def spend(self) -> bool:
        """Throw it away; False if there was none or the disk is read-only."""
        try:
            self._path.unlink()
        except OSError:
            return False
        log.warning("%s: the disk is full, the ballast is freed; make room", self._path.parent)
        return True
