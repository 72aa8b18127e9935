"""The papers and cards of a counter, in millimetres, and which of them a found figure is."""

import numpy as np
from numpy.typing import NDArray

SIZES: dict[str, tuple[float, float]] = {
    "A3": (297.0, 420.0),
    "A4": (210.0, 297.0),
    "A5": (148.0, 210.0),
    "B5": (176.0, 250.0),
    "16K": (184.0, 260.0),
    "card": (54.0, 85.6),
    # GB/T 30331 and what registers and passports measure: closed and lying open.
    "register": (105.0, 143.0),
    "passport": (88.0, 125.0),
    "passport_open": (125.0, 176.0),
    "invoice": (140.0, 240.0),
}
"""Short side, long side."""
NEAR = 0.02
"""Share of a side that calibration, thickness and perspective leave open."""
WIDE = 2.5 * NEAR
"""A side that is further off is no usual paper's."""


def sides_of(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """n x 2: the mean short and long sides of n quadrangles."""
    lengths = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    return np.sort((lengths[:, :2] + lengths[:, 2:]) / 2, axis=1)


def likely(corners_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """0..1 for each of n quadrangles: how well it is one of the usual sizes."""
    known = np.array(list(SIZES.values()))
    miss = np.abs(np.log(sides_of(corners_mm)[:, None] / known[None])).max(axis=2).min(axis=1)
    return np.asarray(np.exp(-0.5 * (miss / NEAR) ** 2))


def other_sides(side_mm: float) -> list[float]:
    """What the other side measures of the papers of which one side is so long, the shortest first; mm."""
    both = [pair for short, long in SIZES.values() for pair in ((short, long), (long, short))]
    return sorted(other for one, other in both if abs(np.log(side_mm / one)) < WIDE)


def name_of(corners_mm: NDArray[np.float64]) -> str | None:
    """The paper that a quadrangle's size is nearest to, None when it is none of them."""
    sides = sides_of(corners_mm[None])[0]
    miss = {name: float(np.abs(np.log(sides / np.array(size))).max()) for name, size in SIZES.items()}
    best = min(miss, key=lambda name: miss[name])
    return best if miss[best] < WIDE else None
