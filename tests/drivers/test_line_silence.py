"""When a shared wire is silent, by its own speed and by what was answered on it."""

import pytest

from drivers.framing import Line
from drivers.links import SerialLink
from drivers.twins.wire import PtyEnd


class Clock:
    """Held by the test."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def far(tmp_path):
    end = PtyEnd(tmp_path / "pair")
    end.plug()
    yield end
    end.unplug()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def line(far, formats, clock):
    link = SerialLink(far.url("rs485", "baud=9600"), {"baud": "9600"})
    line = Line(link, formats["clerk-pad-ff68"], clock)
    clock.now += 1.0
    yield line
    link.close()


@pytest.fixture
def frame(golden):
    return next(bytes.fromhex(r["hex"]) for r in golden("pads_ff68") if "call next" in r["case"])


QUIET_S, FRAME_S = 0.020, 10 * 10 / 9600
"""The description's silence, and ten bytes of ten bits at 9600 baud."""


def test_a_wire_is_busy_for_as_long_as_our_bytes_take_and_then_has_to_be_quiet(line, clock, frame):
    assert line.quiet_in_s() == 0
    line.send(frame)
    assert line.quiet_in_s() == pytest.approx(FRAME_S + QUIET_S)
    clock.now += FRAME_S
    assert line.quiet_in_s() == pytest.approx(QUIET_S)
    clock.now += QUIET_S
    assert line.quiet_in_s() == pytest.approx(0)


def test_what_was_answered_has_left_the_wire(line, far, frame):
    """A terminal is faster than its speed says: an answer is here before our bytes were to be gone."""
    line.send(frame)
    far.write(frame)
    assert line.answer(lambda came: came == frame, within_s=5.0) == frame
    assert line.quiet_in_s() == pytest.approx(QUIET_S)


def test_what_others_say_begins_the_silence_anew(line, far, clock, frame):
    far.write(frame)
    while not line.read(1.0):
        continue
    assert line.quiet_in_s() == pytest.approx(QUIET_S)


def test_a_slow_wire_where_one_talks_at_a_time_is_silent_for_three_and_a_half_characters(far, formats, clock):
    link = SerialLink(far.url("rs485", "baud=1200"), {"baud": "1200"})
    line = Line(link, formats["clerk-pad-ff68"], clock)
    assert line.quiet_in_s() == pytest.approx(3.5 * 10 / 1200)
    link.close()
