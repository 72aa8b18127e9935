"""Decisions that bring a ticket back: a call undone unless it was said, a finish reopened, a visit's next
service.
"""

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall.book import Book, Ticket
from edge.hall.events import Event
from edge.hall.reasons import No
from edge.hall.words import Now, Refused, TicketState

Events = tuple[Event, ...]


def undo(book: Book, command: cmd.UndoCall, now: Now) -> Events:
    """Take the last call at the counter back, within some seconds and where nothing was said aloud yet; who
    was finished by it stays so.

    Refused: no_counter, nothing_to_undo, undo_too_late, call_said.
    """
    book.planned(command.counter)
    ticket = book.ticket_at(command.counter)
    if ticket is None or ticket.state is not TicketState.CALLED or not (ticket.before and ticket.called):
        raise Refused(No.NOTHING_TO_UNDO)
    limit_s = book.plan.rules.undo_s
    if ticket.called.age_s(now) > limit_s or ticket.recalls:
        raise Refused(No.UNDO_TOO_LATE, limit_s=f"{limit_s:g}")
    if ticket.said:
        raise Refused(No.CALL_SAID)
    return (ev.CallUndone(ticket=ticket.id, number=ticket.number, counter=command.counter),)


def say(book: Book, command: cmd.SayCall, now: Now) -> Events:
    """A loudspeaker begins: from now on the call stays. Of an older call there is nothing to note.

    Refused: no_counter, call_undone.
    """
    book.planned(command.counter)
    if command.call in book.undone:
        raise Refused(No.CALL_UNDONE)
    ticket = book.ticket_at(command.counter)
    is_it = ticket is not None and ticket.called is not None and ticket.called.seq == command.call
    if ticket is None or not is_it or ticket.state is not TicketState.CALLED or ticket.said:
        return ()
    return (ev.CallSaid(ticket=ticket.id, number=ticket.number, counter=command.counter),)


def reopen(book: Book, command: cmd.Reopen, now: Now) -> Events:
    """Go on with what was finished here last, unless the counter has called another; ratings stay.

    Refused: no_counter, counter_closed, counter_paused, counter_busy, nothing_to_reopen, reopen_too_late.
    """
    planned = book.planned(command.counter)
    counter = book.counter(planned.id)
    if not counter.is_open:
        raise Refused(No.COUNTER_CLOSED, counter=planned.name)
    if counter.is_paused:
        raise Refused(No.COUNTER_PAUSED, counter=planned.name)
    if here := book.ticket_at(planned.id):
        raise Refused(No.COUNTER_BUSY, number=here.number)
    finish = counter.finished
    ticket = book.tickets.get(finish.ticket) if finish else None
    if finish is None or ticket is None or not _is_still_there(ticket):
        raise Refused(No.NOTHING_TO_REOPEN)
    limit_s = book.plan.rules.reopen_s
    if finish.stamp.age_s(now) > limit_s:
        raise Refused(No.REOPEN_TOO_LATE, limit_s=f"{limit_s:g}")
    return (ev.ServiceReopened(ticket=ticket.id, counter=planned.id, staff=counter.staff),)


def _is_still_there(ticket: Ticket) -> bool:
    """Finished and nothing more, or only waiting for the next service of its visit."""
    waits_on = ticket.state is TicketState.WAITING and ticket.before is not None
    return ticket.state is TicketState.FINISHED or waits_on


def going_on(book: Book, events: Events) -> Events:
    """The same events, and after each finished service of a visit the next one's beginning.

    At the end of the day nothing goes on.
    """
    if any(isinstance(e, ev.DayClosed) for e in events):
        return events
    return tuple(e for event in events for e in (event, *_next_service(book, event)))


def _next_service(book: Book, event: Event) -> Events:
    if not isinstance(event, ev.ServiceFinished):
        return ()
    ticket = book.tickets.get(event.ticket)
    if ticket is None or not ticket.services:
        return ()
    on = ev.TicketContinued(by=event.by, ticket=ticket.id, counter=event.counter, service=ticket.services[0])
    return (on,)
