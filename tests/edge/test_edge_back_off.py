"""How long the supervisor stays away from what has failed."""

import random

from edge.back_off import LONGEST_S, SHORTEST_S, BackOff


def test_pauses_double_up_to_the_longest_and_are_shortened_by_chance() -> None:
    back_off = BackOff(random.Random(1))
    pauses = [back_off.failed(worked_s=0) for _ in range(10)]
    for pause, whole in zip(pauses, (0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30), strict=True):
        assert 0.7 * whole <= pause <= whole
    assert len({round(p, 3) for p in pauses[-4:]}) == 4


def test_what_worked_longer_than_its_last_pause_begins_from_the_shortest_again() -> None:
    back_off = BackOff()
    for _ in range(9):
        back_off.failed(worked_s=0)
    assert back_off.failed(worked_s=LONGEST_S - 1) > SHORTEST_S
    assert back_off.failed(worked_s=LONGEST_S + 1) <= SHORTEST_S


def test_what_breaks_as_soon_as_it_is_open_is_stayed_away_from_longer_each_time() -> None:
    back_off = BackOff()
    pauses = [back_off.failed(worked_s=0.2) for _ in range(7)]
    assert pauses[-1] > 15
