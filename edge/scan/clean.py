"""Paper white, ink dark, seals red: a straightened page without the light's unevenness."""

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scan.values import Picture

WHITE = 244
"""Where the paper comes to lie before the curve makes it 255."""
SHRINK = 8
"""The light changes slowly, so a smaller picture will do (28 ms instead of 1345 for A4 at 200 dpi)."""
STROKE = 15
"""Shrunk pixels: wider than any stroke, narrower than any photo."""
DARK = 0.72
"""Of the paper's light: below, what is wider than a stroke is a photo, a cover, or in a hard shadow."""
EVEN, PAPER_SHARE = 0.09, 0.42
"""So near to the brightest around, and so much of a field, is paper in a shadow."""
COLOURED = 0.16
"""Of the paper's light, between the brightest and the darkest channel: more is a coloured field."""
MOST_PHOTO = 0.5
"""Share of the page: beyond, the page itself is dark or coloured, a cover or a card, and stays as it is."""
RIM = 0.003
"""Share of the longer side, under a millimetre of A4."""
SAUVOLA = (31, 0.22, 110.0)
"""Window at 200 dpi, share, and the usual spread of ink on paper."""


class Profile(StrEnum):
    COLOUR = "colour"
    GREY = "grey"
    BITONAL = "bitonal"
    NATURAL = "natural"
    """As the camera saw it: for cards, photos and covers."""


def clean(page: Picture, profile: Profile = Profile.COLOUR) -> Picture:
    """H x W x 3 for COLOUR and NATURAL, H x W for GREY, H x W of 0 and 255 for BITONAL."""
    if profile is Profile.NATURAL:
        return page
    if profile is Profile.COLOUR:
        small = _small(page)
        return _whitened(page, small, _photos(small))
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8)
    grey = _whitened(grey, _small(grey), photos(page))
    return grey if profile is Profile.GREY else np.asarray(255 - ink(grey) * 255, np.uint8)


def _whitened(page: Picture, small: Picture, photo: NDArray[np.bool_]) -> Picture:
    if photo.mean() > MOST_PHOTO:
        return page
    size = (page.shape[1], page.shape[0])
    light = _light(small, photo)
    wide = cv2.resize(cv2.max(light, 24), size, interpolation=cv2.INTER_LINEAR)
    even = cv2.divide(page, wide, scale=WHITE)
    crisp = cv2.addWeighted(even, 1.6, cv2.GaussianBlur(even, (5, 5), 1.1), -0.6, 0)
    out = np.asarray(cv2.LUT(crisp, _CURVE), np.uint8)
    if photo.any():
        # The curve that makes ink black would take a photo's shadows.
        wide_photo = cv2.resize(photo.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
        out[wide_photo] = even[wide_photo]
    return _rimless(out)


def _rimless(page: Picture) -> Picture:
    """White where an edge's last pixels show the desk."""
    rim = max(3, round(RIM * max(page.shape[:2])))
    page[:rim] = page[-rim:] = 255
    page[:, :rim] = page[:, -rim:] = 255
    return page


def photos(page: Picture) -> NDArray[np.bool_]:
    """At the shrunk size: what is wide and dark or coloured, and no paper in a shadow."""
    return _photos(_small(page))


def _photos(small: Picture) -> NDArray[np.bool_]:
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((STROKE, STROKE), np.uint8))
    light = closed.astype(np.float32).mean(axis=2)
    paper = float(np.quantile(light, 0.9)) + 1
    if paper < 90 or float(np.median(np.ptp(closed.astype(np.int16), axis=2))) > 0.3 * paper:
        return np.ones(light.shape, bool)
    dark = (light < DARK * paper).astype(np.uint8)
    count, label, stats, _ = cv2.connectedComponentsWithStats(dark)
    out = np.zeros(light.shape, bool)
    grey = small.astype(np.float32).mean(axis=2)
    colour = np.ptp(closed.astype(np.float32), axis=2)
    for n in range(1, count):
        if stats[n, cv2.CC_STAT_AREA] < STROKE * STROKE:
            continue
        where = label == n
        # Between the strokes on paper in a shadow lies what is brightest around; in a photo it is rare.
        even = float((grey[where] > (1 - EVEN) * light[where]).mean())
        if even < PAPER_SHARE or float(np.median(colour[where])) > COLOURED * paper:
            out |= where
    return np.asarray(cv2.dilate(out.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)


def _small(page: Picture) -> Picture:
    size = (max(1, page.shape[1] // SHRINK), max(1, page.shape[0] // SHRINK))
    # Of whole squares only: OpenCV is three times as fast, and the last pixels are the rim.
    whole = page[: size[1] * SHRINK, : size[0] * SHRINK]
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)


def _light(small: Picture, photo: NDArray[np.bool_]) -> Picture:
    """The paper without what stands on it; under photos, as the paper around them."""
    light = cv2.morphologyEx(
        small, cv2.MORPH_CLOSE, np.ones((STROKE, STROKE), np.uint8), borderType=cv2.BORDER_REPLICATE
    )
    light = cv2.medianBlur(light, 21)
    if photo.any():
        known = (~photo).astype(np.float32)
        known_wide = cv2.GaussianBlur(known, (0, 0), 24)
        shape = known if light.ndim == 2 else known[:, :, None]
        spread = cv2.GaussianBlur(light.astype(np.float32) * shape, (0, 0), 24)
        weight = np.maximum(known_wide, 1e-3)
        filled = spread / (weight if light.ndim == 2 else weight[:, :, None])
        light = np.where(photo if light.ndim == 2 else photo[:, :, None], filled, light).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(light, (0, 0), 2.5), np.uint8)


def ink(grey: Picture) -> NDArray[np.uint8]:
    """1 where a stroke is (Sauvola: darker than its surroundings by a share of their unevenness)."""
    window, share, spread = SAUVOLA
    mean = cv2.boxFilter(grey, cv2.CV_32F, (window, window), borderType=cv2.BORDER_REPLICATE)
    square = cv2.sqrBoxFilter(grey, cv2.CV_32F, (window, window), borderType=cv2.BORDER_REPLICATE)
    deviation = cv2.sqrt(cv2.max(square - mean * mean, 0))
    limit = mean * (1 - share + (share / spread) * deviation)
    return np.asarray(grey < limit, np.uint8)


def _curve() -> NDArray[np.uint8]:
    """Black below 24, white from 232 on, a little darker in between."""
    x = np.clip((np.arange(256) - 24) / (232 - 24), 0, 1)
    return np.rint(255 * x**1.15).astype(np.uint8)


_CURVE = _curve()
