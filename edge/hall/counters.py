"""Decisions at a counter about its ticket: call, serve, put aside, send on, and the counter's close."""

from collections.abc import Collection
from dataclasses import replace

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall import hours, staffing, turn
from edge.hall.book import AT_COUNTER, OVER, Book, CounterNow, Ticket
from edge.hall.events import Event
from edge.hall.plan import Counter
from edge.hall.reasons import No
from edge.hall.words import TIMER, By, CounterId, Door, Now, Outcome, Refused, ServiceId, TicketState

Events = tuple[Event, ...]

# --- calling ------------------------------------------------------------------------------------------------


def call_next(book: Book, command: cmd.CallNext, now: Now) -> Events:
    """顺呼: finish the ticket still at the counter and call the next.

    With nobody waiting, a no-show comes back by itself. Without one, a ticket in service is finished all the
    same and nobody called: the clerk has said that he is done. One only called, whose citizen may still be on
    the way, stays, and the answer is nobody_waiting.
    Refused: no_counter, no_tickets_here, counter_closed, counter_paused, nobody_waiting.
    """
    planned = _calling_here(book, command.counter)
    opening = _opening(book, planned, command, now)
    counter, former = book.counter(planned.id), book.ticket_at(planned.id)
    ticket = turn.next_at(book, planned, now)
    if ticket is not None:
        before = (*opening, *_finish_former(book, counter, now), *_come_back(ticket))
        return (*before, *_call(book, counter, opening, ticket, command.by))
    if former and turn.is_served(book, former, now):
        return _finish_former(book, counter, now)
    if opening:
        return opening
    raise Refused(No.NOBODY_WAITING)


def call_ticket(book: Book, command: cmd.CallTicket, now: Now) -> Events:
    """选呼: call this one, also a held one or a no-show; the ticket still at the counter is finished.

    Refused: as call_next, and no_ticket, ticket_over, ticket_at_counter.
    """
    planned = _calling_here(book, command.counter)
    opening = _opening(book, planned, command, now)
    ticket = book.find(command.ticket)
    if ticket.state in OVER:
        raise Refused(No.TICKET_OVER, number=ticket.number, state=ticket.state)
    if ticket.state in AT_COUNTER:
        raise Refused(No.TICKET_AT_COUNTER, number=ticket.number, counter=ticket.counter)
    counter = book.counter(planned.id)
    return (*opening, *_finish_former(book, counter, now), *_call(book, counter, opening, ticket, command.by))


def _calling(book: Book, id: str) -> Counter:
    planned = book.planned(id)
    if not planned.takes_tickets:
        raise Refused(No.NO_TICKETS_HERE, counter=planned.name)
    return planned


def _calling_here(book: Book, id: str) -> Counter:
    planned = _calling(book, id)
    staffing.refuse_covered(book, planned)
    return planned


def _opening(book: Book, planned: Counter, command: cmd.AtCounter, now: Now) -> Events:
    """What a call needs first: nothing, or, from a pad on a counter closed within hours, its opening."""
    counter = book.counter(planned.id)
    if counter.is_paused:
        raise Refused(No.COUNTER_PAUSED, counter=planned.name)
    if counter.is_open:
        return ()
    within_hours = not book.hours_hold(now) or hours.counter_within_hours(book.plan, planned, now)
    if command.by.door is Door.PAD and book.plan.rules.pad_opens_counter and within_hours:
        return staffing.open_for(book, counter, command.by.staff)
    raise Refused(No.COUNTER_CLOSED, counter=planned.name)


def _call(book: Book, counter: CounterNow, opening: Events, ticket: Ticket, by: By) -> Events:
    staff = next((e.staff for e in opening if isinstance(e, ev.StaffSignedIn)), None)
    if staff is None:
        staff = staffing.who(replace(counter, ticket=""), by)
    call = ev.TicketCalled(ticket=ticket.id, number=ticket.number, counter=counter.id, staff=staff)
    return (call, *_returns(book, ticket.service, ticket))


def _come_back(ticket: Ticket) -> Events:
    """A no-show that is called because nobody else waits."""
    is_missing = ticket.state is TicketState.NO_SHOW
    return (ev.TicketReturned(ticket=ticket.id, by=TIMER),) if is_missing else ()


