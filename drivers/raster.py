"""Text and codes drawn as black dots, for what a printer's own characters do not hold."""

import subprocess
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import qrcode  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, ImageFont

SUBSTITUTE = "\u3013"
"""The geta mark: stands for a character that cannot be printed, as Chinese and Japanese printers do it."""
COMMON = chr(0x7684)
"""The commonest Chinese character: a font without it is no Chinese one."""
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
    found = _fontconfig(":lang=zh-cn")
    return found if found and _Face(*found).has(COMMON) else None


def find_font_for(char: str) -> tuple[str, int] | None:
    """This machine's font for a character that the usual one lacks, if there is one. Blocks up to 5 s."""
    return _fontconfig(f":charset={ord(char):x}")


def _fontconfig(pattern: str) -> tuple[str, int] | None:
    """The file and face that fontconfig likes best; it always names one, whether it fits or not."""
    try:
        asked = ["fc-match", "-f", "%{file}\t%{index}", pattern]
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    file, _, index = answer.partition("\t")
    return (file, int(index or 0)) if Path(file).is_file() else None


class _Face:
    """One face of a font file, in the sizes that were asked for."""

    def __init__(self, path: str, face: int) -> None:
        self._path, self._face = path, face
        self._sizes: dict[int, ImageFont.FreeTypeFont] = {}

    def at(self, dots: int) -> ImageFont.FreeTypeFont:
        """Raises OSError: no font that can be drawn."""
        if dots not in self._sizes:
            self._sizes[dots] = ImageFont.truetype(self._path, dots, index=self._face)
        return self._sizes[dots]

    def has(self, char: str) -> bool:
        """Is there a glyph? A missing one draws the same box as a character that can never exist."""
        font = self.at(2 * CELL_DOTS)
        return char.isspace() or bytes(font.getmask(char)) != bytes(font.getmask("\uffff"))


class RasterFont:
    """Draws single lines in the printer's own cell grid, so that drawn and printed lines look alike.

    A character that the font lacks is drawn from another one of this machine; one that none has, as
    the geta mark.
    """

    def __init__(self, path: str, face: int = 0) -> None:
        self._usual = _Face(path, face)
        self._others: dict[tuple[str, int], _Face] = {}
        self._of: dict[str, _Face | None] = {}
        """Characters that the usual font lacks."""

    def has(self, char: str) -> bool:
        return self._face(char) is not None

    def draw(self, text: str, size: int, bold: bool) -> Image.Image:
        """One line, black on white, `size` times 24 dots high, and the white under it."""
        dots = 2 * CELL_DOTS * size
        picture = Image.new("1", (max(1, cells(text)) * CELL_DOTS * size, dots + LEADING_DOTS), 1)
        pen = ImageDraw.Draw(picture)
        pen.fontmode = "1"
        x = 0
        for char in text:
            face = self._face(char)
            shown, face = (char, face) if face else (SUBSTITUTE, self._usual)
            width = cells(char) * CELL_DOTS * size
            font = _fitting(face, shown, dots, width)
            for shift in range(1 + size * bold):  # as a print head does it: once more, a little to the right
                pen.text((x + width / 2 + shift, dots * 0.88), shown, font=font, fill=0, anchor="ms")
            x += width
        return picture

    def _face(self, char: str) -> _Face | None:
        if self._usual.has(char):
            return self._usual
        if char not in self._of:
            self._of[char] = self._other(char)
        return self._of[char]

    def _other(self, char: str) -> _Face | None:
        if unicodedata.category(char) == "Co":  # every font means something else by the private area
            return None
        known = next((face for face in self._others.values() if face.has(char)), None)
        if known or (found := find_font_for(char)) is None:
            return known
        try:
            face = _Face(*found)
            if not face.has(char):
                return None
        except OSError:
            return None
        self._others[found] = face
        return face


def _fitting(face: _Face, char: str, dots: int, width: int) -> ImageFont.FreeTypeFont:
    """Another font's letters may be wider than a cell, or reach below it."""
    font = face.at(dots)
    left, top, right, bottom = font.getbbox(char, anchor="ms")
    excess = max((right - left) / width, -top / (dots * 0.88 + 1), bottom / (dots * 0.12 + LEADING_DOTS), 1.0)
    return face.at(max(8, int(dots / excess))) if excess > 1 else font


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
