"""AB岗: pauses with a reason, who is asked to stand in, and two clerks at one counter."""

from dataclasses import replace

import pytest
from hall_scenario import HTTP, PAD, PLAN, POSTS, TIMER, Scene, kinds, with_rules

from edge.hall import commands as cmd
from edge.hall.event_json import EVENTS
from edge.hall.plan import Counter
from edge.hall.staffing import Ask
from edge.hall.words import By, Door
from edge.hall.workdays import Calendar, DayType

MARKET = Calendar(week=(DayType.MARKET,) * 7)


@pytest.fixture
def manned() -> Scene:
    """Counter 1 has A 001 and B 002, counter 2 has A 003 alone; both are open."""
    return Scene(replace(PLAN, posts=POSTS, staff=("001", "002", "003"))).open("1", "2")


def asked(scene: Scene) -> list[tuple[str, str, str]]:
    return [(a.counter, a.staff, a.why) for a in scene.view().asks]


# --- pauses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "leave", "lunch", "meeting", "errand"])
def test_a_pause_says_why(manned, reason):
    manned.at_counter(cmd.PauseCounter, "2", reason=reason)
    assert (manned.counter("2").state, manned.counter("2").reason) == ("paused", reason)
    assert manned.counter("2").paused_at == "2026-11-23T10:00:00+08:00"


@pytest.mark.parametrize("reason", ["coffee", "after_cut", "LEAVE", " "])
def test_a_reason_outside_the_list_is_refused(manned, reason):
    assert manned.no(cmd.PauseCounter(by=HTTP, counter="2", reason=reason)) == "bad_reason"


def test_a_leave_that_lasts_too_long_is_said_once(manned):
    manned.at_counter(cmd.PauseCounter, "2", reason="leave")
    assert manned.wait(29 * 60).tick() == ()
    (overdue,) = manned.wait(60).tick()
    assert (overdue.counter, overdue.staff, overdue.minutes, overdue.by) == ("2", "003", 30, TIMER)
    assert manned.counter("2").overdue
    assert manned.wait(3600).tick() == ()
    manned.at_counter(cmd.OpenCounter, "2")
    assert not manned.counter("2").overdue
    manned.at_counter(cmd.PauseCounter, "2", reason="leave")
    assert manned.wait(29 * 60).tick() == ()
    assert kinds(manned.wait(60).tick()) == ["LeaveOverdue"]


@pytest.mark.parametrize("reason", ["", "lunch", "meeting", "errand"])
def test_other_pauses_have_no_timer(manned, reason):
    manned.at_counter(cmd.PauseCounter, "2", reason=reason)
    assert manned.wait(5 * 3600).tick() == ()


def test_a_hall_may_do_without_the_timer():
    scene = Scene(with_rules(leave_min=0)).open("2")
    scene.at_counter(cmd.PauseCounter, "2", reason="leave")
    assert scene.wait(5 * 3600).tick() == ()


def test_a_clock_that_jumps_makes_no_leave_long(manned):
    manned.at_counter(cmd.PauseCounter, "2", reason="leave")
    manned.clock_says("2026-11-23T15:00:00")
    assert manned.tick() == ()


# --- B is asked ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["leave", "meeting", "errand"])
def test_when_a_leaves_b_is_asked_and_signs_in_with_one_key(manned, reason):
    assert asked(manned) == []
    manned.at_counter(cmd.PauseCounter, "1", reason=reason)
    assert asked(manned) == [("1", "002", "away")]
    events = manned.at_counter(cmd.SignIn, "1", by=PAD)
    assert kinds(events) == ["StaffSignedOut", "StaffSignedIn", "CounterOpened"]
    assert (manned.counter("1").staff, manned.counter("1").state) == ("002", "open")
    assert asked(manned) == []


def test_when_a_signs_out_of_an_open_counter_b_is_asked(manned):
    manned.at_counter(cmd.SignOut, "1")
    assert asked(manned) == [("1", "002", "signed_out")]
    assert [e.staff for e in manned.at_counter(cmd.SignIn, "1")] == ["002"]


def test_when_b_leaves_a_is_asked(manned):
    manned.at_counter(cmd.SignIn, "1", staff="002")
    manned.at_counter(cmd.PauseCounter, "1", reason="leave")
    assert asked(manned) == [("1", "001", "away")]


def test_lunch_a_closed_counter_and_a_post_without_b_ask_nobody(manned):
    manned.at_counter(cmd.PauseCounter, "2", reason="leave")
    manned.at_counter(cmd.PauseCounter, "1", reason="lunch")
    assert asked(manned) == []
    manned.at_counter(cmd.CloseCounter, "1")
    assert asked(manned) == []


def test_who_comes_back_himself_opens_and_nobody_is_asked_any_more(manned):
    manned.at_counter(cmd.PauseCounter, "1", reason="leave")
    manned.at_counter(cmd.OpenCounter, "1")
    assert asked(manned) == []
    assert manned.counter("1").staff == "001"


def test_b_serves_and_what_he_does_is_his(manned):
    manned.take()
    manned.at_counter(cmd.CloseCounter, "2")
    manned.at_counter(cmd.PauseCounter, "1", reason="leave")
    manned.at_counter(cmd.SignIn, "1")
    assert manned.next("1", by=PAD)[-1].staff == "002"
    started, finished = manned.at_counter(cmd.FinishService, "1", by=PAD)
    assert (started.staff, finished.staff, finished.by.staff) == ("002", "002", "002")


