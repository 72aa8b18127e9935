"""The Onbon board's bytes against the golden rows, and its driver against the twin on a real PTY."""

import io

import pytest
from PIL import Image

from drivers import board_onbon_k as onbon
from drivers.capabilities import BoardMessage, Colour, State
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


def test_text_has_the_published_bytes(rows):
    def frame(text):
        area = onbon.area(0, 0, 0, 64, 16, text, effect=onbon.STILL)
        return onbon.FRAMES.encode(dst=1, data=onbon.show_areas([area]))

    red = onbon.MARKS[Colour.RED] + onbon.encode_text(TEXT, "gb2312")
    assert frame(red) == rows["dynamic area 0, 64x16 pixels (pixel flag), red text, static"]
    assert frame(b"Z[") == rows['escape test: text "Z[" holds 5A and 5B']


def test_text_holds_no_mark_no_control_character_and_no_question_mark():
    assert onbon.encode_text("a\\C2b\nc\x1b", "gb2312") == b"aC2bc"
    assert onbon.encode_text("𠮷", "gb2312") == bytes.fromhex("A1 FE")
    assert onbon.encode_text("镕", "gb2312") == bytes.fromhex("A1 FE")
    assert onbon.encode_text("镕", "gbk").decode("gbk") == "镕"


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


@pytest.mark.parametrize("fault", ["drip", "babble", "slow"])
def test_answers_in_pieces_late_or_among_noise_are_understood(board, fault):
    bench, driver = board
    bench.fault("mine", fault)
    for number in range(1 if fault == "slow" else 9):
        driver.show(BoardMessage((f"A{number:03d}",)))
        assert bench.state("mine")["text"].split() == [f"A{number:03d}"]


@pytest.mark.parametrize("fault", ["mute", "lying_checksum", "dark"])
def test_a_board_that_gives_no_good_answer_is_down_and_comes_back(board, fault):
    bench, driver = board
    bench.fault("mine", fault)
    with pytest.raises(DeviceFault) as caught:
        driver.show(BoardMessage(("A001",)))
    assert caught.value.code is Fault.NO_ANSWER
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
