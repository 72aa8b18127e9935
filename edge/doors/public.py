"""What the hall tells the public beside its queue, for screens: hours, phones, notices, people, floors."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from edge.doors.house import Call, House, Reply
from edge.doors.problems import Problem
from edge.hall.plan import HallPlan, Hours
from edge.hall.views import CounterView
from edge.hall.words import day_of
from edge.hall.workdays import DayType

Json = dict[str, Any]
_MEDIA = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}


async def about(house: House, call: Call) -> Reply:
    plan, public, view = house.front.plan, house.front.public, house.view
    today = day_of(view.clock.at[:10])
    told = asdict(public.about)
    told["complaint_phone"] = public.about.complaint_phone or plan.phone
    notices = [
        {"title": n.title, "text": n.text, "kind": n.kind, "since": _iso(n.since), "until": _iso(n.until)}
        for n in public.notices
        if n.holds(today)
    ]
    kinds = dict.fromkeys([DayType.ORDINARY, *plan.hours_on, plan.calendar.type_of(today)])
    kinds.pop(DayType.CLOSED, None)
    people = [_post(house, c) for c in view.counters] if public.show.staff else []
    leader = next((found for found in public.leaders if found.holds(today)), None)
    return Reply(
        200,
        {
            "name": plan.name,
            "phone": plan.phone,
            **told,
            "today": str(plan.calendar.type_of(today)),
            "hours": [{"day": str(t), "spans": _spans(plan.hours_on.get(t, plan.hours))} for t in kinds],
            "phones": [{"counter": c.id, "name": c.name, "phone": c.phone} for c in plan.counters if c.phone],
            "notices": notices,
            "staff": people,
            "floors": [_floor(plan, id, f.name) for id, f in public.floors.items()],
            "leader": {"post": leader.post, "name": leader.name} if leader else None,
            "voice": asdict(public.voice),
        },
    )


async def floor(house: House, call: Call) -> web.Response:
    found = house.front.public.floors.get(call.id)
    if found is None:
        raise Problem("no_picture")
    return await _picture(house, found.picture)


async def photo(house: House, call: Call) -> web.Response:
    person, show = house.front.staff.get(call.id), house.front.public.show
    if person is None or not person.photo or not (show.staff and show.photo):
        raise Problem("no_picture")
    return await _picture(house, person.photo)


async def _picture(house: House, name: str) -> web.Response:
    file = house.front.public.content / name
    try:
        content = await house.wait(file.read_bytes)
    except OSError as e:
        raise Problem("no_picture") from e
    return web.Response(body=content, content_type=_MEDIA[file.suffix.lower()])


def _post(house: House, counter: CounterView) -> Json:
    """A counter, and who is there or should be: A, B, and whoever signed in."""
    numbers = dict.fromkeys(n for n in (counter.staff, *counter.beside, counter.a, counter.b) if n)
    here = {counter.staff, *counter.beside} if counter.state != "closed" else set()
    return {
        "counter": counter.id,
        "name": counter.name,
        "room": counter.room,
        "state": counter.state,
        "reason": counter.reason,
        "served_at": counter.served_at,
        "people": [{**_person(house, n), "here": n in here} for n in numbers],
    }


def _person(house: House, number: str) -> Json:
    """Only the fields that the hall shows."""
    show, person = house.front.public.show, house.front.staff.get(number)
    told: Json = {"number": number if show.number else ""}
    if person is None:
        return told
    told |= {key: getattr(person, key) for key in ("name", "post", "phone") if getattr(show, key)}
    if show.photo and person.photo:
        told["photo"] = f"/api/v1/photos/{number}"
    return told


def _floor(plan: HallPlan, id: str, name: str) -> Json:
    return {
        "id": id,
        "name": name,
        "picture": f"/api/v1/floors/{id}",
        "counters": [{"id": c.id, "name": c.name, "at": c.at} for c in plan.counters if c.floor == id],
        "kiosks": [{"id": k.id, "at": k.at} for k in plan.kiosks if k.floor == id],
    }


def _spans(hours: tuple[Hours, ...]) -> list[str]:
    return [f"{h.opens}-{h.closes}" for h in hours]


def _iso(day: object) -> str:
    return str(day) if day else ""
