"""A folder of image files that stands for a document camera, and what previews of either look like."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from drivers.capabilities import Glance, Mark, Photo
from drivers.errors import DeviceFault, Fault

PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
JPEG_QUALITY = 92
SHOWN_SIDE, SHOWN_QUALITY = 640, 70
"""Of a preview that people see: pixels of its longer side."""
PLAIN_SIDE, PLAIN_QUALITY = 1296, 88
"""… and of one that a program looks at: twice what the page finder searches in."""
GOOD, DOUBTFUL = (40, 200, 80), (255, 170, 0)
"""RGB"""
THICK = 4


class FolderCamera:
    """Image files taken in turn, by name; a folder that changes is read anew each time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = 0

    def start(self) -> dict[str, Any]:
        return {"model": "folder", "size": f"{len(self._files())} pictures"}

    def check(self) -> str:
        self._files()
        return ""

    def capture(self) -> Photo:
        path = self._next()
        self._turn += 1
        try:
            data = path.read_bytes()
            with Image.open(io.BytesIO(data)) as picture:
                picture.load()
                if picture.format == "JPEG":
                    return Photo(data, picture.width, picture.height)
                return Photo(_jpeg(picture.convert("RGB"), JPEG_QUALITY), picture.width, picture.height)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise DeviceFault(Fault.BAD_PICTURE, f"{path.name}: {error}") from error

    def preview(self, marks: Sequence[Mark], *, plain: bool) -> Glance:
        """Of the picture that would be taken next."""
        path = self._next()
        try:
            with Image.open(path) as picture:
                picture.draft("RGB", (PLAIN_SIDE, PLAIN_SIDE))
                medium = picture.convert("RGB")
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise DeviceFault(Fault.BAD_PICTURE, f"{path.name}: {error}") from error
        medium.thumbnail((PLAIN_SIDE, PLAIN_SIDE))
        small = medium.copy()
        small.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
        pen = ImageDraw.Draw(small)
        for mark in marks:
            outline = [(x * small.width, y * small.height) for x, y in mark.corners]
            pen.line([*outline, *outline[:2]], GOOD if mark.good else DOUBTFUL, THICK, joint="curve")
        shown = Photo(_jpeg(small, SHOWN_QUALITY), small.width, small.height)
        return Glance(shown, _jpeg(medium, PLAIN_QUALITY) if plain else b"")

    def _next(self) -> Path:
        files = self._files()
        return files[self._turn % len(files)]

    def _files(self) -> list[Path]:
        try:
            files = sorted(p for p in self._folder.iterdir() if p.suffix.lower() in PICTURES)
        except OSError as error:
            raise DeviceFault(Fault.NO_ANSWER, f"{self._folder}: {error.strerror}") from error
        if not files:
            raise DeviceFault(Fault.NO_ANSWER, f"{self._folder}: no pictures in it")
        return files


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()
