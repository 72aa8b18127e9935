"""Pages put together or marked: both sides of a card on one A4 page, and what a copy may be used for."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from edge.scan.sizes import SIZES
from edge.scan.values import Picture

FONTS = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
)
MARK = (60, 90, 150)
"""RGB: neither the black of text nor the red of seals."""
STRENGTH = 0.16
SLANT = 28.0
"""Degrees."""
WORD = 0.032
"""Height of the mark's characters, share of the page's longer side."""


class NoFont(Exception):
    """No font with Chinese is installed, so a mark cannot be drawn."""


def cards_page(cards: Sequence[Picture], dpi: float) -> Picture:
    """Cards at their true size, one below the other on an A4 page, as a copier lays them.

    Raises ValueError for none or more than four.
    """
    if not 1 <= len(cards) <= 4:
        raise ValueError(f"{len(cards)} cards do not fit on a page (1 to 4 do)")
    dots = dpi / 25.4
    short, long = SIZES["A4"]
    page = np.full((round(long * dots), round(short * dots), 3), 255, np.uint8)
    width, height = (round(side * dots) for side in SIZES["card"][::-1])
    pitch = long / (len(cards) + 1)
    for n, card in enumerate(cards):
        upright = card if card.shape[1] >= card.shape[0] else cv2.rotate(card, cv2.ROTATE_90_COUNTERCLOCKWISE)
        laid = cv2.resize(upright, (width, height), interpolation=cv2.INTER_AREA)
        left = (page.shape[1] - width) // 2
        top = round(pitch * (n + 1) * dots) - height // 2
        page[top : top + height, left : left + width] = laid
    return page


def marked(page: Picture, text: str) -> Picture:
    """The page with a pale slanting text all over it. Raises NoFont."""
    if not text:
        return page
    height, width = page.shape[:2]
    mask = np.asarray(slanted((width, height), text), np.float32)[:, :, None] / 255 * STRENGTH
    colour = page if page.ndim == 3 else cv2.cvtColor(page, cv2.COLOR_GRAY2BGR)
    ink = np.array(MARK[::-1], np.float32)
    # Multiplied, so that what stands below stays as dark as it was.
    return np.asarray(np.clip(colour * (1 - mask * (1 - ink / 255)), 0, 255), np.uint8)


def slanted(size: tuple[int, int], text: str) -> Image.Image:
    """A mask of this width and height, all over it the text, aslant; 255 where it stands. Raises NoFont."""
    width, height = size
    dots = max(12, round(WORD * max(height, width)))
    font = _font(dots)
    length = max(int(font.getlength(text)), dots)
    across = int(np.hypot(height, width)) + length
    layer = Image.new("L", (across, across), 0)
    pen = ImageDraw.Draw(layer)
    for row, y in enumerate(range(0, across, 6 * dots)):
        for x in range(-(row % 2) * length // 2, across, length + 4 * dots):
            pen.text((x, y), text, 255, font)
    left, top = (across - width) // 2, (across - height) // 2
    return layer.rotate(SLANT, Image.Resampling.BILINEAR).crop((left, top, left + width, top + height))


def _font(dots: int) -> ImageFont.FreeTypeFont:
    for path, face in FONTS:
        if Path(path).is_file():
            return ImageFont.truetype(path, dots, index=face)
    raise NoFont("no font with Chinese is installed (fonts-noto-cjk)")
