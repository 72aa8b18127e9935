"""Server-Sent Events: the hall's views to screens, the journal's entries to whoever keeps books."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from aiohttp import web

from edge.doors.guard import SECURITY_HEADERS
from edge.doors.problems import Problem
from edge.doors.scans import Scans
from edge.errors import JournalError
from edge.hall.views import HallView, ScanView
from edge.registrar import Registrar

log = logging.getLogger(__name__)

Json = dict[str, Any]

COMMENT_S = 15.0
PACE_S = 0.11
"""Between two views to one screen: at most 10 a second."""
STUCK_S = 20.0
"""A caller that takes no bytes for so long is let go."""
AFTER_S = 0.01
"""A call's board goes first, and has the machine for itself: a screen draws in 16 ms and more."""
LOOK_S = 0.25
"""How often the view is looked at for what changes without an entry: opening hours, the clock's trust."""


def hall_json(view: HallView, devices: Mapping[str, Json], scans: tuple[ScanView, ...] = ()) -> Json:
    """The view of contract §3, with what is known of each device beyond the journal, and fresh scans."""
    data = view.to_json()
    data["scans"] = [asdict(scan) for scan in scans]
    for line in data["devices"]:
        line.update(devices.get(line["id"], {}))
    return data


@dataclass(frozen=True)
class Shown:
    version: int
    view: HallView
    devices: Callable[[], Mapping[str, Json]]
    """Asked when somebody looks at this."""
    scans: tuple[ScanView, ...]

    @cached_property
    def event(self) -> bytes:
        """The `view` event, made once for all screens."""
        data = hall_json(self.view, self.devices(), self.scans)
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return f"event: view\ndata: {text}\n\n".encode()


class Feed:
    """Brings each new view from the registrar to the door's loop, by a thread of its own."""

    def __init__(
        self,
        registrar: Registrar,
        loop: asyncio.AbstractEventLoop,
        comment_s: float = COMMENT_S,
        devices: Callable[[], Mapping[str, Json]] = dict,
        scans: Scans | None = None,
    ) -> None:
        """`comment_s`: how long a stream may be silent."""
        self._devices, self._scans = devices, scans
        self._registrar = registrar
        self._loop = loop
        self._comment_s = comment_s
        self._stop = threading.Event()
        self._news = asyncio.Event()
        self.shown = Shown(1, registrar.view, devices, ())
        """Loop thread only."""
        self.ended = False
        self.beat = time.monotonic()
        """When the loop last took a turn."""
        self._thread = threading.Thread(target=self._run, name="door-views")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """On the loop thread: ends all streams; the thread follows within `LOOK_S`."""
        self._stop.set()
        self.ended = True
        self._news.set()

    def join(self) -> None:
        self._thread.join()

    async def after(self, version: int) -> Shown | None:
        """The newest view once it is newer than this; None: time for a comment, or the door closes."""
        try:
            async with asyncio.timeout(self._comment_s):
                while self.shown.version <= version and not self.ended:
                    await self._news.wait()
        except TimeoutError:
            return None
        return None if self.ended else self.shown

    def _run(self) -> None:
        last, shown = self.shown.view, self.shown.scans
        while not self._stop.is_set():
            if self._registrar.wait_seq(last.seq, LOOK_S) != last.seq:
                self._stop.wait(AFTER_S)
            view = self._registrar.view
            scans = self._scans.at_kiosks() if self._scans else ()
            is_news = scans != shown or not _same(view, last)
            self._tell(view if is_news else None, scans)
            last, shown = view, scans
            if is_news:
                self._stop.wait(PACE_S)

    def _tell(self, view: HallView | None, scans: tuple[ScanView, ...]) -> None:
        try:
            self._loop.call_soon_threadsafe(self._turn, view, scans)
        except RuntimeError:
            log.debug("the loop has ended")

    def _turn(self, view: HallView | None, scans: tuple[ScanView, ...]) -> None:
        self.beat = time.monotonic()
        if view is None or self.ended:
            return
        self.shown = Shown(self.shown.version + 1, view, self._devices, scans)
        self._news.set()
        self._news = asyncio.Event()


def _same(a: HallView, b: HallView) -> bool:
    """Would a screen show the same? The clock's hands move by themselves."""
    return a.seq == b.seq and (a is b or replace(a, clock=replace(a.clock, at=b.clock.at)) == b)


class Stream:
    """One caller's stream, open."""

    def __init__(self, response: web.StreamResponse) -> None:
        self.response = response

    async def send(self, chunk: bytes) -> None:
        """Raises ConnectionError when the caller is gone, TimeoutError when it takes nothing."""
        async with asyncio.timeout(STUCK_S):
            await self.response.write(chunk)

    async def comment(self) -> None:
        await self.send(b": alive\n\n")


@asynccontextmanager
async def open_stream(request: web.Request, who: str) -> AsyncIterator[Stream]:
    """A stream until its caller goes, takes nothing, or the journal cannot be read: it may come back."""
    headers = {**SECURITY_HEADERS, "Content-Type": "text/event-stream; charset=utf-8"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    log.debug("stream %s to %s opened", request.path, who)
    try:
        yield Stream(response)
    except (ConnectionError, TimeoutError, JournalError, Problem) as e:
        log.info("stream %s to %s ends: %s", request.path, who, str(e) or type(e).__name__)
        response.force_close()
