"""Part of book 1's fold: events by which a ticket takes up a place again, or one outside the usual order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

from edge.hall import events as ev
from edge.hall.book import AT_COUNTER, Book, CounterNow, Former, HintNow, ListNow, Step, Ticket
from edge.hall.moves import move, place, unannounce
from edge.hall.words import PaperState, Stamp, TicketNumber, TicketState

Handler: TypeAlias = Callable[[Book, Any, Stamp], None]

RECENT = 40
"""So many of a kiosk's last numbers are enough to see that it gives many."""
HINTS = 5


# --- taking -------------------------------------------------------------------------------------------------


def issued(book: Book, event: ev.TicketIssued, stamp: Stamp) -> None:
    """What taking a number means beside the ticket itself."""
    if former := next((f for f in book.formers.values() if f.id == event.former), None):
        book.formers[former.number] = replace(former, used=True)
    if event.kiosk:
        book.taken[event.kiosk] = (*book.taken.get(event.kiosk, ()), stamp)[-RECENT:]


def issued_at(event: ev.TicketIssued, stamp: Stamp) -> Stamp:
    """When the number was given: now, or when it was written by hand."""
    if not event.taken_at:
        return stamp
    at = datetime.fromisoformat(event.taken_at)
    earlier_s = (stamp.at - at).total_seconds()
    return replace(stamp, at=at, uptime_s=stamp.uptime_s - earlier_s)


def _many_taken(book: Book, event: ev.ManyTaken, stamp: Stamp) -> None:
    book.hints = (HintNow(stamp, event.kiosk, event.taken), *book.hints)[:HINTS]


# --- a clerk's slip of the finger ---------------------------------------------------------------------------


def called_from(counter: CounterNow) -> CounterNow:
    """A counter at the moment of its call, which an undo can bring back."""
    return replace(counter, run_before=counter.priority_run, finished_before=counter.finished, finished=None)


def _call_undone(book: Book, event: ev.CallUndone, stamp: Stamp) -> None:
    ticket = book.tickets.get(event.ticket)
    if ticket is None or ticket.before is None or ticket.state is not TicketState.CALLED:
        return
    former = replace(ticket.before, history=ticket.history, paper=ticket.paper, printer=ticket.printer)
    move(book, former, stamp, "call_undone", event.counter)
    counter = book.counter(event.counter)
    book.counters[counter.id] = replace(
        counter, priority_run=counter.run_before, finished=counter.finished_before, finished_before=None
    )
    book.calls_of[ticket.service] = max(0, book.calls_of.get(ticket.service, 0) - 1)
    unannounce(book, event.counter, ticket.number)


def _call_said(book: Book, event: ev.CallSaid, stamp: Stamp) -> None:
    ticket = book.tickets.get(event.ticket)
    if ticket and ticket.state is TicketState.CALLED:
        move(book, ticket, stamp, "said", event.counter, said=True)


def _continued(book: Book, event: ev.TicketContinued, stamp: Stamp) -> None:
    if ticket := book.tickets.get(event.ticket):
        move(
            book,
            ticket,
            stamp,
            "continued",
            event.counter,
            state=TicketState.WAITING,
            service=event.service,
            services=tuple(s for s in ticket.services if s != event.service),
            to_counter="",
            returned=False,
            called=None,
            started=None,
            started_by_hand=False,
            worked_s=0.0,
            took_s=0.0,
            recalls=0,
            misses=0,
            before=replace(ticket, before=None),
        )


def _reopened(book: Book, event: ev.ServiceReopened, stamp: Stamp) -> None:
    ticket = book.tickets.get(event.ticket)
    if ticket is None or ticket.state in AT_COUNTER:
        return
    if ticket.state is TicketState.WAITING and ticket.before:
        ticket = replace(ticket.before, history=ticket.history, paper=ticket.paper, printer=ticket.printer)
    _forget_time(book, ticket)
    move(
        book,
        ticket,
        stamp,
        "reopened",
        event.counter,
        state=TicketState.SERVING,
        counter=event.counter,
        started=stamp,
        started_by_hand=True,
        worked_s=ticket.took_s or ticket.worked_s,
        took_s=0.0,
    )
    counter = book.counter(event.counter)
    book.counters[counter.id] = replace(
        counter, ticket=ticket.id, hand=event.staff, finished=None, finished_before=None
    )


def _forget_time(book: Book, ticket: Ticket) -> None:
    """Its service time was none yet."""
    times = book.times_s.get(ticket.service, ())
    if ticket.took_s and ticket.took_s in times:
        last = len(times) - 1 - times[::-1].index(ticket.took_s)
        book.times_s[ticket.service] = (*times[:last], *times[last + 1 :])


# --- a day that changes while people wait -------------------------------------------------------------------


def formers(book: Book) -> dict[str, Former]:
    """What expired in the day that ends here, for those who come again on the next."""
    expired = (t for t in book.tickets.values() if t.state is TicketState.EXPIRED)
    return {t.number: Former(t.id, t.number, t.service) for t in expired}


def _carried(book: Book, event: ev.TicketCarried, stamp: Stamp) -> None:
    """Made from the event alone, so that a fold may begin with the day."""
    state = TicketState(event.state)
    ticket = Ticket(
        id=event.ticket,
        number=event.number,
        service=event.service,
        place=event.place,
        issued=event.issued,
        item=event.item,
        priority=event.priority,
        services=event.services,
        kiosk=event.kiosk,
        printer=event.printer,
        by_hand=event.by_hand,
        state=state,
        paper=PaperState(event.paper),
        counter=event.counter,
        to_counter=event.to_counter,
        returned=event.returned,
        called=stamp if state is TicketState.CALLED else None,
        started=stamp if state is TicketState.SERVING else None,
        started_by_hand=event.started_by_hand,
        worked_s=event.worked_s,
        recalls=event.recalls,
        misses=event.misses,
        missed_at_call=-event.calls_since_miss,
        history=(Step(event.issued, "issued"), Step(stamp, "carried")),
        rated_before=event.rated,
    )
    number = TicketNumber.parse(event.number)
    book.numbers[str(number)] = ticket.id
    book.brought[number.prefix] = (*book.brought.get(number.prefix, ()), number.n)
    place(book, ticket)
    if state in AT_COUNTER:
        counter = book.counter(event.counter)
        book.counters[counter.id] = replace(counter, ticket=ticket.id)


# --- papers with those waiting ------------------------------------------------------------------------------


def _list_asked(book: Book, event: ev.WaitingListAsked, stamp: Stamp) -> None:
    book.lists[event.list] = ListNow(event.list, event.printer, stamp)


def _list_started(book: Book, event: ev.WaitingListStarted, stamp: Stamp) -> None:
    if known := book.lists.get(event.list):
        book.lists[event.list] = replace(known, state=PaperState.PRINTING)


def _list_ended(book: Book, event: ev.WaitingListEnded, stamp: Stamp) -> None:
    if known := book.lists.get(event.list):
        book.lists[event.list] = replace(known, state=PaperState(event.state), code=event.code)


HANDLERS: dict[type[ev.Event], Handler] = {
    ev.ManyTaken: _many_taken,
    ev.CallUndone: _call_undone,
    ev.CallSaid: _call_said,
    ev.TicketContinued: _continued,
    ev.ServiceReopened: _reopened,
    ev.TicketCarried: _carried,
    ev.WaitingListAsked: _list_asked,
    ev.WaitingListStarted: _list_started,
    ev.WaitingListEnded: _list_ended,
}
