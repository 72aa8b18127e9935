"""What parts a quadrangle from its surroundings, what runs across it, and how like a paper it is."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scan.evidence import Evidence
from edge.scan.lines import Lines
from edge.scan.values import Field

PLACES = 24
"""Along each side."""
AWAY = np.array([-10.0, -5.0, 5.0, 10.0])
"""Search pixels from a side, inwards positive: a printed frame's stroke is narrower, a sheet's rim wider."""
WHOLE, MOST_GAP = 0.06, 0.5
"""Differences of tone: one that counts as whole, and one beyond which more says nothing."""
ALIKE = 0.5
"""Share of the scene's strongest contrast that counts as whole: on a light desk all are weak."""
PIECES, LEAST_PIECE = 12, 0.3
"""Of a line that runs across, and the support per pixel of one that is there."""
ENDS = ((0.015, 0.05), (0.95, 0.985))
"""Shares of its way on which it must reach the sides: a printed line ends at the margin."""
AT_CORNER, AT_SIDE, SLANT = 0.012, 0.06, 0.15
"""Shares of a side: nearer, it is the side itself; nearer, another sheet's; how much it may slant."""
BEYOND = np.arange(5.0, 22.0, 2.0)
"""Search pixels beyond a corner where a side is looked for that does not end there."""
KNOWN, RIM = 0.7, 4
"""Share of them that must lie in the picture, and so many search pixels from its border, where edges fade."""
GRAIN, EDGE = 0.3, 0.5
"""Strength that any ground may have, and what is more in an edge."""
RATIOS = np.log([np.sqrt(2), 85.6 / 54, 143 / 105, 240 / 140])
"""Papers of the A and B series, cards, registers, invoices."""
ODDEST, LEANEST, CUT_ODD = 0.12, 0.4, 0.06
"""The most that a shape is held against a page; what is said of one that is cut by the picture's border."""
NAMES = (
    "apart_min",
    "apart_second",
    "apart_mean",
    "apart_rel_min",
    "crossed",
    "crossed_far",
    "crossed_near",
    "odd",
    "lean",
    "passed",
)


