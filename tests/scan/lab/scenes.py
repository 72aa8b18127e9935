"""Seeded scenes: a kind and a number give a picture, its empty desk, and where the pages lie."""

import zlib
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from tests.scan.lab import desks, optics, sheets, things
from tests.scan.lab.desks import Dice, Image
from tests.scan.lab.sheets import Sheet

SIZE = (2592, 1944)
KINDS = (
    "clean",
    "low_contrast",
    "textured",
    "clutter",
    "uneven",
    "hand",
    "out1",
    "out2",
    "card",
    "dark",
    "blur",
    "stack",
    "glare",
    "several",
)
NOTHING = ("empty", "phone", "mug", "keyboard", "box", "hand_alone", "many")


@dataclass(frozen=True)
class Scene:
    kind: str
    seed: int
    jpeg: bytes
    desk_jpeg: bytes
    """The same view with nothing new on it."""
    pages: tuple[np.ndarray, ...]
    """Corners, clockwise from the page's top left, the best first; empty: nothing is to be found."""
    scale: float
    """Pixels per millimetre on the desk."""

    @property
    def picture(self) -> Image:
        return cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_COLOR)

    @property
    def desk(self) -> Image:
        return cv2.imdecode(np.frombuffer(self.desk_jpeg, np.uint8), cv2.IMREAD_COLOR)


@dataclass
class Plan:
    """What a kind changes of the usual scene."""

    papers: list[Sheet] = field(default_factory=list)
    field_mm: float | None = None
    desk: tuple[Any, float, float] = (desks.smooth, 40, 150)
    fixed: int = 0
    loose: int = 0
    traps: list[Any] = field(default_factory=list)
    hands: int = 0
    shadows: int = 0
    uneven: float = 1.0
    blur: float = 0.0
    glares: int = 0
    over: float = 0.04
    """How often a loose thing lies over a page's edge."""
    hard: float = 0.35
    """How often a shadow has a hard edge."""
    out: int = 0
    below: int = 0
    """Sheets that lie under the first."""
    curl: float | None = None


def scene(kind: str, seed: int, size: tuple[int, int] = SIZE) -> Scene:
    dice = np.random.default_rng([seed, zlib.crc32(kind.encode())])
    plan = _plan(dice, kind)
    view = optics.camera(dice, size, plan.field_mm)
    return _Table(dice, view, plan).scene(kind, seed)


def _plan(dice: Dice, kind: str) -> Plan:
    plan = Plan(shadows=int(dice.random() < 0.15), uneven=dice.uniform(0.2, 1.0))
    plan.fixed = int(dice.integers(0, 3)) if dice.random() < 0.3 else 0
    if kind in KINDS:
        plan.papers = [sheets.any_form(dice)]
        if dice.random() < 0.3:
            plan.desk = (desks.textured, 30, 170)
    match kind:
        case "clean":
            plan.desk = (desks.plain if dice.random() < 0.5 else desks.smooth, 25, 140)
            plan.fixed = plan.shadows = 0
        case "low_contrast":
            plan.desk = (desks.smooth, 205, 248)
        case "textured":
            plan.desk = (desks.textured, 40, 215)
        case "clutter":
            plan.fixed, plan.loose = int(dice.integers(0, 5)), int(dice.integers(2, 8))
            plan.over = 0.2
        case "uneven":
            plan.shadows, plan.uneven, plan.hard = int(dice.integers(1, 5)), 3.0, 0.6
        case "hand":
            plan.hands = int(dice.integers(1, 3))
        case "out1" | "out2":
            plan.out = int(kind[-1])
        case "card":
            plan.papers = [sheets.card(dice) for _ in range(int(dice.choice([1, 1, 1, 2])))]
            plan.field_mm = dice.uniform(220, 460)
        case "dark":
            plan.papers = [sheets.cover(dice)]
            plan.desk = (desks.smooth, 25, 235)
        case "blur":
            plan.blur = dice.uniform(1.5, 5)
        case "stack":
            plan.below = int(dice.integers(1, 4))
        case "glare":
            plan.glares = int(dice.integers(1, 5))
        case "several":
            plan.papers = _several(dice)
            plan.field_mm = dice.uniform(440, 520)
        case "phone" | "mug" | "keyboard" | "box":
            plan.traps = [getattr(things, kind)]
        case "hand_alone":
            plan.hands = int(dice.integers(1, 3))
        case "many":
            plan.traps = [things.TRAPS[int(dice.integers(len(things.TRAPS)))] for _ in range(3)]
            plan.loose = 2
    if kind in NOTHING:
        plan.desk = (desks.textured if dice.random() < 0.5 else desks.smooth, 30, 235)
        plan.shadows = int(dice.integers(0, 3))
        plan.fixed = int(dice.integers(0, 4)) if dice.random() < 0.4 else 0
    return plan


def _several(dice: Dice) -> list[Sheet]:
    if dice.random() < 0.5:
        return [sheets.card(dice), sheets.card(dice)]
    kinds = ["a5", "register", "b5"]
    made = [sheets.form(dice, str(dice.choice(kinds))) for _ in range(2)]
    return [*made, sheets.card(dice)] if dice.random() < 0.6 else made


