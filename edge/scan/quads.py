"""Four-sided figures out of lines, and what speaks for each as a page: numbers, not yet a judgement."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scan.evidence import Evidence
from edge.scan.lines import Lines, both_ways
from edge.scan.open_ended import open_ended
from edge.scan.values import Field

MOST_PAIRS = 240
LEAST_ACROSS = 60
"""Of the pairs across the best one's way, however many rows of print run along it."""
STRONG = 8
"""Of the lines, the best, of which each is paired with the picture's borders in any case."""
MOST_QUADS = 1600
PARALLEL = 20.0
"""Degrees that opposite sides may differ by."""
SQUARE = 62.0
"""Degrees: the smallest angle between neighbouring sides."""
LEAST_GAP = 28.0
"""Search pixels between opposite sides."""
LEAST_AREA, MOST_AREA = 0.010, 0.985
"""Share of the picture."""
BEYOND = 0.4
"""Share of the picture's longer side that a corner may lie outside it."""
AT_END = 0.12
"""Share of a side that counts as near its corner."""
OVER = 16
"""Search pixels beyond a corner where a page's side has ended."""

PIECES = 12
"""Of a side, each looked at on its own."""
LEAST_PIECE = 0.22
"""Support per pixel of a piece that is there."""
STEPS = (0.05, 0.25)
"""Differences of tone: a sheet on a desk of its own colour; a sheet on any other desk."""
LONGEST = 0.4
"""Logarithm of a shape's ratio beside a paper's: beyond, it is as odd as can be."""
NAMES = (
    "support_min",
    "support_second",
    "support_mean",
    "ends_min",
    "ends_mean",
    "contrast_min",
    "contrast_mean",
    "strong_min",
    "over_mean",
    "over_max",
    "spread",
    "brighter",
    "area",
    "border",
    "hidden",
    "skew",
    "long",
    "hollow_mean",
    "hollow_max",
)


@dataclass(frozen=True)
class Figures:
    """n quadrangles, best first by a rough measure."""

    corners: NDArray[np.float64]
    """n x 4 x 2, search pixels from the picture's first pixel, clockwise on the screen."""
    facts: Field
    """n x len(NAMES)."""
    on_border: NDArray[np.bool_]
    """n x 4: sides that are the picture's border, from their first corner."""


def figures(lines: Lines, seen: Evidence, given: int = 0) -> Figures:
    """All quadrangles of two and two lines that may be a page, and those `given`, whose sides come last."""
    own = len(lines.angle) - 4 * given
    pairs = _pairs(lines, own)
    first, second = np.triu_indices(len(pairs), 1)
    sides = np.stack([pairs[first], pairs[second]], axis=2).reshape(-1, 4)  # a c b d, going round
    borders = lines.is_border[sides].sum(axis=1)
    apart = (sides[:, 0] != sides[:, 1]) & (sides[:, 2] != sides[:, 1])
    apart &= (sides[:, 0] != sides[:, 3]) & (sides[:, 2] != sides[:, 3])
    turn = _between(lines.angle[sides[:, 0]], lines.angle[sides[:, 1]])
    sides = sides[(turn > np.deg2rad(SQUARE)) & (borders < 2) & apart]
    sides, corners = _cornered(lines, sides, seen)
    best = np.argsort(-_rough(lines, sides, corners))[:MOST_QUADS]
    extra, more = _cornered(lines, np.arange(own, own + 4 * given).reshape(-1, 4), seen)
    lines, beyond = open_ended(lines, seen, pairs, own)
    open_sides, open_corners = _cornered(lines, beyond, seen)
    sides = np.concatenate([sides[best], extra, open_sides])
    corners = np.concatenate([corners[best], more, open_corners])
    facts = _facts(lines, sides, corners, seen)
    return Figures(corners + lines.middle, facts, lines.is_border[sides])


def _cornered(lines: Lines, sides: NDArray[np.int64], seen: Evidence):  # type: ignore[no-untyped-def]
    """Those that look like pages, clockwise: n x 4 lines, and the corners from which they start."""
    normal = lines.normal
    corners = np.stack([_cross(lines, normal, sides[:, i - 1], sides[:, i]) for i in range(4)], axis=1)
    keep = _page_like(corners, seen)
    sides, corners = sides[keep], corners[keep]
    clockwise = _area(corners) > 0
    corners = np.where(clockwise[:, None, None], corners, corners[:, ::-1])
    # Reversed corners: the side from each corner is then the one that came before.
    return np.where(clockwise[:, None], sides, sides[:, [2, 1, 0, 3]]), corners


