"""A hall whose devices fail in turn while citizens go on: each comes back, nothing is lost or doubled.

How long the others wait is measured by `make soak`, not here.
"""

import pytest

from edge.demo.house import House
from edge.paths import shared
from tests.soak.hall import FailingHall

FEW = (
    ("board-4", "unplugged"),
    ("board-1", "mute"),
    ("printer-1", "slow"),
    ("pad-3", "lying_checksum"),
    ("pad-2", "babble"),
    ("camera-1", "unplugged"),
)
"""Each fault once; `make soak` takes each device with each of its faults."""
VISITS = 2


@pytest.mark.timeout(120)
def test_each_device_comes_back_without_a_hand_and_nothing_is_lost_or_doubled():
    house = House(shared("demo"))
    try:
        house.start_twins()
        house.start_broker()
        house.start_daemon()
        hall = FailingHall(house, seed=20261122)
        hall.open()
        results = [hall.fail(device, fault, VISITS) for device, fault in FEW]
        assert [result.lost for result in results if result.lost] == []
        hall.until(lambda: not hall.open_papers(), "every slip has an end")
        assert hall.losses() == []
        assert len(hall.numbers) == len(results) * VISITS * 2
        assert {r.noticed for r in results if r.fault == "unplugged"} == {"down"}
    finally:
        house.close()
        house.sweep()
