"""Opening hours as the county knows them: how much of a stretch of time lies within them."""

from datetime import datetime, timedelta

from edge.center.settings import HoursTable

_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_DAYS = 30
"""Longer ago makes no alarm louder."""


def open_seconds(hours: HoursTable, since: datetime, until: datetime) -> float:
    """Seconds between two moments (aware) in which a hall with these hours was open."""
    since = max(since, until - timedelta(days=MOST_DAYS))
    day, seconds = since.astimezone(hours.zone).date(), 0.0
    while day <= until.astimezone(hours.zone).date():
        if _NAMES[day.weekday()] in hours.days:
            midnight = datetime(day.year, day.month, day.day, tzinfo=hours.zone)
            begins, ends = (midnight + timedelta(minutes=_minute(t)) for t in (hours.opens, hours.closes))
            seconds += max(0.0, (min(ends, until) - max(begins, since)).total_seconds())
        day += timedelta(days=1)
    return seconds


def is_open(hours: HoursTable, at: datetime) -> bool:
    return open_seconds(hours, at - timedelta(seconds=1), at) > 0


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
