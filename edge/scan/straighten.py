"""A page out of a picture, as if seen from straight above."""

import cv2
import numpy as np

from edge.scan.values import Corners, Picture

A4 = 297 / 210
NEAR_A4 = 0.06
"""A page whose sides differ from A4's so little is taken for A4: perspective alone does as much."""
MOST_PIXELS = 2480 * 3508
"""A4 at 300 dpi: more is not in the picture of any camera that we know of."""


def straighten(picture: Picture, corners: Corners) -> Picture:
    width, height = size_of(corners)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    flat: Picture = cv2.warpPerspective(
        picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return flat


def size_of(corners: Corners) -> tuple[int, int]:
    """Width and height in pixels: as many as the picture has for the longer of two opposite sides."""
    top, right, bottom, left = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = max(top, bottom), max(left, right)
    ratio = max(height, width) / min(height, width)
    if abs(ratio / A4 - 1) < NEAR_A4:
        width, height = (width, width * A4) if height > width else (height * A4, height)
    shrink = min(1.0, float(np.sqrt(MOST_PIXELS / (width * height))))
    return max(1, round(width * shrink)), max(1, round(height * shrink))
