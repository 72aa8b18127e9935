"""What is found in frames alone: lengths, checksums and descriptions, held against the golden bytes."""

import json
import random
import tomllib
from pathlib import Path

import pytest

from drivers.checksums import CHECKSUMS
from drivers.errors import FrameError
from drivers.frame_explain import golden_problems
from drivers.framing import FrameFormat
from edge.wire import marks
from edge.wire.description import describe
from edge.wire.sending import bytes_of, frame_of
from edge.wire.speeds import Trial, best
from edge.wire.tape import DEVICE, PROGRAM, Tape
from edge.wire.written import Seen, toml_of

WIRE = Path(__file__).parents[1] / "golden" / "wire"


def golden(name):
    return [bytes.fromhex(row["hex"]) for row in json.loads((WIRE / f"{name}.json").read_text("utf-8"))]


KNOWN = {
    "pads_ff68": (b"\xff\x68", "sum8", 5, 1, [(2, 1), (3, 1)]),
    "idcard_sdt": (b"\xaa\xaa\xaa\x96\x69", "xor8", 5, 0, [(6, 1)]),
    "descriptor_test_55aa": (b"\x55\xaa\x00", "xor8", 2, 2, [(2, 2)]),
    "board_onbon_k": (b"\xa5" * 8, "crc16-arc", 8, 1, []),
}


@pytest.mark.parametrize("name", KNOWN)
def test_the_marks_of_known_frames_are_found_without_knowing_them(name):
    head, algo, first, after, lengths = KNOWN[name]
    found = marks.find(golden(name))
    assert found.head == head
    assert (found.sums[0].algo, found.sums[0].first, found.sums[0].after) == (algo, first, after)
    assert [(mark.at, mark.size) for mark in found.lengths] == lengths


@pytest.mark.parametrize("name", KNOWN)
def test_the_description_reads_the_frames_that_it_came_from(name):
    found = describe(marks.find(golden(name)), {}, 9600, "8N1")
    assert len(found.unread) <= 1, "a cut-off head and a block of text are among the rows"
    for frame in set(golden(name)) - set(found.unread) & set(marks.find(golden(name)).frames):
        if not marks.find(golden(name)).others:
            assert found.format.encode(**found.format.decode(frame)) == frame


def made_up(dice):
    """A protocol that nobody has: head, length or none, address, data, any checksum, tail or none."""
    head = bytes(dice.randint(1, 255) for _ in range(dice.randint(1, 3)))
    tail = bytes(dice.choice((0x0D, 0x16, 0xEE)) for _ in range(dice.randint(0, 1)))
    checksum, order = CHECKSUMS[dice.choice(sorted(CHECKSUMS))], dice.choice(("big", "little"))
    size, counted, summed = dice.choice((0, 1, 1, 2)), dice.randint(0, 2), dice.choice((0, len(head)))

    def frame():
        body = bytes([dice.randint(1, 3)]) + dice.randbytes(dice.randint(1, 9))
        whole = head + ((len(body) + counted).to_bytes(size, order) if size else b"") + body
        return whole + checksum.compute(whole[summed:]).to_bytes(checksum.size, order) + tail

    return frame


def test_made_up_protocols_are_found_well_enough_to_read_and_build_frames_not_yet_seen():
    """Only where nothing but a tail ends a frame, and the data may hold it, not all can be found."""
    missed = []
    for seed in range(80):
        frame = made_up(random.Random(seed))
        found = describe(marks.find([frame() for _ in range(14)]), {}, 9600, "8N1").format
        later = [frame() for _ in range(10)]
        if sum(reads_and_builds(found, one) for one in later) < 8:
            missed.append(seed)
    assert len(missed) <= 2, missed


def reads_and_builds(found, frame):
    try:
        return found.encode(**found.decode(frame)) == frame
    except (FrameError, ValueError):  # the data may hold what ends a frame
        return False


def test_frames_that_came_without_a_pause_are_cut_at_their_head():
    frames = golden("pads_ff68")
    dice = random.Random(1)
    bursts = [b"".join(dice.sample(frames, 2)) for _ in range(12)]
    found = marks.find(bursts)
    assert found.sums[0].algo == "sum8" and set(found.frames) <= set(frames)


def test_a_recording_with_damaged_frames_and_noise_tells_the_same():
    dice = random.Random(2)
    frames = [bytes([0x7E, n % 7 + 2, *dice.randbytes(n % 7 + 1)]) for n in range(40)]
    frames = [frame + bytes([sum(frame) % 256]) for frame in frames]
    noise = [dice.randbytes(6) for _ in range(4)] + [frames[3][:-1] + b"\x00", frames[9][:-1] + b"\x01"]
    found = marks.find(frames + noise)
    assert (found.sums[0].algo, found.sums[0].first) == ("sum8", 0)
    assert (found.lengths[0].at, found.lengths[0].sure) == (1, True)


def test_random_bytes_have_no_checksum():
    dice = random.Random(3)
    found = marks.find([dice.randbytes(dice.randint(6, 20)) for _ in range(30)])
    assert found.sums == () and found.lengths == ()


def test_one_frame_alone_has_no_marks_and_nothing_has_none():
    assert marks.find([b"\xff\x68\x03"]).sums == ()
    assert marks.find([]) is None


def test_a_checksum_in_hex_digits_is_found():
    frames = [b"\x02" + text + b"\x03" for text in (b"A012", b"B7", b"ready", b"C555")]
    frames = [frame + f"{sum(frame) & 0xFFFF:04X}".encode() + b"\x04" for frame in frames]
    found = marks.find(frames)
    assert (found.sums[0].algo, found.sums[0].is_ascii, found.sums[0].between) == ("sum16", True, 0)
    made = describe(found, {}, 9600, "7E1")
    assert made.unread == () and made.table["stream"]["mode"] == "delimiter"


