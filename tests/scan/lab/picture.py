"""`python -m tests.scan.lab.picture`: the README's picture of the document camera, from drawn scenes."""

import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from edge.scan.evidence import bare_desk
from edge.scan.find import find
from edge.scan.scan import Wishes, sheet
from tests.scan.lab.scenes import scene

FILE = Path(__file__).resolve().parents[3] / "kiosk_ui" / "pictures" / "scan.png"
SHOWN = (("uneven", 4), ("uneven", 2))
HIGH, GAP = 420, 10
GROUND, OUTLINE = (118, 104, 96), (60, 180, 40)


def main() -> int:
    rows = [_row(kind, seed) for kind, seed in SHOWN]
    wide, gap = max(row.shape[1] for row in rows), np.full((GAP, 1, 3), GROUND, np.uint8)
    parts = [np.hstack([row, np.full((HIGH, wide - row.shape[1], 3), GROUND, np.uint8)]) for row in rows]
    whole = np.vstack([parts[0], np.repeat(gap, wide, axis=1), parts[1]])
    picture = Image.fromarray(cv2.cvtColor(whole, cv2.COLOR_BGR2RGB))
    picture.quantize(256, dither=Image.Dither.NONE).save(FILE, optimize=True)
    return 0


def _row(kind: str, seed: int) -> np.ndarray:
    """What the camera sees, the pages outlined, and the first one as it is kept."""
    one = scene(kind, seed)
    found = find(one.picture, bare_desk(one.desk))
    seen = one.picture.copy()
    for page in found:
        cv2.polylines(seen, [np.rint(page.quad.corners).astype(np.int32)], True, OUTLINE, 16, cv2.LINE_AA)
    page = sheet(one.picture, found[0], Wishes()).picture
    gap = np.full((HIGH, GAP, 3), GROUND, np.uint8)
    return np.hstack([_as_high(seen), gap, _as_high(page)])


def _as_high(picture: np.ndarray) -> np.ndarray:
    size = (round(picture.shape[1] * HIGH / picture.shape[0]), HIGH)
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    sys.exit(main())
