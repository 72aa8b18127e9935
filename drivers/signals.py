"""What lamps and buzzers are told: how it stands at a counter, or in the whole hall."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CounterSignal:
    state: str
    """`closed|open|calling|serving|paused`; of the whole hall: open while any counter is not closed."""
    calls: int = 0
    """How often today somebody was called: one more is a new call or a recall."""
