"""Whose turn it is at a counter: the rule of `policy` on the book as it stands."""

from collections.abc import Iterator
from dataclasses import replace

from edge.hall import policy
from edge.hall.book import Book, Ticket
from edge.hall.plan import Counter
from edge.hall.words import Now, TicketState


def next_at(book: Book, planned: Counter, now: Now) -> Ticket | None:
    """The ticket that 顺呼 calls here now, None where nobody is left.

    Where nobody waits any more, a no-show comes back by itself, the one that was missed first.
    """
    run = book.counter(planned.id).priority_run
    return policy.next_of(book.plan, planned, candidates(book, planned, now), run) or last_resort(
        book, planned, now
    )


def candidates(book: Book, planned: Counter, now: Now) -> Iterator[Ticket]:
    """Everybody who waits for this counter, and who will when the service there is done."""
    yield from book.waiting_for(planned)
    former = book.ticket_at(planned.id)
    if former and is_served(book, former, now):
        yield from going_on(book, planned, former)


def going_on(book: Book, planned: Counter, former: Ticket) -> Iterator[Ticket]:
    """The counter's ticket as it will wait for its next service, where this counter calls that too."""
    if former.services and former.services[0] in book.plan.services_of(planned):
        yield replace(
            former,
            service=former.services[0],
            services=former.services[1:],
            state=TicketState.WAITING,
            returned=False,
            to_counter="",
        )


def last_resort(book: Book, planned: Counter, now: Now) -> Ticket | None:
    """The no-show for an otherwise empty line; somebody only called, who may be on the way, is not rushed."""
    former = book.ticket_at(planned.id)
    if former and not is_served(book, former, now):
        return None
    services = book.plan.services_of(planned)
    return next((t for t in book.all_aside(TicketState.NO_SHOW) if t.service in services), None)


def is_served(book: Book, ticket: Ticket, now: Now) -> bool:
    """In service, or called so long ago that it counts as that."""
    return ticket.state is TicketState.SERVING or start_is_due(book, ticket, now)


def start_is_due(book: Book, ticket: Ticket, now: Now) -> bool:
    after_s = book.plan.rules.start_after_call_s
    if ticket.state is not TicketState.CALLED or ticket.called is None or after_s <= 0:
        return False
    return book.between_s(ticket.called, now) >= after_s
