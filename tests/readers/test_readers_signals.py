"""Lamps, buzzers and buttons on mock pins, with the supervisor, the hall and everything between."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory

from drivers import loader
from edge.doors.cards import Cards, Place
from edge.doors.ears import Ears
from edge.doors.pads import Pads
from edge.doors.scans import Scans
from edge.hall.commands import AnswerHelp, CallHelp, OpenCounter, TakeTicket
from edge.hall.machine_events import ContactChanged
from edge.hall.plan import Counter, HallPlan, Service
from edge.hall.words import By, Door, Now
from edge.handles import DeviceOnLink
from edge.journal import Journal
from edge.rating_codes import RatingCodes
from edge.readers.attendance import Attendance
from edge.readers.signals import Signals, signal_of
from edge.registrar import Registrar
from edge.supervisor import LinkPlan, Supervisor
from tests.waiting import until

HTTP = By(Door.HTTP)
PLAN = HallPlan(
    county="999001",
    hall="999001001",
    name="站街镇便民服务中心",
    services=(Service("social", "社保", "A"),),
    counters=(
        Counter("1", "社保窗口", ("social",), general=True),
        Counter("2", "社保窗口", ("social",)),
    ),
)
PINS = {"lamp-1": 17, "sign": 18, "buzzer-1": 22, "button-1": 23, "door": 24}


class Hall:
    def __init__(self, folder: Path, factory: MockFactory) -> None:
        self.pin = lambda device: factory.pin(PINS[device])
        self.journal = Journal(folder / "journal.db", source="/999001/999001001")
        self.registrar = Registrar(self.journal, PLAN, self.now)
        self.registrar.start()
        counters = {"lamp-1": "1", "buzzer-1": "1", "button-1": "1"}
        cards = Cards({}, lambda number: "")
        scans = Scans(
            self.registrar, RatingCodes(b"k" * 32), cards, {d: Place(c) for d, c in counters.items()}
        )
        attendance = Attendance(self.registrar, folder / "attendance.seen")
        ears = Ears(self.registrar, Pads(self.registrar, counters), cards, scans, attendance)
        devices = {
            "lamp-1": ("relay_gpio", {"on": ("calling",)}),
            "sign": ("relay_gpio", {}),
            "buzzer-1": ("buzzer_gpio", {"on_ms": 20, "off_ms": 20}),
            "button-1": ("contact_gpio", {"key": "next", "steady_ms": 20}),
            "door": ("contact_gpio", {"steady_ms": 20}),
        }
        plans = [
            LinkPlan(
                id, f"gpio://{PINS[id]}", (DeviceOnLink(id, driver, loader.load(driver).Options(**options)),)
            )
            for id, (driver, options) in devices.items()
        ]
        self.supervisor = Supervisor(plans, ears)
        self.signals = Signals(self.registrar, self.supervisor.handles, counters)
        self.supervisor.start()
        self.signals.start()

    @staticmethod
    def now() -> Now:
        return Now(datetime.now(UTC), date(2026, 11, 23), True, "boot-1", time.monotonic())

    def is_on(self, device: str) -> bool:
        return bool(self.pin(device).state)

    def stop(self) -> None:
        self.signals.stop()
        self.supervisor.stop()
        self.registrar.stop()
        self.journal.close()


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    factory = MockFactory()
    monkeypatch.setattr(gpiozero.Device, "pin_factory", factory)
    made = Hall(tmp_path, factory)
    until(lambda: all(str(h.status().state) == "ok" for h in made.supervisor.handles.values()))
    yield made
    made.stop()
    factory.reset()
    factory.close()


def test_a_button_calls_the_lamp_lights_the_buzzer_sounds_and_the_sign_says_open(hall: Hall) -> None:
    until(lambda: hall.pin("sign").function == "output")
    assert not hall.is_on("sign") and not hall.is_on("lamp-1")
    hall.registrar.ask(OpenCounter(by=HTTP, counter="1"))
    until(lambda: hall.is_on("sign"))
    assert not hall.is_on("lamp-1")
    for _ in range(2):
        hall.registrar.ask(TakeTicket(by=HTTP, service="social"))
    hall.pin("buzzer-1").clear_states()
    hall.pin("button-1").drive_low()
    until(lambda: hall.registrar.view.counters[0].ticket)
    until(lambda: hall.is_on("lamp-1"))
    until(lambda: [s.state for s in hall.pin("buzzer-1").states].count(1) == 2)


def test_the_general_counters_buzzer_sounds_for_each_call_for_help(hall: Hall) -> None:
    hall.registrar.ask(OpenCounter(by=HTTP, counter="1"))
    until(lambda: hall.is_on("sign"))
    hall.pin("buzzer-1").clear_states()
    for kiosk, beeps in (("k1", 2), ("k2", 4)):
        hall.registrar.ask(CallHelp(by=HTTP, kiosk=kiosk))
        until(lambda beeps=beeps: [s.state for s in hall.pin("buzzer-1").states].count(1) == beeps)
    for call in hall.registrar.view.desk.helps:
        hall.registrar.ask(AnswerHelp(by=HTTP, help=call.id, counter="1"))
    assert not hall.registrar.view.desk.helps


def test_a_doors_contact_is_noted_at_each_change(hall: Hall) -> None:
    def noted() -> list[bool]:
        found = [e.event for e in hall.journal.read_after(0, 1000)]
        return [e.closed for e in found if isinstance(e, ContactChanged) and e.device == "door"]

    until(lambda: noted() == [False])
    hall.pin("door").drive_low()
    until(lambda: noted() == [False, True])
    hall.pin("door").drive_high()
    until(lambda: noted() == [False, True, False])


def test_the_whole_halls_signal_is_open_while_any_counter_is(hall: Hall) -> None:
    assert signal_of(hall.registrar.view, "").state == "closed"
    hall.registrar.ask(OpenCounter(by=HTTP, counter="2"))
    assert signal_of(hall.registrar.view, "").state == "open"
    assert signal_of(hall.registrar.view, "1").state == "closed"
