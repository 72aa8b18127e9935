"""Which of many quadrangles is a page: a first look at all, a second at the best, and how sure that makes us.

The weights are fitted (tests/scan/lab/fit.py) on drawn scenes of seeds that no report uses. Signs were held
to what the fact means, so that a habit of the drawings cannot turn one round.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scan import around
from edge.scan.evidence import Evidence
from edge.scan.lines import Lines
from edge.scan.quads import NAMES, Figures, corner_gap
from edge.scan.values import Field

FIRST = {
    "support_min": 0.164,
    "support_second": 0.019,
    "support_mean": 0.131,
    "ends_min": 0.148,
    "ends_mean": 4.918,
    "contrast_min": 0.621,
    "contrast_mean": 3.537,
    "strong_min": 0.053,
    "over_mean": -12.750,
    "over_max": -0.474,
    "spread": -2.082,
    "brighter": 3.826,
    "area": 0.836,
    "border": -2.789,
    "hidden": -0.535,
    "skew": -4.736,
    "long": -3.023,
    "hollow_mean": -7.677,
    "hollow_max": -0.150,
}
FIRST_BIAS = -3.188
SURE = (0.885, 0.421, 1.890)
SURE_BIAS = -2.336
"""Fitted so that of ten pages called 0.8 sure eight are right."""
SHORT = 28
"""Quadrangles that get a second look."""
SAME = 5.0
"""Search pixels: two quadrangles whose corners differ by less are one."""
NEAR_CORNER, OUTSIDE = (0.06, 0.1), 0.05
"""Shares of the way from a corner to the middle."""
GRID = 24
"""Points to each side that a page's inside is looked at by."""
MORE = (
    "first",
    "first_gap",
    "outer",
    "inner",
    "corner_min",
    "corner_mean",
    "recall",
    "precision",
    "recall_loose",
    "precision_loose",
    "pale",
    "dull",
    "busy",
    "rough",
    "dark_long",
    "very_long",
    "one_light",
    "corner_off_max",
    "corner_off_mean",
)

ALL = (*NAMES, *MORE, *around.NAMES)
SECOND = {
    "support_min": 0.000,
    "support_second": 0.764,
    "support_mean": 1.114,
    "ends_min": 0.036,
    "ends_mean": 0.000,
    "contrast_min": 0.000,
    "contrast_mean": 1.539,
    "strong_min": 0.000,
    "over_mean": -5.221,
    "over_max": -0.085,
    "spread": 0.000,
    "brighter": 0.815,
    "area": 1.482,
    "border": -1.322,
    "hidden": -2.875,
    "skew": 0.000,
    "long": -11.765,
    "hollow_mean": -3.785,
    "hollow_max": 0.000,
    "first": 0.179,
    "first_gap": 0.014,
    "outer": 0.000,
    "inner": -0.215,
    "corner_min": 0.000,
    "corner_mean": 1.755,
    "recall": 1.069,
    "precision": 0.000,
    "recall_loose": 1.815,
    "precision_loose": 0.000,
    "pale": 1.360,
    "dull": -0.181,
    "busy": -2.596,
    "rough": -1.637,
    "dark_long": 0.000,
    "very_long": 0.000,
    "one_light": -0.045,
    "corner_off_max": -0.318,
    "corner_off_mean": -4.138,
    "apart_min": 0.000,
    "apart_second": 0.636,
    "apart_mean": 1.747,
    "apart_rel_min": 0.500,
    "crossed": -1.483,
    "crossed_far": -1.675,
    "crossed_near": -0.363,
    "odd": -33.425,
    "lean": -1.726,
    "passed": -3.0,
}
SECOND_BIAS = -1.543


@dataclass(frozen=True)
class Short:
    """The best quadrangles, first first, with all that is known of each."""

    corners: NDArray[np.float64]
    facts: Field
    """n x ALL: of `quads`, of the second look, of `around`."""
    on_border: NDArray[np.bool_]
    score: NDArray[np.float64]


