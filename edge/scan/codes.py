"""Codes printed on a page: QR, Data Matrix, PDF417 and bars."""

from dataclasses import dataclass
from typing import Any

import cv2

from edge.scan.values import Picture

LARGEST = 12_000_000
"""Pixels of a page that is looked at a second time, at twice its size."""


@dataclass(frozen=True)
class Code:
    kind: str
    """As zxing-cpp names it: `QRCode`, `Code128` ..."""
    text: str

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "text": self.text}


def codes(page: Picture) -> tuple[Code, ...]:
    """What codes a straightened page bears; none, too, where zxing-cpp is not installed."""
    try:
        import zxingcpp
    except ImportError:
        return ()
    grey = page if page.ndim == 2 else cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    # Measured on printed modules of 0.33 mm: three of four are read at twice the size, none at its own.
    wide = (
        cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC) if grey.size < LARGEST / 2 else grey
    )
    found = {Code(r.format.name, r.text) for r in zxingcpp.read_barcodes(wide) if r.text}
    return tuple(sorted(found, key=lambda code: (code.kind, code.text)))
