"""How a browser or a screen of the hall's network is let in, and shown out again."""

from dataclasses import asdict

from aiohttp import web

from edge.doors.callers import keep_cookie
from edge.doors.house import Call, House, Reply
from edge.doors.pair_bodies import PairBody, WishBody
from edge.doors.pairings import CODE_S, Kind, Pairing, Wish
from edge.doors.problems import Problem
from edge.doors.verbs import known_counter

Json = dict[str, str]


async def make_code(house: House, call: Call) -> Reply:
    """A code for somebody who stands at the other machine. Raises Problem `not_on_lan`, `no_counter`."""
    body = call.body
    assert isinstance(body, WishBody)
    if not house.on_lan:
        raise Problem("not_on_lan")
    if body.counter:
        known_counter(house.view, body.counter)
    code = house.pairings.offer(Wish(body.name, Kind(body.kind), body.counter, call.by.staff))
    return Reply(201, {"pairing_code": {"code": code, "valid_s": round(CODE_S)}})


async def pair(house: House, call: Call) -> web.Response:
    """A code for a token. Raises Problem `wrong_pairing_code`, `too_many_tries`, `too_many_paired`."""
    body = call.body
    assert isinstance(body, PairBody)
    wish = house.pairings.redeem(body.digits, call.peer)
    made, token = await house.wait(house.pairings.add, wish, house.view.clock.at)
    told = {"paired": _told(made), "token": "" if body.cookie else token}
    response = web.json_response(told, status=201)
    if body.cookie:
        keep_cookie(response, token)
    return response


async def who_am_i(house: House, call: Call) -> Reply:
    mine = call.caller.pairing
    return Reply(200, {"paired": _told(mine) if mine else None})


async def everybody(house: House, call: Call) -> Reply:
    return Reply(200, {"paired": [_told(p) for p in house.pairings.all()], "on_lan": house.on_lan})


async def revoke(house: House, call: Call) -> Reply:
    """From now on it is a stranger; what it is being told ends at once. Raises Problem `no_pairing`."""
    await house.wait(house.pairings.revoke, call.id, call.by.staff)
    house.callers.cut(call.id)
    return Reply(200, {})


async def page(house: House, call: Call) -> web.Response:
    html = await house.wait(house.page.render, "pair.html", hall=house.view.name)
    return web.Response(text=html, content_type="text/html")


def _told(pairing: Pairing) -> Json:
    """Without what opens."""
    return {name: value for name, value in asdict(pairing).items() if name != "digest"}
