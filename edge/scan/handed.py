"""A counter's picture made into what is stored of it: clean pages, one small PDF, a thumbnail."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from edge.scan.clean import Profile
from edge.scan.compose import marked
from edge.scan.evidence import Bare
from edge.scan.find import Found
from edge.scan.judge import SURE, Fault
from edge.scan.pdf import A4, packed, pdf
from edge.scan.pictures import encoded
from edge.scan.sameness import Face, face_of
from edge.scan.scan import Scan, Sheet, Wishes, scan, sheet
from edge.scan.straighten import CARD, NEAR
from edge.scan.values import Page, Picture

SMALL_SIDE, SMALL_QUALITY = 260, 72
"""A thumbnail: enough to tell pages apart, too little to read them."""
ROWS = 2
"""Pages are put in order row by row; so many rows fit into a picture."""


@dataclass(frozen=True)
class TakenLeaf:
    """One page of a capture."""

    jpeg: bytes
    dpi: float
    is_card: bool
    face: Face


@dataclass(frozen=True)
class Taken:
    """All that is kept of a capture beside the picture itself."""

    scan: Scan
    leaves: tuple[TakenLeaf, ...]
    """At least one: where no page was found, the whole picture."""
    pdf: bytes
    small: bytes
    codes: tuple[dict[str, Any], ...]
    why: str
    """Empty, or why a person should look: the pages' faults; `unsure` where none was found."""

    def to_json(self) -> dict[str, Any]:
        return {
            **self.scan.to_json(),
            "cards": [leaf.is_card for leaf in self.leaves],
            "dpi": [round(leaf.dpi, 1) for leaf in self.leaves],
            "codes": list(self.codes),
            "why": self.why,
        }


def taken_of(picture: Picture, bare: Bare | None, wishes: Wishes, is_new: Callable[[Face], bool]) -> Taken:
    """Find the pages and make them ready. `is_new`: is it none of those that were taken before?"""
    made = scan(picture, "", bare, per_mm=wishes.per_mm)
    kept = _kept(made, picture)
    sheets = [sheet(picture, found, wishes) for found, _ in kept] or [_whole(picture, wishes)]
    leaves = tuple(TakenLeaf(encoded(s.picture, s.dpi, ".jpg"), s.dpi, _is_card(s), s.face) for s in sheets)
    file = pdf([packed(s.picture, s.dpi, s.profile) for s in sheets])
    codes = tuple(code.to_json() for s in sheets for code in s.codes)
    faults = list(dict.fromkeys(why for _, page in kept for why in page.why.split(",") if why))
    if not kept:
        faults = [made.pages[0].why or Fault.UNSURE.value] if made.pages else [Fault.UNSURE.value]
    elif not any(is_new(s.face) for s in sheets):
        faults.append(Fault.SAME.value)
    return Taken(made, leaves, file, _thumbnail(sheets[0].picture), codes, ",".join(faults))


def form_of(picture: Picture, wishes: Wishes, suffix: str) -> bytes:
    """A cleaned page in another form: `.png` or `.jpg`, with a purpose over it. Raises NoFont."""
    return encoded(marked(picture, wishes.purpose), 25.4 * max(picture.shape[:2]) / A4[1], suffix)


def _kept(made: Scan, picture: Picture) -> list[tuple[Found, Page]]:
    """The good pages, row by row; without any, the best one that surely is a page."""
    both = list(zip(made.found, made.pages, strict=True))
    good = [(found, page) for found, page in both if page.accepted]
    if not good:
        good = [(found, page) for found, page in both[:1] if page.confidence >= SURE]
    row = picture.shape[0] / ROWS

    def place(one: tuple[Found, Page]) -> tuple[int, float]:
        x, y = one[0].quad.corners.mean(axis=0)
        return int(y // row), float(x)

    return sorted(good, key=place)


def _whole(picture: Picture, wishes: Wishes) -> Sheet:
    """The picture as it is, as large as A4 takes it."""
    dpi = 25.4 * max(picture.shape[:2]) / A4[1]
    cleaned = marked(picture, wishes.purpose)
    return Sheet(cleaned, dpi, Profile.NATURAL, None, (), face_of(picture))


def _is_card(one: Sheet) -> bool:
    height, width = one.picture.shape[:2]
    shaped = abs(max(height, width) / min(height, width) / CARD - 1) < NEAR
    return one.paper == "card" or (one.paper is None and one.profile is Profile.NATURAL and shaped)


def _thumbnail(page: Picture) -> bytes:
    share = SMALL_SIDE / max(page.shape[:2])
    small = cv2.resize(page, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    good, data = cv2.imencode(".jpg", np.asarray(small), [cv2.IMWRITE_JPEG_QUALITY, SMALL_QUALITY])
    return data.tobytes() if good else b""
