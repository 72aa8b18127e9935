"""Every vector of the collected facts belongs to a driver that speaks it both ways, or to nobody."""

import json
import tomllib

import pytest
from conftest import HERE, WIRE, reads

from drivers import loader
from drivers.board_onbon_k import ANSWER_GROUP
from drivers.capabilities import CodeRow, Slip, TextRow
from drivers.errors import FrameError
from drivers.escpos_slip import Encoder, Options
from drivers.escpos_status import Replies, status_of, status_of_group, status_of_port
from drivers.frame_golden import CONFIDENCES
from drivers.framing import FrameFormat, Splitter
from drivers.keys import KeyRecords
from drivers.printer_escpos import ASK_IN_QUEUE, ASK_NOW, RECOVER
from drivers.twins.board import BoardTwin
from drivers.twins.printer import PrinterTwin

BELONGS = tomllib.loads((WIRE / "belongs.toml").read_text(encoding="utf-8"))
ROWS = {name: json.loads((WIRE / f"{name}.json").read_text(encoding="utf-8")) for name in BELONGS}
OF_A_DRIVER = [name for name, about in BELONGS.items() if "drivers" in about]
COLLECTED = 153
"""Rows of the collected facts, of which every one stands in a golden file."""


def rows_of(name):
    """What is a message by itself."""
    return [row for row in ROWS[name] if row["case"] not in BELONGS[name].get("beside", {})]


def shipped():
    """Frame descriptions that come with the product."""
    for file in sorted((HERE.parents[1] / "config" / "integrations").glob("*.toml")):
        for name, table in tomllib.loads(file.read_text(encoding="utf-8"))["frame"].items():
            yield name, FrameFormat.from_table(table, name)


SHIPPED = dict(shipped())


def formats_of(name):
    """The formats by which the owners of a golden file speak."""
    named = [SHIPPED[frames] for frames in BELONGS[name].get("frames", ())]
    modules = [loader.load(driver) for driver in BELONGS[name].get("drivers", ())]
    return named + [fixed for module in modules if (fixed := loader.fixed_frames(module))]


FRAMED = [name for name in OF_A_DRIVER if formats_of(name)]


# --- who owns what ----------------------------------------------------------------------------------------


def test_every_golden_file_has_an_owner_or_a_reason():
    assert sorted(BELONGS) == sorted(file.stem for file in WIRE.glob("*.json"))
    for name, about in BELONGS.items():
        assert ("drivers" in about) != ("nobody" in about), name
        assert set(about.get("drivers", ())) <= set(loader.names()), name
        assert set(about.get("frames", ())) <= set(SHIPPED), name
        assert set(about.get("beside", {})) <= {row["case"] for row in ROWS[name]}, name


def test_no_vector_was_lost():
    assert sum(about["vectors"] for about in BELONGS.values()) == COLLECTED
    assert {
        name: about["vectors"] for name, about in BELONGS.items() if len(ROWS[name]) < about["vectors"]
    } == {}


def test_a_golden_file_named_like_a_driver_is_not_nobodys():
    """Who adds a driver takes its vectors."""
    words = {name: set(name.split("_")) for name in loader.names()}
    claimed = {
        name: driver
        for name, about in BELONGS.items()
        if "nobody" in about
        for driver, parts in words.items()
        if set(name.split("_")[1:]) & parts - {"framed", "evdev"} or name == driver
    }
    assert claimed == {}


@pytest.mark.parametrize("name", BELONGS)
def test_every_row_says_where_it_is_from_and_how_sure_it_is(name):
    for row in ROWS[name]:
        assert row["source"] and row["case"] and isinstance(row["fields"], dict)
        assert row["confidence"] in CONFIDENCES
        assert bytes.fromhex(row["hex"])


def test_every_description_that_is_shipped_has_its_vectors():
    named = {frames for about in BELONGS.values() for frames in about.get("frames", ())}
    own = {name for name, frames in SHIPPED.items() if frames.golden}
    assert set(SHIPPED) <= named | own


