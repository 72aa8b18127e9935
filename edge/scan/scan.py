"""From a picture to its pages: found, judged, and made ready for a file."""

import time
from dataclasses import dataclass
from typing import Any

from edge.scan.clean import Profile, clean
from edge.scan.codes import Code, codes
from edge.scan.compose import marked
from edge.scan.evidence import Bare
from edge.scan.find import MOST_PAGES, Found, find
from edge.scan.judge import judge
from edge.scan.sameness import Face, face_of
from edge.scan.straighten import CARD, Flat, flatten
from edge.scan.upright import Turn, turned
from edge.scan.values import Page, Picture

NEAR_CARD = 0.035
"""Share that a card's sides may differ from its shape."""
CARD_SHARE = 0.16
"""Of the picture: a card covers less, where the scale is not known."""


@dataclass(frozen=True)
class Wishes:
    """How pages are to leave."""

    profile: Profile = Profile.COLOUR
    turn: Turn = Turn.AUTO
    purpose: str = ""
    """Written over each page; empty: nothing."""
    per_mm: float | None = None
    """Pixels per millimetre on the desk, if the camera is calibrated."""


@dataclass(frozen=True)
class Scan:
    source: str
    pages: tuple[Page, ...]
    """Best first."""
    found: tuple[Found, ...]
    """One for each page."""
    ms: float

    def to_json(self) -> dict[str, Any]:
        """As contract §2 has it."""
        return {"source": self.source, "pages": [p.to_json() for p in self.pages], "ms": round(self.ms, 1)}


@dataclass(frozen=True)
class Sheet:
    """A page as it goes into a file."""

    picture: Picture
    """As `clean` gives it for this profile."""
    dpi: float
    profile: Profile
    paper: str | None
    codes: tuple[Code, ...]
    face: Face
    """To know it again: `sameness.is_same`."""


def scan(
    picture: Picture,
    source: str,
    bare: Bare | None = None,
    *,
    per_mm: float | None = None,
    before: Face | None = None,
    most: int = MOST_PAGES,
) -> Scan:
    """The pages of a picture, best first; none when nothing looks like one.

    `bare`: the same view, empty (`evidence.bare_desk`); `before`: the page that was taken last.
    """
    begun = time.perf_counter()
    found = tuple(find(picture, bare, per_mm=per_mm, most=most))
    pages = tuple(judge(picture, one.quad, before) for one in found)
    return Scan(source, pages, found, 1000 * (time.perf_counter() - begun))


def sheet(picture: Picture, found: Found, wishes: Wishes) -> Sheet:
    """A page made ready: flat, upright, clean, marked. Raises NoFont when a purpose cannot be written."""
    flat = flatten(picture, found.quad.corners, found.sides, wishes.per_mm)
    upright = turned(flat.picture, wishes.turn)
    profile = wishes.profile
    if profile is Profile.COLOUR and is_card(flat, picture):
        profile = Profile.NATURAL
    cleaned = marked(clean(upright, profile), wishes.purpose)
    if cleaned.ndim == 3 and profile is Profile.BITONAL:
        profile = Profile.COLOUR
    return Sheet(cleaned, flat.dpi, profile, flat.paper, codes(upright), face_of(upright))


def is_card(flat: Flat, picture: Picture) -> bool:
    """A card is kept as it looks: its ground is part of it."""
    if flat.paper is not None:
        return flat.paper == "card"
    height, width = flat.picture.shape[:2]
    ratio = max(height, width) / min(height, width)
    small = flat.picture.size < CARD_SHARE * picture.size
    return small and abs(ratio / CARD - 1) < NEAR_CARD
