"""A counter's document camera, live: what it sees ten times a second, what lies there, pages by themselves.

Two threads for each camera, awake only while somebody looks or pages are to be taken: one brings the
pictures, the other has some of them looked at by the page finder, so that the preview never waits for it.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from drivers.capabilities import DocumentCamera, Mark
from drivers.errors import DeviceFault, LinkLost
from edge.capture_files import NOTHING_SAID, Meant
from edge.errors import DeviceUnavailable, JournalError
from edge.finder import FinderFailed
from edge.hall.words import CounterId, Refused, TicketId
from edge.page_work import PageWork
from edge.patience import Patience

log = logging.getLogger(__name__)

T = TypeVar("T")
Json = dict[str, Any]

CAMERA_FAILED = "camera_failed"
PACE_S = 0.1
"""Between two pictures: at most ten a second."""
LOOK_EVERY_S = 0.25
LOOKED_AT_S = 3.0
"""A viewer that has asked for no picture for so long is gone."""
BEGIN_WITHIN_S = 3.0
TICKET_S = 1.0
"""How often it is seen whether somebody has come to a counter where pages are taken by themselves."""
REFUSED_S = 1.5
"""Before the next try to take a page by itself that could not be taken."""
STALE_S = 2.0
"""Outlines older than this are not drawn any more."""
AGAIN_S = (2.0, 60.0)
"""The finder is left alone for so long after a failure, and at most."""


class Asks(Protocol):
    """What this room needs of a camera's handle."""

    def ask(self, job: Callable[[DocumentCamera], T], within_s: float) -> T: ...


@dataclass(frozen=True)
class Frame:
    """One picture of the live view."""

    version: int
    jpeg: bytes


@dataclass(frozen=True)
class Live:
    """How it stands, for the counter's page."""

    version: int = 0
    camera: bool = False
    """Pictures come."""
    looked: bool = False
    """What is said of pages is of now."""
    pages: tuple[Json, ...] = ()
    """`corners` as shares of the picture, `confidence`, `good`, `why`."""
    still: int = 0
    notice: str = ""
    """Of the empty desk: `learned`, `renewed`, `moved`, `lamp`."""
    auto: bool = False
    item: str = ""
    material: int = 0
    taken: str = ""
    """The page that was last taken by itself; new ones have another id."""
    refused: str = ""
    """Why the last one was not."""


