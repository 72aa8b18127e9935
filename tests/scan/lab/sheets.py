"""What lies under the camera: forms, letters, cards, covers, drawn flat at DOTS per millimetre."""

import itertools
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pil
from PIL import ImageDraw, ImageFont

from tests.scan.lab.desks import Dice, Image, cloud

DOTS = 6
FOLDER = Path("/usr/share/fonts/opentype/noto")
FONTS = ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc", "NotoSerifCJK-Bold.ttc")
PHRASES = (
    "城乡居民基本养老保险参保登记表",
    "本人承诺所填内容真实有效，如有虚假愿承担相应责任",
    "户籍所在地",
    "统一社会信用代码",
    "申请人签名",
    "经办机构意见",
    "年　　月　　日",
    "关于做好便民服务中心窗口工作的通知",
    "根据有关规定，现将有关事项通知如下",
    "联系电话",
    "家庭成员情况",
    "出生日期一九六八年四月十二日",
    "金额（大写）人民币叁佰元整",
    "备注：本表一式两份，由经办窗口和申请人各执一份",
    "村（居）民委员会意见",
    "Form No. 2026-1187",
    "3412 8876 0091",
)
SIZES = {
    "a4": (210.0, 297.0),
    "a5": (148.0, 210.0),
    "b5": (176.0, 250.0),
    "16k": (184.0, 260.0),
    "card": (85.6, 54.0),
    "register": (105.0, 143.0),
    "passport": (88.0, 125.0),
    "invoice": (240.0, 140.0),
    "certificate": (260.0, 185.0),
}


@dataclass(frozen=True)
class Sheet:
    face: Image
    """BGR, DOTS per millimetre."""
    size: tuple[float, float]
    """Millimetres."""
    rounding: float = 0.0
    """Radius of the corners, millimetres."""
    stiff: bool = False
    """Does not curl."""
    thick: float = 0.1
    """Millimetres: how high it lies over the desk."""


@cache
def font(name: str, dots: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FOLDER / name), dots, index=2)


def phrase(dice: Dice, most: int = 60) -> str:
    text = ""
    for _ in range(int(dice.integers(1, 4))):
        text += PHRASES[int(dice.integers(len(PHRASES)))]
    return text[: int(dice.integers(2, most))]


def form(dice: Dice, kind: str = "a4", paper: tuple[int, int, int] | None = None) -> Sheet:
    """A page with some of: title, table, lines of text, seal, photo, handwriting, code."""
    size = SIZES[kind]
    if dice.random() < 0.2:
        size = (size[1], size[0])
    pixels = (round(size[0] * DOTS), round(size[1] * DOTS))
    drawn = Pil.new("RGB", pixels, paper or _paper(dice))
    pen = ImageDraw.Draw(drawn)
    ink = tuple(int(v) for v in np.clip(dice.normal(45, 25) + dice.normal(0, 8, 3), 0, 130))
    margin = dice.uniform(0.03, 0.13) * pixels[0]
    y = dice.uniform(0.03, 0.12) * pixels[1]
    density = dice.choice([0.05, 0.5, 1.0, 1.0, 1.0])
    if dice.random() < 0.7 * density:
        head = font(FONTS[int(dice.integers(3))], int(pixels[0] * dice.uniform(0.025, 0.05)))
        red = dice.random() < 0.25
        pen.text((pixels[0] / 2, y), phrase(dice, 16), (200, 30, 30) if red else ink, head, anchor="ma")
        y += 0.08 * pixels[1]
        if red:
            pen.line((margin, y, pixels[0] - margin, y), (200, 30, 30), 5)
            y += 30
    while y < pixels[1] * dice.uniform(0.6, 0.97) and dice.random() < density + 0.02:
        part = int(dice.integers(4))
        height = dice.uniform(0.08, 0.35) * pixels[1]
        height = min(height, pixels[1] * 0.95 - y)
        if height < 60:
            break
        if part == 0:
            _table(dice, pen, (margin, y, pixels[0] - margin, y + height), ink)
        elif part == 3 and dice.random() < 0.5:
            _handwriting(dice, pen, (margin, y, pixels[0] - margin, y + height))
        else:
            _lines(dice, pen, (margin, y, pixels[0] - margin, y + height), ink)
        y += height + dice.uniform(0.01, 0.05) * pixels[1]
    if dice.random() < 0.2:
        _photo(dice, drawn, (dice.uniform(0.55, 0.75) * pixels[0], dice.uniform(0.1, 0.5) * pixels[1]))
    for _ in range(int(dice.choice([0, 0, 1, 1, 2]))):
        _seal(dice, drawn)
    if dice.random() < 0.15:
        width = int(dice.integers(2, 12))
        inset = dice.uniform(0.02, 0.06) * pixels[0]
        pen.rectangle((inset, inset, pixels[0] - inset, pixels[1] - inset), outline=ink, width=width)
    return Sheet(_shaded(dice, drawn), size)


