"""How long to stay away from a broker that is not there."""

import random


class Patience:
    """Delays that double from `shortest_s` to `longest_s`, each shortened by chance down to its half.

    By chance, because after a county's power cut all halls come back in the same second.
    """

    def __init__(
        self, shortest_s: float = 1.0, longest_s: float = 120.0, dice: random.Random | None = None
    ) -> None:
        self.longest_s = longest_s
        self._shortest_s = shortest_s
        self._dice = dice or random.Random()
        self._next_s = shortest_s

    def delay_s(self) -> float:
        """The next time to wait, seconds; each call doubles the one after it."""
        now_s, self._next_s = self._next_s, min(self._next_s * 2, self.longest_s)
        return self._by_chance(now_s)

    def long_s(self) -> float:
        """A wait near the longest, for what only a person can mend; leaves the doubling alone."""
        return self._by_chance(self.longest_s)

    def renew(self) -> None:
        """Begin from the shortest again: the line has proved good."""
        self._next_s = self._shortest_s

    def _by_chance(self, delay_s: float) -> float:
        return delay_s * self._dice.uniform(0.5, 1.0)
