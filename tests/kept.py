"""Where a long run keeps what it found: a dated file of each kind in tests/results."""

from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def kept(name: str) -> Path:
    """Today's file of this name; the folder is there."""
    RESULTS.mkdir(exist_ok=True)
    return RESULTS / f"{name}-{datetime.now(UTC).date()}.txt"
