"""Links and drivers: opens them, runs one thread per link, watches, and opens again; all patience is here."""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

from drivers import links, loader
from drivers.capabilities import NOT_RECORDED, DeviceStatus, State
from drivers.errors import Fault, LinkLost
from drivers.frame_format import FrameFormat
from drivers.readings import AnyReading
from edge.errors import JournalError
from edge.hall.words import Refused
from edge.handles import DeviceOnLink, Handle, Job
from edge.patience import Patience
from edge.seats import COMPLAIN_S, CountingLine, Seat

__all__ = ["DeviceOnLink", "Handle", "Job", "LinkPlan", "Listener", "Supervisor"]

log = logging.getLogger(__name__)

TURN_S = 0.05
"""How long a link thread reads before it looks at its mailbox, where reading cannot be woken."""
AWAY_S = (0.5, 30.0)
"""From a link or a driver that has failed: at first, and at most."""
IMPORT_S = 120.0
"""So long making a driver is no hang: a slow card under load takes minutes for what it imports."""
NAME_S = 1.0
"""How often a link's name is looked up: does it still lead to what is open?"""


@dataclass(frozen=True)
class LinkPlan:
    name: str
    url: str
    devices: tuple[DeviceOnLink, ...]
    frames: Mapping[str, Any] | None = None
    """The frame description for drivers that bring no format of their own."""


class Listener(Protocol):
    """Whom a link thread tells; it may wait for the registrar."""

    def heard(self, device: str, reading: AnyReading) -> str:
        """The hall's word: empty, it is done and on disk; else why not, as `nobody_waiting`."""
        ...

    def changed(self, device: str, status: DeviceStatus) -> None:
        """Note a change of state. Raises JournalError, Refused: told again at the next check."""
        ...


class _AllBroken(Exception):
    """Every driver on the link has been thrown away: the link is opened anew with them."""

    def __init__(self, pause_s: float) -> None:
        super().__init__(f"{pause_s:g} s")
        self.pause_s = pause_s


