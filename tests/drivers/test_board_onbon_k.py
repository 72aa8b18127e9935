"""The Onbon board's bytes against the golden rows, and its driver against the twin on a real PTY."""

import io
import time
from datetime import datetime
from types import SimpleNamespace

import pytest
from PIL import Image

from drivers import board_onbon_k as onbon
from drivers.capabilities import BoardMessage, Colour, State, WallClock
from drivers.card_text import encode_text
from drivers.errors import DeviceFault, Fault, LinkLost
from drivers.twins.board import BoardTwin

TEXT = "A001号到3号窗口"


@pytest.fixture(scope="module")
def rows(golden):
    return {row["case"]: bytes.fromhex(row["hex"]) for row in golden("board_onbon_k")}


def test_commands_have_the_published_bytes(rows):
    def frame(data):
        return onbon.FRAMES.encode(dst=1, data=data)

    assert frame(onbon.PING) == rows["ping"]
    assert frame(onbon.screen(True)) == rows["screen on"]
    assert frame(onbon.screen(False)) == rows["screen off"]
    assert frame(onbon.brightness(10)) == rows["set brightness 10 (forced)"]
    saturday = datetime(2026, 11, 21, 23, 5, 9)
    assert frame(onbon.clock(saturday)) == rows["set clock 2026-11-21 23:05:09 Saturday(6)"]


def test_text_has_the_published_bytes(rows):
    def frame(text):
        area = onbon.area(0, 0, 0, 64, 16, text, effect=onbon.STILL)
        return onbon.FRAMES.encode(dst=1, data=onbon.show_areas([area]))

    red = onbon.MARKS[Colour.RED] + encode_text(TEXT, "gb2312")
    assert frame(red) == rows["dynamic area 0, 64x16 pixels (pixel flag), red text, static"]
    assert frame(b"Z[") == rows['escape test: text "Z[" holds 5A and 5B']


def test_text_holds_no_mark_no_control_character_and_no_question_mark():
    assert encode_text("a\\C2b\nc\x1b", "gb2312", without=onbon.MARK) == b"aC2bc"
    assert encode_text("𠮷", "gb2312") == bytes.fromhex("A1 FE")
    assert encode_text("镕", "gb2312") == bytes.fromhex("A1 FE")
    assert encode_text("镕", "gbk").decode("gbk") == "镕"


def test_a_backslash_in_a_text_never_reaches_the_card(board):
    bench, driver = board
    driver.show(BoardMessage((r"a\C2b",), Colour.RED))
    assert (bench.state("mine")["lines"][0], bench.state("mine")["colour"]) == ("aC2b", "red")


@pytest.mark.parametrize(
    "wrong", [{"address": 0}, {"columns": 1}, {"rows": 99}, {"reply_ms": 9}, {"encoding": "utf-8"}]
)
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        onbon.Options(**wrong)


@pytest.fixture
def board(bench):
    """A board of two lines at address 7, on a wire with another."""
    made = bench(BoardTwin("mine", {"address": 7, "rows": 2}), BoardTwin("other", {"address": 8}))
    return made, onbon.Driver(made.line(onbon.FRAMES), onbon.Options(address=7, rows=2))


def test_the_far_end_shows_what_was_meant(board):
    bench, driver = board
    assert driver.start().model
    driver.show(BoardMessage(("请A012", "到3号窗口"), Colour.GREEN))
    state = bench.state("mine")
    assert state["lines"] == ["请A012", "到3号窗口"]
    assert (state["colour"], state["crc_ok"], state["crc_errors"]) == ("green", True, 0)
    assert [(a["x"], a["y"], a["width"], a["height"], a["effect"]) for a in state["areas"]] == [
        (0, 0, 128, 16, "still"),
        (0, 16, 128, 16, "still"),
    ]
    assert bench.state("other")["frames"] == 0
    driver.show(BoardMessage(("欢迎光临便民服务中心",), scroll=True))
    state = bench.state("mine")
    assert state["text"].split() == ["欢迎光临便民服务中心"]
    assert state["areas"][0]["effect"] == "left"
    assert driver.check().state is State.OK


