"""The unchanged daemon on a box whose clock libfaketime turns; no twins, so every device is down."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.client import Client
from edge.demo.children import Child
from edge.paths import shared
from tests.visit.conftest import until

pytestmark = pytest.mark.timeout(120)

(FAKETIME,) = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))[:1]
Json = dict[str, Any]


class Hall:
    """One daemon after another on one data folder."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._child: Child | None = None

    def starts(self, at: str = "") -> None:
        """`at`: `-10d`, or `@2027-03-20 15:59:55` in UTC; the box's uptime is not turned."""
        self.off()
        turned = {
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME": at,
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "TZ": "UTC",
        }
        words = ["edge", "run", str(shared("demo")), "--data", str(self._data / "data"), "--port", "0"]
        self._child = Child.python("daemon", words, self._data / "daemon.log", turned if at else None)
        self.client = Client(self._child.line(lambda line: line.startswith("http")))

    def off(self) -> None:
        """At the main switch."""
        if self._child:
            self._child.kill()
            self._child = None

    def view(self) -> Json:
        return self.client.get("/api/v1/hall")[1]

    def take(self) -> Json:
        status, answer = self.client.post("/api/v1/tickets", {"service": "family", "kiosk": "k1"})
        assert status == 201, answer
        ticket: Json = answer["ticket"]
        return ticket

    def verify(self) -> None:
        words = [sys.executable, "-m", "edge", "journal", "verify", "--data", str(self._data / "data")]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path)
    yield hall
    hall.off()


def test_a_box_without_a_clock_serves_from_its_first_second_and_is_told_the_day(hall: Hall) -> None:
    hall.starts("@1970-01-01 00:00:10")
    assert hall.take()["number"] == "A001"
    view = hall.view()
    assert (view["day"], view["clock"]["trusted"]) == ("1970-01-01", False)
    status, answer = hall.client.post("/api/v1/day/open", {"date": "2027-03-20", "time": "08:30"})
    assert status == 200
    assert (answer["day"], answer["clock"]["trusted"]) == ("2027-03-20", True)
    assert answer["clock"]["at"].startswith("2027-03-20T08:30")
    hall.take()
    hall.off()
    hall.verify()


def test_a_clock_a_day_on_and_back_again_doubles_nothing(hall: Hall) -> None:
    tickets: list[Json] = []
    for at in (
        "@2027-03-20 02:00:00",
        "@2027-03-21 02:00:00",
        "@2027-03-20 03:00:00",
        "@2027-03-21 04:00:00",
    ):
        hall.starts(at)
        tickets += [hall.take() for _ in range(2)]
    assert len({t["id"] for t in tickets}) == 8
    assert len({t["number"] for t in tickets[2:]}) == 6
    assert hall.view()["day"] == "2027-03-21"
    hall.off()
    hall.verify()


def test_the_real_daemon_goes_through_midnight_with_people_waiting(hall: Hall) -> None:
    hall.starts("@2027-03-20 15:59:56")
    waiting = [hall.take() for _ in range(3)]
    assert hall.view()["day"] == "2027-03-20"
    day = until("the next day", lambda: hall.view()["day"] == "2027-03-21" and hall.view())
    states = [hall.client.get(f"/api/v1/tickets/{t['id']}") for t in waiting]
    assert [s["ticket"]["state"] for _, s in states] == ["waiting"] * 3
    assert sum(s["waiting"] for s in day["services"]) == 3
    new = hall.take()
    assert new["id"] not in {t["id"] for t in waiting}
    assert new["number"] not in {t["number"] for t in waiting}


def test_evenings_at_the_main_switch_leave_a_sound_journal(hall: Hall) -> None:
    for evening in range(4):
        hall.starts(f"@2027-03-{20 + evening} 01:00:00")
        assert hall.view()["day"] == f"2027-03-{20 + evening}"
        hall.take()
    hall.off()
    hall.verify()


def test_a_program_that_is_killed_and_started_again_pauses_no_counter(hall: Hall) -> None:
    hall.starts()
    hall.take()
    assert hall.client.post("/api/v1/counters/1/open", {})[0] == 200
    hall.starts()
    assert hall.view()["counters"][0]["state"] == "open"
    hall.take()
    view = hall.view()
    assert (view["counters"][0]["state"], view["before_cut"]) == ("open", 0)
