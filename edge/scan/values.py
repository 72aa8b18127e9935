"""What a scan says of a picture: pages, their corners and how good they are."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[np.uint8]
"""BGR, rows first, as OpenCV has it."""
Field: TypeAlias = NDArray[np.float32]
"""One number per pixel."""
Corners: TypeAlias = NDArray[np.float64]
"""4 x 2: x and y, clockwise from the page's top left; the centre of the picture's first pixel is (0, 0)."""


@dataclass(frozen=True)
class Quad:
    """Four sides that may be a page."""

    corners: Corners
    confidence: float
    """0..1: how sure that this is a page, and that its sides lie here."""


@dataclass(frozen=True)
class Page:
    corners: Corners
    confidence: float
    sharpness: float | None
    """What the strongest edges lose under a further blur, 0..1; None: nothing on the page to judge by."""
    glare: float
    """Share of the page that is burnt out, 0..1."""
    accepted: bool
    why: str
    """Empty, or why not: `unsure`, `cut_off`, `blurred`, `glare`, by commas."""

    def to_json(self) -> dict[str, Any]:
        """The page of contract §2."""
        return {
            "corners": [[round(float(x), 2), round(float(y), 2)] for x, y in self.corners],
            "confidence": round(self.confidence, 3),
            "sharpness": None if self.sharpness is None else round(self.sharpness, 3),
            "glare": round(self.glare, 4),
            "accepted": self.accepted,
            "why": self.why,
        }
