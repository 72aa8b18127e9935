"""The empty desk: learned by itself, kept per camera, renewed, and missed when the camera moves."""

import json
import os
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scan.evidence import Bare, bare_desk, shrunk
from edge.scan.values import Field, Picture

STILL = 2.5
"""Grey levels of the search size between two pictures of a desk on which nothing moves: noise, flicker."""
MOVING_SHARE = 0.002
"""Share of its points that may differ by more."""
WAIT = 8
"""Pictures that must be still and empty before they are believed."""
RENEW_S = 600.0
"""Light wanders over the day: an older picture is replaced as soon as the desk is empty."""
OLD_S = 4 * 3600.0
"""Older than this, its word is doubtful."""
MOVED = 1.2
"""Search pixels that the desk has shifted by."""
SURE_SHIFT = 0.12
"""Answer of the phase correlation from which on a shift is believed."""
LAMP = 0.35
"""Logarithm: the light as a whole changed by more than automatic exposure explains."""
EDGES = 0.06
"""Share of the desk's points where the ratio has new edges, though nothing lies there."""
QUALITY = 96


class Notice(StrEnum):
    """What the desk has to say; the words stand in the catalogue, `scan.desk.KEY`."""

    LEARNED = "learned"
    RENEWED = "renewed"
    MOVED = "moved"
    LAMP = "lamp"


@dataclass
class DeskMemory:
    """One camera's empty desk. Not for several threads; times are seconds of one clock that does not jump."""

    path: Path | None = None
    """Where the picture is kept, as JPEG, with a note beside it; None: only in memory."""
    bare: Bare | None = None
    learned_at: float = 0.0
    _last: Field | None = None
    _sum: NDArray[np.uint16] | None = None
    """Whole numbers: at 8 MP this is 48 MB, in place; as floats it took four times that."""
    _count: int = 0
    _told: set[Notice] = field(default_factory=set)

    def load(self, now_s: float) -> bool:
        """Take up what was kept; false when there is nothing that can be read. Its age is taken as old."""
        if self.path is None or not self.path.is_file():
            return False
        picture = cv2.imread(str(self.path), cv2.IMREAD_COLOR)
        if picture is None:
            return False
        self.bare = bare_desk(np.asarray(picture, np.uint8))
        self.learned_at = now_s - RENEW_S
        return True

    def feed(self, picture: Picture, now_s: float, pages: int) -> Notice | None:
        """A picture of the live view and how many pages were found on it; what that changes, if anything.

        Blocks some milliseconds; when a picture is learned, as long as the disk takes.
        """
        small = shrunk(picture)
        still = self._is_still(small)
        if self.bare is not None and self.bare.picture.shape != picture.shape:
            self.bare = None
        if pages or not still:
            self._sum, self._count = None, 0
            return None
        if self._sum is None:
            self._sum = np.zeros(picture.shape, np.uint16)
        cv2.add(self._sum, picture, dst=self._sum, dtype=cv2.CV_16U)
        self._count += 1
        if self._count < WAIT:
            return None
        mean = np.asarray(cv2.convertScaleAbs(self._sum, alpha=1 / self._count), np.uint8)
        self._sum, self._count = None, 0
        if self.bare is None:
            return self._keep(mean, now_s, Notice.LEARNED)
        change = changed(self.bare, mean)
        if change is not None:
            self._keep(mean, now_s, change)
            return change
        if now_s - self.learned_at >= RENEW_S:
            return self._keep(mean, now_s, Notice.RENEWED)
        return None

    def trusted(self, now_s: float) -> Bare | None:
        """The desk for the finder; None when it is too old to be believed."""
        return self.bare if now_s - self.learned_at < OLD_S else None

    def _is_still(self, small: Picture) -> bool:
        grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 1.2).astype(np.float32)
        last, self._last = self._last, grey
        if last is None or last.shape != grey.shape:
            return False
        return float((np.abs(grey - last) > STILL * 2).mean()) < MOVING_SHARE

    def _keep(self, picture: Picture, now_s: float, notice: Notice) -> Notice:
        self.bare, self.learned_at = bare_desk(picture), now_s
        if self.path is not None:
            good, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
            if good:
                _write(self.path, data.tobytes())
        return notice


def changed(bare: Bare, picture: Picture) -> Notice | None:
    """Whether an empty desk is another one than was learned: the camera was moved, or the lamp is another."""
    now = bare_desk(picture)
    shift, sure = displacement(bare, now)
    if sure > SURE_SHIFT and shift > MOVED:
        return Notice.MOVED
    ratio = now.tone - bare.tone
    if abs(float(np.median(ratio))) > LAMP:
        return Notice.LAMP
    smooth = cv2.GaussianBlur(ratio.mean(axis=2), (0, 0), 3)
    spread = smooth - float(np.median(smooth))
    if float(np.abs(spread).mean()) > LAMP / 3:
        return Notice.LAMP
    new = now.slope > 2.5 * bare.slope + 0.02
    return Notice.MOVED if float(new.mean()) > EDGES else None


def displacement(bare: Bare, other: Bare) -> tuple[float, float]:
    """How far the desk has shifted, search pixels, and how sure that is, 0..1."""
    window = cv2.createHanningWindow(bare.slope.shape[::-1], cv2.CV_32F)
    (x, y), sure = cv2.phaseCorrelate(bare.slope, other.slope, window)
    return float(np.hypot(x, y)), float(sure)


def _write(path: Path, data: bytes) -> None:
    """Beside and renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


# --- calibration --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Calibration:
    """What a known sheet has told of a camera."""

    per_mm: float
    """Pixels per millimetre on the desk."""
    width: int
    """Of the camera's picture: at another size the figure scales with it."""
    paper: str

    def at(self, width: int) -> float:
        return self.per_mm * width / self.width

    def save(self, path: Path) -> None:
        """Raises OSError."""
        _write(path, json.dumps({"per_mm": self.per_mm, "width": self.width, "paper": self.paper}).encode())

    @classmethod
    def load(cls, path: Path) -> "Calibration":
        """Raises OSError, ValueError."""
        known = json.loads(path.read_text("utf-8"))
        if not isinstance(known, dict) or not 0.5 < float(known.get("per_mm", 0)) < 100:
            raise ValueError(f"{path}: no calibration")
        return cls(float(known["per_mm"]), int(known["width"]), str(known.get("paper", "")))