def around(corners: NDArray[np.float64], on_border: NDArray[np.bool_], lines: Lines, seen: Evidence) -> Field:
    """n x len(NAMES), for quadrangles in search pixels."""
    tone = _tones(corners, seen)
    near, far = (np.abs(tone[:, :, i] - tone[:, :, 3 - i]).max(axis=2) for i in (1, 0))
    gap = np.minimum(np.minimum(near, far), MOST_GAP)
    real = ~on_border
    share = real / np.maximum(real.sum(axis=1, keepdims=True), 1)
    whole = np.where(real, np.minimum(gap / WHOLE, 1), 1.0)
    strongest = max((gap * share).sum(axis=1).max(), 1e-3)
    part = np.where(real, np.minimum(gap / (ALIKE * strongest), 1), 1.0)
    ordered = np.sort(whole, axis=1)
    columns = (
        ordered[:, 0],
        ordered[:, 1],
        (whole * share).sum(axis=1),
        part.min(axis=1),
        *_crossed(corners, lines),
        *_shape(corners, on_border),
        _passed(corners, on_border, seen),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _tones(corners: NDArray[np.float64], seen: Evidence) -> Field:
    """n x 4 sides x len(AWAY) x 3: the middle tone along each side, of what lies in the picture."""
    share = np.linspace(0.08, 0.92, PLACES)
    way = np.roll(corners, -1, axis=1) - corners
    normal = np.stack([-way[:, :, 1], way[:, :, 0]], axis=2) / np.linalg.norm(way, axis=2, keepdims=True)
    foot = corners[:, :, None] + share[:, None] * way[:, :, None]
    points = foot[:, :, None] + AWAY[:, None, None] * normal[:, :, None, None]
    flat = points.reshape(len(corners), -1, 2).astype(np.float32)
    x, y = flat[:, :, 0], flat[:, :, 1]
    width, height = seen.size
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    tone = cv2.remap(seen.tone, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    tone = np.where(inside[:, :, None], tone, np.inf).reshape(len(corners), 4, len(AWAY), PLACES, 3)
    count = inside.reshape(len(corners), 4, len(AWAY), PLACES, 1).sum(axis=3, keepdims=True)
    middle = np.take_along_axis(np.sort(tone, axis=3), np.minimum(count // 2, PLACES - 1), axis=3)
    return np.asarray(np.where(count > 0, middle, 0.0)[:, :, :, 0], np.float32)


def _shape(corners: NDArray[np.float64], on_border: NDArray[np.bool_]) -> tuple[NDArray[np.float64], ...]:
    """How far from the ratios of papers, and from a right angle."""
    ways = np.roll(corners, -1, axis=1) - corners
    across = np.linalg.norm(ways, axis=2)
    shape = np.abs(np.log((across[:, 0] + across[:, 2]) / (across[:, 1] + across[:, 3])))
    odd = np.minimum(np.abs(shape[:, None] - RATIOS).min(axis=1), ODDEST)
    way = ways / across[:, :, None]
    cosine = np.abs((way * np.roll(way, -1, axis=1)).sum(axis=2))
    loose = on_border | np.roll(on_border, -1, axis=1)
    lean = np.minimum(np.where(loose, 0, cosine).max(axis=1), LEANEST)
    return np.where(on_border.any(axis=1), CUT_ODD, odd), lean


def _passed(
    corners: NDArray[np.float64], on_border: NDArray[np.bool_], seen: Evidence
) -> NDArray[np.float64]:
    """How clearly both neighbours of a side run on beyond it: then the page does not end there.

    Of a neighbour that leaves the picture there nothing is known; the other one speaks alone.
    """
    way = np.roll(corners, -1, axis=1) - corners
    way = way / np.linalg.norm(way, axis=2, keepdims=True)
    onward, back = np.roll(way, 1, axis=1), -way  # from each corner: of the side before, of the side after
    strong = cv2.dilate(seen.strength, np.ones((3, 3), np.uint8))
    width, height = seen.size
    runs, known = [], []
    for direction in (onward, back):
        points = (corners[:, :, None] + BEYOND[:, None] * direction[:, :, None]).reshape(len(corners), -1, 2)
        x, y = (points[:, :, i].astype(np.float32) for i in (0, 1))
        found = cv2.remap(strong, x, y, cv2.INTER_LINEAR).reshape(len(corners), 4, len(BEYOND))
        inside = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y)) >= RIM
        runs.append(np.clip((found.mean(axis=2) - GRAIN) / EDGE, 0, 1))
        known.append(inside.reshape(found.shape).mean(axis=2) > KNOWN)
    before, after = runs[0], np.roll(runs[1], -1, axis=1)
    has_before, has_after = known[0], np.roll(known[1], -1, axis=1)
    both = np.minimum(np.where(has_before, before, after), np.where(has_after, after, before))
    return np.asarray(np.where(on_border, 0.0, both).max(axis=1), np.float64)


def _crossed(corners: NDArray[np.float64], lines: Lines) -> tuple[NDArray[np.float64], ...]:
    """How whole the best line is that runs from one side through to the opposite: a sheet's edge, or a fold.

    Through the inside, the same times how far from the middle (folds are in it), and close to a side.
    """
    own = np.nonzero(~lines.is_border)[0]
    if not len(own):
        return tuple(np.zeros(len(corners)) for _ in range(3))
    start, stop, first, second = _passages(corners, lines, own)
    aside = np.minimum(np.minimum(first, second), 1 - np.maximum(first, second))
    through = (stop > start) & (aside > AT_CORNER) & (np.abs(first - second) < SLANT)
    start, stop = np.where(through, start, 0), np.where(through, stop, 0)
    marks = np.linspace(0.01, 0.99, PIECES + 1)
    whole = (_held(lines, own, start, stop, marks) > LEAST_PIECE).mean(axis=2)
    for end in ENDS:
        through &= _held(lines, own, start, stop, np.array(end))[:, :, 0] > LEAST_PIECE
    whole = np.where(through, whole, 0.0)
    inner = np.where(aside > AT_SIDE, whole, 0.0)
    best = inner.argmax(axis=1)[:, None]
    off_middle = np.take_along_axis(np.abs(first + second - 1), best, axis=1)[:, 0]
    return inner.max(axis=1), inner.max(axis=1) * off_middle, (whole - inner).max(axis=1)


def _passages(corners: NDArray[np.float64], lines: Lines, own: NDArray[np.int64]):  # type: ignore[no-untyped-def]
    """n x lines: where each enters and leaves, along itself (0, 0: not at all) and as shares of two sides."""
    at = corners - lines.middle
    away = np.einsum("nsc,lc->nls", at, lines.normal[own]) - lines.rho[own][None, :, None]
    along = np.einsum("nsc,lc->nls", at, lines.way[own])
    after, ahead = np.roll(away, -1, axis=2), np.roll(along, -1, axis=2)
    cut = away * after < 0
    share = away / np.where(np.abs(away - after) < 1e-9, 1e-9, away - after)
    place = along + share * (ahead - along)
    even, other = cut[:, :, 0] & cut[:, :, 2], cut[:, :, 1] & cut[:, :, 3]
    opposite = (even | other) & (cut.sum(axis=2) == 2)
    first = np.where(even, share[:, :, 0], share[:, :, 1])
    second = 1 - np.where(even, share[:, :, 2], share[:, :, 3])
    start = np.where(opposite, np.where(cut, place, np.inf).min(axis=2), 0.0)
    stop = np.where(opposite, np.where(cut, place, -np.inf).max(axis=2), 0.0)
    return start, stop, first, second


def _held(lines: Lines, own, start, stop, marks) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    """Support per pixel between each two marks, shares of the way."""
    place = start[:, :, None] + (stop - start)[:, :, None] * marks
    k = np.clip(np.rint(place).astype(np.int64) + lines.reach, 0, lines.support.shape[1] - 1)
    support = np.diff(lines.support[own[None, :, None], k], axis=2)
    return np.asarray(support / np.maximum(np.diff(k, axis=2), 1), np.float64)
