"""Decisions about the business day and the clock: open, close, change at midnight, 今天是…."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from edge.hall import commands as cmd
from edge.hall import numbering
from edge.hall.book import AT_COUNTER, Book, Ticket
from edge.hall.carry import is_here, taken_along
from edge.hall.events import ClockSet, DayClosed, DayOpened, Event, ServiceFinished, TicketExpired
from edge.hall.hours import zone
from edge.hall.reasons import No
from edge.hall.words import TIMER, Now, Outcome, Refused, TicketState

SAME_TIME_S = 60.0
"""A person sets hours and minutes: a smaller difference says nothing."""


def change(book: Book, now: Now, reopen: bool) -> tuple[Event, ...]:
    """What the calendar asks of the day before anything else is decided.

    A later date closes the old day and opens the new one; who is still in the hall is taken along. An
    earlier one changes nothing: the hall goes on in the stored day. A day that was closed by hand is opened
    again only with `reopen`.
    """
    today = now.day.isoformat()
    if today > book.day:
        events: tuple[Event, ...] = _turning(book, now, DayOpened(date=today, trusted=now.trusted))
    elif reopen and not book.day_open:
        events = (DayOpened(date=book.day, trusted=now.trusted and today == book.day),)
    else:
        events = ()
    return tuple(replace(e, by=TIMER) for e in events)


def _turning(book: Book, now: Now, *opening: Event) -> tuple[Event, ...]:
    """One day ends and another begins; `now` as it is in the new one."""
    here = [t for t in book.all_live() if is_here(book, t, now)] if book.day_open else []
    return (*closing(book, here), *opening, *numbering.again(book), *taken_along(book, here, now))


def closing(book: Book, here: Collection[Ticket] = ()) -> tuple[Event, ...]:
    """The end of an open day: who is in service is finished, who still waits expires, `here` apart."""
    if not book.day_open:
        return ()
    stay = {t.id for t in here}
    ends: list[Event] = []
    for counter in book.counters.values():
        ticket = None if counter.ticket in stay else book.tickets.get(counter.ticket)
        if ticket and ticket.state is TicketState.SERVING:
            done = str(Outcome.DONE)
            ends.append(
                ServiceFinished(
                    ticket=ticket.id, counter=counter.id, outcome=done, staff=counter.hand or counter.staff
                )
            )
        elif ticket:
            ends.append(TicketExpired(ticket=ticket.id))
    left = (t for t in book.all_live() if t.state not in AT_COUNTER and t.id not in stay)
    return (*ends, *(TicketExpired(ticket=t.id) for t in left), DayClosed(date=book.day))


def open_day(book: Book, command: cmd.OpenDay, now: Now) -> tuple[Event, ...]:
    """今天是…: the person's word becomes the clock of this boot; who waits through it is taken along.

    Refused: bad_date, clock_backwards, clock_trusted.
    """
    day, right = _said(book, command)
    if day.isoformat() < book.day:
        raise Refused(No.CLOCK_BACKWARDS, day=book.day)
    clock = _clock(book, day, right, now)
    if day.isoformat() == book.day and book.day_open:
        return clock
    opened = DayOpened(date=day.isoformat(), trusted=True, by_hand=True)
    if day.isoformat() == book.day:
        return (*clock, opened)
    return _turning(book, replace(now, at=right, day=day, trusted=True), *clock, opened)


def close_day(book: Book, command: cmd.CloseDay, now: Now) -> tuple[Event, ...]:
    return closing(book)


def _said(book: Book, command: cmd.OpenDay) -> tuple[date, datetime]:
    try:
        day, at = date.fromisoformat(command.date), time.fromisoformat(command.time)
        return day, datetime.combine(day, at.replace(tzinfo=None), zone(book.plan.timezone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(No.BAD_DATE, date=command.date[:40], time=command.time[:40]) from None


def _clock(book: Book, day: date, right: datetime, now: Now) -> tuple[Event, ...]:
    offset_s = book.offsets_s.get(now.boot)
    if now.trusted and offset_s is None:
        if day != now.day:
            raise Refused(No.CLOCK_TRUSTED, day=now.day.isoformat())
        return ()
    box_at = now.at - timedelta(seconds=offset_s or 0.0)
    said_s = (right - box_at).total_seconds()
    if offset_s is not None and abs(said_s - offset_s) < SAME_TIME_S:
        return ()
    return (ClockSet(boot=now.boot, offset_s=said_s),)
