"""How the fold moves a ticket: its next state, its history, and whatever lists hang on the state."""

from dataclasses import replace
from typing import Any

from edge.hall.book import AT_COUNTER, LAST_CALLS, Book, CallNow, CounterNow, Step, Ticket
from edge.hall.words import CounterId, Stamp, TicketState


def move(book: Book, ticket: Ticket, stamp: Stamp, what: str, where: CounterId = "", **change: Any) -> None:
    """Write the ticket's next state; `ticket` may already differ from what the book holds."""
    before = book.tickets[ticket.id]
    after = replace(ticket, history=(*ticket.history, Step(stamp, what, where)), **change)
    if before.state is TicketState.WAITING:
        book.take_out_of_line(before)
    book.aside.pop(before.id, None)
    if before.state in AT_COUNTER and (after.state not in AT_COUNTER or after.counter != before.counter):
        _leave_counter(book, before)
    place(book, after)


def place(book: Book, ticket: Ticket) -> None:
    """Put a ticket where its state says, a counter apart; it is nowhere else."""
    book.tickets[ticket.id] = ticket
    if ticket.state is TicketState.WAITING:
        book.put_in_line(ticket)
    elif ticket.state in (TicketState.HELD, TicketState.NO_SHOW):
        book.aside[ticket.id] = ticket.state


def _leave_counter(book: Book, ticket: Ticket) -> None:
    counter = book.counter(ticket.counter)
    if counter.ticket == ticket.id:
        book.counters[counter.id] = replace(counter, ticket="")


def at_counter(book: Book, counter: CounterNow, ticket: Ticket) -> None:
    book.counters[counter.id] = replace(counter, ticket=ticket.id)


def announce(book: Book, counter: CounterId, number: str, kind: str, stamp: Stamp) -> None:
    """A call or recall for boards, screens and voice."""
    at = book.counter(counter)
    book.counters[counter] = replace(at, calls=at.calls + 1)
    book.last_calls = (CallNow(stamp, number, counter, kind), *book.last_calls)[:LAST_CALLS]


def unannounce(book: Book, counter: CounterId, number: str) -> None:
    """The newest call of this number at this counter never was."""
    calls = book.last_calls
    for i, call in enumerate(calls):
        if (call.counter, call.number) == (counter, number):
            book.last_calls = (*calls[:i], *calls[i + 1 :])
            book.undone = (call.stamp.seq, *book.undone)[:LAST_CALLS]
            return
