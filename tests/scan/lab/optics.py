"""Where a sheet's points fall in the picture, how light lies on the desk, and what lens and sensor add."""

from dataclasses import dataclass

import cv2
import numpy as np

from tests.scan.lab.desks import Dice, Field, Image, Size, cloud
from tests.scan.lab.sheets import Sheet


@dataclass(frozen=True)
class Camera:
    """A pinhole over the desk; the desk's zero is the middle of the picture, millimetres, y down."""

    size: Size
    matrix: np.ndarray
    """3 x 4."""
    bend: float
    """Radial distortion: displacement at half the picture's width, as a share of it."""

    def project(self, points: np.ndarray) -> np.ndarray:
        """n x 3 millimetres to n x 2 pixels, the lens left out."""
        full = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ self.matrix.T
        return full[:, :2] / full[:, 2:]

    def bent(self, points: np.ndarray) -> np.ndarray:
        """Where the lens puts them."""
        middle = (np.array(self.size) - 1) / 2
        unit = (points - middle) / middle[0]
        return middle + unit * (1 + self.bend * (unit**2).sum(axis=1, keepdims=True)) * middle[0]

    def ground(self) -> np.ndarray:
        """The homography from the desk's plane."""
        return self.matrix[:, [0, 1, 3]]

    @property
    def scale(self) -> float:
        """Pixels per millimetre in the middle of the desk."""
        return float(np.linalg.norm(np.diff(self.project(np.array([[-0.5, 0, 0], [0.5, 0, 0]])), axis=0)))


def camera(dice: Dice, size: Size, field_mm: float | None = None) -> Camera:
    width = field_mm or dice.uniform(400, 480)
    height = dice.uniform(330, 520)
    focal = size[0] * height / width
    tilt = dice.normal(0, 1.5, 2) if dice.random() < 0.8 else dice.normal(0, 7, 2)
    x, y, z = np.deg2rad([*tilt, dice.normal(0, 1.0)])
    rx = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    ry = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    rz = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    inner = np.array([[focal, 0, (size[0] - 1) / 2], [0, focal, (size[1] - 1) / 2], [0, 0, 1]])
    # z of the desk's things goes up, towards the camera.
    turn = rz @ ry @ rx @ np.diag([1.0, 1.0, -1.0])
    outer = np.concatenate([turn, np.array([[0.0], [0.0], [height]])], axis=1)
    return Camera(size, inner @ outer, dice.normal(0, 0.006))


@dataclass(frozen=True)
class Pose:
    middle: tuple[float, float]
    degrees: float
    waves: tuple[tuple[float, float, float, float], ...] = ()
    """Of the sheet's height over the desk: millimetres, waves across, waves along, phase."""
    lifted: tuple[float, float, float, float] = (0, 0, 0, 0)
    """Millimetres at each corner."""
    crease: float = 0.0
    """Millimetres at a fold across the middle."""


def pose(dice: Dice, sheet: Sheet, middle, degrees: float, curl: float | None = None) -> Pose:
    if sheet.stiff:
        return Pose(tuple(middle), degrees)
    strength = dice.exponential(1.3) if curl is None else curl
    strength = min(strength, 6.0)
    if curl is None and dice.random() < 0.25:
        strength = 0.0
    waves = tuple(
        (strength * dice.normal(0, 0.5), dice.uniform(0, 1.3), dice.uniform(0, 1.3), dice.uniform(0, 6.3))
        for _ in range(int(dice.integers(1, 4)))
    )
    lifted = [0.0] * 4
    if strength and dice.random() < 0.4:
        lifted[int(dice.integers(4))] = dice.uniform(0, 2 * strength)
    crease = dice.uniform(0, strength) if dice.random() < 0.2 else 0.0
    return Pose(tuple(middle), degrees, waves, tuple(lifted), crease)


