"""The local door: HTTP and Server-Sent Events for screens, counter PCs, the command line and integrators."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from typing import Any

from aiohttp import web

from edge.box import Box
from edge.doors.bodies import NOTHING
from edge.doors.callers import COOKIE, NOT_PAIRED, PAIRING_PAGE, Caller, Callers, Lan, keep_cookie
from edge.doors.cards import Cards
from edge.doors.gate import Gate
from edge.doors.guard import (
    MOST_BYTES,
    SECURITY_HEADERS,
    check_caller,
    read_body,
    read_key,
    read_query,
)
from edge.doors.house import HTTP, Call, Front, House, Photographer, Reply, Screens
from edge.doors.listening import HOME, listen
from edge.doors.page import Page
from edge.doors.pairings import Pairings
from edge.doors.problems import Problem, problem_response, refusal_response
from edge.doors.routes import ROUTES, Route
from edge.doors.scans import Scans
from edge.doors.sessions import Sessions
from edge.doors.shots import Shots
from edge.doors.sse import COMMENT_S, Feed
from edge.errors import JournalError
from edge.guides import Guides
from edge.hall import words
from edge.hall.words import NO_REQUEST, Refused, TicketId
from edge.rating_codes import RatingCodes
from edge.registrar import Registrar
from edge.settings_door import DoorSettings
from edge.texts import Texts

log = logging.getLogger(__name__)

WORKERS = 8
CAMERA_WORKERS = 8
"""A page takes seconds: nobody who wants a number waits behind cameras. One a camera at most, and files."""
START_S = 10.0
STOP_S = 2.0
"""How long open answers may take once the door closes."""

_Next = Callable[[web.Request], Awaitable[web.StreamResponse]]
_OF_AIOHTTP = {404: "no_such_path", 405: "wrong_method", 413: "too_large"}


class Door:
    """One thread with its own loop, and a small pool for what blocks; `stop` joins them all."""

    def __init__(
        self,
        registrar: Registrar,
        *,
        texts: Texts,
        guides: Guides,
        codes: RatingCodes,
        keep_text: Callable[[str, TicketId], str],
        front: Front,
        pairings: Pairings,
        lan: DoorSettings | None = None,
        box: Box | None = None,
        cameras: Photographer | None = None,
        facts: Callable[[], Mapping[str, Any]] = dict,
        devices: Callable[[], Mapping[str, dict[str, Any]]] = dict,
        cards: Cards | None = None,
        scans: Scans | None = None,
        version: str = "",
        port: int = 8600,
        comment_s: float = COMMENT_S,
    ) -> None:
        """`keep_text` puts a citizen's free text where it can be erased, and gives its id; `facts` are
        the daemon's health; both may block. `devices`: each one's facts beyond the journal. `lan`: without
        it the door is on loopback only. `port` 0: any free one. `comment_s`: a stream's longest silence.
        """
        self._registrar = registrar
        self._texts = texts
        self._guides = guides
        self._codes = codes
        self._keep_text = keep_text
        self._front = front
        self._box = box or Box()
        self._cameras = cameras
        self._facts = facts
        self._devices = devices
        self._cards, self._scans = cards, scans
        self._version = version
        self._lan = lan or DoorSettings()
        self._pairings = pairings
        self._callers = Callers(pairings, self._lan.names)
        self._port = port
        self._comment_s = comment_s
        self._screens = Screens()
        self._shots = Shots()
        self._opened: Future[int] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing: asyncio.Event | None = None
        self._feed: Feed | None = None
        self._thread = threading.Thread(target=self._run, name="door")

    def start(self) -> int:
        """Open the door; the port on which it answers. The registrar must run.

        Raises OSError (EADDRINUSE, EACCES ...), with a sentence that says what to do.
        """
        self._thread.start()
        try:
            return self._opened.result(START_S)
        except OSError:
            self._thread.join()
            raise

    def stop(self) -> None:
        """Close the door, end all streams and join its threads."""
        loop, closing = self._loop, self._closing
        if loop is not None and closing is not None and self._thread.is_alive():
            loop.call_soon_threadsafe(closing.set)
        if self._thread.ident is not None:
            self._thread.join()

    def beat(self) -> float:
        """When the loop last took a turn, by `time.monotonic`; at most half a second ago when all is well."""
        return self._feed.beat if self._feed else time.monotonic()

    def screens(self) -> list[dict[str, Any]]:
        """Each screen that has said that it draws: `name`, `age_s`, `frames`. Any thread."""
        return self._screens.report()

    def screenshot(self, screen: str) -> bytes | None:
        """A screen's picture as PNG, personal input blanked; blocks up to 15 s. Not on the door's thread.

        None: no such screen, or it does not answer.
        """
        return self._shots.ask(screen) if self._screens.draws(screen) else None

    def hurry(self) -> None:
        """The daemon stops: who waits for a picture waits no longer. Any thread."""
        self._shots.end()

    def _document(self) -> dict[str, Any]:
        from edge.doors.openapi import document  # read when first asked for: the door must open at once

        return document(ROUTES, self._version, self._texts)

    # --- the door's thread ----------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as e:
            if self._opened.done():
                log.critical("the local door has failed", exc_info=e)
            else:
                self._opened.set_exception(e)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._closing = asyncio.Event()
        self._feed = feed = Feed(self._registrar, self._loop, self._comment_s, self._devices, self._scans)
        workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="door-worker")
        camera_workers = ThreadPoolExecutor(CAMERA_WORKERS, thread_name_prefix="door-camera")
        with workers as pool, camera_workers as camera_pool:
            house = House(
                registrar=self._registrar,
                texts=self._texts,
                guides=self._guides,
                codes=self._codes,
                feed=feed,
                pool=pool,
                camera_pool=camera_pool,
                screens=self._screens,
                facts=self._facts,
                keep_text=self._keep_text,
                page=Page(self._texts),
                openapi=cache(self._document),
                devices=self._devices,
                cards=self._cards,
                scans=self._scans,
                front=self._front,
                sessions=Sessions(self._front.staff),
                box=self._box,
                shots=self._shots,
                cameras=self._cameras,
                callers=self._callers,
                pairings=self._pairings,
                on_lan=self._lan.on_lan,
            )
            runner = web.AppRunner(
                self._app(house),
                access_log=None,
                logger=_Wire(log),
                handler_cancellation=True,
                auto_decompress=False,
                shutdown_timeout=STOP_S,
            )
            await runner.setup()
            feed.start()
            lines: list[asyncio.Server] = []
            try:
                assert runner.server is not None  # set up above
                for opened in listen(self._lan.address, self._port):
                    self._port = opened.getsockname()[1]
                    lines.append(await self._loop.create_server(Gate(runner.server), sock=opened))
                self._opened.set_result(self._port)
                log.info("local door open on %s:%d", self._lan.address or HOME, self._port)
                await self._closing.wait()
            finally:
                feed.stop()
                for line in lines:
                    line.close()
                await runner.cleanup()
                await asyncio.to_thread(feed.join)

    def _app(self, house: House) -> web.Application:
        app = web.Application(client_max_size=MOST_BYTES, middlewares=[self._manners])
        for route in ROUTES:
            app.router.add_route(route.method, route.path, partial(_answer, route, house))
        return app

    @web.middleware
    async def _manners(self, request: web.Request, handler: _Next) -> web.StreamResponse:
        """Everybody's refusals and headers; no traceback ever leaves the house."""
        response = await self._refused_or(request, handler)
        if not response.prepared:
            for name, value in SECURITY_HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    async def _refused_or(self, request: web.Request, handler: _Next) -> web.StreamResponse:
        try:
            check_caller(request, self._callers.names(request))
            if request.match_info.http_exception is not None:  # what there is, is no stranger's business
                self._callers.of(request).admit(Lan.PAIRED, "")
            return await handler(request)
        except Refused as no:
            return refusal_response(no, self._texts)
        except Problem as problem:
            if problem.reason == NOT_PAIRED and "text/html" in request.headers.get("Accept", ""):
                return web.Response(status=303, headers={"Location": PAIRING_PAGE})
            return problem_response(problem, self._texts)
        except JournalError as error:
            log.warning("%s %s: %s", request.method, request.path, error)
            return problem_response(Problem("disk_failed"), self._texts)
        except web.HTTPException as no:
            reason = _OF_AIOHTTP.get(no.status, "bad_request")
            headers = {"Allow": no.headers["Allow"]} if "Allow" in no.headers else {}
            return problem_response(Problem(reason, headers=headers), self._texts)
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            return problem_response(Problem("internal"), self._texts)


