"""A clean page taken apart for a small file: strokes as one bit each, the rest as a coarse picture."""

import io
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edge.scan.clean import ink, photos
from edge.scan.values import Picture

REST_DPI = 100
PHOTO_DPI = 150
REST_QUALITY = 42
COLOURLESS = 52
"""Grey levels between the brightest and the darkest channel of black ink, at most."""
DARKEST = 150
"""Grey level: a stroke's darkest part is below."""
BLUE = 30
"""Grey levels that a pen's blue is above its red."""
LEAST_REST = 0.00012
"""Share of the page: less left beside the strokes is dust."""
ROWS_PER_STRIP = 278
"""The TIFF tag that keeps a picture in one piece."""


@dataclass(frozen=True)
class Stencil:
    """Strokes of one ink."""

    g4: bytes
    """CCITT group 4, black is 1."""
    width: int
    height: int
    ink: tuple[float, float, float]
    """Red, green, blue, 0..1."""


@dataclass(frozen=True)
class Layers:
    rest: bytes
    """JPEG of all but the strokes; empty when there is nothing else."""
    stencils: tuple[Stencil, ...]


def layers(page: Picture, dpi: float) -> Layers:
    """A cleaned page as strokes in black and in a pen's blue over a coarse picture of seals and photos."""
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8)
    strokes = ink(grey) > 0
    photo = photos(page)
    if photo.mean() > 0.5:
        return Layers(jpeg(page, 80), ())
    if photo.any():
        wide = cv2.resize(photo.astype(np.uint8), grey.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
        strokes &= ~wide
    low, high = page.min(axis=2), page.max(axis=2)
    plain = strokes & (high - low < COLOURLESS) & (low < DARKEST)
    red, blue = page[:, :, 2].astype(np.int16), page[:, :, 0].astype(np.int16)
    pen = strokes & ~plain & (blue - red > BLUE) & (low < DARKEST)
    black, pen = _closed(plain), _closed(pen)
    stencils = tuple(_stencil(mask, page) for mask in (black, pen) if mask.sum() > 20)
    rest = _without(page, (black | pen).astype(np.uint8))
    share = (PHOTO_DPI if photo.any() else REST_DPI) / max(dpi, REST_DPI)
    small = cv2.resize(rest, None, fx=min(1.0, share), fy=min(1.0, share), interpolation=cv2.INTER_AREA)
    if float((small.min(axis=2) < 200).mean()) < LEAST_REST:
        return Layers(b"", stencils)
    return Layers(jpeg(np.asarray(small, np.uint8), REST_QUALITY), stencils)


def _closed(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without single dots: each costs more bytes than it says."""
    _, label, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    keep = stats[:, cv2.CC_STAT_AREA] >= 4
    keep[0] = False
    return np.asarray(keep[label])


def _stencil(mask: NDArray[np.bool_], page: Picture) -> Stencil:
    core = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    where = core if core.sum() > 50 else mask
    blue, green, red = (float(np.median(page[:, :, i][where])) / 255 for i in range(3))
    height, width = mask.shape
    return Stencil(group4(mask), width, height, (round(red, 3), round(green, 3), round(blue, 3)))


def group4(mask: NDArray[np.bool_]) -> bytes:
    """CCITT group 4 of what is true, in one piece."""
    out = io.BytesIO()
    tags = {ROWS_PER_STRIP: mask.shape[0]}
    Image.fromarray(~mask).save(out, "TIFF", compression="group4", tiffinfo=tags)
    with Image.open(out) as tiff:
        (start,), (length,) = tiff.tag_v2[273], tiff.tag_v2[279]  # type: ignore[attr-defined]
    return out.getvalue()[start : start + length]


def _without(page: Picture, strokes: NDArray[np.uint8]) -> Picture:
    """The page with its strokes filled from beside them, so that the coarse picture has no shadow of them."""
    wide = cv2.dilate(strokes, np.ones((5, 5), np.uint8))
    known = (1 - wide).astype(np.float32)
    share = 1 / 4
    small = cv2.resize(page * (1 - wide)[:, :, None], None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    weight = cv2.resize(known, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    colour, around = (cv2.blur(v.astype(np.float32), (9, 9)) for v in (small, weight))
    filled = np.where(around[:, :, None] > 0.02, colour / np.maximum(around, 0.02)[:, :, None], 255.0)
    full = cv2.resize(np.clip(filled, 0, 255).astype(np.uint8), page.shape[1::-1])
    return np.where(wide[:, :, None] > 0, full, page)


def jpeg(page: Picture, quality: int) -> bytes:
    """Raises ValueError for a picture that cannot be encoded."""
    good, data = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1])
    if not good:
        raise ValueError(f"a picture of {page.shape} cannot be encoded as JPEG")
    return bytes(data.tobytes())
