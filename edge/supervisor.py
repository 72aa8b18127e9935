"""Links and drivers: opens them, runs one thread per link, watches, and opens again; all patience is here."""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from drivers import links, loader
from drivers.capabilities import DeviceStatus, Geometry, Heard, Reading, State
from drivers.errors import DeviceFault, Fault, FrameError, LinkLost
from drivers.frame_format import FrameFormat
from drivers.framing import Line
from edge.errors import DeviceUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

TURN_S = 0.05
"""How long a link thread reads before it looks at its mailbox, where reading cannot be woken."""
CHECK_S = 3.0
"""How often a device is asked how it is."""
LONGEST_BACK_OFF_S = 30.0
COMPLAIN_S = 60.0
"""A lost link is logged once, then so often."""


@dataclass(frozen=True)
class DeviceOnLink:
    """What the supervisor must know of a device: its name, its driver's name and that driver's options."""

    id: str
    driver: str
    options: object


@dataclass(frozen=True)
class LinkPlan:
    name: str
    url: str
    devices: tuple[DeviceOnLink, ...]
    frames: Mapping[str, Any] | None = None
    """The frame description for drivers that bring no format of their own."""


class Listener(Protocol):
    """Whom a link thread tells; it may wait for the registrar."""

    def heard(self, device: str, reading: Reading) -> None: ...
    def changed(self, device: str, status: DeviceStatus) -> None: ...


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
        """On the link's thread. Raises LinkLost after telling the asker; other errors are the asker's."""
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
        self._device = device
        self._wake = wake
        self._lock = threading.Lock()
        self._jobs: deque[Job[Any]] = deque()
        self._message: object = None
        self._to_show = False
        self._status = DeviceStatus(State.DOWN, Fault.NOT_OPENED)
        self._up = False
        self._geometry: Geometry | None = None

    def ask(self, job: Callable[[Any], T], within_s: float) -> T:
        """Run a job on the device's link thread and wait for its end.

        A job that has not begun within `within_s` is dropped, for good; one that has begun is waited for.
        A device that is known to be away is not waited for, one that is only just being opened is.
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

    # --- the link thread's side

    def opened(self, driver: Any) -> None:
        with self._lock:
            self._up = True
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

    def take_message(self) -> object | None:
        with self._lock:
            if not self._to_show:
                return None
            self._to_show = False
            return self._message

    def show_again(self) -> None:
        with self._lock:
            self._to_show = self._message is not None

    def set_status(self, status: DeviceStatus) -> bool:
        """True if state or code changed."""
        before, self._status = self._status, status
        return (before.state, before.code) != (status.state, status.code)


@dataclass
class _Seat:
    """A device's place on an open link."""

    handle: Handle
    driver: Any
    started: bool = False
    next_check: float = 0.0
    misses: int = 0


