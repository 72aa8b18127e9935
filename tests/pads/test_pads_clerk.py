"""A clerk's keys from finger to counter and back to the display, on the FF 68 bus and on a number pad."""

from pathlib import Path

import pytest

from drivers.twins.keypads import KeypadPort
from drivers.twins.pads import CallPadTwin, RatingPadTwin
from drivers.twins.wire import PtyEnd, Wire
from edge.hall import commands as c
from edge.hall.desk_events import HelpAnswered
from edge.hall.events import ServiceFinished
from tests.pads.conftest import DESK, KIOSK, Build, Device, PadHall
from tests.waiting import until

SCORES = {"0": 5, "1": 4, "2": 3, "3": 1}


@pytest.fixture
def hall(build: Build, tmp_path: Path) -> PadHall:
    twins = [CallPadTwin("pad-1", {"address": 1}), RatingPadTwin("rating-1", {"address": 17})]
    bus = Wire("bus", PtyEnd(tmp_path / "bus"), twins)
    keypad = KeypadPort("usb", tmp_path / "usb", "pad-2", "callpad")
    devices = [
        Device("pad-1", "callpad_framed", "bus", "1", {"address": 1}),
        Device("rating-1", "rating_framed", "bus", "1", {"address": 17, "scores": SCORES}),
        Device("pad-2", "callpad_evdev", "usb", "2", {}),
    ]
    hall = build(devices, {"bus": (bus, bus.end.url("rs485", "baud=57600")), "usb": (keypad, keypad.url())})
    until(lambda: all(h.status().state in ("ok", "unconfirmed") for h in hall.handles.values()))
    return hall


def display(hall: PadHall) -> tuple[str, str]:
    shown = hall.twin("pad-1")["display"]
    return shown["waiting"], shown["ticket"]


def at(hall: PadHall, counter: str) -> str:
    ticket = hall.counter(counter).ticket
    return ticket.number if ticket else ""


def test_the_display_says_who_waits_and_who_is_called(hall: PadHall) -> None:
    for _ in range(3):
        hall.take()
    until(lambda: display(hall) == ("003", ""))
    hall.press("pad-1", key="next")
    until(lambda: display(hall) == ("002", "001"))
    hall.press("pad-1", key="call", digits="003")
    until(lambda: display(hall) == ("001", "003"))


def test_a_refusal_stands_alone_with_what_was_typed_and_beeps(hall: PadHall) -> None:
    hall.take()
    until(lambda: display(hall) == ("001", ""))
    hall.press("pad-1", key="call", digits="077")
    until(lambda: display(hall) == ("", "077"))
    until(lambda: hall.twin("pad-1")["beeps"] == 1)
    assert hall.no[-1] == "no_ticket"
    until(lambda: display(hall) == ("001", ""))


def test_the_general_counters_pad_rings_for_help_until_the_clerk_confirms(
    hall: PadHall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.readers.pad_displays.RING_S", 0.2)
    hall.registrar.ask(c.SignIn(by=DESK, counter="1", staff="101"))
    hall.registrar.ask(c.CallHelp(by=KIOSK, kiosk="k1"))
    until(lambda: hall.twin("pad-1")["beeps"] >= 2)
    hall.press("pad-1", key="confirm")
    until(lambda: not hall.registrar.view.desk.helps)
    answered = [e for e in hall.events() if isinstance(e, HelpAnswered)]
    assert [(e.counter, e.by.device) for e in answered] == [("1", "pad-1")]
    assert [c.staff for c in hall.registrar.view.counters] == ["101", ""], "nobody signed in by it"


def test_a_key_that_is_right_ends_a_refusal_at_once(hall: PadHall) -> None:
    hall.press("pad-1", key="next")
    until(lambda: hall.twin("pad-1")["beeps"] == 1)
    hall.take()
    until(lambda: display(hall) == ("001", ""), within_s=2.5)


def test_an_outcome_and_the_rating_key_end_the_service_and_the_rating_pad_asks(hall: PadHall) -> None:
    ticket = hall.serve()
    hall.press("pad-1", key="finish", digits="3")
    until(lambda: hall.twin("rating-1")["asked"] == 1)
    finished = [e for e in hall.events() if isinstance(e, ServiceFinished)]
    assert [(e.ticket, str(e.outcome)) for e in finished] == [(ticket, "missing_papers")]
    hall.press("rating-1", score=1)
    until(lambda: hall.ratings() == [(ticket, 4)])
    until(lambda: hall.twin("rating-1")["stars"] == 5)
    assert hall.twin("rating-1")["asked"] == 1


def test_the_rating_key_alone_lets_the_pad_ask_while_somebody_is_served(hall: PadHall) -> None:
    hall.serve()
    hall.press("pad-1", key="ask_rating")
    until(lambda: hall.twin("rating-1")["asked"] == 1)
    assert hall.counter().state == "serving"


@pytest.mark.parametrize("fault", ["bounce", "slow", "drip", "babble"])
def test_a_pad_in_trouble_calls_one_citizen_for_one_key(hall: PadHall, fault: str) -> None:
    for _ in range(2):
        hall.take()
    hall.fault("pad-1", fault)
    hall.press("pad-1", key="next")
    until(lambda: hall.twin("pad-1")["acknowledged"] >= 1)
    until(lambda: at(hall, "1") == "A001")
    hall.fault("pad-1", fault, False)
    assert hall.twin("pad-1")["repeats"] == 0
    hall.press("pad-1", key="call", digits="002")
    until(lambda: at(hall, "1") == "A002")


def test_a_pad_that_was_pulled_out_comes_back_and_shows_the_present(hall: PadHall) -> None:
    hall.fault("pad-1", "unplugged")
    until(lambda: hall.handles["pad-1"].status().state == "down")
    hall.take()
    hall.fault("pad-1", "unplugged", False)
    until(lambda: display(hall) == ("001", ""))


@pytest.mark.parametrize("fault", ["", "bounce", "numlock", "babble", "drip"])
def test_a_number_pad_calls_transfers_and_ends_with_an_outcome(hall: PadHall, fault: str) -> None:
    if fault:
        hall.fault("pad-2", fault)
    tickets = [hall.take("relief") for _ in range(2)]
    hall.press("pad-2", key="call", digits="002")
    until(lambda: at(hall, "2") == "B002")
    hall.registrar.ask(c.StartService(by=DESK, counter="2"))
    hall.press("pad-2", key="finish", digits="2")
    until(lambda: at(hall, "2") == "")
    hall.press("pad-2", key="next")
    until(lambda: at(hall, "2") == "B001")
    hall.press("pad-2", key="transfer", digits="1")
    until(lambda: at(hall, "2") == "")
    hall.press("pad-1", key="next")
    until(lambda: at(hall, "1") == "B001")
    finished = [e for e in hall.events() if isinstance(e, ServiceFinished)]
    assert [(e.ticket, str(e.outcome)) for e in finished] == [(tickets[1], "accepted")]
    assert set(hall.no) == {""}


def test_a_number_pad_is_shown_things_and_stays_and_comes_back_after_it_was_pulled_out(hall: PadHall) -> None:
    hall.take("relief")
    until(lambda: hall.handles["pad-2"].tally.opened == 1)
    hall.fault("pad-2", "unplugged")
    until(lambda: hall.handles["pad-2"].status().state == "down")
    hall.fault("pad-2", "unplugged", False)
    until(lambda: hall.handles["pad-2"].status().state == "ok")
    hall.press("pad-2", key="next")
    until(lambda: at(hall, "2") == "B001")
