"""What lies about on a desk: hands, phones, mugs, keyboards, pens; drawn with their masks."""

from dataclasses import dataclass

import cv2
import numpy as np

from tests.scan.lab.desks import Dice, Field, Image, Size, cloud

SKINS = ((120, 150, 200), (95, 125, 180), (150, 175, 215), (70, 95, 145), (130, 160, 225))


@dataclass(frozen=True)
class Thing:
    """Drawn into a frame of its own; what it covers, 0..1."""

    look: Image
    cover: Field
    height: float = 8.0
    """Pixels that its shadow reaches."""


def _blank(size: Size) -> tuple[Image, Image]:
    return np.zeros((size[1], size[0], 3), np.uint8), np.zeros((size[1], size[0]), np.uint8)


def _soft(mask: Image, sigma: float = 0.8) -> Field:
    return cv2.GaussianBlur(mask, (0, 0), sigma).astype(np.float32) / 255


def _paste_canvas(dice: Dice, size: Size, canvas: Image, mask: Image, middle, height: float) -> Thing:
    """A small upright drawing, turned and laid at its place."""
    rows, columns = mask.shape
    turn = (
        float(dice.choice([0, 90, 180, 270])) + dice.normal(0, 12)
        if dice.random() < 0.7
        else dice.uniform(0, 360)
    )
    matrix = cv2.getRotationMatrix2D((columns / 2, rows / 2), turn, 1.0)
    matrix[:, 2] += np.asarray(middle) - (columns / 2, rows / 2)
    look = cv2.warpAffine(canvas, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_LINEAR)
    return Thing(look, _soft(cover), height)


def _rounded(mask: Image, inset: int, radius: int, value: int = 255) -> None:
    rows, columns = mask.shape[:2]
    a, b = inset + radius, inset
    shade = value if mask.ndim == 2 else (value,) * 3
    cv2.rectangle(mask, (a, b), (columns - a, rows - b), shade, -1)
    cv2.rectangle(mask, (b, a), (columns - b, rows - a), shade, -1)
    for x in (a, columns - a):
        for y in (a, rows - a):
            cv2.circle(mask, (x, y), radius, shade, -1, cv2.LINE_AA)


def phone(dice: Dice, size: Size, scale: float, middle) -> Thing:
    rows, columns = int(dice.uniform(140, 166) * scale), int(dice.uniform(66, 79) * scale)
    canvas = np.zeros((rows, columns, 3), np.uint8)
    canvas[:] = dice.uniform(8, 60, 3) if dice.random() < 0.75 else dice.uniform(120, 235, 3)
    mask = np.zeros((rows, columns), np.uint8)
    _rounded(mask, 1, int(dice.uniform(3, 11) * scale))
    mode = dice.random()
    if mode < 0.5:
        inset = int(dice.uniform(1.5, 5) * scale)
        lit = dice.random() < 0.4
        shade = dice.uniform(90, 230, 3) if lit else dice.uniform(4, 30, 3)
        canvas[inset : rows - inset, inset : columns - inset] = shade
        if lit:
            for y in range(inset + 20, rows - inset - 60, int(dice.uniform(60, 140))):
                for x in range(inset + 20, columns - inset - 60, int(dice.uniform(80, 120))):
                    icon = (x + int(dice.uniform(30, 50)), y + int(dice.uniform(30, 50)))
                    cv2.rectangle(canvas, (x, y), icon, dice.uniform(30, 250, 3).tolist(), -1)
    else:
        block = int(dice.uniform(18, 32) * scale)
        cv2.rectangle(canvas, (12, 12), (12 + block, 12 + block), (25, 25, 28), -1)
        for n in range(int(dice.integers(1, 4))):
            cv2.circle(canvas, (30 + n * 55, 40 + n * 30), int(5 * scale), (60, 55, 50), -1, cv2.LINE_AA)
    shine = np.linspace(0, dice.uniform(0, 40), rows, dtype=np.float32)[:, None, None]
    canvas = np.clip(canvas + shine, 0, 255).astype(np.uint8)
    return _paste_canvas(dice, size, canvas, mask, middle, 10)


def keyboard(dice: Dice, size: Size, scale: float, middle) -> Thing:
    rows, columns = int(dice.uniform(110, 150) * scale), int(dice.uniform(280, 440) * scale)
    canvas = np.zeros((rows, columns, 3), np.uint8)
    canvas[:] = dice.uniform(15, 70) if dice.random() < 0.7 else dice.uniform(150, 235)
    mask = np.zeros((rows, columns), np.uint8)
    _rounded(mask, 1, int(dice.uniform(1, 8) * scale))
    key, gap = int(15 * scale), int(19 * scale)
    shade = np.clip(canvas[0, 0].astype(float) + dice.uniform(-40, 40), 0, 255).tolist()
    for y in range(int(6 * scale), rows - key, gap):
        for x in range(int(6 * scale), columns - key, gap):
            cv2.rectangle(canvas, (x, y), (x + key, y + key), shade, -1)
            cv2.putText(canvas, chr(65 + (x + y) % 26), (x + 8, y + key - 8), 0, 0.8, (200, 200, 200), 2)
    return _paste_canvas(dice, size, canvas, mask, middle, 14)


