"""A counter's page for its clerk's browser: what the camera sees, the ticket's pages, and what is missing."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from edge.capture_files import Stored
from edge.doors.at_counters import bind
from edge.doors.capture_bodies import CounterPageQuery
from edge.doors.house import Call, House
from edge.doors.pages_taken import checked
from edge.doors.problems import advice
from edge.doors.verbs import known_counter
from edge.guides import Guide
from edge.hall.views import CounterView

Json = dict[str, Any]

MOST_GUIDES = 40
"""Offered as the matter of a ticket that names none: its service's, those most asked for first."""


async def page(house: House, call: Call) -> web.Response:
    """The whole page, which makes the browser this counter's, or the part of it that moves."""
    query = call.query
    assert isinstance(query, CounterPageQuery)
    counter = known_counter(house.view, call.id)
    only_pages = query.part == "pages"
    html = await house.wait(_draw, house, counter, query.item, only_pages)
    response = web.Response(text=html, content_type="text/html")
    if call.caller.is_here and not only_pages:
        bind(house, response, counter.id)
    return response


def _draw(house: House, counter: CounterView, item: str, only_pages: bool) -> str:
    ticket = house.registrar.ticket(counter.ticket.id) if counter.ticket else None
    pages = house.cameras.of_ticket(ticket.id) if house.cameras and ticket else ()
    guide = house.guides.get(item or (ticket.item if ticket else ""))
    guides = house.guides.search("", 500) if ticket else []
    offered = [g for g in guides if ticket and g.service == ticket.service and g.materials]
    return house.page.render(
        "counter_pages.html" if only_pages else "counter.html",
        hall=house.view.name,
        counter=counter,
        ticket=ticket,
        has_camera=house.cameras is not None and house.cameras.has(counter.id),
        guide=guide,
        offered=offered[:MOST_GUIDES],
        groups=_groups(ticket.id if ticket else "", guide, pages),
        total=sum(p.pages for p in pages),
        advice=lambda why: advice(house.texts, why),
    )


def _groups(ticket: str, guide: Guide | None, pages: Sequence[Stored]) -> list[Json]:
    """Materials with their pages, and those that are for none of them, last."""
    known: Mapping[str, Stored] = {p.id: p for p in pages}
    if guide is None:
        return [{"number": 0, "text": "", "pages": list(pages)}]
    listed = checked(ticket, guide, tuple(pages))
    groups = [
        {"number": m["number"], "text": m["text"], "pages": [known[id] for id in m["captures"]]}
        for m in listed["materials"]
    ]
    return [*groups, {"number": 0, "text": "", "pages": [known[id] for id in listed["others"]]}]
