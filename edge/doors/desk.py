"""What people ask at a screen beside numbers: help, papers; and, with a PIN, what only the staff may ask."""

import asyncio
from dataclasses import asdict

from edge.doors.bodies import (
    AnswerHelpBody,
    EmergencyBody,
    HelpBody,
    KioskBody,
    PaperBody,
    PinBody,
    VolumeBody,
)
from edge.doors.callers import Lan
from edge.doors.house import Call, House, Reply
from edge.doors.problems import Problem
from edge.doors.verbs import known_counter
from edge.hall.commands import (
    AnswerHelp,
    CallHelp,
    Command,
    DeclareEmergency,
    EndEmergency,
    NotePaperChanged,
    PauseKiosk,
    PrintPaper,
    ResumeKiosk,
    SetVolume,
    StopBox,
)
from edge.hall.desk_events import PaperAsked
from edge.hall.words import By, Door

BOX_AFTER_S = 1.0
"""The answer is on its way before the box stops."""


async def sign_on(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, PinBody)
    who = (f"peer {call.peer}", f"staff {body.staff}")
    house.sessions.check_tries(*who)
    house.sessions.wrong(*who)  # before the PIN is looked at: many at once are not more tries
    person = await house.wait(house.sessions.try_pin, body.staff, body.pin)
    if person is None:
        raise Problem("wrong_pin")
    house.sessions.right(*who)
    session = house.sessions.open(person, body.kiosk)
    told = {"token": session.token, "staff": person.number, "name": person.name}
    return Reply(200, {"session": {**told, "roles": sorted(person.roles)}})


async def sign_off(house: House, call: Call) -> Reply:
    house.sessions.close(call.token)
    return Reply(200, {})


async def call_help(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, HelpBody)
    by = By(Door.KIOSK, device=body.kiosk)
    return await _desk(house, CallHelp(by=by, request=call.request, kiosk=body.kiosk))


async def answer_help(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, AnswerHelpBody)
    if body.counter:
        known_counter(house.view, body.counter)
        call.caller.admit(Lan.COUNTER, body.counter)
    command = AnswerHelp(by=call.by, request=call.request, help=call.id, counter=body.counter)
    return await _desk(house, command)


async def emergency(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, EmergencyBody)
    command = DeclareEmergency(by=call.by, request=call.request, kind=body.kind, drill=body.drill)
    return await _desk(house, command)


async def end_emergency(house: House, call: Call) -> Reply:
    return await _desk(house, EndEmergency(by=call.by, request=call.request))


async def pause_kiosk(house: House, call: Call) -> Reply:
    return await _desk(house, PauseKiosk(by=call.by, request=call.request, kiosk=call.id))


async def resume_kiosk(house: House, call: Call) -> Reply:
    return await _desk(house, ResumeKiosk(by=call.by, request=call.request, kiosk=call.id))


async def volume(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, VolumeBody)
    return await _desk(house, SetVolume(by=call.by, request=call.request, percent=body.percent))


async def paper_changed(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, KioskBody)
    command = NotePaperChanged(by=call.by, request=call.request, printer=body.printer, kiosk=body.kiosk)
    return await _desk(house, command)


async def test_paper(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, KioskBody)
    command = PrintPaper(by=call.by, request=call.request, printer=body.printer, kiosk=body.kiosk)
    return await _paper(house, command)


async def guide_paper(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, PaperBody)
    guide = house.guides.get(call.id)
    if guide is None or not guide.materials:
        raise Problem("no_guide", guide=call.id)
    by = By(Door.KIOSK, device=body.kiosk)
    return await _paper(house, PrintPaper(by=by, request=call.request, guide=guide.id, kiosk=body.kiosk))


async def slips(house: House, call: Call) -> Reply:
    return Reply(200, {"slips": [asdict(s) for s in await house.wait(house.registrar.doubtful_slips)]})


async def stop_box(house: House, call: Call) -> Reply:
    what = call.http.match_info["what"]
    if what not in ("restart", "reboot", "poweroff"):
        raise Problem("no_such_path")
    if not house.box.can(what):
        raise Problem("not_here")
    await house.ask(StopBox(by=call.by, request=call.request, what=what))
    asyncio.get_running_loop().call_later(BOX_AFTER_S, house.box.do, what)
    return Reply(202, {})


async def _desk(house: House, command: Command) -> Reply:
    answer = await house.ask(command)
    return Reply(200, {"desk": asdict(answer.view.desk)})


async def _paper(house: House, command: PrintPaper) -> Reply:
    """What was asked for, with its state as of now."""
    answer = await house.ask(command)
    asked = next(e for e in answer.events if isinstance(e, PaperAsked))
    found = next((p for p in answer.view.desk.papers if p.id == asked.paper), None)
    if found is None:  # asked again after many others
        raise Problem("busy")
    return Reply(202, {"paper": asdict(found)})
