"""The supervisor on real wires: real drivers at this end, twins at the other, and bad days between."""

import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers import loader
from drivers.capabilities import BoardMessage, DeviceStatus, KeyPressed, PadDisplay, PadKey, Rated, Reading
from drivers.errors import DeviceFault, Fault
from drivers.twins.board import BoardTwin
from drivers.twins.pads import CallPadTwin, RatingPadTwin
from drivers.twins.wire import PtyEnd, Wire
from edge.errors import DeviceUnavailable
from edge.paths import shared
from edge.supervisor import DeviceOnLink, LinkPlan, Supervisor
from tests.waiting import until

SCORES = {"0": 5, "1": 4, "2": 3, "3": 1}
FF68 = tomllib.loads((shared("integrations") / "ff68.toml").read_text("utf-8"))["frame"]["clerk-pad-ff68"]


class Ears:
    """Keeps what the link threads tell."""

    def __init__(self) -> None:
        self.readings: list[tuple[str, Reading]] = []
        self.states: dict[str, list[str]] = {}

    def heard(self, device: str, reading: Reading) -> None:
        self.readings.append((device, reading))

    def changed(self, device: str, status: DeviceStatus) -> None:
        self.states.setdefault(device, []).append(f"{status.state}:{status.code or ''}")


class Bench:
    def __init__(
        self, folder: Path, wire: Wire, scheme: str, devices: list[DeviceOnLink], frames: Any
    ) -> None:
        self.wire = wire
        self.ears = Ears()
        url = wire.end.url("rs485", "baud=57600")
        self.supervisor = Supervisor([LinkPlan("line", url, tuple(devices), frames)], self.ears)
        self.handles = self.supervisor.handles

    def state(self, device: str) -> str:
        return str(self.handles[device].status().state)


@pytest.fixture
def boards(tmp_path: Path) -> Iterator[Bench]:
    options = loader.load("board_onbon_k").Options
    twins = [BoardTwin(f"board-{n}", {"address": n}) for n in (1, 2)]
    devices = [DeviceOnLink(f"board-{n}", "board_onbon_k", options(address=n)) for n in (1, 2)]
    yield from _running(
        Bench(tmp_path, Wire("line", PtyEnd(tmp_path / "line"), twins), "rs485", devices, None)
    )


@pytest.fixture
def pads(tmp_path: Path) -> Iterator[Bench]:
    call, rating = loader.load("callpad_framed").Options, loader.load("rating_framed").Options
    twins = [
        CallPadTwin("pad-1", {"address": 1}),
        CallPadTwin("pad-2", {"address": 2}),
        RatingPadTwin("rating-1", {"address": 17}),
    ]
    devices = [
        DeviceOnLink("pad-1", "callpad_framed", call(address=1)),
        DeviceOnLink("pad-2", "callpad_framed", call(address=2)),
        DeviceOnLink("rating-1", "rating_framed", rating(address=17, scores=SCORES)),
    ]
    yield from _running(
        Bench(tmp_path, Wire("line", PtyEnd(tmp_path / "line"), twins), "rs485", devices, FF68)
    )


def _running(bench: Bench) -> Iterator[Bench]:
    bench.wire.start()
    bench.supervisor.start()
    try:
        yield bench
    finally:
        bench.supervisor.stop()
        bench.wire.stop()
    assert not [t for t in threading.enumerate() if t.name.startswith("link-")]


def test_two_boards_on_one_pair_show_what_is_theirs(boards: Bench) -> None:
    boards.handles["board-1"].show(BoardMessage(("A001",)))
    boards.handles["board-2"].show(BoardMessage(("B002",)))
    until(lambda: boards.wire.state("board-1")["text"] == "A001")
    until(lambda: boards.wire.state("board-2")["text"] == "B002")
    assert boards.wire.state("board-1")["crc_errors"] == 0


def test_the_latest_message_wins_and_a_board_that_returns_shows_it(boards: Bench) -> None:
    until(lambda: boards.state("board-1") == "ok")
    boards.wire.fault("board-1", "unplugged", True)
    until(lambda: boards.state("board-1") == "down")
    for number in ("A001", "A002", "A003"):
        boards.handles["board-1"].show(BoardMessage((number,)))
    boards.wire.fault("board-1", "unplugged", False)
    until(lambda: boards.wire.state("board-1")["text"] == "A003")
    until(lambda: boards.state("board-1") == "ok")
    assert boards.ears.states["board-1"][-1] == "ok:"
    assert f"down:{Fault.LINK_LOST}" in boards.ears.states["board-1"]


def test_a_mute_board_goes_down_alone_and_comes_back_with_the_message_of_now(boards: Bench) -> None:
    until(lambda: boards.state("board-1") == boards.state("board-2") == "ok")
    boards.wire.fault("board-1", "mute", True)
    boards.handles["board-1"].show(BoardMessage(("A001",)))
    until(lambda: boards.state("board-1") == "down")
    boards.handles["board-2"].show(BoardMessage(("B001",)))
    until(lambda: boards.wire.state("board-2")["text"] == "B001")
    assert boards.state("board-2") == "ok"
    boards.wire.fault("board-1", "mute", False)
    boards.handles["board-1"].show(BoardMessage(("A009",)))
    until(lambda: boards.wire.state("board-1")["text"] == "A009")
    until(lambda: boards.state("board-1") == "ok")


