"""Frame descriptions against golden bytes, and the search for frames in bad streams."""

import copy
import random
import tomllib

import pytest
from conftest import HERE, reads

from drivers.checksums import CHECKSUMS
from drivers.errors import FrameError
from drivers.framing import FrameFormat, Splitter

# Which description a golden file's frames follow; those of C-Power and Alpha come in several forms.
FORMATS_OF = {
    "board_onbon_k": ["led-bx-k"],
    "pads_ff68": ["clerk-pad-ff68"],
    "led_cpower": ["led-cpower", "led-cpower-outer", "led-cpower-net"],
    "idcard_sdt": ["idcard-sdt-request", "idcard-sdt-reply"],
    "led_alpha": ["led-alpha", "led-alpha-plain"],
    "descriptor_test_55aa": ["descriptor-test-55aa"],
    "modbus_rtu": ["modbus-rtu"],
    "led_f001d0": ["led-f001d0"],
    "idreader_02_03": ["idreader-02-03"],
}
# A block of text and the cut-off beginning of a frame are no frames.
NO_FRAMES = ("first 14 bytes", "text block")


def frames_of(golden, device):
    return [
        bytes.fromhex(row["hex"])
        for row in golden(device)
        if not any(mark in row["case"] for mark in NO_FRAMES)
    ]


def formats_that_read(formats, device, frame):
    for name in FORMATS_OF[device]:
        try:
            yield formats[name], formats[name].decode(frame)
        except FrameError:
            continue


@pytest.mark.parametrize("device", FORMATS_OF)
def test_every_golden_frame_is_taken_apart_and_built_again_byte_for_byte(device, formats, golden):
    for frame in frames_of(golden, device):
        rebuilt = [frames.encode(**values) for frames, values in formats_that_read(formats, device, frame)]
        assert frame in rebuilt, frame.hex(" ")
        assert set(rebuilt) == {frame}


@pytest.mark.parametrize(
    "file", sorted((HERE.parents[1] / "config" / "integrations").glob("*.toml")), ids=str
)
def test_every_description_that_comes_with_the_product_is_sound(file):
    for name, table in tomllib.loads(file.read_text(encoding="utf-8"))["frame"].items():
        FrameFormat.from_table(table, name)


def test_the_products_own_clerk_pad_reads_every_golden_frame(golden):
    file = HERE.parents[1] / "config" / "integrations" / "ff68.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8"))["frame"]["clerk-pad-ff68"]
    frames = FrameFormat.from_table(table, "clerk-pad-ff68")
    for frame in frames_of(golden, "pads_ff68"):
        assert frames.encode(**frames.decode(frame)) == frame
        assert frames.rule_for(frames.decode(frame)) is not None


@pytest.mark.parametrize(
    "algo", ["crc16-arc", "crc16-modbus", "crc16-ccitt-false", "crc16-xmodem", "xor8", "sum8"]
)
def test_checksums_have_the_known_values(algo, golden):
    known = {"xor8": 0x31, "sum8": 0xDD}
    for row in golden("checksum"):
        known[row["case"].partition(" of ")[0].lower().replace("crc-16/", "crc16-")] = int(
            row["fields"].get("value", "0"), 16
        )
    assert CHECKSUMS[algo].compute(b"123456789") == known[algo]


def test_the_negative_sum_makes_the_whole_sum_zero():
    chunk = bytes(range(7, 99))
    assert sum([*chunk, CHECKSUMS["neg8"].compute(chunk)]) % 256 == 0


