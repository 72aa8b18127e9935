"""From a pad's last byte to the board frame's first byte on the wire: 8 boards on 2 pairs, 8 pads on another.

The real daemon on terminals of this machine; who listens at their far ends is this process. Beside it stands
the time that the pair itself takes for such a frame, which no program can shorten. A key that comes while the
board's pair is busy waits for its end: here a hall's worth of checks is in the figure, and no flashing.
"""

import os
import select
import tempfile
import time
import tty
from dataclasses import dataclass, field
from pathlib import Path

from drivers.twins.board import BoardTwin
from drivers.twins.pads import frame
from drivers.twins.wire import PtyEnd
from tests.bench.figures import Figure, middle, ms
from tests.bench.running import Caller, running

COUNTERS = range(1, 9)
PRESSES, PACE_S = 300, 0.11
"""Each counter's key comes again after 0.88 s: sooner, it would count as a bounce. A clerk is slower."""
MOST_S = 0.005
BAUD = 57600
NEXT = b"\x0c"

HALL = """
[hall]
county = "999001"
hall = "999001001"
name = "测试大厅"
hours = ["00:00-24:00"]
"""
COUNTER = """
[service.s{n}]
name = "业务{n}"
prefix = "{prefix}"
[counter.{n}]
name = "窗口{n}"
services = ["s{n}"]
"""
BOARDS = """
[boards]                # the pairs are free when a key comes: nothing flashes, turns pages or is refreshed
blink = false
refresh_s = 0.0
idle = ["{counter}"]
"""
DEVICES = """
[link.boards-a]
url = "{a}"
[link.boards-b]
url = "{b}"
[link.pads]
url = "{pads}"
frames = "clerk-pad-ff68"
"""
DEVICE = """
[device.board-{n}]
driver = "board_onbon_k"
link = "boards-{bus}"
counter = "{n}"
address = {n}
[device.pad-{n}]
driver = "callpad_framed"
link = "pads"
counter = "{n}"
address = {n}
"""


def bus_of(counter: int) -> str:
    return "a" if counter <= 4 else "b"


class Hop:
    """A terminal with nothing behind it: what a byte takes on this machine at this moment.

    A kernel's thread of ordinary priority carries it, whatever ours is: a busy machine shows here first.
    """

    def __init__(self) -> None:
        self._far, self._near = os.openpty()
        tty.setraw(self._near)

    def time_s(self) -> float:
        began = time.perf_counter()
        os.write(self._far, b"!")
        select.select([self._near], [], [])
        took_s = time.perf_counter() - began
        os.read(self._near, 1)
        return took_s

    def close(self) -> None:
        os.close(self._far)
        os.close(self._near)


@dataclass
class Measured:
    times_s: list[float] = field(default_factory=list)
    """From key to board frame."""
    hops_s: list[float] = field(default_factory=list)
    """Two bytes over two terminals alone: there and back is in every one of the former."""
    sizes: list[int] = field(default_factory=list)


@dataclass
class FarEnds:
    """What stands behind the daemon's wires."""

    wires: dict[str, PtyEnd]
    boards: dict[int, BoardTwin]
    sizes: list[int] = field(default_factory=list)
    """Bytes of each frame that called somebody."""

    def turn(self, timeout_s: float) -> dict[int, float]:
        """Answer what comes within the time; when each counter's board frame began to come."""
        ends = {end.watched()[0]: name for name, end in self.wires.items()}
        ready = select.select(list(ends), [], [], timeout_s)[0]
        at = time.perf_counter()
        began: dict[int, float] = {}
        for fd in ready:
            wire = self.wires[ends[fd]]
            chunk = wire.read([fd])
            for n, board in self.boards.items():
                if bus_of(n) != ends[fd]:
                    continue
                before = board.state()["text"]
                for said in board.receive(chunk, at):
                    wire.write(said.chunk)
                if board.state()["text"] != before:
                    began[n] = at
                    self.sizes.append(len(chunk))
        return began

    def rest(self, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self.turn(left)

    def shows(self, counter: int) -> str:
        return str(self.boards[counter].state()["text"])


def measure() -> list[Figure]:
    """On a disk, and beside it with the journal in memory: what is left is our own way."""
    without = _run("/dev/shm")
    return _figures(_run("/var/tmp"), without)


def _run(folder: str) -> Measured:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        place = Path(name)
        wires = {bus: PtyEnd(place / bus) for bus in ("a", "b", "pads")}
        for wire in wires.values():
            wire.plug()
        far = FarEnds(wires, {n: BoardTwin(f"board-{n}", {"address": n}) for n in COUNTERS})
        try:
            _write_config(place / "config", wires)
            with running(place / "data", place / "config") as daemon:
                return _presses(far, daemon.caller())
        finally:
            for wire in wires.values():
                wire.unplug()


def _write_config(folder: Path, wires: dict[str, PtyEnd]) -> None:
    folder.mkdir()
    url = {
        name: wire.url("rs485", f"baud={9600 if name == 'pads' else BAUD}") for name, wire in wires.items()
    }
    counters = "".join(COUNTER.format(n=n, prefix="ABCDEFGJ"[n - 1]) for n in COUNTERS)
    devices = "".join(DEVICE.format(n=n, bus=bus_of(n)) for n in COUNTERS)
    (folder / "hall.toml").write_text(HALL + counters, encoding="utf-8")
    (folder / "boards.toml").write_text(BOARDS, encoding="utf-8")
    (folder / "devices.toml").write_text(DEVICES.format(**url) + devices, encoding="utf-8")


def _presses(far: FarEnds, ask: Caller) -> Measured:
    ask.open_counters()
    until = time.perf_counter() + 20
    while not all(far.shows(n) for n in COUNTERS):
        assert time.perf_counter() < until, {n: far.shows(n) for n in COUNTERS}
        far.turn(0.1)
    far.sizes.clear()
    found, hop = Measured(sizes=far.sizes), Hop()
    for i in range(PRESSES):
        counter = COUNTERS[i % len(COUNTERS)]
        ask.timed("POST", "/api/v1/tickets", {"service": f"s{counter}"})
        far.rest(PACE_S)
        found.hops_s.append(hop.time_s() + hop.time_s())
        found.times_s.append(_press(far, counter))
    hop.close()
    return found


def _press(far: FarEnds, counter: int) -> float:
    """Seconds from the key frame's last byte to the board frame's first."""
    far.wires["pads"].write(frame(counter, 1, NEXT))
    began = time.perf_counter()
    while counter not in (came := far.turn(5.0)):
        assert time.perf_counter() - began < 5, f"board {counter} still shows {far.shows(counter)!r}"
    return came[counter] - began


def _figures(found: Measured, without: Measured) -> list[Figure]:
    p99, wire_s = middle(found.times_s, 0.99), middle([size * 10 / BAUD for size in found.sizes])
    frame = f"the frame itself takes {ms(wire_s)} at {BAUD} baud"
    free = f"without a disk {ms(middle(without.times_s, 0.99))}; the terminals alone {_p99(found.hops_s)}"
    return [
        Figure("key to board frame, median", ms(middle(found.times_s)), frame),
        Figure("key to board frame, p99", ms(p99), free, p99 / MOST_S, "≤ 5 ms", p99 <= MOST_S),
    ]


def _p99(times_s: list[float]) -> str:
    return ms(middle(times_s, 0.99))


if __name__ == "__main__":
    for figure in measure():
        print(figure)
