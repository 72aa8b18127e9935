"""Find the page in a picture: where something lies on the desk, and which four sides fit it best.

The tutorials' way (Canny, largest contour) sees a page on an empty desk and misses half of the real ones
(measured). So: evidence of sharp edges, relative to their surroundings and, where a picture of the empty desk
is there, to the desk; outlines of what lies there at several levels; sides scored by what supports them.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scan.values import Corners, Field, Picture, Quad

SMALL = 800
"""Pixels of the longer side while searching."""
LEVELS = (0.25, 0.4, 0.55)
"""Of edge evidence, for the outline of what lies on the desk."""
LEAST_AREA, MOST_AREA = 0.03, 0.98
"""Share of the picture."""
AT_BORDER = 0.01
"""Share of the picture's longer side."""
LEAST_ANGLE = 0.42
"""Cosine limit: corners between 65 and 115 degrees."""
DESK_SHARE = 0.45
"""So much of the desk's own gradient stays in the ratio to it, by shifts of less than a pixel (measured)."""
SOFT = 15
"""Side of the square that an edge must stand out from: shadows fade, sheets stay (measured)."""


def find(picture: Picture, desk: Picture | None = None) -> list[Quad]:
    """The likely pages, best first; corners to about a pixel of the search size, see `refine`."""
    scale = SMALL / max(picture.shape[:2])
    small = _shrink(picture, scale)
    bare = None
    if desk is not None and desk.shape == picture.shape:
        bare = _shrink(desk, scale)
    evidence = edge_evidence(small, bare)
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(np.float32)
    quads = [Quad(q / scale, rate(q, evidence, lab)) for q in _candidates(small, bare, evidence)]
    best: list[Quad] = []
    for quad in sorted(quads, key=lambda q: -q.confidence):
        if all(np.abs(quad.corners - other.corners).max() * scale > 12 for other in best):
            best.append(quad)
    return best[:3]


def edge_evidence(small: Picture, bare: Picture | None) -> Field:
    """0..1 per pixel: a sharp edge that the desk alone does not have."""
    tone = np.log(small.astype(np.float32) + 8)
    if bare is None:
        gradient = _gradient(tone)
    else:
        of_desk = np.log(bare.astype(np.float32) + 8)
        gradient = np.maximum(_gradient(tone - of_desk) - DESK_SHARE * _gradient(of_desk), 0)
    around = cv2.blur(gradient, (SOFT, SOFT))
    floor = 0.02 + float(np.median(around))
    evidence: Field = np.clip(gradient / (around + floor) / 2.5, 0, 1).astype(np.float32)
    return evidence


def _gradient(tone: Field) -> Field:
    tone = cv2.GaussianBlur(tone, (0, 0), 1.0)
    x, y = (cv2.Sobel(tone, cv2.CV_32F, *d, ksize=3, scale=0.125) for d in ((1, 0), (0, 1)))
    slope: Field = np.sqrt((x * x + y * y).max(axis=2)).astype(np.float32)
    return slope


# --- candidates ---------------------------------------------------------------------------------------------


def _candidates(small: Picture, bare: Picture | None, evidence: Field) -> Iterator[Corners]:
    for mask in _regions(small, bare, evidence):
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:3]:
            if cv2.contourArea(contour) > LEAST_AREA * mask.size:
                for quad in _quads(contour):
                    if _is_page_like(quad, mask.shape):
                        yield ordered(quad)


def _regions(small: Picture, bare: Picture | None, evidence: Field) -> Iterator[Picture]:
    """Masks of what may lie on the desk."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    for level in LEVELS:
        walls = cv2.dilate((evidence > level).astype(np.uint8), kernel)
        yield cv2.erode(_not_reached(walls), kernel)
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(np.float32)
    ground = cv2.cvtColor(bare, cv2.COLOR_BGR2LAB).astype(np.float32) if bare is not None else _border(lab)
    apart = np.sqrt(((lab - ground) ** 2).sum(axis=2))
    apart = cv2.GaussianBlur(np.clip(apart, 0, 255).astype(np.uint8), (0, 0), 1.5)
    for field in (apart, cv2.GaussianBlur(lab[:, :, 0].astype(np.uint8), (0, 0), 1.5)):
        _, mask = cv2.threshold(field, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        yield cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel)


def _border(lab: Field) -> Field:
    """The usual colour along the picture's border: most likely the desk."""
    top, left = lab[:8], lab[:, :8]
    bottom, right = lab[-8:], lab[:, -8:]
    rim = np.concatenate([side.reshape(-1, 3) for side in (top, left, bottom, right)])
    usual: Field = np.median(rim, axis=0).astype(np.float32)
    return usual


