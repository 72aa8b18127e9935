"""Lumen C-Power: every published frame, both ways; the driver against its twin on a wire."""

import io

import cv2
import numpy
import pytest
from PIL import Image

from drivers import board_lumen_network, lumen
from drivers.capabilities import BoardMessage, Colour, State
from drivers.errors import DeviceFault, Fault
from drivers.framing import Line
from drivers.led_raster import Dots, code_dots, code_fits, line_dots
from drivers.links import open_link
from drivers.twins.board_lumen import LumenTwin
from drivers.twins.wire import TcpEnd, Wire


@pytest.fixture(scope="module")
def row(golden):
    """By the beginning of their names."""

    def find(begin):
        (row,) = [row for row in golden("led_cpower") if row["case"].startswith(begin)]
        return bytes.fromhex(row["hex"])

    return find


def frame(data, card=1, **more):
    return lumen.SERIAL.encode(card=card, data=data, **more)


def gbk(text):
    return text.encode("gbk")


# --- golden bytes -------------------------------------------------------------------------------------------


def test_the_windows_have_the_published_bytes(row):
    assert frame(lumen.divide(((0, 0, 64, 16),))) == row("split")


def test_text_has_the_published_bytes(row):
    said = lumen.text(0, gbk("A001请到3号窗口"), Colour.RED, lumen.FONTS[16], effect=lumen.SCROLL_LEFT)
    assert frame(said) == row("A001请到3号窗口 to window 0, scroll left")


def test_text_in_two_packets_has_the_published_bytes(row):
    said = lumen.text(0, gbk("请A001号到3号窗口"), Colour.RED, lumen.FONTS[16])
    parts = lumen.packets(said, 19)
    assert [frame(part, po=number, tp=last) for number, last, part in parts] == [
        row("text in two packets, first"),
        row("text in two packets, second"),
    ]


def test_a_picture_has_the_published_bytes(row):
    dots = Dots(16, 2, bytes.fromhex("AA AA 55 55"))
    name = "simple red 1-bit picture 16x2 at 0,0 of window 0, stay 3 s"
    assert frame(lumen.picture(0, dots, Colour.RED)) == row(name)
    yellow = lumen.picture(0, dots, Colour.YELLOW)
    assert yellow[-8:] == dots.rows * 2
    assert yellow[-10] == 3


def test_the_network_frame_holds_the_same_message(row):
    save = bytes.fromhex("07 00 00 00")
    assert frame(save) == row("save windows to flash")
    published = row("same save command over network")
    assert lumen.NETWORK.encode(card=1, data=save) == published
    assert lumen.NETWORK.decode(published)["data"] == save


def test_the_cards_answer_is_read(row):
    values = lumen.SERIAL.decode(row("success reply on serial"))
    assert (values["ptype"], values["card"], values["flag"], values["data"]) == (0xE8, 1, 0, b"\x12")


def test_nothing_that_this_driver_sends_is_kept_in_flash():
    """07 saves windows, 84 deletes programs: no message begins with them."""
    said = [lumen.divide(((0, 0, 64, 16),)), lumen.text(0, b"a", Colour.RED, 2)]
    said.append(lumen.picture(0, Dots(8, 1, b"\0"), Colour.RED))
    assert {data[0] for data in said} == {0x01, 0x12, 0x03}


# --- pictures -----------------------------------------------------------------------------------------------


def test_a_code_fits_a_square_or_is_refused_before_it_is_sent():
    assert code_fits("https://h.cn/q", 24) and not code_fits("https://h.cn/q", 22)
    assert code_fits("x" * 32, 27) and not code_fits("x" * 33, 27)
    dots = code_dots("x" * 32, 32)
    assert (dots.width, dots.height, len(dots.rows)) == (32, 32, 128)
    with pytest.raises(ValueError, match="does not fit on 16 dots"):
        code_dots("x", 16)


@pytest.mark.parametrize("size", [17, 32, 53, 78, 106, 134, 154, 192])
def test_the_table_of_codes_is_that_of_the_library(size):
    side = {17: 21, 32: 25, 53: 29, 78: 33, 106: 37, 134: 41, 154: 45, 192: 49}[size] + 2
    assert code_fits("x" * size, side) and code_dots("x" * size, side).width == side
    with pytest.raises(ValueError):
        code_dots("x" * (size + 1), side)