def mug(dice: Dice, size: Size, scale: float, middle) -> Thing:
    look, mask = _blank(size)
    look[:] = dice.uniform(20, 245, 3) if dice.random() < 0.6 else dice.uniform(200, 248)
    radius = dice.uniform(34, 50) * scale
    middle = np.asarray(middle)
    turn = dice.uniform(0, 2 * np.pi)
    handle = middle + radius * 1.25 * np.array([np.cos(turn), np.sin(turn)])
    cv2.ellipse(
        mask,
        handle.astype(int).tolist(),
        (int(radius * 0.4), int(radius * 0.3)),
        0,
        0,
        360,
        255,
        int(8 * scale),
        cv2.LINE_AA,
    )
    oval = (int(radius), int(radius * dice.uniform(0.9, 1)))
    tip = (middle + dice.normal(0, 0.12, 2) * radius).astype(int).tolist()
    cv2.ellipse(mask, middle.astype(int).tolist(), oval, 0, 0, 360, 255, -1, cv2.LINE_AA)
    inner = tuple(int(v * 0.8) for v in oval)
    cv2.ellipse(look, tip, inner, 0, 0, 360, dice.uniform(20, 130, 3).tolist(), -1, cv2.LINE_AA)
    return Thing(look, _soft(mask), 30)


def pen(dice: Dice, size: Size, scale: float, middle) -> Thing:
    look, mask = _blank(size)
    look[:] = dice.uniform(5, 240, 3)
    turn, length = dice.uniform(0, 2 * np.pi), dice.uniform(120, 160) * scale
    step = length / 2 * np.array([np.cos(turn), np.sin(turn)])
    a, b = np.asarray(middle) - step, np.asarray(middle) + step
    cv2.line(
        mask,
        a.astype(int).tolist(),
        b.astype(int).tolist(),
        255,
        int(dice.uniform(7, 13) * scale),
        cv2.LINE_AA,
    )
    cv2.line(
        look, a.astype(int).tolist(), (a + 0.3 * step).astype(int).tolist(), (190, 190, 190), int(14 * scale)
    )
    return Thing(look, _soft(mask), 8)