@pytest.mark.parametrize("device", [name for name in FORMATS_OF if name != "modbus_rtu"])
@pytest.mark.parametrize("seed", range(3))
def test_frames_are_found_between_noise_however_the_stream_is_cut(device, seed, formats, golden):
    """Noise here holds no whole head: what a false head swallows is the next test's matter."""
    dice = random.Random(seed)
    for name in FORMATS_OF[device]:
        frames = formats[name]
        wanted = [frame for frame in frames_of(golden, device) if reads(frames, frame)]
        dice.shuffle(wanted)
        stream = b"".join(noise(dice, frames) + frame for frame in wanted)
        splitter = Splitter(frames, clock=lambda: 0.0)
        found = []
        while stream:
            size = dice.randint(1, 40)
            found += splitter.feed(stream[:size])
            stream = stream[size:]
        assert found == wanted
        assert splitter.bad == 0


def noise(dice, frames):
    """Random bytes that cannot be the beginning of a head, and so hide nothing."""
    if not frames.head:
        return b""
    return bytes(
        dice.choice([b for b in range(256) if b not in frames.head]) for _ in range(dice.randint(0, 9))
    )


@pytest.mark.parametrize("device", ["pads_ff68", "board_onbon_k", "idcard_sdt"])
def test_damaged_frames_are_dropped_and_no_other_is_lost_or_invented(device, formats, golden):
    dice = random.Random(7)
    frames = formats[FORMATS_OF[device][0]]
    whole = [frame for frame in frames_of(golden, device) if reads(frames, frame)]
    now = 0.0
    splitter = Splitter(frames, clock=lambda: now)
    sent, found = [], []
    for _ in range(400):
        frame = dice.choice(whole)
        if dice.random() < 0.33:
            damaged = bytearray(frame)
            damaged[dice.randrange(len(frame))] ^= 1 << dice.randrange(8)
            found += splitter.feed(bytes(damaged))
        else:
            sent.append(frame)
            found += splitter.feed(frame)
        now += frames.stream.gap_ms / 1000 + 0.01
        found += splitter.feed(b"")
    assert found == sent
    assert splitter.bad > 50


def test_a_false_head_does_not_hide_the_frame_behind_it(formats, golden):
    frames = formats["clerk-pad-ff68"]
    frame = frames_of(golden, "pads_ff68")[0]
    now = 0.0
    splitter = Splitter(frames, clock=lambda: now)
    assert splitter.feed(bytes.fromhex("FF 68 30 30 68") + frame) == []
    now = 0.2
    assert splitter.feed(b"") == [frame]
    assert splitter.bad == 1


def test_a_half_frame_is_forgotten_after_silence(formats, golden):
    frames = formats["clerk-pad-ff68"]
    frame = frames_of(golden, "pads_ff68")[0]
    now = 0.0
    splitter = Splitter(frames, clock=lambda: now)
    splitter.feed(frame[:6])
    now = 0.2
    assert splitter.feed(frame[6:]) == []
    assert splitter.feed(frame) == [frame]


def test_frames_ended_by_silence_alone_are_found(formats, golden):
    now = 0.0
    splitter = Splitter(formats["modbus-rtu"], clock=lambda: now)
    found = []
    for frame in frames_of(golden, "modbus_rtu"):
        found += splitter.feed(frame)
        now += 0.05
        found += splitter.feed(b"")
    assert found == frames_of(golden, "modbus_rtu")


def test_a_babbling_line_costs_bounded_memory(formats):
    for name, frames in formats.items():
        splitter = Splitter(frames, clock=lambda: 0.0)
        for _ in range(20):
            splitter.feed((frames.head or b"\x01") * 300)
        assert len(splitter._buffer) <= frames.stream.max, name


@pytest.mark.parametrize("seed", range(5))
def test_garbage_raises_frame_error_and_nothing_else(seed, formats):
    dice = random.Random(seed)
    for frames in formats.values():
        for _ in range(50):
            with pytest.raises(FrameError):
                frames.decode(b"\x07" + dice.randbytes(dice.randint(0, 60)) + b"\x07")


def test_a_value_that_does_not_fit_is_refused(formats):
    frames = formats["clerk-pad-ff68"]
    with pytest.raises(ValueError, match="addr"):
        frames.encode(addr=256)
    with pytest.raises(ValueError, match="colour"):
        frames.encode(colour=1)
    with pytest.raises(ValueError, match="longer than 64"):
        frames.encode(data=bytes(80))


