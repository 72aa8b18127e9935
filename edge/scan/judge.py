"""Is the page good enough to keep: whole, sharp, without glare?"""

import cv2
import numpy as np

from edge.scan.straighten import straighten
from edge.scan.values import Corners, Field, Page, Picture, Quad

SURE = 0.4
"""Confidence from which on a quad counts as a page."""
SHARP = 0.42
# Measured on 5 MP: sharp .62 (.55 to .72), blurred by 1 pixel .51, 1.5 .42, 2 .32; the Laplacian's variance
# measures how much text there is instead.
STRONGEST = 0.03
LEAST_STEP = 6.0
"""Grey levels: below, there is nothing on the page to judge sharpness by."""
AT_BORDER = 0.0015
"""Share of the picture's longer side."""
BURNT = 252
MOST_GLARE = 0.02


def judge(picture: Picture, quad: Quad) -> Page:
    page = straighten(picture, quad.corners)
    sharp, burnt = sharpness(page), glare(page)
    faults = [
        name
        for name, so in (
            ("unsure", quad.confidence < SURE),
            ("cut_off", bool(is_cut_off(quad.corners, picture.shape))),
            ("blurred", sharp is not None and sharp < SHARP),
            ("glare", burnt > MOST_GLARE),
        )
        if so
    ]
    return Page(quad.corners, quad.confidence, sharp, burnt, not faults, ",".join(faults))


def is_cut_off(corners: Corners, shape: tuple[int, ...]) -> bool:
    """Does a corner lie outside the picture, or on its very border?"""
    last = np.array([shape[1] - 1, shape[0] - 1])
    near = AT_BORDER * max(shape[:2])
    return bool(((corners < near) | (corners > last - near)).any())


def sharpness(page: Picture) -> float | None:
    """How much the strongest edges lose under a further blur of two pixels."""
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY).astype(np.float32)
    margin = [max(4, side // 30) for side in grey.shape]
    grey = grey[margin[0] : -margin[0], margin[1] : -margin[1]]
    if grey.size < 1000:
        return None
    steps = _slope(grey)
    limit = float(np.quantile(steps, 1 - STRONGEST))
    if limit < LEAST_STEP:
        return None
    strong = steps >= limit
    after = _slope(cv2.GaussianBlur(grey, (0, 0), 2.0))
    return float(1 - after[strong].sum() / steps[strong].sum())


def _slope(grey: Field) -> Field:
    x, y = (cv2.Sobel(grey, cv2.CV_32F, *d, ksize=3, scale=0.125) for d in ((1, 0), (0, 1)))
    slope: Field = cv2.magnitude(x, y)
    return slope


def glare(page: Picture) -> float:
    """Share of burnt-out pixels on paper that is not bright as a whole: an over-exposed sheet is no glare."""
    darkest = page.min(axis=2)
    if np.median(darkest) > 240:
        return 0.0
    burnt = cv2.morphologyEx((darkest >= BURNT).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    return float(burnt.mean())
