"""Pages of the document cameras: taken, listed, checked against what a matter needs, and handed out."""

import asyncio
import logging
from dataclasses import asdict
from typing import Any

from aiohttp import web

from edge.capture_files import Meant, Stored
from edge.doors.bodies import CaptureBody, CaptureQuery, ChecklistQuery
from edge.doors.guard import SECURITY_HEADERS
from edge.doors.house import Call, House, Photographer, Reply
from edge.doors.problems import Problem
from edge.doors.sse import Stream
from edge.doors.verbs import known_counter
from edge.errors import JournalError
from edge.guides import Guide
from edge.hall.events import DocumentCaptured
from edge.hall.words import Refused

log = logging.getLogger(__name__)

Json = dict[str, Any]

BOUNDARY = "picture"
LIVE_PACE_S = 0.1
"""Between two pictures of a preview: at most ten a second."""


async def capture(house: House, call: Call) -> Reply:
    """Take a page. Raises Problem `no_camera`, `no_guide`, `no_material`, Refused, JournalError."""
    body = call.body
    assert isinstance(body, CaptureBody)
    counter = known_counter(house.view, call.id)
    cameras = _cameras(house, counter.id)
    item = body.item or (_item_of(house, counter.ticket.id) if counter.ticket else "")
    if body.item or body.material:
        guide = _guide(house, item)
        if body.material > len(guide.materials):
            raise Problem("no_material", number=body.material)
    try:
        events = await house.take_page(cameras, call, counter.id, Meant(item, body.material))
    except OSError as e:
        raise JournalError(f"counter {counter.id}: the page could not be stored: {e}") from e
    taken = next(e for e in events if isinstance(e, DocumentCaptured))
    told = {"id": taken.capture, "counter": taken.counter, "ticket": taken.ticket, "digest": taken.digest}
    more = {"pages": taken.pages, "item": taken.item, "material": taken.material}
    return Reply(201, {"capture": {**told, "size_bytes": taken.size_bytes, **more}})


async def live(house: House, call: Call) -> web.StreamResponse:
    """What the counter's camera sees, as Motion JPEG, until the caller goes or the camera fails."""
    counter = known_counter(house.view, call.id).id
    cameras = _cameras(house, counter)
    frame = await house.look(cameras, counter)
    kind = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
    response = web.StreamResponse(headers={**SECURITY_HEADERS, "Content-Type": kind})
    await response.prepare(call.http)
    stream = Stream(response)
    try:
        while not house.feed.ended:
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(frame)}\r\n\r\n"
            await stream.send(head.encode() + frame + b"\r\n")
            await asyncio.sleep(LIVE_PACE_S)
            frame = await house.look(cameras, counter)
    except (ConnectionError, TimeoutError, Problem, Refused) as e:
        log.info("preview of counter %s to %s ends: %s", counter, call.peer, str(e) or type(e).__name__)
        response.force_close()
    return response


async def captured(house: House, call: Call) -> web.Response:
    """A page of today, noted in the journal as handed out."""
    query = call.query
    assert isinstance(query, CaptureQuery)
    cameras = house.cameras
    picture = await house.wait(cameras.fetch, call.id, query.counter) if cameras else None
    if picture is None:
        raise Problem("no_capture", capture=call.id)
    headers = {"Content-Disposition": f'inline; filename="{picture.name}"', "Cache-Control": "no-store"}
    return web.Response(body=picture.content, content_type=picture.media_type, headers=headers)


async def at_counter(house: House, call: Call) -> Reply:
    """Pages of the counter's present ticket."""
    counter = known_counter(house.view, call.id)
    found = await house.wait(house.cameras.of_counter, counter.id) if house.cameras else ()
    return Reply(200, {"captures": [asdict(page) for page in found]})


async def checklist(house: House, call: Call) -> Reply:
    """What a ticket's matter needs, what there is a page of, and what is missing."""
    query = call.query
    assert isinstance(query, ChecklistQuery)
    ticket = house.registrar.ticket(call.id)
    if ticket is None:
        raise Problem("no_ticket", ticket=call.id)
    guide = _guide(house, query.item or _item_of(house, ticket.id))
    pages = await house.wait(house.cameras.of_ticket, ticket.id) if house.cameras else ()
    return Reply(200, {"checklist": _checked(ticket.id, guide, pages)})


def _checked(ticket: str, guide: Guide, pages: tuple[Stored, ...]) -> Json:
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


def _cameras(house: House, counter: str) -> Photographer:
    if house.cameras is None:
        raise Problem("no_camera", counter=counter)
    return house.cameras


def _item_of(house: House, ticket: str) -> str:
    found = house.registrar.ticket(ticket)
    return found.item if found else ""


def _guide(house: House, item: str) -> Guide:
    found = house.guides.get(item)
    if found is None:
        raise Problem("no_guide", guide=item)
    return found
