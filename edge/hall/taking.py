"""Decisions that give a number: at the kiosk, for somebody else, by a hand-written slip, after a lost day."""

from datetime import UTC, datetime, time

from edge.hall import commands as cmd
from edge.hall import limits, policy
from edge.hall.book import OVER, Book, Former
from edge.hall.events import Event, ManyTaken, NumbersLow, TicketIssued
from edge.hall.hours import zone
from edge.hall.plan import Service
from edge.hall.reasons import No
from edge.hall.words import DeviceId, Now, Refused, ServiceId, TicketNumber, day_of, ticket_id

AT_ONCE = range(1, 11)
MANY_WITHIN_S = 60.0
_BETWEEN = 0.001
"""Between the places of two tickets: a thousand hand-written numbers fit in."""


def take(book: Book, command: cmd.TakeTicket, now: Now) -> tuple[Event, ...]:
    """Issue the next number of a service, or several; all of them or none.

    Refused: no_service, no_priority, bad_count, closed, full, no_former, former_used, has_ticket.
    """
    service = book.service(command.service)
    _check(book, command)
    if shut := limits.shut(book, service, now, command.count):
        raise Refused(shut.reason, service=service.name, opens_at=shut.opens_at, opens_on=shut.opens_on)
    former = _former(book, command)
    card = command.card if book.plan.rules.one_ticket_per_card else ""
    _refuse_second(book, service.id, card)
    newcomer = policy.Newcomer(service.id, command.priority, returned=former is not None)
    ahead = policy.ahead(book.plan, newcomer, book.line_of(service.id))
    numbers = limits.next_numbers(book, service, command.count)
    issued = tuple(
        TicketIssued(
            ticket=ticket_id(book.plan.hall, day_of(book.day), number),
            number=str(number),
            service=service.id,
            item=command.item,
            priority=command.priority,
            kiosk=command.kiosk,
            printer=_printer_of(book, command.kiosk),
            ahead=ahead + i,
            services=command.services if len(command.services) > 1 else (),
            former=former.id if former else "",
            card=card,
        )
        for i, number in enumerate(numbers)
    )
    return (*_low(book, service, numbers[-1]), *issued, *_many(book, command, now))


def key_in(book: Book, command: cmd.KeyInTicket, now: Now) -> tuple[Event, ...]:
    """Give a hand-written number its place in the line, by the time that was written on it.

    It has been given: no hours, no quota.
    Refused: no_service, no_priority, bad_number, number_taken, bad_time.
    """
    service = book.service(command.service)
    _check_priority(book, command.priority)
    number = _by_hand(book, command.number)
    if str(number) in book.numbers:
        raise Refused(No.NUMBER_TAKEN, number=command.number[:40])
    at = _taken_at(book, command, now)
    place = max((t.place for t in book.tickets.values() if at and t.issued.at <= at), default=0.0)
    line = book.line_of(service.id)
    newcomer = policy.Newcomer(service.id, command.priority)
    if at:
        newcomer = policy.Newcomer(service.id, command.priority, place=place + _BETWEEN)
    return (
        TicketIssued(
            ticket=ticket_id(book.plan.hall, day_of(book.day), number),
            number=f"{number.prefix}{number.n:02d}",
            service=service.id,
            priority=command.priority,
            ahead=policy.ahead(book.plan, newcomer, line),
            by_hand=True,
            taken_at=at.isoformat() if at else "",
            place=place + _BETWEEN if at else 0.0,
        ),
    )


def _check(book: Book, command: cmd.TakeTicket) -> None:
    _check_priority(book, command.priority)
    for id in command.services:
        book.service(id)
    is_several = command.count > 1 and (command.former or command.card)
    if command.count not in AT_ONCE or is_several:
        raise Refused(No.BAD_COUNT, count=command.count)
    visit = command.services
    if visit and (visit[0] != command.service or len(set(visit)) < len(visit)):
        raise Refused(No.NO_SERVICE, service=command.service[:40])


def _check_priority(book: Book, priority: str) -> None:
    if priority and priority not in book.plan.priorities:
        raise Refused(No.NO_PRIORITY, priority=priority[:40])


def _former(book: Book, command: cmd.TakeTicket) -> Former | None:
    """What was lost when the last day of business ended: it goes first today, once."""
    if not command.former:
        return None
    by_number = book.formers.get(_written(command.former))
    former = by_number or next((f for f in book.formers.values() if f.id == command.former), None)
    if former is None or former.service != command.service:
        raise Refused(No.NO_FORMER, number=command.former[:40])
    if former.used:
        raise Refused(No.FORMER_USED, number=former.number)
    return former


def _written(text: str) -> str:
    try:
        return str(TicketNumber.parse(text))
    except ValueError:
        return ""


def _refuse_second(book: Book, service: ServiceId, card: str) -> None:
    live = (t for t in book.tickets.values() if card and t.card == card and t.state not in OVER)
    if has := next((t for t in live if service in (t.service, *t.services)), None):
        raise Refused(No.HAS_TICKET, number=has.number, ticket=has.id)


def _low(book: Book, service: Service, number: TicketNumber) -> tuple[Event, ...]:
    """A warning with the number that crosses the rule's share of the range."""
    left = service.last - number.n
    is_new = not limits.are_low(book, service, limits.numbers_left(book, service))
    if not (is_new and limits.are_low(book, service, left)):
        return ()
    return (NumbersLow(service=service.id, number=str(number), left=left),)


def _many(book: Book, command: cmd.TakeTicket, now: Now) -> tuple[Event, ...]:
    """A hint to the desk, at most one a minute for each kiosk."""
    most = book.plan.rules.many_taken
    lately = [s for s in book.taken.get(command.kiosk, ()) if s.age_s(now) <= MANY_WITHIN_S]
    taken = len(lately) + command.count
    told = any(h.kiosk == command.kiosk and h.stamp.age_s(now) <= MANY_WITHIN_S for h in book.hints)
    if not (command.kiosk and 0 < most <= taken) or told:
        return ()
    return (ManyTaken(kiosk=command.kiosk, taken=taken),)


def _by_hand(book: Book, text: str) -> TicketNumber:
    """A number of the block that is kept for hands. Raises Refused."""
    try:
        number = TicketNumber.parse(text)
    except ValueError:
        raise Refused(No.BAD_NUMBER, number=text[:40]) from None
    if number.prefix != book.plan.rules.hand_prefix or number.n == 0:
        raise Refused(No.BAD_NUMBER, number=text[:40])
    return number


def _taken_at(book: Book, command: cmd.KeyInTicket, now: Now) -> datetime | None:
    """The written time of this day of business; None: nobody wrote one. Raises Refused."""
    if not command.taken_at:
        return None
    try:
        written = time.fromisoformat(command.taken_at).replace(tzinfo=None)
    except ValueError:
        raise Refused(No.BAD_TIME, time=command.taken_at[:40]) from None
    at = datetime.combine(now.day, written, zone(book.plan.timezone)).astimezone(UTC)
    if at > now.at:
        raise Refused(No.BAD_TIME, time=command.taken_at[:40])
    return at


def _printer_of(book: Book, kiosk: DeviceId) -> DeviceId:
    return next((k.printer for k in book.plan.kiosks if k.id == kiosk), "")
