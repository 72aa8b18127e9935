"""Text and codes drawn as black dots, for what a printer's own characters do not hold."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

import qrcode  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, ImageFont

SUBSTITUTE = "\u3013"
"""The geta mark: stands for a character that cannot be printed, as Chinese and Japanese printers do it."""
CELL_DOTS = 12
"""Width of a half-width cell of a ticket printer's font A; a Chinese character is two wide, two high."""
QUIET_MODULES = 4
LEADING_DOTS = 6
"""White under a line: a printer's own lines are 24 dots high and 30 apart."""
FONTS = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 7),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 7),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 7),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
)
"""Face 7 of the Noto collection is Mono SC: its Latin letters are half as wide as its Chinese ones."""


def find_font() -> tuple[str, int] | None:
    """A font file with Chinese characters and the face in it; None when this machine has none."""
    known = next(((path, face) for path, face in FONTS if Path(path).is_file()), None)
    if known:
        return known
    try:
        asked = ["fc-match", "-f", "%{file}\t%{index}\t%{lang}", ":lang=zh-cn"]
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    file, _, rest = answer.partition("\t")
    face, _, languages = rest.partition("\t")
    return (file, int(face or 0)) if "zh-cn" in languages.split("|") and Path(file).is_file() else None


class RasterFont:
    """Draws single lines in the printer's own cell grid, so that drawn and printed lines look alike."""

    def __init__(self, path: str, face: int = 0) -> None:
        self._path, self._face = path, face
        self._sizes: dict[int, ImageFont.FreeTypeFont] = {}

    def _font(self, dots: int) -> ImageFont.FreeTypeFont:
        if dots not in self._sizes:
            self._sizes[dots] = ImageFont.truetype(self._path, dots, index=self._face)
        return self._sizes[dots]

    def has(self, char: str) -> bool:
        """Is there a glyph? A missing one draws the same box as a character that can never exist."""
        font = self._font(2 * CELL_DOTS)
        return char.isspace() or bytes(font.getmask(char)) != bytes(font.getmask("\uffff"))

    def draw(self, text: str, size: int, bold: bool) -> Image.Image:
        """One line, black on white, `size` times 24 dots high, and the white under it."""
        dots = 2 * CELL_DOTS * size
        font = self._font(dots)
        picture = Image.new("1", (max(1, cells(text)) * CELL_DOTS * size, dots + LEADING_DOTS), 1)
        pen = ImageDraw.Draw(picture)
        pen.fontmode = "1"
        x = 0
        for char in text:
            shown = char if self.has(char) else SUBSTITUTE
            width = cells(char) * CELL_DOTS * size
            middle, base = x + width / 2, dots * 0.88
            pen.text((middle, base), shown, font=font, fill=0, anchor="ms", stroke_width=size if bold else 0)
            x += width
        return picture


def cells(text: str) -> int:
    """Half-width cells that a ticket printer needs: whatever is not ASCII is printed two wide."""
    return sum(1 if char.isascii() else 2 for char in text)


def wrap(text: str, columns: int) -> Iterable[str]:
    """Break a line so that no piece needs more than `columns` cells; an empty line stays one."""
    piece, used = "", 0
    for char in text:
        if piece and used + cells(char) > columns:
            yield piece
            piece, used = "", 0
        piece += char
        used += cells(char)
    yield piece


def qr_picture(data: str, module_dots: int, widest: int) -> Image.Image:
    """A QR code, correction level M; modules shrink until it and its quiet zone fit `widest` dots.

    The quiet zone above and below is part of the picture; to the sides the paper is white by itself, and a
    slow serial line need not be told. Raises ValueError when it cannot fit.
    """
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(data)
    code.make(fit=True)
    modules = code.get_matrix()
    side = len(modules)
    dots = min(module_dots, widest // side)
    if dots < 1:
        raise ValueError(f"a code of {side} modules does not fit on {widest} dots")
    small = Image.new("1", (side, side), 1)
    small.putdata([0 if black else 1 for row in modules for black in row])
    small = small.crop((QUIET_MODULES, 0, side - QUIET_MODULES, side))
    return small.resize((small.width * dots, side * dots), Image.Resampling.NEAREST)