def _not_reached(walls: Picture) -> Picture:
    """What a flood from the picture's border does not reach, walls included."""
    padded = cv2.copyMakeBorder(walls, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    cv2.floodFill(padded, None, (0, 0), 2)
    mask: Picture = (padded[1:-1, 1:-1] != 2).astype(np.uint8)
    return mask


def _quads(contour: Field) -> Iterator[Corners]:
    hull = cv2.convexHull(contour)
    around = cv2.arcLength(hull, True)
    for share in (0.01, 0.02, 0.03, 0.05, 0.08):
        few = cv2.approxPolyDP(hull, share * around, True)
        if len(few) == 4:
            yield few.reshape(4, 2).astype(np.float64)
            break
    yield cv2.boxPoints(cv2.minAreaRect(hull)).astype(np.float64)


def _is_page_like(quad: Corners, shape: tuple[int, ...]) -> bool:
    area = cv2.contourArea(quad.astype(np.float32)) / (shape[0] * shape[1])
    if not LEAST_AREA < area < MOST_AREA or not cv2.isContourConvex(quad.astype(np.float32)):
        return False
    sides = np.roll(quad, -1, axis=0) - quad
    lengths = np.linalg.norm(sides, axis=1)
    if lengths.min() < 20:
        return False
    turns = np.abs((sides * np.roll(sides, 1, axis=0)).sum(axis=1)) / (lengths * np.roll(lengths, 1))
    return bool(turns.max() < LEAST_ANGLE)


def ordered(quad: Corners) -> Corners:
    """Clockwise from the corner nearest to the picture's top left."""
    middle = quad.mean(axis=0)
    quad = quad[np.argsort(np.arctan2(*(quad - middle).T[::-1]))]
    return np.roll(quad, -int(quad.sum(axis=1).argmin()), axis=0)


# --- scores -------------------------------------------------------------------------------------------------


def rate(quad: Corners, evidence: Field, lab: Field) -> float:
    """0..1: the weakest side counts most: a wrong quad has three good sides and one in the air.

    One side may lie on the picture's border, where a page goes on beyond it and no edge can be seen.
    """
    near = cv2.dilate(evidence, np.ones((5, 5), np.uint8))
    cut = sides_on_border(quad, evidence.shape)
    if cut.sum() > 1:
        return 0.0
    support, step = [], []
    for a, b in zip(quad[~cut], np.roll(quad, -1, axis=0)[~cut], strict=True):
        points = a + (b - a) * np.linspace(0.04, 0.96, 96)[:, None]
        normal = np.array([-(b - a)[1], (b - a)[0]]) / np.linalg.norm(b - a)
        support.append(float(_read(near, points).mean()))
        inside, outside = (_read(lab, points + s * 6 * normal) for s in (1, -1))
        gap = np.linalg.norm(np.median(inside, axis=0) - np.median(outside, axis=0))
        step.append(float(np.clip(gap / 14, 0, 1)))
    edges = 0.35 * float(np.mean(support)) + 0.65 * min(support)
    return edges * (0.4 + 0.6 * min(step)) * (0.7 + 0.3 * float(np.mean(step)))


def sides_on_border(quad: Corners, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """For each side, from its first corner: does all of it lie on one border of the picture?"""
    limit = np.array([shape[1] - 1, shape[0] - 1], np.float64)
    near = AT_BORDER * max(shape[:2])
    on = np.concatenate([quad <= near, quad >= limit - near], axis=1)
    sides: NDArray[np.bool_] = (on & np.roll(on, -1, axis=0)).any(axis=1)
    return sides


def _read(field: Field, points: Corners) -> Field:
    """Values at points, to the nearest pixel; outside counts as the border."""
    x = np.clip(np.rint(points[:, 0]).astype(int), 0, field.shape[1] - 1)
    y = np.clip(np.rint(points[:, 1]).astype(int), 0, field.shape[0] - 1)
    values: Field = field[y, x]
    return values


def _shrink(picture: Picture, scale: float) -> Picture:
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    small: Picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return small
