"""Decisions about tickets away from the counters: cancel, served by hand, and their slips."""

from edge.hall import commands as cmd
from edge.hall.book import AT_COUNTER, OVER, Book, Ticket
from edge.hall.events import Event, SlipDecided, SlipQueued, TicketCancelled, TicketServedByHand
from edge.hall.reasons import No
from edge.hall.words import (
    DeviceId,
    Now,
    PaperState,
    Refused,
    TicketNumber,
    TicketState,
)


def cancel(book: Book, command: cmd.CancelTicket, now: Now) -> tuple[Event, ...]:
    """Take a ticket back. Refused: no_ticket, ticket_at_counter, ticket_over."""
    ticket = book.find(command.ticket)
    if ticket.state is TicketState.CANCELLED:
        return ()
    refuse_over(ticket)
    if ticket.state in AT_COUNTER:
        raise Refused(No.TICKET_AT_COUNTER, number=ticket.number, counter=ticket.counter)
    return (TicketCancelled(ticket=ticket.id, why="asked"),)


def refuse_over(ticket: Ticket) -> None:
    if ticket.state in OVER:
        raise Refused(No.TICKET_OVER, number=ticket.number, state=ticket.state)


def reprint(book: Book, command: cmd.Reprint, now: Now) -> tuple[Event, ...]:
    """Print the slip once more. Refused: no_ticket, ticket_over, slip_busy, no_printer."""
    ticket = book.find(command.ticket)
    refuse_over(ticket)
    if ticket.paper in (PaperState.QUEUED, PaperState.PRINTING):
        raise Refused(No.SLIP_BUSY, number=ticket.number)
    printer = ticket.printer or only_printer(book)
    if not printer:
        raise Refused(No.NO_PRINTER)
    return (SlipQueued(ticket=ticket.id, printer=printer),)


def decide_slip(book: Book, command: cmd.DecideSlip, now: Now) -> tuple[Event, ...]:
    """A person's word on a slip whose fate is unknown. Refused: no_ticket, bad_state, slip_not_unknown."""
    ticket = book.find(command.ticket)
    if command.state not in (PaperState.PRINTED, PaperState.FAILED):
        raise Refused(No.BAD_STATE, state=str(command.state))
    if ticket.paper is not PaperState.UNKNOWN:
        raise Refused(No.SLIP_NOT_UNKNOWN, number=ticket.number, state=ticket.paper)
    return (SlipDecided(ticket=ticket.id, state=str(command.state)),)


def served_by_hand(book: Book, command: cmd.MarkServedByHand, now: Now) -> tuple[Event, ...]:
    """Numbers of a service up to one were served without the machine; who is at a counter stays there.

    A number of the block for hands means those that wait for this service.

    Refused: no_service, bad_number.
    """
    service = book.service(command.service)
    try:
        last = TicketNumber.parse(command.up_to)
    except ValueError:
        raise Refused(No.BAD_NUMBER, number=command.up_to[:40]) from None
    by_hand = last.prefix == book.plan.rules.hand_prefix
    if last.prefix != service.prefix and not by_hand:
        raise Refused(No.BAD_NUMBER, number=str(last))
    waiting = (*book.all_waiting(), *(book.tickets[id] for id in book.aside))
    among = (t for t in waiting if not by_hand or t.service == service.id)
    served = [t for t in among if (n := TicketNumber.parse(t.number)).prefix == last.prefix and n <= last]
    return tuple(TicketServedByHand(ticket=t.id) for t in sorted(served, key=lambda t: t.place))


def only_printer(book: Book) -> DeviceId:
    """The hall's ticket printer, where there is one and no choice."""
    printers = {k.printer for k in book.plan.kiosks if k.printer}
    return printers.pop() if len(printers) == 1 else ""
