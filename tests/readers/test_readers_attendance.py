"""Punches from a watched folder to the journal: supervisor, registrar, and restarts between."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from drivers import loader
from drivers.capabilities import DeviceStatus
from drivers.readings import AnyReading, Punched, PunchRefused
from edge.errors import JournalError
from edge.hall.machine_events import PunchRefused as RefusalNoted
from edge.hall.machine_events import StaffPunched
from edge.hall.plan import HallPlan
from edge.hall.words import Now
from edge.handles import DeviceOnLink
from edge.journal import Journal
from edge.readers.attendance import Attendance
from edge.registrar import Registrar
from edge.supervisor import LinkPlan, Supervisor
from tests.waiting import until

PLAN = HallPlan(county="999001", hall="999001001", name="站街镇便民服务中心", services=(), counters=())


class Hall:
    """One life of the daemon's part in it."""

    def __init__(self, folder: Path) -> None:
        self.journal = Journal(folder / "journal.db", source="/999001/999001001")
        self.registrar = Registrar(self.journal, PLAN, self.now)
        self.registrar.start()
        self.attendance = Attendance(self.registrar, folder / "attendance.seen")
        self.disk_is_full = False
        options = loader.load("attendance_csv").Options(way=3)
        device = DeviceOnLink("punches", "attendance_csv", options)
        self.supervisor = Supervisor([LinkPlan("punches", f"inbox://{folder}/in", (device,))], self)
        self.attendance.start()
        self.supervisor.start()

    @staticmethod
    def now() -> Now:
        return Now(datetime.now(UTC), date(2026, 11, 23), True, "boot-1", time.monotonic())

    def heard(self, device: str, reading: AnyReading) -> str:
        assert isinstance(reading, Punched | PunchRefused)
        if self.disk_is_full:
            raise JournalError("disk full")
        return self.attendance.heard(device, reading)

    def changed(self, device: str, status: DeviceStatus) -> None:
        """Not looked at here."""

    def stop(self) -> None:
        self.supervisor.stop()
        self.attendance.stop()
        self.registrar.stop()
        self.journal.close()

    def staff(self) -> list[str]:
        entries = self.journal.read_after(0, 10_000)
        return [e.event.staff for e in entries if isinstance(e.event, StaffPunched)]

    def refused(self) -> list[str]:
        entries = self.journal.read_after(0, 10_000)
        return [e.event.source for e in entries if isinstance(e.event, RefusalNoted)]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Callable[[], Hall]]:
    (tmp_path / "in").mkdir()
    lives: list[Hall] = []

    def begin() -> Hall:
        if lives:
            lives.pop().stop()
        lives.append(Hall(tmp_path))
        return lives[-1]

    yield begin
    lives.pop().stop()


def lines(*staff: int) -> str:
    return "".join(f"{n},2026-11-22 08:{n % 60:02d}:05,0\n" for n in staff)


def test_each_line_is_an_entry_once_over_restarts_copies_and_a_lost_notebook(
    live: Callable[[], Hall], tmp_path: Path
) -> None:
    file = tmp_path / "in" / "2026-11.csv"
    file.write_text("staff,at,way\n" + lines(101, 102) + "nonsense\n")
    hall = live()
    until(lambda: len(hall.staff()) == 2 and hall.refused())
    file.write_text(file.read_text() + lines(103))
    (tmp_path / "in" / "again.csv").write_text("staff,at,way\n" + lines(101, 102, 103, 104))
    until(lambda: "104" in hall.staff())
    hall = live()
    file.write_text(file.read_text() + lines(105))
    until(lambda: "105" in hall.staff())
    (tmp_path / "attendance.seen").unlink()
    hall = live()
    file.write_text(file.read_text() + lines(106))
    until(lambda: "106" in hall.staff())
    assert sorted(hall.staff()) == ["101", "102", "103", "104", "105", "106"]
    assert hall.refused() == ["2026-11.csv:4"]


def test_lines_that_come_while_the_disk_takes_nothing_are_told_again(
    live: Callable[[], Hall], tmp_path: Path
) -> None:
    hall = live()
    hall.disk_is_full = True
    (tmp_path / "in" / "a.csv").write_text("staff,at,way\n" + lines(*range(101, 121)))
    until(lambda: hall.supervisor.handles["punches"].tally.frames >= 20)
    assert hall.staff() == []
    hall.disk_is_full = False
    until(lambda: len(hall.staff()) == 20)
    assert hall.staff() == [str(n) for n in range(101, 121)]
