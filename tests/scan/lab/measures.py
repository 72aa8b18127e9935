"""How near found pages come to where they lie: overlap, the tutorials' finder, and the sums of a bench."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

GOOD, EXACT = 0.9, 0.98


def iou(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two convex quadrangles, beyond the picture as well."""
    a, b = np.asarray(one, np.float32), np.asarray(other, np.float32)
    both, _ = cv2.intersectConvexConvex(a, b)
    return float(both / max(cv2.contourArea(a) + cv2.contourArea(b) - both, 1e-6))


def in_view(corners: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The part of a quadrangle that lies in the picture."""
    frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * (np.array(size, np.float32) - 1)
    area, part = cv2.intersectConvexConvex(np.asarray(corners, np.float32), frame)
    return part.reshape(-1, 2) if area > 0 else np.asarray(corners, np.float32)


def tutorial(picture: np.ndarray) -> np.ndarray | None:
    """Canny, largest contours, approxPolyDP: what every guide on the net does, at the picture's own size."""
    grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    contours, _ = cv2.findContours(cv2.Canny(grey, 75, 200), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:5]:
        few = cv2.approxPolyDP(contour, 0.02 * cv2.arcLength(contour, True), True)
        if len(few) == 4:
            return few.reshape(4, 2).astype(np.float64)
    return None


@dataclass(frozen=True)
class Try:
    """One picture, looked at once."""

    kind: str
    seed: int
    way: str
    """A name of `bench.WAYS`."""
    best: float
    """Overlap of the page that is said to be best; 0 where nothing was found; nan where nothing lies."""
    best_in_view: float
    all_found: float
    """Share of the pages that were found."""
    sure: float
    ms: float

    @property
    def lies(self) -> bool:
        return not np.isnan(self.best)


def summary(tries: Sequence[Try]) -> list[str]:
    """What a bench says of one way of looking."""
    pages, empty = [t for t in tries if t.lies], [t for t in tries if not t.lies]
    best = np.array([t.best for t in pages])
    sure = np.array([t.sure for t in pages])
    alarms = np.array([t.sure for t in empty])
    good = best >= GOOD
    lines = [
        f"pages {len(pages)}: mean IoU {best.mean():.4f}, failures (IoU < {GOOD}) {share(~good)}, "
        f"IoU >= {EXACT} {share(best >= EXACT)}; in view: mean "
        f"{np.mean([t.best_in_view for t in pages]):.4f}, "
        f"failures {share([t.best_in_view < GOOD for t in pages])}",
        f"time: {np.mean([t.ms for t in tries]):.0f} ms, middle {np.median([t.ms for t in tries]):.0f} ms",
    ]
    if len(empty):
        limit = float(np.quantile(sure[good], 0.03)) if good.any() else 1.0
        lines.append(
            f"nothing there {len(empty)}: false alarms {share(alarms >= limit)} where 3 % of good pages are "
            f"refused (at {limit:.2f}); at 0.40: {share(alarms >= 0.4)}, refused {share(sure[good] < 0.4)}"
        )
    return lines


def by_kind(tries: Sequence[Try]) -> list[str]:
    lines = []
    for kind in dict.fromkeys(t.kind for t in tries):
        of = [t for t in tries if t.kind == kind]
        if of[0].lies:
            best = np.array([t.best for t in of])
            lines.append(
                f"  {kind:13s} n {len(of):3d}  mean IoU {best.mean():.4f}  failures {share(best < GOOD)}"
                f"  >= {EXACT} {share(best >= EXACT)}  pages found {np.mean([t.all_found for t in of]):.2f}"
            )
        else:
            alarms = [t.sure >= 0.4 for t in of]
            lines.append(f"  {kind:13s} n {len(of):3d}  false alarms at 0.40 {share(alarms)}")
    return lines


def reliability(tries: Sequence[Try]) -> list[str]:
    """Of all that was said with a confidence, how much was right."""
    said = [t for t in tries if t.sure > 0]
    edges = (0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, 1.001)
    lines = []
    for low, high in itertools.pairwise(edges):
        of = [t for t in said if low <= t.sure < high]
        if of:
            right = np.mean([t.lies and t.best >= GOOD for t in of])
            mean = np.mean([t.sure for t in of])
            lines.append(
                f"  {low:.2f} to {min(high, 1):.2f}: said {mean:.2f}, right {right:.2f} of {len(of)}"
            )
    return lines


def share(flags: Sequence[bool] | np.ndarray) -> str:
    return f"{100 * float(np.mean(flags)):.1f} %"
