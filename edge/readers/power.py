"""When the mains fail: the list of those waiting on paper, everything on disk, an orderly end of the box."""

import logging
import os
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from drivers.capabilities import DeviceStatus, State
from drivers.errors import Fault
from edge.errors import JournalError
from edge.hall.commands import PrintWaiting
from edge.hall.events import Event
from edge.hall.machine_events import ShutdownCancelled, ShutdownOrdered, ShutdownPlanned
from edge.hall.words import DAEMON, DeviceId, Refused
from edge.registrar import Registrar
from edge.settings_tables import PowerSettings

log = logging.getLogger(__name__)

LOOK_S = 0.5
LOST_S = 60.0
"""On battery and then silent for so long: the battery may be empty by now."""
AGAIN_S = 30.0
"""A command that failed is given again."""
COMMAND_S = 30.0


class Feels(Protocol):
    def status(self) -> DeviceStatus: ...


@dataclass
class _Supply:
    """What is known of one UPS."""

    battery_since: float | None = None
    low: bool = False
    silent_since: float | None = None

    def see(self, status: DeviceStatus, now: float) -> None:
        """Only its own word that the mains are there ends an alarm: silence does not."""
        if status.code is Fault.ON_BATTERY or status.code is Fault.BATTERY_LOW:
            self.battery_since = now if self.battery_since is None else self.battery_since
            self.low, self.silent_since = status.code is Fault.BATTERY_LOW, None
        elif status.state is State.DOWN:
            self.silent_since = now if self.silent_since is None else self.silent_since
        else:
            self.battery_since, self.low, self.silent_since = None, False, None

    def trouble(self, now: float, longest_s: float) -> str:
        """Why the box should go down: `low`, `long`, `lost`; empty: it need not."""
        if self.battery_since is None:
            return ""
        if self.low:
            return "low"
        if self.silent_since is not None and now - self.silent_since >= LOST_S:
            return "lost"
        return "long" if 0 < longest_s <= now - self.battery_since else ""


class Power:
    """The thread `power`, where there is a UPS. `run` gives the command; it returns when that has ended."""

    def __init__(
        self,
        registrar: Registrar,
        supplies: Mapping[DeviceId, Feels],
        settings: PowerSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registrar, self._handles, self._settings, self._clock = registrar, supplies, settings, clock
        self._supplies = {id: _Supply() for id in supplies}
        self._due: float | None = None
        self._why = ("", "")
        self._ordered = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="power", daemon=True)

    def start(self) -> None:
        if self._supplies:
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                self.look()
            except (JournalError, Refused) as error:
                log.error("power: %s", error)

    def look(self) -> None:
        """One turn: see how the supplies are, and do what is due. Raises JournalError, Refused."""
        now = self._clock()
        for id, supply in self._supplies.items():
            supply.see(self._handles[id].status(), now)
        troubles = [(id, why) for id, s in self._supplies.items() if (why := s.trouble(now, self._longest_s))]
        if not troubles:
            self._relax()
        elif self._due is None:
            self._plan(*troubles[0], now)
        elif now >= self._due and not self._stopping.is_set():
            self._order(now)

    @property
    def _longest_s(self) -> float:
        return self._settings.longest_min * 60.0

    def _plan(self, device: DeviceId, why: str, now: float) -> None:
        """List, disk, and the time of the end; the time holds even where the others fail."""
        after_s = self._settings.delay_s
        self._due, self._why, self._ordered = now + after_s, (device, why), False
        log.warning("power: %s, %s; the box goes down in %d s", device, why, after_s)
        self._note(ShutdownPlanned(device=device, why=why, in_s=after_s))
        try:
            self._registrar.ask(PrintWaiting(by=DAEMON))
        except (Refused, JournalError) as no:
            log.warning("power: no list of those waiting: %s", no)
        os.sync()

    def _relax(self) -> None:
        if self._due is None:
            return
        device, self._due = self._why[0], None
        log.warning("power: %s, the mains are back", device)
        self._note(ShutdownCancelled(device=device))

    def _order(self, now: float) -> None:
        """Give the command; again after a while if it failed."""
        if not self._ordered:
            self._note(ShutdownOrdered(device=self._why[0]))
            self._ordered = True
        self._due = now + AGAIN_S
        os.sync()
        command = self._settings.command
        if not command:
            log.warning("power: the hall has no command for an orderly end ([power] command)")
            return
        log.warning("power: %s", " ".join(command))
        _give(command)

    def _note(self, fact: Event) -> None:
        """A disk that takes nothing does not keep the box from going down."""
        try:
            self._registrar.note(fact)
        except (JournalError, Refused) as error:
            log.error("power: %s is not recorded: %s", fact, error)


def _give(command: Collection[str]) -> None:
    try:
        done = subprocess.run(
            list(command), stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.error("power: the command failed: %s", error)
        return
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[:200]
        log.error("power: the command failed with %d: %s", done.returncode, said)
