"""A board's dots as a person sees them: text, bits and digits lit on a panel, and the panel as a picture."""

import io

from PIL import Image, ImageChops, ImageDraw

from drivers.twins.fonts import mono

LIGHT = {"red": (255, 48, 32), "green": (64, 255, 72), "yellow": (255, 190, 24), "blue": (72, 96, 255)}
DOT = 8
"""Pixels of the picture for each dot."""
SEGMENTS = {
    "0": "abcdef", "1": "bc", "2": "abged", "3": "abgcd", "4": "fgbc", "5": "afgcd", "6": "afgecd",
    "7": "abc", "8": "abcdefg", "9": "abcdfg",
}  # fmt: skip
DIGIT = (10, 18)
"""Dots of a digit of seven segments, the gap to the next one included."""


class Panel:
    """So many dots, dark at first."""

    def __init__(self, width: int, height: int) -> None:
        self._light = Image.new("RGB", (width, height))

    def text(
        self, box: tuple[int, int, int, int], words: str, colour: str, *, dots: int = 16, align: str = "left"
    ) -> None:
        """Lines of text in cells of half their height; the box is x, y, width, height."""
        x, y, width, height = box
        mask = Image.new("L", (width, height))
        pen = ImageDraw.Draw(mask)
        font = mono(dots)
        for i, line in enumerate(words.split("\n")):
            cells = [(character, 2 if ord(character) > 0xFF else 1) for character in line]
            total = dots // 2 * sum(wide for _, wide in cells)
            at = max(0, {"right": width - total, "center": (width - total) // 2}.get(align, 0))
            for character, wide in cells:
                step = dots // 2 * wide
                base = round(dots * (i + 0.88))
                pen.text((at + step / 2, base), character, fill=255, font=font, anchor="ms")
                at += step
        self._light.paste(LIGHT[colour], (x, y), mask.point(lambda v: 255 if v > 100 else 0))

    def bits(self, at: tuple[int, int], size: tuple[int, int], rows: bytes, colour: str) -> None:
        """Rows padded to bytes, the highest bit leftmost."""
        self._light.paste(LIGHT[colour], at, Image.frombytes("1", size, rows))

    def digit(self, place: int, character: str) -> None:
        """One of seven segments; what is no digit stays dark."""
        left, top, wide, half = 2 + place * DIGIT[0], 1, 5, 7
        lines = {
            "a": (left + 1, top, left + wide - 1, top),
            "g": (left + 1, top + half, left + wide - 1, top + half),
            "d": (left + 1, top + 2 * half, left + wide - 1, top + 2 * half),
            "f": (left, top + 1, left, top + half - 1),
            "b": (left + wide, top + 1, left + wide, top + half - 1),
            "e": (left, top + half + 1, left, top + 2 * half - 1),
            "c": (left + wide, top + half + 1, left + wide, top + 2 * half - 1),
        }
        pen = ImageDraw.Draw(self._light)
        for segment in SEGMENTS.get(character, ""):
            pen.line(lines[segment], fill=LIGHT["red"])

    def png(self, *, is_lit: bool = True) -> bytes:
        """Every dot a disc, those that are lit bright, in a dark frame."""
        light = self._light if is_lit else Image.new("RGB", self._light.size)
        out = io.BytesIO()
        _as_leds(light).save(out, "PNG")
        return out.getvalue()


def _as_leds(light: Image.Image) -> Image.Image:
    unlit = Image.new("RGB", light.size, (38, 30, 30))
    big = ImageChops.lighter(light, unlit).resize(
        (light.width * DOT, light.height * DOT), Image.Resampling.NEAREST
    )
    tile = Image.new("L", (DOT, DOT))
    ImageDraw.Draw(tile).ellipse((1, 1, DOT - 2, DOT - 2), fill=255)
    holes = Image.new("L", big.size)
    for x in range(0, big.width, DOT):
        holes.paste(tile, (x, 0))
    row = holes.crop((0, 0, big.width, DOT))
    for y in range(0, big.height, DOT):
        holes.paste(row, (0, y))
    frame = Image.new("RGB", (big.width + 4 * DOT, big.height + 4 * DOT), (24, 24, 28))
    frame.paste((8, 8, 10), (DOT, DOT, frame.width - DOT, frame.height - DOT))
    frame.paste(big, (2 * DOT, 2 * DOT), holes)
    return frame
