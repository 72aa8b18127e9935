"""Where a day's numbers begin when an earlier machine has given some that nobody wrote down here."""

from edge.hall import commands as cmd
from edge.hall.book import Book
from edge.hall.events import Event, NumbersStartAt
from edge.hall.plan import Service
from edge.hall.reasons import No
from edge.hall.words import Now, Refused, TicketNumber


def start(book: Book, command: cmd.StartNumbers, now: Now) -> tuple[Event, ...]:
    """Begin after a number, or in the upper half of the range. Refused: no_service, bad_number."""
    services = _services(book, command.service)
    if command.last is None:
        seen = {prefix: n for day, prefix, n in command.seen if day == book.day}
        return _above(book, services, seen, in_doubt=command.in_doubt)
    for service in services:
        if not service.first - 1 <= command.last <= service.last:
            raise Refused(No.BAD_NUMBER, number=str(TicketNumber(service.prefix, max(command.last, 0))))
    return tuple(NumbersStartAt(service=s.id, last=max(command.last, given(book, s))) for s in services)


def again(book: Book) -> tuple[Event, ...]:
    """What follows when a new day opens: while no clock has been right since a journal was lost, the new day
    may be the very one in which the lost journal gave numbers.
    """
    if book.day_is_sure:
        return ()
    doubtful = [s for s in book.plan.services if s.id in book.numbers_in_doubt]
    return tuple(NumbersStartAt(service=s.id, last=upper_half(s) - 1, in_doubt=True) for s in doubtful)


def upper_half(service: Service) -> int:
    """The first number of the upper half of a range."""
    return service.first + (service.last - service.first + 1) // 2


def given(book: Book, service: Service) -> int:
    """The highest number that this machine has given today: nobody's word goes behind it."""
    today = [t.number for t in book.tickets.values() if book.numbers.get(t.number) == t.id]
    numbers = [TicketNumber.parse(number) for number in today]
    brought = book.brought.get(service.prefix, ())
    return max((n.n for n in numbers if n.prefix == service.prefix and n.n not in brought), default=0)


def _above(
    book: Book, services: tuple[Service, ...], seen: dict[str, int], *, in_doubt: bool
) -> tuple[Event, ...]:
    events = []
    for service in services:
        last = min(max(upper_half(service) - 1, seen.get(service.prefix, 0)), service.last)
        if last > book.last_number.get(service.prefix, 0):
            events.append(NumbersStartAt(service=service.id, last=last, in_doubt=in_doubt))
    return tuple(events)


def _services(book: Book, id: str) -> tuple[Service, ...]:
    if not id:
        return book.plan.services
    service = book.plan.service(id)
    if service is None:
        raise Refused(No.NO_SERVICE, service=id[:40])
    return (service,)