def _returns(book: Book, service: ServiceId, called: Ticket) -> Events:
    """No-shows of this service whose turn has come back with the call of `called`."""
    calls = book.calls_of.get(service, 0) + 1
    return tuple(
        ev.TicketReturned(ticket=t.id, by=TIMER)
        for t in book.all_aside(TicketState.NO_SHOW)
        if t.id != called.id and t.service == service and _is_due(book, t, calls)
    )


def _is_due(book: Book, ticket: Ticket, calls: int) -> bool:
    return calls - ticket.missed_at_call >= book.plan.rules.no_show_after_others


def _finish_former(book: Book, counter: CounterNow, now: Now) -> Events:
    """The end of the ticket still at the counter; one that was never started ends without a start."""
    ticket = book.tickets.get(counter.ticket)
    if ticket is None:
        return ()
    start: Events = ()
    if turn.start_is_due(book, ticket, now):
        start = (_started(ticket, counter, by_timer=True),)
    return (*start, _finished(ticket, counter, Outcome.DONE))


def _started(ticket: Ticket, counter: CounterNow, item: str = "", by_timer: bool = False) -> Event:
    staff = counter.hand or counter.staff
    started = ev.ServiceStarted(ticket=ticket.id, counter=counter.id, staff=staff, item=item)
    return replace(started, by=TIMER) if by_timer else started


def _finished(ticket: Ticket, counter: CounterNow, outcome: Outcome, cases: tuple[str, ...] = ()) -> Event:
    return ev.ServiceFinished(
        ticket=ticket.id,
        counter=counter.id,
        outcome=str(outcome),
        staff=counter.hand or counter.staff,
        cases=cases,
    )


# --- the ticket at the counter ------------------------------------------------------------------------------


def recall(book: Book, command: cmd.Recall, now: Now) -> Events:
    """重呼. Refused: no_counter, no_ticket_here, recall_limit."""
    ticket = _here(book, command)
    limit = book.plan.rules.recall_limit
    if ticket.recalls >= limit:
        raise Refused(No.RECALL_LIMIT, limit=limit, number=ticket.number)
    return (
        ev.TicketRecalled(
            ticket=ticket.id, number=ticket.number, counter=command.counter, times=ticket.recalls + 1
        ),
    )


def start(book: Book, command: cmd.StartService, now: Now) -> Events:
    """Start service; on one in service only a new item is noted. Refused: no_counter, no_ticket_here."""
    ticket = _here(book, command)
    if ticket.state is TicketState.SERVING and command.item in ("", ticket.item):
        return ()
    return (_started(ticket, book.counter(command.counter), command.item),)


def finish(book: Book, command: cmd.FinishService, now: Now) -> Events:
    """Finish by a person's word, which also says that a ticket only called was served.

    Refused: no_counter, no_ticket_here.
    """
    ticket, counter = _here(book, command), book.counter(command.counter)
    finished = _finished(ticket, counter, command.outcome, command.cases)
    if ticket.state is TicketState.CALLED:
        return (_started(ticket, counter, by_timer=turn.start_is_due(book, ticket, now)), finished)
    return (finished,)


def miss(book: Book, command: cmd.MarkNoShow, now: Now) -> Events:
    """过号: aside until others were called, cancelled when it has come back often enough.

    Refused: no_counter, no_ticket_here.
    """
    ticket, rules = _here(book, command), book.plan.rules
    times = ticket.misses + 1
    missed = ev.TicketMissed(ticket=ticket.id, counter=command.counter, times=times)
    if times > rules.no_show_limit:
        return (missed, ev.TicketCancelled(ticket=ticket.id, why="no_show"))
    return (missed, ev.TicketReturned(ticket=ticket.id)) if rules.no_show_after_others <= 0 else (missed,)


def hold(book: Book, command: cmd.Hold, now: Now) -> Events:
    """挂起. Refused: no_counter, no_ticket_here."""
    return (ev.TicketHeld(ticket=_here(book, command).id, counter=command.counter),)


