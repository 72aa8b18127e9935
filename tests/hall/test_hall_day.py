"""The business day and the clock: no state of the clock stops numbers, and none comes twice in a day."""

from dataclasses import replace
from datetime import timedelta

from hall_scenario import DAYTIME, HTTP, KIOSK, PLAN, POSTS, TIMER, Scene, kinds, request

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall.event_values import DeviceKnown
from edge.hall.words import By, Door


def test_time_alone_opens_the_first_day():
    scene = Scene(trusted=False)
    (opened,) = scene.tick()
    assert (opened.date, opened.trusted, opened.by) == ("2026-11-23", False, TIMER)
    assert scene.tick() == ()


def test_midnight_closes_the_old_day_and_opens_the_new_one():
    scene = Scene(replace(PLAN, hours=DAYTIME)).open("1", "2", "3")
    for _ in range(5):
        scene.take()
    scene.next("1")
    scene.next("2")
    scene.at_counter(cmd.StartService, "2")
    scene.next("3")
    scene.at_counter(cmd.MarkNoShow, "3")
    events = scene.wait(14 * 3600 + 1).tick()
    assert [(type(e).__name__, getattr(e, "ticket", "")[-4:]) for e in events] == [
        ("TicketExpired", "A001"),
        ("ServiceFinished", "A002"),
        ("TicketExpired", "A003"),
        ("TicketExpired", "A004"),
        ("TicketExpired", "A005"),
        ("DaySheet", ""),
        ("DayClosed", ""),
        ("DayOpened", ""),
    ]
    assert all(e.by.door is Door.TIMER for e in events)
    assert [c.state for c in scene.view().counters] == ["closed"] * 4
    assert (scene.view().calls, scene.service("social").waiting) == ((), 0)
    assert scene.wait(10 * 3600).take() == "A001"


def test_the_morning_after_the_main_switch_closes_yesterday_by_its_own_facts(scene):
    scene.take()
    scene.off_and_on().clock_says("2026-11-24T08:59:00")
    events = scene.do(cmd.TakeTicket(by=KIOSK, service="social"))
    assert kinds(events) == ["TicketExpired", "DaySheet", "DayClosed", "DayOpened", "TicketIssued"]
    assert events[-1].ticket == "510000001-20261124-A001"
    assert [e.date for e in events[2:4]] == ["2026-11-23", "2026-11-24"]


def test_ten_days_back_the_hall_goes_on_in_the_stored_day_without_hours():
    scene = Scene(replace(PLAN, hours=DAYTIME)).open("1")
    scene.take()
    scene.clock_says("2026-11-13T03:00:00", trusted=False)
    assert scene.tick() == ()
    issued = scene.do(cmd.TakeTicket(by=KIOSK, service="social"))
    assert [(type(e), e.ticket) for e in issued] == [(ev.TicketIssued, "510000001-20261123-A002")]
    assert [scene.next("1")[-1].number for _ in range(2)] == ["A001", "A002"]
    scene.clock_says("2026-11-13T03:00:00", trusted=True)
    assert scene.take() == "A003"


def test_an_untrusted_clock_ahead_opens_a_day_that_says_so(scene):
    scene.take()
    scene.clock_says("2026-11-25T09:00:00", trusted=False)
    opened = next(e for e in scene.tick() if isinstance(e, ev.DayOpened))
    assert (opened.date, opened.trusted) == ("2026-11-25", False)
    assert scene.take() == "A002"


def test_a_clock_that_ran_ahead_and_comes_back_repeats_no_number(scene):
    scene.clock_says("2026-11-25T09:00:00", trusted=False)
    assert scene.take() == "A001"
    scene.clock_says("2026-11-23T09:00:00", trusted=True)
    assert scene.take() == "A002"
    scene.clock_says("2026-11-25T09:00:00")
    assert scene.take() == "A003"
    assert len(scene.hall.book.tickets) == 3


def test_a_day_closed_by_hand_stays_closed_until_somebody_asks(scene):
    scene.take()
    assert kinds(scene.do(cmd.CloseDay(by=HTTP))) == ["TicketExpired", "DaySheet", "DayClosed"]
    assert scene.do(cmd.CloseDay(by=HTTP)) == ()
    assert scene.tick() == ()
    events = scene.do(cmd.TakeTicket(by=KIOSK, service="social"))
    assert kinds(events) == ["DayOpened", "TicketIssued"]
    assert (events[-1].number, scene.ticket("A001").state) == ("A002", "expired")


def test_a_verb_without_effect_opens_no_day(scene):
    scene.do(cmd.CloseDay(by=HTTP))
    assert scene.at_counter(cmd.SignOut, "1") == ()
    assert scene.at_counter(cmd.CloseCounter, "1") == ()


def test_the_next_day_opens_by_itself_after_a_close_by_hand(scene):
    scene.do(cmd.CloseDay(by=HTTP))
    scene.clock_says("2026-11-24T07:00:00")
    assert kinds(scene.tick()) == ["DayOpened"]


def test_who_is_signed_in_goes_home_with_the_day():
    scene = Scene(replace(PLAN, posts=POSTS)).open("1")
    scene.do(cmd.CloseDay(by=HTTP))
    assert (scene.counter("1").staff, scene.counter("1").state) == ("", "closed")


# --- a person says what day it is ------------------------------------------------------------


