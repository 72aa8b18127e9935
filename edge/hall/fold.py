"""Book 1 is written here and in `fold_counters`: what each event does to tickets and the day.

An event about a ticket or counter that the book does not know changes nothing: the fold may begin in the
middle of a journal, and a late fact (a slip of yesterday) is no reason to fail.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, TypeAlias

from edge.hall import events as ev
from edge.hall import fold_again, fold_counters
from edge.hall.book import SAMPLES, Book, CounterNow, Cut, Finish, Step, Ticket
from edge.hall.fold_again import called_from
from edge.hall.hours import minute_of_day
from edge.hall.moves import announce, at_counter, move
from edge.hall.numbering import given
from edge.hall.policy import run_after
from edge.hall.words import Door, PaperState, Stamp, TicketId, TicketNumber, TicketState, day_of

Handler: TypeAlias = Callable[[Book, Any, Stamp], None]


def apply(book: Book, event: ev.Event, stamp: Stamp) -> None:
    if book.heard and book.heard.boot != stamp.boot:
        book.silence = Cut(book.heard, stamp)
    handler = _HANDLERS.get(type(event))
    if handler:
        handler(book, event, stamp)
    if event.request.key:
        _remember(book, event)
    if event.by.door not in (Door.DAEMON, Door.TIMER):
        book.silence = None
    if stamp.trusted and stamp.day.isoformat() == book.day:
        book.day_is_sure = True
    book.heard = stamp


def _remember(book: Book, event: ev.Event) -> None:
    digest, events = book.requests.get(event.request.key, (event.request.digest, ()))
    book.requests[event.request.key] = (digest, (*events, event))


def _is_about(tickets: Collection[TicketId], events: tuple[ev.Event, ...]) -> bool:
    return any(getattr(e, "ticket", "") in tickets for e in events)


# --- the day ------------------------------------------------------------------------------------------------


def _day_opened(book: Book, event: ev.DayOpened, stamp: Stamp) -> None:
    day_of(event.date)  # no date, no day: ValueError before anything is changed
    if event.date != book.day:
        book.numbers_in_doubt = () if book.day_is_sure else book.numbers_in_doubt
        book.day_is_sure = False
        book.formers = fold_again.formers(book)
        book.hints = ()
        here = {t.id for t in book.all_live()}
        book.requests = {key: r for key, r in book.requests.items() if _is_about(here, r[1])}
        for per_day in (
            book.brought,
            book.taken,
            book.lists,
            book.tickets,
            book.numbers,
            book.last_number,
            book.lines,
            book.sent,
            book.aside,
            book.given,
            book.calls_of,
            book.times_s,
        ):
            per_day.clear()
        book.last_calls = ()
        book.cuts = ()
        book.counters = {
            id: replace(c, ticket="", calls=0, priority_run=0) for id, c in book.counters.items()
        }
    book.day, book.day_open = event.date, True


def _day_closed(book: Book, event: ev.DayClosed, stamp: Stamp) -> None:
    book.day_open = False
    book.counters = {
        id: CounterNow(id, calls=c.calls, priority_run=c.priority_run) for id, c in book.counters.items()
    }


def _numbers_start_at(book: Book, event: ev.NumbersStartAt, stamp: Stamp) -> None:
    if service := book.plan.service(event.service):
        book.last_number[service.prefix] = max(event.last, given(book, service))
        others = tuple(s for s in book.numbers_in_doubt if s != service.id)
        book.numbers_in_doubt = (*others, service.id) if event.in_doubt else others


def _clock_set(book: Book, event: ev.ClockSet, stamp: Stamp) -> None:
    book.offsets_s = {event.boot: float(event.offset_s)}


# --- tickets ------------------------------------------------------------------------------------------------


def _issued(book: Book, event: ev.TicketIssued, stamp: Stamp) -> None:
    number = TicketNumber.parse(event.number)
    ticket = Ticket(
        id=event.ticket,
        number=event.number,
        service=event.service,
        place=event.place or stamp.seq,
        issued=fold_again.issued_at(event, stamp),
        item=event.item,
        priority=event.priority,
        services=event.services[1:],
        card=event.card,
        by_hand=event.by_hand,
        returned=bool(event.former),
        kiosk=event.kiosk,
        printer=event.printer,
        paper=PaperState.QUEUED if event.printer else PaperState.FAILED,
        history=(Step(stamp, "issued"),),
    )
    book.tickets[ticket.id] = ticket
    book.numbers[str(number)] = ticket.id
    book.last_number[number.prefix] = max(number.n, book.last_number.get(number.prefix, 0))
    book.put_in_line(ticket)
    fold_again.issued(book, event, stamp)
    minute = minute_of_day(book.plan, stamp.at)
    book.given[ticket.service] = (*book.given.get(ticket.service, ()), minute)


def _called(book: Book, event: ev.TicketCalled, stamp: Stamp) -> None:
    ticket = book.tickets.get(event.ticket)
    if ticket is None:
        return
    counter = called_from(book.counter(event.counter))
    run = run_after(book.plan, ticket, counter.priority_run)
    move(
        book,
        ticket,
        stamp,
        "called",
        event.counter,
        state=TicketState.CALLED,
        counter=event.counter,
        to_counter="",
        returned=False,
        called=stamp,
        started=None,
        started_by_hand=False,
        recalls=0,
        said=False,
        before=ticket if ticket.state is TicketState.WAITING else replace(ticket, before=None),
    )
    at_counter(book, replace(counter, priority_run=run, hand=event.staff), ticket)
    announce(book, event.counter, ticket.number, "call", stamp)
    book.calls_of[ticket.service] = book.calls_of.get(ticket.service, 0) + 1


def _recalled(book: Book, event: ev.TicketRecalled, stamp: Stamp) -> None:
    ticket = book.tickets.get(event.ticket)
    if ticket is None:
        return
    if ticket.state is TicketState.SERVING and not ticket.started_by_hand:
        # The clerk's word that nobody came yet: time alone had started the service, so it starts anew.
        ticket = replace(ticket, state=TicketState.CALLED, called=stamp, started=None)
    move(book, ticket, stamp, "recalled", event.counter, recalls=event.times)
    announce(book, event.counter, ticket.number, "recall", stamp)


def _missed(book: Book, event: ev.TicketMissed, stamp: Stamp) -> None:
    if ticket := book.tickets.get(event.ticket):
        calls = book.calls_of.get(ticket.service, 0)
        move(
            book,
            ticket,
            stamp,
            "missed",
            event.counter,
            state=TicketState.NO_SHOW,
            misses=event.times,
            missed_at_call=calls,
            called=None,
            started=None,
            started_by_hand=False,
        )


def _returned(book: Book, event: ev.TicketReturned, stamp: Stamp) -> None:
    if ticket := book.tickets.get(event.ticket):
        move(book, ticket, stamp, "returned", state=TicketState.WAITING, returned=True, before=None)


def _held(book: Book, event: ev.TicketHeld, stamp: Stamp) -> None:
    if ticket := book.tickets.get(event.ticket):
        worked_s = ticket.worked_s + (book.between_s(ticket.started, stamp) if ticket.started else 0.0)
        move(book, ticket, stamp, "held", event.counter, state=TicketState.HELD, worked_s=worked_s)


def _resumed(book: Book, event: ev.TicketResumed, stamp: Stamp) -> None:
    ticket = book.tickets.get(event.ticket)
    if ticket is None:
        return
    if ticket.started:
        ticket = replace(ticket, state=TicketState.SERVING, started=stamp)
    else:
        ticket = replace(ticket, state=TicketState.CALLED, called=stamp)
    move(book, ticket, stamp, "resumed", event.counter, counter=event.counter)
    at_counter(book, replace(book.counter(event.counter), hand=event.staff), ticket)
    announce(book, event.counter, ticket.number, "recall", stamp)


def _transferred(book: Book, event: ev.TicketTransferred, stamp: Stamp) -> None:
    if ticket := book.tickets.get(event.ticket):
        move(
            book,
            ticket,
            stamp,
            "transferred",
            event.to_counter or event.counter,
            state=TicketState.WAITING,
            service=event.service,
            to_counter=event.to_counter,
            services=tuple(s for s in ticket.services if s != event.service),
            before=None,
            called=None,
            started=None,
            started_by_hand=False,
            worked_s=0.0,
        )


def _started(book: Book, event: ev.ServiceStarted, stamp: Stamp) -> None:
    ticket = book.tickets.get(event.ticket)
    if ticket is None:
        return
    by_hand = ticket.started_by_hand or event.by.door is not Door.TIMER
    move(
        book,
        ticket,
        stamp,
        "started",
        event.counter,
        state=TicketState.SERVING,
        counter=event.counter,
        started=ticket.started or stamp,
        started_by_hand=by_hand,
        item=event.item or ticket.item,
    )


def _finished(book: Book, event: ev.ServiceFinished, stamp: Stamp) -> None:
    ticket = book.tickets.get(event.ticket)
    if ticket is None:
        return
    took_s = 0.0
    if ticket.started and event.by.door is not Door.TIMER:
        took_s = ticket.worked_s + book.between_s(ticket.started, stamp)
        if took_s > 0:
            book.times_s[ticket.service] = (*book.times_s.get(ticket.service, ()), took_s)[-SAMPLES:]
    move(book, ticket, stamp, "finished", event.counter, state=TicketState.FINISHED, took_s=took_s)
    finish = Finish(ticket.id, stamp)
    book.counters[event.counter] = replace(book.counter(event.counter), finished=finish)


def _rated(book: Book, event: ev.ServiceRated, stamp: Stamp) -> None:
    if ticket := book.tickets.get(event.ticket):
        move(book, ticket, stamp, "rated", event.counter)


def _over(what: str, state: TicketState) -> Handler:
    def handler(book: Book, event: Any, stamp: Stamp) -> None:
        if ticket := book.tickets.get(event.ticket):
            move(book, ticket, stamp, what, state=state)

    return handler


# --- paper --------------------------------------------------------------------------------------------------


def _paper(what: str, state: PaperState) -> Handler:
    def handler(book: Book, event: Any, stamp: Stamp) -> None:
        if ticket := book.tickets.get(event.ticket):
            history = (*ticket.history, Step(stamp, what))
            book.tickets[ticket.id] = replace(ticket, paper=state, printer=event.printer, history=history)

    return handler


def _slip_decided(book: Book, event: ev.SlipDecided, stamp: Stamp) -> None:
    if ticket := book.tickets.get(event.ticket):
        history = (*ticket.history, Step(stamp, "slip_decided"))
        book.tickets[ticket.id] = replace(ticket, paper=PaperState(event.state), history=history)


# --- documents ----------------------------------------------------------------------------------------------


def _captured(book: Book, event: ev.DocumentCaptured, stamp: Stamp) -> None:
    if ticket := book.tickets.get(event.ticket):
        history = (*ticket.history, Step(stamp, "captured", event.counter))
        book.tickets[ticket.id] = replace(ticket, history=history)


_HANDLERS: dict[type[ev.Event], Handler] = {
    ev.DayOpened: _day_opened,
    ev.DayClosed: _day_closed,
    ev.ClockSet: _clock_set,
    ev.NumbersStartAt: _numbers_start_at,
    ev.TicketIssued: _issued,
    ev.TicketCalled: _called,
    ev.TicketRecalled: _recalled,
    ev.TicketMissed: _missed,
    ev.TicketReturned: _returned,
    ev.TicketHeld: _held,
    ev.TicketResumed: _resumed,
    ev.TicketTransferred: _transferred,
    ev.TicketCancelled: _over("cancelled", TicketState.CANCELLED),
    ev.TicketExpired: _over("expired", TicketState.EXPIRED),
    ev.TicketServedByHand: _over("served_by_hand", TicketState.FINISHED),
    ev.ServiceStarted: _started,
    ev.ServiceFinished: _finished,
    ev.ServiceRated: _rated,
    ev.SlipQueued: _paper("queued", PaperState.QUEUED),
    ev.SlipStarted: _paper("printing", PaperState.PRINTING),
    ev.SlipPrinted: _paper("printed", PaperState.PRINTED),
    ev.SlipFailed: _paper("print_failed", PaperState.FAILED),
    ev.SlipUnknown: _paper("print_unknown", PaperState.UNKNOWN),
    ev.SlipDecided: _slip_decided,
    ev.DocumentCaptured: _captured,
    **fold_counters.HANDLERS,
    **fold_again.HANDLERS,
}
