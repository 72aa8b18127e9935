"""What a bench tells: figures, each beside what it is to be measured against."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    name: str
    value: str
    beside: str = ""
    """What was measured in the same run to compare it with."""
    ratio: float | None = None
    limit: str = ""
    """What is to be reached, in words."""
    reached: bool | None = None


def middle(values: Sequence[float], share: float = 0.5) -> float:
    """The value below which `share` of all lie."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"
