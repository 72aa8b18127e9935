"""Which entries are sent again, and when the center's silence asks for it (contract §4, Delivery)."""

import threading
from collections import deque

FIRST_AFTER_S, AT_MOST_S = 60.0, 3600.0
MOST_RANGES = 8


class Again:
    """Ranges of entries to be sent once more, both ends included. Any thread."""

    def __init__(self) -> None:
        self._ranges: deque[tuple[int, int]] = deque()
        self._lock = threading.Lock()

    def ask(self, first: int, last: int) -> bool:
        """False: too much is waiting already."""
        with self._lock:
            if (first, last) in self._ranges:
                return True
            if len(self._ranges) >= MOST_RANGES:
                return False
            self._ranges.append((first, last))
            return True

    def next_after(self) -> tuple[int, int] | None:
        """The range in hand: the entry before its first, and its last; None: there is nothing."""
        with self._lock:
            return (self._ranges[0][0] - 1, self._ranges[0][1]) if self._ranges else None

    def sent(self, upto: int) -> None:
        """Of the range in hand, everything up to this entry has been sent."""
        with self._lock:
            if self._ranges:
                _, last = self._ranges.popleft()
                if upto < last:
                    self._ranges.appendleft((upto + 1, last))


class Overdue:
    """The center is there, and its receipt lags what the broker has acknowledged: how long to bear it.

    A minute at first, then ever longer, an hour at most; a receipt that moves begins anew.
    """

    def __init__(self) -> None:
        self._firm, self._since, self._after_s = 0, 0.0, FIRST_AFTER_S

    def is_due(self, now_s: float, *, firm: int, sent: int, center: bool) -> bool:
        """`now_s` monotonic. True once for each time that it is to be sent again."""
        if firm != self._firm or not firm or sent <= firm or not center:
            if firm != self._firm:
                self._after_s = FIRST_AFTER_S
            self._firm, self._since = firm, now_s
            return False
        if now_s - self._since < self._after_s:
            return False
        self._since, self._after_s = now_s, min(2 * self._after_s, AT_MOST_S)
        return True
