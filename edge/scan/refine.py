"""Move a found page's sides to where the picture has them, to a fraction of a pixel, curl included."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from edge.scan.evidence import DARK, LONGER, Bare
from edge.scan.values import Corners, Field, Picture

SAMPLES = 80
"""Profiles across each side."""
REACH = 6.0
"""Search pixels to each side of the first line: a curled sheet's edge and the line's own error."""
NEAR_CORNER = 0.04
"""Share of a side left out at its ends: two edges meet there, and cards are round."""
SLACK = 2
"""Steps that the edge may move from one profile to the next."""
BEND = 0.16
"""Price of each such step, against 1 for a whole edge."""
FAR = 0.35
"""Price of the reach's end."""
PLAIN = 0.04
"""Difference of tone between inside and outside below which any step may be the edge."""
CURVE = 3
"""Degree of a side that is seen along its whole length."""


@dataclass(frozen=True)
class Side:
    """x(s) = middle + s * half + normal * curve(s), s from -1 to 1."""

    middle: Corners
    half: Corners
    normal: Corners
    """Into the page."""
    curve: NDArray[np.float64]
    """Legendre coefficients, pixels."""
    held: float
    """0..1: share of the side on which its edge was seen where it should be."""

    def at(self, s: float) -> Corners:
        return self.middle + s * self.half + float(legendre.legval(s, self.curve)) * self.normal

    def slope(self, s: float) -> Corners:
        return self.half + float(legendre.legval(s, legendre.legder(self.curve))) * self.normal


@dataclass(frozen=True)
class Refined:
    corners: Corners
    sides: tuple[Side, ...]


def refine(
    picture: Picture, corners: Corners, on_border: NDArray[np.bool_] | None = None, bare: Bare | None = None
) -> Refined:
    """Sides as smooth curves through the strongest steps across them; corners where they meet.

    A side `on_border` of the picture stays where it is.
    """
    fixed = np.zeros(4, bool) if on_border is None else on_border
    unit = max(picture.shape[:2]) / LONGER
    if bare is not None and bare.picture.shape != picture.shape:
        bare = None
    steps = np.arange(-REACH * unit, REACH * unit + 0.5)
    places = np.linspace(-1 + 2 * NEAR_CORNER, 1 - 2 * NEAR_CORNER, SAMPLES)
    middle = (corners + np.roll(corners, -1, axis=0)) / 2
    half = np.roll(corners, -1, axis=0) - middle
    normal = np.stack([-half[:, 1], half[:, 0]], axis=1) / np.linalg.norm(half, axis=1)[:, None]
    foot = middle[:, None] + places[None, :, None] * half[:, None]
    grid = foot[:, :, None] + steps[None, None, :, None] * normal[:, None, None]
    seen = _inside(foot, picture.shape)
    rise = _rises(picture, bare, grid, seen)
    path = _paths(rise, steps)
    sides = tuple(
        _side(middle[i], half[i], normal[i], places, rise[i], path[i], steps, seen[i] & ~fixed[i])
        for i in range(4)
    )
    return Refined(_corners(sides, corners, REACH * unit), sides)


def _inside(foot: Corners, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    limit = np.array([shape[1], shape[0]])
    return np.asarray(((foot >= 2) & (foot <= limit - 3)).all(axis=2), np.bool_)


def _rises(picture: Picture, bare: Bare | None, grid: Corners, seen: NDArray[np.bool_]) -> Field:
    """4 x SAMPLES x steps, 0..1: how much of the side's edge is at each place."""
    rows, columns = grid.shape[0] * grid.shape[1], grid.shape[2]
    x, y = (grid[:, :, :, i].reshape(rows, columns).astype(np.float32) for i in (0, 1))
    tone = _tones(picture, x, y)
    own = tone
    if bare is not None:
        tone = tone - _tones(bare.picture, x, y)
    tone = cv2.GaussianBlur(tone, (5, 1), sigmaX=1.1, sigmaY=0).reshape(4, SAMPLES, columns, 3)
    own = cv2.GaussianBlur(own, (5, 1), sigmaX=1.1, sigmaY=0).reshape(4, SAMPLES, columns, 3)
    third = columns // 3
    out = np.zeros((4, SAMPLES, columns), np.float32)
    for i in range(4):
        if not seen[i].any():
            continue
        part = tone[i][seen[i]]
        gap = np.median(part[:, -third:], axis=(0, 1)) - np.median(part[:, :third], axis=(0, 1))
        size = float(np.abs(gap).max())
        if size > PLAIN:
            way = gap / np.linalg.norm(gap)
            step = np.gradient(tone[i] @ way, axis=1)
            # The desk's grain, turned round by the ratio, is no edge: the picture itself must have one.
            step = np.minimum(step, 1.5 * np.abs(np.gradient(own[i], axis=1)).max(axis=2) + 1e-4)
        else:
            step = np.abs(np.gradient(own[i], axis=1)).max(axis=2)
        step = cv2.blur(np.maximum(step, 0).astype(np.float32), (1, 3))
        usual = float(np.quantile(step[seen[i]].max(axis=1), 0.6)) + 1e-4
        out[i] = np.minimum(step / usual, 1.2)
    return out


def _tones(picture: Picture, x: Field, y: Field) -> Field:
    strip = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.log(strip.astype(np.float32) + DARK), np.float32)


