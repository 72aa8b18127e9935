"""Which way up a page is, by the face of its own lines of text."""

from enum import Enum

import cv2
import numpy as np

from edge.scan.values import Picture

SMALL = 640
"""Pixels of the longer side that lines of text are looked for in."""
JOIN = 9
"""Small pixels that part characters, and do not part lines."""
TALLEST = 30
LEAST_RUNS = 0.02
CLEAR = 1.5
"""So many times more the ink must go together in one direction before a page is turned."""
RAGGED = 1.8
"""So many times more even the beginnings of lines must be than their ends."""
LEAST_LINES = 4


class Turn(Enum):
    """How far to turn a page, clockwise; AUTO asks the page."""

    AUTO = "auto"
    NONE = "0"
    RIGHT = "90"
    HALF = "180"
    LEFT = "270"


_CODES = {
    Turn.RIGHT: cv2.ROTATE_90_CLOCKWISE,
    Turn.HALF: cv2.ROTATE_180,
    Turn.LEFT: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


def turned(page: Picture, turn: Turn) -> Picture:
    """The page, turned; AUTO turns it until its lines run across, as far as the page tells."""
    if turn is Turn.AUTO:
        turn = told(page)
    return page if turn is Turn.NONE else np.asarray(cv2.rotate(page, _CODES[turn]), np.uint8)


def told(page: Picture) -> Turn:
    """How the page's text wants to be turned; NONE when it does not tell.

    Lines of Chinese begin one below the other and end raggedly, so their left is known. Where lines run up
    or down and have no such edge, the page is turned left, as papers are laid across under a camera.
    """
    ink = _ink(page)
    across, down = _runs(ink), _runs(np.ascontiguousarray(ink.T))
    if max(across, down) < LEAST_RUNS or max(across, down) < CLEAR * min(across, down):
        return Turn.NONE
    if across > down:
        return Turn.HALF if _begins_left(_lines(ink)) is False else Turn.NONE
    lines = _lines(np.ascontiguousarray(np.rot90(ink)))
    if len(lines) < LEAST_LINES // 2:
        return Turn.NONE
    return Turn.RIGHT if _begins_left(lines) is False else Turn.LEFT


def _ink(page: Picture) -> np.ndarray:
    """Where strokes are, 0 or 1, drawn frames left out as well as may be."""
    grey = page if page.ndim == 2 else cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    share = SMALL / max(grey.shape)
    small = cv2.resize(grey, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    dark = cv2.subtract(cv2.blur(small, (25, 25)), small)
    ink = (dark > 14).astype(np.uint8)
    for length in ((41, 1), (1, 41)):
        drawn = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(length[::-1], np.uint8))
        ink[cv2.dilate(drawn, np.ones((3, 3), np.uint8)) > 0] = 0
    rim = max(4, min(ink.shape) // 40)
    ink[:rim] = ink[-rim:] = 0
    ink[:, :rim] = ink[:, -rim:] = 0
    return np.asarray(ink)


def _runs(ink: np.ndarray) -> float:
    """How much of the ink goes together into long runs across: characters stand nearer than lines do."""
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, JOIN), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    wide, high = stats[1:, cv2.CC_STAT_WIDTH].astype(float), stats[1:, cv2.CC_STAT_HEIGHT]
    return float((wide[(high < TALLEST) & (wide > 3 * high)] ** 2).sum()) / ink.size


def _lines(ink: np.ndarray) -> np.ndarray:
    """n x 2: where the longer lines that run across begin and end."""
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, 25), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    wide, high = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    lines = stats[1:][(wide > 0.25 * ink.shape[1]) & (high < TALLEST)]
    starts = lines[:, cv2.CC_STAT_LEFT].astype(float)
    return np.stack([starts, starts + lines[:, cv2.CC_STAT_WIDTH]], axis=1)


def _begins_left(lines: np.ndarray) -> bool | None:
    """Do lines begin evenly on the left and end raggedly on the right? None when neither is so."""
    if len(lines) < LEAST_LINES:
        return None
    starts, ends = lines.T
    left = np.abs(starts - np.median(starts)).mean() + 1.0
    right = np.abs(ends - np.median(ends)).mean() + 1.0
    if right > RAGGED * left:
        return True
    return False if left > RAGGED * right else None