def test_data_that_would_end_its_frame_early_is_refused(formats):
    frames = formats["led-alpha-plain"]
    with pytest.raises(ValueError, match="holds 04, which ends a frame"):
        frames.encode(data=b"A\x04")


def test_messages_and_rules_give_the_published_frames(formats, golden):
    frames = formats["clerk-pad-ff68"]
    rows = {row["case"]: bytes.fromhex(row["hex"]) for row in golden("pads_ff68")}
    assert frames.message("beep", addr=1) == rows["host: beep pad 1"]
    assert frames.message("thanks", addr=1) == rows["host: set 5 stars on rating pad 1"]
    assert frames.message("start_rating", addr=1) == rows["host: start rating on pad 1"]
    shown = frames.message("show", {"digits6": bytes([10, 10, 10, 0, 0, 1])}, addr=1)
    assert shown == rows["host: show ticket 001 on pad 1"]
    rating = frames.decode(rows["rating from pad 1, value 2"])
    rule = frames.rule_for(rating)
    assert rule is not None and rule.event == "rating"
    assert frames.answer(rating, rule) == rows["host acknowledgement of that rating (func 01, sum minus 10h)"]
    key = frames.decode(rows["key from pad 1: recall"])
    rule = frames.rule_for(key)
    assert rule is not None and rule.event == "keys"
    assert frames.answer(key, rule) == rows["key from pad 1: recall"]


def test_text_is_filled_in_by_the_encoding_of_the_description(descriptions):
    table = copy.deepcopy(descriptions["led-f001d0"])
    table["send"] = {"show": {"line": 1, "mode": 1, "speed": 5, "data": "{text}", "encoding": "gb2312"}}
    frames = FrameFormat.from_table(table, "led-f001d0")
    assert frames.message("show", {"text": "001"}) == bytes.fromhex("F0 01 D0 01 01 05 04 00 30 30 31 5D")
    with pytest.raises(ValueError, match="text"):
        frames.message("show")


# --- descriptions with a mistake ---------------------------------------------------------------------------


def changed(descriptions, name, change):
    table = copy.deepcopy(descriptions[name])
    change(table)
    return table


def field(table, name):
    return next(row for row in table["fields"] if row["name"] == name)


