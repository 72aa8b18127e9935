"""What lies under one camera now: followed from look to look, and when it may be taken by itself.

A page is taken by itself once it has lain still, whole and sharp for some looks, and is none of those that
were taken for the same person; then not again before something has moved.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np

from edge.scan.desk import RENEW_S, DeskMemory, Notice
from edge.scan.evidence import Bare, bare_desk, shrunk
from edge.scan.find import Found, again, find
from edge.scan.judge import Fault, judge
from edge.scan.sameness import Face, face_of
from edge.scan.straighten import straighten
from edge.scan.values import Field, Page, Picture

STILL_LOOKS = 4
"""Looks in a row of one still picture with good pages: about a second at four a second."""
MOVED, MOVED_SHARE = 14.0, 0.004
"""Grey levels of a small picture, and the share of its points that may differ by more: a sheet pushed by a
hair's breadth moves its whole edge, noise and flicker stay below (measured on drawn scenes)."""
DRIFT = 0.003
"""Share of the picture's diagonal that a corner of a page at rest may wander."""
LOOK_ANEW = 12
"""Looks after which a still picture is searched anew: light may have brought out what was overlooked."""
MOST_FACES = 60
ALIKE = 0.94
"""Correlation of two faces that are one page: moved, in another light, a little blurred it was .993, that of
two pages of one form .86 (drawn pages)."""


@dataclass(frozen=True)
class Sight:
    """One page of a look."""

    corners: tuple[tuple[float, float], ...]
    """x and y, as shares of the picture's width and height."""
    page: Page
    is_new: bool
    """None of those that were taken."""

    def to_json(self) -> dict[str, Any]:
        why = self.page.why or ("" if self.is_new else Fault.SAME.value)
        return {
            "corners": [[round(x, 5), round(y, 5)] for x, y in self.corners],
            "confidence": round(self.page.confidence, 3),
            "good": self.page.accepted and self.is_new,
            "why": why,
        }


@dataclass(frozen=True)
class Seen:
    """What a look gave."""

    sights: tuple[Sight, ...]
    still: int
    """Looks in a row in which nothing moved and all pages were good."""
    ready: bool
    """May be taken by itself, now."""
    notice: Notice | None = None
    """What the empty desk had to say."""

    def to_json(self) -> dict[str, Any]:
        notice = str(self.notice) if self.notice else ""
        pages = [sight.to_json() for sight in self.sights]
        return {"pages": pages, "still": self.still, "ready": self.ready, "notice": notice}


@dataclass
class Live:
    """One camera. Not for several threads; times are seconds of one clock that does not jump."""

    memory: DeskMemory = field(default_factory=DeskMemory)
    _small: Field | None = None
    _found: tuple[Found, ...] = ()
    _since: int = 0
    """Looks since the whole picture was searched."""
    _still: int = 0
    _armed: bool = True
    _whose: str = ""
    _faces: list[Face] = field(default_factory=list)

    def look(self, picture: Picture, now_s: float, whose: str = "") -> Seen:
        """`whose`: the ticket at the counter; with another no page counts as taken. Blocks 10 to 300 ms."""
        self._is_for(whose)
        moved, last = self._has_moved(picture), self._found
        bare = self._bare(picture, now_s)
        self._found = self._followed(picture, bare, moved=moved)
        notice = self.memory.feed(picture, now_s, len(self._found))
        if moved or not self._found:
            self._armed = True
        if moved or not self._found or not _same_places(last, self._found, picture):
            self._still = 0
        sights = tuple(self._sight(picture, one) for one in self._found)
        good = any(s.page.accepted for s in sights[:1]) and any(s.is_new for s in sights)
        self._still = self._still + 1 if good and not moved else 0
        return Seen(sights, self._still, self._armed and self._still >= STILL_LOOKS, notice)

    def taken(self, faces: list[Face], whose: str) -> None:
        """These pages were kept, and are not to be taken by themselves again."""
        self._is_for(whose)
        self._faces = [*self._faces, *faces][-MOST_FACES:]
        self._armed, self._still = False, 0

    def not_taken(self) -> None:
        """They looked good and were not: wait anew."""
        self._still = 0

    def is_new(self, face: Face, whose: str) -> bool:
        return whose != self._whose or not any(_alike(face, other) for other in self._faces)

    def know_desk(self, picture: Picture, now_s: float) -> None:
        """Take up what was kept of the empty desk; its age is taken as old."""
        self.memory.bare, self.memory.learned_at = bare_desk(picture), now_s - RENEW_S

    def desk_for(self, shape: tuple[int, ...], now_s: float) -> Bare | None:
        """The empty desk at a capture's size; None: not known, too old, or seen in another shape."""
        bare = self.memory.trusted(now_s)
        if bare is None or abs(bare.picture.shape[1] / bare.picture.shape[0] - shape[1] / shape[0]) > 0.01:
            return None
        if bare.picture.shape == shape:
            return bare
        wide = cv2.resize(bare.picture, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
        # What is searched in is smaller than both: only the size at which sides are refined is made up.
        return replace(bare, picture=np.asarray(wide, np.uint8))

    def _is_for(self, whose: str) -> None:
        if whose != self._whose:
            self._whose, self._faces, self._armed = whose, [], True

    def _bare(self, picture: Picture, now_s: float) -> Bare | None:
        bare = self.memory.trusted(now_s)
        return bare if bare is not None and bare.picture.shape == picture.shape else None

    def _has_moved(self, picture: Picture) -> bool:
        grey = cv2.cvtColor(shrunk(picture), cv2.COLOR_BGR2GRAY)
        small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.float32)
        small, last = cv2.GaussianBlur(small, (3, 3), 0.8), self._small
        self._small = small
        if last is None or last.shape != small.shape:
            return True
        # Automatic exposure brightens all of it: no movement.
        change = small - last
        change -= float(np.median(change))
        return float((np.abs(change) > MOVED).mean()) > MOVED_SHARE

    def _followed(self, picture: Picture, bare: Bare | None, *, moved: bool) -> tuple[Found, ...]:
        self._since += 1
        if not moved and self._since < LOOK_ANEW:
            kept = [again(picture, one, bare) for one in self._found]
            if all(kept):
                return tuple(one for one in kept if one)
        self._since = 0
        return tuple(find(picture, bare))

    def _sight(self, picture: Picture, one: Found) -> Sight:
        height, width = picture.shape[:2]
        corners = tuple(((float(x) + 0.5) / width, (float(y) + 0.5) / height) for x, y in one.quad.corners)
        is_new = not self._faces or self.is_new(face_of(straighten(picture, one.quad.corners)), self._whose)
        return Sight(corners, judge(picture, one.quad), is_new)


def _alike(one: Face, other: Face) -> bool:
    """Whichever way up they lie; a blank page is like no other."""
    return max(float((np.rot90(one, turns) * other).sum()) for turns in range(4)) > ALIKE


def _same_places(last: tuple[Found, ...], now: tuple[Found, ...], picture: Picture) -> bool:
    most = DRIFT * float(np.hypot(*picture.shape[:2]))
    return len(last) == len(now) and all(
        float(np.linalg.norm(a.quad.corners - b.quad.corners, axis=1).max()) <= most
        for a, b in zip(last, now, strict=True)
    )
