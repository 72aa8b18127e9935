"""The hall's inventory goes out once in each life of the daemon, and counts when the broker has it."""

import time
from collections.abc import Callable

AFTER_S = 10.0
"""Screens that were there have come back by then."""


class InventoryOnce:
    """Belongs to the uplink's thread."""

    def __init__(self, make: Callable[[], bytes] | None, after_s: float = AFTER_S) -> None:
        """`make` None: nobody asks for one."""
        self._make = make
        self._due_at = time.monotonic() + after_s
        self._flying = 0
        self._is_told = False

    def next(self) -> bytes | None:
        """What is to be said now."""
        if not self._make or self._is_told or self._flying or time.monotonic() < self._due_at:
            return None
        return self._make()

    def sent(self, mid: int) -> None:
        self._flying = mid

    def acknowledged(self, mid: int) -> None:
        if mid == self._flying:
            self._is_told, self._flying = True, 0

    def line_lost(self) -> None:
        """What was under way may be gone."""
        self._flying = 0
