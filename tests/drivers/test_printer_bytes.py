"""The ESC/POS driver against golden bytes: questions, answers, and what a slip becomes."""

import pytest

from drivers.capabilities import CodeRow, Slip, State, TextRow
from drivers.errors import Fault
from drivers.escpos_slip import Encoder, Options, clean, rom_bytes
from drivers.escpos_status import Replies, status_of
from drivers.printer_escpos import ASK_IN_QUEUE, ASK_NOW
from drivers.twins.printer import PrinterTwin
from tests.drivers.printer_bench import GOLDEN, TICKET, golden


def replies_to(n: int) -> list[dict]:
    return [row for row in GOLDEN if row["case"] == f"reply to DLE EOT {n}"]


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_status_requests_are_the_manuals(n):
    assert ASK_NOW[n - 1] == golden(f"request status DLE EOT {n}")


def test_the_question_in_the_queue_is_the_manuals():
    assert golden("GS r 1 paper status request") == ASK_IN_QUEUE


@pytest.mark.parametrize(
    ("n", "field", "fault"),
    [
        (1, {"online": False}, Fault.OFFLINE),
        (2, {"cover_open": True}, Fault.COVER_OPEN),
        (2, {"paper_end_stop": True}, Fault.PAPER_OUT),
        (2, {"error": True}, Fault.REFUSED),
        (3, {"cutter_error": True}, Fault.CUTTER),
        (3, {"unrecoverable": True}, Fault.REFUSED),
        (3, {"auto_recoverable": True}, Fault.OVERHEATED),
        (4, {"paper": "end"}, Fault.PAPER_OUT),
        (4, {"paper": "near_end"}, Fault.PAPER_LOW),
    ],
)
def test_a_status_byte_of_the_manual_becomes_its_fault(n, field, fault):
    rows = [r for r in replies_to(n) if field.items() <= r["fields"].items()]
    assert rows
    for row in rows:
        answers = [0x12, 0x12, 0x12, 0x12]
        answers[n - 1] = int(row["hex"], 16)
        status = status_of(tuple(answers), near_end=True)
        # Open cover and paper end together: the cover is what a person sees first.
        assert status.code is (Fault.COVER_OPEN if row["fields"].get("cover_open") else fault)
        assert status.state is (State.DEGRADED if fault is Fault.PAPER_LOW else State.DOWN)


def test_all_well_is_ok_and_the_drawer_and_the_feed_button_are_no_trouble():
    assert status_of((0x12, 0x12, 0x12, 0x12), near_end=True).state is State.OK
    assert status_of((0x16, 0x1A, 0x12, 0x12), near_end=True).state is State.OK


def test_paper_low_is_not_believed_of_a_printer_without_that_sensor():
    assert status_of((0x12, 0x12, 0x12, 0x1E), near_end=False).state is State.OK


def test_automatic_groups_of_the_manual_are_taken_for_nothing_else():
    for row in (r for r in GOLDEN if r["case"] == "ASB 4 bytes"):
        replies = Replies()
        replies.feed(bytes.fromhex(row["hex"]))
        assert not replies.now
        assert not replies.queued


def test_answers_are_told_apart_between_groups_and_flow_control():
    replies = Replies()
    for b in b"\x11\x10\x00\x0c\x00\x12\x13\x03\x10\x00\x1a":
        replies.feed(bytes((b,)))
    assert list(replies.now) == [0x12, 0x1A]
    assert list(replies.queued) == [0x03]


def test_chinese_text_is_the_golden_bytes():
    assert rom_bytes("请A001号到3号窗口", "gb18030") == golden("text 请A001号到3号窗口")
    assert rom_bytes("请A001号到3号窗口", "gbk") == golden("text 请A001号到3号窗口")


def test_the_half_width_yuan_sign_becomes_the_full_width_one():
    assert rom_bytes("¥", "gb18030") == golden("full-width yuan sign")


@pytest.mark.parametrize("char", ["㬞", "㛃", "𠅤", "ꀀ", "\ue5e5"])
def test_a_character_outside_the_rom_is_never_sent_as_bytes(char):
    assert rom_bytes(char, "gb18030") is None


def test_a_gb2312_printer_gets_no_gbk_character():
    assert rom_bytes("镕", "gbk") == "镕".encode("gbk")
    assert rom_bytes("镕", "gb2312") is None


def test_a_job_begins_with_reset_and_chinese_mode_and_ends_with_the_cut():
    job = Encoder(Options()).encode(TICKET)
    assert job.startswith(golden("initialise") + golden("Chinese mode on")[:2])
    assert job.endswith(golden("cut: feed to cutter then partial cut"))


def test_a_native_code_is_the_golden_bytes():
    slip = Slip((CodeRow("https://example.invalid/t/A001", module_dots=6),))
    assert golden("native QR model 2") in Encoder(Options(qr="native")).encode(slip)


def test_text_can_never_become_a_command():
    job = Encoder(Options()).encode(Slip((TextRow("张\x1b@三\x10\x04\x01李\tA"),)))
    twin = PrinterTwin("t")
    twin.receive(job)
    assert twin.state()["slips"][0]["text"] == "张 @三   李 A"


def test_no_part_of_a_name_is_lost_unseen():
    assert clean("葛\U000e0100　\ue5e5\u200b某\x85\u2028x\n") == "葛　\ue5e5 某  x\n"


def test_options_out_of_range_are_refused_in_words():
    for bad in ({"width_dots": 400}, {"encoding": "utf-8"}, {"qr": "no"}, {"columns": 49}, {"confirm_s": 60}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            Options(**bad)
