"""One hall with a board of every family: config, twins, supervisor, and one call on all of them."""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from drivers.twins.hall import Twins
from edge import settings
from edge.hall.views import ClockView, CounterView, HallView, TicketAt
from edge.hall.words import Now
from edge.readers.boards import Boards
from edge.supervisor import DeviceOnLink, LinkPlan, Supervisor

HALL = """
[hall]
county = "999001"
hall = "999001001"
name = "便民"
[service.s]
name = "民政"
prefix = "A"
[counter.1]
name = "民政"
services = ["s"]
"""
LINK = """
[link.{name}]
url = "{url}"
{frames}
[device.{name}-1]
driver = "{driver}"
link = "{name}"
counter = "1"
{options}
"""
FAMILIES = {
    "onbon": ("rs485:///dev/a", "board_onbon_k", "", "", "A012到1号窗口", "ok"),
    "onbon-net": ("tcp://10.0.0.8:5005", "board_onbon_k", "", "rows = 2", "请A012号\n到1号窗口", "ok"),
    "lumen": ("rs485:///dev/b", "board_lumen_cpower", "", "width_dots = 192", "请A012号到1号窗口", "ok"),
    "lumen-net": ("tcp://10.0.0.9:5200", "board_lumen_network", "", "", "A012到1号窗口", "ok"),
    "line": ("serial:///dev/c", "board_framed", "board-line", "", "A012到1号窗口", "unconfirmed"),
    "digits": ("rs485:///dev/d", "board_framed", "board-modbus-digits", "columns = 4", "012", "ok"),
    "ticker": ("serial:///dev/e", "board_framed", "board-alpha", "", "A012 1", "unconfirmed"),
}


@pytest.fixture
def twins(tmp_path: Path) -> Iterator[Twins]:
    source = tmp_path / "source"
    source.mkdir()
    (source / "hall.toml").write_text(HALL, "utf-8")
    tables = (
        LINK.format(
            name=name, url=url, driver=driver, frames=f'frames = "{frames}"' if frames else "", options=more
        )
        for name, (url, driver, frames, more, _, _) in FAMILIES.items()
    )
    (source / "devices.toml").write_text("".join(tables), "utf-8")
    made = Twins(source, tmp_path / "place")
    assert made.without == []
    made.start()
    yield made
    made.stop()


class Deaf:
    def heard(self, device: str, reading: object) -> str:
        return ""

    def changed(self, device: str, status: object) -> None:
        return None


def test_every_family_shows_one_call_in_its_own_way(twins: Twins) -> None:
    found = settings.load(twins.config)
    plans = [
        LinkPlan(
            link.name,
            link.url,
            tuple(
                DeviceOnLink(d.id, d.driver, d.options) for d in found.devices.values() if d.link == link.name
            ),
            link.frames,
        )
        for link in found.links.values()
    ]
    supervisor = Supervisor(plans, Deaf())
    supervisor.start()
    try:
        registrar: Any = SimpleNamespace()
        counters = {d.id: d.counter for d in found.devices.values()}
        boards = Boards(registrar, supervisor.handles, counters, found.texts, plan=found.boards)
        called = CounterView("1", "民政", "calling", TicketAt("A012", "A012"), ("s",), "101", calls=1)
        clock = ClockView(True, "")
        view = HallView("1", "便民", "2026-11-22", 1, clock, 0, (), (called,), (), (), ())
        now = Now(dt.datetime.now(dt.UTC), dt.date.today(), True, "boot", 0.0)

        def shown() -> dict[str, tuple[str, str]]:
            boards.look(view, now, time.monotonic())
            return {
                name: (twins.ports[f"{name}-1"].state(f"{name}-1")["text"], str(handle.status().state))
                for name in FAMILIES
                for handle in (supervisor.handles[f"{name}-1"],)
            }

        wanted = {name: (text, state) for name, (*_, text, state) in FAMILIES.items()}
        deadline = time.monotonic() + 20
        while (seen := shown()) != wanted:
            assert time.monotonic() < deadline, seen
            threading.Event().wait(0.02)
    finally:
        supervisor.stop()
