"""A clock set by hand, and ways to wait for other threads."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from edge.hall.words import Now
from tests.crash.hall import MORNING, ZONE


class HandClock:
    """Stands still until it is set; can be held, so that the registrar waits in it and jobs pile up."""

    def __init__(self) -> None:
        self.now = Now(
            at=MORNING, day=MORNING.astimezone(ZONE).date(), trusted=False, boot="boot-1", uptime_s=10
        )
        self._free = threading.Event()
        self._free.set()
        self._held = threading.Event()

    def __call__(self) -> Now:
        if not self._free.is_set():
            self._held.set()
            assert self._free.wait(60)
        return self.now

    def go(self, **span: float) -> None:
        step = timedelta(**span)
        self.set(self.now.at + step)
        self.now = replace(self.now, uptime_s=self.now.uptime_s + step.total_seconds())

    def set(self, at: datetime) -> None:
        """A jump: the uptime does not know of it."""
        self.now = replace(self.now, at=at, day=at.astimezone(ZONE).date())

    def hold(self) -> None:
        """Return when the registrar stands in this clock."""
        self._held.clear()
        self._free.clear()
        assert self._held.wait(60)

    def release(self) -> None:
        self._free.set()


def together(*jobs: Callable[[], object]) -> list[object]:
    """Run jobs on threads of their own, begun at once; what each returned or raised."""
    begin = threading.Barrier(len(jobs))
    results: list[object] = [None] * len(jobs)

    def work(n: int) -> None:
        begin.wait(60)
        try:
            results[n] = jobs[n]()
        except Exception as error:
            results[n] = error

    threads = [threading.Thread(target=work, args=(n,)) for n in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