def shortlist(found: Figures, seen: Evidence, masks: tuple[NDArray[np.uint8], ...], lines: Lines) -> Short:
    """The quadrangles worth a second look, no two of them the same."""
    score = found.facts @ np.array([FIRST[n] for n in NAMES], np.float32) + FIRST_BIAS
    chosen: list[int] = []
    order = np.argsort(-score)[:400]
    free = np.ones(len(score), bool)
    middle = found.corners.mean(axis=1)
    for i in order:
        if free[i]:
            chosen.append(int(i))
            near = order[np.linalg.norm(middle[order] - middle[i], axis=1) <= SAME]
            free[near] &= corner_gap(found.corners[i], found.corners[near]) > SAME
            if len(chosen) == SHORT:
                break
    which = np.array(chosen, np.int64)
    corners, facts = found.corners[which], found.facts[which]
    if not len(which):
        return Short(corners, np.zeros((0, len(ALL)), np.float32), found.on_border[which], np.zeros(0))
    more = _more(corners, score[which], facts, seen, masks)
    own = around.around(corners, found.on_border[which], lines, seen)
    both = np.concatenate([facts, more, own], axis=1).astype(np.float32)
    return Short(corners, both, found.on_border[which], score[which].astype(np.float64))


def second_look(short: Short) -> NDArray[np.float64]:
    """The final score of each; above 0 a page is more likely than not."""
    weights = np.array([SECOND[n] for n in ALL], np.float32)
    return np.asarray(short.facts @ weights + SECOND_BIAS, np.float64)


def confidence(score: float, held: tuple[float, ...]) -> float:
    """How likely it is that a page lies there and that its sides are right, from all that was seen.

    `held`: the share of each side that was seen while refining.
    """
    known = (score, float(np.mean(held)), float(np.min(held)))
    logit = SURE_BIAS + sum(w * v for w, v in zip(SURE, known, strict=True))
    return float(1 / (1 + np.exp(-logit)))


