"""Straight lines that may be sides of pages, and what supports each of them along its way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scan.evidence import Evidence
from edge.scan.values import Field

DEGREES = 0.5
"""Of one step of the normal's angle while voting."""
SPREAD = 8
"""Steps to each side that a point votes for: its own angle is known to some degrees."""
LEAST = 0.3
"""Strength of a point that votes."""
CLEAR_VOTES, LEAST_VOTES = 2.0, 0.5
"""Of a line that is always heard; of one where there are few: much of it may lie under a hand or in glare."""
FEW = 40
MOST_LINES = 44
LEAST_ACROSS = 16
"""Of them across the best one's way, however many run along it: print, planks, folds."""
ASIDE = 5.0
"""Search pixels from a line to where its two sides' colours are read."""
PLAIN = 0.2
"""What an edge counts whose two sides are alike."""
WINDOW = 100
"""Search pixels: a card's long side at a usual height of the camera."""
STEP = 0.05
"""Difference of tone across a side that counts as whole."""


@dataclass(frozen=True)
class Lines:
    """n lines x = rho * normal + t * way, from the picture's middle, and running sums along t.

    Index k of a running sum is t = k - reach.
    """

    angle: NDArray[np.float64]
    rho: NDArray[np.float64]
    reach: int
    is_border: NDArray[np.bool_]
    middle: NDArray[np.float64]
    support: Field
    """n x T + 1, running sum of strength along the line."""
    seen: Field
    """n x T + 1, running sum of what lies inside the picture."""
    left: Field
    """n x T + 1 x 3, running sum of tone on the side of the normal."""
    right: Field
    step: Field
    """n x T + 1, running sum of strength where the two sides differ."""

    @property
    def worth(self) -> NDArray[np.float64]:
        """What each line is likely to bring: all that supports it, and its best stretch."""
        best = (self.step[:, WINDOW:] - self.step[:, :-WINDOW]).max(axis=1)
        out: NDArray[np.float64] = np.minimum(self.step[:, -1], 300) + 2.0 * best
        return out

    @property
    def normal(self) -> NDArray[np.float64]:
        return np.stack([np.cos(self.angle), np.sin(self.angle)], axis=1)

    @property
    def way(self) -> NDArray[np.float64]:
        return np.stack([-np.sin(self.angle), np.cos(self.angle)], axis=1)


def lines_of(seen: Evidence, outline: NDArray[np.uint8], given: Sequence[NDArray[np.float64]] = ()) -> Lines:
    """The most promising lines, the picture's four borders, and then the sides of the `given` quadrangles.

    `outline`: where regions end, whose points are heard on their own as well.
    """
    strong = _thin(seen)
    heard = [_votes(seen, strong, 40), _votes(seen, strong & (outline > 0), 24)]
    angle, rho, votes = (np.concatenate([h[i] for h in heard]) for i in range(3))
    clear = votes >= CLEAR_VOTES
    order = np.argsort(~clear, kind="stable")[: max(int(clear.sum()), FEW)]
    angle, rho = _apart(angle[order], rho[order])
    count = len(angle)
    known = [_borders(seen)] + ([_sides(seen, given)] if given else [])
    angle = np.concatenate([angle, *(k[0] for k in known)])
    rho = np.concatenate([rho, *(k[1] for k in known)])
    is_border = np.zeros(len(angle), bool)
    is_border[count : count + 4] = True
    lines = measured(seen, angle, rho, is_border)
    best = np.argsort(-lines.worth[:count])
    best = best[both_ways(lines.angle[best], MOST_LINES, LEAST_ACROSS)]
    return _taken(lines, np.append(best, np.arange(count, len(angle))))


def both_ways(angle: NDArray[np.float64], most: int, least: int) -> NDArray[np.bool_]:
    """The first `most` of many angles, best first, and the first `least` of either way: a page has two."""
    across = np.abs(np.sin(angle - angle[:1])) > np.sqrt(0.5)
    rank = np.where(across, np.cumsum(across), np.cumsum(~across))
    return np.asarray((np.arange(len(angle)) < most) | (rank <= least), np.bool_)