def test_a_device_that_is_away_is_said_at_once(boards: Bench) -> None:
    until(lambda: boards.state("board-1") == "ok")
    boards.wire.fault("board-1", "unplugged", True)
    until(lambda: boards.state("board-1") == "down")
    with pytest.raises(DeviceUnavailable, match="board-1"):
        boards.handles["board-1"].ask(lambda board: board.check(), within_s=5)


def test_a_job_that_did_not_begin_in_time_never_runs(boards: Bench) -> None:
    until(lambda: boards.state("board-1") == "ok")
    begun, go, ran = threading.Event(), threading.Event(), []

    def slow(_board: object) -> None:
        begun.set()
        go.wait(10)

    holder = threading.Thread(target=lambda: boards.handles["board-1"].ask(slow, within_s=5))
    holder.start()
    assert begun.wait(5)
    with pytest.raises(DeviceUnavailable):
        boards.handles["board-2"].ask(lambda _board: ran.append("late"), within_s=0.05)
    go.set()
    holder.join(timeout=5)
    assert boards.handles["board-2"].ask(lambda _board: "now", within_s=5) == "now"
    assert ran == []


def test_a_job_that_has_begun_is_waited_for_to_its_end(boards: Bench) -> None:
    until(lambda: boards.state("board-1") == "ok")

    def slow(_board: object) -> str:
        threading.Event().wait(1.2)
        return "done"

    assert boards.handles["board-1"].ask(slow, within_s=1.0) == "done"


def test_the_askers_fault_comes_back_to_the_asker_and_the_others_go_on(boards: Bench) -> None:
    until(lambda: boards.state("board-1") == boards.state("board-2") == "ok")

    def broken(_board: object) -> None:
        raise DeviceFault(Fault.REFUSED, "no")

    with pytest.raises(DeviceFault, match="no"):
        boards.handles["board-1"].ask(broken, within_s=5)
    until(lambda: boards.state("board-1") == "ok")
    with pytest.raises(ZeroDivisionError):
        boards.handles["board-1"].ask(lambda _board: 1 // 0, within_s=5)
    assert boards.handles["board-2"].ask(lambda _board: 7, within_s=5) == 7


def test_three_pads_on_one_pair_are_told_apart_and_answered(pads: Bench) -> None:
    until(lambda: pads.state("pad-1") != "down")
    pads.wire.press("pad-2", {"key": "next"})
    until(lambda: pads.wire.state("pad-2")["acknowledged"] == 1)
    pads.wire.press("rating-1", {"score": 0})
    until(lambda: pads.wire.state("rating-1")["acknowledged"] == 1)
    pads.wire.press("pad-1", {"key": "recall"})
    until(lambda: len(pads.ears.readings) == 3)
    assert pads.ears.readings == [
        ("pad-2", KeyPressed(PadKey.NEXT)),
        ("rating-1", Rated(5)),
        ("pad-1", KeyPressed(PadKey.RECALL)),
    ]


def test_a_message_to_a_pads_display_does_not_wait_for_a_read_to_run_out(pads: Bench) -> None:
    until(lambda: pads.state("pad-1") != "down")
    pads.handles["pad-1"].show(PadDisplay(waiting=12, number="A007"))
    until(lambda: "7" in str(pads.wire.state("pad-1")["display"]["ticket"]))


def test_noise_on_the_wire_costs_frames_but_never_the_line(pads: Bench) -> None:
    until(lambda: pads.state("pad-1") != "down")
    pads.wire.fault("pad-1", "babble", True)
    pads.wire.press("pad-1", {"key": "next"})
    until(lambda: ("pad-1", KeyPressed(PadKey.NEXT)) in pads.ears.readings)
    pads.wire.fault("pad-1", "babble", False)


def test_a_wire_that_is_not_there_is_tried_again_until_it_is(tmp_path: Path) -> None:
    options = loader.load("board_onbon_k").Options
    wire = Wire("line", PtyEnd(tmp_path / "line"), [BoardTwin("board-1", {"address": 1})])
    url = wire.end.url("serial", "baud=57600")
    ears = Ears()
    device = DeviceOnLink("board-1", "board_onbon_k", options(address=1))
    supervisor = Supervisor([LinkPlan("line", url, (device,))], ears)
    supervisor.start()
    try:
        until(lambda: ears.states.get("board-1") == [f"down:{Fault.LINK_LOST}"])
        supervisor.handles["board-1"].show(BoardMessage(("A001",)))
        wire.start()
        until(lambda: wire.state("board-1")["text"] == "A001")
        beats = supervisor.beats()
        assert list(beats) == ["link-line"]
        assert time.monotonic() - beats["link-line"] < 10
    finally:
        supervisor.stop()
        wire.stop()
