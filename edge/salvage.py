"""What is left of a journal that cannot be read: put aside for who looks later, and searched for numbers."""

import logging
import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

log = logging.getLogger(__name__)

_BESIDE = ("", "-wal", "-shm")
_LOOK_BACK = 64 << 20
"""Bytes of a file that are searched, from its end."""
_CHUNK = 1 << 20
_OVERLAP = 200
_ISSUED = re.compile(rb'"ticket":"\d{9,12}-(\d{4})(\d{2})(\d{2})-([A-Z]{1,2})(\d{1,4})"')

Seen = tuple[str, str, int]
"""Day, prefix, and the highest number."""


def move_aside(path: Path, at: datetime) -> str:
    """Rename a damaged journal and what belongs to it; the new name. Raises OSError."""
    name = f"{path.name}.damaged-{at:%Y%m%dT%H%M%SZ}"
    tries = 1
    while any(path.with_name(name + end).exists() for end in _BESIDE):
        tries += 1
        name = f"{path.name}.damaged-{at:%Y%m%dT%H%M%SZ}-{tries}"
    for end in _BESIDE:
        with suppress(FileNotFoundError):
            path.with_name(path.name + end).rename(path.with_name(name + end))
    return name


def numbers_in(path: Path) -> tuple[Seen, ...]:
    """The highest numbers of each day and prefix that the bytes of a damaged journal still show.

    Never raises; a number that it does not show may have been given all the same.
    """
    highest: dict[tuple[str, str], int] = {}
    for end in ("", "-wal"):
        try:
            _search(path.with_name(path.name + end), highest)
        except FileNotFoundError:
            continue
        except OSError as error:
            log.warning("%s%s: %s", path, end, error)
    return tuple((day, prefix, n) for (day, prefix), n in sorted(highest.items()))


def _search(path: Path, highest: dict[tuple[str, str], int]) -> None:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _LOOK_BACK, 0))
        before = b""
        while chunk := file.read(_CHUNK):
            for year, month, day, prefix, n in _ISSUED.findall(before + chunk):
                key = (b"-".join((year, month, day)).decode(), prefix.decode())
                highest[key] = max(int(n), highest.get(key, 0))
            before = chunk[-_OVERLAP:]
