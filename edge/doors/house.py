"""What the door opens to: the rooms behind it, and the values that its handlers speak in."""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, ParamSpec, Protocol, TypeVar

from aiohttp import web

from edge.box import Box
from edge.capture_files import Meant, Stored
from edge.doors.bodies import Body, Query
from edge.doors.callers import Caller, Callers
from edge.doors.cards import Cards
from edge.doors.page import Page
from edge.doors.pairings import Pairings
from edge.doors.problems import Problem
from edge.doors.scans import Scans
from edge.doors.sessions import Sessions
from edge.doors.shots import Shots
from edge.doors.sse import Feed
from edge.doors.tries import Tries
from edge.guides import Guides
from edge.hall.commands import Command
from edge.hall.events import Event
from edge.hall.plan import HallPlan
from edge.hall.views import HallView
from edge.hall.words import By, CounterId, Door, Request, StaffNumber, TicketId
from edge.looking import Frame, Live
from edge.public import Public
from edge.rating_codes import RatingCodes
from edge.registrar import Answer, Registrar
from edge.settings_staff import Person
from edge.texts import Texts

Json = dict[str, Any]
P = ParamSpec("P")
T = TypeVar("T")

ASK_S = 15.0
"""How long a caller waits for the registrar; it may ask again with the same key."""
CAMERA_S = 40.0
"""… and for a page: the picture, the finder's process, the disk."""
MOST_SCREENS = 32
ALIVE_S = 15.0
"""Each screen says every 5 s that it draws."""
HTTP = By(Door.HTTP)


@dataclass(frozen=True)
class Call:
    """One request, read and checked."""

    http: web.Request
    body: Body
    query: Query
    request: Request
    by: By
    caller: Caller

    @property
    def token(self) -> str:
        """Of the session under which somebody of the staff asks; empty: nobody said a PIN."""
        return self.caller.session

    @property
    def id(self) -> str:
        """The counter, ticket, guide ... that the path names."""
        return self.http.match_info["id"]

    @property
    def peer(self) -> str:
        return self.http.remote or ""


@dataclass(frozen=True)
class Reply:
    status: int
    body: Json


class Picture(Protocol):
    """A stored capture, as it is handed out."""

    @property
    def content(self) -> bytes: ...
    @property
    def media_type(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def counter(self) -> CounterId: ...


class Photographer(Protocol):
    """The document cameras, as the door knows them. All block, but for what is live."""

    def has(self, counter: CounterId) -> bool: ...
    def take(
        self, counter: CounterId, request: Request, by: By, meant: Meant, *, strict: bool = False
    ) -> tuple[Event, ...]: ...
    def frame(self, counter: CounterId) -> Frame | None: ...
    def live(self, counter: CounterId) -> Live: ...
    def set_auto(self, counter: CounterId, on: bool, meant: Meant) -> Live: ...
    def fetch(self, capture: str, counter: CounterId, form: str, *, number: int, purpose: str) -> Picture: ...
    def bound(self, ticket: TicketId, counter: CounterId, *, material: int, purpose: str) -> Picture: ...
    def of_counter(self, counter: CounterId) -> tuple[Stored, ...]: ...
    def of_ticket(self, ticket: TicketId) -> tuple[Stored, ...]: ...
    def codes(self, capture: str) -> list[Json]: ...
    def ticket_of(self, capture: str, counter: CounterId) -> TicketId: ...
    def move(self, capture: str, counter: CounterId, meant: Meant) -> Stored: ...
    def remove(self, capture: str, counter: CounterId) -> None: ...


@dataclass
class Screens:
    """When each screen last said that it draws. Written on the loop thread, read by any."""

    _seen: dict[str, tuple[float, int, str, str]] = field(default_factory=dict)

    def alive(self, name: str, frames: int, state: str = "ok", code: str = "") -> None:
        """Raises Problem `too_many_screens`."""
        if name not in self._seen and len(self._seen) >= MOST_SCREENS:
            raise Problem("too_many_screens", most=MOST_SCREENS)
        self._seen[name] = (time.monotonic(), frames, state, code)

    def draws(self, name: str) -> bool:
        """Has it said so within the last few seconds?"""
        seen = self._seen.get(name)
        return seen is not None and time.monotonic() - seen[0] < ALIVE_S

    def report(self) -> list[Json]:
        now = time.monotonic()
        return [
            {"name": name, "age_s": round(now - at, 1), "frames": frames, "state": state, "code": code}
            for name, (at, frames, state, code) in sorted(self._seen.copy().items())
        ]


@dataclass(frozen=True)
class Front:
    """What the door tells of the hall beside its present state."""

    plan: HallPlan
    public: Public = field(default_factory=Public)
    staff: Mapping[StaffNumber, Person] = field(default_factory=dict)


@dataclass(frozen=True)
class House:
    registrar: Registrar
    texts: Texts
    guides: Guides
    codes: RatingCodes
    feed: Feed
    pool: ThreadPoolExecutor
    camera_pool: ThreadPoolExecutor
    screens: Screens
    facts: Callable[[], Mapping[str, Any]]
    """The daemon's health: `host`, `uplink`, `devices` … (edge.health)."""
    keep_text: Callable[[str, TicketId], str]
    """Put a citizen's free text where it can be erased; gives its id."""
    page: Page
    openapi: Callable[[], Json]
    devices: Callable[[], Mapping[str, Json]]
    """What is known of each device beyond the journal (edge.device_facts)."""
    front: "Front"
    sessions: Sessions
    box: Box
    shots: Shots
    callers: Callers
    pairings: Pairings
    on_lan: bool
    """The hall's network reaches the door."""
    cards: Cards | None = None
    scans: Scans | None = None
    cameras: Photographer | None = None
    tries: Tries = field(default_factory=Tries)
    camera_turns: dict[CounterId, asyncio.Lock] = field(default_factory=dict)

    async def wait(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking job in the pool. Raises what it raises, and Problem `busy` after a while."""
        return await _within(ASK_S, self.pool, lambda: job(*args, **kwargs))

    async def take_page(
        self, cameras: Photographer, call: Call, counter: CounterId, meant: Meant, *, strict: bool
    ) -> tuple[Event, ...]:
        """Raises Refused, JournalError, and Problem `busy`: the page may be taken all the same.

        Whoever presses while the camera works waits here, not in one of the threads that other cameras need.
        """
        async with self.camera_turns.setdefault(counter, asyncio.Lock()):
            return await _within(
                CAMERA_S,
                self.camera_pool,
                lambda: cameras.take(counter, call.request, HTTP, meant, strict=strict),
            )

    async def hand_out(self, job: Callable[[], T]) -> T:
        """Run what may need the page finder. Raises what it raises, and Problem `busy`."""
        return await _within(CAMERA_S, self.camera_pool, job)

    async def ask(self, command: Command) -> Answer:
        """Raises Refused, JournalError, and Problem `busy`."""
        try:
            async with asyncio.timeout(ASK_S):
                return await asyncio.shield(asyncio.wrap_future(self.registrar.send(command)))
        except TimeoutError as e:
            raise Problem("busy") from e

    @property
    def view(self) -> HallView:
        return self.registrar.view


async def _within(limit_s: float, pool: ThreadPoolExecutor, job: Callable[[], T]) -> T:
    try:
        async with asyncio.timeout(limit_s):
            return await asyncio.get_running_loop().run_in_executor(pool, job)
    except TimeoutError as e:
        raise Problem("busy") from e