async def _answer(route: Route, house: House, request: web.Request) -> web.StreamResponse:
    caller = house.callers.of(request)
    caller.admit(route.lan, request.match_info["id"] if route.names_counter else "")
    with house.callers.answering(caller, request):
        reply = await route.handler(house, await _read(route, house, request, caller))
    if isinstance(reply, Reply):
        text = json.dumps(reply.body, ensure_ascii=False, separators=(",", ":"))
        reply = web.Response(text=text, status=reply.status, content_type="application/json")
    if caller.by_cookie and route.media == "text/html" and isinstance(reply, web.Response):
        keep_cookie(reply, request.cookies[COOKIE])
    return reply


async def _read(route: Route, house: House, request: web.Request, caller: Caller) -> Call:
    posts = route.method == "POST"
    body = await read_body(request, route.takes) if posts else NOTHING
    query = read_query(request, route.asks)
    key = read_key(request, body) if posts else NO_REQUEST
    return Call(request, body, query, key, _who(route, house, caller), caller)


def _who(route: Route, house: House, caller: Caller) -> words.By:
    """Who asks, where somebody said a PIN; a verb of the staff is nobody else's. Raises Problem."""
    if route.roles is None:
        return HTTP
    session = house.sessions.find(caller.session, route.roles)
    door = words.Door.KIOSK if session.screen else words.Door.HTTP
    return words.By(door, session.screen, session.person.number)


class _Wire(logging.LoggerAdapter[logging.Logger]):
    """aiohttp's log: bytes that are no HTTP are their sender's trouble, not an error with a trace."""

    def exception(self, msg: object, *args: object, **kwargs: Any) -> None:
        self.debug("%s", msg % args if args and isinstance(msg, str) else msg)
