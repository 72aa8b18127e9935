"""What callers ask the hall to do: bodies to commands, the hall's events to answers."""

import logging
from dataclasses import asdict
from typing import Any

from edge.doors.bodies import (
    AliveBody,
    DayBody,
    KeyInBody,
    NumbersBody,
    PictureBody,
    PrintWaitingBody,
    RatingBody,
    ServedByHandBody,
    SlipBody,
    TakeBody,
)
from edge.doors.house import HTTP, Call, House, Reply
from edge.doors.personal import has_personal_number
from edge.doors.problems import Problem
from edge.hall.commands import (
    AtCounter,
    CancelTicket,
    ClearBeforeCut,
    CloseDay,
    Command,
    DecideSlip,
    KeyInTicket,
    MarkServedByHand,
    OpenDay,
    PrintWaiting,
    RateByCode,
    Reprint,
    StartNumbers,
    TakeTicket,
)
from edge.hall.events import Event, TicketExpired, TicketIssued, TicketServedByHand
from edge.hall.views import CounterView, HallView
from edge.hall.words import By, Door

log = logging.getLogger(__name__)

Json = dict[str, Any]


class CounterVerb:
    """One of the counters' calls: a command whose own fields are the body's."""

    def __init__(self, command: type[AtCounter]) -> None:
        self._command = command

    async def __call__(self, house: House, call: Call) -> Reply:
        counter = known_counter(house.view, call.id)
        asked = self._command(by=HTTP, request=call.request, counter=counter.id, **call.body.fields())
        answer = await house.ask(asked)
        return Reply(200, {"counter": asdict(known_counter(answer.view, call.id))})


async def take(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, TakeBody)
    by = By(Door.KIOSK, device=body.kiosk) if body.kiosk else HTTP
    service = body.service or body.services[0]
    laid = house.cards.take(body.kiosk) if house.cards and body.kiosk and body.count == 1 else ""
    digest = body.card or laid
    card = house.codes.card(digest, house.view.day) if digest else ""
    wish = {**body.fields(), "service": service, "card": card}
    answer = await house.ask(TakeTicket(by=by, request=call.request, **wish))
    issued = [e.ticket for e in answer.events if isinstance(e, TicketIssued)]
    tickets = [(await _ticket(house, id, 201)).body["ticket"] for id in issued]
    return Reply(201, {"ticket": tickets[0], "tickets": tickets})


async def key_in(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, KeyInBody)
    answer = await house.ask(KeyInTicket(by=HTTP, request=call.request, **body.fields()))
    return await _ticket(house, _first(answer.events, TicketIssued).ticket, 201)


async def print_waiting(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, PrintWaitingBody)
    await house.ask(PrintWaiting(by=HTTP, request=call.request, printer=body.printer))
    return Reply(202, asdict(await house.wait(house.registrar.waiting)))


async def reprint(house: House, call: Call) -> Reply:
    return await _to_ticket(house, call, Reprint(by=HTTP, request=call.request, ticket=call.id))


async def cancel(house: House, call: Call) -> Reply:
    return await _to_ticket(house, call, CancelTicket(by=HTTP, request=call.request, ticket=call.id))


async def decide_slip(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, SlipBody)
    command = DecideSlip(by=HTTP, request=call.request, ticket=call.id, state=body.state)
    return await _to_ticket(house, call, command)


async def open_day(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, DayBody)
    answer = await house.ask(OpenDay(by=HTTP, request=call.request, date=body.date, time=body.time))
    return Reply(200, _day(answer.view))


async def close_day(house: House, call: Call) -> Reply:
    answer = await house.ask(CloseDay(by=HTTP, request=call.request))
    return Reply(200, _day(answer.view))


async def start_numbers(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, NumbersBody)
    answer = await house.ask(StartNumbers(by=HTTP, request=call.request, **body.fields()))
    left = [{"service": s.id, "left": s.numbers_left} for s in answer.view.services]
    return Reply(200, {"services": left})


async def served_by_hand(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, ServedByHandBody)
    command = MarkServedByHand(by=HTTP, request=call.request, service=body.service, up_to=body.up_to)
    answer = await house.ask(command)
    served = [e.ticket for e in answer.events if isinstance(e, TicketServedByHand)]
    return Reply(200, {"tickets": served})


async def clear(house: House, call: Call) -> Reply:
    answer = await house.ask(ClearBeforeCut(by=HTTP, request=call.request))
    return Reply(200, {"tickets": [e.ticket for e in answer.events if isinstance(e, TicketExpired)]})


async def rate(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, RatingBody)
    house.tries.check(call.peer)
    view = house.view
    ticket = await house.wait(house.codes.find, body.code, {*view.tickets.values(), *view.rateable})
    if ticket is None:
        house.tries.wrong(call.peer)
        raise Problem("wrong_code")
    text = ""
    if body.text and await house.wait(house.registrar.remembered, call.request) is None:
        text = await house.wait(house.keep_text, body.text, ticket)
    command = RateByCode(
        by=By(Door.CODE), request=call.request, ticket=ticket, score=body.score, tags=body.tags, text=text
    )
    await house.ask(command)
    return Reply(201, {"rating": {"ticket": ticket, "score": body.score}})


async def alive(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, AliveBody)
    name = call.http.match_info["name"]
    if has_personal_number(name):  # it stands in the health that travels
        raise Problem("bad_body", detail="name")
    house.screens.alive(name, body.frames, body.state, body.code)
    return Reply(200, {"screen": {"name": name, "seq": house.view.seq, "wanted": house.shots.wanted(name)}})


async def picture(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, PictureBody)
    taken = house.shots.take(call.http.match_info["name"], body.wanted, body.png)
    return Reply(200, {"taken": taken})


def known_counter(view: HallView, id: str) -> CounterView:
    """Raises Problem `no_counter`."""
    found = next((c for c in view.counters if c.id == id), None)
    if found is None:
        raise Problem("no_counter", counter=id)
    return found


def _day(view: HallView) -> Json:
    return {"day": view.day, "clock": asdict(view.clock)}


async def _to_ticket(house: House, call: Call, command: Command) -> Reply:
    ticket = house.registrar.ticket(call.id)
    if ticket is None:
        raise Problem("no_ticket", ticket=call.id)
    await house.ask(command)
    return await _ticket(house, ticket.id, 200)


async def _ticket(house: House, id: str, status: int) -> Reply:
    ticket = house.registrar.ticket(id)
    if ticket is None:
        raise Problem("no_ticket", ticket=id)
    return Reply(status, {"ticket": asdict(ticket)})


def _first(events: tuple[Event, ...], kind: type[Any]) -> Any:
    return next(e for e in events if isinstance(e, kind))
