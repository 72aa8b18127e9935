"""Whether a service gives numbers now: its hours, its quota, its range of numbers; and when it does again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from edge.hall import hours
from edge.hall.book import Book
from edge.hall.plan import HallPlan, Service
from edge.hall.reasons import No
from edge.hall.words import Now, TicketNumber

LOOK_AHEAD_DAYS = 40
"""So far the next opening is looked for: longer than any holiday, and than a month between two markets."""


@dataclass(frozen=True)
class Shut:
    """Why no number is given now, and when one will be."""

    reason: No
    opens_at: str = ""
    """`HH:MM`; empty: nobody knows."""
    opens_on: str = ""
    """`YYYY-MM-DD`; empty: today."""


def shut(book: Book, service: Service, now: Now, count: int = 1) -> Shut | None:
    """None: so many numbers would be given. Hours and quotas count only under a clock that can be trusted."""
    used_up = numbers_left(book, service) < count
    if not book.hours_hold(now):
        return Shut(No.FULL) if used_up else None
    minute = hours.minute_of_day(book.plan, now.at)
    if used_up:
        return Shut(No.FULL, *_on_a_later_day(book.plan, service, now.day))
    if not hours.issuing(book.plan, service, now):
        reason = No.CLOSED
    elif _quota_is_full(book, service, now.day, minute, count):
        reason = No.FULL
    else:
        return None
    return Shut(reason, *_next_opening(book, service, now.day, minute))


def next_number(book: Book, service: Service) -> int:
    """The highest of the day and one more; a number that somebody brought from the day before is left out."""
    n = max(service.first, book.last_number.get(service.prefix, 0) + 1)
    while n in book.brought.get(service.prefix, ()):
        n += 1
    return n


def next_numbers(book: Book, service: Service, count: int) -> list[TicketNumber]:
    """The next ones in order; there must be so many."""
    brought = book.brought.get(service.prefix, ())
    free = (n for n in range(next_number(book, service), service.last + 1) if n not in brought)
    return [TicketNumber(service.prefix, n) for n in islice(free, count)]


def numbers_left(book: Book, service: Service) -> int:
    """Of today's range."""
    first = next_number(book, service)
    brought = sum(first < n <= service.last for n in book.brought.get(service.prefix, ()))
    return service.last - first + 1 - brought


def are_low(book: Book, service: Service, left: int) -> bool:
    """Is the share of the range used that the rules warn at, when so many are left?"""
    size = service.last - service.first + 1
    return size - left >= book.plan.rules.low_numbers_at * size


def _quota_is_full(book: Book, service: Service, day: date, minute: int, count: int = 1) -> bool:
    given = book.given.get(service.id, ())
    return any(
        start <= minute < end and sum(start <= m < end for m in given) + count > most
        for (start, end), most in hours.quota_spans(book.plan, service, day)
    )


def _next_opening(book: Book, service: Service, day: date, after: int) -> tuple[str, str]:
    """`HH:MM` and, where it is not today, the date."""
    for minute in sorted(_beginnings(book.plan, service, day)):
        is_open = any(start <= minute < end for start, end in hours.issue_spans(book.plan, service, day))
        if minute > after and is_open and not _quota_is_full(book, service, day, minute):
            return hours.clock(minute), ""
    return _on_a_later_day(book.plan, service, day)


def _beginnings(plan: HallPlan, service: Service, day: date) -> Iterator[int]:
    """Minutes of the day at which numbers may begin to be given."""
    yield from (start for start, _ in hours.issue_spans(plan, service, day))
    for span, _ in hours.quota_spans(plan, service, day):
        yield from span


def _on_a_later_day(plan: HallPlan, service: Service, day: date) -> tuple[str, str]:
    for n in range(1, LOOK_AHEAD_DAYS + 1):
        later = day + timedelta(days=n)
        if spans := hours.issue_spans(plan, service, later):
            return hours.clock(min(start for start, _ in spans)), later.isoformat()
    return "", ""
