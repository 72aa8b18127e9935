"""Call pads and rating pads in frames: what a press means, and what they are told."""

import itertools
import tomllib

import pytest

from drivers import callpad_framed, rating_framed
from drivers.capabilities import (
    KeyPressed,
    PadDisplay,
    PadKey,
    Rated,
    RatingDisplay,
    RatingState,
)
from drivers.errors import FrameError
from drivers.frame_format import FrameFormat
from drivers.twins.pads import CallPadTwin, RatingPadTwin

SCORES = {"0": 5, "1": 4, "2": 3, "3": 1}


class Quiet:
    """A line on which nothing is sent: for what a frame means."""

    def __init__(self, frames):
        self.format = frames
        self.sent = []

    def send(self, frame):
        self.sent.append(frame)

    def values_of(self, frame):
        return self.format.decode(frame)


@pytest.fixture
def wire(ff68):
    return Quiet(ff68)


@pytest.fixture
def pad(wire):
    seconds = itertools.count()
    return callpad_framed.Driver(wire, callpad_framed.Options(address=1), clock=lambda: next(seconds) / 10)


def asking(ticket):
    return RatingDisplay(RatingState.ASKING, ticket=ticket)


MEANINGS = {
    "key from pad 1: call next": KeyPressed(PadKey.NEXT),
    "key from pad 1: recall": KeyPressed(PadKey.RECALL),
    "key from pad 1: evaluate": KeyPressed(PadKey.ASK_RATING),
    "key from pad 1: pause": KeyPressed(PadKey.PAUSE),
    "key from pad 1: transfer": KeyPressed(PadKey.TRANSFER),
    "key from pad 1: 6+confirm = abandon": KeyPressed(PadKey.NO_SHOW),
    "key from pad 1: 0+confirm = hang up ticket": KeyPressed(PadKey.HOLD),
    "key from pad 1: 3+confirm = call hung ticket back": KeyPressed(PadKey.RESUME),
}


@pytest.mark.parametrize("case", MEANINGS)
def test_a_golden_key_frame_means_what_its_row_says_and_is_echoed(case, pad, golden):
    frame = next(bytes.fromhex(row["hex"]) for row in golden("pads_ff68") if row["case"] == case)
    assert pad.claims(frame)
    heard = pad.on_frame(frame)
    assert (heard.readings, heard.replies) == ((MEANINGS[case],), (frame,))


def test_every_golden_key_frame_has_a_meaning_here(golden):
    assert set(MEANINGS) == {row["case"] for row in golden("pads_ff68") if "key from pad" in row["case"]}


FINGERS = {
    "call next": {"key": "next"},
    "recall": {"key": "recall"},
    "evaluate": {"key": "ask_rating"},
    "pause": {"key": "pause"},
    "transfer": {"key": "transfer"},
    "6+confirm = abandon": {"key": "no_show"},
    "0+confirm = hang up ticket": {"key": "hold"},
    "3+confirm = call hung ticket back": {"key": "resume"},
}


def test_the_twins_fingers_say_the_golden_bytes_and_its_display_understands_them(golden):
    """The twin was written from the same paper: both ends are held against the bytes, and not each other."""
    rows = {row["case"]: bytes.fromhex(row["hex"]) for row in golden("pads_ff68")}
    for name, finger in FINGERS.items():
        said = CallPadTwin("pad", {"address": 1}).press(finger, 0.0)
        assert [s.chunk for s in said] == [rows[f"key from pad 1: {name}"]]
    citizen = RatingPadTwin("pad", {"address": 1})
    assert [s.chunk for s in citizen.press({"score": 2}, 0.0)] == [rows["rating from pad 1, value 2"]]
    citizen.receive(rows["host acknowledgement of that rating (func 01, sum minus 10h)"], 0.0)
    for case in ("host: start rating on pad 1", "host: set 5 stars on rating pad 1"):
        citizen.receive(rows[case], 0.0)
    told = citizen.state()
    assert (told["acknowledged"], told["asked"], told["stars"]) == (1, 1, 5)
    clerk = CallPadTwin("pad", {"address": 1})
    clerk.receive(rows["host: show ticket 001 on pad 1"] + rows["host: beep pad 1"], 0.0)
    assert (clerk.state()["display"], clerk.state()["beeps"]) == ({"waiting": "", "ticket": "001"}, 1)


def test_digits_before_call_name_the_ticket(pad, ff68):
    frame = ff68.encode(addr=1, func=1, data=b"\x00\x01\x02\x0c")
    assert pad.on_frame(frame).readings == (KeyPressed(PadKey.CALL, "012"),)


