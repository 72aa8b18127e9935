"""Why somebody is next at a counter, and why somebody else is not: the rule, told to whoever asks.

The class of a priority is never told, and neither is why anybody has one.
"""

from typing import Any

from edge.hall import policy, turn
from edge.hall.book import AT_COUNTER, OVER, Book, Ticket
from edge.hall.hall import Hall
from edge.hall.hours import local_iso
from edge.hall.plan import Counter
from edge.hall.words import CounterId, Now, TicketState

Json = dict[str, Any]


def why(hall: Hall, counter: CounterId, now: Now, ticket: str = "") -> Json:
    """Who is next at this counter and why, and in which order the others follow; `mine` about one ticket.

    `because` of a line is `returned` (a no-show, or lost with the last day), `priority` or `waited_longest`;
    for one that has to let a priority pass, or that passes it, its place says enough. Where nobody waits,
    `next` may be a no-show, because `nobody_else`. Raises Refused (no_counter, no_ticket).
    """
    book, plan = hall.book, hall.plan
    planned, at = book.planned(counter), book.counter(counter)
    waiting = list(turn.candidates(book, planned, now))
    order = policy.in_order(plan, planned, waiting, at.priority_run)
    lines = [_line(book, planned, t, place) for place, t in enumerate(order, 1)]
    missing = turn.last_resort(book, planned, now)
    alone = {**_line(book, planned, missing, 1), "because": "nobody_else"} if missing and not order else None
    told = {
        "counter": planned.id,
        "state": str(book.state_of(at)),
        "next": lines[0] if lines else alone,
        "order": lines,
        "no_shows": [_no_show(book, t) for t in book.all_aside(TicketState.NO_SHOW)],
        "rule": {
            "services": list(plan.services_of(planned)),
            "holds": [c.id for c in book.held_at(planned.id)],
            "priority_in_a_row": plan.rules.priority_in_a_row,
            "priority_run": at.priority_run,
            "first_come_across_services": plan.rules.first_come_across_services,
        },
    }
    if ticket:
        told["mine"] = _mine(book, planned, book.find(ticket), order, missing)
    return told


def _line(book: Book, counter: Counter, ticket: Ticket, place: int) -> Json:
    is_first = policy.is_priority(book.plan, ticket)
    because = "returned" if ticket.returned else "priority" if is_first else "waited_longest"
    return {
        "place": place,
        "ticket": ticket.id,
        "number": ticket.number,
        "service": ticket.service,
        "because": because,
        "sent_here": ticket.to_counter == counter.id,
        "goes_on": book.tickets[ticket.id].state in AT_COUNTER,
        "issued_at": local_iso(book.plan, ticket.issued.at),
    }


def _no_show(book: Book, ticket: Ticket) -> Json:
    calls = book.calls_of.get(ticket.service, 0) - ticket.missed_at_call
    return {
        "ticket": ticket.id,
        "number": ticket.number,
        "service": ticket.service,
        "calls_to_go": max(0, book.plan.rules.no_show_after_others - calls),
    }


def _mine(book: Book, counter: Counter, mine: Ticket, order: list[Ticket], missing: Ticket | None) -> Json:
    """Why this ticket is not called here now.

    `because`: `next`, `waits` (`before` says for whom and why), `no_show`, `held`, `at_counter`, `over`,
    `sent_elsewhere`, `other_service`.
    """
    place = next((i for i, t in enumerate(order) if t.id == mine.id), None)
    told: Json = {"ticket": mine.id, "number": mine.number, "state": str(mine.state)}
    if place is not None:
        before = [(t, policy.before_because(book.plan, counter, t, order[place])) for t in order[:place]]
        told["because"] = "waits" if place else "next"
        told["place"] = place + 1
        told["before"] = [{"number": t.number, "because": because} for t, because in before]
    elif not order and missing and missing.id == mine.id:
        told["because"] = "next"
    else:
        told |= _not_in_line(book, mine)
    return told


def _not_in_line(book: Book, mine: Ticket) -> Json:
    if mine.state in OVER:
        return {"because": "over"}
    if mine.state in AT_COUNTER:
        return {"because": "at_counter", "counter": mine.counter}
    if mine.state is TicketState.NO_SHOW:
        return {"because": "no_show", "calls_to_go": _no_show(book, mine)["calls_to_go"]}
    if mine.state is TicketState.HELD:
        return {"because": "held", "counter": mine.counter}
    if mine.to_counter:
        return {"because": "sent_elsewhere", "counter": mine.to_counter}
    served = [c.id for c in book.plan.counters if c.takes_tickets and _calls(book, c.id, mine)]
    return {"because": "other_service", "counters": served}


def _calls(book: Book, counter: CounterId, ticket: Ticket) -> bool:
    return ticket.service in book.plan.services_of(book.planned(counter))
