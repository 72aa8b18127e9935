"""Pages of which only three sides are in the picture: the fourth is put where a usual paper would end."""

import numpy as np
from numpy.typing import NDArray

from edge.scan.evidence import Evidence
from edge.scan.lines import Lines, joined, measured

MOST_PAIRS, MOST_ENDS, MOST_OPEN = 80, 24, 20
LEAST_SUPPORT = 0.4
"""Of each of the three sides, per pixel in the picture."""
SQUARE = 65.0
"""Degrees between the closed end and the two long sides, at least."""
LEAST_END = 40.0
"""Search pixels."""
STEP = 6
"""Search pixels by which a side is followed."""
GONE = 0.2
"""Support per pixel of a step where a side has ended."""
LEAST_SEEN, LEAST_BOTH = 0.2, 1.0
"""Share of a long side that must be in the picture, and of both together."""
ASKEW = 0.25
"""By so much of the width one long side is seen longer than the other; below, the border cuts it."""
RATIOS = (float(np.sqrt(2)), float(np.sqrt(0.5)))
"""Of the hidden length to the width: papers of the A series, and nearly those of the others."""


def open_ended(
    lines: Lines, seen: Evidence, pairs: NDArray[np.int64], own: int
) -> tuple[Lines, NDArray[np.int64]]:
    """The lines with the supposed fourth sides added, and n x 4 sides going round."""
    worth = np.where(lines.is_border, -1.0, lines.worth)[:own]
    ends = np.argsort(-worth)[:MOST_ENDS]
    real = pairs[~lines.is_border[pairs].any(axis=1)][:MOST_PAIRS]
    a, c = (np.repeat(real[:, i], len(ends)) for i in (0, 1))
    b = np.tile(ends, len(real))
    keep = (a != b) & (c != b) & ~lines.is_border[b]
    for side in (a, c):
        turn = np.abs(lines.angle[side] - lines.angle[b])
        keep &= np.minimum(turn, np.pi - turn) > np.deg2rad(SQUARE)
    a, b, c = a[keep], b[keep], c[keep]
    one, two = _cross(lines, a, b), _cross(lines, c, b)
    width = np.linalg.norm(one - two, axis=1)
    half = np.array(seen.size) / 2
    keep = (np.abs(one) < half).all(axis=1) & (np.abs(two) < half).all(axis=1) & (width > LEAST_END)
    keep &= _support(lines, b, one, two) > LEAST_SUPPORT
    a, b, c, one, two, width = (v[keep] for v in (a, b, c, one, two, width))
    ways = [(sign, ratio) for sign in (1.0, -1.0) for ratio in RATIOS]
    found = [_ended(lines, a, b, c, one, two, width, *way) for way in ways]
    for sign in (1.0, -1.0):
        found.append(_as_seen(lines, a, b, c, one, two, half, sign))
        found.append(_one_corner(lines, a, b, c, one, two, sign))
        found.append(_one_corner(lines, c, b, a, two, one, sign))
    sides, far_one, far_two, score = (np.concatenate([f[i] for f in found]) for i in range(4))
    best = np.argsort(-score)[:MOST_OPEN]
    return _with(lines, seen, sides[best], far_one[best], far_two[best])


def _ended(lines: Lines, a, b, c, one, two, width, sign: float, ratio: float):  # type: ignore[no-untyped-def]
    """Those whose long sides leave the picture before they end, towards one direction."""
    way_a, way_c = _ways(lines, a, c, sign)
    length = ratio * width
    far_one, far_two = one + length[:, None] * way_a, two + length[:, None] * way_c
    in_a, in_c = _visible(lines, a, one, far_one), _visible(lines, c, two, far_two)
    shown = (in_a < length - 2) & (in_c < length - 2)
    shown &= (np.minimum(in_a, in_c) > LEAST_SEEN * length) & (in_a + in_c > LEAST_BOTH * length)
    return _held(lines, (a, b, c), (one, two, far_two, far_one), shown)


def _as_seen(lines: Lines, a, b, c, one, two, half, sign: float):  # type: ignore[no-untyped-def]
    """Those that leave the picture askew: as long as the long side is that leaves it last."""
    way_a, way_c = _ways(lines, a, c, sign)
    out_a, out_c = _way_out(one, way_a, half), _way_out(two, way_c, half)
    length = np.maximum(out_a, out_c)
    far_one, far_two = one + length[:, None] * way_a, two + length[:, None] * way_c
    shown = np.minimum(out_a, out_c) > LEAST_SEEN * length
    shown &= np.abs(out_a - out_c) > ASKEW * np.linalg.norm(one - two, axis=1)
    return _held(lines, (a, b, c), (one, two, far_two, far_one), shown)


