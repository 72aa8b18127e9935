"""How often somebody may be wrong within a while, before they have to wait."""

import time
from collections import deque
from collections.abc import Callable

from edge.doors.problems import Problem


class Tries:
    """Wrong codes and PINs of each caller, not long ago: guessing shall take ages. Loop thread only."""

    def __init__(
        self, most: int = 10, within_s: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._within_s = within_s
        self._clock = clock
        self._wrong: dict[str, deque[float]] = {}

    def check(self, peer: str) -> None:
        """Raises Problem `too_many_tries`."""
        tries = self._recent(peer)
        if len(tries) >= self._most:
            wait_s = max(1, round(tries[0] + self._within_s - self._clock()))
            raise Problem("too_many_tries", headers={"Retry-After": str(wait_s)}, wait_s=wait_s)

    def wrong(self, peer: str) -> None:
        self._recent(peer)
        self._wrong.setdefault(peer, deque()).append(self._clock())

    def forget(self, peer: str) -> None:
        """What this caller tried does not count any more."""
        self._wrong.pop(peer, None)

    def _recent(self, peer: str) -> deque[float]:
        """This caller's tries; callers whose tries are all old are forgotten on the way."""
        since = self._clock() - self._within_s
        for tries in self._wrong.values():
            while tries and tries[0] <= since:
                tries.popleft()
        self._wrong = {p: tries for p, tries in self._wrong.items() if tries}
        return self._wrong.get(peer, deque())