def _thin(seen: Evidence) -> NDArray[np.bool_]:
    """Points that are strongest across their edge."""
    s = seen.strength
    flat = seen.tensor[:, :, 0] >= seen.tensor[:, :, 2]
    right, down = s[:, 2:], s[2:, :]
    keep = np.zeros(s.shape, bool)
    mid = s[1:-1, 1:-1]
    across = (mid >= s[1:-1, :-2]) & (mid > right[1:-1, :])
    along = (mid >= s[:-2, 1:-1]) & (mid > down[:, 1:-1])
    keep[1:-1, 1:-1] = np.where(flat[1:-1, 1:-1], across, along) & (mid > LEAST)
    keep[:3] = keep[-3:] = keep[:, :3] = keep[:, -3:] = False
    return keep


def _votes(seen: Evidence, points: NDArray[np.bool_], most: int) -> tuple[NDArray[np.float64], ...]:
    """Angles, distances and votes of the lines that most points speak for."""
    y, x = np.nonzero(points)
    xx, xy, yy = (seen.tensor[y, x, i] for i in range(3))
    own = 0.5 * np.arctan2(2 * xy, xx - yy)
    width, height = seen.size
    weight = seen.strength[y, x] * (PLAIN + (1 - PLAIN) * _differ(seen, x, y, own))
    cx, cy = x - (width - 1) / 2, y - (height - 1) / 2
    turns = round(180 / DEGREES)
    reach = int(np.hypot(width, height) / 2) + 3
    base = np.rint(np.rad2deg(own) / DEGREES).astype(np.int64)
    room = 2 * reach + 1
    angles = np.deg2rad(np.arange(turns) * DEGREES)
    cos, sin = np.cos(angles), np.sin(angles)
    total = np.zeros(turns * room, np.float64)
    for shift in range(-SPREAD, SPREAD + 1, 2):
        k = (base + shift) % turns
        at = np.rint(cx * cos[k] + cy * sin[k]).astype(np.int64) + reach
        total += np.bincount(k * room + at, weight * np.exp(-0.5 * (shift / 4) ** 2), turns * room)
    field = total.reshape(turns, room).astype(np.float32)
    # The angle wraps round after half a turn, with the distance's sign changed.
    around = np.concatenate([field[-12:, ::-1], field, field[:12, ::-1]])
    around = cv2.GaussianBlur(around, (5, 9), sigmaX=1.0, sigmaY=2.0)
    peaks = (around >= cv2.dilate(around, np.ones((13, 7), np.uint8))) & (around > LEAST_VOTES)
    row, column = np.nonzero(peaks[12:-12])
    votes = around[12:-12][row, column].astype(np.float64)
    best = np.argsort(-votes)[:most]
    return angles[row[best]], (column[best] - reach).astype(np.float64), votes[best]


def _differ(seen: Evidence, x, y, angle) -> Field:  # type: ignore[no-untyped-def]
    """0..1: how unlike a point's two sides are: a sheet's edge parts two colours, a drawn line does not."""
    width, height = seen.size
    sides = []
    for aside in (ASIDE, -ASIDE):
        i = np.clip(np.rint(x + aside * np.cos(angle)).astype(np.int64), 0, width - 1)
        j = np.clip(np.rint(y + aside * np.sin(angle)).astype(np.int64), 0, height - 1)
        sides.append(seen.tone[j, i])
    gap: Field = np.minimum(np.abs(sides[0] - sides[1]).max(axis=1) / STEP, 1)
    return gap