def _paper(dice: Dice) -> tuple[int, int, int]:
    base = dice.uniform(226, 252)
    if dice.random() < 0.15:
        tint = [(0, -6, -22), (-26, -6, 0), (0, -26, -20), (-24, 0, -24)][int(dice.integers(4))]
    else:
        tint = (0, 0, -int(dice.integers(0, 12)))
    red, green, blue = (int(np.clip(base + t, 150, 254)) for t in tint)
    return red, green, blue


def _shaded(dice: Dice, drawn: Pil.Image) -> Image:
    """BGR, with what handling leaves: folds, unevenness, punched holes."""
    face = np.ascontiguousarray(np.asarray(drawn)[:, :, ::-1]).astype(np.float32)
    height, width = face.shape[:2]
    face *= 1 + 0.012 * cloud(dice, (width, height), (4, 5), 2)[:, :, None]
    if dice.random() < 0.25:
        for share in (0.333, 0.667) if dice.random() < 0.3 else (0.5,):
            y = np.abs(np.arange(height) - share * height) / (0.01 * height)
            face *= (1 - dice.uniform(0.02, 0.12) * np.exp(-y)).astype(np.float32)[:, None, None]
    out = np.clip(face, 0, 255).astype(np.uint8)
    if dice.random() < 0.08:
        for y in (0.4, 0.6):
            cv2.circle(out, (int(11 * DOTS), int(y * height)), 3 * DOTS, (60, 60, 60), -1, cv2.LINE_AA)
    return out


def _lines(dice, pen, box, ink) -> None:
    dots = int(dice.uniform(16, 34))
    face = font(FONTS[int(dice.integers(2))], dots)
    y = box[1]
    while y + dots < box[3]:
        width = (box[2] - box[0]) * dice.choice([1.0, 1.0, 1.0, dice.uniform(0.2, 1)])
        text = (phrase(dice) + phrase(dice) + phrase(dice))[: max(1, int(width / dots))]
        pen.text((box[0], y), text, ink, face)
        y += dots * dice.uniform(1.35, 1.9)


def _table(dice, pen, box, ink) -> None:
    rows, columns = int(dice.integers(2, 9)), int(dice.integers(2, 7))
    xs = np.sort(np.append(dice.uniform(box[0], box[2], columns - 1), (box[0], box[2])))
    ys = np.linspace(box[1], box[3], rows + 1)
    thick = int(dice.integers(1, 5))
    for y in ys:
        pen.line((box[0], y, box[2], y), ink, thick)
    for x in xs:
        pen.line((x, box[1], x, box[3]), ink, thick)
    dots = int(min(30, (ys[1] - ys[0]) * 0.5))
    if dots < 8:
        return
    face = font(FONTS[0], dots)
    for y in ys[:-1]:
        for a, b in itertools.pairwise(xs):
            if dice.random() < 0.8:
                pen.text((a + 6, y + 5), phrase(dice, 12)[: max(0, int((b - a - 10) / dots))], ink, face)


def _handwriting(dice, pen, box) -> None:
    shade = tuple(int(v) for v in dice.uniform(10, 110, 3))
    y = box[1] + 20
    while y < box[3]:
        x = box[0]
        while x < box[2] - 30:
            stroke = [(x + dice.uniform(0, 28), y + dice.uniform(-14, 14)) for _ in range(6)]
            pen.line(stroke, shade, 3, joint="curve")
            x += dice.uniform(26, 40)
        y += dice.uniform(40, 70)


def _photo(dice, drawn, at) -> None:
    size = (int(25 * DOTS), int(35 * DOTS))
    face = cloud(dice, size, (3, 4), 4)[:, :, None] * 60 + dice.uniform(60, 190, 3)
    picture = np.clip(face, 0, 255).astype(np.uint8)
    drawn.paste(Pil.fromarray(picture), (int(at[0]), int(at[1])))


