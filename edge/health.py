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

from edge.registrar import Registrar

log = logging.getLogger(__name__)

Json = dict[str, Any]

STUCK_S = 20.0
"""A thread that has not turned for so long hangs: every driver's verb is shorter."""
LOOK_S = 5.0
COMPLAIN_S = 60.0


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
    ) -> None:
        """`beats` gives each thread's last turn by `time.monotonic`, besides the registrar's; `data` is
        the folder whose disk matters; `root` is where /proc and /sys lie.
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
        """What the county hears of box and screens, beside uplink and devices. Any thread."""
        host, view = host_facts(self._data, self._root), self._registrar.view
        return {
            "version": self._version,
            "host": {**host, "clock_trusted": view.clock.trusted},
            "queues": [{"id": s.id, "name": s.name, "waiting": s.waiting} for s in view.services],
            "screens": self._screens(),
            "trouble": self.trouble(),
            "last_ok": {id: facts["last_ok"] for id, facts in self._devices().items()},
        }

    def report(self) -> Json:
        """Everything: `facts` and the uplink and the devices. Any thread."""
        facts, known = self.facts(), self._devices()
        del facts["last_ok"]
        devices = [{**asdict(d), **known.get(d.id, {})} for d in self._registrar.view.devices]
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


def host_facts(data: Path, root: Path = Path("/")) -> Json:
    """The box's figures; what this box cannot measure is left out."""
    facts = _disk_mb(data)
    facts["uptime_s"] = int(float((root / "proc/uptime").read_text("ascii").split()[0]))
    facts["load"] = float((root / "proc/loadavg").read_text("ascii").split()[0])
    memory = _memory_mb(root)
    facts["memory_free_mb"], facts["memory_total_mb"] = memory["MemAvailable"], memory["MemTotal"]
    pages = int((root / "proc/self/statm").read_text("ascii").split()[1])
    facts["daemon_mb"] = pages * os.sysconf("SC_PAGE_SIZE") // 2**20
    if (temperature := _temperature_c(root)) is not None:
        facts["temperature_c"] = temperature
    if (undervoltage := _undervoltage(root)) is not None:
        facts["undervoltage"] = undervoltage
    return facts


def _disk_mb(folder: Path) -> Json:
    """A card that has failed may not even say how full it is."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return {}
    return {
        "disk_free_mb": disk.f_bavail * disk.f_frsize // 2**20,
        "disk_total_mb": disk.f_blocks * disk.f_frsize // 2**20,
    }


def _memory_mb(root: Path) -> dict[str, int]:
    lines = (root / "proc/meminfo").read_text("ascii").splitlines()
    pairs = (line.split(":") for line in lines)
    return {name: int(value.split()[0]) // 1024 for name, value in pairs}


def _temperature_c(root: Path) -> float | None:
    """The hottest zone. Linux, Documentation/driver-api/thermal/sysfs-api.rst: millidegrees Celsius."""
    zones = [_number(zone / "temp") for zone in (root / "sys/class/thermal").glob("thermal_zone*")]
    known = [zone for zone in zones if zone is not None]
    return round(max(known) / 1000, 1) if known else None


def _undervoltage(root: Path) -> bool | None:
    """Does a Raspberry Pi say that its supply is too weak? None: not a Pi, or it cannot say.

    Linux, Documentation/hwmon/raspberrypi-hwmon.rst: the device `rpi_volt`, file `in0_lcrit_alarm`. Not seen
    on a box of ours.
    """
    for sensor in (root / "sys/class/hwmon").glob("hwmon*"):
        if _text(sensor / "name") == "rpi_volt":
            alarm = _number(sensor / "in0_lcrit_alarm")
            return None if alarm is None else alarm != 0
    return None


def _number(file: Path) -> int | None:
    try:
        return int(_text(file))
    except ValueError:
        return None


def _text(file: Path) -> str:
    """A sensor may be there and refuse to be read: then it is empty."""
    try:
        return file.read_text("ascii").strip()
    except OSError:
        return ""


def _pause_s() -> float:
    """A third of what systemd gives us (sd_watchdog_enabled(3)): one late turn is forgiven."""
    given_s = int(os.environ.get("WATCHDOG_USEC", "0") or 0) / 1e6
    return given_s / 3 if given_s else LOOK_S