# --- what is written --------------------------------------------------------------------------------------


def test_words_of_a_person_can_hold_anything():
    found = describe(marks.find(golden("pads_ff68")), {5: "addr"}, 9600, "8N1")
    seen = [Seen('key "呼叫" \\ \x07', golden("pads_ff68")[0], "call")]
    pairs = [(golden("pads_ff68")[0], golden("pads_ff68")[0])]
    table = tomllib.loads(toml_of("pad", found, seen, [], "here\n", b"A012", pairs))["frame"]["pad"]
    assert table["golden"][0]["case"] == seen[0].case
    assert table["on"][0] == {"event": "keys", "keymap": {"0C": "call"}, "answer": {}}


def test_ratings_are_told_from_keys_by_a_field_and_each_has_its_answer():
    """The host echoes keys, and answers ratings with function 01."""
    rows = {
        row["case"]: bytes.fromhex(row["hex"])
        for row in json.loads((WIRE / "pads_ff68.json").read_text("utf-8"))
    }
    call, rated = rows["key from pad 1: call next"], rows["rating from pad 1, value 2"]
    thanks = rows["host acknowledgement of that rating (func 01, sum minus 10h)"]
    pairs = [(call, call), (rated, thanks)]
    seen = [Seen("call", call, "call"), Seen("rating 2", rated, is_rating=True)]
    found = describe(marks.find(golden("pads_ff68")), {5: "addr", 6: "func"}, 9600, "8N1")
    table = tomllib.loads(toml_of("pad", found, seen, [], "here", b"A012", pairs))["frame"]["pad"]
    assert table["on"] == [
        {"match": {"func": 0x11}, "event": "rating", "value": "data[0]", "answer": {"func": 1}},
        {"event": "keys", "keymap": {"0C": "call"}, "answer": {}},
    ]
    assert golden_problems(FrameFormat.from_table(table, "pad")) == []
    unnamed = describe(marks.find(golden("pads_ff68")), {}, 9600, "8N1")
    with pytest.raises(ValueError, match="name one"):
        toml_of("pad", unnamed, seen, [], "here", b"A012")


# --- what is typed ----------------------------------------------------------------------------------------


def test_a_line_is_hex_text_and_checksums():
    assert bytes_of("F0 01D0") == b"\xf0\x01\xd0"
    assert bytes_of('02 "A\\"号" 03') == b'\x02A"' + "号".encode("gb18030") + b"\x03"
    assert bytes_of("01 02 {sum8} 03 {xor8:1}") == b"\x01\x02\x03\x03\x02"
    assert bytes_of("31 32 33 34 35 36 37 38 39 {crc16-modbus}")[-2:] == b"\x37\x4b"
    assert bytes_of("31 32 33 34 35 36 37 38 39 {crc16-modbus:0:be}")[-2:] == b"\x4b\x37"


@pytest.mark.parametrize("line", ["", "F", "FF 68 zz", "{crc99}", "{sum8:x}", '"open', "{sum8:0:up}"])
def test_a_line_that_cannot_be_read_is_refused(line):
    with pytest.raises(ValueError):
        bytes_of(line)


def test_a_frame_is_fields_by_name():
    frames = describe(marks.find(golden("pads_ff68")), {5: "addr", 6: "func"}, 9600, "8N1").format
    assert frame_of("addr=1 func=0x01 data=0C", frames).hex(" ").upper() == "FF 68 03 03 68 01 01 0C 0E 16"
    assert frame_of('addr=1 data="A"', frames)[7:8] == b"A"
    for wrong in ("addr", "adr=1", "addr=x", "data=XYZ"):
        with pytest.raises(ValueError):
            frame_of(wrong, frames)


# --- speeds and tapes -------------------------------------------------------------------------------------


def test_the_speed_whose_frames_make_sense_is_the_best():
    frames = tuple(golden("pads_ff68"))
    noise = tuple(bytes((0, 0xF8, 0xFF, 0x80)[b % 4] for b in frame) for frame in frames)
    trials = [
        Trial(9600, "8N1", noise, None),
        Trial(19200, "8N1", frames, None),
        Trial(4800, "8N1", (), None),
    ]
    assert best(trials).baud == 19200
    assert best([Trial(9600, "8N1", noise, 0), Trial(19200, "8N1", noise, 0)]) is None
    assert best([Trial(9600, "8N1", (), None)]) is None
    torn = [Trial(9600, "8N1", (b"\x01\x02\x03\x04",), 4), Trial(19200, "8N1", (b"\x01\x02\x03\x04",), 0)]
    assert best(torn).baud == 19200


def test_a_tape_is_cut_by_silence_and_side_and_can_be_gone_on_with(tmp_path):
    tape = Tape(tmp_path / "tape")
    for at_s, side, chunk in (
        (0.00, DEVICE, b"\x01"),
        (0.01, DEVICE, b"\x02"),
        (0.02, PROGRAM, b"\x03"),
        (0.20, PROGRAM, b"\x04"),
    ):
        tape.add(at_s, side, chunk, quiet_s=0.05)
    tape.settle()
    assert [burst.chunk for burst in tape.bursts] == [b"\x01\x02", b"\x03", b"\x04"]
    assert Tape(tmp_path / "tape").of(PROGRAM) == [b"\x03", b"\x04"]
    (tmp_path / "tape").write_text("no tape")
    with pytest.raises(ValueError, match="tape:1: no line of a tape"):
        Tape(tmp_path / "tape")
