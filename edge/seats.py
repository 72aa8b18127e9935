"""A device's place on an open link: its driver's life, from start to start, and what it costs the others.

A driver that fails in a way nobody planned is thrown away and made anew after a while; the wire stays open,
and its neighbours never notice. Only a lost link is raised.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from drivers.capabilities import NOT_KEPT, DeviceStatus, Heard, State
from drivers.errors import DeviceFault, Fault, FrameError, LinkLost
from drivers.frame_format import FrameFormat
from drivers.framing import LONGEST_QUIET_S, Line
from drivers.links import Link
from drivers.readings import AnyReading
from edge.handles import DeviceOnLink, Handle
from edge.patience import Patience

log = logging.getLogger(__name__)

CHECK_S = 3.0
"""How often a device is asked how it is."""
SOON_S = 0.1
COMPLAIN_S = 60.0


class CountingLine(Line):
    """A line that knows how often something was said on it, and when it was silent."""

    def __init__(self, link: Link, frames: FrameFormat, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(link, frames, clock)
        self._now = clock
        self._silent_at = clock()
        """When it was silent, and something was sent."""
        self.exchanged = 0
        """Frames sent, and answers that were waited for."""

    def send(self, frame: bytes) -> None:
        if not self.quiet_in_s():
            self._silent_at = self._now()
        super().send(frame)
        self.exchanged += 1

    def will_be_silent(self, since: float) -> bool:
        """Is it worth while to go on waiting, for who has had something to show since then?

        Not on a wire that never falls silent; but where others only used the silences first, it is.
        """
        return self.quiet_in_s() > 0 and self._now() < max(since, self._silent_at) + LONGEST_QUIET_S

    def answer(self, match: Callable[[bytes], bool], within_s: float) -> bytes:
        frame = super().answer(match, within_s)
        self.exchanged += 1
        return frame


class Seat:
    """All on the link's thread. `say` takes each status; `told` each reading."""

    def __init__(
        self,
        device: DeviceOnLink,
        module: ModuleType,
        handle: Handle,
        wire: Any,
        *,
        patience: Patience,
        say: Callable[[Handle, DeviceStatus], None],
        told: Callable[[Handle, AnyReading], str],
    ) -> None:
        """`wire`: the Line that drivers share, or the link of a driver that is alone on it."""
        self.handle = handle
        self.started = False
        self.has_served = False
        """It has answered in this life of the link."""
        self.next_check = 0.0
        self._make: Callable[[], Any] = lambda: module.Driver(wire, device.options)
        self._line = wire if isinstance(wire, CountingLine) else None
        self._driver: Any = None
        self._patience, self._say, self._told = patience, say, told
        self._misses = 0
        self._wants_since = math.inf
        self._served_at = 0.0
        self._resends = self._bad = 0
        self._complained = -COMPLAIN_S

    @property
    def polls(self) -> bool:
        """Does it wait for its device by itself? Then it is alone on its link."""
        return self.started and hasattr(self._driver, "poll")

    def is_due(self) -> bool:
        """Is it time to look after the device?"""
        return time.monotonic() >= self.next_check

    def look_after(self) -> None:
        """Start it or ask how it is, then do what was asked. Raises LinkLost."""
        self._look_after()
        self.serve()

    def serve(self) -> None:
        """Do what was asked of the device. Raises LinkLost."""
        if self.started:
            self._serve()

    def poll(self, timeout_s: float) -> None:
        """Wait for what the device says by itself. Raises LinkLost."""
        with self._careful():
            for reading in self._driver.poll(timeout_s):
                self.handle.tally.frames += 1
                self.handle.is_well()
                no = self._told(self.handle, reading)
                if no in NOT_KEPT and hasattr(self._driver, "again"):
                    self._driver.again(reading)

    def takes(self, frame: bytes) -> bool:
        """Is this frame from my device? Then it is dealt with. Raises LinkLost."""
        if not hasattr(self._driver, "claims"):
            return False
        heard: Heard | None = None
        with self._careful():
            if not self._driver.claims(frame):
                return False
            self.handle.tally.frames += 1
            heard = self._driver.on_frame(frame)
        if heard is not None:
            self.handle.is_well()
            no = ""
            for reading in heard.readings:
                no = self._told(self.handle, reading) or no
            for reply in heard.replies:
                self._send(reply)
            if heard.then:
                with self._careful():
                    heard.then(no)
            if heard.changed:
                self.next_check = 0.0
        return True

    def is_broken(self) -> bool:
        """Was its driver thrown away, and not yet made anew?"""
        return self._driver is None

    # --- looking after it

    def _look_after(self) -> None:
        """Start what has not answered yet, ask the others how they are."""
        status = DeviceStatus(State.DOWN, Fault.BUG)
        with self._careful():
            status = self._asked()
        if self._driver is None:
            return
        silent = status.code is Fault.NO_ANSWER
        self._misses = self._misses + 1 if silent else 0
        if silent and self.started:
            self._lose()
        self.next_check = time.monotonic() + CHECK_S * min(4, 1 + self._misses // 5)
        self._say(self.handle, status)

    def _asked(self) -> DeviceStatus:
        if self._driver is None:
            self._driver, self._resends, self._bad = self._make(), 0, 0
        try:
            if not self.started:
                info = self._driver.start()
                self.started = self.has_served = True
                self._served_at = time.monotonic()
                log.info("%s: started %s", self.handle.id, info)
                self.handle.opened(self._driver)
            status: DeviceStatus = self._driver.check()
        except DeviceFault as fault:
            self.handle.tally.errors += 1
            status = DeviceStatus(State.DOWN, fault.code, fault.detail)
        except FrameError as error:
            self.handle.tally.errors += 1
            status = DeviceStatus(State.DOWN, Fault.BAD_FRAMES, str(error))
        return status

    def _lose(self) -> None:
        self.started = False
        self.handle.closed()

    # --- what is asked of it

    def _serve(self) -> None:
        while self.started and (job := self.handle.next_job()) is not None:
            with self._careful():
                job.run(self._driver)
                self._done()
        message = self.handle.take_message() if self.started and not self.waits_for_silence() else None
        if message is not None:
            with self._careful():
                try:
                    self._driver.show(message)
                    self._done()
                except DeviceFault as fault:
                    self._fault(fault)
                    self.handle.show_again()
                    self._lose()
                    self.next_check = time.monotonic() + SOON_S

    def waits_for_silence(self) -> bool:
        """Has it something to show, and the wire is not quiet? What comes meanwhile is heard at once."""
        if self._line is None or not self.handle.has_message():
            self._wants_since = math.inf
            return False
        self._wants_since = min(self._wants_since, time.monotonic())
        return self._line.will_be_silent(self._wants_since)

    def _done(self) -> None:
        if self._line is None:
            self.handle.tally.frames += 1

    def _fault(self, fault: DeviceFault) -> None:
        self.handle.tally.errors += 1
        self.next_check = 0.0
        self._say(self.handle, DeviceStatus(State.DOWN, fault.code, fault.detail))

    def _send(self, frame: bytes) -> None:
        if self._line is not None:
            self._line.send(frame)
            self.handle.tally.frames += 1

    # --- its driver's bugs

    @contextmanager
    def _careful(self) -> Iterator[None]:
        """Whatever the driver does: counted, and only a lost link is raised."""
        exchanged = self._exchanged()
        try:
            yield
        except LinkLost:
            self.handle.tally.errors += 1
            raise
        except DeviceFault as fault:
            self._fault(fault)
        except FrameError as error:
            self.handle.tally.errors += 1
            self._complain(error)
        except Exception:
            log.exception("%s: bug in a driver, made anew", self.handle.id)
            self._throw_away()
        finally:
            self._count(exchanged)

    def _exchanged(self) -> int:
        """So much has been said on the line, or by a driver that is alone on its link and counts."""
        return self._line.exchanged if self._line else getattr(self._driver, "exchanged", 0)

    def _count(self, exchanged: int) -> None:
        self.handle.tally.frames += max(0, self._exchanged() - exchanged)
        resends = getattr(self._driver, "resends", self._resends)
        self.handle.tally.resends += resends - self._resends
        self._resends = resends
        if self._line is None:
            bad = getattr(self._driver, "bad", self._bad)
            self.handle.tally.bad_frames += bad - self._bad
            self._bad = bad

    def _throw_away(self) -> None:
        worked_s = time.monotonic() - self._served_at if self.started else 0.0
        self._driver = None
        self._lose()
        self.handle.tally.errors += 1
        self.next_check = time.monotonic() + self._patience.delay_s(worked_s)
        self._say(self.handle, DeviceStatus(State.DOWN, Fault.BUG))

    def _complain(self, error: FrameError) -> None:
        """Of frames without sense, at most once a minute."""
        if time.monotonic() - self._complained >= COMPLAIN_S:
            self._complained = time.monotonic()
            log.warning("%s: %s (more of it is counted, and not said for a minute)", self.handle.id, error)
