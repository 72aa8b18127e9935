"""The pictures that a person looked at and found good, and how a page is held against its picture."""

from pathlib import Path

import pygame

FOLDER = Path(__file__).parents[1] / "golden" / "approved"
APPROVED = (
    "home",
    "home-large",
    "home-contrast",
    "home-english",
    "home-lying",
    "home-closed",
    "home-away",
    "home-no-paper",
    "number",
    "number-printing",
    "number-failed",
    "number-called",
    "number-lying",
    "guides",
    "guides-lying",
    "guides-none",
    "guides-events",
    "home-second",
    "home-low",
    "home-paused",
    "number-item",
    "more",
    "floor",
    "people",
    "rate",
    "rate-score",
    "help",
    "night",
    "emergency",
    "staff",
    "staff-slips",
    "staff-day",
    "guide",
    "guide-lying",
    "refused",
    "taking-slow",
    "starting",
    "still-here",
    "wall-calls",
    "wall-fresh",
    "wall-welcome",
    "wall-waiting",
    "wall-poster",
    "wall-table",
    "wall-evacuate",
    "counter-items",
    "counter-calling",
    "counter-open",
    "counter-paused",
)
COARSE = 12
"""Pictures are compared in squares of so many pixels of the small one: another version of the font moves
edges by a pixel, which such squares hardly feel; a missing or moved part they do."""


def small(surface: pygame.Surface) -> pygame.Surface:
    return pygame.transform.smoothscale_by(surface, 1 / 3)


def difference(one: pygame.Surface, other: pygame.Surface) -> tuple[float, float]:
    """(mean, worst square) of the absolute difference, 0 to 255; both pictures small and of one size."""
    size = (one.get_width() // COARSE, one.get_height() // COARSE)
    a, b = (pygame.transform.smoothscale(p.convert(24), size) for p in (one, other))
    a_bytes, b_bytes = pygame.image.tobytes(a, "RGB"), pygame.image.tobytes(b, "RGB")
    gaps = [abs(x - y) for x, y in zip(a_bytes, b_bytes, strict=True)]
    return sum(gaps) / len(gaps), max(gaps)
