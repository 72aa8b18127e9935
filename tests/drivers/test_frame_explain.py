"""A wrong frame description is explained by its golden bytes: where they differ, and what would fit."""

import copy
import json
import tomllib

import pytest
from conftest import HERE, WIRE

from drivers.frame_explain import explain, golden_problems
from drivers.framing import FrameFormat

INTEGRATIONS = sorted((HERE.parents[1] / "config" / "integrations").glob("*.toml"))
SHIPPED = {
    name: table
    for file in INTEGRATIONS
    for name, table in tomllib.loads(file.read_text(encoding="utf-8"))["frame"].items()
}


@pytest.fixture
def pad():
    return copy.deepcopy(SHIPPED["clerk-pad-ff68"])


def field(table, name):
    return next(row for row in table["fields"] if row["name"] == name)


def said(table):
    return golden_problems(FrameFormat.from_table(table, "pad"))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_description_of_the_product_has_golden_frames_and_makes_of_them_what_they_are(name):
    frames = FrameFormat.from_table(SHIPPED[name], name)
    assert len(frames.golden) >= 1
    assert golden_problems(frames) == []


def test_golden_frames_of_the_pad_are_those_of_the_papers():
    rows = {row["hex"]: row for row in json.loads((WIRE / "pads_ff68.json").read_text(encoding="utf-8"))}
    for golden in FrameFormat.from_table(SHIPPED["clerk-pad-ff68"]).golden:
        row = rows[golden.frame.hex(" ").upper()]
        assert (golden.source, golden.confidence) == (row["source"], row["confidence"])


def test_a_wrong_checksum_is_shown_with_its_bytes_and_what_would_fit_all_frames(pad):
    field(pad, "ck")["algo"] = "xor8"
    first = said(pad)[0]
    assert first == (
        "golden[0] (call next, pad 1): ck says 0E, but xor8 over addr..data is 0C"
        ' (what fits: algo = "sum8", over = ["addr", "data"]): '
        "head[FF 68] len[03] len2[03] mark[68] addr[01] func[01] data[0C] ck[0E]! tail[16]"
    )


def test_a_wrong_range_of_the_length_is_shown_with_the_right_one(pad):
    field(pad, "len")["over"] = ["func", "data"]
    assert "len says 3, but func..data are 2 bytes" in said(pad)[0]
    assert 'what fits: over = ["addr", "data"]' in said(pad)[0]


def test_a_length_that_counts_more_is_explained_by_add_where_no_range_fits(pad):
    del pad["golden"][1:]
    field(pad, "len")["over"] = field(pad, "len2")["over"] = ["addr", "tail"]
    assert "len says 3, but addr..tail are 5 bytes" in said(pad)[0]
    assert 'over = ["addr", "data"]' in said(pad)[0]


def test_a_wrong_head_is_shown(pad):
    field(pad, "head")["hex"] = "FE 68"
    assert "head must be FE 68" in said(pad)[0] and "head[FF 68]!" in said(pad)[0]


def test_a_frame_that_is_too_short_is_laid_under_its_fields(pad):
    pad["golden"][0]["hex"] = "FF 68 03 03"
    assert (
        "golden[0] (call next, pad 1): 4 bytes, but the fields take 9 at least: head[FF 68]" in said(pad)[0]
    )


def test_two_frames_glued_together_are_not_one(pad):
    pad["golden"][0]["hex"] *= 2
    assert "len says 3" in said(pad)[0]


def test_fields_an_event_and_a_key_that_differ_are_said(pad):
    pad["golden"][0].update(fields={"addr": 2, "adr": 1}, event="rating", key="recall")
    assert said(pad) == [
        "golden[0] (call next, pad 1): fields.addr: 2 (02), but these bytes hold 1 (01)",
        "golden[0] (call next, pad 1): fields.adr: no such field (there are: addr, func, data)",
        'golden[0] (call next, pad 1): event: "rating", but the rules make keys of it',
        'golden[0] (call next, pad 1): key: "recall", but its last data byte 0C is "call"',
    ]


def test_an_unescaped_byte_is_named(descriptions):
    table = copy.deepcopy(descriptions["led-bx-k"])
    frames = FrameFormat.from_table(table, "bx")
    frame = bytearray(frames.encode(data=b"\xa5\x01"))
    at = frame.index(b"\xa6\x02")
    frame[at : at + 2] = b"\xa5"
    assert "A5 stands unescaped" in explain(frames, bytes(frame))


@pytest.mark.parametrize("name", ["idcard-sdt-request", "modbus-rtu", "led-cpower", "led-bx-k"])
@pytest.mark.parametrize("size", [0, 1, 20])
def test_nothing_is_said_of_a_good_frame_and_something_of_each_bad_one(name, size, formats):
    frames = formats[name]
    good = frames.encode(data=b"7" * size)
    assert explain(frames, good) == ""
    for at in range(len(good)):
        bad = bytearray(good)
        bad[at] ^= 0x40
        assert explain(frames, bytes(bad)), bytes(bad).hex(" ")
        assert explain(frames, good[:at])


GOLDEN_MISTAKES = {
    "no hex": ({"hex": ""}, "golden[0].hex: a whole frame is needed"),
    "no source": ({"source": ""}, "golden[0].source: missing"),
    "a confidence of one's own": ({"confidence": "sure"}, "golden[0].confidence: 'sure' is none of"),
    "an unknown key": ({"note": "x"}, "golden[0].note: unknown key"),
    "no text": ({"case": 3}, "golden[0].case: must be text"),
}


@pytest.mark.parametrize("mistake", GOLDEN_MISTAKES)
def test_a_golden_frame_with_a_mistake_is_refused(mistake, pad):
    change, words = GOLDEN_MISTAKES[mistake]
    pad["golden"][0].update(change)
    with pytest.raises(ValueError) as caught:
        FrameFormat.from_table(pad, "pad")
    assert words in str(caught.value)
