"""Boards of a frame description against their twins, which were written apart from it."""

import io
import math
import time

import pytest
from PIL import Image

from drivers import board_framed
from drivers.capabilities import BoardMessage, Colour, State
from drivers.errors import DeviceFault, Fault
from drivers.framing import Splitter
from drivers.twins.board_alpha import AlphaTwin
from drivers.twins.board_digits import DigitsTwin
from drivers.twins.board_line import LineBoardTwin


@pytest.fixture
def board(bench, board_formats):
    """A twin of the family and a driver at the same address, on one wire with another."""

    def make(twin, frames, **options):
        made = bench(twin("mine", options), twin("other", {**options, "address": options["address"] + 10}))
        return made, board_framed.Driver(made.line(board_formats[frames]), board_framed.Options(**options))

    return make


def lit(bench):
    picture = Image.open(io.BytesIO(bench.wire.picture("mine"))).convert("RGB")
    return sum(n for n, (r, g, b) in picture.getcolors(1 << 20) if max(r, g, b) > 150)


# --- the twins against golden bytes -------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 3, 500])
def test_twins_show_what_the_published_frames_say(golden, size):
    line, alpha = LineBoardTwin("line", {}), AlphaTwin("alpha", {"address": 0})
    for twin, file in ((line, "led_f001d0"), (alpha, "led_alpha")):
        stream = b"".join(bytes.fromhex(row["hex"]) for row in golden(file))
        for at in range(0, len(stream), size):
            assert twin.receive(stream[at : at + size], 0.0) == ()
        assert twin.bad == 0
    assert line.state()["areas"] == [{"text": "001", "effect": "still", "speed": 5, "colour": "red"}]
    assert alpha.state()["areas"] == [{"text": "A001", "effect": "still", "colour": "red"}]
    assert alpha.frames == 4


def test_the_digit_boards_twin_answers_the_published_frame(golden):
    twin = DigitsTwin("digits", {})
    (row,) = [row for row in golden("modbus_rtu") if row["case"].startswith("register 0x12")]
    (said,) = twin.receive(bytes.fromhex(row["hex"]), 0.0)
    assert (said.chunk, twin.state()["text"]) == (bytes.fromhex(row["hex"]), "0101")


# --- a board that does not answer ---------------------------------------------------------------------------


def test_a_line_board_shows_what_was_meant_and_is_never_called_confirmed(board):
    bench, driver = board(LineBoardTwin, "board-line", address=4, rows=2)
    driver.start()
    driver.show(BoardMessage(("请A012号", "到3号窗口"), Colour.GREEN))
    state = shown(bench, "请A012号\n到3号窗口")
    assert (state["colour"], state["crc_errors"]) == ("green", 0)
    assert bench.state("other")["frames"] == 0
    assert driver.check().state is State.UNCONFIRMED
    assert lit(bench) > 5000
    driver.show(BoardMessage(("便民服务",), scroll=True))
    assert [area["effect"] for area in shown(bench, "便民服务\n ")["areas"]] == ["left", "left"]


def test_a_ticker_flashes_a_call_by_itself(board):
    bench, driver = board(AlphaTwin, "board-alpha", address=2)
    driver.start()
    driver.show(BoardMessage(("A012 3",), Colour.YELLOW, flash_s=3.0))
    state = shown(bench, "A012 3")
    assert (state["colour"], state["areas"][0]["effect"]) == ("yellow", "flash")
    assert (driver.geometry.flashes, driver.check().state) == (True, State.UNCONFIRMED)


def shown(bench, text):
    """The twin's state once it shows this: nobody answers, so the frame may still be on its way."""
    deadline = time.monotonic() + 5
    while (state := bench.state("mine"))["text"] != text:
        assert time.monotonic() < deadline, state["text"]
    return state


# --- a board that does --------------------------------------------------------------------------------------


def test_digits_are_shown_confirmed_and_gone_in_the_dark(board):
    bench, driver = board(DigitsTwin, "board-modbus-digits", address=3, columns=4)
    driver.start()
    driver.show(BoardMessage(("A012",)))
    assert (bench.state("mine")["text"], driver.check().state) == ("012", State.OK)
    assert lit(bench) > 500
    driver.show(BoardMessage(("A012",), level=0))
    assert (bench.state("mine")["text"], lit(bench)) == ("", 0)


def test_an_answer_that_ends_in_silence_is_there_when_the_silence_is_over(board_formats, golden):
    frame = bytes.fromhex(golden("modbus_rtu")[-1]["hex"])
    now = 0.0
    splitter = Splitter(board_formats["board-modbus-digits"], clock=lambda: now)
    assert splitter.patience_s == math.inf
    assert splitter.feed(frame) == []
    assert 0.02 < splitter.patience_s < 0.03
    now += splitter.patience_s
    assert splitter.feed(b"") == [frame]


@pytest.mark.parametrize("fault", ["mute", "lying_checksum", "dark"])
def test_a_board_that_gives_no_good_answer_is_told_three_times(board, fault):
    bench, driver = board(DigitsTwin, "board-modbus-digits", address=3, columns=4)
    driver.start()
    bench.fault("mine", fault)
    with pytest.raises(DeviceFault) as caught:
        driver.show(BoardMessage(("1",)))
    assert (caught.value.code, driver.resends) == (Fault.NO_ANSWER, 2)
    assert driver.check().code is Fault.NO_ANSWER
    bench.fault("mine", fault, on=False)
    driver.start()
    driver.show(BoardMessage(("2",)))
    assert bench.state("mine")["text"] == "2"


def test_a_board_that_says_no_is_a_fault(board):
    bench, driver = board(DigitsTwin, "board-modbus-digits", address=3, columns=4)
    bench.fault("mine", "busy")
    with pytest.raises(DeviceFault) as caught:
        driver.show(BoardMessage(("1",)))
    assert caught.value.code is Fault.REFUSED


@pytest.mark.parametrize("fault", ["drip", "babble", "slow"])
def test_what_disturbs_the_wire_shows_no_wrong_number(board, fault):
    """Noise between two frames of Modbus may hide an answer: then it is a fault, never another number."""
    bench, driver = board(DigitsTwin, "board-modbus-digits", address=3, columns=4)
    bench.fault("mine", fault)
    for number in range(3):
        try:
            driver.show(BoardMessage((str(number),)))
        except DeviceFault as caught:
            assert caught.code is Fault.NO_ANSWER
        assert bench.state("mine")["text"] in ("", *map(str, range(number + 1)))
    bench.fault("mine", fault, on=False)
    driver.show(BoardMessage(("77",)))
    assert bench.state("mine")["text"] == "77"
