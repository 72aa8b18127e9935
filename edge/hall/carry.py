"""Who is in the hall while the business day changes: pure rules, and the events that take them along.

A day ends for a ticket where its service's hours end before midnight, under a clock that is known to be
right; where a person closes the day; and after `carry_h` hours of waiting. In every other case, above all
when a clock jumps under the hands of people who wait, nobody is dropped: the ticket goes into the new day
with its number, its id and its place.
"""

from datetime import timedelta

from edge.hall import events as ev
from edge.hall import hours
from edge.hall.book import Book, CounterNow, Ticket
from edge.hall.events import Event
from edge.hall.words import Now, TicketState

Events = tuple[Event, ...]


def is_here(book: Book, ticket: Ticket, now: Now) -> bool:
    """Is who holds this ticket still in the hall, as far as anybody can know? `now`: in the new day."""
    age_s = ticket.issued.age_s(now)
    is_known = ticket.issued.boot == now.boot or now.trusted
    if is_known and age_s > book.plan.rules.carry_h * 3600:
        return False
    if not now.trusted:
        return True
    taken = now.at - timedelta(seconds=age_s)
    day = hours.local(book.plan, taken).date()
    service = book.plan.service(ticket.service)
    return day >= now.day or (service is not None and hours.runs_through_midnight(book.plan, service, day))


def taken_along(book: Book, tickets: list[Ticket], now: Now) -> Events:
    """After the new day's opening: these tickets as they were, and, if there are any, the counters too."""
    if not tickets:
        return ()
    counters = (e for c in book.counters.values() for e in _counter(c))
    return (*counters, *(_carried(book, t, now) for t in sorted(tickets, key=lambda t: t.place)))


def _counter(counter: CounterNow) -> Events:
    events: list[Event] = []
    if counter.is_open:
        events.append(ev.CounterOpened(counter=counter.id))
    if counter.staff:
        events.append(ev.StaffSignedIn(counter=counter.id, staff=counter.staff))
    events += (ev.StaffSignedIn(counter=counter.id, staff=s, beside=True) for s in counter.beside)
    if counter.served_at:
        events.append(ev.CounterCovered(counter=counter.id, at=counter.served_at))
    if counter.is_open and counter.is_paused:
        events.append(ev.CounterPaused(counter=counter.id, reason=counter.reason))
    return tuple(events)


def _carried(book: Book, ticket: Ticket, now: Now) -> Event:
    issued = ticket.issued
    worked_s = ticket.worked_s
    if ticket.state is TicketState.SERVING and ticket.started:
        worked_s += ticket.started.age_s(now)
    is_missed = ticket.state is TicketState.NO_SHOW
    return ev.TicketCarried(
        ticket=ticket.id,
        number=ticket.number,
        service=ticket.service,
        state=str(ticket.state),
        place=ticket.place,
        issued_at=issued.at.isoformat(),
        issued_boot=issued.boot,
        issued_uptime_s=issued.uptime_s,
        issued_day=issued.day.isoformat(),
        issued_seq=issued.seq,
        services=ticket.services,
        item=ticket.item,
        priority=ticket.priority,
        kiosk=ticket.kiosk,
        printer=ticket.printer,
        paper=str(ticket.paper),
        counter=ticket.counter,
        to_counter=ticket.to_counter,
        returned=ticket.returned,
        started_by_hand=ticket.started_by_hand,
        worked_s=worked_s,
        recalls=ticket.recalls,
        misses=ticket.misses,
        calls_since_miss=book.calls_of.get(ticket.service, 0) - ticket.missed_at_call if is_missed else 0,
        by_hand=ticket.by_hand,
        rated=ticket.was_rated,
    )
