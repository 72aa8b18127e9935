"""Real pads' drivers on real links in a real hall: journal, registrar and supervisor; the pads are twins."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers import loader
from drivers.capabilities import DeviceStatus, Reading
from drivers.twins.wire import Port
from edge.doors.pads import Pads
from edge.hall import commands as c
from edge.hall.events import Event, ServiceRated
from edge.hall.plan import Counter, HallPlan, Post, Service
from edge.hall.views import CounterView
from edge.hall.words import By, Door, Now
from edge.journal import Journal
from edge.paths import shared
from edge.readers.pad_displays import PadDisplays
from edge.registrar import Registrar
from edge.settings_staff import Person
from edge.supervisor import DeviceOnLink, LinkPlan, Supervisor
from edge.texts import Texts
from tests.threads import none_left

FF68 = tomllib.loads((shared("integrations") / "ff68.toml").read_text("utf-8"))["frame"]["clerk-pad-ff68"]
PLAN = HallPlan(
    county="999001",
    hall="999001001",
    name="站街镇便民服务中心",
    services=(Service("social", "社会保障", "A"), Service("relief", "民政救助", "B")),
    counters=(Counter("1", "社保窗口", ("social",), general=True), Counter("2", "民政窗口", ("relief",))),
    posts=(Post("1", "101", "102"),),
)
STAFF = {"101": Person("101", "王ＸＸ", "社保窗口"), "102": Person("102", "李ＸＸ", "社保窗口")}
DESK, KIOSK = By(Door.HTTP), By(Door.KIOSK, "k1")


class Clock:
    """The box's time, moved on by the test."""

    def __init__(self) -> None:
        at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
        self.now = Now(at, at.date(), trusted=True, boot="boot-1", uptime_s=100.0)

    def __call__(self) -> Now:
        return self.now

    def pass_(self, seconds: float) -> None:
        now = self.now
        self.now = replace(now, at=now.at + timedelta(seconds=seconds), uptime_s=now.uptime_s + seconds)


@dataclass(frozen=True)
class Device:
    id: str
    driver: str
    link: str
    counter: str
    options: Mapping[str, Any]


class PadHall:
    """`ports`: link -> the far end that plays its devices, and its URL."""

    def __init__(
        self,
        folder: Path,
        devices: list[Device],
        ports: Mapping[str, tuple[Port, str]],
        bounce_s: float = 0.0,
    ) -> None:
        self.clock = Clock()
        self.journal = Journal(folder / "journal.db", source="/999001/999001001")
        self.registrar = Registrar(self.journal, PLAN, self.clock, tick_s=0.05)
        counters = {d.id: d.counter for d in devices}
        self.pads = Pads(self.registrar, counters)
        plans = [
            LinkPlan(name, url, tuple(_on_link(d) for d in devices if d.link == name), FF68)
            for name, (_, url) in ports.items()
        ]
        self.supervisor = Supervisor(plans, self)
        self.handles = self.supervisor.handles
        texts = Texts.load("zh-CN", shared("texts"))
        self.displays = PadDisplays(self.registrar, self.handles, counters, PLAN, texts, STAFF)
        self.pads.show_on(self.displays)
        self._ports = {d.id: ports[d.link][0] for d in devices}
        self._wires = [port for port, _ in ports.values()]
        self.states: list[tuple[str, str]] = []
        self.no: list[str] = []
        self.refuses_disk = False

    def start(self) -> None:
        self.registrar.start()
        for command in (c.OpenCounter(by=DESK, counter="1"), c.OpenCounter(by=DESK, counter="2")):
            self.registrar.ask(command)
        for room in (*self._wires, self.supervisor, self.displays):
            room.start()

    def stop(self) -> None:
        for room in (self.displays, self.supervisor, *self._wires, self.registrar):
            room.stop()
        self.journal.close()

    # --- the supervisor's listener

    def heard(self, device: str, reading: Reading) -> str:
        no = "not_recorded" if self.refuses_disk else self.pads.heard(device, reading)
        self.no.append(no)
        return no

    def changed(self, device: str, status: DeviceStatus) -> None:
        self.states.append((device, str(status.state)))

    # --- people

    def take(self, service: str = "social") -> str:
        answer = self.registrar.ask(c.TakeTicket(by=KIOSK, service=service, kiosk="k1"))
        return str(next(e.ticket for e in answer.events if hasattr(e, "ticket")))

    def serve(self, counter: str = "1", service: str = "social", seconds: float = 60.0) -> str:
        """Somebody is called and in service since so long."""
        ticket = self.take(service)
        self.registrar.ask(c.CallNext(by=DESK, counter=counter))
        self.registrar.ask(c.StartService(by=DESK, counter=counter))
        self.clock.pass_(seconds)
        return ticket

    def finish(self, counter: str = "1") -> None:
        self.registrar.ask(c.FinishService(by=DESK, counter=counter))

    def press(self, twin: str, **what: Any) -> dict[str, Any]:
        return self._ports[twin].press(twin, what)

    def fault(self, twin: str, name: str, on: bool = True) -> None:
        self._ports[twin].fault(twin, name, on)

    def twin(self, twin: str) -> dict[str, Any]:
        return self._ports[twin].state(twin)

    # --- what came of it

    def counter(self, id: str = "1") -> CounterView:
        return next(v for v in self.registrar.view.counters if v.id == id)

    def events(self) -> list[Event]:
        return [e.event for e in self.journal.read_after(0, 500)]

    def ratings(self) -> list[tuple[str, int]]:
        return [(e.ticket, e.score) for e in self.events() if isinstance(e, ServiceRated)]


def _on_link(device: Device) -> DeviceOnLink:
    options = loader.load(device.driver).Options(**device.options)
    return DeviceOnLink(device.id, device.driver, options)


Build = Callable[..., PadHall]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Build]:
    """Keys do not bounce at the door here: a test presses faster than a finger."""
    monkeypatch.setattr("edge.doors.pads.BOUNCE_S", 0.0)
    monkeypatch.setattr("edge.readers.pad_displays.LOOK_S", 0.05)
    made: list[PadHall] = []

    def make(devices: list[Device], ports: Mapping[str, tuple[Port, str]]) -> PadHall:
        made.append(PadHall(tmp_path, devices, ports))
        made[-1].start()
        return made[-1]

    with none_left():
        yield make
        for hall in made:
            hall.stop()