def test_digits_in_frames_of_their_own_wait_for_their_key_but_not_for_ever(ff68):
    now = 0.0
    pad = callpad_framed.Driver(Quiet(ff68), callpad_framed.Options(address=1), clock=lambda: now)

    def press(byte):
        return pad.on_frame(ff68.encode(addr=1, func=1, data=bytes([byte]))).readings

    assert press(1) == ()
    now = 1.0
    assert press(2) == ()
    now = 2.0
    assert press(0x0C) == (KeyPressed(PadKey.CALL, "12"),)
    now = 3.0
    assert press(7) == ()
    now = 9.0
    assert press(0x0C) == (KeyPressed(PadKey.NEXT),)


@pytest.mark.parametrize(
    ("answered_s", "again_s", "typed"),
    [(0.04, 0.15, "77"), (0.04, 0.08, "7"), (0.10, 0.15, "7")],
    ids=["a finger", "too soon for a finger", "answered late"],
)
def test_a_digit_that_was_answered_at_once_and_comes_again_was_pressed_again(
    ff68, answered_s, again_s, typed
):
    now = 1.0
    pad = callpad_framed.Driver(Quiet(ff68), callpad_framed.Options(address=1), clock=lambda: now)
    seven = ff68.encode(addr=1, func=1, data=b"\x07")
    heard = pad.on_frame(seven)
    now = 1.0 + answered_s
    heard.then("")
    now = 1.0 + again_s
    assert pad.on_frame(seven).replies == (seven,)
    now = 2.0
    assert pad.on_frame(ff68.encode(addr=1, func=1, data=b"\x0c")).readings == (
        KeyPressed(PadKey.CALL, typed),
    )


@pytest.mark.parametrize(
    ("data", "pressed"),
    [
        (b"\x0f", KeyPressed(PadKey.SIGN_IN)),
        (b"\x01\x00\x02\x0f", KeyPressed(PadKey.SIGN_IN, "102")),
        (b"\x00\x02\x0e", KeyPressed(PadKey.COVER, "02")),
        (b"\x01\x12", KeyPressed(PadKey.PAUSE, "1")),
        (b"\x0e", KeyPressed(PadKey.UNDO)),
        (b"\x09\x0f", KeyPressed(PadKey.PRINT_LIST)),
        (b"\x07\x0f", KeyPressed(PadKey.START)),
        (b"\x08\x0f", KeyPressed(PadKey.FINISH)),
        (b"\x03\x0b", KeyPressed(PadKey.FINISH, "3")),
        (b"\x02\x13", KeyPressed(PadKey.TRANSFER, "2")),
    ],
)
def test_what_a_clerk_says_beyond_calling_is_digits_and_a_key(pad, ff68, data, pressed):
    assert pad.on_frame(ff68.encode(addr=1, func=1, data=data)).readings == (pressed,)


def test_a_pad_beeps_once_when_somebody_is_asked_to_its_counter(pad, wire):
    pad.show(PadDisplay(2, "102", "102"))
    assert (wire.sent[-2][7:13], wire.sent[-1][6]) == (bytes([0, 0, 2, 1, 0, 2]), 3)
    pad.show(PadDisplay(3, "102", "102"))
    assert [frame[6] for frame in wire.sent] == [2, 3, 2]


def test_a_pad_beeps_again_while_nobody_goes_to_help(pad, wire):
    pad.show(PadDisplay(2, "A007"))
    pad.show(PadDisplay(2, "A007", help="取号机 k1 有人求助", rings=1))
    pad.show(PadDisplay(1, "A007", help="取号机 k1 有人求助", rings=1))
    pad.show(PadDisplay(1, "A007", help="取号机 k1 有人求助", rings=2))
    pad.show(PadDisplay(1, "A007"))
    assert [frame[6] for frame in wire.sent] == [2, 2, 3, 2, 2, 3, 2]
    assert wire.sent[-1][7:13] == bytes([0, 0, 1, 0, 0, 7])


def test_digits_that_wait_for_their_key_stand_on_the_display_until_it_comes(ff68, wire):
    now = 0.0
    pad = callpad_framed.Driver(wire, callpad_framed.Options(address=1), clock=lambda: now)

    def press(byte):
        heard = pad.on_frame(ff68.encode(addr=1, func=1, data=bytes([byte])))
        heard.then("")
        return wire.sent[-1][7:13]

    pad.show(PadDisplay(12, "A007"))
    assert press(0) == bytes([0xA, 0xA, 0xA, 0xA, 0xA, 0])
    now = 1.0
    assert press(4) == bytes([0xA, 0xA, 0xA, 0xA, 0, 4])
    now = 2.0
    assert press(0x0C) == bytes([0, 1, 2, 0, 0, 7])
    now = 3.0
    press(9)
    pad.check()
    assert wire.sent[-1][7:13] == bytes([0xA, 0xA, 0xA, 0xA, 0xA, 9])
    now = 9.0
    pad.check()
    assert wire.sent[-1][7:13] == bytes([0, 1, 2, 0, 0, 7])


