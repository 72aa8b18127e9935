"""When numbers are given and counters are open: opening hours against local time, pure."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from edge.hall.plan import Counter, HallPlan, Hours, Service
from edge.hall.words import Now


@lru_cache(maxsize=8)
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(plan: HallPlan, at: datetime) -> datetime:
    return at.astimezone(zone(plan.timezone))


def local_iso(plan: HallPlan, at: datetime) -> str:
    """ISO 8601 with the hall's offset, to the second."""
    return local(plan, at).isoformat(timespec="seconds")


def issuing(plan: HallPlan, service: Service, now: Now) -> bool:
    """Are numbers of this service given at this time of day?"""
    minute = _minute_of_day(plan, now)
    return any(start <= minute < end for start, end in _issue_spans(plan, service))


def opens_at(plan: HallPlan, service: Service, now: Now) -> str:
    """`HH:MM` when numbers are given next, today or on the next day of business."""
    starts = sorted(start for start, _ in _issue_spans(plan, service))
    if not starts:
        return ""
    minute = _minute_of_day(plan, now)
    start = next((s for s in starts if s > minute), starts[0])
    return f"{start // 60:02d}:{start % 60:02d}"


def counter_within_hours(plan: HallPlan, counter: Counter, now: Now) -> bool:
    """Is any service of this counter within its hours, the early minutes of the kiosk included?"""
    services = (plan.service(id) for id in plan.services_of(counter))
    minute = _minute_of_day(plan, now)
    return any(_spans_hold(plan, service, minute) for service in services if service)


def _spans_hold(plan: HallPlan, service: Service, minute: int) -> bool:
    early = plan.rules.issue_opens_early_min
    spans = service.hours or plan.hours
    return any(_minutes(h.opens) - early <= minute < _minutes(h.closes) for h in spans)


def _issue_spans(plan: HallPlan, service: Service) -> list[tuple[int, int]]:
    spans: tuple[Hours, ...] = service.hours or plan.hours
    early, late = plan.rules.issue_opens_early_min, plan.rules.issue_stops_early_min
    return [(max(0, _minutes(h.opens) - early), _minutes(h.closes) - late) for h in spans]


def _minute_of_day(plan: HallPlan, now: Now) -> int:
    at = local(plan, now.at)
    return at.hour * 60 + at.minute


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