def _one_corner(lines: Lines, a, b, c, one, two, sign: float):  # type: ignore[no-untyped-def]
    """Those of which one long side ends in the picture and the other leaves it: they end alike."""
    way_c, way_a = _ways(lines, c, a, sign)
    length = _length(lines, c, two, sign)
    known = np.isfinite(length)
    length = np.where(known, length, 1.0)
    far_one, far_two = one + length[:, None] * way_a, two + length[:, None] * way_c
    in_a = _visible(lines, a, one, far_one)
    shown = known & (in_a < length - 2) & (in_a > LEAST_SEEN * length)
    return _held(lines, (a, b, c), (one, two, far_two, far_one), shown)


def _ways(lines: Lines, first, second, sign: float):  # type: ignore[no-untyped-def]
    """Of the first sides their own way or against it, and of the second the same."""
    way = sign * lines.way[first]
    return way, lines.way[second] * np.sign((lines.way[second] * way).sum(axis=1))[:, None]


def _held(lines: Lines, sides, corners, shown):  # type: ignore[no-untyped-def]
    """Those shown whose three sides are there, and how well the weakest is."""
    a, b, c = sides
    one, two, far_two, far_one = corners
    held = np.minimum(_support(lines, a, one, far_one), _support(lines, c, two, far_two))
    held = np.minimum(held, _support(lines, b, one, two))
    keep = shown & (held > LEAST_SUPPORT)
    return np.stack([a, b, c, np.zeros_like(a)], axis=1)[keep], far_one[keep], far_two[keep], held[keep]


def _way_out(start, way, half) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    """How far it is from places in the picture to its border."""
    steps = np.where(np.abs(way) > 1e-9, way, 1e-9)
    return np.asarray(((half * np.sign(steps) - start) / steps).min(axis=1), np.float64)


def _length(lines: Lines, side, start, sign: float) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    """How far each side is held without a gap; nan where it leaves the picture before."""
    at = (start * lines.way[side]).sum(axis=1) + lines.reach
    away = np.arange(0, 2 * lines.reach, STEP)
    k = np.clip(np.rint(at[:, None] + sign * away), 0, lines.support.shape[1] - 1).astype(np.int64)
    held = np.abs(np.diff(lines.support[side[:, None], k], axis=1)) / STEP
    visible = np.abs(np.diff(lines.seen[side[:, None], k], axis=1)) > 0.9 * STEP
    ended = (held < GONE) & (away[:-1] > LEAST_END)
    first = np.where(ended.any(axis=1), ended.argmax(axis=1), -1)
    rows = np.arange(len(at))
    return np.where((first >= 0) & visible[rows, first], away[first], np.nan)


def _with(  # type: ignore[no-untyped-def]
    lines: Lines, seen: Evidence, sides, far_one, far_two
) -> tuple[Lines, NDArray[np.int64]]:
    """The supposed sides as lines; one that is partly in the picture speaks for itself."""
    if not len(sides):
        return lines, sides
    way = far_two - far_one
    angle = np.arctan2(way[:, 0], -way[:, 1]) % np.pi
    rho = far_one[:, 0] * np.cos(angle) + far_one[:, 1] * np.sin(angle)
    half = np.array(seen.size) / 2
    hidden = ((np.abs(far_one) >= half - 2).any(axis=1)) & ((np.abs(far_two) >= half - 2).any(axis=1))
    sides = sides.copy()
    sides[:, 3] = len(lines.angle) + np.arange(len(sides))
    return joined(lines, measured(seen, angle, rho, hidden)), sides


def _cross(lines: Lines, i, j) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    (ax, ay), (bx, by) = lines.normal[i].T, lines.normal[j].T
    area = ax * by - ay * bx
    x = (lines.rho[i] * by - lines.rho[j] * ay) / area
    y = (ax * lines.rho[j] - bx * lines.rho[i]) / area
    return np.stack([x, y], axis=1)


def _between(lines: Lines, side, start, stop):  # type: ignore[no-untyped-def]
    t = np.stack([(p * lines.way[side]).sum(axis=1) for p in (start, stop)])
    at = np.clip(np.rint(t).astype(np.int64) + lines.reach, 0, lines.support.shape[1] - 1)
    return at.min(axis=0), at.max(axis=0)


def _visible(lines: Lines, side, start, stop) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    i, j = _between(lines, side, start, stop)
    return np.asarray(lines.seen[side, j] - lines.seen[side, i], np.float64)


def _support(lines: Lines, side, start, stop) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    i, j = _between(lines, side, start, stop)
    visible = np.maximum(lines.seen[side, j] - lines.seen[side, i], 1)
    return np.asarray((lines.support[side, j] - lines.support[side, i]) / visible, np.float64)
