"""Closed days, quotas and numbers running low, as callers of the local door see them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from conftest import PLAN, House

from edge.hall.plan import Hours, Quota
from edge.hall.workdays import Calendar, DayType

Build = Callable[..., House]
MONDAY = date(2026, 11, 23)
CALENDAR = Calendar(
    dates={
        MONDAY + timedelta(days=1): DayType.CLOSED,
        MONDAY + timedelta(days=2): DayType.MARKET,
    }
)


def day_time(house: House, days: int, hour: int) -> None:
    """The box's clock, trusted, so many days after Monday; a new day has begun when it returns."""
    at = datetime(2026, 11, 23 + days, hour - 8, tzinfo=UTC)
    house.clock.now = replace(house.clock.now, at=at, day=at.date())
    if days:
        assert house.registrar.wait_view(house.registrar.view.seq, 10).day == at.date().isoformat()


@pytest.fixture
def house(build: Build) -> House:
    quota = (Quota(Hours("09:00", "12:00"), 2), Quota(Hours("14:00", "17:00"), 5))
    services = (replace(PLAN.services[0], quota=quota), *PLAN.services[1:])
    hours = (Hours("09:00", "12:00"), Hours("14:00", "17:00"))
    return build(plan=replace(PLAN, services=services, hours=hours, calendar=CALENDAR))


def service(house: House, id: str) -> dict[str, Any]:
    view = house.ask.get("/api/v1/hall").json
    return next(s for s in view["services"] if s["id"] == id)


def test_a_full_window_is_refused_with_the_time_of_the_next(house: House) -> None:
    assert [house.ask.take()["number"] for _ in range(2)] == ["A001", "A002"]
    answer = house.ask.post("/api/v1/tickets", {"service": "social"})
    assert (answer.status, answer.reason) == (409, "full")
    assert (answer.json["opens_at"], answer.json.get("opens_on")) == ("13:50", None)
    assert answer.json["detail"] == "这个时段的号已取完，13:50 再取"
    shown = service(house, "social")
    assert (shown["open"], shown["reason"], shown["opens_at"]) == (False, "full", "13:50")
    assert "13:50 开始" in house.ask.get("/").content.decode()
    day_time(house, 0, 15)
    assert house.ask.take()["number"] == "A003"


def test_a_closed_day_is_refused_with_the_date_of_the_next_opening(house: House) -> None:
    day_time(house, 1, 10)
    answer = house.ask.post("/api/v1/tickets", {"service": "social"})
    assert (answer.status, answer.reason) == (409, "closed")
    assert (answer.json["opens_at"], answer.json["opens_on"]) == ("08:50", "2026-11-25")
    assert answer.json["detail"] == "今天不再取号，11月25日 08:50 开始"
    view = house.ask.get("/api/v1/hall").json
    assert (view["day"], view["day_type"], view["provisional"]) == ("2026-11-24", "closed", False)
    assert "11月25日 08:50 开始" in house.ask.get("/").content.decode()


def test_a_market_day_expects_both_of_each_post(house: House) -> None:
    day_time(house, 2, 10)
    house.ask.take()
    view = house.ask.get("/api/v1/hall").json
    assert view["day_type"] == "market"
    assert {c["id"]: c["expects"] for c in view["counters"]} == {
        "1": ["101", "102"], "2": ["102"], "3": ["103"],
    }  # fmt: skip


def test_a_range_that_runs_low_is_an_event_and_shown(house: House) -> None:
    assert house.ask.take("tiny")["number"] == "C001"
    assert "NumbersLow" not in house.types()
    assert service(house, "tiny")["numbers_low"] is False
    assert house.ask.take("tiny")["number"] == "C002"
    assert house.types().count("NumbersLow") == 1
    shown = service(house, "tiny")
    assert (shown["numbers_left"], shown["numbers_low"], shown["opens_on"]) == (0, True, "2026-11-25")
