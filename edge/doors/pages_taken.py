"""Pages of the document cameras: seen, taken, listed, checked against what a matter needs, and handed out."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from aiohttp import web

from edge.capture_files import Meant, Stored
from edge.doors.at_counters import whose
from edge.doors.capture_bodies import (
    AutoBody,
    CaptureBody,
    CaptureQuery,
    ChecklistQuery,
    MoveBody,
    PdfQuery,
    RemoveBody,
)
from edge.doors.guard import SECURITY_HEADERS
from edge.doors.house import Call, House, Photographer, Picture, Reply
from edge.doors.problems import Problem, advice
from edge.doors.sse import COMMENT_S, Stream, open_stream
from edge.doors.verbs import known_counter
from edge.errors import JournalError
from edge.guides import Guide
from edge.hall.events import DocumentCaptured
from edge.hall.words import Refused
from edge.looking import Live

log = logging.getLogger(__name__)

T = TypeVar("T")
Json = dict[str, Any]

BOUNDARY = "picture"
TURN_S = 0.05
"""How often a stream looks for a newer picture: there are at most ten a second."""
FIRST_S = 8.0
"""A camera that has given no picture by then gives none."""


# --- taking and seeing


async def capture(house: House, call: Call) -> Reply:
    """Take a page. Raises Problem `no_camera`, `no_guide`, `no_material`, Refused, JournalError."""
    body = call.body
    assert isinstance(body, CaptureBody)
    counter = known_counter(house.view, whose(house, call, call.id))
    cameras = _cameras(house, counter.id)
    meant = _meant(house, counter.ticket.id if counter.ticket else "", body.item, body.material)
    try:
        events = await house.take_page(cameras, call, counter.id, meant, strict=body.check)
    except OSError as e:
        raise JournalError(f"counter {counter.id}: the page could not be stored: {e}") from e
    taken = next(e for e in events if isinstance(e, DocumentCaptured))
    told = {"id": taken.capture, "counter": taken.counter, "ticket": taken.ticket, "digest": taken.digest}
    more = {"pages": taken.pages, "item": taken.item, "material": taken.material, "original": taken.original}
    codes = await house.wait(cameras.codes, taken.capture)
    page = next((p for p in await house.wait(cameras.of_ticket, taken.ticket) if p.id == taken.capture), None)
    why = page.why if page else ""
    said = {"faults": _faults(why), "advice": advice(house.texts, why), "codes": codes}
    return Reply(201, {"capture": {**told, "size_bytes": taken.size_bytes, **more, **said}})


async def live(house: House, call: Call) -> web.StreamResponse:
    """What the counter's camera sees, as Motion JPEG, until the caller goes or the camera fails."""
    counter = known_counter(house.view, call.id).id
    cameras = _cameras(house, counter)
    frame = await _first(lambda: cameras.frame(counter))
    kind = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
    response = web.StreamResponse(headers={**SECURITY_HEADERS, "Content-Type": kind})
    await response.prepare(call.http)
    stream = Stream(response)
    try:
        while not house.feed.ended:
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(frame.jpeg)}\r\n\r\n"
            await stream.send(head.encode() + frame.jpeg + b"\r\n")
            sent = frame.version
            while frame.version == sent and not house.feed.ended:
                await asyncio.sleep(TURN_S)
                frame = cameras.frame(counter) or frame
    except (ConnectionError, TimeoutError, Problem, Refused) as e:
        log.info("preview of counter %s to %s ends: %s", counter, call.peer, str(e) or type(e).__name__)
        response.force_close()
    return response


async def seen(house: House, call: Call) -> web.StreamResponse:
    """How it stands with what lies under the camera, at once and at each change."""
    counter = known_counter(house.view, call.id).id
    cameras = _cameras(house, counter)
    sight = cameras.live(counter)
    async with open_stream(call.http, call.peer) as stream:
        while not house.feed.ended:
            text = json.dumps(_told(house, sight), ensure_ascii=False, separators=(",", ":"))
            await stream.send(f"event: seen\ndata: {text}\n\n".encode())
            version, since = sight.version, time.monotonic()
            while sight.version == version and not house.feed.ended:
                await asyncio.sleep(2 * TURN_S)
                sight = cameras.live(counter)
                if time.monotonic() - since > COMMENT_S:
                    since = time.monotonic()
                    await stream.comment()
    return stream.response


async def auto(house: House, call: Call) -> Reply:
    """Pages by themselves, or not. Raises Problem, Refused."""
    body = call.body
    assert isinstance(body, AutoBody)
    counter = known_counter(house.view, whose(house, call, call.id))
    cameras = _cameras(house, counter.id)
    meant = _meant(house, counter.ticket.id if counter.ticket else "", body.item, body.material)
    return Reply(200, {"camera": _told(house, cameras.set_auto(counter.id, body.on, meant))})


async def at_counter(house: House, call: Call) -> Reply:
    """Pages of the counter's present ticket."""
    counter = known_counter(house.view, whose(house, call, call.id))
    found = await house.wait(house.cameras.of_counter, counter.id) if house.cameras else ()
    return Reply(200, {"captures": [_listed(house, page) for page in found]})


# --- handing out and putting right


async def captured(house: House, call: Call) -> web.Response:
    """A page of today, noted in the journal as handed out."""
    query = call.query
    assert isinstance(query, CaptureQuery)
    cameras, counter = house.cameras, whose(house, call, query.counter)
    if cameras is None:
        raise Problem("no_capture", capture=call.id[:40])
    number, purpose = query.number, _purpose(house, query.purpose)
    return _file(
        await house.hand_out(
            lambda: cameras.fetch(call.id, counter, query.form, number=number, purpose=purpose)
        )
    )


