"""Pages on a desk as a document camera sees them: pictures for the demo's folder camera, corners known."""

import json
import random
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from drivers.twins.fonts import sans

Point: TypeAlias = tuple[float, float]

PAGE = (1240, 1754)
"""A4 at 150 dpi."""
FRAME = (1920, 1440)
PLACES: tuple[tuple[Point, ...], ...] = (
    ((540.0, 92.0), (1392.0, 104.0), (1408.0, 1326.0), (522.0, 1318.0)),
    ((498.5, 158.0), (1322.0, 88.0), (1430.0, 1290.5), (596.0, 1362.0)),
    ((612.0, 74.0), (1444.0, 158.0), (1318.0, 1372.0), (470.0, 1276.0)),
)
"""Where the pages lie, clockwise from the page's top left, in pixels of the frame."""
LENGTHS = ((6, 1), (0, 3), (3, 2))
"""Of each page: rows of its table, and how often its text; pages of one form that look alike count as one."""
INK, SEAL, WOOD = (40, 40, 46), (196, 30, 38), (104, 82, 62)


def write_pages(folder: Path) -> list[Path]:
    """Draw one page for each of PLACES; `corners.json` beside them says where each lies."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = tomllib.loads(Path(__file__).with_name("page.toml").read_text("utf-8"))
    paths = []
    for n, corners in enumerate(PLACES):
        path = folder / f"page-{n + 1}.jpg"
        lay(form(texts, n), desk(FRAME, seed=n), corners).save(path, "JPEG", quality=90)
        paths.append(path)
    known = {path.name: corners for path, corners in zip(paths, PLACES, strict=True)}
    (folder / "corners.json").write_text(json.dumps(known, indent=1))
    return paths


def desk(
    size: tuple[int, int], *, seed: int = 0, colour: tuple[int, int, int] = (104, 82, 62)
) -> Image.Image:
    """A desk top with a fine grain, lit from one side."""
    dice = random.Random(seed)
    grain = Image.new("L", (size[0] // 24, size[1]))
    grain.putdata([dice.randint(96, 160) for _ in range(grain.width * grain.height)])
    grain = grain.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1.2))
    light = Image.linear_gradient("L").rotate(90).resize(size).point(lambda v: 190 + v // 4)
    wood = ImageChops.multiply(Image.new("RGB", size, colour), Image.merge("RGB", (light,) * 3))
    return ImageChops.soft_light(wood, Image.merge("RGB", (grain,) * 3))


def lay(page: Image.Image, on: Image.Image, corners: Sequence[Point]) -> Image.Image:
    """Put a page on a desk by perspective, with the shadow that its edge throws."""
    size = on.size
    back = perspective(corners, [(0, 0), (page.width, 0), (page.width, page.height), (0, page.height)])
    # Drawn at twice the size and brought down: an edge between pixels is as grey as a lens makes it.
    big = [(2 * x, 2 * y) for x, y in corners]
    mask = Image.new("L", (2 * size[0], 2 * size[1]), 0)
    ImageDraw.Draw(mask).polygon(big, fill=255)
    mask = mask.resize(size, Image.Resampling.BOX)
    flat = page.transform(
        size, Image.Transform.PERSPECTIVE, back, Image.Resampling.BICUBIC, fillcolor=(250,) * 3
    )
    shadow = ImageChops.offset(mask, 6, 9).filter(ImageFilter.GaussianBlur(9)).point(lambda v: v * 2 // 5)
    scene = on.copy()
    scene.paste((18, 16, 14), (0, 0), shadow)
    scene.paste(flat, (0, 0), mask)
    light = Image.linear_gradient("L").rotate(90).resize(size).point(lambda v: 222 + v // 8)
    return ImageChops.multiply(scene, Image.merge("RGB", (light,) * 3))


def form(texts: dict[str, Any], number: int) -> Image.Image:
    """A filled-in form with a red seal."""
    count, times = LENGTHS[number]
    rows, body = texts["rows"][:count], texts["body"] * times
    page = Image.new("RGB", PAGE, (246, 245, 240))
    pen = ImageDraw.Draw(page)
    pen.text((PAGE[0] / 2, 150), texts["title"], font=sans(52), fill=INK, anchor="mm")
    top, left, height = 240, 110, 92
    widths = (190, 340, 180, 310)
    for y, row in enumerate(rows):
        x = left
        for text, width in zip(row, widths, strict=True):
            box = (x, top + y * height, x + width, top + (y + 1) * height)
            pen.rectangle(box, outline=INK, width=2)
            pen.text((x + 16, (box[1] + box[3]) / 2), text, font=sans(28), fill=INK, anchor="lm")
            x += width
    y = top + len(rows) * height + 70
    for line in body:
        pen.text((left, y), line, font=sans(36), fill=INK)
        y += 66
    pen.text((left, y + 60), texts["signature"], font=sans(34), fill=INK)
    pen.line((left + 220, y + 104, left + 560, y + 104), fill=INK, width=2)
    _seal(page, (900, y + 90), texts["seal"])
    pen.text((left, PAGE[1] - 130), texts["notice"], font=sans(24), fill=INK)
    pen.text((PAGE[0] / 2, PAGE[1] - 70), texts["pages"][number], font=sans(26), fill=INK, anchor="mm")
    return page


def _seal(page: Image.Image, centre: tuple[int, int], text: str) -> None:
    stamp = Image.new("L", (300, 300), 0)
    pen = ImageDraw.Draw(stamp)
    pen.ellipse((6, 6, 294, 294), outline=255, width=9)
    half = len(text) // 2
    pen.text((150, 120), text[:half], font=sans(40), fill=255, anchor="mm")
    pen.text((150, 180), text[half:], font=sans(40), fill=255, anchor="mm")
    stamp = stamp.rotate(14, Image.Resampling.BICUBIC).point(lambda v: v * 4 // 5)
    page.paste(SEAL, (centre[0] - 150, centre[1] - 150), stamp)


def perspective(from_: Sequence[Point], to: Sequence[Point]) -> list[float]:
    """The eight numbers that take each point of `from_` to its partner in `to`, as Pillow wants them."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(from_, to, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for i in range(8):
        best = max(range(i, 8), key=lambda r: abs(rows[r][i]))
        rows[i], rows[best] = rows[best], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(8):
            if r != i and rows[r][i]:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[8] for row in rows]
