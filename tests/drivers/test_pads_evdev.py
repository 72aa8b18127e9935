"""Keypads as input devices: records through a pipe, as the kernel packs them."""

import errno
import os
import struct
import sys
import threading

import pytest

from drivers import callpad_evdev, rating_evdev
from drivers.capabilities import KeyPressed, PadKey, Rated, State
from drivers.errors import LinkLost
from drivers.keys import KeyRecords
from drivers.links import open_link
from drivers.links_input import KeyLink

LONG_S = 20.0
KEY, SYN, NUMLOCK, DROPPED = 1, 0, 69, 3
ENTER, KP1, KP2, KP0, PLUS, BACKSPACE, STAR = 96, 79, 80, 82, 78, 14, 55


def record(kind, code, value):
    """struct input_event on 64 bit, packed here apart from the code that reads it."""
    return struct.pack("<qqHHi", 1, 2, kind, code, value)


def press(*codes):
    """Down, report, up, report: as a pad sends a key."""
    return b"".join(record(KEY, code, value) + record(SYN, 0, 0) for code in codes for value in (1, 0))


class Clock:
    """A second passes at each look, unless it is held."""

    def __init__(self, step=1.0):
        self.now, self.step = 0.0, step

    def __call__(self):
        self.now += self.step
        return self.now


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    link = KeyLink("input:vendor=1234,product=5678", [reading])
    yield link, writing
    link.close()
    os.close(writing)


def test_the_golden_record_is_a_press_of_key_1(golden):
    rows = {row["case"]: bytes.fromhex(row["hex"]) for row in golden("evdev")}
    down = rows["struct input_event 64-bit: KEY_KP1 down at 1.000002 s"]
    assert KeyRecords(Clock()).feed(down + rows["SYN_REPORT"]) == ["1"]


@pytest.mark.parametrize("size", [1, 7, 24, 500])
def test_records_that_come_in_pieces_are_put_together(size):
    stream = press(KP1, KP2, ENTER)
    records = KeyRecords(Clock())
    names = [name for at in range(0, len(stream), size) for name in records.feed(stream[at : at + size])]
    assert names == ["1", "2", "enter"]


def test_repeats_of_a_held_key_and_numlock_mean_nothing():
    held = record(KEY, KP1, 1) + record(KEY, KP1, 2) * 30 + record(KEY, KP1, 0)
    assert KeyRecords(Clock()).feed(press(NUMLOCK) + held + press(NUMLOCK)) == ["1"]


def test_a_key_that_bounces_is_one_press_and_two_presses_are_two():
    clock = Clock(0.01)
    records = KeyRecords(clock)
    assert records.feed(press(ENTER, ENTER)) == ["enter"]
    clock.now += 0.5
    assert records.feed(press(ENTER, KP1)) == ["enter", "1"]


def test_what_is_torn_by_an_overrun_is_thrown_away_until_the_next_report():
    stream = record(SYN, DROPPED, 0) + record(KEY, KP1, 1) + record(SYN, 0, 0) + press(KP2)
    assert KeyRecords(Clock()).feed(stream) == ["2"]


def test_digits_and_a_key_are_a_press_of_the_call_pad(pipe):
    link, far = pipe
    pad = callpad_evdev.Driver(link, callpad_evdev.Options(), Clock(0.3))
    assert pad.check().state is State.OK
    os.write(far, press(ENTER))
    assert pad.poll(LONG_S) == [KeyPressed(PadKey.NEXT)]
    os.write(far, press(KP0, KP1, KP2, ENTER, PLUS))
    assert pad.poll(LONG_S) == [KeyPressed(PadKey.CALL, "012"), KeyPressed(PadKey.RECALL)]
    os.write(far, press(KP1, BACKSPACE, ENTER))
    assert pad.poll(LONG_S) == [KeyPressed(PadKey.NEXT)]
    assert pad.poll(0) == []


def test_digits_are_forgotten_when_no_key_follows(pipe):
    link, far = pipe
    clock = Clock(0.3)
    pad = callpad_evdev.Driver(link, callpad_evdev.Options(), clock)
    os.write(far, press(KP1))
    pad.poll(LONG_S)
    clock.now += 10
    os.write(far, press(ENTER))
    assert pad.poll(LONG_S) == [KeyPressed(PadKey.NEXT)]


def test_a_site_may_give_keys_other_meanings(pipe):
    link, far = pipe
    pad = callpad_evdev.Driver(link, callpad_evdev.Options({"star": PadKey.FINISH}), Clock())
    os.write(far, press(STAR))
    assert pad.poll(LONG_S) == [KeyPressed(PadKey.FINISH)]
    with pytest.raises(ValueError, match="no key 'asterisk'"):
        callpad_evdev.Options({"asterisk": PadKey.FINISH})


def test_a_labelled_key_is_a_score_and_another_is_none(pipe):
    link, far = pipe
    pad = rating_evdev.Driver(link, rating_evdev.Options({"1": 5, "2": 3}), Clock())
    os.write(far, press(KP1, KP0, KP2))
    assert pad.poll(LONG_S) == [Rated(5), Rated(3)]
    with pytest.raises(ValueError, match="1 to 5"):
        rating_evdev.Options({"1": 6})


def test_an_unplugged_keypad_is_a_lost_link():
    reading, writing = os.pipe()
    link = KeyLink("input:vendor=1234", [reading])
    pad = callpad_evdev.Driver(link, callpad_evdev.Options())
    os.close(writing)
    with pytest.raises(LinkLost, match="gone"):
        pad.poll(LONG_S)
    link.close()


def test_a_keypads_own_error_is_a_lost_link():
    # A descriptor that is readable and fails, as ENODEV does: a directory gives EISDIR.
    folder = os.open("/", os.O_RDONLY)
    link = KeyLink("input:vendor=1234", [folder])
    with pytest.raises(LinkLost, match=os.strerror(errno.EISDIR)):
        link.read(LONG_S)
    link.close()


def test_waiting_for_keys_is_woken(pipe):
    link, _ = pipe
    threading.Timer(0.02, link.wake).start()
    assert link.read(LONG_S) == b""


def test_a_keypad_that_is_not_plugged_in_is_a_lost_link_with_or_without_the_library():
    with pytest.raises(LinkLost, match=r"no such keypad|needs the Python package evdev"):
        open_link("input:vendor=1234,product=5678,phys=usb-nowhere-9.9")


def test_without_the_library_the_drivers_load_and_the_link_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "evdev", None)
    with pytest.raises(LinkLost, match=r"pip install 'bianmin-edge\[pads\]'"):
        open_link("input:vendor=1234,product=5678")