def test_a_refusal_is_the_typed_number_alone_and_a_beep(pad, wire):
    pad.show(PadDisplay(12, "A007", refused="没有这个号", typed="077"))
    assert [frame[6:-2] for frame in wire.sent] == [bytes([2, 0xA, 0xA, 0xA, 0, 7, 7]), bytes([3])]
    pad.show(PadDisplay(12, "A007"))
    assert wire.sent[-1][7:13] == bytes([0, 1, 2, 0, 0, 7])


def test_a_pad_whose_description_has_words_is_refused_in_words(descriptions):
    table = {**descriptions["clerk-pad-ff68"]}
    table["send"] = {**table["send"], "refuse": {"func": 5, "data": "{text}"}}
    wire = Quiet(FrameFormat.from_table(table))
    callpad_framed.Driver(wire, callpad_framed.Options()).show(PadDisplay(1, "", refused="没有这个号"))
    assert wire.sent[0][6:-2] == b"\x05" + "没有这个号".encode("gb18030")
    pad = callpad_framed.Driver(wire, callpad_framed.Options())
    pad.show(PadDisplay(1, "", help="取号机 k1 有人求助", rings=1))
    assert wire.sent[-2][6:-2] == b"\x05" + "取号机 k1 有人求助".encode("gb18030")


def test_a_site_may_give_keys_other_meanings(ff68):
    options = callpad_framed.Options(keys={"confirm": PadKey.FINISH, "9+confirm": PadKey.START})
    pad = callpad_framed.Driver(Quiet(ff68), options)
    confirm, start = (ff68.encode(addr=1, func=1, data=data) for data in (b"\x0f", b"\x09\x0f"))
    assert pad.on_frame(confirm).readings == (KeyPressed(PadKey.FINISH),)
    assert pad.on_frame(start).readings == (KeyPressed(PadKey.START),)
    with pytest.raises(ValueError, match="six"):
        callpad_framed.Options(keys={"six+confirm": PadKey.START})


def test_the_same_frame_at_once_again_is_answered_but_no_second_press(ff68):
    now = 0.0
    pad = callpad_framed.Driver(Quiet(ff68), callpad_framed.Options(), clock=lambda: now)
    frame = ff68.encode(addr=1, func=1, data=b"\x0c")
    first = pad.on_frame(frame)
    now = 0.2
    again = pad.on_frame(frame)
    now = 0.6
    later = pad.on_frame(frame)
    assert [len(heard.readings) for heard in (first, again, later)] == [1, 0, 1]
    assert first.replies == again.replies == later.replies == (frame,)


def test_a_frame_that_was_sent_again_while_the_hall_was_busy_is_no_second_press(ff68):
    now = 0.0
    pad = callpad_framed.Driver(Quiet(ff68), callpad_framed.Options(), clock=lambda: now)
    frame = ff68.encode(addr=1, func=1, data=b"\x0c")
    first = pad.on_frame(frame)
    now = 2.0  # the disk was slow; meanwhile the pad has repeated itself
    first.then("")
    now = 2.01
    assert pad.on_frame(frame).readings == ()


def test_a_key_without_a_meaning_is_answered_and_a_frame_without_a_key_makes_no_sense(pad, ff68):
    strange = ff68.encode(addr=1, func=1, data=b"\x14")
    assert pad.on_frame(strange).readings == ()
    assert pad.on_frame(strange).replies == (strange,)
    with pytest.raises(FrameError):
        pad.on_frame(ff68.encode(addr=1, func=1))


def test_frames_of_another_address_and_damaged_ones_are_not_claimed(pad, ff68):
    assert not pad.claims(ff68.encode(addr=2, func=1, data=b"\x0c"))
    assert not pad.claims(b"\xff\x68\x03\x03\x68\x01\x01\x0c\x0f\x16")


def test_the_display_holds_people_waiting_and_the_ticket(pad, wire, golden):
    rows = {row["case"]: bytes.fromhex(row["hex"]) for row in golden("pads_ff68")}
    pad.show(PadDisplay(12, ""))
    assert wire.sent[-1] == rows["host: show 012 waiting on pad 1"]
    pad.show(PadDisplay(4000, "A1001"))
    assert wire.sent[-1][7:13] == bytes([9, 9, 9, 0, 0, 1])
    pad.beep()
    assert wire.sent[-1] == rows["host: beep pad 1"]


