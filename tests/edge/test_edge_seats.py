"""Who has something to show on a wire that others use waits for silence, but not for ever."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.board_onbon_k import FRAMES
from drivers.framing import LONGEST_QUIET_S
from drivers.links import open_link
from drivers.twins.wire import PtyEnd
from edge.seats import CountingLine


class Clock:
    """Held by the test."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def far(tmp_path: Path) -> Iterator[PtyEnd]:
    end = PtyEnd(tmp_path / "pair")
    end.plug()
    yield end
    end.unplug()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(far: PtyEnd, clock: Clock) -> Iterator[CountingLine]:
    link = open_link(far.url("rs485", "baud=57600"))
    clock.now += 1.0
    yield CountingLine(link, FRAMES, clock)
    link.close()


def babble(line: CountingLine, far: PtyEnd) -> None:
    far.write(b"\xa5")
    while line.quiet_in_s() == 0:
        line.look()


def test_a_silent_wire_need_not_be_waited_for(line: CountingLine, clock: Clock) -> None:
    clock.now += 1.0
    assert not line.will_be_silent(since=clock.now)


def test_a_wire_that_never_falls_silent_is_waited_for_half_a_second(
    line: CountingLine, far: PtyEnd, clock: Clock
) -> None:
    clock.now += 1.0
    babble(line, far)
    since = clock.now
    assert line.will_be_silent(since)
    clock.now += LONGEST_QUIET_S
    babble(line, far)
    assert not line.will_be_silent(since)


def test_where_others_only_used_the_silences_first_the_wait_goes_on(
    line: CountingLine, far: PtyEnd, clock: Clock
) -> None:
    clock.now += 1.0
    babble(line, far)
    since = clock.now
    clock.now += LONGEST_QUIET_S
    line.send(FRAMES.encode(data=b"A012"))
    assert line.quiet_in_s() > 0
    assert line.will_be_silent(since)