def test_light_and_brightness_arrive(board):
    bench, driver = board
    driver.turn(False)
    driver.dim(3)
    assert (bench.state("mine")["on"], bench.state("mine")["brightness"]) == (False, 3)
    driver.turn(True)
    assert bench.state("mine")["on"]


def test_what_the_card_answers_is_read_as_published(rows):
    good, bad = rows["ACK reply payload in a frame from board 1"], rows["NACK reply payload, error 5 (CRC)"]
    twin = BoardTwin("mine", {"address": 1})
    (said,) = twin.receive(rows["ping"], 0.0)
    assert said.chunk == good
    (said,) = twin.receive(rows["ping"][:-3] + b"\0\0\x5a", 0.0)
    assert said.chunk == bad


def test_the_twin_obeys_every_published_frame(rows):
    twin = BoardTwin("mine", {"address": 1})
    refused = []
    for case, frame in rows.items():
        if frame[8:10] == b"\1\0":
            refused += [case for said in twin.receive(frame, 0.0) if said.chunk[23] != 0]
    assert refused == ["query controller state"], "its answer is not published"
    assert (twin.state()["brightness"], twin.state()["clock"], twin.bad) == (10, "2026-11-21 23:05:09 6", 0)


def test_a_text_without_end_is_cut_and_still_one_frame(board):
    bench, driver = board
    driver.show(BoardMessage(("Z[" * 9000,), scroll=True))
    assert bench.state("mine")["lines"][0] == "Z[" * 400
    driver.show(BoardMessage(("a" + "镇" * 9000,), scroll=True))
    assert bench.state("mine")["lines"][0] == "a" + "镇" * 399


def test_light_by_percent_reaches_the_card_once(board):
    bench, driver = board
    driver.start()
    driver.show(BoardMessage(("A001",), level=40))
    assert (bench.state("mine")["brightness"], bench.state("mine")["on"]) == (6, True)
    before = bench.state("mine")["frames"]
    driver.show(BoardMessage(("A002",), level=40))
    assert bench.state("mine")["frames"] == before + 1
    driver.show(BoardMessage(("A002",), level=0))
    assert not bench.state("mine")["on"]
    driver.show(BoardMessage(("A003",), level=1))
    assert (bench.state("mine")["brightness"], bench.state("mine")["on"]) == (1, True)


def test_nobody_touches_light_or_clock_where_nothing_is_said_of_them(board):
    bench, driver = board
    driver.start()
    driver.show(BoardMessage(("A001",)))
    assert (bench.state("mine")["brightness"], bench.state("mine")["clock"]) == (None, "")
    assert bench.state("mine")["frames"] == 2


def test_the_cards_clock_is_set_at_the_start_and_then_four_times_a_day(bench):
    made, now = bench(BoardTwin("mine", {"address": 7})), 100.0
    driver = onbon.Driver(made.line(onbon.FRAMES), onbon.Options(address=7), monotonic=lambda: now)
    wall = WallClock(datetime(2026, 11, 22, 8, 0, 0), measured_s=40.0)
    driver.start()
    driver.show(BoardMessage(("A001",), clock=wall))
    assert made.state("mine")["clock"] == "2026-11-22 08:01:00 7"
    now += 3600
    driver.show(BoardMessage(("A002",), clock=wall))
    assert made.state("mine")["clock"] == "2026-11-22 08:01:00 7"
    now += 6 * 3600
    driver.show(BoardMessage(("A002",), clock=wall))
    assert made.state("mine")["clock"] == "2026-11-22 15:01:00 7"


def test_a_card_that_lost_its_power_is_told_everything_again(board):
    bench, driver = board
    message = BoardMessage(("A001",), level=40, clock=WallClock(datetime(2026, 11, 22, 8), time.monotonic()))
    driver.start()
    driver.show(message)
    bench.fault("mine", "dark")
    assert driver.check().code is Fault.NO_ANSWER
    bench.fault("mine", "dark", on=False)
    assert bench.state("mine")["text"] == ""
    driver.start()
    driver.show(message)
    state = bench.state("mine")
    assert (state["lines"][0], state["brightness"], state["clock"][:16]) == ("A001", 6, "2026-11-22 08:00")


