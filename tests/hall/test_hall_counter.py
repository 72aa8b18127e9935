"""Counters: who is called there, open, pause, close, and who sits there."""

from dataclasses import replace
from datetime import datetime

from hall_scenario import DAYTIME, HTTP, PAD, PLAN, POSTS, ZONE, Scene, kinds, with_rules

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall.words import By, Door, Refused


def test_next_calls_who_came_first(scene):
    scene.take()
    scene.take()
    events = scene.next("2")
    assert [(type(e), e.number, e.counter) for e in events] == [(ev.TicketCalled, "A001", "2")]
    assert (scene.counter("2").state, scene.called_at("2"), scene.counter("2").calls) == (
        "calling",
        "A001",
        1,
    )
    assert scene.ticket("A001").state == "called"


def test_two_clerks_get_two_tickets(scene):
    scene.take()
    scene.take()
    assert (scene.next("1")[-1].number, scene.next("2")[-1].number) == ("A001", "A002")
    assert scene.no(cmd.CallNext(by=HTTP, counter="3")) == "nobody_waiting"


def test_nobody_waiting_is_a_refusal_and_no_event(scene):
    assert scene.no(cmd.CallNext(by=HTTP, counter="1")) == "nobody_waiting"


def test_next_finishes_the_former_in_service(scene):
    scene.take()
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.StartService, "2")
    finished, called = scene.next("2")
    assert (finished.ticket[-4:], finished.outcome, called.number) == ("A001", "done", "A002")
    assert scene.ticket("A001").state == "finished"


def test_next_soon_after_a_call_finishes_the_former_without_a_start(scene):
    scene.take()
    scene.take()
    scene.next("2")
    assert kinds(scene.next("2")) == ["ServiceFinished", "TicketCalled"]


def test_next_long_after_a_call_says_that_the_former_was_served(scene):
    scene.take()
    scene.take()
    scene.next("2")
    scene.wait(20)
    started, *rest = scene.next("2")
    assert (type(started), started.by.door) == (ev.ServiceStarted, Door.TIMER)
    assert kinds(tuple(rest)) == ["ServiceFinished", "TicketCalled"]


def test_next_with_nobody_waiting_finishes_who_was_served(scene):
    scene.take()
    scene.next("2")
    scene.wait(20)
    assert kinds(scene.next("2")) == ["ServiceStarted", "ServiceFinished"]
    assert scene.counter("2").ticket is None
    assert scene.no(cmd.CallNext(by=HTTP, counter="2")) == "nobody_waiting"


def test_next_with_nobody_waiting_keeps_who_may_still_be_on_the_way(scene):
    scene.take()
    scene.next("2")
    scene.wait(5)
    assert scene.no(cmd.CallNext(by=HTTP, counter="2")) == "nobody_waiting"
    assert scene.called_at("2") == "A001"


def test_a_counter_calls_its_services_in_its_order_and_a_general_one_all(scene):
    for service in ("land", "civil", "social"):
        scene.take(service)
    assert scene.next("1")[-1].number == "A001"
    assert scene.no(cmd.CallNext(by=HTTP, counter="2")) == "nobody_waiting"
    assert scene.next("3")[-1].number == "C001"
    assert scene.next("3")[-1].number == "B001"


def test_first_come_across_services_is_a_rule():
    scene = Scene(with_rules(first_come_across_services=True)).open("1")
    scene.take("civil")
    scene.take("social")
    assert scene.next("1")[-1].number == "B001"


def test_an_unknown_counter_is_refused_by_every_verb(scene):
    for verb in (
        cmd.CallNext,
        cmd.Recall,
        cmd.StartService,
        cmd.FinishService,
        cmd.MarkNoShow,
        cmd.Hold,
        cmd.Resume,
        cmd.Transfer,
        cmd.PauseCounter,
        cmd.OpenCounter,
        cmd.CloseCounter,
        cmd.SignIn,
        cmd.SignOut,
    ):
        assert scene.no(verb(by=HTTP, counter="77")) == "no_counter"
    assert scene.no(cmd.CallTicket(by=HTTP, counter="77", ticket="A001")) == "no_counter"
    assert scene.no(cmd.RateAtCounter(by=PAD, counter="77", score=5)) == "no_counter"


def test_a_leaders_counter_takes_no_tickets(scene):
    assert scene.no(cmd.CallNext(by=HTTP, counter="9")) == "no_tickets_here"
    assert kinds(scene.at_counter(cmd.OpenCounter, "9")) == ["CounterOpened"]


# --- closed and paused --------------------------------------------------------------------------------------


def test_a_closed_counter_calls_nobody():
    scene = Scene()
    scene.take()
    assert scene.no(cmd.CallNext(by=HTTP, counter="1")) == "counter_closed"
    assert scene.no(cmd.CallTicket(by=HTTP, counter="1", ticket="A001")) == "counter_closed"


def test_next_from_a_pad_opens_the_counter_for_the_posts_a_clerk():
    scene = Scene(replace(PLAN, posts=POSTS))
    scene.take()
    opened, signed_in, called = scene.next("1", by=PAD)
    assert kinds((opened, signed_in, called)) == ["CounterOpened", "StaffSignedIn", "TicketCalled"]
    assert (signed_in.staff, called.staff, scene.counter("1").staff) == ("001", "001", "001")


def test_next_from_a_pad_opens_the_counter_even_with_nobody_waiting():
    scene = Scene()
    assert kinds(scene.next("1", by=PAD)) == ["DayOpened", "CounterOpened"]
    assert scene.no(cmd.CallNext(by=PAD, counter="1")) == "nobody_waiting"


