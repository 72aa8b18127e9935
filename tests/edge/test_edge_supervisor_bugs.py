"""Drivers with bugs, names that lead elsewhere, noise: what happens to the one, and nothing to the others."""

import contextlib
import importlib.abc
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers import loader
from drivers.capabilities import BoardMessage, DeviceStatus, Reading
from drivers.errors import Fault, LinkLost
from drivers.twins.board import BoardTwin
from drivers.twins.readers import IdCardTwin
from drivers.twins.wire import PtyEnd, Wire
from edge.errors import DeviceUnavailable, JournalError
from edge.handles import DeviceOnLink
from edge.supervisor import LinkPlan, Supervisor
from tests.waiting import until


class Ears:
    """Keeps what is told; refuses to write it down while the disk is full."""

    def __init__(self) -> None:
        self.states: dict[str, list[str]] = {}
        self.full = False

    def heard(self, device: str, reading: Reading) -> str:
        raise RuntimeError("the hall has a bug")

    def changed(self, device: str, status: DeviceStatus) -> None:
        if self.full:
            raise JournalError("disk full")
        self.states.setdefault(device, []).append(f"{status.state}:{status.code or ''}")


class SlowCard(importlib.abc.MetaPathFinder):
    """A card from which one module comes late."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_asked, self.goes_on = threading.Event(), threading.Event()

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        if name == self.name:
            self.is_asked.set()
            self.goes_on.wait(15)


class Bench:
    def __init__(self, folder: Path) -> None:
        options = loader.load("board_onbon_k").Options
        twins = [BoardTwin(f"board-{n}", {"address": n}) for n in (1, 2)]
        self.wire = Wire("line", PtyEnd(folder / "line"), twins)
        devices = [DeviceOnLink(f"board-{n}", "board_onbon_k", options(address=n)) for n in (1, 2)]
        self.ears = Ears()
        plan = LinkPlan("line", self.wire.end.url("rs485", "baud=57600"), tuple(devices))
        self.supervisor = Supervisor([plan], self.ears)
        self.handles = self.supervisor.handles

    def state(self, device: str) -> str:
        return str(self.handles[device].status().state)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.wire.start()
    made.supervisor.start()
    until(lambda: made.state("board-1") == made.state("board-2") == "ok")
    yield made
    made.supervisor.stop()
    made.wire.stop()


def break_driver(driver: Any) -> None:
    """As a bug would: whatever is asked of this driver from now on fails."""
    driver.__dict__.clear()


def test_a_driver_with_a_bug_is_made_anew_and_its_neighbour_never_notices(bench: Bench) -> None:
    bench.handles["board-1"].show(BoardMessage(("A001",)))
    bench.handles["board-1"].ask(break_driver, within_s=5)
    bench.handles["board-1"].show(BoardMessage(("A002",)))
    until(lambda: "down:bug" in bench.ears.states["board-1"])
    until(lambda: bench.state("board-1") == "ok")
    until(lambda: bench.wire.state("board-1")["text"] == "A002")
    assert bench.ears.states["board-2"] == ["ok:"]
    assert bench.ears.states["board-1"] == ["ok:", "down:bug", "ok:"]
    assert (bench.handles["board-1"].tally.opened, bench.handles["board-2"].tally.opened) == (2, 1)


def test_broken_drivers_all_come_back_whether_the_wire_stays_open_or_not(bench: Bench) -> None:
    for n in (1, 2):
        bench.handles[f"board-{n}"].ask(break_driver, within_s=5)
        bench.handles[f"board-{n}"].show(BoardMessage((f"A00{n}",)))
    for n in (1, 2):
        until(lambda n=n: bench.wire.state(f"board-{n}")["text"] == f"A00{n}")
        until(lambda n=n: bench.state(f"board-{n}") == "ok")
        assert bench.ears.states[f"board-{n}"] == ["ok:", "down:bug", "ok:"]


def test_a_job_that_waits_when_the_device_is_pulled_never_runs_in_its_next_life(bench: Bench) -> None:
    begun, go, ran = threading.Event(), threading.Event(), []

    def slow(_board: object) -> None:
        begun.set()
        go.wait(10)

    def ask(device: str, job: Callable[[Any], object]) -> None:
        with contextlib.suppress(DeviceUnavailable, LinkLost):
            bench.handles[device].ask(job, within_s=10)

    askers = [threading.Thread(target=ask, args=("board-1", slow))]
    askers[0].start()
    assert begun.wait(5)
    askers.append(
        threading.Thread(
            target=ask, args=("board-2", lambda _board: ran.append(bench.handles["board-2"].tally.opened))
        )
    )
    askers[1].start()
    bench.wire.fault("board-1", "unplugged", True)
    until(lambda: bench.handles["board-2"]._jobs)
    go.set()
    bench.wire.fault("board-1", "unplugged", False)
    for asker in askers:
        asker.join(15)
    until(lambda: bench.state("board-2") == "ok" and bench.handles["board-2"].tally.opened == 2)
    assert ran in ([], [1])
    assert bench.handles["board-2"].ask(lambda _board: 7, within_s=5) == 7


def test_a_board_that_stays_well_is_told_of_once(bench: Bench) -> None:
    until(lambda: bench.handles["board-1"].tally.frames > 2)
    assert bench.ears.states == {"board-1": ["ok:"], "board-2": ["ok:"]}
    ago = bench.handles["board-1"].well_ago_s()
    assert ago is not None and ago < 10


def test_a_change_that_could_not_be_written_down_is_told_again(bench: Bench) -> None:
    bench.ears.full = True
    bench.wire.fault("board-1", "mute", True)
    until(lambda: bench.state("board-1") == "down")
    assert bench.ears.states["board-1"] == ["ok:"]
    bench.ears.full = False
    until(lambda: bench.ears.states["board-1"] == ["ok:", "down:no_answer"])


def test_a_device_plugged_in_anew_under_the_same_name_is_found_though_the_old_end_lingers(
    bench: Bench, tmp_path: Path
) -> None:
    end = bench.wire.end
    assert isinstance(end, PtyEnd)
    lingering = end._host, end._far
    bench.wire.end = PtyEnd(tmp_path / "line")  # the old terminal stays open on both sides
    bench.wire.end.plug()
    bench.wire.fault("board-1", "drip", True)  # the wire's thread looks at its new end
    bench.wire.fault("board-1", "drip", False)
    bench.handles["board-1"].show(BoardMessage(("A001",)))
    until(lambda: bench.handles["board-1"].tally.opened == 2)
    until(lambda: bench.wire.state("board-1")["text"] == "A001")
    for node in lingering:
        os.close(node)


def test_noise_is_counted_and_said_once_a_minute(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    assert isinstance(bench.wire.end, PtyEnd)
    for _ in range(3):
        bad = bench.handles["board-2"].tally.bad_frames
        bench.wire.end.write(bytes.fromhex("A5 A5 A5 A5 A5 A5 A5 A5 01 00 5A") * 3)
        until(lambda bad=bad: bench.handles["board-2"].tally.bad_frames > bad)
    assert bench.state("board-1") == bench.state("board-2") == "ok"
    assert len([r for r in caplog.records if "noise on the wire" in r.getMessage()]) == 1


def test_a_reader_alone_on_its_link_is_counted_too(tmp_path: Path) -> None:
    wire = Wire("card", PtyEnd(tmp_path / "card"), [IdCardTwin("card-1")])
    wire.start()
    device = DeviceOnLink("card-1", "idcard_sdt", loader.load("idcard_sdt").Options())
    supervisor = Supervisor([LinkPlan("card", wire.end.url("serial", "baud=115200"), (device,))], Ears())
    supervisor.start()
    try:
        tally = supervisor.handles["card-1"].tally
        until(lambda: tally.frames > 4)
        wire.fault("card-1", "lying_checksum", True)
        until(lambda: tally.bad_frames)
        until(lambda: supervisor.handles["card-1"].status().code is Fault.NO_ANSWER)
        wire.fault("card-1", "lying_checksum", False)
        until(lambda: str(supervisor.handles["card-1"].status().state) == "ok")
    finally:
        supervisor.stop()
        wire.stop()


def test_a_driver_that_comes_slowly_from_a_slow_card_is_no_thread_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, card = loader.load("scanner_serial").Options(), SlowCard("drivers.scanner_serial")
    monkeypatch.delitem(sys.modules, card.name)
    monkeypatch.setattr(sys, "meta_path", [card, *sys.meta_path])
    device = DeviceOnLink("scanner-1", "scanner_serial", options)
    supervisor = Supervisor([LinkPlan("line", f"serial://{tmp_path}/none", (device,))], Ears())
    supervisor.start()
    try:
        assert card.is_asked.wait(15)
        assert supervisor.beats()["link-line"] > time.monotonic() + 60
        card.goes_on.set()
        until(lambda: supervisor.beats()["link-line"] <= time.monotonic())
    finally:
        card.goes_on.set()
        supervisor.stop()