def test_a_line_is_drawn_in_the_middle_and_cut_at_the_edge():
    dots = line_dots("镕", 16, 64)
    columns = {x for y in range(16) for x in range(64) if dots.rows[y * 8 + x // 8] >> (7 - x % 8) & 1}
    assert min(columns) >= 24 and max(columns) < 40 and len(columns) > 10
    assert len(line_dots("镕" * 99, 16, 64).rows) == 128


# --- settings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"address": 0}, "address must be from 1 to 254"),
        ({"address": 255}, "address must be from 1 to 254"),
        ({"font_dots": 17}, "font_dots must be one of 8, 12"),
        ({"font_dots": 24}, "font_dots must not be more than the height of 16"),
        ({"height_dots": 128}, "font_dots must be larger: a card has 8 windows"),
        ({"encoding": "utf-8"}, "encoding must be gb2312 or gbk"),
        ({"packet_bytes": 3}, "packet_bytes must be from 32"),
    ],
)
def test_options_that_make_no_sense_are_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        lumen.Options(**wrong)


def test_the_geometry_follows_the_font(bench):
    line = bench().line(lumen.SERIAL)

    def geometry(**options):
        return lumen.Card(line, lumen.Options(**options)).geometry

    one = geometry()
    assert (one.columns, one.rows, one.flashes, one.picture_dots, one.picture_columns) == (16, 1, True, 16, 2)
    two = geometry(width_dots=256, height_dots=48, font_dots=24)
    assert (two.columns, two.rows, two.picture_dots, two.picture_columns) == (21, 2, 48, 4)
    assert geometry(pictures=False).picture_dots == 0


# --- against the twin ---------------------------------------------------------------------------------------


@pytest.fixture
def card(bench):
    """A card of two lines at address 7, on a wire with another."""
    size = {"width_dots": 128, "height_dots": 32}
    made = bench(LumenTwin("mine", {"address": 7, **size}), LumenTwin("other", {"address": 8, **size}))
    return made, lumen.Card(made.line(lumen.SERIAL), lumen.Options(address=7, reply_ms=600, **size))


def test_the_twin_reads_every_published_frame(golden):
    """None is damaged, each addressed one is answered, and of the texts the far end shows the words."""
    twin = LumenTwin("card", {"address": 1, "width_dots": 64, "height_dots": 16})
    twin.receive(bytes.fromhex(golden("led_cpower")[5]["hex"]), 0.0)
    shown = []
    for one in golden("led_cpower"):
        whole = bytes.fromhex(one["hex"])
        if whole[:2] == b"\xa5\x68":
            before = twin.frames
            said = twin.receive(whole, 0.0)
            assert twin.frames == before + 1, one["case"]
            assert bool(said) == (whole[2:5] == b"\x32\x01\x7b"), one["case"]
            shown.append(twin.state()["text"])
    assert twin.bad == 1, "the clock's window 1 is not there"
    assert {"abc\ncba", "正常通行", "前方积水\n缓慢通行", "请A001号到3号窗口"} <= set(shown)


def test_the_twins_answer_has_the_published_bytes(row):
    twin = LumenTwin("card", {"address": 1})
    twin.receive(row("split"), 0.0)
    (said,) = twin.receive(row("document example 1"), 0.0)
    assert said.chunk == row("success reply on serial")


def test_the_far_end_shows_what_was_meant(card):
    bench, driver = card
    assert driver.start().model
    driver.show(BoardMessage(("请A012号", "到3号窗口"), Colour.GREEN, flash_s=3.0))
    state = bench.state("mine")
    assert (state["lines"], state["colour"], state["crc_errors"]) == (["请A012号", "到3号窗口"], "green", 0)
    assert [(w["x"], w["y"], w["w"], w["h"]) for w in state["windows"]] == [(0, 0, 128, 16), (0, 16, 128, 16)]
    assert {w["effect"] for w in state["windows"]} == {"flash"}
    driver.show(BoardMessage(("前方积水请绕行",), Colour.YELLOW, scroll=True))
    state = bench.state("mine")
    assert (state["lines"], state["windows"][0]["effect"]) == (["前方积水请绕行", " "], "left")
    driver.show(BoardMessage(("A012",), level=0))
    assert bench.state("mine")["text"].strip() == ""
    assert (bench.state("other")["frames"], bench.state("mine")["saved_to_flash"]) == (0, 0)
    assert driver.check().state is State.OK


def test_a_rare_surname_comes_as_a_picture_in_several_packets(card):
    bench, driver = card
    driver.start()
    before = bench.state("mine")["packets"]
    driver.show(BoardMessage(("请朱镕到", "3号窗口")))
    state = bench.state("mine")
    assert [w["effect"] for w in state["windows"]] == ["picture", "still"]
    assert state["packets"] - before == 3
    assert sum(red for _, red in dots_of(bench)[:16]) > 150
    driver.show(BoardMessage(("请朱镕到3号窗口",), scroll=True))
    assert bench.state("mine")["lines"][0] == "请朱〓到3号窗口", "a moving line is text"