def _pairs(lines: Lines, own: int) -> NDArray[np.int64]:
    """Opposite sides, the best first."""
    i, j = np.triu_indices(own, 1)
    turn = np.abs(lines.angle[i] - lines.angle[j])
    flipped = turn > np.pi / 2
    turn = np.where(flipped, np.pi - turn, turn)
    gap = np.abs(lines.rho[i] - np.where(flipped, -lines.rho[j], lines.rho[j]))
    both = lines.is_border[i] & lines.is_border[j]
    keep = (turn < np.deg2rad(PARALLEL)) & (gap > LEAST_GAP) & ~both
    worth = lines.worth
    worth = np.where(lines.is_border, 0.3 * np.median(worth), worth)
    pairs = np.stack([i[keep], j[keep]], axis=1)
    order = np.argsort(-(worth[pairs].sum(axis=1) + worth[pairs].min(axis=1)))
    pairs = pairs[order]
    keep = both_ways(lines.angle[pairs[:, 0]], MOST_PAIRS, LEAST_ACROSS)
    # A page that leaves the picture is ended by its border, which nothing speaks for by itself.
    strong = worth >= np.sort(worth)[-min(STRONG, len(worth))]
    keep |= lines.is_border[pairs].any(axis=1) & strong[pairs].any(axis=1)
    best: NDArray[np.int64] = pairs[keep]
    return best


def _between(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.float64]:
    turn = np.abs(one - two)
    out: NDArray[np.float64] = np.minimum(turn, np.pi - turn)
    return out


def _cross(lines: Lines, normal: NDArray[np.float64], i, j) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    (ax, ay), (bx, by) = normal[i].T, normal[j].T
    area = ax * by - ay * bx
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)
    x = (lines.rho[i] * by - lines.rho[j] * ay) / area
    y = (ax * lines.rho[j] - bx * lines.rho[i]) / area
    return np.stack([x, y], axis=1)


