"""A screen's line to the daemon: views, questions, commands and signs of life, outside the frame loop."""

import base64
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from edge.client import Client, ServerAway

log = logging.getLogger(__name__)

Json = dict[str, Any]
ALIVE_S = 5.0


@dataclass(frozen=True)
class Seen:
    """The last view, when it came (monotonic), and whether the daemon is away now."""

    view: Json | None = None
    at_s: float = 0.0
    away: bool = False


class Live:
    """Owns the threads `screen-views`, `screen-commands`, `screen-questions`, `screen-alive`."""

    def __init__(self, client: Client, wake: Callable[[], None]) -> None:
        """`wake` is called from the threads whenever the frame loop should look."""
        self.seen = Seen()
        self.frames = 0
        """Turns of the frame loop; while it stands still no sign of life is sent."""
        self.wanted = ""
        """Somebody far away waits for this screen's picture, under this id; the frame loop hands it over."""
        self._client = client
        self._wake = wake
        self._stop = threading.Event()
        self._done: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._commands: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._questions: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._watch, name="screen-views", daemon=True),
            threading.Thread(target=self._work, args=(self._commands,), name="screen-commands", daemon=True),
            threading.Thread(
                target=self._work, args=(self._questions,), name="screen-questions", daemon=True
            ),
            threading.Thread(target=self._alive, name="screen-alive", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask all threads to end and join them; blocks a few seconds at worst."""
        self._stop.set()
        self._client.close()
        self._commands.put(None)
        self._questions.put(None)
        for thread in self._threads:
            thread.join(timeout=8.0)

    def command(
        self,
        path: str,
        body: Json,
        key: str,
        done: Callable[[int, Json], None],
        wanted: Callable[[], bool],
        token: str = "",
    ) -> None:
        """POST, again with the same key while nobody answers and it is still wanted.

        `done` runs in `collect`; `token` is of a session of the staff.
        """

        def job() -> None:
            while not self._stop.is_set():
                try:
                    status, answer = self._client.post(path, body, key, token=token)
                except ServerAway:
                    if not wanted():
                        return
                    continue
                self._finish(partial(done, status, answer))
                return

        self._commands.put(job)

    def question(self, path: str, done: Callable[[int, Json], None]) -> None:
        """GET; status 0 when nobody answers. `done` runs in `collect`."""

        def job() -> None:
            try:
                status, answer = self._client.get(path)
            except ServerAway:
                status, answer = 0, {}
            self._finish(partial(done, status, answer))

        self._questions.put(job)

    def picture(self, path: str, done: Callable[[bytes], None]) -> None:
        """GET a picture; empty when there is none. `done` runs in `collect`."""

        def job() -> None:
            try:
                content = self._client.fetch(path)
            except ServerAway:
                content = b""
            self._finish(partial(done, content))

        self._questions.put(job)

    def hand_over(self, picture: Callable[[], bytes]) -> None:
        """Send what was wanted; `picture` makes it, on another thread than the frame loop's."""
        path = f"/api/v1/screens/{quote(self._client.name, safe='')}/picture"
        wanted, self.wanted = self.wanted, ""

        def job() -> None:
            body = {"wanted": wanted, "png": base64.b64encode(picture()).decode()}
            with contextlib.suppress(ServerAway):
                self._client.post(path, body)

        self._questions.put(job)

    def collect(self) -> bool:
        """Run what is finished, on the caller's thread: the frame loop's. Was there anything?"""
        found = False
        while True:
            try:
                done = self._done.get_nowait()
            except queue.Empty:
                return found
            found = True
            done()

    def _finish(self, done: Callable[[], None]) -> None:
        self._done.put(done)
        self._wake()

    def _watch(self) -> None:
        for view in self._client.views(self._stop):
            if view is None:
                self.seen = Seen(self.seen.view, self.seen.at_s, away=True)
            else:
                self.seen = Seen(view, time.monotonic())
            self._wake()

    def _work(self, jobs: "queue.SimpleQueue[Callable[[], None] | None]") -> None:
        while (job := jobs.get()) is not None:
            try:
                job()
            except Exception:  # a screen goes on; the trace is for the developer
                log.exception("a job of this screen failed")

    def _alive(self) -> None:
        told, before = -1, ""
        while not self._stop.is_set():
            if self.frames != told:
                told = self.frames
                wanted = self._client.alive(told).get("screen", {}).get("wanted", "")
                if wanted and wanted != before:
                    self.wanted = before = wanted
                    self._wake()
            self._stop.wait(ALIVE_S)
