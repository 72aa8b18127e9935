"""Where a picture has sharp edges that its empty desk has not: the finder's only source."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scan.values import Corners, Field, Picture

LONGER = 648
"""Pixels of the longer side while searching: a quarter of 5 MP."""
DARK = 8.0
"""Grey levels added before the logarithm: the noise of black pixels is no edge."""
DESK_SHARE = 0.45
"""So much of the desk's own gradient stays in the ratio to it, by shifts of less than a pixel (measured)."""
AROUND = 15
"""Side of the square that an edge must stand out from: shadows fade, sheets stay (measured)."""
FULL = 2.5
"""Times its surroundings: an edge that counts as whole."""
FLOOR = 0.006
"""Slope of tone that is nothing, beside what the picture has everywhere."""
RIM, LIT = 4, 0.35
"""Search pixels from the picture's border, where most is bare desk; by how much light changes its tone."""
_LOG = np.log(np.arange(256, dtype=np.float32) + DARK)


@dataclass(frozen=True)
class Bare:
    """The empty desk, prepared once for many pictures."""

    picture: Picture
    tone: Field
    slope: Field


@dataclass(frozen=True)
class Evidence:
    """All at the search size; `unit` is the width of its pixel in pixels of the picture."""

    unit: float
    tone: Field
    """H x W x 3, logarithm of the picture, or of its ratio to the desk's."""
    colour: Field
    """H x W x 3, logarithm of the picture alone."""
    strength: Field
    """0..1: how much of an edge."""
    tensor: Field
    """H x W x 3: xx, xy, yy of the edge's direction, scaled so that the trace is strength squared."""
    with_desk: bool

    @property
    def size(self) -> tuple[int, int]:
        return int(self.strength.shape[1]), int(self.strength.shape[0])

    def bare(self, tone: Field) -> NDArray[np.bool_]:
        """... x 3 tones: which may be the desk as it was. Nothing is known without its picture: all."""
        if not self.with_desk:
            return np.ones(tone.shape[:-1], bool)
        rim = (self.tone[RIM], self.tone[-RIM], self.tone[:, RIM], self.tone[:, -RIM])
        usual = np.median(np.concatenate(rim), axis=0)
        return np.asarray(np.abs(tone - usual).max(axis=-1) < LIT)

    def to_picture(self, points: Corners) -> Corners:
        return (points + 0.5) * self.unit - 0.5


def bare_desk(picture: Picture) -> Bare:
    """A picture of the empty desk, ready for `gather`."""
    tone = _tone(shrunk(picture))
    return Bare(picture, tone, _steepness(tone))


def gather(picture: Picture, bare: Bare | None = None) -> Evidence:
    """Look for edges; a desk of another size counts as none."""
    small = shrunk(picture)
    unit = picture.shape[1] / small.shape[1]
    colour = _tone(small)
    if bare is not None and bare.picture.shape != picture.shape:
        bare = None
    tensor = _tensor(colour)
    slope = _slope(tensor)
    tone, own = colour, slope
    if bare is not None:
        # On a page the ratio shows the desk's grain turned round, beside it what a small shift leaves of the
        # grain: an edge is where both the picture and the ratio have one.
        tone = colour - bare.tone
        own = cv2.min(slope, cv2.max(_steepness(tone) - DESK_SHARE * bare.slope, 0))
    around = cv2.blur(own, (AROUND, AROUND))
    floor = FLOOR + float(np.median(around[::4, ::4]))
    strength = np.minimum(own / ((around + floor) * FULL), 1)
    scale = (strength / (slope + 1e-6)) ** 2
    return Evidence(unit, tone, colour, strength, tensor * scale[:, :, None], bare is not None)


def shrunk(picture: Picture) -> Picture:
    """The picture at the search size."""
    height, width = picture.shape[:2]
    share = LONGER / max(height, width)
    size = (max(8, round(width * share)), max(8, round(height * share)))
    small: Picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return small


def _tone(small: Picture) -> Field:
    smooth: Field = cv2.GaussianBlur(cv2.LUT(small, _LOG), (5, 5), 1.0)
    return smooth


_XX = np.array([[1, 1, 1]], np.float32)


def _tensor(tone: Field) -> Field:
    x = cv2.Sobel(tone, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    y = cv2.Sobel(tone, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    return np.asarray(cv2.merge([cv2.transform(p, _XX) for p in (x * x, x * y, y * y)]), np.float32)


def _steepness(tone: Field) -> Field:
    x = cv2.Sobel(tone, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    y = cv2.Sobel(tone, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    return np.asarray(cv2.sqrt(cv2.transform(x * x + y * y, _XX)), np.float32)


def _slope(tensor: Field) -> Field:
    slope: Field = np.sqrt(tensor[:, :, 0] + tensor[:, :, 2])
    return slope
