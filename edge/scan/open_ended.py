"""Pages of which only three sides are in the picture: the fourth is put where a usual paper would end."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.scan.evidence import Evidence
from edge.scan.lines import Lines

MOST_PAIRS, MOST_ENDS, MOST_OPEN = 80, 24, 32
LEAST_SUPPORT = 0.4
"""Of each of the three sides, per pixel in the picture."""
SQUARE = 65.0
"""Degrees between the closed end and the two long sides, at least."""
LEAST_END = 40.0
"""Search pixels."""
LEAST_SEEN = 0.5
"""Share of a long side that must be in the picture."""
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
    sides, far_one, far_two, score = (np.concatenate([f[i] for f in found]) for i in range(4))
    best = np.argsort(-score)[:MOST_OPEN]
    return _with(lines, sides[best], far_one[best], far_two[best])


def _ended(lines: Lines, a, b, c, one, two, width, sign: float, ratio: float):  # type: ignore[no-untyped-def]
    """Those whose long sides leave the picture before they end, towards one direction."""
    way_a = sign * lines.way[a]
    way_c = lines.way[c] * np.sign((lines.way[c] * way_a).sum(axis=1))[:, None]
    far_one, far_two = one + (ratio * width)[:, None] * way_a, two + (ratio * width)[:, None] * way_c
    length = ratio * width
    in_a, in_c = _visible(lines, a, one, far_one), _visible(lines, c, two, far_two)
    shown = (in_a < length - 2) & (in_c < length - 2) & (np.minimum(in_a, in_c) > LEAST_SEEN * length)
    held = np.minimum(_support(lines, a, one, far_one), _support(lines, c, two, far_two))
    held = np.minimum(held, _support(lines, b, one, two))
    keep = shown & (held > LEAST_SUPPORT)
    sides = np.stack([a, b, c, np.zeros_like(a)], axis=1)
    return sides[keep], far_one[keep], far_two[keep], held[keep]


def _with(lines: Lines, sides, far_one, far_two) -> tuple[Lines, NDArray[np.int64]]:  # type: ignore[no-untyped-def]
    way = far_two - far_one
    angle = np.arctan2(way[:, 0], -way[:, 1]) % np.pi
    rho = far_one[:, 0] * np.cos(angle) + far_one[:, 1] * np.sin(angle)
    count = len(lines.angle)
    sides = sides.copy()
    sides[:, 3] = count + np.arange(len(sides))
    sums: dict[str, Any] = {}
    for name in ("support", "seen", "left", "right", "step"):
        known = getattr(lines, name)
        sums[name] = np.concatenate([known, np.zeros((len(sides), *known.shape[1:]), known.dtype)])
    longer = replace(
        lines,
        angle=np.append(lines.angle, angle),
        rho=np.append(lines.rho, rho),
        is_border=np.append(lines.is_border, np.ones(len(sides), bool)),
        **sums,
    )
    return longer, sides


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
