"""Move a found page's sides to where the picture has them, to a fraction of a pixel."""

import cv2
import numpy as np

from edge.scan.values import Corners, Field, Picture

SAMPLES = 96
"""Profiles across each side."""
REACHES = (8.0, 4.0)
"""Pixels of a picture 800 wide to each side of the line, first wide, then narrow."""
NEAR_CORNER = 0.05
"""Share of a side left out at its ends, where two edges meet."""


def refine(picture: Picture, corners: Corners) -> Corners:
    """Sides as straight lines through the strongest step across them; corners where they meet."""
    unit = max(picture.shape[:2]) / 800
    for reach in REACHES:
        sides = [
            _side(picture, a, b, reach * unit)
            for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)
        ]
        met = [_meet(sides[i - 1], sides[i]) for i in range(4)]
        moved = np.array([m if m is not None else c for m, c in zip(met, corners, strict=True)])
        if np.linalg.norm(moved - corners, axis=1).max() < 3 * reach * unit:
            corners = moved
    return corners


def _side(picture: Picture, a: Corners, b: Corners, reach: float) -> tuple[Corners, Corners]:
    """A point and a direction of the line that fits this side best."""
    along = (b - a) / np.linalg.norm(b - a)
    normal = np.array([-along[1], along[0]])
    steps = np.arange(-reach, reach + 0.25, 0.5)
    places = np.linspace(NEAR_CORNER, 1 - NEAR_CORNER, SAMPLES)
    foot = a + (b - a) * places[:, None]
    grid = foot[:, None, :] + steps[None, :, None] * normal
    strips = _sample(picture, grid)
    offsets, weights = _steps(strips, steps)
    for _ in range(4):
        slope, shift = np.polyfit(places, offsets, 1, w=weights + 1e-6)
        miss = np.abs(offsets - (slope * places + shift))
        weights = weights * (miss < max(0.6, 2.5 * float(np.median(miss))))
    start = a + normal * shift
    return start, (b + normal * (slope + shift)) - start


def _sample(picture: Picture, grid: Corners) -> Field:
    x, y = (grid[:, :, i].astype(np.float32) for i in (0, 1))
    strips: Field = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(
        np.float32
    )
    return strips


def _steps(strips: Field, steps: Corners) -> tuple[Corners, Corners]:
    """Where each profile steps from desk to page, and how much it does.

    The profile is seen along the colour that tells inside from outside on this side as a whole, so that a
    line of text, or a shadow of another colour, weighs less.
    """
    third = len(steps) // 3
    inside, outside = np.median(strips[:, -third:], axis=(0, 1)), np.median(strips[:, :third], axis=(0, 1))
    colour = inside - outside
    norm = float(np.linalg.norm(colour))
    colour = colour / norm if norm > 1 else np.full(3, 1 / np.sqrt(3))
    profile = cv2.GaussianBlur((strips @ colour).astype(np.float32), (9, 1), 1.5)
    rise = np.gradient(profile, axis=1)
    # Far from the expected place a step must be that much stronger: the frame of a form is no page edge.
    rise = rise * np.exp(-0.5 * (steps / (0.6 * steps[-1])) ** 2)
    rise[:, 0] = rise[:, -1] = -np.inf
    peak = rise.argmax(axis=1)
    rows = np.arange(len(peak))
    low, mid, high = (
        rise[rows, peak - 1],
        rise[rows, peak],
        rise[rows, np.minimum(peak + 1, rise.shape[1] - 1)],
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        part = 0.5 * (low - high) / (low - 2 * mid + high)
    part = np.where(np.isfinite(part), np.clip(part, -0.5, 0.5), 0)
    return steps[peak] + part * (steps[1] - steps[0]), np.maximum(mid, 0)


def _meet(one: tuple[Corners, Corners], two: tuple[Corners, Corners]) -> Corners | None:
    """Where two lines cross, None for parallels."""
    (p, d), (q, e) = one, two
    area = d[0] * e[1] - d[1] * e[0]
    if abs(area) < 1e-9 * float(np.linalg.norm(d) * np.linalg.norm(e)):
        return None
    t = ((q - p)[0] * e[1] - (q - p)[1] * e[0]) / area
    return np.asarray(p + t * d)
