"""How long to stay away from what has just failed: a link, a driver, a broker."""

import random


class Patience:
    """Delays that double from `shortest_s` to `longest_s`, each shortened by chance down to a part of it.

    By chance, because after a county's power cut, and when its broker was restarted, all halls want to come
    back in the same second: 1,300 of them are some 300 a second at first, and ever fewer.
    """

    def __init__(
        self,
        shortest_s: float = 5.0,
        longest_s: float = 120.0,
        dice: random.Random | None = None,
        *,
        part: float = 0.1,
    ) -> None:
        self.longest_s = longest_s
        self._part = part
        self._shortest_s = shortest_s
        self._dice = dice or random.Random()
        self._next_s = shortest_s
        self._last_s = 0.0

    def first_s(self) -> float:
        """Before the first try of all, where everybody begins at once."""
        return self._dice.uniform(0.0, self._shortest_s)

    def delay_s(self, worked_s: float = 0.0) -> float:
        """The next time to wait, seconds; each call doubles the one after it.

        `worked_s`: how long it had worked before. What worked for longer than it was last stayed away from,
        and a second at least, begins from the shortest again.
        """
        if worked_s > max(1.0, self._last_s):
            self.renew()
        self._last_s, self._next_s = self._next_s, min(self._next_s * 2, self.longest_s)
        return self._last_s * self._dice.uniform(self._part, 1.0)

    def long_s(self) -> float:
        """At least half the longest, for what only a person can mend; leaves the doubling alone."""
        return self.longest_s * self._dice.uniform(0.5, 1.0)

    def renew(self) -> None:
        """Begin from the shortest again: the line has proved good."""
        self._next_s = self._shortest_s