def _seal(dice, drawn) -> None:
    across = int(dice.uniform(28, 44) * DOTS)
    stamp = Pil.new("L", (across, across), 0)
    pen = ImageDraw.Draw(stamp)
    if dice.random() < 0.8:
        pen.ellipse((4, 4, across - 5, across - 5), outline=255, width=int(0.04 * across))
    else:
        pen.rectangle((4, across // 4, across - 5, across * 3 // 4), outline=255, width=int(0.04 * across))
    pen.text((across / 2, across / 2), "便民服务", 255, font(FONTS[1], int(across * 0.16)), anchor="mm")
    strength = dice.uniform(0.5, 0.95)
    worn = np.clip(0.75 + 0.6 * cloud(dice, (across, across), (7, 7), 3), 0, 1) * strength
    mask = (np.asarray(stamp.rotate(dice.uniform(-40, 40))) * worn).astype(np.uint8)
    at = [int(dice.uniform(0.15, 0.8) * s) for s in drawn.size]
    drawn.paste((196, 30, 38), (at[0], at[1]), Pil.fromarray(mask))


def card(dice: Dice) -> Sheet:
    """An id card or another plastic card: pale or coloured, a photo or an emblem, few words."""
    size = SIZES["card"]
    pixels = (round(size[0] * DOTS), round(size[1] * DOTS))
    pale = dice.random() < 0.7
    base = dice.uniform(185, 240, 3) if pale else dice.uniform(20, 200, 3)
    ground = base + 14 * cloud(dice, pixels, (6, 4), 4)[:, :, None]
    drawn = Pil.fromarray(np.clip(ground, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(drawn)
    ink = (30, 30, 40) if base.mean() > 110 else (235, 235, 220)
    if dice.random() < 0.5:
        _photo(dice, drawn, (pixels[0] * 0.66, pixels[1] * 0.12))
        for n in range(4):
            pen.text((30, 36 + 58 * n), phrase(dice, 10), ink, font(FONTS[0], 24))
        pen.text((30, pixels[1] - 50), "510000196804120000", ink, font(FONTS[1], 28))
    else:
        pen.ellipse((30, 30, 130, 130), fill=(190, 40, 40))
        pen.text((170, 60), phrase(dice, 9), ink, font(FONTS[2], 36))
        pen.text((170, 220), phrase(dice, 14), ink, font(FONTS[0], 22))
    face = np.ascontiguousarray(np.asarray(drawn)[:, :, ::-1])
    return Sheet(face, size, rounding=3.2, stiff=True, thick=0.8)


def cover(dice: Dice) -> Sheet:
    """A dark cover: household register, passport, certificate, notebook."""
    kind = str(dice.choice(["register", "passport", "a5", "a4", "certificate", "b5"]))
    size = SIZES[kind]
    pixels = (round(size[0] * DOTS), round(size[1] * DOTS))
    shades = [
        (95, 30, 35),
        (120, 25, 30),
        (28, 34, 60),
        (30, 30, 32),
        (40, 60, 45),
        (75, 50, 35),
        (60, 62, 70),
    ]
    base = np.array(shades[int(dice.integers(len(shades)))]) * dice.uniform(0.6, 1.5) + dice.normal(0, 5, 3)
    grain = cloud(dice, pixels, (90, 120), 2) * dice.uniform(1, 7)
    ground = np.clip(base + grain[:, :, None], 3, 250).astype(np.uint8)
    drawn = Pil.fromarray(ground)
    pen = ImageDraw.Draw(drawn)
    gold = tuple(int(v) for v in np.array([200, 165, 90]) * dice.uniform(0.6, 1.1))
    if dice.random() < 0.8:
        y = dice.uniform(0.2, 0.6) * pixels[1]
        pen.text((pixels[0] / 2, y), phrase(dice, 6), gold, font(FONTS[2], int(pixels[0] * 0.1)), anchor="mm")
    if dice.random() < 0.5:
        radius = 0.13 * pixels[0]
        middle = (pixels[0] / 2, dice.uniform(0.3, 0.5) * pixels[1])
        box = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
        pen.ellipse(box, outline=gold, width=10)
    face = np.ascontiguousarray(np.asarray(drawn)[:, :, ::-1])
    return Sheet(
        face, size, rounding=float(dice.choice([0, 0, 2, 4])), stiff=True, thick=dice.uniform(0.5, 4)
    )


def any_form(dice: Dice) -> Sheet:
    kinds = ["a4"] * 8 + ["a5", "b5", "16k", "invoice", "certificate", "register"]
    return form(dice, str(dice.choice(kinds)))
