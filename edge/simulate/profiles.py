"""What a simulated hall lives through: which part of a day, how busy, and how fast it is played."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

TICKETS_A_DAY = 120
"""Of a hall of middle size; large ones have three times as many, small ones a third."""
DAY_S = 8 * 3600.0
BEFORE_S = 1200.0
"""Visits that began so long before the stretch that is played reach into it."""


@dataclass(frozen=True)
class Profile:
    name: str
    about: str
    lasts_s: float
    """Of a hall's life."""
    busy: float
    """How many come, beside the day's mean."""
    opens: bool
    """The boxes are switched on and the day is opened within it; else they are online before it begins."""


PROFILES = {
    p.name: p
    for p in (
        Profile("tenth", "a tenth of a working day, at its mean", DAY_S / 10, 1.0, opens=False),
        Profile("peak", "the morning's first quarter of an hour, thrice as busy", 900.0, 3.0, opens=True),
    )
}

Moment = tuple[float, str, int]
"""Seconds from the begin, what happens, and to which visit."""


def moments(profile: Profile, dice: random.Random) -> Iterator[Moment]:
    """What happens in one hall, in no order."""
    size = min(3.0, max(1 / 3, math.exp(dice.gauss(0.0, 0.5))))
    rate = TICKETS_A_DAY * size * profile.busy / DAY_S
    at_s, visit = 0.0 if profile.opens else -BEFORE_S, 0
    if profile.opens:
        yield 0.0, "day", 0
        for counter in range(1, 5):
            yield dice.uniform(5.0, 60.0), "counter", counter
    while (at_s := at_s + dice.expovariate(rate)) < profile.lasts_s:
        for later_s, what in _visit(dice):
            if 0.0 <= at_s + later_s < profile.lasts_s:
                yield at_s + later_s, what, visit
        visit += 1


def _visit(dice: random.Random) -> Iterator[tuple[float, str]]:
    """One person from the kiosk to the rating, seconds after the touch."""
    called = dice.uniform(30.0, 900.0)
    started = called + dice.uniform(10.0, 40.0)
    finished = started + dice.uniform(90.0, 600.0)
    yield 0.0, "issued"
    yield 0.1, "slip"
    yield 2.5, "printed"
    yield called, "called"
    if dice.random() < 0.1:
        yield called + 60.0, "missed"
        return
    yield started, "started"
    yield finished, "finished"
    if dice.random() < 0.6:
        yield finished + dice.uniform(3.0, 15.0), "rated"
