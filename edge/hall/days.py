"""Decisions about the business day and the clock: open, close, change at midnight, 今天是…."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from edge.hall import commands as cmd
from edge.hall.book import Book
from edge.hall.events import ClockSet, DayClosed, DayOpened, Event, ServiceFinished, TicketExpired
from edge.hall.hours import zone
from edge.hall.reasons import No
from edge.hall.words import TIMER, Now, Outcome, Refused, TicketState

SAME_TIME_S = 60.0
"""A person sets hours and minutes: a smaller difference says nothing."""


def change(book: Book, now: Now, reopen: bool) -> tuple[Event, ...]:
    """What the calendar asks of the day before anything else is decided.

    A later date closes the old day and opens the new one. An earlier one changes nothing: the hall goes on
    in the stored day. A day that was closed by hand is opened again only with `reopen`.
    """
    today = now.day.isoformat()
    if today > book.day:
        events: tuple[Event, ...] = (*closing(book), DayOpened(date=today, trusted=now.trusted))
    elif reopen and not book.day_open:
        events = (DayOpened(date=book.day, trusted=now.trusted and today == book.day),)
    else:
        events = ()
    return tuple(replace(e, by=TIMER) for e in events)


def closing(book: Book) -> tuple[Event, ...]:
    """The end of an open day: who is in service is finished, who still waits expires."""
    if not book.day_open:
        return ()
    ends: list[Event] = []
    for counter in book.counters.values():
        ticket = book.tickets.get(counter.ticket)
        if ticket and ticket.state is TicketState.SERVING:
            done = str(Outcome.DONE)
            ends.append(
                ServiceFinished(ticket=ticket.id, counter=counter.id, outcome=done, staff=counter.staff)
            )
        elif ticket:
            ends.append(TicketExpired(ticket=ticket.id))
    left = sorted((*book.all_waiting(), *(book.tickets[id] for id in book.aside)), key=lambda t: t.place)
    return (*ends, *(TicketExpired(ticket=t.id) for t in left), DayClosed(date=book.day))


def open_day(book: Book, command: cmd.OpenDay, now: Now) -> tuple[Event, ...]:
    """今天是…: the person's word becomes the clock of this boot.

    Refused: bad_date, clock_backwards, clock_trusted.
    """
    day, right = _said(book, command)
    if day.isoformat() < book.day:
        raise Refused(No.CLOCK_BACKWARDS, day=book.day)
    clock = _clock(book, day, right, now)
    if day.isoformat() == book.day and book.day_open:
        return clock
    close = closing(book) if day.isoformat() > book.day else ()
    return (*close, *clock, DayOpened(date=day.isoformat(), trusted=True, by_hand=True))


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
