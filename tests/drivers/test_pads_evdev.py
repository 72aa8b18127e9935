"""Keypads as input devices: records through a pipe, as the kernel packs them."""

import errno
import os
import struct
import sys
import threading

import pytest

from drivers import callpad_evdev, rating_evdev
from drivers.capabilities import KeyPressed, PadDisplay, PadKey, Rated, RatingDisplay, RatingState, State
from drivers.errors import LinkLost
from drivers.keys import KeyRecords
from drivers.links import open_link
from drivers.links_input import KeyLink

LONG_S = 20.0
KEY, SYN, NUMLOCK, DROPPED = 1, 0, 69, 3
KP0, KP1, KP2, KP3, KP6 = 82, 79, 80, 81, 77
ENTER, PLUS, MINUS, SLASH, STAR, DOT, BACKSPACE = 96, 78, 74, 98, 55, 83, 14


def record(kind, code, value, at_s=1.0):
    """struct input_event on 64 bit, packed here apart from the code that reads it."""
    return struct.pack("<qqHHi", int(at_s), round(at_s % 1 * 1e6), kind, code, value)


class Finger:
    """Down, report, up, report: as a pad sends a key, each a second after the one before."""

    def __init__(self):
        self.now = 100.0

    def __call__(self, *codes, after_s=1.0, held_s=0.06):
        sent = []
        for code in codes:
            self.now += after_s
            for value, at in ((1, self.now), (0, self.now + held_s)):
                sent.append(record(KEY, code, value, at) + record(SYN, 0, 0, at))
        return b"".join(sent)


@pytest.fixture
def press():
    return Finger()


def names(presses):
    return [press.name for press in presses]


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    link = KeyLink("input:vendor=1234,product=5678", [reading])
    yield link, writing
    link.close()
    os.close(writing)


def test_the_golden_record_is_a_press_of_key_1_at_its_time(golden):
    rows = {row["case"]: bytes.fromhex(row["hex"]) for row in golden("evdev")}
    down = rows["struct input_event 64-bit: KEY_KP1 down at 1.000002 s"]
    assert KeyRecords().feed(down + rows["SYN_REPORT"]) == [("1", 1.000002)]


@pytest.mark.parametrize("size", [1, 7, 24, 500])
def test_records_that_come_in_pieces_are_put_together(size, press):
    stream = press(KP1, KP2, ENTER)
    records = KeyRecords()
    found = [key for at in range(0, len(stream), size) for key in records.feed(stream[at : at + size])]
    assert names(found) == ["1", "2", "enter"]


def test_repeats_of_a_held_key_and_numlock_mean_nothing(press):
    held = record(KEY, KP1, 1) + record(KEY, KP1, 2) * 30 + record(KEY, KP1, 0)
    assert names(KeyRecords().feed(press(NUMLOCK) + held + press(NUMLOCK))) == ["1"]


def test_digits_wrapped_in_numlock_are_digits(press):
    """As pads send them that do not trust the state of NumLock."""
    wrapped = b"".join(press(NUMLOCK, code, NUMLOCK, after_s=0.01) for code in (KP1, KP2, KP2))
    press.now += 1
    assert names(KeyRecords().feed(wrapped + press(ENTER))) == ["1", "2", "enter"]


def test_a_key_that_bounces_is_one_press_and_two_presses_are_two(press):
    records = KeyRecords()
    assert names(records.feed(press(ENTER) + press(ENTER, after_s=0.12))) == ["enter"]
    assert names(records.feed(press(ENTER, after_s=0.25) + press(KP1, KP2, KP1, after_s=0.01))) == [
        "enter",
        "1",
        "2",
        "1",
    ]


def test_a_key_that_bounces_as_it_is_let_go_is_one_press(press):
    stream = press(KP1, held_s=0.8) + press(KP1, after_s=0.82)
    assert names(KeyRecords().feed(stream)) == ["1"]


def test_presses_that_were_read_late_are_told_apart_by_the_kernels_time_and_not_by_ours(press):
    """Both lay in the kernel's queue while this program was busy: they are read in one go."""
    assert names(KeyRecords().feed(press(ENTER) + press(ENTER, after_s=0.5))) == ["enter", "enter"]


