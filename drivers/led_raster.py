"""Lines and codes as lit dots, for boards that show pictures: what their own font lacks, and QR codes."""

from dataclasses import dataclass

QUIET_MODULES = 1
"""Lit around a code. The paper's four would take half of a small board; phones read one (inferred)."""

_BYTES_OF = {21: 17, 25: 32, 29: 53, 33: 78, 37: 106, 41: 134, 45: 154, 49: 192}
# ISO/IEC 18004 table 7: modules of versions 1 to 8 -> bytes that they hold at correction level L.


@dataclass(frozen=True)
class Dots:
    """A picture of one colour."""

    width: int
    height: int
    rows: bytes
    """Each row padded to whole bytes, bit 7 leftmost, 1 = lit."""


def code_fits(data: str, dots: int) -> bool:
    """Does a code of this text, a module a dot, fit a square of so many dots?"""
    size = len(data.encode())
    return any(side + 2 * QUIET_MODULES <= dots and size <= most for side, most in _BYTES_OF.items())


def code_dots(data: str, dots: int) -> Dots:
    """A QR code in a square of `dots`, as large as it fits. Raises ValueError when it does not."""
    import qrcode  # type: ignore[import-untyped]  # few halls show codes on a board
    from PIL import Image

    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_L, border=QUIET_MODULES)
    code.add_data(data)
    code.make(fit=True)
    modules = code.get_matrix()
    side = len(modules)
    each = dots // side
    if not each:
        raise ValueError(f"a code of {side} modules does not fit on {dots} dots")
    small = Image.new("1", (side, side))
    small.putdata([0 if black else 1 for row in modules for black in row])
    square = Image.new("1", (dots, dots))
    at = (dots - each * side) // 2
    square.paste(small.resize((each * side, each * side), Image.Resampling.NEAREST), (at, at))
    return Dots(dots, dots, square.tobytes())


def line_dots(text: str, height: int, width: int) -> Dots | None:
    """One line in cells of half its height, centred and cut at the edge; None: this machine has no font."""
    from PIL import Image, ImageDraw, ImageFont

    from drivers.raster import SUBSTITUTE, cells, find_font

    found = find_font()
    if found is None:
        return None
    font = ImageFont.truetype(found[0], height, index=found[1])
    picture = Image.new("1", (width, height))
    pen = ImageDraw.Draw(picture)
    pen.fontmode = "1"
    nothing = bytes(font.getmask("\uffff"))
    x = max(0, (width - cells(text) * height // 2) // 2)
    for character in text:
        has = character.isspace() or bytes(font.getmask(character)) != nothing
        wide = cells(character) * height // 2
        base = round(height * 0.86)
        pen.text((x + wide / 2, base), character if has else SUBSTITUTE, font=font, fill=1, anchor="ms")
        x += wide
    return Dots(width, height, picture.tobytes())