class LinkThread(threading.Thread):
    """Owns everything on one link; drivers live exactly as long as the link is open."""

    def __init__(self, plan: LinkPlan, listener: Listener) -> None:
        super().__init__(name=f"link-{plan.name}", daemon=True)
        self._plan = plan
        self._listener = listener
        self._stopping = threading.Event()
        self._awake = threading.Event()
        self._link: Any = None
        self._served = False
        """A device has answered in this life of the link; a wire that opens and breaks is backed off from."""
        self.beat = time.monotonic()
        """When it last went round, for the watchdog."""
        self.handles = {d.id: Handle(d, d.driver.partition("_")[0], self.wake_up) for d in plan.devices}

    def wake_up(self) -> None:
        self._awake.set()
        link = self._link
        if link is not None:
            link.wake()

    def stop(self) -> None:
        self._stopping.set()
        self.wake_up()

    # --- opening, again and again

    def run(self) -> None:
        failures, complained = 0, -COMPLAIN_S
        while not self._stopping.is_set():
            self.beat = time.monotonic()
            try:
                self._live()
                failures = 0
            except LinkLost as error:
                failures = 0 if self._served else failures + 1
                if time.monotonic() - complained >= COMPLAIN_S:
                    log.warning("link %s: %s", self._plan.name, error)
                    complained = time.monotonic()
                self._all_down(Fault.LINK_LOST)
            except Exception:
                log.exception("link %s: bug in a driver, opened anew", self._plan.name)
                failures += 1
                self._all_down(Fault.BUG)
            if not self._stopping.is_set():
                self._rest(failures)

    def _rest(self, failures: int) -> None:
        """Wait 1, 2, 4 … 30 s with jitter, in sight of `stop`; half a second after a link that did live."""
        pause = min(LONGEST_BACK_OFF_S, 2.0 ** (failures - 1)) if failures else 0.5
        until = time.monotonic() + pause * random.uniform(0.7, 1.0)
        while (left := until - time.monotonic()) > 0 and not self._stopping.wait(min(left, 1.0)):
            self.beat = time.monotonic()

    def _all_down(self, code: Fault) -> None:
        for handle in self.handles.values():
            handle.closed()
            self._say(handle, DeviceStatus(State.DOWN, code))

    def _say(self, handle: Handle, status: DeviceStatus) -> None:
        if handle.set_status(status):
            log.info("%s: %s %s %s", handle.id, status.state, status.code or "", status.detail)
            self._listener.changed(handle.id, status)

    # --- one life of the link

    def _live(self) -> None:
        self._served = False
        modules = {d.id: loader.load(d.driver) for d in self._plan.devices}
        frames = self._frames(list(modules.values()))
        link = self._open(frames)
        try:
            self._link = link
            log.debug("link %s: opened", self._plan.name)
            line = Line(link, frames) if frames else None
            seats = [
                _Seat(self.handles[d.id], modules[d.id].Driver(line or link, d.options))
                for d in self._plan.devices
            ]
            while not self._stopping.is_set():
                self._turn(seats, line)
        finally:
            self._link = None
            for handle in self.handles.values():
                handle.closed()
            link.close()

    def _frames(self, modules: Sequence[Any]) -> FrameFormat | None:
        """The format of a line that drivers share; None where one driver has the link to itself."""
        if not any(loader.speaks_frames(m) for m in modules):
            return None
        own = next((f for m in modules if (f := loader.fixed_frames(m)) is not None), None)
        return own or FrameFormat.from_table(self._plan.frames or {})

    def _open(self, frames: FrameFormat | None) -> Any:
        """The maker's usual line settings hold where the URL names none."""
        if frames is None:
            return links.open_link(self._plan.url)
        return links.open_link(self._plan.url, baud=frames.line.baud, character=frames.line.character)

    def _turn(self, seats: list[_Seat], line: Any) -> None:
        self.beat = time.monotonic()
        self._awake.clear()
        for seat in seats:
            if time.monotonic() >= seat.next_check:
                self._look_after(seat)
            if seat.started:
                self._serve(seat)
        self._listen(seats, line)

    def _look_after(self, seat: _Seat) -> None:
        """Start what has not answered yet, ask the others how they are."""
        try:
            if not seat.started:
                info = seat.driver.start()
                seat.started = self._served = True
                log.info("%s: started %s", seat.handle.id, info)
                seat.handle.opened(seat.driver)
            status = seat.driver.check()
        except DeviceFault as fault:
            status = DeviceStatus(State.DOWN, fault.code, fault.detail)
        silent = status.code is Fault.NO_ANSWER
        seat.misses = seat.misses + 1 if silent else 0
        if silent and seat.started:
            seat.started = False
            seat.handle.closed()
        seat.next_check = time.monotonic() + CHECK_S * min(4, 1 + seat.misses // 5)
        self._say(seat.handle, status)

    def _serve(self, seat: _Seat) -> None:
        while (job := seat.handle.next_job()) is not None:
            try:
                job.run(seat.driver)
            except DeviceFault as fault:
                self._say(seat.handle, DeviceStatus(State.DOWN, fault.code, fault.detail))
                seat.next_check = 0.0
            except LinkLost:
                raise
            except Exception:
                log.exception("%s: bug in a job", seat.handle.id)
        message = seat.handle.take_message()
        if message is not None:
            try:
                seat.driver.show(message)
            except DeviceFault as fault:
                seat.handle.show_again()
                self._say(seat.handle, DeviceStatus(State.DOWN, fault.code, fault.detail))
                seat.started = False
                seat.handle.closed()
                seat.next_check = time.monotonic() + 0.1

    # --- what the devices say by themselves

    def _listen(self, seats: list[_Seat], line: Any) -> None:
        if line is not None:
            for frame in line.read(TURN_S):
                self._dispatch(seats, line, frame)
            return
        talker = next((s for s in seats if s.started and hasattr(s.driver, "poll")), None)
        if talker is None:
            self._awake.wait(min(max(0.0, min(s.next_check for s in seats) - time.monotonic()), 1.0))
            return
        for reading in talker.driver.poll(TURN_S):
            self._listener.heard(talker.handle.id, reading)

    def _dispatch(self, seats: list[_Seat], line: Any, frame: bytes) -> None:
        for seat in seats:
            if not (hasattr(seat.driver, "claims") and seat.driver.claims(frame)):
                continue
            try:
                heard: Heard = seat.driver.on_frame(frame)
            except FrameError as error:
                log.warning("%s: %s", seat.handle.id, error)
                return
            for reply in heard.replies:
                line.send(reply)
            for reading in heard.readings:
                self._listener.heard(seat.handle.id, reading)
            return
        log.debug("link %s: nobody claims %s", self._plan.name, frame.hex(" "))


class Supervisor:
    """All links of the hall. `start` returns at once; devices come up when they come up."""

    def __init__(self, plans: Sequence[LinkPlan], listener: Listener) -> None:
        self._threads = [LinkThread(plan, listener) for plan in plans if plan.devices]
        self.handles: dict[str, Handle] = {id: h for t in self._threads for id, h in t.handles.items()}

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        for thread in self._threads:
            thread.stop()
        for thread in self._threads:
            thread.join(timeout=10)

    def beats(self) -> dict[str, float]:
        """When each link's thread last went round, monotonic seconds."""
        return {t.name: t.beat for t in self._threads if t.is_alive()}
