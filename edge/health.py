"""How the box feels: its figures, and whether its threads still turn; feeds systemd's watchdog by that."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edge.clock import synchronised
from edge.hall.words import Now
from edge.host import disk_facts, host_facts
from edge.registrar import Registrar
from edge.written import Written

log = logging.getLogger(__name__)

Json = dict[str, Any]

STUCK_S = 20.0
"""A thread that has not turned for so long hangs: every driver's verb is shorter."""
LOOK_S = 5.0
COMPLAIN_S = 60.0
_COUNTS = ("frames", "errors", "resends", "bad_frames")
_PAPER = {"paper_low": "low", "paper_out": "out"}


class Health:
    """The thread `health` feeds systemd's watchdog, and only while all threads make progress."""

    def __init__(
        self,
        registrar: Registrar,
        data: Path,
        *,
        version: str,
        beats: Callable[[], Mapping[str, float]],
        uplink: Callable[[], Json],
        screens: Callable[[], list[Json]],
        devices: Callable[[], Mapping[str, Json]] = dict,
        stuck_s: float = STUCK_S,
        root: Path = Path("/"),
        boot_reason: str = "",
        written: Written | None = None,
        in_step: Callable[[], bool] = synchronised,
    ) -> None:
        """`beats` gives each thread's last turn by `time.monotonic`, besides the registrar's; `data` is
        the folder whose disk matters; `root` is where /proc and /sys lie; `in_step`: does NTP set the clock?
        """
        self._registrar = registrar
        self._data = data
        self._version = version
        self._beats = beats
        self._uplink = uplink
        self._screens = screens
        self._devices = devices
        self._stuck_s = stuck_s
        self._root = root
        self._boot_reason, self._written, self._in_step = boot_reason, written, in_step
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="health")
        self._complain_at = 0.0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def facts(self) -> Json:
        """What the county hears of box and screens, beside the uplink; of devices what is no event.

        Any thread.
        """
        view = self._registrar.view
        codes = {d.id: d.code for d in view.devices}
        return {
            "version": self._version,
            "host": self._host(),
            "queues": [{"id": s.id, "name": s.name, "waiting": s.waiting} for s in view.services],
            "screens": self._screens(),
            "trouble": self.trouble(),
            "devices": {
                id: {**_counted(facts), **_paper(codes.get(id, ""))} for id, facts in self._devices().items()
            },
        }

    def _host(self) -> Json:
        now = self._registrar.now()
        facts = {**host_facts(self._data, self._root), **disk_facts(self._data, self._root)}
        if self._written:
            try:
                facts |= self._written.facts(now.day)
            except OSError as error:
                log.warning("what is written in a day is not kept: %s", error)
        if self._boot_reason:
            facts["boot_reason"] = self._boot_reason
        trusted = self._registrar.view.clock.trusted
        return {**facts, "clock_trusted": trusted, "clock_source": self._clock_source(now, trusted=trusted)}

    def _clock_source(self, now: Now, *, trusted: bool) -> str:
        """`ntp`, `battery`, `said` (by a person or the county), `none`"""
        if not trusted:
            return "none"
        if self._in_step():
            return "ntp"
        return "battery" if now.kept else "said"

    def report(self) -> Json:
        """Everything: `facts` and the uplink and the devices. Any thread."""
        facts, known = self.facts(), self._devices()
        told = facts["devices"]
        devices = [
            {**asdict(d), **known.get(d.id, {}), **told.get(d.id, {})} for d in self._registrar.view.devices
        ]
        return {**facts, "uplink": self._uplink(), "devices": devices}

    def trouble(self) -> str:
        """What keeps the hall from its work, empty if nothing: disk, registrar, a thread that hangs."""
        stuck = self.stuck()
        return self._registrar.healthy() or (f"hangs: {', '.join(stuck)}" if stuck else "")

    def stuck(self) -> list[str]:
        """Threads that have not turned for too long."""
        now = time.monotonic()
        beats = {"registrar": self._registrar.beat(), **self._beats()}
        return sorted(name for name, beat in beats.items() if now - beat > self._stuck_s)

    def _run(self) -> None:
        while not self._stop.wait(_pause_s()):
            stuck = self.stuck()
            if not stuck:
                notify("WATCHDOG=1")
            elif time.monotonic() >= self._complain_at:
                self._complain_at = time.monotonic() + COMPLAIN_S
                log.error("hangs: %s; the watchdog is not fed", ", ".join(stuck))


def notify(state: str) -> None:
    """Tell systemd `READY=1`, `WATCHDOG=1` or `STOPPING=1`, where one listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    # sd_notify(3): "@" stands for the NUL byte of an abstract socket's name.
    target = f"\0{address[1:]}" if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.sendto(state.encode(), target)
    except OSError as error:
        log.warning("systemd does not hear %s: %s", state, error)


def _counted(facts: Mapping[str, Any]) -> Json:
    """Since the daemon's start."""
    counts = {name: facts[name] for name in _COUNTS if name in facts}
    reconnects = {"reconnects": max(0, facts["opened"] - 1)} if "opened" in facts else {}
    return {"last_ok": facts["last_ok"], **counts, **reconnects}


def _paper(code: str) -> Json:
    """`low` or `out`, where a printer says so; many have no sensor, so silence is no word on it."""
    return {"paper": _PAPER[code]} if code in _PAPER else {}


def _pause_s() -> float:
    """A third of what systemd gives us (sd_watchdog_enabled(3)): one late turn is forgiven."""
    given_s = int(os.environ.get("WATCHDOG_USEC", "0") or 0) / 1e6
    return given_s / 3 if given_s else LOOK_S
