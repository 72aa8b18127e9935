"""How long to stay away from what has just failed: a link, a driver, a broker."""

import random


class Patience:
    """Delays that double from `shortest_s` to `longest_s`, each shortened by chance down to a tenth.

    By chance, because after a county's power cut, and when its broker was restarted, all halls want to come
    back in the same second: 1,300 of them are some 300 a second at first, and ever fewer.
    """

    def __init__(
        self, shortest_s: float = 5.0, longest_s: float = 120.0, dice: random.Random | None = None
    ) -> None:
        self.longest_s = longest_s
        self._shortest_s = shortest_s
        self._dice = dice or random.Random()
        self._next_s = shortest_s

    def first_s(self) -> float:
        """Before the first try of all, where everybody begins at once."""
        return self._dice.uniform(0.0, self._shortest_s)

    def delay_s(self) -> float:
        """The next time to wait, seconds; each call doubles the one after it."""
        now_s, self._next_s = self._next_s, min(self._next_s * 2, self.longest_s)
        return now_s * self._dice.uniform(0.1, 1.0)

    def long_s(self) -> float:
        """At least half the longest, for what only a person can mend; leaves the doubling alone."""
        return self.longest_s * self._dice.uniform(0.5, 1.0)

    def renew(self) -> None:
        """Begin from the shortest again: the line has proved good."""
        self._next_s = self._shortest_s
