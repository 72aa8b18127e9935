"""How long to stay away from what has just failed: longer each time, and as at first once it has worked."""

import random

SHORTEST_S, LONGEST_S = 0.5, 30.0


class BackOff:
    """½, 1, 2, 4 … 30 s, each shortened by chance: what failed together does not come back together."""

    def __init__(self, dice: random.Random | None = None) -> None:
        self._dice = dice or random.Random()
        self._next_s = SHORTEST_S
        self._last_s = 0.0

    def failed(self, worked_s: float) -> float:
        """Seconds to wait. `worked_s`: how long it had worked before, 0 for not at all.

        What worked for longer than it was last stayed away from begins from the shortest again.
        """
        if worked_s > max(1.0, self._last_s):
            self._next_s = SHORTEST_S
        self._last_s, self._next_s = self._next_s, min(2 * self._next_s, LONGEST_S)
        return self._last_s * self._dice.uniform(0.7, 1.0)
