"""Which of the configured devices answer: by the daemon's word where one runs, else by asking them here."""

import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from drivers.capabilities import DeviceStatus, State
from drivers.readings import AnyReading
from edge.client import Client, ServerAway
from edge.doctor.findings import Finding, Level, fail, ok, warn
from edge.settings import Settings
from edge.supervisor import DeviceOnLink, LinkPlan, Supervisor
from edge.texts import Texts

Json = dict[str, Any]
LEVELS = {"ok": Level.OK, "unconfirmed": Level.OK, "degraded": Level.WARN, "down": Level.FAIL}


def answering(found: Settings, url: str, within_s: float) -> Iterator[Finding]:
    """One finding a device. A running daemon holds the links: it is asked; else they are opened here."""
    told = of_daemon(found, url)
    if told is not None:
        yield ok("daemon", f"{url} runs this hall, and was asked for its devices")
        for line in told:
            yield of(found.texts, line["id"], line["state"], line["code"], line.get("detail", ""))
        return
    supervisor = Supervisor(plans(found), _Deaf())
    supervisor.start()
    try:
        wait(supervisor, within_s)
        statuses = {id: handle.status() for id, handle in supervisor.handles.items()}
    finally:
        supervisor.stop()
    for id in found.devices:
        status = statuses[id]
        yield of(found.texts, id, str(status.state), str(status.code or ""), status.detail)


def of_daemon(found: Settings, url: str) -> list[Json] | None:
    """The devices of the hall that answers at `url`; None: nobody, or another hall."""
    try:
        status, view = Client(url, patience_s=0).get("/api/v1/hall")
    except (ServerAway, ValueError):
        return None
    if status != 200 or view.get("hall") != found.plan.hall:
        return None
    here = set(found.devices)
    return [line for line in view.get("devices", ()) if line.get("id") in here]


def of(texts: Texts, id: str, state: str, code: str, detail: str) -> Finding:
    words = ", ".join(filter(None, (state, code and texts.get(f"fault.{code}"), detail)))
    return {Level.OK: ok, Level.WARN: warn, Level.FAIL: fail}[LEVELS[state]](f"device.{id}", words)


def plans(found: Settings) -> list[LinkPlan]:
    def on(link: str) -> tuple[DeviceOnLink, ...]:
        here = (d for d in found.devices.values() if d.link == link)
        return tuple(DeviceOnLink(d.id, d.driver, d.options) for d in here)

    return [LinkPlan(link.name, link.url, on(link.name), link.frames) for link in found.links.values()]


def wait(supervisor: Supervisor, within_s: float) -> None:
    """Until each device is well, or the time is over."""
    until = time.monotonic() + within_s
    pause = threading.Event()
    while time.monotonic() < until and not all_are_well(supervisor.handles):
        pause.wait(0.05)


def all_are_well(handles: Mapping[str, Any]) -> bool:
    return all(h.status().state is not State.DOWN for h in handles.values())


class _Deaf:
    """Nobody presses keys while the doctor looks; what is pressed all the same goes nowhere."""

    def heard(self, device: str, reading: AnyReading) -> str:
        return ""

    def changed(self, device: str, status: DeviceStatus) -> None:
        """Looked at in the end."""
