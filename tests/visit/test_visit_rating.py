"""Who is rated, through real pads: a clerk who presses only 顺呼, late fingers, and the neighbour's pad."""

import time
from collections.abc import Iterator

import pytest

from edge import settings
from edge.demo.house import House
from tests.visit.conftest import device, take, until

pytestmark = pytest.mark.timeout(120)
VERY_GOOD, GOOD, FAIR, BAD = 0, 1, 2, 3
"""The pad's own keys: 5, 4, 3 and 1 by the device's table."""


@pytest.fixture
def quick(bare: House) -> Iterator[House]:
    """A hall whose service begins at once after the call; nobody has time to wait twenty seconds here."""
    for rule, seconds in (("start_after_call_s", 0.2), ("rate_in_service_s", 1.5)):
        settings.change(bare.config / "hall.toml", f"rules.{rule}", seconds)
    bare.start_daemon()
    pads = ("pad-1", "pad-2", "rating-1", "rating-2")
    until("pads", lambda: all(device(bare, id)["state"] in ("ok", "unconfirmed") for id in pads))
    yield bare


def counter(house: House, id: str) -> dict[str, object]:
    return next(c for c in house.client.get("/api/v1/hall")[1]["counters"] if c["id"] == id)


def call_next(house: House, number: str) -> None:
    """The clerk of counter 1 presses 顺呼, again where two presses were so close that they counted as one."""
    pressed = -2.0

    def look() -> bool:
        nonlocal pressed
        if (counter(house, "1")["ticket"] or {}).get("number") == number:
            return True
        if time.monotonic() - pressed > 1.0:
            pressed = time.monotonic()
            house.twins.press("pad-1", key="next")
        return False

    until(f"{number} called", look)


def call_and_serve(house: House, number: str) -> None:
    """顺呼 alone: nothing else says that the service begins."""
    call_next(house, number)
    until(f"{number} in service", lambda: counter(house, "1")["state"] == "serving")


def score(house: House, number: str) -> object:
    return house.client.get(f"/api/v1/tickets/{number}")[1]["ticket"]["score"]


def press_until_rated(house: House, key: int, number: str, stars: int) -> None:
    """As impatient fingers do; too early a press, and one too many, count for nobody."""

    pressed = -1.0

    def look() -> bool:
        nonlocal pressed
        if time.monotonic() - pressed > 0.5:  # longer than the pad repeats a frame by itself
            pressed = time.monotonic()
            house.twins.press("rating-1", score=key)
        return score(house, number) == stars

    until(f"{number} rated", look)


def ratings(house: House) -> list[tuple[str, int]]:
    events = house.client.get("/api/v1/events?limit=1000")[1]["events"]
    rated = [e["data"] for e in events if e["type"] == "bianmin.service.rated"]
    return [(str(r["ticket"])[-4:], int(r["score"])) for r in rated]


def test_each_finger_rates_the_ticket_that_it_belongs_to(quick: House) -> None:
    for _ in range(3):
        take(quick)
    call_and_serve(quick, "A001")
    quick.twins.press("rating-2", score=BAD)
    press_until_rated(quick, VERY_GOOD, "A001", 5)
    quick.twins.press("rating-1", score=BAD)

    call_and_serve(quick, "A002")
    call_next(quick, "A003")
    quick.twins.press("rating-1", score=GOOD)
    until("A002 rated, late", lambda: score(quick, "A002") == 4)

    until("A003 in service", lambda: counter(quick, "1")["state"] == "serving")
    quick.twins.press("pad-1", key="transfer", digits="2")
    until("A003 sent on", lambda: counter(quick, "2")["waiting"] == 1)
    quick.twins.press("rating-1", score=FAIR)
    until("A003 rated for who served it", lambda: score(quick, "A003") == 3)
    quick.twins.press("rating-2", score=BAD)
    press_until_rated(quick, BAD, "A003", 3)
    assert ratings(quick) == [("A001", 5), ("A002", 4), ("A003", 3)]
