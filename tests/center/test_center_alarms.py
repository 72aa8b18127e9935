"""Alarms are counted in opening hours only."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from edge.center.hours import MOST_DAYS, is_open, open_seconds
from edge.center.settings import HoursTable

HOURS = HoursTable()
FRIDAY = datetime(2026, 11, 20, 16, 50, tzinfo=HOURS.zone)


def test_a_night_and_a_weekend_are_no_time_at_all() -> None:
    monday = datetime(2026, 11, 23, 9, 5, tzinfo=HOURS.zone)
    assert open_seconds(HOURS, FRIDAY, monday) == 15 * 60
    assert open_seconds(HOURS, FRIDAY + timedelta(hours=1), monday - timedelta(hours=1)) == 0
    assert open_seconds(HOURS, monday, FRIDAY) == 0
    assert is_open(HOURS, FRIDAY) and not is_open(HOURS, FRIDAY + timedelta(hours=2))


def test_long_ago_is_counted_for_a_month_at_most() -> None:
    until = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert open_seconds(HOURS, datetime(1970, 1, 1, tzinfo=UTC), until) <= MOST_DAYS * 8 * 3600


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),
    st.integers(0, 20 * 86_400),
    st.integers(0, 20 * 86_400),
)
def test_open_time_adds_up_and_is_never_more_than_time(since: datetime, a: int, b: int) -> None:
    if a + b > MOST_DAYS * 86_400:
        return
    middle, until = since + timedelta(seconds=a), since + timedelta(seconds=a + b)
    whole = open_seconds(HOURS, since, until)
    assert abs(whole - open_seconds(HOURS, since, middle) - open_seconds(HOURS, middle, until)) < 1e-6
    assert 0 <= whole <= a + b
