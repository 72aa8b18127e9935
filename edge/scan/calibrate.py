"""Pixels per millimetre, by a sheet whose size is known."""

import numpy as np

from edge.scan.desk import Calibration
from edge.scan.sizes import SIZES, sides_of
from edge.scan.values import Corners, Picture

MOST_SKEW = 0.03
"""Disagreement of the two sides that perspective and a careless hand explain."""


class NotThatSheet(Exception):
    """What was found has not the shape of the sheet that was to lie there."""


def calibrate(picture: Picture, corners: Corners, paper: str = "A4") -> Calibration:
    """From the found corners of a sheet of known size. Raises NotThatSheet."""
    known = np.array(SIZES[paper])
    found = sides_of(corners[None])[0]
    scales = found / known
    skew = float(abs(np.log(scales[0] / scales[1])))
    if skew > MOST_SKEW:
        raise NotThatSheet(
            f"the sheet's sides are {found[0]:.0f} x {found[1]:.0f} pixels, which is no {paper}"
        )
    return Calibration(float(np.sqrt(scales.prod())), picture.shape[1], paper)
