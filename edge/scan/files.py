"""Pictures in, PDF out."""

import io
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from edge.scan.values import Picture

KINDS = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
MOST_PIXELS = 100_000_000
A4_INCHES = (210 / 25.4, 297 / 25.4)
QUALITY = 80


class BadPicture(Exception):
    """A file that is no picture that can be read; says which and why."""


def pictures_of(source: Path) -> list[Path]:
    """The file itself, or a folder's pictures by name. Raises BadPicture."""
    if not source.is_dir():
        return [source]
    found = sorted(p for p in source.iterdir() if p.suffix.lower() in KINDS)
    if not found:
        raise BadPicture(f"{source}: no pictures in this folder")
    return found


def read(path: Path) -> Picture:
    """Raises BadPicture."""
    try:
        return decode(path.read_bytes(), str(path))
    except OSError as error:
        raise BadPicture(f"{path}: {error.strerror}") from error


def decode(data: bytes, name: str) -> Picture:
    """Raises BadPicture; the header is looked at first, so that no file can ask for gigabytes."""
    header = np.frombuffer(data, np.uint8)
    try:
        with Image.open(io.BytesIO(data)) as peek:
            if peek.width * peek.height > MOST_PIXELS:
                raise BadPicture(f"{name}: {peek.width} x {peek.height} pixels are too many")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadPicture(f"{name}: not a picture ({type(error).__name__})") from error
    picture = cv2.imdecode(header, cv2.IMREAD_COLOR)
    if picture is None or min(picture.shape[:2]) < 64:
        raise BadPicture(f"{name}: not a picture that can be read, or under 64 pixels")
    return np.asarray(picture, np.uint8)


def write_pdf(pages: Sequence[Picture], path: Path) -> None:
    """One page each, colour JPEG inside, A4 where the sides fit; written beside and renamed."""
    sheets = [Image.fromarray(cv2.cvtColor(p, cv2.COLOR_BGR2RGB)) for p in pages]
    dpi = max(max(s.size) for s in sheets) / A4_INCHES[1]
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            sheets[0].save(
                out, "PDF", save_all=True, append_images=sheets[1:], resolution=dpi, quality=QUALITY
            )
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(0o640)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def all_pictures(sources: Iterable[Path]) -> list[Path]:
    return [picture for source in sources for picture in pictures_of(source)]