def test_a_persons_word_sets_the_clock_of_this_boot():
    scene = Scene(trusted=False)
    scene.tick()
    events = scene.do(cmd.OpenDay(by=HTTP, date="2026-11-24", time="08:30"))
    assert kinds(events) == ["DaySheet", "DayClosed", "ClockSet", "DayOpened"]
    clock, opened = events[2:]
    assert (clock.boot, clock.offset_s) == ("boot-1", timedelta(hours=22.5).total_seconds())
    assert (opened.date, opened.trusted, opened.by_hand, opened.by) == ("2026-11-24", True, True, HTTP)
    assert scene.hall.clock_offset("boot-1") == clock.offset_s
    assert (scene.hall.clock_is_set("boot-1"), scene.hall.clock_is_set("boot-2")) == (True, False)


def test_a_second_word_is_measured_against_the_box_not_against_the_first():
    scene = Scene(trusted=False)
    scene.do(cmd.OpenDay(by=HTTP, date="2026-11-23", time="10:30"))
    scene.clock_says("2026-11-23T10:30:00", trusted=True)
    (clock,) = scene.do(cmd.OpenDay(by=HTTP, date="2026-11-23", time="11:00"))
    assert clock.offset_s == 3600
    scene.clock_says("2026-11-23T11:00:40")
    assert scene.do(cmd.OpenDay(by=HTTP, date="2026-11-23", time="11:00")) == ()


def test_the_word_holds_until_the_box_starts_again():
    scene = Scene(trusted=False)
    scene.do(cmd.OpenDay(by=HTTP, date="2026-11-23", time="10:30"))
    scene.happens(ev.DaemonStarted(version="1", boot="boot-1"))
    assert scene.hall.clock_is_set("boot-1")
    scene.happens(ev.DaemonStarted(version="1", boot="boot-2"))
    assert not scene.hall.clock_is_set("boot-1")


def test_the_day_is_never_set_backwards(scene):
    scene.trusted = False
    assert scene.no(cmd.OpenDay(by=HTTP, date="2026-11-22", time="10:00")) == "clock_backwards"


def test_a_right_clock_is_not_set_to_another_date(scene):
    assert scene.no(cmd.OpenDay(by=HTTP, date="2026-11-24", time="10:00")) == "clock_trusted"
    assert scene.do(cmd.OpenDay(by=HTTP, date="2026-11-23", time="10:00")) == ()
    scene.do(cmd.CloseDay(by=HTTP))
    assert kinds(scene.do(cmd.OpenDay(by=HTTP, date="2026-11-23", time="10:00"))) == ["DayOpened"]


def test_a_date_that_is_none_is_refused(scene):
    for date, time in (
        ("2026-02-30", "10:00"),
        ("today", "10:00"),
        ("2026-11-23", "25:00"),
        ("9999-12-31", "x"),
    ):
        assert scene.no(cmd.OpenDay(by=HTTP, date=date, time=time)) == "bad_date"


# --- the machine --------------------------------------------------------------------------------------------


def test_a_restart_keeps_queue_counters_and_calls(scene):
    scene.take()
    scene.take()
    scene.next("2")
    before = scene.view()
    scene.off_and_on()
    scene.happens(ev.DaemonStarted(version="1", boot="boot-2"))
    after = scene.view()
    assert (after.counters, after.calls, after.services) == (before.counters, before.calls, before.services)


def test_service_begun_before_a_cut_starts_after_it_by_the_clock(scene):
    scene.take()
    scene.next("2")
    scene.off_and_on().wait(30)
    assert kinds(scene.tick()) == ["ServiceStarted"]


def test_devices_are_down_until_they_say_otherwise(scene):
    board = DeviceKnown(id="board-1", kind="board", driver="board_onbon_k", counter="1")
    scene.happens(ev.DaemonStarted(version="1", boot="boot-1", devices=(board,)))
    scene.happens(ev.DeviceChanged(device="board-1", state="ok"))
    scene.happens(ev.DeviceChanged(device="printer-9", state="ok"))
    (seen,) = scene.view().devices
    assert (seen.id, seen.kind, seen.driver, seen.counter, seen.state) == (
        "board-1",
        "board",
        "board_onbon_k",
        "1",
        "ok",
    )
    scene.happens(ev.DaemonStarted(version="1", boot="boot-1", devices=(board,)))
    assert scene.view().devices[0].state == "down"


def test_a_key_is_forgotten_with_its_day(scene):
    take = cmd.TakeTicket(by=KIOSK, service="social", request=request())
    scene.do(take)
    scene.do(cmd.CloseDay(by=HTTP))
    scene.clock_says("2026-11-24T09:00:00")
    scene.tick()
    assert scene.hall.remembered(take.request) is None
    assert scene.do(take)[-1].ticket == "510000001-20261124-A001"


def test_a_key_that_opened_the_day_is_kept_for_it():
    scene = Scene()
    take = cmd.TakeTicket(by=By(Door.KIOSK), service="social", request=request())
    assert kinds(scene.do(take)) == ["DayOpened", "TicketIssued"]
    assert kinds(scene.hall.remembered(take.request)) == ["DayOpened", "TicketIssued"]


def test_a_day_that_opens_again_is_trusted_only_while_the_clock_says_its_date(scene):
    told = []
    for local, trusted in (("2026-11-23", True), ("2026-11-23", False), ("2026-11-20", True)):
        scene.do(cmd.CloseDay(by=HTTP))
        scene.clock_says(f"{local}T11:00:00", trusted)
        told.append(scene.do(cmd.TakeTicket(by=KIOSK, service="social"))[0].trusted)
    assert told == [True, False, False]
