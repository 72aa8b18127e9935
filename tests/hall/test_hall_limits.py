"""When numbers are given: types of days, hours by them, quotas, and a range that runs low."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hall_scenario import DAYTIME, HTTP, KIOSK, PAD, PLAN, POSTS, ZONE, Scene, kinds

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall.plan import HallPlan, Hours, Quota
from edge.hall.words import Refused
from edge.hall.workdays import Calendar, DayType, MarketRule

ORDINARY, MARKET, DUTY, CLOSED = DayType
WEEK = (ORDINARY,) * 5 + (DUTY, CLOSED)
"""Saturdays on duty, Sundays closed."""
MARKETS = MarketRule(weekdays=frozenset({2}))
TAKE = cmd.TakeTicket(by=KIOSK, service="social")


def on(local: str, trusted: bool = True, **plan: object) -> Scene:
    """A hall of five days and a duty Saturday, markets on Wednesdays; 2026-11-23 is a Monday."""
    calendar = Calendar(week=WEEK, market=MARKETS)
    whole = replace(PLAN, **{"hours": DAYTIME, "calendar": calendar, "posts": POSTS, **plan})
    return Scene(whole, trusted, at=datetime.fromisoformat(local).replace(tzinfo=ZONE))


def social(plan: HallPlan = PLAN, **more: object) -> dict[str, object]:
    """The services, the first with something of its own."""
    return {"services": (replace(plan.services[0], **more), *plan.services[1:])}


def refused(scene: Scene, command: cmd.Command = TAKE) -> dict[str, object]:
    scene.tick()
    with pytest.raises(Refused) as no:
        scene.hall.decide(command, scene.now())
    return {"reason": no.value.reason, **no.value.facts}


def when(scene: Scene, service: str = "social") -> tuple[str, str, str]:
    view = scene.service(service)
    assert not view.open
    return view.reason, view.opens_at, view.opens_on


# --- types of days ------------------------------------------------------------------------------------------


def test_after_the_last_span_the_next_day_is_named():
    scene = on("2026-11-23T17:30")
    assert refused(scene) == {
        "reason": "closed", "service": "社会保障", "opens_at": "08:50", "opens_on": "2026-11-24",
    }  # fmt: skip
    assert when(scene) == ("closed", "08:50", "2026-11-24")


def test_before_a_span_of_today_no_date_is_named():
    assert when_of("2026-11-23T12:30") == ("closed", "13:50", "")


def when_of(local: str) -> tuple[str, str, str]:
    scene = on(local)
    scene.tick()
    return when(scene)


def test_a_closed_day_gives_no_numbers_and_says_when_it_opens():
    scene = on("2026-11-22T10:00")  # Sunday
    assert refused(scene)["opens_on"] == "2026-11-23"
    assert (scene.view().day_type, scene.view().provisional) == ("closed", False)


def test_a_pad_opens_no_counter_on_a_closed_day_but_a_person_may():
    scene = on("2026-11-22T10:00")
    assert scene.no(cmd.CallNext(by=PAD, counter="1")) == "counter_closed"
    assert kinds(scene.do(cmd.OpenCounter(by=HTTP, counter="1")))[-1] == "StaffSignedIn"


def test_a_clock_that_nobody_trusts_closes_no_day():
    scene = on("2026-11-22T10:00", trusted=False)
    assert scene.take() == "A001"
    assert scene.view().day_type == "closed"


def test_a_holiday_between_is_passed_over():
    holiday = Calendar(week=WEEK, dates={date(2026, 11, 24): CLOSED, date(2026, 11, 25): CLOSED})
    scene = on("2026-11-23T18:00", calendar=holiday)
    scene.tick()
    assert when(scene) == ("closed", "08:50", "2026-11-26")


def test_a_hall_that_never_opens_again_names_no_day():
    scene = on("2026-11-23T10:00", calendar=Calendar(week=(CLOSED,) * 7))
    scene.tick()
    assert when(scene) == ("closed", "", "")


def test_duty_days_have_hours_of_their_own():
    hours_on = {DUTY: (Hours("09:30", "11:00"),)}
    assert on("2026-11-28T10:00", hours_on=hours_on).take() == "A001"
    scene = on("2026-11-28T11:30", hours_on=hours_on)
    scene.tick()
    assert when(scene) == ("closed", "08:50", "2026-11-30")


def test_a_services_word_on_a_type_of_day_goes_before_the_halls():
    scene = on(
        "2026-11-28T15:00",
        hours_on={DUTY: (Hours("09:30", "11:00"),)},
        **social(hours_on={DUTY: (Hours("14:00", "16:00"),)}),
    )
    assert scene.take() == "A001"
    assert scene.service("civil").open is False


def test_a_service_may_be_there_on_market_days_only():
    only_markets = social(days=(MARKET,))
    scene = on("2026-11-24T10:00", **only_markets)
    scene.tick()
    assert when(scene) == ("closed", "08:50", "2026-11-25")
    assert scene.take("civil") == "B001"
    assert on("2026-11-25T10:00", **only_markets).take() == "A001"


def test_on_a_market_day_both_of_a_post_are_expected():
    ordinary, market = on("2026-11-24T10:00"), on("2026-11-25T10:00")
    assert ordinary.counter("1").expects == ("001",)
    assert market.view().day_type == "market"
    assert [market.counter(c).expects for c in ("1", "2", "3")] == [("001", "002"), ("003",), ()]


def test_a_counter_may_be_there_on_some_types_of_days_only():
    counters = (replace(PLAN.counters[0], days=(ORDINARY, MARKET)), *PLAN.counters[1:])
    duty = on("2026-11-28T10:00", counters=counters)
    assert (duty.counter("1").present, duty.counter("1").expects) == (False, ())
    assert (duty.counter("2").present, duty.counter("2").expects) == (True, ("003",))
    assert duty.no(cmd.CallNext(by=PAD, counter="1")) == "counter_closed"
    assert kinds(duty.do(cmd.CallNext(by=PAD, counter="2")))[:2] == ["DayOpened", "CounterOpened"]


def test_the_business_day_has_its_own_type_after_midnight_too():
    scene = on("2026-11-25T23:00", hours=(Hours("00:00", "24:00"),))
    scene.take()
    scene.trusted = False
    scene.wait(-3 * 86400)
    assert (scene.view().day, scene.view().day_type) == ("2026-11-25", "market")


def test_a_year_without_its_notice_is_provisional_where_holidays_count():
    scene = on("2027-01-11T10:00", calendar=Calendar(holidays=CLOSED))
    scene.take()
    assert (scene.view().day_type, scene.view().provisional) == ("ordinary", True)
    assert Scene(replace(PLAN, calendar=Calendar())).view().provisional is False


# --- the end of the hours -----------------------------------------------------------------------------------


def test_numbers_stop_before_the_end_and_the_queue_is_finished_after_it():
    rules = replace(PLAN.rules, issue_stops_early_min=30)
    scene = on("2026-11-23T16:20", rules=rules).open("2")
    first, second = scene.take(), scene.take()
    scene.wait(15 * 60)
    assert when(scene) == ("closed", "08:50", "2026-11-24")
    scene.next("2", by=PAD)
    scene.wait(3600)  # 17:35, after the end
    assert scene.called_at("2") == first
    scene.next("2", by=PAD)
    assert scene.called_at("2") == second


# --- quotas -------------------------------------------------------------------------------------------------

MORNING, AFTERNOON = Hours("09:00", "12:00"), Hours("14:00", "17:00")


def with_quota(local: str, *quota: Quota, trusted: bool = True) -> Scene:
    return on(local, trusted, **social(quota=quota))


def test_a_full_window_names_the_next_one():
    scene = with_quota("2026-11-23T10:00", Quota(MORNING, 2), Quota(AFTERNOON, 1))
    assert [scene.take(), scene.take()] == ["A001", "A002"]
    assert refused(scene)["reason"] == "full"
    assert when(scene) == ("full", "13:50", "")
    scene.wait(4 * 3600)
    assert scene.take() == "A003"
    assert when(scene) == ("full", "08:50", "2026-11-24")


def test_a_full_window_within_the_hours_ends_where_the_next_begins():
    early, late = Quota(Hours("09:00", "10:30"), 1), Quota(Hours("10:30", "12:00"), 1)
    scene = with_quota("2026-11-23T10:00", early, late)
    scene.take()
    assert when(scene) == ("full", "10:30", "")
    scene.clock_says("2026-11-23T10:30")
    assert scene.take() == "A002"


def test_time_without_a_window_has_no_limit():
    scene = with_quota("2026-11-23T10:00", Quota(Hours("09:00", "10:30"), 1))
    scene.take()
    assert when(scene) == ("full", "10:30", "")
    scene.clock_says("2026-11-23T11:00")
    assert [scene.take() for _ in range(3)] == ["A002", "A003", "A004"]


def test_the_kiosks_early_minutes_count_to_the_window_that_begins_with_the_hours():
    scene = with_quota("2026-11-23T08:52", Quota(MORNING, 1))
    scene.take()
    scene.clock_says("2026-11-23T09:30")
    assert when(scene) == ("full", "13:50", "")


def test_a_quota_may_hold_on_market_days_only():
    quota = Quota(MORNING, 1, (MARKET,))
    free = with_quota("2026-11-24T10:00", quota)
    assert [free.take() for _ in range(3)] == ["A001", "A002", "A003"]
    market = with_quota("2026-11-25T10:00", quota)
    market.take()
    assert when(market)[0] == "full"


def test_a_quota_of_one_service_leaves_the_others_alone_and_begins_anew_each_day():
    scene = with_quota("2026-11-23T10:00", Quota(MORNING, 1))
    scene.take()
    assert scene.take("civil") == "B001"
    scene.wait(86400)
    assert scene.take() == "A001"


def test_quotas_wait_for_a_clock_that_can_be_trusted():
    scene = with_quota("2026-11-23T10:00", Quota(MORNING, 1), trusted=False)
    assert [scene.take() for _ in range(3)] == ["A001", "A002", "A003"]
    scene.trusted = True
    assert when(scene) == ("full", "13:50", "")


def test_what_a_quota_counted_survives_the_night_in_the_journal():
    scene = with_quota("2026-11-23T10:00", Quota(MORNING, 2))
    scene.take()
    scene.hall = scene.replayed()
    scene.take()
    assert when(scene)[0] == "full"


# --- numbers running low ------------------------------------------------------------------------------------


def test_a_range_that_runs_low_is_warned_of_once_and_never_runs_into_anothers():
    scene = on("2026-11-23T10:00", **social(first=1, last=10))
    lows = [[e for e in scene.do(TAKE) if isinstance(e, ev.NumbersLow)] for _ in range(10)]
    assert [bool(low) for low in lows] == [False] * 7 + [True] + [False] * 2
    assert (lows[7][0].service, lows[7][0].number, lows[7][0].left) == ("social", "A008", 2)
    assert (scene.service("social").numbers_left, scene.service("social").numbers_low) == (0, True)
    assert when(scene) == ("full", "08:50", "2026-11-24")
    assert scene.service("civil").numbers_low is False
    scene.wait(86400)
    assert scene.take() == "A001"
    assert (scene.service("social").numbers_left, scene.service("social").numbers_low) == (9, False)


def test_the_warning_comes_when_the_rule_says():
    rules = replace(PLAN.rules, low_numbers_at=0.5)
    scene = on("2026-11-23T10:00", rules=rules, **social(first=101, last=104))
    said = [kinds(scene.do(TAKE)) for _ in range(3)]
    assert ["NumbersLow" in k for k in said] == [False, True, False]


def test_a_full_range_names_no_time_under_a_clock_that_nobody_trusts():
    scene = on("2026-11-23T10:00", trusted=False)
    for _ in range(3):
        scene.take("land")
    assert when(scene, "land") == ("full", "", "")