class LinkThread(threading.Thread):
    """Owns everything on one link; drivers live at most as long as the link is open."""

    def __init__(self, plan: LinkPlan, listener: Listener) -> None:
        super().__init__(name=f"link-{plan.name}", daemon=True)
        self._plan = plan
        self._listener = listener
        self._stopping = threading.Event()
        self._awake = threading.Event()
        self._again = threading.Event()
        self._modules: dict[str, ModuleType] = {}
        """The drivers, found once: a link that comes and goes costs the others little."""
        self._frames: FrameFormat | None = None
        self._link: Any = None
        self._served_at: float | None = None
        """When a device first answered in this life of the link: one that opens and breaks has not worked."""
        self._patience = Patience(*AWAY_S, part=0.5)
        self._patience_with = {d.id: Patience(*AWAY_S, part=0.5) for d in plan.devices}
        self._complaints: dict[str, float] = {}
        self._bad_told = 0
        self.beat = time.monotonic()
        """When it last went round, for the watchdog; ahead of time where that may take long."""
        self.handles = {d.id: Handle(d, d.driver.partition("_")[0], self.wake_up) for d in plan.devices}

    def reopen(self) -> None:
        """Close the link and open it anew, by a person's word. Any thread."""
        self._again.set()
        self.wake_up()

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
        while not self._stopping.is_set():
            self.beat = time.monotonic()
            try:
                self._live()
            except _AllBroken as broken:
                self._rest(broken.pause_s)
            except LinkLost as error:
                self._complain("lost", logging.WARNING, "%s", error)
                self._end(Fault.LINK_LOST, str(error))
            except Exception:
                log.exception("link %s: failed in a way nobody planned, opened anew", self._plan.name)
                self._end(Fault.BUG)

    def _end(self, code: Fault, detail: str = "") -> None:
        """Say so, and stay away for a while."""
        for handle in self.handles.values():
            handle.tally.errors += 1
            self._say(handle, DeviceStatus(State.DOWN, code, detail))
        worked_s = 0.0 if self._served_at is None else time.monotonic() - self._served_at
        self._rest(self._patience.delay_s(worked_s))

    def _rest(self, pause_s: float) -> None:
        """Wait in sight of `stop`."""
        until = time.monotonic() + pause_s
        while (left := until - time.monotonic()) > 0 and not self._stopping.wait(min(left, 1.0)):
            self.beat = time.monotonic()

    # --- what the others are told

    def _say(self, handle: Handle, status: DeviceStatus) -> None:
        """A change is told once; where it could not be written down, again at the next check."""
        handle.set_status(status)
        if not handle.is_news():
            return
        log.info("%s: %s %s %s", handle.id, status.state, status.code or "", status.detail)
        try:
            self._listener.changed(handle.id, status)
        except (JournalError, Refused) as error:
            self._complain(handle.id, logging.ERROR, "%s is not recorded: %s", status.state, error)
        else:
            handle.told()

    def _hear(self, handle: Handle, reading: AnyReading) -> str:
        """The hall's word on it. A fault of the hall behind the listener is none of the device's."""
        try:
            return self._listener.heard(handle.id, reading)
        except Exception:
            log.exception("%s: what it said came to nothing", handle.id)
            return NOT_RECORDED

    def _complain(self, what: str, level: int, words: str, *values: object) -> None:
        """The same kind of trouble at most once a minute."""
        if time.monotonic() >= self._complaints.get(what, 0.0):
            self._complaints[what] = time.monotonic() + COMPLAIN_S
            log.log(level, f"link %s: {words}", self._plan.name, *values)

    # --- one life of the link

    def _live(self) -> None:
        self._served_at = None
        if not self._modules:
            self.beat = time.monotonic() + IMPORT_S
            self._modules = {d.id: loader.load(d.driver) for d in self._plan.devices}
            self._frames = self._shared_frames(list(self._modules.values()))
            self.beat = time.monotonic()
        frames, link = self._frames, self._open(self._frames)
        try:
            self._link = link
            log.debug("link %s: opened", self._plan.name)
            line = CountingLine(link, frames) if frames else None
            seats = [self._seat(d, self._modules[d.id], line or link) for d in self._plan.devices]
            bad_before = {id: h.tally.bad_frames for id, h in self.handles.items()}
            name_due = 0.0
            self._again.clear()
            while not (self._stopping.is_set() or self._again.is_set()):
                if time.monotonic() >= name_due:
                    name_due = time.monotonic() + NAME_S
                    _check_name(link)
                self._turn(seats, line)
                if line is not None and line.bad:
                    self._count_bad(line.bad, bad_before)
        finally:
            self._link = None
            for handle in self.handles.values():
                handle.closed()
            link.close()

    def _seat(self, device: DeviceOnLink, module: Any, wire: Any) -> Seat:
        handle, patience = self.handles[device.id], self._patience_with[device.id]
        return Seat(device, module, handle, wire, patience=patience, say=self._say, told=self._hear)

    def _shared_frames(self, modules: Sequence[Any]) -> FrameFormat | None:
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

    def _turn(self, seats: Sequence[Seat], line: CountingLine | None) -> None:
        self.beat = time.monotonic()
        self._awake.clear()
        for seat in seats:
            seat.serve()
        due = sorted((seat for seat in seats if seat.is_due()), key=lambda seat: seat.next_check)
        for seat in due[:1]:  # the hall's messages go between two checks, which take milliseconds each
            if seat.is_broken():
                self.beat = time.monotonic() + IMPORT_S
            seat.look_after()
            if self._served_at is None and seat.has_served:
                self._served_at = time.monotonic()
        if all(seat.is_broken() for seat in seats):
            raise _AllBroken(max(0.0, min(seat.next_check for seat in seats) - time.monotonic()))
        within_s = 0.0 if len(due) > 1 else TURN_S
        if line is not None and any(seat.waits_for_silence() for seat in seats):
            within_s = min(within_s, line.quiet_in_s())
        self._listen(seats, line, within_s)

    def _listen(self, seats: Sequence[Seat], line: CountingLine | None, within_s: float) -> None:
        if line is not None:
            for frame in line.read(within_s):
                if not any(seat.takes(frame) for seat in seats):
                    log.debug("link %s: nobody claims %s", self._plan.name, frame.hex(" "))
        elif (talker := next((s for s in seats if s.polls), None)) is not None:
            talker.poll(within_s)
        else:
            self._awake.wait(min(max(0.0, min(s.next_check for s in seats) - time.monotonic()), 1.0))

    def _count_bad(self, bad: int, before: Mapping[str, int]) -> None:
        for id, handle in self.handles.items():
            handle.tally.bad_frames = before[id] + bad
        total = next(iter(self.handles.values())).tally.bad_frames
        if total > self._bad_told:
            self._complain("noise", logging.WARNING, "noise on the wire, %d bad frames so far", total)
            self._bad_told = total


def _check_name(link: Any) -> None:
    """A device that was pulled and plugged in again under the same name is another one. Raises LinkLost."""
    is_there = getattr(link, "is_there", None)
    if is_there is not None and not is_there():
        raise LinkLost(f"{link.url}: its name leads to another device now: it was plugged in anew")


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

    def reopen(self, device: str) -> bool:
        """Open the device's link anew, with all that hangs on it; False: there is no such device."""
        thread = next((t for t in self._threads if device in t.handles), None)
        if thread is not None:
            thread.reopen()
        return thread is not None

    def beats(self) -> dict[str, float]:
        """When each link's thread last went round, monotonic seconds."""
        return {t.name: t.beat for t in self._threads if t.is_alive()}