def resume(book: Book, command: cmd.Resume, now: Now) -> Events:
    """A held ticket is back at a free counter; without a name the one last held there.

    Refused: as call_next, and counter_busy, no_ticket, not_held.
    """
    planned = _calling_here(book, command.counter)
    opening = _opening(book, planned, command, now)
    if here := book.ticket_at(planned.id):
        raise Refused(No.COUNTER_BUSY, number=here.number)
    if command.ticket:
        ticket = book.find(command.ticket)
        held = ticket if ticket.state is TicketState.HELD else None
    else:
        held_here = [t for t in book.all_aside(TicketState.HELD) if t.counter == planned.id]
        held = held_here[-1] if held_here else None
    if held is None:
        raise Refused(No.NOT_HELD)
    staff = staffing.who(book.counter(planned.id), command.by)
    return (*opening, ev.TicketResumed(ticket=held.id, counter=planned.id, staff=staff))


def transfer(book: Book, command: cmd.Transfer, now: Now) -> Events:
    """转移 to a service or a counter, with its place in time.

    Refused: no_counter, no_ticket_here, no_service, no_tickets_here, transfer_nowhere.
    """
    ticket = _here(book, command)
    if command.service and not book.plan.service(command.service):
        raise Refused(No.NO_SERVICE, service=command.service[:40])
    if command.to_counter:
        _calling(book, command.to_counter)
    if command.to_counter == command.counter or not (command.service or command.to_counter):
        raise Refused(No.TRANSFER_NOWHERE)
    return (
        ev.TicketTransferred(
            ticket=ticket.id,
            counter=command.counter,
            service=command.service or ticket.service,
            to_counter=command.to_counter,
        ),
    )


def capture(book: Book, command: cmd.NoteCapture, now: Now) -> Events:
    """A stored page belongs to the ticket at the counter, if there is one. Refused: no_counter."""
    book.planned(command.counter)
    return (
        ev.DocumentCaptured(
            capture=command.capture,
            counter=command.counter,
            digest=command.digest,
            size_bytes=command.size_bytes,
            ticket=book.counter(command.counter).ticket,
            pages=command.pages,
            item=command.item,
            material=command.material,
            original=command.original,
        ),
    )


def _here(book: Book, command: cmd.AtCounter) -> Ticket:
    book.planned(command.counter)
    ticket = book.ticket_at(command.counter)
    if ticket is None:
        raise Refused(No.NO_TICKET_HERE)
    return ticket


# --- the end at a counter ----------------------------------------------------------------------------------


def close(book: Book, command: cmd.CloseCounter, now: Now) -> Events:
    """Close: the ticket there is finished, who waits for this counter alone may go to others.

    Who is signed in is signed out; what was held from here is itself again. Refused: no_counter.
    """
    book.planned(command.counter)
    counter = book.counter(command.counter)
    if not counter.is_open:
        return ()
    away = (*staffing.signed_out(counter), ev.CounterClosed(counter=counter.id))
    closing = [c.id for c in book.held_at(counter.id)] + [counter.id]
    freed = tuple(e for id in closing for e in _set_free(book, id, closing))
    uncovered = staffing.uncover_all(book, counter.id)
    return (*_finish_former(book, counter, now), *freed, *uncovered, *away)


def _set_free(book: Book, counter: CounterId, closing: Collection[CounterId]) -> Events:
    """Back to its service's line for each who was sent here, where another counter calls that service."""
    others = [c for c in book.plan.counters if c.takes_tickets and c.id not in closing]
    called_elsewhere = {service for other in others for service in book.plan.services_of(other)}
    sent = (book.tickets[id] for id in book.sent.get(counter, ()))
    return tuple(
        ev.TicketTransferred(ticket=t.id, counter=counter, service=t.service)
        for t in sent
        if t.service in called_elsewhere
    )


# --- time alone ---------------------------------------------------------------------------------------------


def by_tick(book: Book, now: Now) -> Events:
    """Service that counts as started by now. A paused counter waits until it is open again."""
    return tuple(
        _started(ticket, counter, by_timer=True)
        for counter in book.counters.values()
        if not counter.is_paused
        and (ticket := book.tickets.get(counter.ticket))
        and turn.start_is_due(book, ticket, now)
    )