def heights(place: Pose, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Millimetres over the desk at (u, v), 0..1 each."""
    z = np.zeros_like(u)
    for much, across, along, phase in place.waves:
        z = z + much * np.sin(np.pi * (across * u + along * v) + phase)
    for much, (a, b) in zip(place.lifted, ((0, 0), (1, 0), (1, 1), (0, 1)), strict=True):
        z = z + much * np.exp(-((u - a) ** 2 + (v - b) ** 2) / 0.06)
    return z + place.crease * (1 - 2 * np.abs(v - 0.5))


def lying(place: Pose, sheet: Sheet, u: np.ndarray, v: np.ndarray, base: float = 0.0) -> np.ndarray:
    """n x 3 millimetres of the sheet's points; nothing lies below the desk."""
    grid = np.linspace(0, 1, 21)
    floor = heights(place, *(g.ravel() for g in np.meshgrid(grid, grid))).min()
    turn = np.deg2rad(place.degrees)
    x, y = (u - 0.5) * sheet.size[0], (v - 0.5) * sheet.size[1]
    z = heights(place, u, v) - floor + sheet.thick + base
    return np.stack(
        [
            place.middle[0] + x * np.cos(turn) - y * np.sin(turn),
            place.middle[1] + x * np.sin(turn) + y * np.cos(turn),
            z,
        ],
        axis=1,
    )


CORNERS = (np.array([0.0, 1, 1, 0]), np.array([0.0, 0, 1, 1]))


def corners(view: Camera, place: Pose, sheet: Sheet, base: float = 0.0) -> np.ndarray:
    """Where the four corners fall, without the lens."""
    return view.project(lying(place, sheet, *CORNERS, base))


def laid(view: Camera, place: Pose, sheet: Sheet, base: float = 0.0) -> tuple[Image, Field]:
    """The sheet as the camera sees it, and what it covers; the picture's size, the lens left out."""
    width, height = view.size
    step = 8
    gx, gy = np.meshgrid(np.arange(-step, width + 2 * step, step), np.arange(-step, height + 2 * step, step))
    pixels = np.stack([gx.ravel(), gy.ravel()], axis=1).astype(float)
    flat = cv2.getPerspectiveTransform(
        corners(view, Pose(place.middle, place.degrees), sheet, base).astype(np.float32),
        np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32),
    )
    start = pixels
    for _ in range(4):
        uv = cv2.perspectiveTransform(start[None].astype(np.float64), flat)[0]
        held = np.clip(uv, -0.15, 1.15)
        up = view.project(lying(place, sheet, held[:, 0], held[:, 1], base))
        down = cv2.perspectiveTransform(held[None], np.linalg.inv(flat))[0]
        start = pixels - (up - down)
    uv = cv2.perspectiveTransform(start[None].astype(np.float64), flat)[0].astype(np.float32)
    shape = gx.shape
    maps = []
    for i, length in enumerate((sheet.face.shape[1], sheet.face.shape[0])):
        coarse = uv[:, i].reshape(shape) * length - 0.5
        spread = cv2.warpAffine(
            coarse,
            np.array([[step, 0, -step], [0, step, -step]], float),
            (width, height),
            flags=cv2.INTER_LINEAR,
        )
        maps.append(spread)
    look = cv2.remap(sheet.face, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    # Distance to the sheet's edge in pixels of the picture, so that the edge lies between pixels.
    per = view.scale / (sheet.face.shape[1] / sheet.size[0])
    rows, columns = sheet.face.shape[:2]
    dx = np.minimum(maps[0] + 0.5, columns - 0.5 - maps[0])
    dy = np.minimum(maps[1] + 0.5, rows - 0.5 - maps[1])
    away = np.minimum(dx, dy)
    if sheet.rounding:
        r = sheet.rounding * columns / sheet.size[0]
        corner = (dx < r) & (dy < r)
        away = np.where(corner, r - np.sqrt((r - dx) ** 2 + (r - dy) ** 2), away)
    return look, np.clip(away * per + 0.5, 0, 1).astype(np.float32)


# --- light --------------------------------------------------------------------------------------------------


def light(dice: Dice, size: Size, strength: float = 1.0) -> Field:
    """Smooth light of about 1, from lamps and a window; a quarter of the size."""
    small = (size[0] // 4, size[1] // 4)
    x = np.linspace(-1, 1, small[0], dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, small[1], dtype=np.float32)[:, None]
    a, b = dice.normal(0, 0.1 * strength, 2)
    field = 1 + a * x + b * y - dice.uniform(0, 0.15) * (x * x + y * y)
    if dice.random() < 0.5 * strength:
        lamp, wide = dice.uniform(-1.2, 1.2, 2), dice.uniform(0.5, 1.5)
        field = field + dice.uniform(0.1, 0.5) * np.exp(-((x - lamp[0]) ** 2 + (y - lamp[1]) ** 2) / wide**2)
    return field.astype(np.float32)


def shadow(dice: Dice, size: Size, hard: float) -> Field:
    """What is left of the light where something stands in it; a quarter of the size."""
    small = (size[0] // 4, size[1] // 4)
    mask = np.zeros((small[1], small[0]), np.float32)
    for _ in range(int(dice.integers(1, 3))):
        if dice.random() < 0.5:
            middle = dice.uniform(-0.2, 1.2, 2) * small
            turns = np.sort(dice.uniform(0, 2 * np.pi, int(dice.integers(3, 9))))
            radii = dice.uniform(0.15, 0.6, len(turns)) * small[0]
            points = middle + np.stack([np.cos(turns), np.sin(turns)], axis=1) * radii[:, None]
            cv2.fillPoly(mask, [points.astype(np.int32)], 1.0, cv2.LINE_AA)
        else:
            a, b = dice.uniform(-0.3, 1.3, (2, 2)) * small
            cv2.line(
                mask,
                a.astype(int).tolist(),
                b.astype(int).tolist(),
                1.0,
                int(dice.uniform(0.05, 0.3) * small[0]),
            )
    sigma = dice.uniform(0.8, 6) if dice.random() < hard else dice.uniform(5, 45)
    mask = cv2.GaussianBlur(np.clip(mask, 0, 1), (0, 0), sigma)
    return (1 - dice.uniform(0.12, 0.7) * mask).astype(np.float32)


def glare(dice: Dice, size: Size, middle, scale: float) -> Field:
    """Light that shines back, a lamp's spot or a window's rectangle: 0..255 to add, a quarter the size."""
    small = (size[0] // 4, size[1] // 4)
    out = np.zeros((small[1], small[0]), np.float32)
    at = (np.asarray(middle) / 4).astype(int).tolist()
    axes = (dice.uniform(10, 60, 2) * scale / 4).astype(int) + 1
    if dice.random() < 0.6:
        cv2.ellipse(out, at, axes.tolist(), dice.uniform(0, 180), 0, 360, 1.0, -1, cv2.LINE_AA)
    else:
        points = cv2.boxPoints((tuple(map(float, at)), tuple(map(float, axes * 2)), dice.uniform(0, 180)))
        cv2.fillPoly(out, [points.astype(np.int32)], 1.0, cv2.LINE_AA)
    out = cv2.GaussianBlur(out, (0, 0), dice.uniform(1, 9) * scale)
    return (out * dice.uniform(60, 260)).astype(np.float32)


# --- lens and sensor ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sensor:
    soft: float
    noise: float
    sharpen: float
    quality: int
    gamma: float
    white: tuple[float, float, float]
    target: float
    """Where automatic exposure puts the brighter parts."""


def sensor(dice: Dice) -> Sensor:
    return Sensor(
        soft=dice.uniform(0.5, 1.0),
        noise=float(dice.choice([dice.uniform(0.8, 4), dice.uniform(4, 9)], p=[0.85, 0.15])),
        sharpen=dice.uniform(0, 0.9),
        quality=int(dice.integers(55, 96)),
        gamma=dice.uniform(0.88, 1.15),
        white=tuple(dice.normal(1, 0.04, 3)),
        target=float(
            dice.choice(
                [dice.uniform(170, 245), dice.uniform(90, 170), dice.uniform(245, 290)], p=[0.75, 0.13, 0.12]
            )
        ),
    )


def taken(
    dice: Dice, view: Camera, albedo: Image, lit: Field, shine: Field | None, how: Sensor, blur: float
) -> bytes:
    """A JPEG of the desk under its light."""
    size = view.size
    lit = cv2.resize(
        np.sqrt(np.clip(lit, 0.02, None)).astype(np.float32), size, interpolation=cv2.INTER_LINEAR
    )
    scene = albedo.astype(np.float32)
    cv2.multiply(scene, cv2.merge([lit * np.float32(w) for w in how.white]), scene)
    bright = float(np.quantile(scene[::16, ::16].max(axis=2), 0.9))
    scene *= np.clip(how.target / max(bright, 1), 0.5, 2.2)
    if shine is not None:
        scene += cv2.resize(shine, size, interpolation=cv2.INTER_LINEAR)[:, :, None]
    if abs(how.gamma - 1) > 0.02:
        np.clip(scene, 0, 255, scene)
        cv2.pow(scene / 255, how.gamma, scene)
        scene *= 255
    scene = _through_lens(view, scene)
    scene = cv2.GaussianBlur(scene, (0, 0), np.hypot(how.soft, blur))
    grain = np.empty(scene.shape, np.int16)
    cv2.setRNGSeed(int(dice.integers(1 << 31)))
    cv2.randn(grain, 0, how.noise * 16)
    np.clip(scene, 0, 255, scene)
    scene += grain.astype(np.float32) / 16
    if how.sharpen > 0.1:
        scene = cv2.addWeighted(scene, 1 + how.sharpen, cv2.GaussianBlur(scene, (0, 0), 1.4), -how.sharpen, 0)
    picture = np.clip(scene, 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, how.quality])[1].tobytes()


def _through_lens(view: Camera, scene: Field) -> Field:
    """The picture bent as `Camera.bent` says; backwards by two rounds of the fixed point."""
    width, height = view.size
    step = 16
    gx, gy = np.meshgrid(np.arange(-step, width + 2 * step, step), np.arange(-step, height + 2 * step, step))
    target = np.stack([gx.ravel(), gy.ravel()], axis=1).astype(float)
    source = target
    for _ in range(4):
        source = target - (view.bent(source) - source)
    matrix = np.array([[step, 0, -step], [0, step, -step]], float)
    maps = [
        cv2.warpAffine(source[:, i].reshape(gx.shape).astype(np.float32), matrix, (width, height))
        for i in (0, 1)
    ]
    return cv2.remap(scene, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def shifted(albedo: Image, dice: Dice, most: float) -> Image:
    """The same desk after the arm has settled: a fraction of a pixel away."""
    x, y = dice.uniform(-most, most, 2)
    matrix = np.array([[1, 0, x], [0, 1, y]], float)
    return cv2.warpAffine(
        albedo, matrix, albedo.shape[1::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )


def haze(dice: Dice, size: Size) -> Field:
    """Uneven light that changes between two pictures."""
    return (1 + dice.uniform(0.0, 0.08) * cloud(dice, (size[0] // 4, size[1] // 4), (2, 2), 2)).astype(
        np.float32
    )