def test_a_golden_rating_is_a_score_of_this_site_and_acknowledged(ff68, golden):
    rows = {row["case"]: bytes.fromhex(row["hex"]) for row in golden("pads_ff68")}
    line = Quiet(ff68)
    pad = rating_framed.Driver(line, rating_framed.Options(SCORES, address=1))
    frame = rows["rating from pad 1, value 2"]
    assert pad.claims(frame)
    heard = pad.on_frame(frame)
    assert (heard.readings, heard.replies, line.sent) == ((Rated(3),), (), [])
    heard.then("")
    assert line.sent == [rows["host acknowledgement of that rating (func 01, sum minus 10h)"]]


def test_a_rating_pad_asks_once_for_each_ticket_and_is_thanked(ff68, golden):
    rows = {row["case"]: bytes.fromhex(row["hex"]) for row in golden("pads_ff68")}
    line = Quiet(ff68)
    pad = rating_framed.Driver(line, rating_framed.Options(SCORES, address=1))
    pad.show(RatingDisplay(RatingState.IDLE))
    assert line.sent == []
    pad.show(asking("A001"))
    pad.show(asking("A001"))
    pad.show(RatingDisplay(RatingState.THANKS, ticket="A001"))
    pad.show(asking("A002"))
    start, stars = rows["host: start rating on pad 1"], rows["host: set 5 stars on rating pad 1"]
    assert line.sent == [start, stars, start]


@pytest.mark.parametrize(("no", "heard"), [("already_rated", 1), ("not_recorded", 0), ("rate_not_kept", 0)])
def test_a_rating_that_the_disk_did_not_take_is_sent_again_by_the_pad_and_counts_then(ff68, no, heard):
    line = Quiet(ff68)
    pad = rating_framed.Driver(line, rating_framed.Options(SCORES), clock=lambda: 1.0)
    frame = ff68.encode(addr=1, func=0x11, data=b"\x02")
    pad.on_frame(frame).then(no)
    assert len(line.sent) == heard
    assert len(pad.on_frame(frame).readings) == 1 - heard


def test_a_value_without_a_score_is_acknowledged_and_rates_nothing(ff68):
    pad = rating_framed.Driver(Quiet(ff68), rating_framed.Options({"0": 5}))
    heard = pad.on_frame(ff68.encode(addr=1, func=0x11, data=b"\x03"))
    assert (heard.readings, len(heard.replies)) == ((), 1)


@pytest.mark.parametrize("scores", [{}, {"0": 6}, {"best": 5}, {"256": 5}])
def test_scores_that_are_none_are_refused(scores):
    with pytest.raises(ValueError, match="scores"):
        rating_framed.Options(scores)


# --- a pad that nobody has written code for ---------------------------------------------------------------

CLONE = """
stream = {mode = "delimiter", max = 32, gap_ms = 100}
fields = [
  {name = "start", kind = "const", hex = "02"},
  {name = "addr", kind = "uint", size = 2, ascii = "hex"},
  {name = "data", kind = "data"},
  {name = "bcc", kind = "checksum", algo = "xor8", size = 2, ascii = "hex", over = ["addr", "data"]},
  {name = "end", kind = "const", hex = "03"},
]
[[on]]
match = {}
event = "keys"
keymap = {"31" = "1", "32" = "2", "4E" = "call", "54" = "transfer"}
answer = {}
[send]
refuse = {data = "45 {text}"}
"""
"""Made up: letters between STX and ETX, address and sum as hex digits."""


def test_a_pad_of_another_maker_needs_a_table_and_no_code():
    wire = Quiet(FrameFormat.from_table(tomllib.loads(CLONE), "clone"))
    pad = callpad_framed.Driver(wire, callpad_framed.Options(address=10))
    frame = b"\x02" + b"0A" + b"12N" + b"3C" + b"\x03"
    assert pad.claims(frame)
    heard = pad.on_frame(frame)
    assert (heard.readings, heard.replies) == ((KeyPressed(PadKey.CALL, "12"),), (frame,))
    other = wire.format.encode(addr=11, data=b"N")
    assert not pad.claims(other)
    pad.show(PadDisplay(3, "A012"))
    assert wire.sent == []
    pad.show(PadDisplay(3, "A012", refused="没有"))
    assert wire.sent[0][:4] + wire.sent[0][4:8] == b"\x020AE" + "没有".encode("gb18030")
