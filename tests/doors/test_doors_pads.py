"""The pads' door: two clerks' pads at one counter, one pad for several, reasons, signing in by key."""

import pytest
from conftest import House

from drivers.capabilities import KeyPressed, PadKey, Rated
from edge.doors import pads
from edge.doors.pads import Pads
from edge.hall import commands as c
from edge.hall.events import ServiceFinished, ServiceRated, TicketCalled, WaitingListAsked
from edge.hall.reasons import No
from edge.hall.views import CounterView
from edge.hall.words import By, Door, Refused

AT = {"pad-1": "1", "pad-1b": "1", "pad-2": "2"}
DESK = By(Door.HTTP)


class Desk:
    """The pads of a house, and what they were told."""

    def __init__(self, house: House, posts: dict[str, str] | None = None) -> None:
        self.house = house
        self.refused: list[tuple[str, str]] = []
        self.asked: list[str] = []
        self.pads = Pads(house.registrar, AT, posts)
        self.pads.show_on(self)

    def refuse(self, device: str, pressed: KeyPressed, no: Refused) -> None:
        self.refused.append((device, no.reason))

    def ask_rating(self, counter: str) -> None:
        self.asked.append(counter)

    def press(self, device: str, key: PadKey, digits: str = "") -> CounterView:
        self.pads.heard(device, KeyPressed(key, digits))
        return self.counter(AT[device])

    def counter(self, id: str) -> CounterView:
        return next(v for v in self.house.registrar.view.counters if v.id == id)

    def open(self, *counters: str) -> "Desk":
        for counter in counters:
            self.house.registrar.ask(c.OpenCounter(by=DESK, counter=counter))
        return self


