"""Boards that need no code: their descriptions against golden bytes, their driver against twins on a wire."""

import copy
import tomllib
from pathlib import Path

import pytest

from drivers import board_framed
from drivers.capabilities import BoardMessage, Colour
from drivers.frame_board import DigitCode
from drivers.framing import FrameFormat

FILE = Path(__file__).parents[2] / "config" / "integrations" / "boards.toml"
TABLES = tomllib.loads(FILE.read_text("utf-8"))["frame"]


def board(name, **options):
    frames = FrameFormat.from_table(TABLES[name], name)
    return board_framed.Speech(frames, frames.board, board_framed.Options(**options))


def rows(golden, device):
    return {row["case"]: bytes.fromhex(row["hex"]) for row in golden(device)}


# --- golden bytes, from the description alone ---------------------------------------------------------------


def test_the_line_boards_words_make_the_published_frame(golden):
    known = rows(golden, "led_f001d0")['line 1, static, speed 5, red "001"']
    assert list(board("board-line").show(BoardMessage(("001",), Colour.RED))) == [known]


def test_the_digit_boards_words_make_the_published_frame(golden):
    known = rows(golden, "modbus_rtu")["register 0x12 = 0x0101"]
    assert list(board("board-modbus-digits", columns=4).show(BoardMessage(("0101",)))) == [known]


def test_the_tickers_words_make_the_published_frame(golden):
    known = rows(golden, "led_alpha")["same with checksum 0243"]
    assert list(board("board-alpha", address=0).show(BoardMessage(("A001",), Colour.RED))) == [known]


# --- what is said -------------------------------------------------------------------------------------------


def test_a_board_of_two_lines_gets_a_frame_for_each():
    first, second = board("board-line", address=3, rows=2).show(
        BoardMessage(("A012",), Colour.GREEN, scroll=True)
    )
    assert first[3:] == bytes.fromhex("03 02 05 05 01 41 30 31 32") + first[-1:]
    assert second[3:] == bytes.fromhex("04 02 05 02 01 20") + second[-1:]


def test_a_colour_that_the_board_lacks_is_its_first_and_a_flash_that_it_lacks_stands_still():
    (frame,) = board("board-line").show(BoardMessage(("1",), Colour.YELLOW, flash_s=3.0))
    assert (frame[4], frame[7]) == (1, 0)
    (ticker,) = board("board-alpha", address=0).show(BoardMessage(("1",), Colour.YELLOW, flash_s=3.0))
    assert ticker[14:17] == bytes.fromhex("63 1C 33")


def test_a_dark_board_is_told_to_show_nothing():
    (frame,) = board("board-line").show(BoardMessage(("A012",), level=0))
    assert frame[8:-1] == b" "
    (digits,) = board("board-modbus-digits", columns=4).show(BoardMessage(("12",), level=0))
    assert digits[4:6] == b"\xff\xff"


def test_a_long_text_is_cut_between_two_characters_and_never_inside_one():
    (frame,) = board("board-line").show(BoardMessage(("a" + "便民" * 80,), scroll=True))
    text = frame[8:-1]
    assert len(text) == 199
    assert text.decode("gb2312") == "a" + "便民" * 49 + "便"


@pytest.mark.parametrize(
    ("code", "text", "raw"),
    [
        (DigitCode("bcd", 4, 0xF), "A012", "F0 12"),
        (DigitCode("bcd", 4, 0xF), "", "FF FF"),
        (DigitCode("bcd", 4, 0xF), "12345", "23 45"),
        (DigitCode("bytes", 3, 0x0A), "7", "0A 0A 07"),
        (DigitCode("ascii", 6, 0x20), "A012", "20 20 41 30 31 32"),
        (DigitCode("number", 2), "A259", "01 03"),
        (DigitCode("number", 2), "", "00 00"),
        (DigitCode("number", 1), "259", "03"),
    ],
)
def test_digits_are_coded_as_the_description_says(code, text, raw):
    assert code.encode(text) == bytes.fromhex(raw)


# --- mistakes in a description ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"shwo": {}}, 'board.shwo: unknown key (did you mean "show"?)'),
        ({"show": None}, 'board.show: missing (the frame that shows a text: {data = "{text}"})'),
        ({"show": {"lien": "{line}", "data": "{text}"}}, "board.show.lien: no such field to set"),
        ({"show": {"line": "{text}", "data": "{text}"}}, "board.show.line: {text} goes into data"),
        ({"show": {"line": "{row}", "data": "{text}"}}, "board.show.line: {row} is none of:"),
        ({"show": {"line": "{line}", "data": "00"}}, "board.show.data: must hold {text}"),
        ({"motions": {"scroll": 2}}, "board.motions: still is missing"),
        ({"motions": {"still": 1, "blink": 2}}, "board.motions.blink: unknown key"),
        ({"colours": {}}, "board.colours: missing, and {colour} is to be sent"),
        ({"colours": {"red": "0"}}, "board.colours.red: must be a whole number from 0 to 65535"),
        ({"script": "latin"}, 'board.encoding: must be "ascii" for script = "latin"'),
        ({"script": "morse"}, "board.script: 'morse' is none of: chinese, latin, digits"),
        ({"digits": {"code": "bcd", "places": 3}}, "board.digits.places: two digits make a byte, 3 is odd"),
        ({"newline": "0"}, "board.newline: '0' is not hex bytes"),
    ],
)
def test_a_mistake_is_named_with_its_place(changes, line):
    table = copy.deepcopy(TABLES["board-line"])
    for key, value in changes.items():
        if value is None:
            del table["board"][key]
        else:
            table["board"][key] = value
    with pytest.raises(ValueError) as caught:
        FrameFormat.from_table(table, "board-line")
    assert any(problem.startswith(line) for problem in str(caught.value).splitlines()), caught.value


def test_a_driver_says_what_a_description_lacks(formats, board_formats):
    line, digits = board_formats["board-line"], board_formats["board-modbus-digits"]
    options = board_framed.Options
    assert "is of no board" in board_framed.misfit(formats["clerk-pad-ff68"], options())
    assert "shows one line" in board_framed.misfit(digits, options(rows=2))
    assert "does not fit" in board_framed.misfit(line, options(address=300))
    assert board_framed.misfit(line, options(address=255)) == ""
    table = copy.deepcopy(TABLES["board-line"])
    table["board"]["longest"] = 255
    long = FrameFormat.from_table(table, "board-line")
    assert "len = 256 does not fit into 1 bytes" in board_framed.misfit(long, options())
    assert "does not fit" in board_framed.misfit(line, options(address=255, rows=2))


@pytest.mark.parametrize("wrong", [{"address": -1}, {"columns": 0}, {"rows": 99}])
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        board_framed.Options(**wrong)
