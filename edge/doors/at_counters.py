"""Whose browser is asking: who opened a counter's page is that counter until the day is over.

On loopback nobody has to say who they are (contract §3); who has said it is held to it. A browser of the
hall's network is the counter's for which it was paired.
"""

import hmac

from aiohttp import web

from edge.doors.house import Call, House
from edge.doors.problems import Problem
from edge.hall.words import CounterId

COOKIE = "bianmin-counter"
_SURE = frozenset({"manager"})
"""Roles whose people look after all counters."""


def bind(house: House, response: web.Response, counter: CounterId) -> None:
    """From now on the browser that gets this response is this counter."""
    mark = house.codes.browser(counter, house.view.day)
    response.set_cookie(COOKIE, f"{counter}.{mark}", path="/", httponly=True, samesite="Strict")


def whose(house: House, call: Call, named: CounterId) -> CounterId:
    """The counter that asks; empty: nobody has said.

    Raises Problem `other_counters` where a browser, or somebody of the staff, is of another counter than the
    one that is `named`; `no_session`.
    """
    if not call.caller.is_here:
        bound = frozenset({call.caller.counter})
    else:
        bound = _of_browser(house, call) | _of_person(house, call)
    if not bound:
        return named
    if named and named not in bound:
        raise Problem("other_counters", counter=named)
    return named or min(bound)


def _of_browser(house: House, call: Call) -> frozenset[CounterId]:
    """What a cookie of today says that is ours; of another day it says nothing."""
    counter, _, mark = call.http.cookies.get(COOKIE, "").rpartition(".")
    known = any(c.id == counter for c in house.view.counters)
    is_ours = mark.isascii() and hmac.compare_digest(mark, house.codes.browser(counter, house.view.day))
    return frozenset({counter}) if known and is_ours else frozenset()


def _of_person(house: House, call: Call) -> frozenset[CounterId]:
    """Where somebody is signed in whose PIN was said. Raises Problem `no_session`, `other_counters`."""
    if not call.token:
        return frozenset()
    person = house.sessions.find(call.token, ()).person
    if person.roles & _SURE:
        return frozenset()
    here = frozenset(c.id for c in house.view.counters if c.staff == person.number)
    if not here:
        raise Problem("other_counters", counter=call.id)
    return here
