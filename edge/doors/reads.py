"""What callers ask to know: views, tickets, entries, guides, health; nothing here changes the hall."""

import asyncio
import json
import logging
import time
from dataclasses import asdict
from typing import TypeVar

from aiohttp import web

from edge.doors.bodies import EventsQuery, FollowQuery, GuidesQuery, PageQuery, ScreenQuery, WhyQuery
from edge.doors.house import Call, House, Reply
from edge.doors.page import ASSETS
from edge.doors.problems import Problem
from edge.doors.sse import PACE_S, hall_json, open_stream
from edge.doors.verbs import known_counter
from edge.entries import Entry

log = logging.getLogger(__name__)

STUCK_AFTER_S = 15.0
"""A registrar that has not taken a turn for so long has failed."""
AT_ONCE = 200
"""Entries read for a stream in one go."""
_MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_WHAT = TypeVar("_WHAT")


async def live_page(house: House, call: Call) -> web.Response:
    only_hall = _read(call, PageQuery).part == "hall"
    html = await house.wait(lambda: house.page.draw(house.view, house.facts(), only_hall=only_hall))
    return web.Response(text=html, content_type="text/html")


async def asset(house: House, call: Call) -> web.Response:
    found = ASSETS.get(call.http.match_info["file"])
    if found is None:
        raise Problem("no_such_path")
    return web.Response(text=found.read_text("utf-8"), content_type=_MEDIA[found.suffix])


async def healthz(house: House, call: Call) -> Reply:
    """Not by the pool: it must answer while every worker waits for a stuck registrar."""
    trouble = house.registrar.healthy()
    if trouble is None and time.monotonic() - house.registrar.beat() > STUCK_AFTER_S:
        trouble = "no turn"
    if trouble is not None:
        raise Problem("registrar_failed", detail=trouble)
    return Reply(200, {"status": "ok"})


async def metrics(house: House, call: Call) -> web.Response:
    from edge.doors.metrics import MEDIA, metrics_text  # read when first asked for: quick start

    text = metrics_text(house.view, await house.wait(house.facts), house.screens.report())
    return web.Response(body=text, headers={"Content-Type": MEDIA})


async def hall(house: House, call: Call) -> Reply:
    scans = house.scans.at_kiosks() if house.scans else ()
    return Reply(200, hall_json(house.view, house.devices(), scans))


async def openapi(house: House, call: Call) -> Reply:
    return Reply(200, await house.wait(house.openapi))


async def health(house: House, call: Call) -> Reply:
    return Reply(200, {**await house.wait(house.facts), "screens": house.screens.report()})


async def ticket(house: House, call: Call) -> Reply:
    found = house.registrar.ticket(call.id)
    if found is None:
        raise Problem("no_ticket", ticket=call.id)
    return Reply(200, {"ticket": asdict(found)})


async def why(house: House, call: Call) -> Reply:
    counter, ticket = known_counter(house.view, call.id), _read(call, WhyQuery).ticket
    if ticket and await house.wait(house.registrar.ticket, ticket) is None:
        raise Problem("no_ticket", ticket=ticket)
    return Reply(200, await house.wait(house.registrar.why, counter.id, ticket))


async def waiting(house: House, call: Call) -> Reply:
    return Reply(200, asdict(await house.wait(house.registrar.waiting)))


async def events(house: House, call: Call) -> Reply:
    query = _read(call, EventsQuery)
    entries = await house.wait(house.registrar.journal.read_after, query.after, query.limit)
    return Reply(200, {"events": [e.cloud() for e in entries], "head": house.registrar.journal.head})


async def guides(house: House, call: Call) -> Reply:
    query = _read(call, GuidesQuery)
    found = house.guides.search(query.q, query.limit, department=query.department, event=query.event)
    return Reply(200, {"guides": [g.to_json() for g in found]})


async def guide_groups(house: House, call: Call) -> Reply:
    departments, events = house.guides.departments(), house.guides.events()
    return Reply(
        200,
        {
            "departments": [*map(asdict, departments)],
            "events": [*map(asdict, events)],
            "words": house.guides.words(),
        },
    )


async def guide(house: House, call: Call) -> Reply:
    found = house.guides.get(call.id)
    if found is None:
        raise Problem("no_guide", guide=call.id)
    return Reply(200, {"guide": found.to_json()})


async def view_stream(house: House, call: Call) -> web.StreamResponse:
    """The whole view at once and after each change; always the newest, so no slow screen falls behind."""
    screen = _read(call, ScreenQuery).screen
    async with open_stream(call.http, screen or call.peer) as stream:
        shown = house.feed.shown
        await stream.send(shown.event)
        while not house.feed.ended:
            await asyncio.sleep(PACE_S)
            newer = await house.feed.after(shown.version)
            if newer is not None:
                shown = newer
                await stream.send(shown.event)
            elif not house.feed.ended:
                await stream.comment()
    return stream.response


async def event_stream(house: House, call: Call) -> web.StreamResponse:
    """Each entry once, in order, from where the caller says it stopped."""
    seq = _last_event_id(call, _read(call, FollowQuery).after)
    async with open_stream(call.http, call.peer) as stream:
        await stream.comment()
        while not house.feed.ended:
            version = house.feed.shown.version
            entries = await house.wait(house.registrar.journal.read_after, seq, AT_ONCE)
            if entries:
                await stream.send(b"".join(map(_entry_event, entries)))
                seq = entries[-1].seq
            elif await house.feed.after(version) is None and not house.feed.ended:
                await stream.comment()
    return stream.response


def _entry_event(entry: Entry) -> bytes:
    text = json.dumps(entry.cloud(), ensure_ascii=False, separators=(",", ":"))
    return f"id: {entry.seq}\ndata: {text}\n\n".encode()


def _last_event_id(call: Call, after: int) -> int:
    """Raises Problem `bad_query` for an id that is no sequence number."""
    text = call.http.headers.get("Last-Event-ID", "").strip()
    if not text:
        return after
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Problem("bad_query", detail="Last-Event-ID")
    return int(text)


def _read(call: Call, kind: type[_WHAT]) -> _WHAT:
    """The query, as the table of routes says it was read."""
    assert isinstance(call.query, kind)
    return call.query
