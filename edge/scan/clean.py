"""Paper white, ink dark, seals red: a straightened page without the light's unevenness."""

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scan.values import Field, Picture

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
BAND = 8 * SHRINK
"""Rows that are made white at a time."""
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
        closed = _closed(small)
        return _whitened(page, closed, _photos(small, closed))
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8)
    grey = _whitened(grey, _closed(_small(grey)), photos(page))
    return grey if profile is Profile.GREY else np.asarray(255 - ink(grey) * 255, np.uint8)


def _whitened(page: Picture, closed: Picture, photo: NDArray[np.bool_]) -> Picture:
    """Band by band, so that every step finds its rows in the core's own memory."""
    if photo.mean() > MOST_PHOTO:
        return page
    light = cv2.max(_light(closed, photo), 24)
    light = cv2.copyMakeBorder(light, 1, 2, 1, 2, cv2.BORDER_REPLICATE)
    rows = page.shape[0]
    out = np.empty_like(page)
    for top in range(0, rows, BAND):
        bottom = min(rows, top + BAND)
        low, high = max(0, top - 2), min(rows, bottom + 2)
        even = cv2.divide(page[low:high], _wide(light, top, low, high, page.shape[1]), scale=WHITE)
        own = slice(top - low, bottom - low)
        cv2.LUT(_crisp(even)[own], _CURVE, dst=out[top:bottom])
        if photo.any():
            # The curve that makes ink black would take a photo's shadows.
            where = _wide_photo(photo, top, bottom, page.shape[1])
            out[top:bottom][where] = even[own][where]
    return _rimless(out)


def _wide(light: Picture, top: int, low: int, high: int, width: int) -> Picture:
    """The light of the rows from `low` to `high` at the page's size; `light` with one field more around."""
    fields = light[top // SHRINK : (top + BAND) // SHRINK + 2]
    size = (fields.shape[1] * SHRINK, fields.shape[0] * SHRINK)
    wide = cv2.resize(fields, size, interpolation=cv2.INTER_LINEAR)
    above = SHRINK - top
    return np.asarray(wide[above + low : above + high, SHRINK : SHRINK + width], np.uint8)


def _wide_photo(photo: NDArray[np.bool_], top: int, bottom: int, width: int) -> NDArray[np.bool_]:
    row = np.minimum(np.arange(top, bottom) // SHRINK, photo.shape[0] - 1)
    column = np.minimum(np.arange(width) // SHRINK, photo.shape[1] - 1)
    return np.asarray(photo[row][:, column], np.bool_)


def _crisp(even: Picture) -> Picture:
    soft = cv2.GaussianBlur(even, (5, 5), 1.1)
    return np.asarray(cv2.addWeighted(even, 1.6, soft, -0.6, 0, dst=soft), np.uint8)


def _rimless(page: Picture) -> Picture:
    """White where an edge's last pixels show the desk."""
    rim = max(3, round(RIM * max(page.shape[:2])))
    page[:rim] = page[-rim:] = 255
    page[:, :rim] = page[:, -rim:] = 255
    return page


def photos(page: Picture) -> NDArray[np.bool_]:
    """At the shrunk size: what is wide and dark or coloured, and no paper in a shadow."""
    small = _small(page)
    return _photos(small, _closed(small))


def _photos(small: Picture, closed: Picture) -> NDArray[np.bool_]:
    light = _mean(closed)
    colour = _spread(closed)
    paper = float(np.quantile(light, 0.9)) + 1
    if paper < 90 or float(np.median(colour)) > 0.3 * paper:
        return np.ones(light.shape, bool)
    dark = (light < DARK * paper).astype(np.uint8)
    count, label, stats, _ = cv2.connectedComponentsWithStats(dark)
    out = np.zeros(light.shape, bool)
    grey = _mean(small)
    for n in range(1, count):
        if stats[n, cv2.CC_STAT_AREA] < STROKE * STROKE:
            continue
        where = label == n
        # Between the strokes on paper in a shadow lies what is brightest around; in a photo it is rare.
        even = float((grey[where] > (1 - EVEN) * light[where]).mean())
        if even < PAPER_SHARE or float(np.median(colour[where])) > COLOURED * paper:
            out |= where
    if not out.any():
        return out
    return np.asarray(cv2.dilate(out.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)


def _mean(picture: Picture) -> Field:
    """Of the three channels."""
    return np.asarray(cv2.transform(picture.astype(np.float32), _THIRDS), np.float32)


def _spread(picture: Picture) -> Picture:
    """Between the brightest and the darkest channel."""
    blue, green, red = cv2.split(picture)
    high, low = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
    return np.asarray(cv2.subtract(high, low), np.uint8)


def _small(page: Picture) -> Picture:
    size = (max(1, page.shape[1] // SHRINK), max(1, page.shape[0] // SHRINK))
    # Of whole squares only, and by halves first: OpenCV is four times as fast; the last pixels are the rim.
    whole = page[: size[1] * SHRINK, : size[0] * SHRINK]
    half = cv2.resize(whole, (size[0] * SHRINK // 2, size[1] * SHRINK // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(half, size, interpolation=cv2.INTER_AREA), np.uint8)


def _closed(small: Picture) -> Picture:
    """Without strokes: what is darker than its surroundings and narrower than STROKE is filled."""
    square = np.ones((STROKE, STROKE), np.uint8)
    return np.asarray(
        cv2.morphologyEx(small, cv2.MORPH_CLOSE, square, borderType=cv2.BORDER_REPLICATE), np.uint8
    )


def _light(closed: Picture, photo: NDArray[np.bool_]) -> Picture:
    """The paper without what stands on it; under photos, as the paper around them."""
    light = cv2.medianBlur(closed, 21)
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
_THIRDS = np.full((1, 3), 1 / 3, np.float32)