def _paths(rise: Field, steps: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each side the chain of places, one in each profile, that is strong and does not jump."""
    score = rise - FAR * ((steps / steps[-1]) ** 2).astype(np.float32)
    sides, count, width = score.shape
    total = score[:, 0].copy()
    came = np.zeros((count, sides, width), np.int64)
    padded = np.full((sides, width + 2 * SLACK), -1e9, np.float32)
    prices = (-BEND * np.abs(np.arange(-SLACK, SLACK + 1))).astype(np.float32)
    for k in range(1, count):
        padded[:, SLACK:-SLACK] = total
        options = np.stack([padded[:, j : j + width] + prices[j] for j in range(2 * SLACK + 1)])
        choice = options.argmax(axis=0)
        came[k] = choice - SLACK
        total = np.take_along_axis(options, choice[None], axis=0)[0] + score[:, k]
    path = np.zeros((sides, count), np.int64)
    path[:, -1] = total.argmax(axis=1)
    rows = np.arange(sides)
    for k in range(count - 1, 0, -1):
        path[:, k - 1] = path[:, k] + came[k, rows, path[:, k]]
    return path


def _side(middle, half, normal, places, rise, path, steps, seen) -> Side:  # type: ignore[no-untyped-def]
    """A smooth curve through the path, what lies off it left out."""
    flat = Side(middle, half, normal, np.zeros(1), 0.0)
    if seen.sum() < 12:
        return flat
    offset = steps[path] + _between(rise, path) * (steps[1] - steps[0])
    weight = np.where(seen, np.take_along_axis(rise, path[:, None], axis=1)[:, 0], 0)
    weight = np.where(weight > 0.25, weight, 0) + 1e-6
    whole = seen.mean() > 0.9
    curve = legendre.legfit(places, offset, 1, w=weight)
    for degree in (1, 1, 2, CURVE) if whole else (1, 1, 1):
        miss = np.abs(offset - legendre.legval(places, curve))
        limit = max(1.0, 2.5 * float(np.median(miss[weight > 0.1]))) if (weight > 0.1).any() else 1.0
        kept = weight * np.minimum(1, (limit / np.maximum(miss, 1e-3)) ** 2)
        if (kept > 0.2).mean() < 0.5:
            degree = 1
        curve = legendre.legfit(places, offset, degree, w=kept)
    miss = np.abs(offset - legendre.legval(places, curve))
    held = float((seen & (miss < max(1.5, 0.12 * steps[-1])) & (weight > 0.3)).sum() / seen.sum())
    return Side(middle, half, normal, curve, held)


def _between(rise: Field, path: NDArray[np.int64]) -> NDArray[np.float64]:
    """The peak's place between two steps, -0.5..0.5."""
    rows = np.arange(len(path))
    at = np.clip(path, 1, rise.shape[1] - 2)
    low, mid, high = (rise[rows, at + d].astype(np.float64) for d in (-1, 0, 1))
    bend = low - 2 * mid + high
    part = np.where(np.abs(bend) > 1e-6, 0.5 * (low - high) / np.where(bend == 0, 1, bend), 0)
    return np.asarray(np.clip(part, -0.5, 0.5))


def _corners(sides: tuple[Side, ...], corners: Corners, most: float) -> Corners:
    """Where neighbouring curves meet; a corner that would fly off stays."""
    found = []
    for i in range(4):
        met = _meet(sides[i - 1], sides[i])
        near = met is not None and np.linalg.norm(met - corners[i]) < 3 * most
        found.append(met if near else corners[i])
    return np.array(found)


def _meet(before: Side, after: Side) -> Corners | None:
    """Where the end of one curve meets the start of the next; None for parallels."""
    s, t = 1.0, -1.0
    point = after.at(t)
    for _ in range(5):
        p, d, q, e = before.at(s), before.slope(s), after.at(t), after.slope(t)
        area = d[0] * e[1] - d[1] * e[0]
        if abs(area) < 1e-6 * float(np.linalg.norm(d) * np.linalg.norm(e)):
            return None
        gap = q - p
        s += float(np.clip((gap[0] * e[1] - gap[1] * e[0]) / area, -0.2, 0.2))
        t += float(np.clip((gap[0] * d[1] - gap[1] * d[0]) / area, -0.2, 0.2))
        point = (before.at(s) + after.at(t)) / 2
    return point