def test_a_clock_that_was_set_back_makes_no_bounce_and_no_silence(press):
    records = KeyRecords()
    assert names(records.feed(press(ENTER))) == ["enter"]
    press.now = 3.0
    assert names(records.feed(press(ENTER))) == ["enter"]


def test_what_is_torn_by_an_overrun_is_thrown_away_until_the_next_report(press):
    stream = record(SYN, DROPPED, 0) + record(KEY, KP1, 1) + record(SYN, 0, 0) + press(KP2)
    assert names(KeyRecords().feed(stream)) == ["2"]


CLERK = {
    "next": ((ENTER,), KeyPressed(PadKey.NEXT)),
    "call this number": ((KP0, KP1, KP2, ENTER), KeyPressed(PadKey.CALL, "012")),
    "recall": ((PLUS,), KeyPressed(PadKey.RECALL)),
    "transfer to counter 2": ((KP2, PLUS), KeyPressed(PadKey.TRANSFER, "2")),
    "abandon": ((MINUS,), KeyPressed(PadKey.NO_SHOW)),
    "hold": ((SLASH,), KeyPressed(PadKey.HOLD)),
    "bring back": ((STAR,), KeyPressed(PadKey.RESUME)),
    "finish: papers missing": ((KP3, STAR), KeyPressed(PadKey.FINISH, "3")),
    "pause for lunch": ((KP2, DOT), KeyPressed(PadKey.PAUSE, "2")),
    "take back what was typed": ((KP1, BACKSPACE, ENTER), KeyPressed(PadKey.NEXT)),
}


@pytest.mark.parametrize("what", CLERK)
def test_digits_and_a_key_are_what_a_clerk_says(what, pipe, press):
    link, far = pipe
    codes, meant = CLERK[what]
    pad = callpad_evdev.Driver(link, callpad_evdev.Options())
    assert pad.check().state is State.OK
    os.write(far, press(*codes))
    assert pad.poll(LONG_S) == [meant]
    assert pad.poll(0) == []


def test_digits_are_forgotten_when_no_key_follows(pipe, press):
    link, far = pipe
    pad = callpad_evdev.Driver(link, callpad_evdev.Options())
    os.write(far, press(KP1) + press(ENTER, after_s=9.0))
    assert pad.poll(LONG_S) == [KeyPressed(PadKey.NEXT)]


def test_a_site_may_give_keys_other_meanings(pipe, press):
    link, far = pipe
    keys = {"star": PadKey.FINISH, "6+enter": PadKey.NO_SHOW, "#+slash": PadKey.COVER}
    pad = callpad_evdev.Driver(link, callpad_evdev.Options(keys))
    os.write(far, press(STAR, KP6, ENTER, KP2, SLASH))
    assert pad.poll(LONG_S) == [
        KeyPressed(PadKey.FINISH),
        KeyPressed(PadKey.NO_SHOW),
        KeyPressed(PadKey.COVER, "2"),
    ]
    with pytest.raises(ValueError, match="no key 'asterisk'"):
        callpad_evdev.Options({"asterisk": PadKey.FINISH})
    with pytest.raises(ValueError, match="six"):
        callpad_evdev.Options({"six+enter": PadKey.FINISH})


def test_a_labelled_key_is_a_score_and_another_is_none(pipe, press):
    link, far = pipe
    pad = rating_evdev.Driver(link, rating_evdev.Options({"1": 5, "2": 3}))
    os.write(far, press(KP1, KP0, KP2))
    assert pad.poll(LONG_S) == [Rated(5), Rated(3)]
    with pytest.raises(ValueError, match="1 to 5"):
        rating_evdev.Options({"1": 6})


def test_a_keypad_without_a_display_is_shown_things_and_stays_well(pipe):
    link, _ = pipe
    callpad_evdev.Driver(link, callpad_evdev.Options()).show(PadDisplay(3, "A012"))
    rating_evdev.Driver(link, rating_evdev.Options({"1": 5})).show(RatingDisplay(RatingState.ASKING))


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