class _Table:
    def __init__(self, dice: Dice, view: optics.Camera, plan: Plan) -> None:
        self.dice, self.view, self.plan = dice, view, plan
        self.reach = np.array(view.size) / view.scale / 2
        """Half the desk in view, millimetres."""

    def scene(self, kind: str, seed: int) -> Scene:
        dice, view, plan = self.dice, self.view, self.plan
        texture, low, high = plan.desk
        desk = texture(dice, view.size, low, high)
        for _ in range(plan.fixed):
            self._drop(desk, things.SMALL[int(dice.integers(len(things.SMALL)))], self._anywhere(rim=True))
        bare = desk.copy()
        top = desk
        pages = self._papers(top)
        for _ in range(plan.loose):
            self._drop(top, things.SMALL[int(dice.integers(4))], self._beside(pages))
        for trap in plan.traps:
            self._drop(top, trap, self._anywhere(rim=False))
        if dice.random() < 0.12:
            self._drop(top, things.SMALL[int(dice.integers(len(things.SMALL)))], self._beside(pages))
        for _ in range(plan.hands):
            self._cover(top, things.hand(dice, view.size, view.scale, self._hand_at(pages)))
        base = optics.light(dice, view.size, plan.uneven)
        lit = base * optics.haze(dice, view.size)
        for _ in range(plan.shadows):
            lit = lit * optics.shadow(dice, view.size, plan.hard)
        shine = None
        for _ in range(plan.glares):
            where = pages[0].mean(axis=0) + dice.normal(0, 0.35, 2) * np.ptp(pages[0], axis=0)
            spot = optics.glare(dice, view.size, where, view.scale)
            shine = spot if shine is None else shine + spot
        how = optics.sensor(dice)
        jpeg = optics.taken(dice, view, top, lit, shine, how, plan.blur)
        return Scene(
            kind,
            seed,
            jpeg,
            self._empty_desk(bare, base, how),
            tuple(view.bent(p) for p in pages),
            view.scale,
        )

    def _empty_desk(self, bare: Image, base: desks.Field, how: optics.Sensor) -> bytes:
        """Another hour's picture: exposure, white, light, noise and place differ a little."""
        dice, view = self.dice, self.view
        lit = base * optics.haze(dice, view.size) * np.float32(dice.uniform(0.8, 1.2))
        if dice.random() < 0.25:
            lit = lit * optics.shadow(dice, view.size, 0.1)
        other = optics.Sensor(
            soft=how.soft * dice.uniform(0.9, 1.15),
            noise=how.noise * dice.uniform(0.5, 1.2),
            sharpen=how.sharpen,
            quality=how.quality,
            gamma=how.gamma,
            white=tuple(w * dice.normal(1, 0.02) for w in how.white),
            target=how.target * dice.uniform(0.7, 1.1),
        )
        most = float(dice.choice([0.3, 0.8, 2.0], p=[0.5, 0.35, 0.15]))
        return optics.taken(dice, view, optics.shifted(bare, dice, most), lit, None, other, 0.0)

    # --- papers

    def _papers(self, top: Image) -> list[np.ndarray]:
        dice, plan, view = self.dice, self.plan, self.view
        placed: list[tuple[Sheet, optics.Pose, float]] = []
        for sheet in plan.papers:
            found = self._place(sheet, [p for _, p, _ in placed], [s for s, _, _ in placed])
            if found is not None:
                placed.append((sheet, found, 0.0))
        layers = list(placed)
        if plan.below and placed:
            sheet, pose, _ = placed[0]
            for n in range(plan.below):
                # Mostly papers of one size; a smaller one on a larger one leaves open which is meant.
                like = dice.random() < 0.85
                under = sheets.form(dice, self._kind(sheet)) if like else sheets.any_form(dice)
                if sheet.size[0] > sheet.size[1]:
                    under = (
                        Sheet(cv2.rotate(under.face, 0), under.size[::-1])
                        if under.size[0] < under.size[1]
                        else under
                    )
                middle = np.array(pose.middle) + dice.normal(0, dice.choice([4, 14]), 2)
                turn = pose.degrees + dice.normal(0, dice.choice([1, 6]))
                layers.insert(0, (under, optics.pose(dice, under, middle, turn, 0.3), 0.1 * n))
            layers = [*layers[:-1], (sheet, pose, 0.1 * plan.below + 0.2)]
            placed = [layers[-1]]
        for sheet, pose, base in layers:
            look, cover = optics.laid(view, pose, sheet, base)
            look = self._shaded(look, pose, sheet)
            reach = 2.0 + sheet.thick * 4 + max((abs(w[0]) for w in pose.waves), default=0) * 3
            self._cover(top, things.Thing(look, cover, reach))
        return [optics.corners(view, p, s, b) for s, p, b in placed]

    def _kind(self, sheet: Sheet) -> str:
        return next(k for k, size in sheets.SIZES.items() if sorted(size) == sorted(sheet.size))

    def _shaded(self, look: Image, pose: optics.Pose, sheet: Sheet) -> Image:
        """A curled sheet is lit by its slope: a slow unevenness."""
        much = max((abs(w[0]) for w in pose.waves), default=0)
        if much < 0.3:
            return look
        field = desks.cloud(self.dice, (look.shape[1] // 8, look.shape[0] // 8), (3, 3), 1)
        field = cv2.resize(1 + np.float32(min(0.02 * much, 0.08)) * field, look.shape[1::-1])
        return np.clip(look * field[:, :, None], 0, 255).astype(np.uint8)

    def _place(self, sheet: Sheet, taken: list[optics.Pose], others: list[Sheet]) -> optics.Pose | None:
        dice, plan = self.dice, self.plan
        turns = [dice.normal(0, 4), dice.normal(0, 15), dice.uniform(-180, 180)]
        for attempt in range(120):
            degrees = (
                turns[int(dice.choice(3, p=[0.5, 0.3, 0.2]))] if attempt < 20 else dice.uniform(-180, 180)
            )
            if attempt < 60 and sheet.size[1] > sheet.size[0]:
                degrees += 90 * dice.choice([-1, 1])
            middle = dice.uniform(-1, 1, 2) * self.reach
            pose = optics.pose(dice, sheet, middle, degrees, plan.curl)
            spots = self.view.bent(optics.corners(self.view, pose, sheet))
            inside = ((spots > 6) & (spots < np.array(self.view.size) - 7)).all(axis=1)
            if plan.out:
                if not self._leaves(spots, inside):
                    continue
            elif not inside.all():
                continue
            far = [
                np.hypot(*(np.array(pose.middle) - p.middle))
                > 0.5 * (np.hypot(*sheet.size) + np.hypot(*s.size)) * 0.86
                for p, s in zip(taken, others, strict=True)
            ]
            if all(far):
                return pose
        if plan.out or taken:
            return None
        return optics.pose(dice, sheet, (0, 0), 90.0 if sheet.size[1] > sheet.size[0] else 0.0, plan.curl)

    def _leaves(self, spots: np.ndarray, inside: np.ndarray) -> bool:
        """As many corners outside as wanted, and most of the page still in view."""
        if 4 - inside.sum() != self.plan.out:
            return False
        if self.plan.out == 2 and inside[0] == inside[2]:
            return False
        frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * np.array(self.view.size, np.float32)
        whole = cv2.contourArea(spots.astype(np.float32))
        seen, _ = cv2.intersectConvexConvex(spots.astype(np.float32), frame)
        return seen / whole > 0.72

    # --- other things

    def _anywhere(self, rim: bool) -> np.ndarray:
        spot = self.dice.uniform(0, 1, 2)
        if rim:
            axis = int(self.dice.integers(2))
            spot[axis] = self.dice.choice([self.dice.uniform(-0.03, 0.14), self.dice.uniform(0.86, 1.03)])
        else:
            spot = 0.2 + 0.6 * spot
        return spot * self.view.size

    def _beside(self, pages: list[np.ndarray]) -> np.ndarray:
        """Mostly on the desk, now and then over a page's edge."""
        for _ in range(30):
            spot = self.dice.uniform(0, 1, 2) * self.view.size
            away = [cv2.pointPolygonTest(p.astype(np.float32), tuple(map(float, spot)), True) for p in pages]
            if all(a < -30 * self.view.scale for a in away) or self.dice.random() < self.plan.over:
                return spot
        return self._anywhere(rim=True)

    def _hand_at(self, pages: list[np.ndarray]) -> np.ndarray:
        if not pages:
            return self._anywhere(rim=False)
        page = pages[0]
        side = int(self.dice.integers(4))
        share = self.dice.uniform(0.0, 1.0)
        edge = page[side] + share * (page[(side + 1) % 4] - page[side])
        inward = (page.mean(axis=0) - edge) / np.linalg.norm(page.mean(axis=0) - edge)
        return edge + inward * self.dice.uniform(-8, 28) * self.view.scale

    def _drop(self, top: Image, kind: Any, where: np.ndarray) -> None:
        self._cover(top, kind(self.dice, self.view.size, self.view.scale, where))

    def _cover(self, top: Image, thing: things.Thing) -> None:
        """Lay it down with the shadow that it throws."""
        dice = self.dice
        small = cv2.resize(thing.cover, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        push = dice.normal(0, 0.25, 2) * thing.height
        soft = max(0.6, thing.height / 4 * dice.uniform(0.4, 1.2))
        matrix = np.array([[1, 0, push[0]], [0, 1, push[1]]], float)
        dark = cv2.GaussianBlur(cv2.warpAffine(small, matrix, small.shape[::-1]), (0, 0), soft)
        dark = cv2.resize(1 - np.float32(dice.uniform(0.1, 0.5)) * dark, top.shape[1::-1])
        mask = thing.cover[:, :, None]
        out = top * (dark[:, :, None] * (1 - mask)) + thing.look * mask
        np.copyto(top, np.clip(out, 0, 255).astype(np.uint8))