class Looking:
    """Any thread may call; `stop` joins its threads, of which there are none before somebody looks."""

    def __init__(
        self,
        counter: CounterId,
        camera: Asks,
        work: PageWork,
        *,
        ticket: Callable[[], TicketId],
        take: Callable[[Meant], str],
    ) -> None:
        """`ticket`: at the counter now, or empty; `take`: a good page, its id. Raises Refused, JournalError,
        OSError."""
        self._counter, self._camera, self._work = counter, camera, work
        self._ticket, self._take = ticket, take
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._awake = threading.Event()
        self._plain = threading.Condition(self._lock)
        self._to_look: bytes = b""
        self._is_looking = False
        self._frame: Frame | None = None
        self._live = Live()
        self._failure: Exception | None = None
        self._looked_at = -LOOKED_AT_S
        self._seen_at = 0.0
        self._look_due = 0.0
        self._patience = Patience(*AGAIN_S)
        self._threads: list[threading.Thread] = []

    def frame(self) -> Frame | None:
        """The newest picture; None: there is none yet. Does not block; keeps the pictures coming.

        Raises Refused `camera_failed` while the camera gives none.
        """
        self._looked_at = time.monotonic()
        self._wake()
        if self._failure is not None:
            raise Refused(CAMERA_FAILED, counter=self._counter) from self._failure
        return self._frame

    def live(self) -> Live:
        """Does not block, and does not keep the pictures coming."""
        return self._live

    def set_auto(self, on: bool, meant: Meant = NOTHING_SAID) -> Live:
        """From now on pages that lie still and are good are taken by themselves, while a ticket is there."""
        self._change(auto=on, item=meant.item, material=meant.material, refused="")
        if on:
            self._wake()
        return self._live

    def was_taken(self) -> None:
        """A page was taken: what lay there need not lie there any more."""
        self._seen_at = 0.0
        self._change(looked=False, pages=(), still=0)

    def stop(self) -> None:
        self._stopping.set()
        self._awake.set()
        with self._lock:
            self._plain.notify_all()
        for thread in self._threads:
            thread.join()

    def _wake(self) -> None:
        with self._lock:
            if not self._threads and not self._stopping.is_set():
                self._threads = [
                    threading.Thread(target=self._bring, name=f"camera-view-{self._counter}"),
                    threading.Thread(target=self._look, name=f"camera-look-{self._counter}"),
                ]
                for thread in self._threads:
                    thread.start()
        self._awake.set()

    def _is_wanted(self) -> bool:
        return self._is_looked_at() or (self._live.auto and bool(self._ticket()))

    def _is_looked_at(self) -> bool:
        return time.monotonic() - self._looked_at < LOOKED_AT_S

    def _change(self, **new: Any) -> None:
        with self._lock:
            changed = replace(self._live, **new)
            if changed != self._live:
                self._live = replace(changed, version=self._live.version + 1)

    # --- pictures

    def _bring(self) -> None:
        while not self._stopping.is_set():
            if not self._is_wanted():
                self._frame, self._failure = None, None
                self._change(camera=False, looked=False, pages=(), still=0)
                self._awake.clear()
                if not self._is_wanted():
                    self._awake.wait(TICKET_S if self._live.auto else None)
                continue
            begun = time.monotonic()
            try:
                self._bring_one()
            except (DeviceUnavailable, DeviceFault, LinkLost) as error:
                self._frame, self._failure = None, error
                self._change(camera=False, looked=False, pages=(), still=0)
                self._stopping.wait(TICKET_S)
            except Exception:
                log.exception("counter %s: a picture came to nothing", self._counter)
                self._stopping.wait(TICKET_S)
            pace_s = PACE_S if self._is_looked_at() else LOOK_EVERY_S
            self._stopping.wait(max(0.0, begun + pace_s - time.monotonic()))

    def _bring_one(self) -> None:
        now = time.monotonic()
        plain = not self._is_looking and now >= self._look_due
        live = self._live
        marks = _marks(live.pages) if now - self._seen_at < STALE_S else ()
        glance = self._camera.ask(lambda camera: camera.preview(marks, plain=plain), BEGIN_WITHIN_S)
        with self._lock:
            version = self._frame.version + 1 if self._frame else 1
            self._frame, self._failure = Frame(version, glance.shown.jpeg), None
            if glance.plain:
                self._to_look, self._is_looking = glance.plain, True
                self._plain.notify_all()
        self._change(camera=True)

    # --- what lies there

    def _look(self) -> None:
        while (jpeg := self._next_look()) is not None:
            pause_s = LOOK_EVERY_S
            try:
                if not self._look_at(jpeg):
                    pause_s = REFUSED_S
                self._patience.renew()
            except FinderFailed as error:
                pause_s = self._patience.delay_s()
                log.warning("counter %s: not looked at: %s", self._counter, error)
                self._change(looked=False, pages=(), still=0)
            except Exception:
                pause_s = self._patience.delay_s()
                log.exception("counter %s: a look came to nothing", self._counter)
            with self._lock:
                self._look_due, self._is_looking = time.monotonic() + pause_s, False

    def _next_look(self) -> bytes | None:
        with self._plain:
            while not self._to_look and not self._stopping.is_set():
                self._plain.wait()
            jpeg, self._to_look = self._to_look, b""
        return None if self._stopping.is_set() else jpeg

    def _look_at(self, jpeg: bytes) -> bool:
        """False: a page was to be taken by itself, and could not be."""
        ticket = self._ticket()
        seen = self._work.look(self._counter, jpeg, ticket)
        if seen is None:
            return True
        self._seen_at = time.monotonic()
        notice = str(seen.get("notice", "")) or self._live.notice
        if seen.get("notice") in ("moved", "lamp"):
            log.warning("counter %s: the empty desk looks different: %s", self._counter, notice)
        pages, still = tuple(seen.get("pages", ())), int(seen.get("still", 0))
        self._change(looked=True, pages=pages, still=still, notice=notice)
        live = self._live
        if not (seen.get("ready") and live.auto and ticket):
            return True
        try:
            self._change(taken=self._take(Meant(live.item, live.material)), refused="")
        except Refused as no:
            self._change(refused=str(no.reason))
        except (JournalError, OSError) as error:
            log.error("counter %s: a page that was ready is not stored: %s", self._counter, error)
            self._change(refused="disk_failed")
        return not self._live.refused


def _marks(pages: Sequence[Json]) -> tuple[Mark, ...]:
    return tuple(Mark(tuple((x, y) for x, y in page["corners"]), bool(page["good"])) for page in pages)
