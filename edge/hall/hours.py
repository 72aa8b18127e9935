"""When numbers are given and counters are open: types of days and opening hours against local time, pure."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from edge.hall.plan import Counter, HallPlan, Hours, Service
from edge.hall.words import Now, StaffNumber
from edge.hall.workdays import DayType

Span = tuple[int, int]
"""Minutes of the day, from and before."""
DAY_MIN = 24 * 60


@lru_cache(maxsize=8)
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(plan: HallPlan, at: datetime) -> datetime:
    return at.astimezone(zone(plan.timezone))


def local_iso(plan: HallPlan, at: datetime) -> str:
    """ISO 8601 with the hall's offset, to the second."""
    return local(plan, at).isoformat(timespec="seconds")


def minute_of_day(plan: HallPlan, at: datetime) -> int:
    here = local(plan, at)
    return here.hour * 60 + here.minute


def issuing(plan: HallPlan, service: Service, now: Now) -> bool:
    """Are numbers of this service given at this time of this day?"""
    minute = minute_of_day(plan, now.at)
    return any(start <= minute < end for start, end in issue_spans(plan, service, now.day))


def issue_spans(plan: HallPlan, service: Service, day: date) -> list[Span]:
    """When numbers are given on a day: the hours, begun early and ended early as the rules say."""
    early, late = plan.rules.issue_opens_early_min, plan.rules.issue_stops_early_min
    return [(max(0, start - early), end - late) for start, end in _spans(plan, service, day)]


def quota_spans(plan: HallPlan, service: Service, day: date) -> list[tuple[Span, int]]:
    """Windows with a limit and their limits; one that begins with the hours begins early with them."""
    kind = plan.calendar.type_of(day)
    early = plan.rules.issue_opens_early_min
    openings = {start for start, _ in _spans(plan, service, day)}
    windows = []
    for quota in service.quota:
        if is_there(quota.days, kind):
            start, end = as_minutes(quota.span)
            windows.append(((max(0, start - early) if start in openings else start, end), quota.most))
    return windows


def counter_within_hours(plan: HallPlan, counter: Counter, now: Now) -> bool:
    """Is somebody to sit here today, and any service within its hours, the kiosk's early minutes too?"""
    services = (plan.service(id) for id in plan.services_of(counter))
    minute = minute_of_day(plan, now.at)
    early = plan.rules.issue_opens_early_min
    return is_present(plan, counter, now.day) and any(
        start - early <= minute < end
        for service in services
        if service
        for start, end in _spans(plan, service, now.day)
    )


def runs_through_midnight(plan: HallPlan, service: Service, day: date) -> bool:
    """Is the service there at the end of this day and at once on the next?"""
    ends = any(end == DAY_MIN for _, end in _spans(plan, service, day))
    return ends and any(start == 0 for start, _ in _spans(plan, service, day + timedelta(days=1)))


def is_present(plan: HallPlan, counter: Counter, day: date) -> bool:
    """Is somebody to sit at this counter on this day?"""
    return is_there(counter.days, plan.calendar.type_of(day))


def expected_at(plan: HallPlan, counter: Counter, day: date) -> tuple[StaffNumber, ...]:
    """Who of the counter's post is to be there: A, on a market day B too, nobody where it is not manned."""
    post = plan.post(counter.id)
    if post is None or not is_present(plan, counter, day):
        return ()
    both = plan.calendar.type_of(day) is DayType.MARKET
    return tuple(staff for staff in (post.a, post.b if both else "") if staff)


def is_there(days: tuple[DayType, ...], kind: DayType) -> bool:
    """Does a list of types of days, empty for all, hold this one? Nothing is there on a closed day."""
    return kind is not DayType.CLOSED and (not days or kind in days)


def as_minutes(span: Hours) -> Span:
    return _minutes(span.opens), _minutes(span.closes)


def clock(minute: int) -> str:
    """`HH:MM`"""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _spans(plan: HallPlan, service: Service, day: date) -> list[Span]:
    kind = plan.calendar.type_of(day)
    return [as_minutes(h) for h in hours_of(plan, service, kind)] if is_there(service.days, kind) else []


def hours_of(plan: HallPlan, service: Service, kind: DayType) -> tuple[Hours, ...]:
    """What is said of this type of day goes before what is said of all, the service's before the hall's."""
    for said in (service.hours_on, plan.hours_on):
        if kind in said:
            return said[kind]
    return service.hours or plan.hours


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