def _area(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = corners[:, :, 0], corners[:, :, 1]
    out: NDArray[np.float64] = 0.5 * (x * np.roll(y, -1, 1) - y * np.roll(x, -1, 1)).sum(axis=1)
    return out


def _page_like(corners: NDArray[np.float64], seen: Evidence) -> NDArray[np.bool_]:
    half = np.array(seen.size) / 2
    size = seen.size[0] * seen.size[1]
    ways = np.roll(corners, -1, axis=1) - corners
    after = np.roll(ways, -1, axis=1)
    turns = ways[:, :, 0] * after[:, :, 1] - ways[:, :, 1] * after[:, :, 0]
    lengths = np.linalg.norm(ways, axis=2)
    cosine = (ways * after).sum(axis=2) / (lengths * np.roll(lengths, -1, axis=1) + 1e-9)
    convex = (turns > 0).all(axis=1) | (turns < 0).all(axis=1)
    near = (np.abs(corners) < half + 2 * BEYOND * half.max()).all(axis=(1, 2))
    share = np.abs(_area(corners)) / size
    keep: NDArray[np.bool_] = (
        convex
        & near
        & (lengths.min(axis=1) > LEAST_GAP)
        & (np.abs(cosine).max(axis=1) < np.cos(np.deg2rad(SQUARE)))
        & (share > LEAST_AREA)
        & (share < MOST_AREA)
    )
    return keep


def _ends(lines: Lines, sides, corners) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # type: ignore[no-untyped-def]
    """Where each side begins and ends on its line."""
    way = lines.way[sides]
    start = (corners * way).sum(axis=2)
    stop = (np.roll(corners, -1, axis=1) * way).sum(axis=2)
    return np.minimum(start, stop), np.maximum(start, stop)


def _index(lines: Lines, t: NDArray[np.float64]) -> NDArray[np.int64]:
    out: NDArray[np.int64] = np.clip(np.rint(t).astype(np.int64) + lines.reach, 0, lines.support.shape[1] - 1)
    return out


def _rough(lines: Lines, sides, corners) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    low, high = _ends(lines, sides, corners)
    i, j = _index(lines, low), _index(lines, high)
    seen = np.maximum(lines.seen[sides, j] - lines.seen[sides, i], 8)
    share = (lines.step[sides, j] - lines.step[sides, i]) / seen
    share = np.where(lines.is_border[sides], 0.35, share)
    length = np.sqrt(np.abs(_area(corners)))
    out: NDArray[np.float64] = (share.min(axis=1) + 0.6 * share.mean(axis=1)) * (1 + 0.001 * length)
    return out


def _facts(lines: Lines, sides, corners, seen: Evidence) -> Field:  # type: ignore[no-untyped-def]
    low, high = _ends(lines, sides, corners)
    border = lines.is_border[sides]
    length = np.maximum(high - low, 1)
    i, j = _index(lines, low), _index(lines, high)
    visible = np.maximum(lines.seen[sides, j] - lines.seen[sides, i], 1)
    support = (lines.support[sides, j] - lines.support[sides, i]) / visible
    near = np.maximum(AT_END * length, 6)
    ends = np.minimum(_share(lines, sides, low, low + near), _share(lines, sides, high - near, high))
    before, after = (low - OVER, low - 3), (high + 3, high + OVER)
    over = np.maximum(_share(lines, sides, *before, unseen=0), _share(lines, sides, *after, unseen=0))
    left = (lines.left[sides, j] - lines.left[sides, i]) / visible[:, :, None]
    right = (lines.right[sides, j] - lines.right[sides, i]) / visible[:, :, None]
    middle = corners.mean(axis=1)
    on_left = (lines.normal[sides] * middle[:, None]).sum(axis=2) > lines.rho[sides]
    inside = np.where(on_left[:, :, None], left, right)
    outside = np.where(on_left[:, :, None], right, left)
    step = np.abs(inside - outside).max(axis=2)
    for field, neutral in ((support, 0.6), (ends, 0.6), (over, 0.0), (step, 0.08)):
        field[border] = neutral
    hollow = np.where(border, 0.0, _hollow(lines, sides, low, high))
    ordered = np.sort(support, axis=1)
    real = np.where(border[:, :, None], np.nan, inside)
    spread = np.nanmax(np.nanmax(real, axis=1) - np.nanmin(real, axis=1), axis=1)
    brighter = np.nanmean(np.where(border[:, :, None], np.nan, inside - outside), axis=(1, 2))
    across = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    opposite = np.abs(np.log(across[:, :2] / across[:, 2:])).max(axis=1)
    shape = np.log((across[:, 0] + across[:, 2]) / (across[:, 1] + across[:, 3]))
    share = np.abs(_area(corners)) / (seen.size[0] * seen.size[1])
    hidden = np.where(border, 0, 1 - visible / length).max(axis=1)
    cut = border.any(axis=1)
    opposite, shape = np.where(cut, 0.03, opposite), np.where(cut, np.log(np.sqrt(2)) + 0.08, shape)
    small, large = np.minimum(step / STEPS[0], 1), np.minimum(step / STEPS[1], 1)
    columns = (
        ordered[:, 0],
        ordered[:, 1],
        support.mean(axis=1),
        ends.min(axis=1),
        ends.mean(axis=1),
        small.min(axis=1),
        small.mean(axis=1),
        large.min(axis=1),
        over.mean(axis=1),
        over.max(axis=1),
        np.minimum(spread, 1.0),
        np.clip(brighter, -0.7, 0.7),
        np.log(share),
        border.any(axis=1),
        hidden,
        np.minimum(opposite, 0.5),
        np.minimum(np.abs(np.abs(shape) - np.log(np.sqrt(2))), LONGEST),
        hollow.mean(axis=1),
        hollow.max(axis=1),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _share(lines: Lines, sides, low, high, unseen: float = 0.5) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    """Support per pixel between two places of each side's line."""
    i, j = _index(lines, low), _index(lines, high)
    visible = lines.seen[sides, j] - lines.seen[sides, i]
    out: NDArray[np.float64] = (lines.support[sides, j] - lines.support[sides, i]) / np.maximum(visible, 3)
    return np.where(visible < 3, unseen, out)


def _hollow(lines: Lines, sides, low, high) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    """Share of each side's pieces that nothing supports: where another sheet or a hand lies over it."""
    marks = np.linspace(0, 1, PIECES + 1)
    at = _index(lines, low[:, :, None] + (high - low)[:, :, None] * marks)
    visible = np.diff(lines.seen[sides[:, :, None], at], axis=2)
    support = np.diff(lines.support[sides[:, :, None], at], axis=2)
    empty = (support < LEAST_PIECE * visible) & (visible > 1)
    return np.asarray(empty.mean(axis=2), np.float64)


def corner_gap(corners: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest distance of corresponding corners, by the best of the four turns, to each of `others`."""
    turned = np.stack([np.roll(others, k, axis=1) for k in range(4)])
    out: NDArray[np.float64] = np.linalg.norm(turned - corners, axis=3).max(axis=2).min(axis=0)
    return out


def regions(seen: Evidence) -> tuple[NDArray[np.uint8], ...]:
    """Masks of what may lie on the desk: what a flood over edgeless ground does not reach from outside."""
    return tuple(_flooded(seen.strength, level) for level in (0.3, 0.5, 0.7))


def _flooded(strength: Field, level: float) -> NDArray[np.uint8]:
    kernel = np.ones((3, 3), np.uint8)
    walls = cv2.dilate((strength > level).astype(np.uint8), kernel)
    padded = cv2.copyMakeBorder(walls, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    cv2.floodFill(padded, None, (0, 0), 2)
    mask = (padded[1:-1, 1:-1] != 2).astype(np.uint8)
    opened = cv2.morphologyEx(cv2.erode(mask, kernel), cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    return np.asarray(opened, np.uint8)


def hulls(masks: tuple[NDArray[np.uint8], ...]) -> list[NDArray[np.float64]]:
    """The quadrangles that fit the regions' hulls."""
    found: list[NDArray[np.float64]] = []
    for mask in masks:
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:4]:
            if cv2.contourArea(contour) < LEAST_AREA * mask.size:
                break
            hull = cv2.convexHull(contour)
            around = cv2.arcLength(hull, True)
            shapes = [cv2.boxPoints(cv2.minAreaRect(hull))]
            for share in (0.02, 0.04, 0.07):
                few = cv2.approxPolyDP(hull, share * around, True)
                if len(few) == 4:
                    shapes.append(few.reshape(4, 2))
                    break
            found += [s.astype(np.float64) for s in shapes]
    return found


def outline(masks: tuple[NDArray[np.uint8], ...]) -> NDArray[np.uint8]:
    """A band along the regions' edges."""
    band = np.zeros_like(masks[0])
    for mask in masks:
        band |= cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8))
    return band
