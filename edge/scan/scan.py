"""From a picture to its pages: find, refine, judge."""

import time
from dataclasses import dataclass
from typing import Any

from edge.scan.clean import clean
from edge.scan.evidence import bare_desk
from edge.scan.find import find
from edge.scan.judge import judge
from edge.scan.straighten import straighten
from edge.scan.values import Page, Picture


@dataclass(frozen=True)
class Scan:
    source: str
    pages: tuple[Page, ...]
    """Best first."""
    ms: float

    def to_json(self) -> dict[str, Any]:
        return {"source": self.source, "pages": [p.to_json() for p in self.pages], "ms": round(self.ms, 1)}


def scan(picture: Picture, source: str, desk: Picture | None = None) -> Scan:
    """The pages of a picture, best first; none when nothing looks like one. `desk`: the same view, empty."""
    begun = time.perf_counter()
    bare = None if desk is None else bare_desk(desk)
    pages = [judge(picture, found.quad) for found in find(picture, bare)]
    return Scan(source, tuple(pages), 1000 * (time.perf_counter() - begun))


def flat(picture: Picture, page: Page) -> Picture:
    """The page as it goes into a file: straight and clean."""
    return clean(straighten(picture, page.corners))