# --- frames, both ways ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FRAMED)
def test_every_frame_is_read_and_built_by_its_owner_byte_for_byte(name):
    for row in rows_of(name):
        frame = bytes.fromhex(row["hex"])
        rebuilt = set()
        for frames in formats_of(name):
            try:
                rebuilt.add(frames.encode(**frames.decode(frame)))
            except FrameError:
                continue
        assert rebuilt == {frame}, row["case"]


@pytest.mark.parametrize("name", FRAMED)
def test_one_damaged_bit_never_makes_a_frame(name):
    """All but what no checksum guards: there the head must still be whole."""
    for row in rows_of(name):
        whole = bytes.fromhex(row["hex"])
        for frames in formats_of(name):
            if not any(field.kind == "checksum" for field in frames.fields) or not reads(frames, whole):
                continue
            for bit in range(len(whole) * 8):
                damaged = bytearray(whole)
                damaged[bit // 8] ^= 1 << bit % 8
                if guarded(frames, whole, bit // 8):
                    assert not reads(frames, bytes(damaged)), (row["case"], bit)
                    assert Splitter(frames, clock=lambda: 0.0).feed(bytes(damaged)) == []


def guarded(frames, whole, at):
    """Is this byte a constant, a length, a checksum or under one? Alpha's type and address are not."""
    place = 0
    spare = len(frames.unescaped(whole)) - sum(field.size for field in frames.fields)
    if frames.escape.sequences:
        return True
    for i, field in enumerate(frames.fields):
        place += spare if field.kind == "data" else field.size
        if at < place:
            over = [frames.over(f) for f in frames.fields if f.kind == "checksum"]
            covered = any(i in range(span.start, span.stop) for span in over)
            return covered or field.kind in ("const", "length", "checksum")
    return False


def test_the_boards_twin_understands_every_frame_to_a_board_and_says_the_answers():
    for row in rows_of("board_onbon_k"):
        frame = bytes.fromhex(row["hex"])
        twin = BoardTwin("board", {"address": 1})
        said = b"".join(chunk for chunk, _ in twin.receive(frame, 0.0))
        state = twin.state()
        if frame[22] == ANSWER_GROUP:  # from a board: not for one
            assert state["frames"] == 0
        else:
            assert (state["frames"], state["crc_errors"]) == (1, 0), row["case"]
    answer = next(r["hex"] for r in ROWS["board_onbon_k"] if r["case"].startswith("ACK reply"))
    ping = next(r["hex"] for r in ROWS["board_onbon_k"] if r["case"] == "ping")
    said = b"".join(c for c, _ in BoardTwin("b", {"address": 1}).receive(bytes.fromhex(ping), 0.0))
    assert said == bytes.fromhex(answer)


# --- printers ---------------------------------------------------------------------------------------------


def sent_by_the_printer_driver():
    """All that it can say, by every option that changes bytes."""
    slip = Slip(
        (
            TextRow("请A001号到3号窗口"),
            TextRow("A001", size=3),
            TextRow("￥5 ¥5"),
            TextRow("㬞"),
            CodeRow("https://example.invalid/t/A001", module_dots=6),
        )
    )
    ways = [
        {},
        {"qr": "native"},
        {"pictures": "column"},
        {"pictures": "graphics"},
        {"logo": 1},
        {"buzzer": "beeper", "beeps": 2},
        {"buzzer": "drawer"},
        *({"cutter": cutter} for cutter in ("full", "partial", "esc_i", "esc_m")),
    ]
    jobs = b"".join(Encoder(Options(**way)).encode(slip) for way in ways)
    return jobs + b"".join(ASK_NOW) + ASK_IN_QUEUE + RECOVER


SAYINGS = {
    "Chinese mode on / off": ["1C 26"],
    "older cut commands": ["1B 69", "1B 6D"],
    "recover from cutter error, keep data / clear buffers": ["10 05 02"],
    "GS v 0 raster 16x4 checkerboard": ["1D 76 30 00"],
    "ESC * 33 column image header for 24-dot rows, width 16": ["1B 2A 21"],
    "graphics raster GS ( L store 16x4 white then print": ["30 70 30 01 01 31", "1D 28 4C 02 00 30 32"],
}
"""Rows that hold several commands, or a picture of the paper's own: what of them the driver sends."""

NEVER_SENT = {
    "Chinese 2x wide 2x high on / off by FS W": "GS ! does both, Chinese and Latin",
    "Chinese double width+height by FS !": "GS ! does both, Chinese and Latin",
    "rare hanzi as 4-byte GB18030": "prints as rubbish: drawn as raster",
    "yuan sign U+00A5 in GB18030": "prints as rubbish: the full-width sign is sent",
}
ANSWERS = ("reply to DLE EOT", "ASB 4 bytes", "GS r 1 reply")


def printer_rows(of_answers):
    return [row for row in ROWS["printer_escpos"] if row["case"].startswith(ANSWERS) == of_answers]


def test_every_command_of_the_papers_is_sent_as_it_stands_there_or_never_for_a_reason():
    sent = sent_by_the_printer_driver()
    for row in printer_rows(of_answers=False):
        never = any(row["case"].startswith(case) for case in NEVER_SENT)
        parts = [bytes.fromhex(part) for part in SAYINGS.get(row["case"], [row["hex"]])]
        assert all((part in sent) != never for part in parts), row["case"]


def test_the_printers_twin_knows_every_command_of_the_papers():
    for row in printer_rows(of_answers=False):
        twin = PrinterTwin("printer")
        twin.receive(bytes.fromhex(row["hex"]) + b"\n")
        assert twin.state()["unknown_commands"] == [], row["case"]


def test_every_answer_of_the_papers_is_read_as_what_it_says():
    for row in printer_rows(of_answers=True):
        fields, replies = row["fields"], Replies()
        replies.feed(bytes.fromhex(row["hex"]))
        if row["case"].startswith("reply to DLE EOT"):
            answers = [0x12] * 4
            answers[fields["n"] - 1] = replies.now.popleft()
            status = status_of(tuple(answers), near_end=True)
        elif row["case"] == "ASB 4 bytes":
            status = status_of_group(replies.groups.popleft(), near_end=True)
        else:
            assert replies.queued.popleft() == int(row["hex"], 16)
            continue
        assert str(status.code or "") == worst(fields), row


def worst(fields):
    """The fault that a person should see, by the row's own words."""
    for said, fault in (
        ("cover_open", "cover_open"),
        ("paper_end_stop", "paper_out"),
        ("paper_end", "paper_out"),
        ("cutter_error", "cutter"),
        ("auto_recoverable", "overheated"),
        ("unrecoverable", "refused"),
        ("error", "refused"),
        ("near_end", "paper_out" if fields.get("paper") == "end" else "paper_low"),
    ):
        if fields.get(said):
            return fault
    paper = {"end": "paper_out", "near_end": "paper_low"}.get(str(fields.get("paper")), "")
    return paper or ("offline" if fields.get("online") is False else "")


def test_the_usb_ports_byte_is_read_as_the_class_says():
    for row in (r for r in ROWS["printer_usb_class"] if r["case"] == "GET_PORT_STATUS reply byte"):
        status = status_of_port(int(row["hex"], 16))
        expected = "paper_out" if row["fields"]["paper_empty"] else "" if row["fields"]["not_error"] else None
        assert expected is None or str(status.code or "") == expected
        assert (status.code is None) == (expected == "")


# --- keys -------------------------------------------------------------------------------------------------


def test_every_record_is_read_as_what_it_says():
    for row in rows_of("evdev"):
        found = KeyRecords().feed(bytes.fromhex(row["hex"]))
        assert len(found) == (row["fields"]["type"] == 1 and row["fields"]["value"] == 1), row["case"]


def test_every_owner_is_held_against_its_vectors():
    """Its frames are, above; what is no frame, in the test that the list names."""
    assert {name for name in OF_A_DRIVER if "tests" in BELONGS[name]} >= set(OF_A_DRIVER) - set(FRAMED)
    for name in OF_A_DRIVER:
        if "tests" in BELONGS[name]:
            text = (HERE / BELONGS[name]["tests"]).read_text(encoding="utf-8")
            assert f'golden("{name}")' in text or f'("{name}")' in text or f'ROWS["{name}"]' in text, name
