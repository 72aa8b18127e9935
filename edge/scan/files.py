"""Pictures in, files out: what is no picture is told apart before it can do harm."""

import io
import os
import stat
import tempfile
import warnings
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from edge.scan.values import Picture

KINDS = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
FORMATS = ("JPEG", "PNG", "BMP", "TIFF", "WEBP", "MPO")
STDIN = Path("/dev/stdin")
MOST_BYTES = 64 * 1024 * 1024
MOST_PIXELS = 50_000_000
"""150 MB as a picture: twice what any document camera gives."""
LEAST_SIDE = 64
ENDS = {"JPEG": b"\xff\xd9", "MPO": b"\xff\xd9", "PNG": b"IEND"}
"""What the last bytes hold of a file that is whole."""
TAIL = 4096


class Bad(StrEnum):
    """Why a file is no picture; the words stand in the catalogue, `scan.bad.KEY`."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    NO_FILE = "no_file"
    NO_PICTURES = "no_pictures"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    TOO_SMALL = "too_small"
    NO_PICTURE = "no_picture"
    BROKEN = "broken"
    CALIBRATION = "calibration"
    """Of a file that was to hold a camera's scale."""


class BadPicture(Exception):
    """A file that is no picture that can be read."""

    def __init__(self, why: Bad, name: str, **facts: object) -> None:
        super().__init__(f"{name}: {why} {facts or ''}".rstrip())
        self.why = why
        self.name = name
        self.facts = facts

    def __reduce__(self) -> tuple[Any, ...]:
        """From one process to another."""
        return _made, (self.why, self.name, self.facts)


def _made(why: Bad, name: str, facts: dict[str, object]) -> BadPicture:
    return BadPicture(why, name, **facts)


def pictures_of(source: Path) -> list[Path]:
    """The file itself, or a folder's pictures by name. Raises BadPicture."""
    try:
        if not source.is_dir():
            return [source]
        found = sorted(p for p in source.iterdir() if p.suffix.lower() in KINDS and not p.is_dir())
    except OSError as error:
        raise BadPicture(Bad.UNREADABLE, str(source), error=error.strerror) from error
    if not found:
        raise BadPicture(Bad.NO_PICTURES, str(source))
    return found


def all_pictures(sources: Iterable[Path]) -> list[Path]:
    """Raises BadPicture."""
    return [picture for source in sources for picture in pictures_of(source)]


def read(path: Path) -> Picture:
    """Raises BadPicture; never blocks on a pipe but standard input, never reads more than MOST_BYTES."""
    name = str(path)
    try:
        mode = path.stat().st_mode
        if path != STDIN and not stat.S_ISREG(mode):
            raise BadPicture(Bad.NO_FILE, name)
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise BadPicture(Bad.MISSING, name) from error
    except (OSError, ValueError) as error:
        raise BadPicture(Bad.UNREADABLE, name, error=getattr(error, "strerror", None) or error) from error
    return decode(data, name)


def decode(data: bytes, name: str) -> Picture:
    """Raises BadPicture; the header is looked at first, so that no file can ask for gigabytes."""
    if not data:
        raise BadPicture(Bad.EMPTY, name)
    if len(data) > MOST_BYTES:
        raise BadPicture(Bad.TOO_LARGE, name, limit=MOST_BYTES // 1024 // 1024)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            whole = _looks_whole(data, name)
    except (BadPicture, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise BadPicture(Bad.TOO_MANY, name, limit=MOST_PIXELS // 1_000_000) from error
    except Exception as error:
        raise BadPicture(Bad.NO_PICTURE, name) from error
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if whole else None
    except cv2.error as error:
        if error.code == cv2.Error.StsNoMem:
            raise MemoryError(str(error)) from error
        raise BadPicture(Bad.BROKEN, name) from error
    if picture is None:
        raise BadPicture(Bad.BROKEN, name)
    return np.asarray(picture, np.uint8)


def _looks_whole(data: bytes, name: str) -> bool:
    """Header within limits, and the end is there. Raises BadPicture, and whatever Pillow does."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as peek:
        width, height = peek.size
        if width * height > MOST_PIXELS:
            raise BadPicture(Bad.TOO_MANY, name, limit=MOST_PIXELS // 1_000_000)
        if min(width, height) < LEAST_SIDE:
            raise BadPicture(Bad.TOO_SMALL, name, limit=LEAST_SIDE)
        # OpenCV fills what is missing of a cut JPEG with grey and says nothing.
        if ENDS.get(peek.format or "", b"") in data[-TAIL:]:
            return True
        try:
            peek.load()
        except (OSError, ValueError, SyntaxError):
            return False
        return True


def write(path: Path, data: bytes) -> None:
    """Beside, flushed, renamed. Raises OSError, with nothing left behind."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(0o640)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