def test_a_number_that_the_hall_does_not_know_signs_nobody_in(manned):
    assert manned.no(cmd.SignIn(by=PAD, counter="1", staff="020")) == "no_such_staff"


def test_standing_in_at_lunch_leaves_the_pause(manned):
    manned.at_counter(cmd.PauseCounter, "1", reason="lunch")
    manned.at_counter(cmd.SignIn, "1", staff="002")
    assert (manned.counter("1").staff, manned.counter("1").state) == ("002", "paused")


# --- two clerks at one counter ------------------------------------------------------------------------------


def test_a_market_day_expects_both_and_b_signs_in_beside_with_one_key():
    scene = Scene(replace(PLAN, posts=POSTS, calendar=MARKET)).open("1", "2")
    assert asked(scene) == [("1", "002", "market_day")]
    assert kinds(scene.at_counter(cmd.SignIn, "1", by=PAD)) == ["StaffSignedIn"]
    assert (scene.counter("1").staff, scene.counter("1").beside) == ("001", ("002",))
    assert asked(scene) == []
    assert scene.at_counter(cmd.SignIn, "1", staff="002") == ()


def test_each_clerks_own_pad_calls_in_his_name():
    scene = Scene(replace(PLAN, posts=POSTS)).open("1")
    scene.at_counter(cmd.SignIn, "1", staff="002", beside=True)
    scene.take()
    scene.take()
    b_pad = By(Door.PAD, "pad-1b", "002")
    assert scene.next("1", by=b_pad)[-1].staff == "002"
    scene.wait(30)
    (started,) = scene.tick()
    assert started.staff == "002"
    finished, called = scene.next("1", by=PAD)
    assert (finished.staff, called.staff) == ("002", "001")


def test_when_the_first_of_two_leaves_the_other_has_the_counter():
    scene = Scene(replace(PLAN, posts=POSTS)).open("1")
    scene.at_counter(cmd.SignIn, "1", staff="002", beside=True)
    assert [e.staff for e in scene.at_counter(cmd.SignOut, "1", staff="001")] == ["001"]
    assert (scene.counter("1").staff, scene.counter("1").beside) == ("002", ())
    assert scene.at_counter(cmd.SignOut, "1", staff="001") == ()


def test_signing_out_without_a_name_is_everybody():
    scene = Scene(replace(PLAN, posts=POSTS)).open("1")
    scene.at_counter(cmd.SignIn, "1", staff="002", beside=True)
    assert [e.staff for e in scene.at_counter(cmd.SignOut, "1")] == ["001", "002"]
    assert scene.counter("1").staff == ""


# --- counters without tickets, and where everybody is -------------------------------------------------------


def test_a_leaders_counter_knows_who_is_there_and_calls_nobody():
    plan = replace(PLAN, counters=(*PLAN.counters, Counter("8", "后台", takes_tickets=False)))
    scene = Scene(plan).open("8", "9")
    scene.take()
    scene.at_counter(cmd.SignIn, "9", staff="900")
    scene.at_counter(cmd.PauseCounter, "9", reason="meeting")
    leader = scene.counter("9")
    assert (leader.state, leader.staff, leader.reason, leader.waiting) == ("paused", "900", "meeting", 0)
    for verb in (cmd.CallNext, cmd.Resume):
        assert scene.no(verb(by=PAD, counter="9")) == "no_tickets_here"
    assert scene.no(cmd.CallTicket(by=HTTP, counter="9", ticket="A001")) == "no_tickets_here"
    scene.at_counter(cmd.OpenCounter, "9")
    assert kinds(scene.at_counter(cmd.SignOut, "9")) == ["StaffSignedOut"]


def test_the_view_says_of_each_counter_who_is_there_and_no_event_has_a_name(manned):
    manned.at_counter(cmd.PauseCounter, "1", reason="errand")
    where = {c.id: (c.staff, c.state, c.reason, c.a, c.b) for c in manned.view().counters}
    assert where["1"] == ("001", "paused", "errand", "001", "002")
    assert where["2"] == ("003", "open", "", "003", "")
    assert where["9"] == ("", "closed", "", "", "")
    assert list(manned.view().to_json()["asks"]) == [{"counter": "1", "staff": "002", "why": "away"}]
    fields = {f for cls in EVENTS.values() for f in cls.__dataclass_fields__}
    assert not fields & {"name", "person", "display_name"}


def test_an_ask_is_a_plain_value(manned):
    manned.at_counter(cmd.SignOut, "1")
    assert manned.view().asks == (Ask("1", "002", "signed_out"),)


def test_who_comes_beside_somebody_on_leave_goes_on_for_both(manned):
    """Found by random days: the pause stayed, and nobody was asked any more."""
    manned.at_counter(cmd.PauseCounter, "1", reason="leave")
    assert kinds(manned.at_counter(cmd.SignIn, "1", beside=True)) == ["StaffSignedIn", "CounterOpened"]
    assert (manned.counter("1").staff, manned.counter("1").beside) == ("001", ("002",))
    assert manned.counter("1").state == "open"
