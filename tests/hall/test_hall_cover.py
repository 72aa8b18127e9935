"""One clerk for several counters: their people are called where he sits, and he is absent at none."""

from dataclasses import replace

import pytest
from hall_scenario import HTTP, PAD, PLAN, POSTS, Scene, everything, kinds

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall.plan import Counter

STANDING = replace(
    PLAN,
    counters=(
        Counter("1", "1号窗口", ("social",)),
        Counter("2", "2号窗口", ("civil",), covered_by="1"),
        Counter("4", "4号窗口", ("land",)),
        Counter("9", "带班领导", takes_tickets=False),
    ),
)


@pytest.fixture
def apart() -> Scene:
    """Three counters of one service each, 1 and 2 open; nobody holds another's."""
    counters = (
        Counter("1", "1号窗口", ("social",)),
        Counter("2", "2号窗口", ("civil",)),
        Counter("4", "4号窗口", ("land",)),
        Counter("9", "带班领导", takes_tickets=False),
    )
    return Scene(replace(PLAN, counters=counters, posts=POSTS)).open("1", "2")


def hold(scene: Scene, counter: str, at: str) -> tuple[ev.Event, ...]:
    return scene.do(cmd.Cover(by=HTTP, counter=counter, at=at))


def test_the_call_names_the_counter_where_the_clerk_sits(apart):
    apart.take("civil")
    assert kinds(hold(apart, "2", "1")) == ["StaffSignedOut", "CounterCovered"]
    (called,) = apart.next("1", by=PAD)
    assert (called.number, called.counter, called.staff) == ("B001", "1", "001")


def test_own_services_come_first_then_those_of_the_counters_held(apart):
    for service in ("land", "civil", "social"):
        apart.take(service)
    hold(apart, "4", "1")
    hold(apart, "2", "1")
    assert apart.counter("1").holds == ("2", "4")
    assert [line["number"] for line in apart.why("1")["order"]] == ["A001", "B001", "C001"]
    assert [apart.next("1")[-1].number for _ in range(3)] == ["A001", "B001", "C001"]


def test_he_is_absent_at_none_and_the_others_say_where_he_is(apart):
    hold(apart, "2", "1")
    there, held = apart.counter("1"), apart.counter("2")
    assert (held.state, held.staff, held.served_at, held.ticket) == ("open", "001", "1", None)
    assert (there.holds, there.services, there.served_at) == (("2",), ("social", "civil"), "")
    apart.at_counter(cmd.PauseCounter, "1", reason="leave")
    held = apart.counter("2")
    assert (held.state, held.reason, bool(held.paused_at)) == ("paused", "leave", True)


def test_who_was_sent_to_the_held_counter_is_called_where_its_clerk_sits(apart):
    apart.take("social")
    apart.next("1")
    apart.at_counter(cmd.Transfer, "1", to_counter="2")
    hold(apart, "2", "1")
    assert apart.counter("1").waiting == 1
    assert apart.next("1")[-1].number == "A001"


def test_the_held_counters_own_pad_is_told_where_to_go(apart):
    apart.take("civil")
    hold(apart, "2", "1")
    for ask in (cmd.CallNext, cmd.Resume, cmd.PauseCounter):
        assert apart.no(ask(by=PAD, counter="2")) == "counter_covered"
    assert apart.no(cmd.CallTicket(by=PAD, counter="2", ticket="B001")) == "counter_covered"


def test_opening_a_held_counter_makes_it_itself_again(apart):
    hold(apart, "2", "1")
    events = apart.at_counter(cmd.OpenCounter, "2")
    assert kinds(events) == ["CounterUncovered", "CounterOpened", "StaffSignedIn"]
    assert (apart.counter("2").served_at, apart.counter("1").holds) == ("", ())
    assert apart.counter("1").services == ("social",)


