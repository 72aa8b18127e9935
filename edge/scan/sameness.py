"""Is this the page that was taken before? A small face of each page, compared whichever way up it lies."""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scan.values import Picture

Face: TypeAlias = NDArray[np.float32]
"""SIDE x SIDE, what stands on the page, of mean 0 and length 1."""
SIDE = 48
SAME = 0.80
"""Correlation of two pictures of one page; of two filled-in copies of one form it is lower."""
LEAST = 1.5
"""Grey levels: a page with less on it has no face."""


def face_of(page: Picture) -> Face:
    """Of a straightened page; all zero when nothing stands on it."""
    grey = page if page.ndim == 2 else cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    fine = cv2.resize(grey, (4 * SIDE, 4 * SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    # What stands on the paper, not how the light falls on it.
    marks = cv2.max(cv2.GaussianBlur(fine, (0, 0), 12) - fine, 0)
    marks[:8] = marks[-8:] = 0
    marks[:, :8] = marks[:, -8:] = 0
    face = cv2.resize(cv2.GaussianBlur(marks, (0, 0), 2.0), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    face -= face.mean()
    length = float(np.linalg.norm(face))
    if length < LEAST * SIDE:
        return np.zeros((SIDE, SIDE), np.float32)
    return np.asarray(face / length, np.float32)


def is_same(one: Face, other: Face) -> bool:
    """A blank page is like no other."""
    return max(float((np.rot90(one, turns) * other).sum()) for turns in range(4)) > SAME
