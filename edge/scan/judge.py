"""Is the page good enough to keep: whole, sharp, without glare, nothing on it, not the one before?"""

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scan.sameness import Face, face_of, is_same
from edge.scan.straighten import straighten
from edge.scan.upright import Turn, told
from edge.scan.values import Corners, Field, Page, Picture, Quad

SURE = 0.55
"""Confidence from which on a quad counts as a page."""
SHARP = 0.39
# Measured on 5 MP: sharp .62 (.55 to .72), by 1 pixel blurred .51, 1.5 .42, 2 .32; sharp covers from .40.
# The Laplacian's variance measures how much text there is instead.
STRONGEST, SHARPEST = 0.03, 0.998
LEAST_STEP = 6.0
"""Grey levels: below, there is nothing on the page to judge sharpness by."""
LEAST_INK = 0.008
"""Share of a page's points with such steps: a blank sheet has less."""
AT_BORDER = 0.0015
"""Share of the picture's longer side."""
BURNT = 252
MOST_GLARE = 0.02
STROKE, LEAST_WRITTEN = 150, 0.015
"""Grey level of a stroke, and the share of strokes in a burnt field that is still legible."""
OVEREXPOSED = 240
"""Of the page's median: then it is bright as a whole, which is no glare."""
SKIN_RED, SKIN_BLUE = (137, 178), (80, 126)
"""Cr and Cb of skin under white light, from the light to the dark; a warm desk may have them as well."""
FINGER = (0.0015, 0.22)
"""Share of the page that fingers cover: less is a stain, more is the page's own colour."""
UNLIKE_PAPER = 7
"""Steps of Cr that skin differs from the page's own colour."""


TOP_LEFT = {Turn.NONE: 0, Turn.LEFT: 1, Turn.HALF: 2, Turn.RIGHT: 3}
"""Which corner of the page as it lies is its top left, by how it wants to be turned."""


class Fault(StrEnum):
    """Why a page is not taken; what to do about it stands in the catalogue, `scan.fault.KEY`."""

    UNSURE = "unsure"
    CUT_OFF = "cut_off"
    BLURRED = "blurred"
    GLARE = "glare"
    FINGERS = "fingers"
    SAME = "same"


def judge(picture: Picture, quad: Quad, before: Face | None = None) -> Page:
    """What may be said against a page, its corners from its own top left, as far as its text tells.

    `before`: the page that was taken last.
    """
    page = straighten(picture, quad.corners)
    sharp, burnt = sharpness(page), glare(page)
    cut = is_cut_off(quad.corners, picture.shape)
    faults = [
        fault
        for fault, so in (
            (Fault.UNSURE, quad.confidence < SURE),
            (Fault.CUT_OFF, cut),
            (Fault.BLURRED, sharp is not None and sharp < SHARP),
            (Fault.GLARE, burnt > MOST_GLARE),
            (Fault.FINGERS, not cut and fingers(page)),
            (Fault.SAME, before is not None and is_same(face_of(page), before)),
        )
        if so
    ]
    corners = np.roll(quad.corners, -TOP_LEFT[told(page)], axis=0)
    return Page(corners, quad.confidence, sharp, burnt, not faults, ",".join(faults))


def is_cut_off(corners: Corners, shape: tuple[int, ...]) -> bool:
    """Does a corner lie outside the picture, or on its very border?"""
    last = np.array([shape[1] - 1, shape[0] - 1])
    near = AT_BORDER * max(shape[:2])
    return bool(((corners < near) | (corners > last - near)).any())


def sharpness(page: Picture) -> float | None:
    """How much the strongest edges lose under a further blur of two pixels; None: nothing to judge by."""
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY).astype(np.float32)
    margin = [max(4, side // 30) for side in grey.shape]
    grey = grey[margin[0] : -margin[0], margin[1] : -margin[1]]
    if grey.size < 1000:
        return None
    steps = _slope(grey)
    usual, sharpest = np.quantile(steps[::2, ::2], (1 - STRONGEST, SHARPEST))
    # On a cover with a line of gold the strongest 3 % are its grain: only what nears the sharpest counts.
    limit = max(float(usual), 0.5 * float(sharpest), LEAST_STEP)
    strong = steps >= limit
    if float(strong.mean()) < LEAST_INK:
        return None
    after = _slope(cv2.GaussianBlur(grey, (0, 0), 2.0))
    return float(1 - after[strong].sum() / steps[strong].sum())


def _slope(grey: Field) -> Field:
    x, y = (cv2.Sobel(grey, cv2.CV_32F, *d, ksize=3, scale=0.125) for d in ((1, 0), (0, 1)))
    slope: Field = cv2.magnitude(x, y)
    return slope


def glare(page: Picture) -> float:
    """Share of the page that a lamp's reflection hides.

    What is burnt out and still shows strokes is over-exposed paper, and so is a page that is bright as a
    whole: both are read without loss.
    """
    darkest = page.min(axis=2)
    if np.median(darkest[::4, ::4]) > OVEREXPOSED:
        return 0.0
    burnt = cv2.morphologyEx((darkest >= BURNT).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    if not burnt.any():
        return 0.0
    strokes = cv2.erode(darkest, np.ones((5, 5), np.uint8))[2::4, 2::4] < STROKE
    whole = cv2.morphologyEx(burnt[2::4, 2::4], cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    count, label = cv2.connectedComponents(whole)
    size = np.bincount(label.ravel(), minlength=count)
    written = np.bincount(label.ravel(), strokes.ravel(), count) / size
    hidden = written < LEAST_WRITTEN
    hidden[0] = False
    return float((hidden[label] & (burnt[2::4, 2::4] > 0)).mean())


def fingers(page: Picture) -> bool:
    """Does skin reach into the page from its edge?"""
    share = 320 / max(page.shape[:2])
    small = cv2.resize(page, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    skin = _skin(np.asarray(small, np.uint8))
    count, label, stats, _ = cv2.connectedComponentsWithStats(skin)
    rim = np.ones(skin.shape, bool)
    rim[2:-2, 2:-2] = False
    reaching = set(np.unique(label[rim])) - {0}
    # What is straight along an edge is a sliver of the desk, not a finger: that reaches in.
    deep = 0.02 * max(skin.shape)
    for n in range(1, count):
        area = stats[n, cv2.CC_STAT_AREA] / skin.size
        inward = min(stats[n, cv2.CC_STAT_WIDTH], stats[n, cv2.CC_STAT_HEIGHT])
        if n in reaching and FINGER[0] < area < FINGER[1] and inward > deep:
            return True
    return False


def _skin(small: Picture) -> NDArray[np.uint8]:
    lumen, red, blue = cv2.split(cv2.cvtColor(cv2.GaussianBlur(small, (5, 5), 1.2), cv2.COLOR_BGR2YCrCb))
    usual = float(np.median(red))
    mask = (red >= SKIN_RED[0]) & (red <= SKIN_RED[1]) & (blue >= SKIN_BLUE[0]) & (blue <= SKIN_BLUE[1])
    mask &= (red > usual + UNLIKE_PAPER) & (lumen > 40)
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)))