@pytest.fixture
def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Keys do not bounce here: a test presses faster than a finger."""
    monkeypatch.setattr(pads, "BOUNCE_S", 0.0)
    return Desk(house).open("1", "2")


@pytest.mark.parametrize(
    ("digits", "reason"), [("", ""), ("1", "leave"), ("2", "lunch"), ("3", "meeting"), ("04", "errand")]
)
def test_a_digit_before_pause_says_why_and_pause_again_goes_on(desk: Desk, digits: str, reason: str) -> None:
    paused = desk.press("pad-1", PadKey.PAUSE, digits)
    assert (paused.state, paused.reason) == ("paused", reason)
    assert desk.press("pad-1", PadKey.PAUSE).state == "open"


def test_a_digit_that_says_nothing_pauses_nobody(desk: Desk) -> None:
    assert desk.press("pad-1", PadKey.PAUSE, "9").state == "open"
    assert desk.refused == [("pad-1", "bad_reason")]


def test_who_is_asked_signs_in_with_one_key(desk: Desk) -> None:
    assert desk.press("pad-1", PadKey.PAUSE, "1").state == "paused"
    assert [a.staff for a in desk.house.registrar.view.asks] == ["102"]
    there = desk.press("pad-1", PadKey.SIGN_IN)
    assert (there.staff, there.state) == ("102", "open")


def test_a_staff_number_and_one_key_signs_in(desk: Desk) -> None:
    assert desk.press("pad-1", PadKey.SIGN_IN, "103").staff == "103"


def test_one_pad_holds_another_counter_calls_for_it_and_gives_it_back(desk: Desk) -> None:
    desk.house.ask.take("relief")
    assert desk.press("pad-1", PadKey.COVER, "02").holds == ("2",)
    called = desk.press("pad-1", PadKey.NEXT)
    assert called.ticket and called.ticket.number == "B001"
    desk.press("pad-2", PadKey.NEXT)
    assert desk.refused == [("pad-2", "counter_covered")]
    assert desk.press("pad-1", PadKey.COVER, "02").holds == ()


def test_a_counter_that_is_not_there_cannot_be_held(desk: Desk) -> None:
    desk.press("pad-1", PadKey.COVER, "77")
    assert desk.refused == [("pad-1", "no_counter")]
    desk.press("pad-1", PadKey.COVER)
    assert len(desk.refused) == 1


def test_one_key_takes_back_a_call_that_was_a_slip_of_the_finger(desk: Desk) -> None:
    desk.house.ask.take()
    assert desk.press("pad-1", PadKey.NEXT).ticket
    after = desk.press("pad-1", PadKey.UNDO)
    assert (after.ticket, after.waiting) == (None, 1)
    desk.press("pad-1", PadKey.UNDO)
    assert desk.refused == [("pad-1", "nothing_to_undo")]


def test_digits_mean_the_services_own_number_before_one_written_by_hand(desk: Desk) -> None:
    for number in ("H01", "H02"):
        assert (
            desk.house.ask.post("/api/v1/hall/key-in", {"number": number, "service": "social"}).status == 201
        )
    desk.house.ask.take()
    assert desk.press("pad-1", PadKey.CALL, "1").ticket.number == "A001"
    desk.press("pad-1", PadKey.FINISH)
    assert desk.press("pad-1", PadKey.CALL, "02").ticket.number == "H02"
    desk.press("pad-1", PadKey.FINISH)
    desk.press("pad-1", PadKey.CALL, "77")
    assert desk.refused == [("pad-1", "no_ticket")]


def test_one_key_prints_the_list_of_those_who_wait(desk: Desk) -> None:
    desk.press("pad-1", PadKey.PRINT_LIST)
    asked = desk.house.journal.read_after(desk.house.journal.head - 1, 1)[0].event
    assert isinstance(asked, WaitingListAsked)
    assert (asked.printer, asked.by.device) == ("printer-1", "pad-1")


def test_each_key_of_a_pad_is_understood(desk: Desk) -> None:
    """Asking for a rating needs no command: a pad may rate whenever there is somebody to rate."""
    for digits in ("", "12"):
        for key in PadKey:
            desk.press("pad-1", key, digits)
    assert {reason for _, reason in desk.refused} <= {str(no) for no in No}


def test_two_clerks_pads_at_one_counter_call_in_their_own_names(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pads, "BOUNCE_S", 0.0)
    desk = Desk(house, posts={"pad-1": "a", "pad-1b": "b"}).open("1")
    desk.house.registrar.ask(c.SignIn(by=DESK, counter="1", staff="102", beside=True))
    for _ in range(3):
        house.ask.take()
    for device in ("pad-1b", "pad-1", "pad-1b"):
        desk.press(device, PadKey.NEXT)
    events = [e.event for e in house.journal.read_after(0, 100)]
    called = [e for e in events if isinstance(e, TicketCalled)]
    assert [(e.staff, e.by.device) for e in called] == [
        ("102", "pad-1b"),
        ("101", "pad-1"),
        ("102", "pad-1b"),
    ]


def test_two_pads_pressed_at_once_at_one_counter_are_one_press(house: House) -> None:
    desk = Desk(house).open("1")
    house.ask.take()
    house.ask.take()
    assert desk.press("pad-1", PadKey.NEXT).ticket
    number = desk.counter("1").ticket
    desk.press("pad-1b", PadKey.NEXT)
    assert desk.counter("1").ticket == number


def test_a_pad_of_a_clerk_who_is_not_there_speaks_for_who_is(desk: Desk) -> None:
    desk.house.ask.take()
    lonely = Desk(desk.house, posts={"pad-1b": "b"})
    lonely.press("pad-1b", PadKey.NEXT)
    called = desk.house.journal.read_after(desk.house.journal.head - 1, 1)[0].event
    assert called.by.staff == "101"


def test_a_press_on_a_rating_pad_is_the_citizens(desk: Desk) -> None:
    assert desk.pads.heard("pad-1", Rated(5)) == "nothing_to_rate"


@pytest.mark.parametrize(
    ("digits", "outcome"),
    [
        ("", "done"),
        ("0", "done"),
        ("1", "done"),
        ("2", "accepted"),
        ("3", "missing_papers"),
        ("6", "referred"),
    ],
)
def test_a_digit_before_the_key_that_ends_a_service_says_what_came_of_it(
    desk: Desk, digits: str, outcome: str
) -> None:
    desk.house.ask.take()
    desk.press("pad-1", PadKey.NEXT)
    assert desk.press("pad-1", PadKey.FINISH, "7").ticket
    assert desk.refused == [("pad-1", "no_such_key")]
    assert desk.press("pad-1", PadKey.FINISH, digits).ticket is None
    finished = [
        e.event for e in desk.house.journal.read_after(0, 100) if isinstance(e.event, ServiceFinished)
    ]
    assert [str(event.outcome) for event in finished] == [outcome]


def test_a_number_before_transfer_is_a_counter_and_before_bringing_back_a_ticket(desk: Desk) -> None:
    for _ in range(2):
        desk.house.ask.take()
        desk.press("pad-1", PadKey.NEXT)
        desk.press("pad-1", PadKey.HOLD)
    assert desk.press("pad-1", PadKey.RESUME, "1").ticket.number == "A001"
    assert desk.press("pad-1", PadKey.TRANSFER, "02").ticket is None
    assert desk.press("pad-2", PadKey.NEXT).ticket.number == "A001"
    desk.press("pad-2", PadKey.TRANSFER)
    assert desk.refused == [("pad-2", "transfer_nowhere")]


def test_a_number_before_a_key_that_takes_none_does_nothing(desk: Desk) -> None:
    desk.house.ask.take()
    number = desk.press("pad-1", PadKey.NEXT).ticket
    assert desk.press("pad-1", PadKey.NO_SHOW, "012").ticket == number
    assert desk.refused == [("pad-1", "no_such_key")]


def test_the_same_key_with_other_digits_is_another_press(house: House) -> None:
    desk = Desk(house).open("1")
    for _ in range(2):
        house.ask.take()
    desk.press("pad-1", PadKey.CALL, "2")
    desk.press("pad-1", PadKey.CALL, "2")
    assert desk.press("pad-1", PadKey.CALL, "1").ticket.number == "A001"
    assert desk.refused == []


@pytest.mark.parametrize(("apart_s", "called"), [(0.5, 1), (1.0, 2)])
def test_two_presses_that_were_heard_late_are_told_apart_by_when_they_were(
    house: House, apart_s: float, called: int
) -> None:
    """The disk was slow: both come to the door in the same moment."""
    desk = Desk(house).open("1")
    for _ in range(3):
        house.ask.take()
    for at_s in (50.0, 50.0 + apart_s):
        desk.pads.heard("pad-1", KeyPressed(PadKey.NEXT, at_s=at_s))
    events = [e.event for e in house.journal.read_after(0, 100)]
    assert len([e for e in events if isinstance(e, TicketCalled)]) == called


def test_the_rating_key_lets_the_counters_rating_pad_ask(desk: Desk) -> None:
    desk.press("pad-2", PadKey.ASK_RATING)
    assert (desk.asked, desk.refused) == (["2"], [])


def test_a_pad_that_was_asked_about_somebody_rates_nobody_else_however_late(desk: Desk) -> None:
    """Service begins at once here, but a press counts for it only after twenty seconds."""
    first, second = (desk.house.ask.take()["id"] for _ in range(2))
    for key in (PadKey.NEXT, PadKey.START, PadKey.NEXT, PadKey.START):
        desk.press("pad-1", key)
    assert desk.pads.heard("pad-1", Rated(4, second)) == "nothing_to_rate"
    assert desk.pads.heard("pad-1", Rated(5, first)) == ""
    assert desk.pads.heard("pad-1", Rated(1, first)) == "already_rated"
    rated = [e.event for e in desk.house.journal.read_after(0, 100) if isinstance(e.event, ServiceRated)]
    assert [(e.ticket, e.score) for e in rated] == [(first, 5)]