def _apart(angle: NDArray[np.float64], rho: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Without those that nearly are an earlier one."""
    turn = np.abs(angle[:, None] - angle[None])
    flipped = turn > np.pi / 2
    turn = np.where(flipped, np.pi - turn, turn)
    gap = np.abs(rho[:, None] - np.where(flipped, -rho[None], rho[None]))
    same = np.tril((turn < np.deg2rad(1.2)) & (gap < 3), -1).any(axis=1)
    return angle[~same], rho[~same]


def measured(seen: Evidence, angle, rho, is_border) -> Lines:  # type: ignore[no-untyped-def]
    width, height = seen.size
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    reach = int(np.hypot(width, height) / 2) + 3
    t = np.arange(-reach, reach + 1, dtype=np.float32)
    normal = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    way = np.stack([-normal[:, 1], normal[:, 0]], axis=1)
    x = ((middle[0] + rho * normal[:, 0])[:, None] + way[:, :1] * t).astype(np.float32)
    y = ((middle[1] + rho * normal[:, 1])[:, None] + way[:, 1:] * t).astype(np.float32)
    nx, ny = (normal[:, i, None].astype(np.float32) for i in (0, 1))
    strength = np.zeros(x.shape, np.float32)
    for aside, worth in ((0, 1.0), (1.3, 0.95), (-1.3, 0.95), (2.6, 0.7), (-2.6, 0.7)):
        j = cv2.remap(seen.tensor, x + nx * aside, y + ny * aside, cv2.INTER_LINEAR)
        energy = j[:, :, 0] * nx * nx + 2 * j[:, :, 1] * nx * ny + j[:, :, 2] * ny * ny
        np.maximum(strength, np.sqrt(np.maximum(energy, 0)) * worth, out=strength)
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    strength *= inside
    tones = [
        cv2.remap(seen.tone, x + nx * a, y + ny * a, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for a in (ASIDE, -ASIDE)
    ]
    gap = np.minimum(np.abs(tones[0] - tones[1]).max(axis=2) / STEP, 1)
    return Lines(
        angle=angle,
        rho=rho,
        reach=reach,
        is_border=is_border,
        middle=middle,
        support=_running(strength),
        seen=_running(inside.astype(np.float32)),
        left=_running(tones[0] * inside[:, :, None]),
        right=_running(tones[1] * inside[:, :, None]),
        step=_running(strength * (PLAIN + (1 - PLAIN) * gap)),
    )


def _running(values: Field) -> Field:
    out = np.zeros((values.shape[0], values.shape[1] + 1, *values.shape[2:]), np.float32)
    np.cumsum(values, axis=1, out=out[:, 1:])
    return out


SUMS = ("support", "seen", "left", "right", "step")


def _taken(lines: Lines, which: NDArray[np.int64]) -> Lines:
    sums = {name: getattr(lines, name)[which] for name in SUMS}
    return replace(
        lines, angle=lines.angle[which], rho=lines.rho[which], is_border=lines.is_border[which], **sums
    )


def joined(one: Lines, other: Lines) -> Lines:
    """The lines of both."""
    sums = {name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in SUMS}
    return Lines(
        angle=np.concatenate([one.angle, other.angle]),
        rho=np.concatenate([one.rho, other.rho]),
        reach=one.reach,
        is_border=np.concatenate([one.is_border, other.is_border]),
        middle=one.middle,
        **sums,
    )


def _borders(seen: Evidence) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    width, height = seen.size
    half = np.array([width - 1, height - 1]) / 2
    return np.array([0, 0, np.pi / 2, np.pi / 2]), np.array([-half[0], half[0], -half[1], half[1]])


def _sides(
    seen: Evidence, given: Sequence[NDArray[np.float64]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Angles and distances of the quadrangles' sides, one after the other."""
    width, height = seen.size
    start = np.concatenate(given) - np.array([(width - 1) / 2, (height - 1) / 2])
    way = np.concatenate([np.roll(g, -1, axis=0) - g for g in given])
    angle = np.arctan2(way[:, 0], -way[:, 1]) % np.pi
    rho = start[:, 0] * np.cos(angle) + start[:, 1] * np.sin(angle)
    return angle, rho