def box(dice: Dice, size: Size, scale: float, middle) -> Thing:
    """Stapler, calculator, stamp pad, tissue box: a small dark or coloured box, some with keys."""
    rows, columns = int(dice.uniform(25, 120) * scale), int(dice.uniform(60, 170) * scale)
    canvas = np.zeros((rows, columns, 3), np.uint8)
    canvas[:] = dice.uniform(10, 200, 3)
    mask = np.zeros((rows, columns), np.uint8)
    _rounded(mask, 1, int(min(rows, columns) * dice.uniform(0.08, 0.45)))
    if dice.random() < 0.5:
        for y in range(rows // 3, rows - 30, int(14 * scale)):
            for x in range(20, columns - 40, int(14 * scale)):
                cv2.rectangle(canvas, (x, y), (x + int(9 * scale), y + int(8 * scale)), (225, 225, 220), -1)
    else:
        _rounded(
            canvas,
            int(min(rows, columns) * 0.15) + 2,
            int(min(rows, columns) * 0.1) + 1,
            int(dice.uniform(10, 160)),
        )
    return _paste_canvas(dice, size, canvas, mask, middle, 18)


def cable(dice: Dice, size: Size, scale: float, middle) -> Thing:
    look, mask = _blank(size)
    look[:] = dice.choice([20, 40, 225])
    knots = np.asarray(middle) + np.cumsum(dice.normal(0, 70 * scale, (6, 2)), axis=0)
    t = np.linspace(0, 5, 200)
    curve = np.stack([np.interp(t, range(6), knots[:, i]) for i in (0, 1)], axis=1)
    curve = cv2.GaussianBlur(curve.astype(np.float32), (1, 41), 9)
    cv2.polylines(mask, [curve.astype(np.int32)], False, 255, int(dice.uniform(3, 7) * scale), cv2.LINE_AA)
    return Thing(look, _soft(mask), 5)


def ruler(dice: Dice, size: Size, scale: float, middle) -> Thing:
    rows, columns = int(dice.uniform(25, 38) * scale), int(dice.uniform(160, 310) * scale)
    canvas = np.zeros((rows, columns, 3), np.uint8)
    canvas[:] = dice.choice([np.array([120.0, 190, 230]), dice.uniform(150, 220, 3)])
    for x in range(10, columns, int(5 * scale)):
        cv2.line(canvas, (x, 0), (x, int(rows * 0.3)), (30, 30, 30), 2)
    return _paste_canvas(dice, size, canvas, np.full((rows, columns), 255, np.uint8), middle, 4)


def mouse(dice: Dice, size: Size, scale: float, middle) -> Thing:
    look, mask = _blank(size)
    look[:] = dice.uniform(15, 70) if dice.random() < 0.7 else 225
    axes = (int(32 * scale), int(55 * scale))
    turn = dice.uniform(0, 360)
    at = np.asarray(middle).astype(int).tolist()
    cv2.ellipse(mask, at, axes, turn, 0, 360, 255, -1, cv2.LINE_AA)
    cv2.ellipse(look, at, (int(5 * scale), int(15 * scale)), turn, 0, 360, (110, 110, 110), -1)
    return Thing(look, _soft(mask), 20)


SMALL = (pen, box, cable, ruler, mouse, mug, phone)
TRAPS = (phone, mug, keyboard, box, mouse)


def hand(dice: Dice, size: Size, scale: float, toward) -> Thing:
    """A hand that comes in over the picture's border and ends at about `toward`."""
    look, mask = _blank((size[0] // 2, size[1] // 2))
    scale, toward = scale / 2, np.asarray(toward, float) / 2
    frame = np.array(size, float) / 2
    edge = _nearest_border(dice, toward, frame)
    reach = toward - edge
    way = reach / max(np.linalg.norm(reach), 1)
    side = np.array([-way[1], way[0]])
    if dice.random() < 0.2:
        _blob(dice, mask, toward, dice.uniform(22, 50) * scale, way, scale)
    else:
        _fingers(dice, mask, toward, way, side, scale)
    palm = toward - way * dice.uniform(55, 85) * scale
    width = dice.uniform(34, 48) * scale
    _blob(dice, mask, palm, width, way, scale)
    arm = dice.uniform(25, 34) * scale
    bend = side * dice.normal(0, 25) * scale
    points = [palm, (palm + edge) / 2 + bend, edge - way * 80 * scale]
    for a, b, wide in zip(points[:-1], points[1:], (arm * 1.9, arm * 2.3), strict=True):
        cv2.line(mask, a.astype(int).tolist(), b.astype(int).tolist(), 255, max(2, int(wide)), cv2.LINE_AA)
    mask = cv2.GaussianBlur(mask, (0, 0), 2.2 * scale)
    mask = np.clip((mask.astype(np.float32) - 110) * 12, 0, 255).astype(np.uint8)
    inside = cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 3)
    skin = np.array(SKINS[int(dice.integers(len(SKINS)))]) * dice.uniform(0.8, 1.1)
    shade = 0.65 + 0.35 * np.clip(inside / (12 * scale), 0, 1)
    look[:] = np.clip(
        skin * shade[:, :, None] + 6 * cloud(dice, mask.shape[::-1], (30, 22))[:, :, None], 0, 255
    )
    if dice.random() < 0.6:
        cuff = palm - way * dice.uniform(20, 90) * scale
        y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
        sleeve = (x - cuff[0]) * way[0] + (y - cuff[1]) * way[1] < 0
        look[sleeve] = dice.uniform(15, 235, 3)
    look, mask = (cv2.resize(v, size, interpolation=cv2.INTER_LINEAR) for v in (look, mask))
    return Thing(look, _soft(mask, 1.5), 40)


def _nearest_border(dice: Dice, point, frame):
    """A place on the border that a hand could come from: most often the nearest, or the citizen's side."""
    choices = [
        np.array([point[0] + dice.normal(0, 200), frame[1]]),
        np.array([0.0, point[1] + dice.normal(0, 150)]),
        np.array([frame[0], point[1] + dice.normal(0, 150)]),
        np.array([point[0] + dice.normal(0, 200), 0.0]),
    ]
    apart = np.array([np.linalg.norm(c - point) for c in choices])
    weights = np.exp(-apart / (0.25 * frame[0]))
    return choices[int(dice.choice(4, p=weights / weights.sum()))]


def _fingers(dice: Dice, mask, tip, way, side, scale) -> None:
    count = int(dice.integers(1, 6))
    for n in range(count):
        offset = (n - (count - 1) / 2) * dice.uniform(15, 24)
        end = tip + side * offset * scale - way * abs(offset) * dice.uniform(0.1, 0.9) * scale
        lean = way + side * dice.normal(0, 0.18)
        width = dice.uniform(13, 22) * scale
        point = end.copy()
        for joint in range(3):
            back = point - lean * dice.uniform(20, 32) * scale
            wide = max(2, int(width * (1 + 0.12 * joint)))
            cv2.line(mask, point.astype(int).tolist(), back.astype(int).tolist(), 255, wide, cv2.LINE_AA)
            cv2.circle(mask, back.astype(int).tolist(), int(wide * 0.55), 255, -1, cv2.LINE_AA)
            point = back
            lean = lean + side * dice.normal(0, 0.15)


def _blob(dice: Dice, mask, middle, radius: float, way, scale: float) -> None:
    turns = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    wave = sum(dice.normal(0, 0.09 / k) * np.cos(k * turns + dice.uniform(0, 6)) for k in range(1, 6))
    lean = np.arctan2(way[1], way[0])
    radii = radius * (1 + wave) * (1 + 0.35 * np.cos(turns) ** 2)
    points = np.stack([np.cos(turns + lean) * radii, np.sin(turns + lean) * radii], axis=1) + middle
    cv2.fillPoly(mask, [points.astype(np.int32)], 255, cv2.LINE_AA)
