"""Who is calling: this box itself, a paired browser or screen of the hall's network, or a stranger."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

from aiohttp import web

from edge.doors.pairings import Kind, Pairing, Pairings
from edge.doors.problems import Problem
from edge.hall.words import CounterId

COOKIE = "bianmin-pairing"
COOKIE_S = 400 * 86_400
"""The longest that a browser keeps one; it is set again with each page."""
PAIRING_PAGE = "/pair"
NOT_PAIRED = "not_paired"
End = IPv4Address | IPv6Address | None
_HOME = (IPv4Address("127.0.0.1"), IPv6Address("::1"))
_HOME_NAMES = ("127.0.0.1", "localhost", "[::1]")


class Lan(StrEnum):
    """Who may ask for a thing over the hall's network; this box may ask for everything."""

    ANYBODY = "anybody"
    PAIRED = "paired"
    """Every paired screen and browser."""
    COUNTER = "counter"
    """A counter's browser, and where the path names a counter, only that one's."""
    NOBODY = "nobody"


@dataclass(frozen=True)
class Caller:
    is_here: bool
    """On this box: no login."""
    pairing: Pairing | None = None
    """Whose token came along; of a caller here nobody asks."""
    session: str = ""
    """The token of a session of the staff, where somebody said a PIN."""
    by_cookie: bool = False
    """The pairing's token came as a browser has it."""

    @property
    def counter(self) -> CounterId:
        """To which a paired browser is held; empty: none."""
        return self.pairing.counter if self.pairing else ""

    def admit(self, lan: Lan, counter: CounterId) -> None:
        """`counter`: the one that is named, or empty. Raises Problem `not_paired`, `not_for_this_device`."""
        if self.is_here or lan is Lan.ANYBODY:
            return
        if self.pairing is None:
            raise Problem(NOT_PAIRED, headers={"WWW-Authenticate": "Bearer"})
        is_counters = self.pairing.kind is Kind.COUNTER
        may = lan is Lan.PAIRED or (lan is Lan.COUNTER and is_counters)
        if not may or (is_counters and counter and counter != self.counter):
            raise Problem("not_for_this_device", name=self.pairing.name)


class Callers:
    """Loop thread only."""

    def __init__(self, pairings: Pairings, names: Collection[str]) -> None:
        """`names`: what the hall's network calls the box beside its addresses."""
        self._pairings = pairings
        self._names = names
        self._lines: dict[str, set[asyncio.Transport]] = {}
        """On which something is being answered, by pairing."""

    def names(self, request: web.Request) -> frozenset[str]:
        """What this caller may call the door: `Host` values, with the port."""
        peer, dialled, port = ends_of(request.transport)
        if is_here(peer, dialled):
            names = {*_HOME_NAMES}
        else:
            names = {f"[{dialled}]" if isinstance(dialled, IPv6Address) else str(dialled), *self._names}
        with_port = {f"{name}:{port}" for name in names}
        return frozenset(with_port | names if port == 80 else with_port)

    def of(self, request: web.Request) -> Caller:
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        peer, dialled, _ = ends_of(request.transport)
        if is_here(peer, dialled):
            return Caller(True, session=bearer)
        if browser := self._pairings.find(request.cookies.get(COOKIE, "")):
            return Caller(False, browser, bearer, by_cookie=True)
        return Caller(False, self._pairings.find(bearer))

    @contextmanager
    def answering(self, caller: Caller, request: web.Request) -> Iterator[None]:
        """What is answered meanwhile ends when the pairing does."""
        line = request.transport
        if caller.pairing is None or line is None:
            yield
            return
        lines = self._lines.setdefault(caller.pairing.id, set())
        lines.add(line)
        try:
            yield
        finally:
            lines.discard(line)
            if not lines:
                self._lines.pop(caller.pairing.id, None)

    def cut(self, pairing: str) -> None:
        """Hang up on whoever still has this pairing's token."""
        for line in [*self._lines.get(pairing, ())]:
            line.abort()


def ends_of(line: asyncio.BaseTransport | None) -> tuple[End, End, int]:
    """The caller's address, the address that it dialled, and the port there; none of a line that is gone."""
    if line is None:
        return None, None, 0
    dialled = line.get_extra_info("sockname")
    return address_of(line.get_extra_info("peername")), address_of(dialled), dialled[1] if dialled else 0


def is_here(peer: End, dialled: End) -> bool:
    """Is a caller on this box? Both ends of its connection say so; nothing that it sends does."""
    return peer is not None and peer.is_loopback and dialled in _HOME


def address_of(end: object) -> End:
    """Of a socket's `getpeername` or `getsockname`; an IPv4 address in an IPv6 one is the IPv4 address."""
    try:
        found = ip_address(end[0] if isinstance(end, tuple) else "")
    except ValueError:
        return None
    return (found.ipv4_mapped if isinstance(found, IPv6Address) else None) or found


def keep_cookie(response: web.Response, token: str) -> None:
    """Not `Secure`: the hall's network has no TLS."""
    response.set_cookie(COOKIE, token, max_age=COOKIE_S, path="/", httponly=True, samesite="Strict")