def test_a_code_beside_the_text_can_be_read(card):
    bench, driver = card
    driver.start()
    driver.show(BoardMessage(("扫码", "取号"), Colour.GREEN, code="https://h.example/q"))
    state = bench.state("mine")
    assert [(w["x"], w["w"], w["h"]) for w in state["windows"]] == [(0, 96, 16), (0, 96, 16), (96, 32, 32)]
    picture = (
        Image.open(io.BytesIO(bench.wire.picture("mine"))).convert("L").crop((96 * 8 + 16, 16, 1040, 272))
    )
    lit = picture.resize((32, 32), Image.Resampling.BOX).point(lambda v: 255 if v > 60 else 0)
    big = numpy.array(lit.resize((320, 320), Image.Resampling.NEAREST))
    assert cv2.QRCodeDetector().detectAndDecode(big)[0] == "https://h.example/q"
    driver.show(BoardMessage(("A012",)))
    assert len(bench.state("mine")["windows"]) == 2, "the windows are as they were"


def dots_of(bench):
    """(dots in the row, lit dots) for each row of the twin's picture."""
    picture = Image.open(io.BytesIO(bench.wire.picture("mine"))).convert("RGB")
    inner = picture.crop((16, 16, picture.width - 16, picture.height - 16))
    wide, high = inner.width // 8, inner.height // 8
    seen = [[inner.getpixel((8 * x + 4, 8 * y + 4)) for x in range(wide)] for y in range(high)]
    return [(wide, sum(max(dot) > 150 for dot in row)) for row in seen]


@pytest.mark.parametrize("every_s", [30, 0])
def test_a_card_that_lost_its_power_for_a_moment_gets_its_windows_again(bench, every_s):
    now = 100.0
    made = bench(LumenTwin("mine", {"address": 1}))
    options = lumen.Options(windows_every_s=every_s)
    driver = lumen.Card(made.line(lumen.SERIAL), options, monotonic=lambda: now)
    driver.start()
    driver.show(BoardMessage(("A012",)))
    made.fault("mine", "dark")
    made.fault("mine", "dark", on=False)
    driver.show(BoardMessage(("A013",)))
    assert made.state("mine")["windows"] == [], "nobody could know"
    now += 31
    driver.show(BoardMessage(("A014",)))
    assert made.state("mine")["text"] == ("A014" if every_s else "")
    driver.start()
    driver.show(BoardMessage(("A015",)))
    assert made.state("mine")["text"] == "A015"


@pytest.mark.parametrize("fault", ["drip", "slow"])
def test_answers_in_pieces_or_late_are_understood(card, fault):
    bench, driver = card
    driver.start()
    bench.fault("mine", fault)
    driver.show(BoardMessage(("A001", "水")))
    assert bench.state("mine")["lines"] == ["A001", "水"]
    assert bool(driver.resends) == (fault == "slow")


def test_answers_are_found_among_noise(card):
    bench, driver = card
    driver.start()
    bench.fault("mine", "babble")
    for number in range(9):
        driver.show(BoardMessage((f"A{number:03d}", "水")))
        assert bench.state("mine")["lines"] == [f"A{number:03d}", "水"]


@pytest.mark.parametrize("fault", ["mute", "lying_checksum", "dark"])
def test_a_card_that_gives_no_good_answer_is_asked_three_times(card, fault):
    bench, driver = card
    driver.start()
    bench.fault("mine", fault)
    with pytest.raises(DeviceFault) as caught:
        driver.show(BoardMessage(("A001",)))
    assert (caught.value.code, driver.resends) == (Fault.NO_ANSWER, 2)
    bench.fault("mine", fault, on=False)
    driver.start()
    driver.show(BoardMessage(("A002",)))
    assert bench.state("mine")["text"].split() == ["A002"]


def test_a_card_that_says_no_is_a_fault_with_its_reason(card):
    bench, driver = card
    bench.fault("mine", "busy")
    with pytest.raises(DeviceFault, match="checksum wrong") as caught:
        driver.start()
    assert caught.value.code is Fault.REFUSED


def test_the_cards_own_network_port():
    size = {"address": 3, "width_dots": 64, "height_dots": 16}
    wire = Wire("net", TcpEnd(), [LumenTwin("card", size, by_network=True)])
    wire.start()
    link = open_link(wire.end.url("tcp", ""))
    try:
        driver = board_lumen_network.Driver(Line(link, board_lumen_network.FRAMES), lumen.Options(**size))
        driver.start()
        driver.show(BoardMessage(("请朱镕到",), Colour.YELLOW))
        assert wire.state("card")["windows"][0]["effect"] == "picture"
        driver.show(BoardMessage(("积水A5",), Colour.YELLOW))
        assert (wire.state("card")["text"], wire.state("card")["colour"]) == ("积水A5", "yellow")
    finally:
        link.close()
        wire.stop()
