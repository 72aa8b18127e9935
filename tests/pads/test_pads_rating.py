"""Whom a press on a rating pad rates, in each family: who is served long enough, else who has just left."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.twins.keypads import KeypadPort
from drivers.twins.pads import RatingPadTwin
from drivers.twins.screen_pads import ScreenPads
from drivers.twins.wire import Port, PtyEnd, Wire
from edge.hall import commands as c
from tests.pads.conftest import DESK, Build, Device, PadHall
from tests.waiting import until

FAMILIES = ["framed", "evdev", "websocket"]
FOUR_KEYS = {"0": 5, "1": 4, "2": 3, "3": 1}
FIVE_KEYS = {"5": 5, "4": 4, "3": 3, "2": 2, "1": 1}


def port_of(family: str, folder: Path) -> tuple[Port, str, dict[str, Any]]:
    """The twin's end, its URL, and the device's options."""
    if family == "framed":
        wire = Wire("pad", PtyEnd(folder / "pad"), [RatingPadTwin("rating-1", {"address": 17})])
        return wire, wire.end.url("rs485", "baud=9600"), {"scores": FOUR_KEYS, "address": 17}
    if family == "evdev":
        keypad = KeypadPort("pad", folder / "pad", "rating-1", "rating")
        return keypad, keypad.url(), {"scores": FIVE_KEYS}
    screens = ScreenPads("pad", {"rating-1": {"address": 1}}, "ws://10.0.0.5:8620")
    return screens, screens.url(), {"scores": FIVE_KEYS}


@pytest.fixture(params=FAMILIES)
def hall(request: pytest.FixtureRequest, build: Build, tmp_path: Path) -> PadHall:
    port, url, options = port_of(request.param, tmp_path)
    device = Device("rating-1", f"rating_{request.param}", "pad", "1", options)
    hall = build([device], {"pad": (port, url)})
    hall.keys = {5: 0, 4: 1, 3: 2, 1: 3} if request.param == "framed" else {n: n for n in (5, 4, 3, 1)}
    up = ("ok", "unconfirmed")
    until(lambda: hall.handles["rating-1"].status().state in up)
    return hall


@pytest.fixture
def rate(hall: PadHall) -> Callable[..., str]:
    """Press, and the hall's word."""

    def press(score: int, **more: str) -> str:
        before = len(hall.no)
        hall.press("rating-1", score=hall.keys[score], **more)
        until(lambda: len(hall.no) > before)
        return hall.no[-1]

    return press


def asked(hall: PadHall, ticket: str) -> dict[str, str]:
    """A pad with a screen says whom it was asked about; the others cannot."""
    if "question" not in hall.twin("rating-1"):
        return {}
    until(lambda: hall.twin("rating-1")["question"].get("RateID") == ticket)
    return {}


def test_who_has_just_left_is_rated_once(hall: PadHall, rate: Callable[..., str]) -> None:
    ticket = hall.serve()
    hall.finish()
    asked(hall, ticket)
    hall.clock.pass_(60)
    assert rate(5) == ""
    assert rate(1) == "already_rated"
    assert hall.ratings() == [(ticket, 5)]


def test_who_left_too_long_ago_is_not_rated_any_more(hall: PadHall, rate: Callable[..., str]) -> None:
    ticket = hall.serve()
    hall.finish()
    asked(hall, ticket)
    hall.clock.pass_(91)
    assert rate(5) == "nothing_to_rate"
    assert hall.ratings() == []


def test_the_clerks_next_call_takes_the_right_from_nobody(hall: PadHall, rate: Callable[..., str]) -> None:
    """A clerk who presses only 顺呼 shifts no rating to the next one."""
    first = hall.serve()
    hall.finish()
    asked(hall, first)
    second = hall.serve(seconds=5)
    assert rate(1, rate_id=first) == ""
    assert hall.ratings() == [(first, 1)]
    hall.clock.pass_(20)
    hall.displays.ask_rating("1")
    asked(hall, second)
    assert rate(4) == ""
    assert hall.ratings() == [(first, 1), (second, 4)]


def test_who_was_only_called_is_never_rated(hall: PadHall, rate: Callable[..., str]) -> None:
    ticket = hall.take()
    hall.registrar.ask(c.CallNext(by=DESK, counter="1"))
    assert rate(1, rate_id=ticket) == "nothing_to_rate"
    assert hall.ratings() == []


def test_a_finger_that_bounces_is_one_rating(hall: PadHall) -> None:
    ticket = hall.serve()
    hall.finish()
    asked(hall, ticket)
    hall.fault("rating-1", "bounce")
    hall.press("rating-1", score=hall.keys[4])
    until(lambda: hall.ratings() == [(ticket, 4)])
    hall.fault("rating-1", "bounce", False)
    assert set(hall.no) <= {"", "already_rated"}