MISTAKES = {
    "an unknown key": ("clerk-pad-ff68", lambda t: t.update(feilds=[]), "feilds: unknown key"),
    "a misspelt field key": (
        "clerk-pad-ff68",
        lambda t: field(t, "addr").update(szie=1),
        'did you mean "size"',
    ),
    "no data": ("clerk-pad-ff68", lambda t: t["fields"].remove(field(t, "data")), "over: no field 'data'"),
    "data twice": (
        "clerk-pad-ff68",
        lambda t: t["fields"].append({"name": "more", "kind": "data"}),
        "exactly one",
    ),
    "a range of unknown fields": (
        "clerk-pad-ff68",
        lambda t: field(t, "ck").update(over=["adr", "data"]),
        "no field 'adr'",
    ),
    "a range backwards": (
        "clerk-pad-ff68",
        lambda t: field(t, "ck").update(over=["data", "addr"]),
        "comes after",
    ),
    "a checksum over itself": (
        "clerk-pad-ff68",
        lambda t: field(t, "ck").update(over=["addr", "ck"]),
        "not known yet",
    ),
    "an unknown checksum": ("clerk-pad-ff68", lambda t: field(t, "ck").update(algo="crc99"), "crc99"),
    "a checksum of the wrong size": (
        "clerk-pad-ff68",
        lambda t: field(t, "ck").update(algo="sum16"),
        "takes 2 bytes",
    ),
    "overlapping escapes": (
        "led-bx-k",
        lambda t: t["escape"]["map"].update({"A6": "A6 02 01"}),
        "overlaps",
    ),
    "an escape that is not escaped": (
        "led-bx-k",
        lambda t: t["escape"]["map"].pop("A6"),
        "but is not escaped",
    ),
    "escaped fields that are not there": (
        "led-bx-k",
        lambda t: t["escape"].update({"from": "dest"}),
        "no field 'dest'",
    ),
    "a length that nobody sends": (
        "modbus-rtu",
        lambda t: t["stream"].update(mode="length"),
        "needs a length field",
    ),
    "a delimiter that is none": (
        "modbus-rtu",
        lambda t: t["stream"].update(mode="delimiter"),
        "const as last",
    ),
    "hex that is none": (
        "modbus-rtu",
        lambda t: t["fields"].insert(0, {"name": "h", "kind": "const", "hex": "XY"}),
        "hex",
    ),
    "two bytes without order": (
        "modbus-rtu",
        lambda t: field(t, "ck").pop("endian"),
        "endian: must be given",
    ),
    "a rule on a field that is not there": (
        "clerk-pad-ff68",
        lambda t: t["on"][0].update(match={"function": 1}),
        "on[0].match.function",
    ),
    "an answer that does not fit": (
        "clerk-pad-ff68",
        lambda t: t["on"][0].update(answer={"func": 999}),
        "on[0].answer.func",
    ),
    "a message with an unknown place": (
        "clerk-pad-ff68",
        lambda t: t["send"]["show"].update(data="{ticket}"),
        "{ticket}",
    ),
    "a rule that is never reached": (
        "clerk-pad-ff68",
        lambda t: t["on"].reverse(),
        "on[1]: is never reached, on[0] takes all that it would match",
    ),
    "an event that nobody knows": (
        "clerk-pad-ff68",
        lambda t: t["on"][0].update(event="kyes"),
        "on[0].event: 'kyes' is none of",
    ),
    "keys without a map": ("clerk-pad-ff68", lambda t: t["on"][1].pop("keymap"), "on[1].keymap: missing"),
    "a rating without its byte": (
        "clerk-pad-ff68",
        lambda t: t["on"][0].pop("value"),
        "on[0].value: missing",
    ),
    "a length that never changes": (
        "clerk-pad-ff68",
        lambda t: field(t, "len").update(over=["addr", "func"]),
        "fields.len.over: does not hold the data",
    ),
    "a message longer than any frame": (
        "clerk-pad-ff68",
        lambda t: t["send"].update(long={"func": 2, "data": "00 " * 80}),
        "send.long: ",
    ),
    "a tail that is not escaped": (
        "led-cpower",
        lambda t: t["escape"]["map"].pop("AE"),
        "escape.map: AE ends a frame and is not escaped",
    ),
    "a checksum outside of what is escaped": (
        "led-cpower",
        lambda t: t["escape"].update(to="data"),
        "escape.to: ck comes after it unescaped",
    ),
    "an escape backwards": (
        "led-cpower",
        lambda t: t["escape"].update({"from": "ck", "to": "ptype"}),
        "escape: ck comes after ptype",
    ),
    "a bound below the shortest frame": (
        "clerk-pad-ff68",
        lambda t: t["stream"].update(max=4),
        "the shortest frame has",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_description_with_a_mistake_is_refused_and_the_place_named(mistake, descriptions):
    name, change, words = MISTAKES[mistake]
    with pytest.raises(ValueError) as caught:
        FrameFormat.from_table(changed(descriptions, name, change), name)
    assert words in str(caught.value)


def test_all_mistakes_are_told_at_once(descriptions):
    table = copy.deepcopy(descriptions["clerk-pad-ff68"])
    table["stream"]["mode"] = "magic"
    table["line"]["baud"] = "fast"
    field(table, "head")["hex"] = ""
    with pytest.raises(ValueError) as caught:
        FrameFormat.from_table(table)
    assert len(str(caught.value).splitlines()) == 3
