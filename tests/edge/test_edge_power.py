"""The mains fail: who waits is on paper, and the box goes down by the hall's own command, or goes on."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from drivers import loader
from drivers.capabilities import OK, DeviceStatus, State
from drivers.errors import Fault
from edge.doors.cards import Cards
from edge.doors.ears import Ears
from edge.doors.pads import Pads
from edge.doors.scans import Scans
from edge.hall.commands import TakeTicket
from edge.hall.events import Event
from edge.hall.machine_events import ShutdownPlanned
from edge.hall.plan import Counter, HallPlan, Kiosk, Service
from edge.hall.words import By, Door, Now
from edge.handles import DeviceOnLink
from edge.journal import Journal
from edge.rating_codes import RatingCodes
from edge.readers.attendance import Attendance
from edge.readers.power import AGAIN_S, LOST_S, Power
from edge.registrar import Registrar
from edge.settings_tables import PowerSettings
from edge.supervisor import LinkPlan, Supervisor
from tests.upsd import Upsd
from tests.waiting import until

PLAN = HallPlan(
    county="999001",
    hall="999001001",
    name="站街镇便民服务中心",
    services=(Service("social", "社保", "A"),),
    counters=(Counter("1", "社保窗口", ("social",)),),
    kiosks=(Kiosk("k1", "printer-1"),),
)
BATTERY = DeviceStatus(State.DEGRADED, Fault.ON_BATTERY)
LOW = DeviceStatus(State.DEGRADED, Fault.BATTERY_LOW)
SILENT = DeviceStatus(State.DOWN, Fault.NO_ANSWER)


@pytest.fixture
def registrar(tmp_path: Path) -> Iterator[Registrar]:
    journal = Journal(tmp_path / "journal.db", source="/999001/999001001")
    made = Registrar(
        journal, PLAN, lambda: Now(datetime.now(UTC), date(2026, 11, 23), True, "boot-1", time.monotonic())
    )
    made.start()
    yield made
    made.stop()
    journal.close()


def events(registrar: Registrar) -> list[Event]:
    return [entry.event for entry in registrar.journal.read_after(0, 1000)]


def names(registrar: Registrar) -> list[str]:
    wanted = ("Shutdown", "WaitingListAsked", "Device")
    return [n for e in events(registrar) if (n := type(e).__name__).startswith(wanted)]


class Supply:
    def __init__(self) -> None:
        self.now = OK

    def status(self) -> DeviceStatus:
        return self.now


class Bench:
    """A UPS that the test speaks for, and a clock that it holds."""

    def __init__(self, registrar: Registrar, folder: Path, **settings: Any) -> None:
        self.registrar, self.supply, self.at, self.done = registrar, Supply(), 0.0, folder / "down"
        told = PowerSettings(command=("mkdir", str(self.done)), **settings)
        self.power = Power(registrar, {"ups-1": self.supply}, told, clock=lambda: self.at)

    def look(self, status: DeviceStatus, after_s: float = 1.0) -> list[str]:
        self.supply.now, self.at = status, self.at + after_s
        self.power.look()
        return names(self.registrar)


def test_on_battery_alone_nothing_happens_and_low_is_a_list_and_then_the_end(
    registrar: Registrar, tmp_path: Path
) -> None:
    bench = Bench(registrar, tmp_path, delay_s=30)
    registrar.ask(TakeTicket(by=By(Door.KIOSK, "k1"), service="social", kiosk="k1"))
    assert bench.look(OK) == bench.look(BATTERY, 3600) == []
    assert bench.look(LOW) == ["ShutdownPlanned", "WaitingListAsked"]
    assert bench.look(LOW, 29) == ["ShutdownPlanned", "WaitingListAsked"] and not bench.done.exists()
    assert bench.look(LOW)[-1] == "ShutdownOrdered"
    assert bench.done.is_dir()


def test_mains_that_come_back_in_time_cancel_it(registrar: Registrar, tmp_path: Path) -> None:
    bench = Bench(registrar, tmp_path, delay_s=30)
    bench.look(LOW)
    assert bench.look(OK)[-1] == "ShutdownCancelled"
    assert bench.look(OK, 3600)[-1] == "ShutdownCancelled" and not bench.done.exists()
    assert bench.look(LOW).count("ShutdownPlanned") == 2


def test_a_ups_that_falls_silent_on_battery_is_as_low_and_one_that_was_well_is_not(
    registrar: Registrar, tmp_path: Path
) -> None:
    bench = Bench(registrar, tmp_path)
    assert bench.look(SILENT, LOST_S * 10) == []
    bench.look(OK)
    assert bench.look(SILENT) == bench.look(SILENT, LOST_S * 10) == []
    bench.look(BATTERY)
    bench.look(SILENT)
    assert bench.look(SILENT, LOST_S - 1) == []
    assert bench.look(SILENT, 2)[0] == "ShutdownPlanned"
    assert [e.why for e in events(registrar) if isinstance(e, ShutdownPlanned)] == ["lost"]


def test_longer_on_battery_than_the_hall_allows_is_as_low(registrar: Registrar, tmp_path: Path) -> None:
    bench = Bench(registrar, tmp_path, longest_min=10)
    bench.look(BATTERY)
    assert bench.look(BATTERY, 599) == []
    assert bench.look(BATTERY, 2)[0] == "ShutdownPlanned"


def test_a_command_that_fails_is_given_again_and_said_once_in_the_journal(
    registrar: Registrar, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(registrar, tmp_path / "no" / "such", delay_s=0)
    bench.look(LOW)
    bench.look(LOW)
    assert "the command failed with 1" in caplog.text
    (tmp_path / "no" / "such").mkdir(parents=True)
    bench.look(LOW, AGAIN_S - 2)
    assert not bench.done.exists()
    assert bench.look(LOW, 3).count("ShutdownOrdered") == 1
    assert bench.done.is_dir()


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="delay_s"):
        PowerSettings(delay_s=-1)


def test_a_real_upsd_brings_the_box_down_and_its_end_of_alarm_does_not(
    registrar: Registrar, tmp_path: Path
) -> None:
    """Debian's upsd, the supervisor and the room as the daemon joins them; the command is harmless."""
    (tmp_path / "nut").mkdir()
    upsd, done = Upsd(tmp_path / "nut"), tmp_path / "down"
    registrar.ask(TakeTicket(by=By(Door.KIOSK, "k1"), service="social", kiosk="k1"))
    cards = Cards({}, lambda number: "")
    codes = RatingCodes(b"k" * 32)
    attendance = Attendance(registrar, tmp_path / "attendance.seen")
    ears = Ears(registrar, Pads(registrar, {}), cards, Scans(registrar, codes, cards, {}), attendance)
    options = loader.load("ups_nut").Options("hall")
    plan = LinkPlan("ups", f"tcp://127.0.0.1:{upsd.port}", (DeviceOnLink("ups-1", "ups_nut", options),))
    supervisor = Supervisor([plan], ears)
    settings = PowerSettings(delay_s=1, command=("mkdir", str(done)))
    power = Power(registrar, supervisor.handles, settings)
    supervisor.start()
    power.start()
    try:
        until(lambda: supervisor.handles["ups-1"].status().state is State.OK)
        assert supervisor.handles["ups-1"].status().detail == "100 %, 1500 s"
        upsd.say("OB DISCHRG LB", 15)
        until(done.is_dir)
        upsd.say("OL CHRG", 20)
        until(lambda: "ShutdownCancelled" in names(registrar))
    finally:
        power.stop()
        supervisor.stop()
        upsd.stop()
    happened = [n for n in names(registrar) if not n.startswith("Device")]
    assert happened == ["ShutdownPlanned", "WaitingListAsked", "ShutdownOrdered", "ShutdownCancelled"]
    codes_seen = [e.code for e in events(registrar) if type(e).__name__ == "DeviceChanged"]
    assert [c for c in codes_seen if c not in (Fault.LINK_LOST, Fault.OFFLINE)] == ["", "battery_low", ""]
