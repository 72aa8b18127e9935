"""What the rest of edge sees of a device: a place to ask, to leave a message, and to see how it is."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from drivers.capabilities import DeviceStatus, Geometry, State
from drivers.errors import Fault
from edge.errors import DeviceUnavailable

T = TypeVar("T")


@dataclass(frozen=True)
class DeviceOnLink:
    """What the supervisor must know of a device: its name, its driver's name and that driver's options."""

    id: str
    driver: str
    options: object


@dataclass
class Tally:
    """Counts since the daemon's start. Written on the link's thread, read by any."""

    opened: int = 0
    """Which life of the device this is: it has been opened so often."""
    frames: int = 0
    """To it and from it; on a link without frames: jobs, messages and readings."""
    errors: int = 0
    """Faults, frames without sense, bugs, lost links."""
    resends: int = 0
    """By the driver's own count: what it had to send again, what the device sent again."""
    bad_frames: int = 0
    """On its wire, whoever they were for: damaged ones, and noise that looked like one."""


class Job(Generic[T]):
    """One question to a driver, from a reader's thread to the link's."""

    def __init__(self, work: Callable[[Any], T], deadline: float) -> None:
        self._work = work
        self._deadline = deadline
        self._lock = threading.Lock()
        self._begun = False
        self._dropped = False
        self._ended = threading.Event()
        self._result: T | None = None
        self._error: BaseException | None = None

    def run(self, driver: Any) -> None:
        """On the link's thread. Raises what the work raises, after telling the asker."""
        with self._lock:
            if self._dropped or time.monotonic() > self._deadline:
                self._dropped = True
                self._ended.set()
                return
            self._begun = True
        try:
            self._result = self._work(driver)
        except BaseException as error:
            self._error = error
            raise
        finally:
            self._ended.set()

    def refuse(self, why: str) -> None:
        with self._lock:
            self._dropped = True
        self._error = DeviceUnavailable(why)
        self._ended.set()

    def result(self, device: str) -> T:
        """On the asker's thread: wait for the beginning until the deadline, then for the end."""
        self._ended.wait(max(0.0, self._deadline - time.monotonic()))
        with self._lock:
            if not self._begun:
                self._dropped = True
        if self._dropped:
            raise self._error or DeviceUnavailable(f"{device}: busy, the job did not begin in time")
        self._ended.wait()
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]


class Handle:
    """What the rest of edge sees of a device. Any thread may call it."""

    def __init__(self, device: DeviceOnLink, kind: str, wake: Callable[[], None]) -> None:
        self.id = device.id
        self.kind = kind
        self.tally = Tally()
        self._wake = wake
        self._lock = threading.Lock()
        self._jobs: deque[Job[Any]] = deque()
        self._message: object = None
        self._to_show = False
        self._status = DeviceStatus(State.DOWN, Fault.NOT_OPENED)
        self._told: tuple[State, Fault | None] | None = None
        self._up = False
        self._geometry: Geometry | None = None
        self._well_at: float | None = None

    def ask(self, job: Callable[[Any], T], within_s: float) -> T:
        """Run a job on the device's link thread and wait for its end.

        A job that has not begun within `within_s` is dropped, for good; one that has begun is waited for.
        A device that is known to be away is not waited for, one that is only just being opened is. A job
        that waits when the device is lost is refused: it never runs in the device's next life.
        Raises DeviceUnavailable (not begun), DeviceFault, LinkLost.
        """
        asked = Job(job, time.monotonic() + within_s)
        with self._lock:
            if not self._up and self._status.code is not Fault.NOT_OPENED:
                raise DeviceUnavailable(f"{self.id}: {self._status.code or self._status.state}")
            self._jobs.append(asked)
        self._wake()
        return asked.result(self.id)

    def show(self, message: object) -> None:
        """Leave what the device shall show; the latest wins, and it is shown again after reopening."""
        with self._lock:
            self._message = message
            self._to_show = True
        self._wake()

    def status(self) -> DeviceStatus:
        return self._status

    @property
    def geometry(self) -> Geometry | None:
        """A board's size, once it has been open."""
        return self._geometry

    def well_ago_s(self) -> float | None:
        """How long ago it last answered well, seconds; None: not yet."""
        return None if self._well_at is None else time.monotonic() - self._well_at

    # --- the link thread's side

    def opened(self, driver: Any) -> None:
        with self._lock:
            self._up = True
            self.tally.opened += 1
            self._geometry = getattr(driver, "geometry", None)
            self._to_show = self._message is not None

    def closed(self) -> None:
        with self._lock:
            self._up = False
            jobs, self._jobs = self._jobs, deque()
        for job in jobs:
            job.refuse(f"{self.id}: the link is gone")

    def next_job(self) -> Job[Any] | None:
        with self._lock:
            return self._jobs.popleft() if self._jobs else None

    def has_message(self) -> bool:
        return self._to_show

    def take_message(self) -> object | None:
        with self._lock:
            if not self._to_show:
                return None
            self._to_show = False
            return self._message

    def show_again(self) -> None:
        with self._lock:
            self._to_show = self._message is not None

    def is_well(self) -> None:
        """It has answered, or spoken by itself."""
        self._well_at = time.monotonic()

    def set_status(self, status: DeviceStatus) -> None:
        self._status = status
        if status.state in (State.OK, State.DEGRADED):
            self.is_well()

    def is_news(self) -> bool:
        """Are state or code other than those that were told last?"""
        return self._told != (self._status.state, self._status.code)

    def told(self) -> None:
        self._told = (self._status.state, self._status.code)
