"""One line of the table of routes."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from edge.doors import bodies as b
from edge.doors.callers import Lan
from edge.doors.house import Call, House, Reply

API = "/api/v1"
JSON = "application/json"
STAFF: frozenset[str] = frozenset()
KEEPERS = frozenset({"manager", "technician"})

Handler = Callable[[House, Call], Awaitable[Reply | web.StreamResponse]]


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    handler: Handler
    about: str
    gives: Any = None
    """The type of a JSON answer; None for other media."""
    takes: type[b.Body] = b.Nothing
    asks: type[b.Query] = b.Query
    status: int = 200
    media: str = JSON
    roles: frozenset[str] | None = None
    """Whose verb it is, by a PIN said at a screen; empty: anybody's of the staff; None: nobody is asked."""
    lan: Lan = Lan.NOBODY
    """Who may ask over the hall's network."""
    no: tuple[int, ...] = ()
    """Further statuses of a refusal, beside those that any call can have."""

    @property
    def name(self) -> str:
        """As an operation's id: `post_counters_id_next`."""
        words = re.findall(r"[a-z]+", self.path.removeprefix(API))
        return "_".join([self.method.lower(), *words])

    @property
    def names_counter(self) -> bool:
        """Is `{id}` a counter's?"""
        return self.path.startswith(("/counter/{id}", f"{API}/counters/{{id}}"))


def get(path: str, handler: Handler, about: str, gives: Any = None, **more: Any) -> Route:
    return Route("GET", path, handler, about, gives, **more)


def post(path: str, handler: Handler, about: str, gives: Any, **more: Any) -> Route:
    return Route("POST", API + path, handler, about, gives, **more)
