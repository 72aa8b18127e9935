"""A sheet of thermal paper as a picture: what a person would hold in the hand."""

import io
import random

import qrcode  # type: ignore[import-untyped]
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from drivers.twins.fonts import mono
from drivers.twins.thermal import KNIFE_DOTS, Cell, Code, Dots, Feed, Item, Line, Logo, Sheet

PAPER = (250, 249, 244)
INK = (38, 36, 44)
DESK = (222, 224, 228)
MARGIN = 28
"""Dots of unprintable paper on each side: 80 mm paper prints 72 mm."""
DOTS_A_MM = 8
LOGO_DOTS = (240, 96)
TORN_DOTS = 40
SHADOW = 14


def render(sheet: Sheet, width_dots: int) -> bytes:
    """PNG of a sheet, cut straight where it was cut and torn where it was not.

    The knife stands behind the print head: the head of each sheet is blank, and what was not fed past the
    knife hangs on the next one.
    """
    ink = _print(sheet, width_dots)
    height = ink.height if sheet.cut else ink.height + KNIFE_DOTS + TORN_DOTS
    width = width_dots + 2 * MARGIN
    paper = Image.new("RGB", (width, height), PAPER)
    paper.paste(INK, (MARGIN, KNIFE_DOTS), ImageChops.invert(ink))
    shape = _shape(width, height, torn=not sheet.cut)
    desk = Image.new("RGB", (width + 6 * SHADOW, height + 6 * SHADOW), DESK)
    shade = Image.new("L", desk.size, 0)
    shade.paste(shape.point(lambda v: v * 2 // 5), (3 * SHADOW, 3 * SHADOW + SHADOW // 2))
    desk.paste((70, 74, 84), (0, 0), shade.filter(ImageFilter.GaussianBlur(SHADOW / 2)))
    desk.paste(paper, (3 * SHADOW, 3 * SHADOW), shape)
    out = io.BytesIO()
    desk.save(out, "PNG", optimize=True)
    return out.getvalue()


def length_mm(sheet: Sheet) -> int:
    """What it took of the roll, at 203 dpi."""
    return round(sum(_height(item) for item in sheet.items) / DOTS_A_MM)


def _height(item: Item) -> int:
    match item:
        case Feed():
            return item.dots
        case Code():
            return _code(item).height
        case Logo():
            return LOGO_DOTS[1]
    return item.height


def _code(item: Code) -> Image.Image:
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, box_size=item.module, border=0)
    code.add_data(item.data)
    drawn: Image.Image = code.make_image().get_image().convert("L")
    return drawn


def _shape(width: int, height: int, *, torn: bool) -> Image.Image:
    """The sheet's outline: the knife leaves fine teeth, a tear a ragged edge."""
    dice = random.Random(7)
    if torn:
        teeth = [(x, height - 15 + dice.randint(-14, 14)) for x in range(width, -16, -16)]
    else:
        teeth = [(x, height - 1 - 3 * (x // 4 % 2)) for x in range(width, -4, -4)]
    shape = Image.new("L", (width, height), 0)
    ImageDraw.Draw(shape).polygon([(0, 0), (width, 0), *teeth], fill=255)
    return shape


def _print(sheet: Sheet, width_dots: int) -> Image.Image:
    strips = [_strip(item, width_dots) for item in sheet.items]
    picture = Image.new("L", (width_dots, max(1, sum(s.height for s in strips))), 255)
    y = 0
    for strip in strips:
        picture.paste(strip, (0, y))
        y += strip.height
    return picture


def _strip(item: Item, width: int) -> Image.Image:
    match item:
        case Feed():
            return Image.new("L", (width, max(1, item.dots)), 255)
        case Dots():
            dots = Image.frombytes("1", (item.width_bytes * 8, item.height), item.rows, "raw", "1;I")
            return _placed(dots.convert("L"), item.align, width, item.height)
        case Logo():
            box = Image.new("L", LOGO_DOTS, 255)
            ImageDraw.Draw(box).rectangle((0, 0, LOGO_DOTS[0] - 1, LOGO_DOTS[1] - 1), outline=0, width=3)
            ImageDraw.Draw(box).text((20, 30), f"LOGO {item.number}", font=mono(36), fill=0)
            return _placed(box, item.align, width, box.height)
        case Code():
            drawn = _code(item)
            return _placed(drawn, item.align, width, drawn.height)
        case Line():
            line = Image.new("L", (sum(c.dots for c in item.cells), item.height), 255)
            x, tallest = 0, max(24 * cell.high for cell in item.cells)
            for cell in item.cells:
                glyph = _glyph(cell)
                line.paste(glyph, (x, tallest - glyph.height))
                x += cell.dots
            return _placed(line, item.align, width, item.height)


def _placed(picture: Image.Image, align: str, width: int, height: int) -> Image.Image:
    strip = Image.new("L", (width, height), 255)
    left = {"left": 0, "center": (width - picture.width) // 2, "right": width - picture.width}[align]
    strip.paste(picture, (max(0, left), 0))
    return strip


def _glyph(cell: Cell) -> Image.Image:
    """The ROM's 24-dot character, enlarged as print heads do it; smoothed a little for the eye."""
    wide = 1 if cell.char.isascii() else 2
    big = 4
    glyph = Image.new("L", (12 * wide * big, 24 * big), 255)
    ImageDraw.Draw(glyph).text(
        (6 * wide * big, 20.6 * big),
        cell.char,
        font=mono(23 * big),
        fill=0,
        anchor="ms",
        stroke_width=big // 2 + (big // 2 if cell.bold else 0),
    )
    return glyph.resize((cell.dots, 24 * cell.high), Image.Resampling.LANCZOS)
