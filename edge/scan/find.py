"""Find the pages in a picture: edges that the desk has not, lines through them, four-sided figures of lines.

The tutorials' way (Canny, largest contour) sees a page on an empty desk and misses half of the real ones
(measured, see tests/results). Here each figure is scored by what supports all its sides, and may be refused.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scan import evidence, lines, quads, rank, refine
from edge.scan.evidence import Bare, Evidence
from edge.scan.sizes import likely, other_sides
from edge.scan.values import Corners, Picture, Quad

LEAST_SURE = 0.08
"""Below, nothing is said to lie there."""
OTHER_SURE = 0.3
"""A second page must be so sure."""
MOST_PAGES = 6
OVERLAP = 0.12
"""Share of the smaller of two pages that both may cover."""
KNOWN_SIZE = 1.5
"""What a figure of exactly a paper's size gains, where the scale is known."""
NEARLY, LONGEST = 0.95, 1.4
"""Times what is seen of a page that goes on beyond the picture; perspective may make it seem too long."""
STILL_HELD, STILL_DRIFT = 0.6, 0.006
"""Of each side, and share of the picture's longer side: a page that has not been moved."""
SQUARES = np.sqrt(2.0)


@dataclass(frozen=True)
class Found:
    """A page, where it lies and how its sides bend."""

    quad: Quad
    sides: tuple[refine.Side, ...]
    beyond: tuple[bool, ...]
    """Sides that lie outside the picture, from their first corner."""


def find(
    picture: Picture, bare: Bare | None = None, *, per_mm: float | None = None, most: int = MOST_PAGES
) -> list[Found]:
    """The pages of a picture, the surest first; none when nothing looks like one.

    `bare`: the same view with nothing on the desk; `per_mm`: pixels per millimetre, if calibrated.
    """
    seen = evidence.gather(picture, bare)
    masks = quads.regions(seen)
    hulls = quads.hulls(masks)
    sides = lines.lines_of(seen, quads.outline(masks), hulls)
    found = quads.figures(sides, seen, len(hulls))
    short = rank.shortlist(found, seen, masks, sides)
    if not len(short.corners):
        return []
    score = rank.second_look(short)
    if per_mm:
        score = score + KNOWN_SIZE * likely(short.corners * seen.unit / per_mm)
    pages: list[Found] = []
    taken: list[Corners] = []
    for i in np.argsort(-score):
        if len(pages) == most:
            break
        if any(_overlap(short.corners[i], other) > OVERLAP for other in taken):
            continue
        desk = bare if seen.with_desk else None
        page = _refined(picture, desk, seen, short, int(i), float(score[i]), per_mm)
        if page.quad.confidence < (OTHER_SURE if pages else LEAST_SURE):
            if not pages:
                break
            continue
        taken.append(short.corners[i])
        pages.append(page)
    return sorted(pages, key=lambda page: -page.quad.confidence)


def again(picture: Picture, last: Found, bare: Bare | None = None) -> Found | None:
    """Is the page still where it was? Some milliseconds, for a live view; None: look for it anew.

    A quick look tells a page that stays or creeps, not what else lies there now.
    """
    beyond = np.array(last.beyond)
    if beyond.any():
        return None
    exact = refine.refine(picture, last.quad.corners, None, bare)
    drift = np.linalg.norm(exact.corners - last.quad.corners, axis=1).max()
    held = [side.held for side in exact.sides]
    if min(held) < STILL_HELD or drift > STILL_DRIFT * max(picture.shape[:2]):
        return None
    return Found(Quad(exact.corners, last.quad.confidence), exact.sides, last.beyond)


def _refined(
    picture: Picture,
    bare: Bare | None,
    seen: Evidence,
    short: rank.Short,
    i: int,
    score: float,
    per_mm: float | None,
) -> Found:
    corners = seen.to_picture(short.corners[i])
    border = short.on_border[i]
    exact = refine.refine(picture, corners, border, bare)
    held = tuple(side.held for side, cut in zip(exact.sides, border, strict=True) if not cut)
    sure = rank.confidence(score, held)
    whole = _beyond(exact.corners, border, per_mm) if border.any() else exact.corners
    whole, first = ordered(whole)
    sides = tuple(exact.sides[(i + first) % 4] for i in range(4))
    beyond = tuple(bool(border[(i + first) % 4]) for i in range(4))
    return Found(Quad(whole, sure), sides, beyond)


def _beyond(corners: Corners, border: NDArray[np.bool_], per_mm: float | None) -> Corners:
    """A page that goes on beyond the picture, made as long as the nearest paper of its width.

    The side that cannot be seen is moved outwards along its neighbours. Where the scale is not known, papers
    of the A series are usual; where none fits, the neighbours are as long as the longer of them is seen.
    """
    k = int(border.argmax())
    a, b = corners[k], corners[(k + 1) % 4]
    c, d = corners[(k + 2) % 4], corners[(k + 3) % 4]
    seen = float(max(np.linalg.norm(b - c), np.linalg.norm(a - d)))
    one, two = (a - d) / np.linalg.norm(a - d), (b - c) / np.linalg.norm(b - c)
    width = float(np.linalg.norm(c - d) + np.linalg.norm(c + seen * two - d - seen * one)) / 2
    known = [per_mm * mm for mm in other_sides(width / per_mm)] if per_mm else []
    papers = (*known, width / SQUARES, width * SQUARES)
    length = max(seen, next((long for long in papers if NEARLY <= long / seen <= LONGEST), 0.0))
    out = corners.copy()
    out[k], out[(k + 1) % 4] = d + length * one, c + length * two
    return out


def ordered(corners: Corners) -> tuple[Corners, int]:
    """Clockwise from the corner nearest to the picture's top left, and which one that was."""
    first = int(corners.sum(axis=1).argmin())
    return np.roll(corners, -first, axis=0), first


def _overlap(one: Corners, other: Corners) -> float:
    a, b = one.astype(np.float32), other.astype(np.float32)
    for inner, outer in ((a, b), (b, a)):
        # OpenCV 4.14's intersection is now and then 0 for two that nearly are the same.
        x, y = inner.mean(axis=0)
        if cv2.pointPolygonTest(outer, (float(x), float(y)), False) > 0:
            return 1.0
    both, _ = cv2.intersectConvexConvex(a, b)
    return float(both / max(1.0, min(cv2.contourArea(a), cv2.contourArea(b))))