def test_a_pad_opens_no_counter_outside_the_hours_or_where_the_hall_forbids_it():
    evening = datetime(2026, 11, 23, 19, 0, tzinfo=ZONE)
    assert (
        Scene(replace(PLAN, hours=DAYTIME), at=evening).no(cmd.CallNext(by=PAD, counter="1"))
        == "counter_closed"
    )
    assert kinds(Scene(replace(PLAN, hours=DAYTIME), trusted=False, at=evening).next("1", by=PAD)) == [
        "DayOpened",
        "CounterOpened",
    ]
    assert (
        Scene(with_rules(pad_opens_counter=False)).no(cmd.CallNext(by=PAD, counter="1")) == "counter_closed"
    )


def test_a_paused_counter_calls_nobody_until_it_is_opened_again(scene):
    scene.take()
    assert kinds(scene.at_counter(cmd.PauseCounter, "2", reason="lunch")) == ["CounterPaused"]
    assert (scene.counter("2").state, scene.counter("2").reason) == ("paused", "lunch")
    assert scene.no(cmd.CallNext(by=PAD, counter="2")) == "counter_paused"
    assert scene.no(cmd.CallTicket(by=PAD, counter="2", ticket="A001")) == "counter_paused"
    assert scene.no(cmd.Resume(by=PAD, counter="2")) == "counter_paused"
    assert scene.at_counter(cmd.PauseCounter, "2") == ()
    assert kinds(scene.at_counter(cmd.PauseCounter, "2", reason="meeting")) == ["CounterPaused"]
    assert kinds(scene.at_counter(cmd.OpenCounter, "2")) == ["CounterOpened"]
    assert (scene.counter("2").state, scene.counter("2").reason) == ("open", "")
    assert scene.at_counter(cmd.OpenCounter, "2") == ()


def test_a_pause_keeps_the_ticket_and_its_verbs(scene):
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.PauseCounter, "2")
    scene.wait(60)
    assert scene.tick() == ()
    assert kinds(scene.at_counter(cmd.FinishService, "2")) == ["ServiceStarted", "ServiceFinished"]
    assert scene.counter("2").state == "paused"


def test_a_closed_counter_cannot_be_paused():
    assert Scene().no(cmd.PauseCounter(by=HTTP, counter="1")) == "counter_closed"


def test_close_finishes_the_ticket_and_signs_out(scene):
    scene.take()
    scene.at_counter(cmd.SignIn, "2", staff="003")
    scene.next("2")
    scene.at_counter(cmd.StartService, "2")
    events = scene.at_counter(cmd.CloseCounter, "2")
    assert kinds(events) == ["ServiceFinished", "StaffSignedOut", "CounterClosed"]
    assert (scene.counter("2").state, scene.counter("2").staff, scene.counter("2").ticket) == (
        "closed",
        "",
        None,
    )
    assert scene.at_counter(cmd.CloseCounter, "2") == ()


# --- who sits there -----------------------------------------------------------------------------------------


def test_without_posts_any_counter_opens_without_a_name():
    scene = Scene()
    assert kinds(scene.at_counter(cmd.OpenCounter, "1")) == ["DayOpened", "CounterOpened"]
    assert scene.at_counter(cmd.SignIn, "1") == ()
    assert (scene.counter("1").state, scene.counter("1").staff) == ("open", "")


def test_opening_signs_in_who_asks_or_else_the_posts_a():
    scene = Scene(replace(PLAN, posts=POSTS))
    scene.at_counter(cmd.OpenCounter, "1", by=By(Door.HTTP, "console", "002"))
    scene.at_counter(cmd.OpenCounter, "2")
    scene.at_counter(cmd.OpenCounter, "3")
    assert [scene.counter(c).staff for c in "123"] == ["002", "003", ""]


def test_signing_in_names_the_posts_a_and_signs_out_who_was_there():
    scene = Scene(replace(PLAN, posts=POSTS))
    assert [e.staff for e in scene.at_counter(cmd.SignIn, "1")[1:]] == ["001"]
    assert scene.at_counter(cmd.SignIn, "1") == ()
    cover = scene.at_counter(cmd.SignIn, "1", staff="002")
    assert [(type(e), e.staff) for e in cover] == [(ev.StaffSignedOut, "001"), (ev.StaffSignedIn, "002")]
    assert [e.staff for e in scene.at_counter(cmd.SignOut, "1")] == ["002"]
    assert scene.at_counter(cmd.SignOut, "1") == ()
    assert scene.no(cmd.SignIn(by=HTTP, counter="3")) == "no_staff"


def test_what_a_clerk_does_carries_the_signed_in_number(scene):
    scene.take()
    scene.at_counter(cmd.SignIn, "2", staff="003")
    called = scene.next("2", by=PAD)[-1]
    assert (called.staff, called.by) == ("003", By(Door.PAD, "pad-1", "003"))


def test_a_pad_opens_its_counter_from_the_first_minute_to_the_last():
    opened = {}
    for time in ("08:49", "08:50", "11:59", "12:00", "13:50", "16:59", "17:00"):
        at = datetime.fromisoformat(f"2026-11-23T{time}").replace(tzinfo=ZONE)
        scene = Scene(replace(PLAN, hours=DAYTIME), at=at)
        scene.tick()
        try:
            opened[time] = kinds(scene.next("1", by=PAD))
        except Refused as refused:
            opened[time] = refused.reason
    within = [time for time, how in opened.items() if how == ["CounterOpened"]]
    assert within == ["08:50", "11:59", "13:50", "16:59"]
    assert opened["17:00"] == "counter_closed"
