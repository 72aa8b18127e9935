"""A page as one picture file, its dots per inch in it."""

import io

import cv2
from PIL import Image

from edge.scan.values import Picture

QUALITY = 82


def encoded(picture: Picture, dpi: float, suffix: str) -> bytes:
    """JPEG or, for `.png`, PNG; a page of black and white is one bit deep as PNG."""
    if picture.ndim == 3:
        image = Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
    else:
        image = Image.fromarray(picture)
    out = io.BytesIO()
    dots = (round(dpi, 2), round(dpi, 2))
    if suffix == ".png":
        two = picture.ndim == 2 and bool(((picture == 0) | (picture == 255)).all())
        (image.convert("1") if two else image).save(out, "PNG", dpi=dots, optimize=True)
    else:
        image.save(out, "JPEG", quality=QUALITY, optimize=True, dpi=dots)
    return out.getvalue()