async def bound(house: House, call: Call) -> web.Response:
    """All pages of a ticket as one PDF, noted in the journal as handed out."""
    query = call.query
    assert isinstance(query, PdfQuery)
    cameras, counter = house.cameras, whose(house, call, query.counter)
    if cameras is None:
        raise Problem("no_pages")
    material, purpose = query.material, _purpose(house, query.purpose)
    try:
        file = await house.hand_out(
            lambda: cameras.bound(call.id, counter, material=material, purpose=purpose)
        )
    except Refused as no:
        if no.reason == "no_ticket":
            raise Problem("no_ticket", ticket=call.id[:40]) from no
        raise
    return _file(file)


async def move(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, MoveBody)
    cameras, counter = _keeper(house, call), whose(house, call, body.counter)
    ticket = await house.wait(cameras.ticket_of, call.id, counter)
    meant = _meant(house, ticket, body.item, body.material)
    page = await house.wait(_stored, lambda: cameras.move(call.id, counter, meant))
    return Reply(200, {"page": _listed(house, page)})


async def remove(house: House, call: Call) -> Reply:
    body = call.body
    assert isinstance(body, RemoveBody)
    cameras, counter = _keeper(house, call), whose(house, call, body.counter)
    await house.wait(_stored, lambda: cameras.remove(call.id, counter))
    return Reply(200, {})


async def checklist(house: House, call: Call) -> Reply:
    """What a ticket's matter needs, what there is a page of, and what is missing."""
    query = call.query
    assert isinstance(query, ChecklistQuery)
    ticket = house.registrar.ticket(call.id)
    if ticket is None:
        raise Problem("no_ticket", ticket=call.id)
    guide = _guide(house, query.item or _item_of(house, ticket.id))
    pages = await house.wait(house.cameras.of_ticket, ticket.id) if house.cameras else ()
    mine = call.caller.counter
    if mine and mine not in (ticket.counter, *(p.counter for p in pages)):
        raise Problem("other_counters", counter=mine)
    return Reply(200, {"checklist": checked(ticket.id, guide, pages)})


def checked(ticket: str, guide: Guide, pages: tuple[Stored, ...]) -> Json:
    """A guide's materials, each with its pages, and what is missing."""
    mine: dict[int, list[str]] = {n: [] for n in range(1, len(guide.materials) + 1)}
    others: list[str] = []
    for page in pages:
        is_mine = page.item == guide.id and page.material in mine
        (mine[page.material] if is_mine else others).append(page.id)
    materials = [
        {"number": n, "text": text, "captures": mine[n]} for n, text in enumerate(guide.materials, 1)
    ]
    missing = [n for n, found in mine.items() if not found]
    return {
        "ticket": ticket,
        "item": guide.id,
        "name": guide.name,
        "materials": materials,
        "missing": missing,
        "others": others,
    }


# --- the parts' little needs


async def _first(ask: Callable[[], T | None]) -> T:
    """What comes after a while. Raises Problem `busy`, and what `ask` does."""
    until = time.monotonic() + FIRST_S
    while (found := ask()) is None:
        if time.monotonic() > until:
            raise Problem("busy")
        await asyncio.sleep(TURN_S)
    return found


def _file(picture: Picture) -> web.Response:
    headers = {"Content-Disposition": f'inline; filename="{picture.name}"', "Cache-Control": "no-store"}
    return web.Response(body=picture.content, content_type=picture.media_type, headers=headers)


def _told(house: House, sight: Live) -> Json:
    """What lies there, in words as well."""
    pages = [{**page, "advice": advice(house.texts, str(page["why"]))} for page in sight.pages]
    notice = house.texts.get(f"scan.desk.{sight.notice}") if sight.notice in ("moved", "lamp") else ""
    refused = house.texts.get(f"door.{sight.refused}", advice="") if sight.refused else ""
    return {**asdict(sight), "pages": pages, "notice": notice, "refused": refused}


def _listed(house: House, page: Stored) -> Json:
    told = {k: v for k, v in asdict(page).items() if k != "why"}
    return {**told, "faults": _faults(page.why), "advice": advice(house.texts, page.why)}


def _faults(why: str) -> list[str]:
    return [fault for fault in why.split(",") if fault]


def _stored(job: Callable[[], T]) -> T:
    """Raises JournalError also where the disk does not take it."""
    try:
        return job()
    except OSError as e:
        raise JournalError(f"a page could not be changed: {e}") from e


def _purpose(house: House, purpose: str) -> str:
    return house.texts.get("scan.purpose", purpose=purpose) if purpose else ""


def _meant(house: House, ticket: str, item: str, material: int) -> Meant:
    """Raises Problem `no_guide`, `no_material`."""
    named = item or (_item_of(house, ticket) if ticket else "")
    if item or material:
        guide = _guide(house, named)
        if material > len(guide.materials):
            raise Problem("no_material", number=material)
    return Meant(named, material)


def _cameras(house: House, counter: str) -> Photographer:
    if house.cameras is None:
        raise Problem("no_camera", counter=counter)
    return house.cameras


def _keeper(house: House, call: Call) -> Photographer:
    if house.cameras is None:
        raise Problem("no_capture", capture=call.id[:40])
    return house.cameras


def _item_of(house: House, ticket: str) -> str:
    found = house.registrar.ticket(ticket)
    return found.item if found else ""


def _guide(house: House, item: str) -> Guide:
    found = house.guides.get(item)
    if found is None:
        raise Problem("no_guide", guide=item)
    return found