def _more(corners, score, facts, seen: Evidence, masks) -> Field:  # type: ignore[no-untyped-def]
    outer, inner = _nested(corners, score)
    tips = _tips(corners, seen.strength)
    x, y = _grid(corners)
    strength = cv2.remap(seen.strength, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    colour = cv2.remap(seen.colour, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    area = np.exp(facts[:, NAMES.index("area")]) * seen.strength.size
    recall, precision = _covered(masks[0], x, y, area)
    recall_loose, precision_loose = _covered(masks[1], x, y, area)
    light = colour.mean(axis=2)
    bright = np.quantile(seen.colour[::8, ::8].mean(axis=2), 0.97)
    pale = np.median(light, axis=1) - bright
    middle = np.median(colour, axis=1)
    dull = np.ptp(middle, axis=1)
    busy = (strength > 0.5).mean(axis=1)
    rough = np.minimum(np.abs(light - np.median(light, axis=1)[:, None]).mean(axis=1), 1)
    halves = light.reshape(-1, 2, GRID // 2, 2, GRID // 2)
    parts = np.median(halves.transpose(0, 1, 3, 2, 4).reshape(len(corners), 4, -1), axis=2)
    long = facts[:, NAMES.index("long")]
    off = _off_corners(corners, seen)
    columns = (
        score,
        score - score.max(),
        outer,
        inner,
        tips.min(axis=1),
        tips.mean(axis=1),
        recall,
        precision,
        recall_loose,
        precision_loose,
        np.maximum(pale, -2.5),
        np.minimum(dull, 1.5),
        busy,
        rough,
        np.maximum(long - 0.15, 0) * np.clip(-pale, 0, 2),
        np.maximum(long - 0.45, 0),
        np.minimum(np.ptp(parts, axis=1), 1),
        off.max(axis=1),
        off.mean(axis=1),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _grid(corners: NDArray[np.float64]) -> tuple[Field, Field]:
    """Points inside each quadrangle, n x GRID²."""
    share = (np.arange(GRID) + 0.5) / GRID
    u, v = (g.ravel()[:, None] for g in np.meshgrid(share, share))
    weights = np.concatenate([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=1)
    points = np.einsum("kc,ncd->nkd", weights, corners).astype(np.float32)
    return points[:, :, 0], points[:, :, 1]


def _tips(corners: NDArray[np.float64], strength: Field) -> NDArray[np.float64]:
    """Edge strength at each corner; a corner outside the picture neither speaks for nor against."""
    height, width = strength.shape
    near = cv2.dilate(strength, np.ones((7, 7), np.uint8))
    x, y = corners[:, :, 0], corners[:, :, 1]
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    i = np.clip(np.rint(x).astype(np.int64), 0, width - 1)
    j = np.clip(np.rint(y).astype(np.int64), 0, height - 1)
    out: NDArray[np.float64] = np.where(inside, near[j, i], 0.7)
    return out


def _off_corners(corners: NDArray[np.float64], seen: Evidence) -> NDArray[np.float64]:
    """n x 4: how unlike the page its corners are, 0..1: under askew sheets the desk shows in a corner."""
    middle = corners.mean(axis=1, keepdims=True)
    near = [corners + share * (middle - corners) for share in NEAR_CORNER]
    outside = corners - OUTSIDE * (middle - corners)
    along = (corners + np.roll(corners, -1, axis=1)) / 2
    inner = along + NEAR_CORNER[-1] * (middle - along)
    points = np.concatenate([*near, outside, inner], axis=1).astype(np.float32)
    tone = cv2.remap(
        cv2.blur(seen.tone, (5, 5)),
        points[:, :, 0],
        points[:, :, 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    page = np.median(tone[:, -4:], axis=1, keepdims=True)
    around_it = tone[:, 4 * len(near) : -4]
    beyond = around_it - page
    size = (beyond**2).sum(axis=2) + 0.02**2
    off = []
    for k in range(len(near)):
        own = tone[:, 4 * k : 4 * k + 4] - page
        part = (own * beyond).sum(axis=2) / size
        rest = np.sqrt(((own - part[:, :, None] * beyond) ** 2).sum(axis=2) / size)
        # As the desk is, not only unlike the page: print is darker still, or of another colour.
        off.append(np.clip(part, 0, 1) * np.clip(2.0 - part, 0, 1) * np.clip(1.5 - 2 * rest, 0, 1))
    height, width = seen.strength.shape
    inside = (corners >= 0).all(axis=2) & (corners < (width, height)).all(axis=2)
    inside &= seen.bare(around_it)  # a hand over the corner is not the desk
    return np.asarray(np.where(inside, np.min(off, axis=0), 0.0), np.float64)


def _covered(mask: NDArray[np.uint8], x: Field, y: Field, area: Field) -> tuple[Field, Field]:
    """How much of the region that lies in it each quadrangle holds, and how much of it is region."""
    count, labels, sizes, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    if count < 2:
        nothing = np.full(len(x), 0.5, np.float32)
        return nothing, nothing
    height, width = mask.shape
    i = np.rint(x).astype(np.int64)
    j = np.rint(y).astype(np.int64)
    inside = (i >= 0) & (i < width) & (j >= 0) & (j < height)
    label = np.where(inside, labels[np.clip(j, 0, height - 1), np.clip(i, 0, width - 1)], 0)
    rows = np.arange(len(x))[:, None] * count + label
    share = np.bincount(rows.ravel(), minlength=len(x) * count).reshape(len(x), count) / x.shape[1]
    share[:, 0] = 0
    best = share.argmax(axis=1)
    held = share[np.arange(len(x)), best]
    recall = np.minimum(held * area / np.maximum(sizes[best, cv2.CC_STAT_AREA], 1), 1.0)
    return np.where(held > 0, recall, 0.0).astype(np.float32), held.astype(np.float32)


def _nested(corners: NDArray[np.float64], score: NDArray[np.float64]) -> tuple[Field, Field]:
    """By how much the best quadrangle around each, and the best inside it, outdo it at first look."""
    around = np.roll(corners, -1, axis=1)
    x, y = corners[:, :, 0], corners[:, :, 1]
    area = 0.5 * np.abs((x * around[:, :, 1] - y * around[:, :, 0]).sum(axis=1))
    way = around - corners
    normal = np.stack([-way[:, :, 1], way[:, :, 0]], axis=2) / np.linalg.norm(way, axis=2, keepdims=True)
    level = (normal * corners).sum(axis=2)
    # holds[j, i]: all corners of i inside j, or nearly.
    away = np.einsum("jsd,icd->jisc", normal, corners) - level[:, None, :, None]
    holds = (away.min(axis=(2, 3)) > -4) & (area[:, None] > 1.07 * area[None])
    gain = score[:, None] - score[None]
    outer = np.where(holds, gain, -3.0).max(axis=0, initial=-3.0)
    inner = np.where(holds, -gain, -3.0).max(axis=1, initial=-3.0)
    return np.clip(outer, -3, 3).astype(np.float32), np.clip(inner, -3, 3).astype(np.float32)
