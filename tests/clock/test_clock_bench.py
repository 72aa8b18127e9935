"""No state of the clock stops numbers, repeats one, or drops somebody without a word."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from edge.clock import EARLIEST, trusted
from edge.hall import events as ev
from edge.hall.commands import CallNext, OpenCounter
from edge.hall.plan import Hours
from edge.hall.words import By, Door
from tests.clock.conftest import DESK, START, Box

JUMPS = {
    "ten days back": timedelta(days=-10),
    "an hour back": timedelta(hours=-1),
    "nowhere": timedelta(0),
    "an hour on": timedelta(hours=1),
    "a day on": timedelta(days=1),
    "ten days on": timedelta(days=10),
    "to 1970, as a box without a clock of its own": datetime(1970, 1, 1, tzinfo=UTC) - START,
}
KNOWN = ("by nobody", "by ntp", "by a person")


def is_known(box: Box, how: str) -> None:
    box.ntp = how == "by ntp"
    if how == "by a person":
        box.says("2026-11-23T10:30")


@pytest.mark.parametrize("restart", ["", "boot-1"], ids=["running", "after a cut"])
@pytest.mark.parametrize("how", KNOWN)
@pytest.mark.parametrize("jump", JUMPS)
def test_whatever_the_clock_does_numbers_go_on(box: Box, jump: str, how: str, restart: str) -> None:
    is_known(box, how)
    box.take(3)
    right, day = box.registrar.now().at, box.view.day
    box.at += JUMPS[jump]
    if restart:
        box.starts(restart)
    box.take(3)
    now = box.registrar.now()
    knows = how == "by ntp" or (how == "by a person" and not restart)
    floor = EARLIEST if how == "by nobody" else max(right, EARLIEST)
    assert now.trusted is trusted(now.at, floor, known=knows)
    assert box.view.day >= day
    assert box.view.day == max(day, f"{now.day}")
    box.at -= JUMPS[jump]
    box.take(3)
    assert len(box.given) == 9
    box.check()


@pytest.mark.parametrize("how", KNOWN)
def test_midnight_with_people_waiting(box: Box, how: str) -> None:
    """A hall that is open around the clock: who waits keeps the number, and the new day does not reuse it."""
    is_known(box, how)
    box.go(hours=13, minutes=25)
    waiting = box.take(4)
    box.ask(OpenCounter(by=DESK, counter="1"))
    box.ask(CallNext(by=DESK, counter="1"))
    for _ in range(14):
        box.go(minutes=5)
        box.tick()
    assert box.view.day == "2026-11-24"
    box.take(2)
    states = {box.registrar.ticket(id).state for id in waiting if box.registrar.ticket(id)}
    assert states <= {"waiting", "serving", "expired", "finished"}
    box.check()


def test_after_hours_midnight_ends_the_wait_of_those_who_went_home(open_box: Callable[..., Box]) -> None:
    box = open_box(hours=(Hours("08:00", "17:00"),))
    box.ntp = True
    waiting = box.take(3)
    box.go(hours=15)
    box.tick()
    assert box.view.day == "2026-11-24"
    assert {e.ticket for e in box.events() if isinstance(e, ev.TicketExpired)} == set(waiting)
    box.check()


def test_a_box_without_a_clock_starts_in_1970_and_is_told_the_day(box: Box) -> None:
    box.starts("boot-1", datetime(1970, 1, 1, 0, 0, 20, tzinfo=UTC))
    box.take(2)
    assert (box.view.day, box.view.clock.trusted) == ("2026-11-23", False)
    box.says("2026-11-24T08:30")
    assert (box.view.day, box.view.clock.trusted) == ("2026-11-24", True)
    box.take(2)
    box.check()


def test_a_fresh_box_without_a_clock_serves_all_the_same(open_box: Callable[..., Box]) -> None:
    box = open_box()
    box.starts("boot-1", datetime(1970, 1, 1, tzinfo=UTC))
    assert box.take(2)[0].endswith("A001")


# --- the main switch ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("clock", ["keeps time", "stands still while off", "always starts in 1970"])
def test_a_month_of_evenings_at_the_main_switch(open_box: Callable[..., Box], clock: str) -> None:
    box = open_box(hours=(Hours("08:00", "17:30"),))
    box.ntp = clock == "keeps time"
    for n in range(30):
        morning = START + timedelta(days=n)
        at = {"keeps time": morning, "always starts in 1970": datetime(1970, 1, 1, tzinfo=UTC)}
        box.starts(f"boot-{n}", at.get(clock))
        assert box.view.day
        if clock == "keeps time":
            assert box.view.day == f"{morning:%Y-%m-%d}"
        before = len(box.given)
        box.take(3)
        if clock != "keeps time":
            box.says(f"{morning:%Y-%m-%d}T10:00")
            box.take(3)
        box.ask(OpenCounter(by=DESK, counter="1"))
        box.ask(CallNext(by=By(Door.PAD, "pad-1"), counter="1"))
        box.go(hours=6)
        box.tick()
        assert len(box.given) > before
        assert box.lost() == set()
    assert date.fromisoformat(box.view.day) == date(2026, 12, 22)
    box.check()


@pytest.mark.parametrize("minutes", [0, 2, 30])
def test_counters_come_back_paused_after_a_while_only(box: Box, minutes: int) -> None:
    box.ntp = True
    box.take(2)
    box.ask(OpenCounter(by=DESK, counter="1"))
    box.go(minutes=minutes)
    box.starts("boot-1")
    (counter,) = box.tick().counters
    expected = ("paused", "after_cut") if minutes > 5 else ("open", "")
    assert (counter.state, counter.reason) == expected
    assert box.view.before_cut == (2 if minutes > 5 else 0)


def test_a_program_that_falls_and_stands_up_in_one_boot_pauses_nobody(box: Box) -> None:
    box.take(2)
    box.ask(OpenCounter(by=DESK, counter="1"))
    for _ in range(4):
        box.go(seconds=3)
        box.starts()
    assert box.tick().counters[0].state == "open"
    assert not any(isinstance(e, ev.PowerReturned) for e in box.events())


# --- summer time --------------------------------------------------------------------------------------------

SPRING = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
"""01:30 in Berlin; at 02:00 it is 03:00."""
AUTUMN = datetime(2027, 10, 30, 23, 30, tzinfo=UTC)
"""01:30 in Berlin on the 31st; at 03:00 it is 02:00 again."""


@pytest.mark.parametrize(("night", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_a_day_with_a_changed_hour_is_one_day(
    open_box: Callable[..., Box], night: datetime, hours: int
) -> None:
    box = open_box(timezone="Europe/Berlin")
    box.ntp = True
    box.at = night - timedelta(hours=1, minutes=30)
    box.starts("boot-1")
    day = night.date() + timedelta(days=int(night == AUTUMN))
    opened: list[tuple[int, str]] = []
    for hour in range(hours + 2):
        box.take()
        box.tick()
        opened.append((hour, box.view.day))
        box.go(hours=1)
    assert [h for h, d in opened if d == str(day)] == list(range(hours))
    assert box.days().count(str(day)) == 1
    box.check()


@pytest.mark.parametrize(("night", "expected"), [(SPRING, [True, True, False]), (AUTUMN, [True, True, True])])
def test_opening_hours_are_read_off_the_wall(
    open_box: Callable[..., Box], night: datetime, expected: list[bool]
) -> None:
    """Open from 01:00 to 03:00: in spring half past two never comes."""
    box = open_box(timezone="Europe/Berlin", hours=(Hours("01:00", "03:00"),))
    box.plan = replace(box.plan, rules=replace(box.plan.rules, issue_opens_early_min=0))
    box.ntp, box.at = True, night
    box.starts("boot-1")
    is_open = []
    for _ in range(3):
        is_open.append(box.tick().services[0].open)
        box.go(minutes=29 if not is_open[1:] else 31)
    assert is_open == expected


def test_a_wait_over_the_changed_hour_is_as_long_as_it_was(open_box: Callable[..., Box]) -> None:
    box = open_box(timezone="Europe/Berlin")
    box.ntp, box.at = True, SPRING
    box.starts("boot-1")
    box.take()
    box.go(minutes=45)
    ticket = box.registrar.ticket(box.given[-1])
    assert ticket is not None and ticket.issued_at == "2027-03-28T01:30:00+01:00"
    assert box.tick().clock.at == "2027-03-28T03:15:00+02:00"


def test_a_person_may_say_an_hour_that_there_is_not(open_box: Callable[..., Box]) -> None:
    box = open_box(timezone="Europe/Berlin")
    box.at = SPRING
    box.says("2027-03-28T02:30")
    assert box.view.clock.trusted and box.view.day == "2027-03-28"
    box.take()
    box.check()