def test_who_signs_in_at_a_held_counter_sits_there(apart):
    hold(apart, "2", "1")
    events = apart.at_counter(cmd.SignIn, "2", by=PAD, staff="003")
    assert kinds(events) == ["CounterUncovered", "CounterOpened", "StaffSignedIn"]
    assert (apart.counter("2").staff, apart.counter("2").served_at) == ("003", "")


def test_a_counter_given_back_is_closed(apart):
    hold(apart, "2", "1")
    assert kinds(apart.at_counter(cmd.Uncover, "2")) == ["CounterUncovered"]
    assert (apart.counter("2").state, apart.counter("2").staff) == ("closed", "")
    assert apart.at_counter(cmd.Uncover, "2") == ()


def test_holding_twice_changes_nothing(apart):
    hold(apart, "2", "1")
    before = everything(apart.hall)
    assert hold(apart, "2", "1") == ()
    assert everything(apart.hall) == before


def test_with_a_clerk_go_the_counters_that_he_held(apart):
    hold(apart, "4", "2")
    assert kinds(hold(apart, "2", "1")) == ["StaffSignedOut", "CounterCovered", "CounterCovered"]
    assert apart.counter("1").holds == ("2", "4")


def test_what_cannot_be_held_is_refused(apart):
    assert apart.no(cmd.Cover(by=HTTP, counter="1", at="1")) == "cover_nowhere"
    assert apart.no(cmd.Cover(by=HTTP, counter="9", at="1")) == "no_tickets_here"
    assert apart.no(cmd.Cover(by=HTTP, counter="1", at="9")) == "no_tickets_here"
    assert apart.no(cmd.Cover(by=HTTP, counter="1", at="77")) == "no_counter"
    assert apart.no(cmd.Cover(by=HTTP, counter="77", at="1")) == "no_counter"
    apart.take("civil")
    apart.next("2")
    assert apart.no(cmd.Cover(by=HTTP, counter="2", at="1")) == "counter_busy"
    apart.at_counter(cmd.FinishService, "2")
    hold(apart, "2", "1")
    assert apart.no(cmd.Cover(by=HTTP, counter="4", at="2")) == "counter_covered"


def test_closing_where_he_sits_gives_all_back_and_frees_who_was_sent(apart):
    apart.open("4")
    apart.take("civil")
    apart.next("2")
    apart.at_counter(cmd.Transfer, "2", service="land")
    apart.next("4")
    apart.at_counter(cmd.Transfer, "4", to_counter="2")
    hold(apart, "2", "1")
    events = apart.at_counter(cmd.CloseCounter, "1")
    assert kinds(events) == ["TicketTransferred", "CounterUncovered", "StaffSignedOut", "CounterClosed"]
    assert apart.next("4")[-1].number == "B001"


def test_the_days_end_ends_every_cover(apart):
    hold(apart, "2", "1")
    apart.do(cmd.CloseDay(by=HTTP))
    assert (apart.counter("2").served_at, apart.counter("1").holds) == ("", ())


# --- as the hall's file says it -----------------------------------------------------------------------------


def test_a_standing_cover_holds_until_somebody_sits_there():
    scene = Scene(STANDING).open("1")
    scene.take("civil")
    assert (scene.counter("2").served_at, scene.counter("2").state) == ("1", "open")
    assert scene.next("1")[-1].number == "B001"
    scene.open("2")
    assert (scene.counter("2").served_at, scene.counter("1").holds) == ("", ())
    scene.at_counter(cmd.CloseCounter, "2")
    assert scene.counter("2").served_at == "1"
    assert scene.at_counter(cmd.Uncover, "2") == ()


def test_a_standing_cover_of_a_closed_counter_is_closed():
    assert Scene(STANDING).counter("2").state == "closed"


def test_a_pad_calls_for_all_its_counters_from_the_first_press():
    scene = Scene(STANDING)
    scene.take("civil")
    assert kinds(scene.next("1", by=PAD)) == ["CounterOpened", "TicketCalled"]
