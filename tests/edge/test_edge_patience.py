"""How long the supervisor stays away from what has failed."""

import random

from edge.patience import Patience
from edge.supervisor import AWAY_S


def test_pauses_double_up_to_the_longest_and_are_shortened_by_chance() -> None:
    patience = Patience(*AWAY_S, random.Random(1), part=0.5)
    pauses = [patience.delay_s() for _ in range(10)]
    for pause, whole in zip(pauses, (0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30), strict=True):
        assert 0.5 * whole <= pause <= whole
    assert len({round(p, 3) for p in pauses[-4:]}) == 4


def test_what_worked_longer_than_its_last_pause_begins_from_the_shortest_again() -> None:
    patience, (shortest_s, longest_s) = Patience(*AWAY_S, part=0.5), AWAY_S
    for _ in range(9):
        patience.delay_s()
    assert patience.delay_s(worked_s=longest_s - 1) > shortest_s
    assert patience.delay_s(worked_s=longest_s + 1) <= shortest_s


def test_what_breaks_as_soon_as_it_is_open_is_stayed_away_from_longer_each_time() -> None:
    patience = Patience(*AWAY_S, part=0.5)
    pauses = [patience.delay_s(worked_s=0.2) for _ in range(7)]
    assert pauses[-1] >= 15