def test_nothing_is_written_to_flash():
    """Programs go by file commands (group A1, write); every command here is of another group."""
    said = [onbon.PING, onbon.screen(True), onbon.brightness(1), onbon.clock(datetime(2026, 1, 1))]
    said.append(onbon.show_areas([]))
    assert {data[0] for data in said} == {0xA2, 0xA3}


@pytest.mark.parametrize("fault", ["drip", "babble", "slow"])
def test_answers_in_pieces_late_or_among_noise_are_understood(board, fault):
    bench, driver = board
    bench.fault("mine", fault)
    for number in range(1 if fault == "slow" else 9):
        driver.show(BoardMessage((f"A{number:03d}",)))
        assert bench.state("mine")["text"].split() == [f"A{number:03d}"]


@pytest.mark.parametrize("fault", ["mute", "lying_checksum"])
def test_a_board_that_gives_no_good_answer_is_down_and_comes_back(board, fault):
    bench, driver = board
    bench.fault("mine", fault)
    with pytest.raises(DeviceFault) as caught:
        driver.show(BoardMessage(("A001",)))
    assert (caught.value.code, driver.resends) == (Fault.NO_ANSWER, 2)
    assert (driver.check().state, driver.check().code) == (State.DOWN, Fault.NO_ANSWER)
    bench.fault("mine", fault, on=False)
    driver.show(BoardMessage(("A002",)))
    assert bench.state("mine")["text"].split() == ["A002"]


def test_a_board_that_says_no_is_a_fault_with_its_reason(board):
    bench, driver = board
    bench.fault("mine", "busy")
    with pytest.raises(DeviceFault, match="busy") as caught:
        driver.show(BoardMessage(("A001",)))
    assert caught.value.code is Fault.REFUSED
    assert driver.check().code is Fault.REFUSED


def test_an_unplugged_board_loses_the_link_and_is_there_again_under_the_same_name(board):
    bench, driver = board
    driver.start()
    bench.fault("mine", "unplugged")
    with pytest.raises(LinkLost):
        driver.show(BoardMessage(("A001",)))
    with pytest.raises(LinkLost, match="cannot be opened"):
        bench.line(onbon.FRAMES)
    bench.fault("mine", "unplugged", on=False)
    again = onbon.Driver(bench.line(onbon.FRAMES), onbon.Options(address=7, rows=2))
    again.start()
    again.show(BoardMessage(("A002",)))
    assert bench.state("mine")["text"].split() == ["A002"]


def test_a_late_answer_of_another_card_is_not_taken_for_this_ones(bench):
    made = bench(BoardTwin("mine", {"address": 1}), BoardTwin("late", {"address": 2}))
    line = made.line(onbon.FRAMES)
    mine, late = (onbon.Driver(line, onbon.Options(address=address)) for address in (1, 2))
    made.fault("late", "slow")
    made.fault("mine", "mute")
    with pytest.raises(DeviceFault):
        late.start()
    with pytest.raises(DeviceFault, match="no_answer"):
        mine.show(BoardMessage(("A001",)))


def test_the_picture_shows_lit_dots_in_the_boards_colour(board):
    bench, driver = board
    driver.show(BoardMessage(("请A012", "到3号窗口"), Colour.RED))
    picture = Image.open(io.BytesIO(bench.wire.picture("mine"))).convert("RGB")
    lit = sum(n for n, (r, g, b) in picture.getcolors(1 << 20) if r > 200 and g < 100 and b < 100)
    assert lit > 5000
    driver.turn(False)
    dark = Image.open(io.BytesIO(bench.wire.picture("mine"))).convert("RGB")
    assert not any(r > 200 for _, (r, g, b) in dark.getcolors(1 << 20))


@pytest.mark.parametrize("rows", [1, 16])
def test_no_text_makes_a_frame_too_long(rows):
    options = onbon.Options(columns=256, rows=rows)
    driver = onbon.Driver(SimpleNamespace(), options)
    message = BoardMessage(("Z[" * 900,) * rows)
    assert len(onbon.FRAMES.encode(dst=1, data=onbon.show_areas(driver._areas(message)))) <= 4096
