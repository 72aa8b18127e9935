"""The ESC/POS driver against its twin over real TCP."""

import io
import os
import stat
import subprocess
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

from drivers.capabilities import Align, CodeRow, FeedRow, RuleRow, Slip, State, TextRow
from drivers.errors import DeviceFault, Fault, LinkLost
from drivers.escpos_slip import Encoder, Options
from drivers.links import open_link
from drivers.printer_escpos import Driver
from drivers.twins.printer import PrinterTwin
from tests.drivers.printer_bench import golden
from tests.drivers.printer_wire import PrinterOnTcp, TricklePrinter

CODE = "https://bianmin.example/r/7K2M9QXA"
TICKET = Slip(
    (
        TextRow("站街镇便民服务中心", bold=True, align=Align.CENTER),
        TextRow("社会保障", size=2, align=Align.CENTER),
        TextRow("A012", size=5, bold=True, align=Align.CENTER),
        TextRow("前面还有 3 人等候", align=Align.CENTER),
        RuleRow(),
        CodeRow(CODE),
        FeedRow(1),
        TextRow("2026-11-22 09:41"),
    )
)


@pytest.fixture
def printer():
    with PrinterOnTcp(PrinterTwin("printer-1")) as wire:
        yield wire


@pytest.fixture
def driver(printer):
    link = open_link(printer.url)
    made = Driver(link, Options(confirm_s=1.0))
    made.start()
    yield made
    link.close()


def test_a_ticket_comes_out_as_it_was_meant(printer, driver):
    assert driver.print_slip(TICKET) is True
    state = printer.twin.state()
    (slip,) = state["slips"]
    assert [(line["text"], line["size"], line["align"], line["bold"]) for line in slip["lines"]] == [
        ("站街镇便民服务中心", 1, "center", True),
        ("社会保障", 2, "center", False),
        ("A012", 5, "center", True),
        ("前面还有 3 人等候", 1, "center", False),
        ("2026-11-22 09:41", 1, "left", False),
    ]
    assert slip["cut"] is True
    assert state["unknown_commands"] == []
    assert state["half"] is None
    assert decoded(printer.twin) == CODE


def test_a_native_code_is_read_from_the_paper():
    with PrinterOnTcp(PrinterTwin("p")) as wire:
        link = open_link(wire.url)
        driver = Driver(link, Options(qr="native"))
        driver.start()
        assert driver.print_slip(TICKET)
        assert wire.twin.state()["slips"][0]["qr"] == [CODE]
        assert decoded(wire.twin) == CODE
        link.close()


@pytest.mark.parametrize("text", ["【】、", "《》", "。", "①Ⅱ℃"])
def test_a_line_of_signs_alone_is_printed_as_it_is(printer, driver, text):
    driver.print_slip(Slip((TextRow(text),)))
    assert printer.twin.state()["slips"][0]["text"] == text


def test_a_rare_surname_is_drawn_as_a_picture(printer, driver):
    plain, rare = Slip((TextRow("先生"),)), Slip((TextRow("㛃𠅤先生"),))
    driver.print_slip(plain)
    driver.print_slip(rare)
    first, second = printer.twin.state()["slips"]
    assert (first["text"], first["pictures"]) == ("先生", 0)
    assert (second["text"], second["pictures"]) == ("", 2)  # 30 dots high: two bands
    one, other = ink_of(driver, "㛃"), ink_of(driver, "𠅤")
    assert one.sum() > 40
    assert other.sum() > 40
    assert (one != other).any()


def test_a_character_that_no_font_has_is_drawn_as_the_agreed_mark(driver):
    """Two of the private area: no font of this machine can have them."""
    assert (ink_of(driver, "\ue5e5") == ink_of(driver, "\uf001")).all()
    assert (ink_of(driver, "\ue5e5") != ink_of(driver, "㛃")).any()
    assert ink_of(driver, "\ue5e5").sum() > 40


def test_a_name_in_yi_is_drawn_from_another_font_beside_chinese(driver):
    """ꆈꌠ is Nuosu, in its own script: the Chinese font has none of it, fonts-sil-nuosusil all."""
    mark = ink_of(driver, "\ue5e5")
    for char in "ꆈꌠꁱꂷ":
        assert ink_of(driver, char).sum() > 20, char
        assert (ink_of(driver, char) != mark).any(), char
    mixed = ink_of(driver, "吉ꆈ")
    assert (mixed[:, :24] == ink_of(driver, "吉ꆈ")[:, :24]).all()
    assert (mixed[:, 24:] == ink_of(driver, "ꆈ")).all()


def test_without_any_font_the_agreed_mark_is_printed(monkeypatch):
    monkeypatch.setattr("drivers.escpos_slip.find_font", lambda: None)
    twin = PrinterTwin("t")
    twin.receive(Encoder(Options()).encode(Slip((TextRow("㛃先生"),))))
    assert twin.state()["slips"][0]["text"] == "〓先生"


def test_a_printer_without_chinese_gets_all_chinese_drawn():
    twin = PrinterTwin("t", {"width_dots": 384})
    twin.receive(Encoder(Options(width_dots=384, encoding="raster")).encode(TICKET))
    (slip,) = twin.state()["slips"]
    assert slip["text"] == "A012\n2026-11-22 09:41"  # every printer has Latin letters
    assert slip["pictures"] > 5
    assert decoded(twin) == CODE


def test_a_long_line_is_broken_and_nothing_is_lost(printer, driver):
    text = "请携带身份证原件和复印件及户口本" * 5
    driver.print_slip(Slip((TextRow(text, size=2),)))
    lines = [line["text"] for line in printer.twin.state()["slips"][0]["lines"]]
    assert "".join(lines) == text
    assert max(len(line) for line in lines) == 12  # 576 dots / 48


def test_a_code_that_cannot_fit_is_refused_before_any_byte(printer, driver):
    before = printer.twin.state()["printed"]
    with pytest.raises(DeviceFault) as caught:
        driver.print_slip(Slip((CodeRow("x" * 4000),)))
    assert caught.value.code is Fault.REFUSED
    assert caught.value.begun is False
    assert (printer.twin.state()["printed"], printer.twin.state()["half"]) == (before, None)


@pytest.mark.parametrize("fault", [Fault.PAPER_OUT, Fault.COVER_OPEN, Fault.CUTTER, Fault.OVERHEATED])
def test_trouble_before_the_slip_is_told_and_no_byte_of_it_leaves(printer, driver, fault):
    printer.twin.fault(fault.value, True)
    assert driver.check().code is fault
    with pytest.raises(DeviceFault) as caught:
        driver.print_slip(TICKET)
    assert (caught.value.code, caught.value.begun) == (fault, False)
    printer.twin.fault(fault.value, False)
    assert printer.twin.state()["half"] is None
    assert driver.check().state is State.OK
    assert driver.print_slip(TICKET) is True
    assert printer.twin.state()["printed"] == 1


@pytest.mark.parametrize("fault", [Fault.PAPER_OUT, Fault.COVER_OPEN])
def test_trouble_in_the_middle_of_the_slip_is_told_as_begun(printer, driver, fault):
    printer.twin.fault(fault.value, True, after=400)
    with pytest.raises(DeviceFault) as caught:
        driver.print_slip(TICKET)
    assert (caught.value.code, caught.value.begun) == (fault, True)
    assert printer.twin.state()["half"]["cut"] is False


def test_paper_running_low_is_told_and_prints(printer, driver):
    printer.twin.fault("near_end", True)
    assert (driver.check().state, driver.check().code) == (State.DEGRADED, Fault.PAPER_LOW)
    assert driver.print_slip(TICKET) is True


def test_a_mute_printer_does_not_start(printer):
    printer.twin.fault("mute", True)
    link = open_link(printer.url)
    with pytest.raises(DeviceFault) as caught:
        Driver(link, Options()).start()
    assert caught.value.code is Fault.NO_ANSWER
    link.close()


def test_a_printer_that_falls_mute_is_down_and_a_new_slip_has_not_begun(printer, driver):
    printer.twin.fault("mute", True)
    assert driver.check().code is Fault.NO_ANSWER
    with pytest.raises(DeviceFault) as caught:
        driver.print_slip(TICKET)
    assert (caught.value.code, caught.value.begun) == (Fault.NO_ANSWER, False)


def test_a_printer_that_falls_mute_in_the_middle_leaves_the_slip_unknown(printer, driver):
    printer.twin.fault("mute", True, after=300)
    with pytest.raises(DeviceFault) as caught:
        driver.print_slip(TICKET)
    assert (caught.value.code, caught.value.begun) == (Fault.NO_ANSWER, True)


def test_a_line_cut_in_the_middle_leaves_the_slip_begun(printer, driver):
    printer.twin.fault("cut_off", True, after=2000)
    with pytest.raises(DeviceFault) as caught:
        driver.print_slip(TICKET)
    assert caught.value.begun is True
    with pytest.raises(LinkLost):
        for _ in range(3):
            driver.check()


def test_after_half_a_picture_the_next_slip_is_whole_and_on_a_sheet_of_its_own(printer, driver):
    printer.twin.fault("cut_off", True, after=1600)  # inside the code's raster
    with pytest.raises(DeviceFault):
        driver.print_slip(TICKET)
    assert printer.twin.state()["half"]["cut"] is False
    link = open_link(printer.url)
    again = Driver(link, Options())
    again.start()
    assert again.print_slip(Slip(TICKET.rows, tear_first=True)) is True
    half, whole = printer.twin.state()["slips"]
    assert [line["text"] for line in half["lines"]][:3] == ["站街镇便民服务中心", "社会保障", "A012"]
    assert len(half["lines"]) == 4
    assert len(whole["lines"]) == 5
    assert decoded(printer.twin) == CODE
    assert printer.twin.state()["unknown_commands"] == []
    link.close()


def test_a_printer_without_a_way_back_is_never_said_to_be_ok(printer):
    printer.twin.fault("one_way", True)
    link = open_link(printer.url)
    driver = Driver(link, Options(status=False))
    driver.start()
    assert driver.check().state is State.UNCONFIRMED
    assert driver.print_slip(TICKET) is False
    printer.wait_for(lambda: printer.twin.state()["printed"] == 1)
    link.close()


def test_a_printer_that_does_not_tell_when_it_is_done_leaves_the_slip_unconfirmed():
    with PrinterOnTcp(PrinterTwin("p", {"queue_status": False})) as wire:
        link = open_link(wire.url)
        driver = Driver(link, Options())
        assert driver.start().facts["confirms"] == "no"
        assert driver.print_slip(TICKET) is False
        link.close()


class JustSwitchedOn(PrinterTwin):
    """Its first word from the queue is lost."""

    awake = False

    def receive(self, chunk):
        answer, goes_on = super().receive(chunk)
        if not self.awake and b"\x1dr" in chunk:
            self.awake, answer = True, b""
        return answer, goes_on


def test_a_printer_that_was_too_busy_at_first_is_asked_again_before_its_first_slip():
    with PrinterOnTcp(JustSwitchedOn("p")) as wire:
        link = open_link(wire.url)
        driver = Driver(link, Options())
        assert driver.start().facts["confirms"] == "no"
        assert driver.print_slip(TICKET) is True
        link.close()


def test_a_slow_printer_is_waited_for(printer, driver):
    printer.twin.fault("slow", True)
    assert driver.print_slip(Slip(TICKET.rows[:4])) is True


def test_unasked_bytes_and_groups_do_not_confuse_the_state(printer, driver):
    printer.say(b"\x1a\x16\x32")  # old answers, of an image's bytes 10 04 n
    printer.say(golden("ASB 4 bytes") * 5)
    assert driver.check().state is State.OK
    printer.twin.receive(golden("enable ASB for online+error+paper"))
    printer.twin.fault("near_end", True)  # sends a group by itself
    # On a busy machine an answer may be later than the quiet time and stand for the next question, once.
    assert any(driver.check().code is Fault.PAPER_LOW for _ in range(3))
    assert driver.print_slip(TICKET) is True


def test_answers_that_come_one_byte_at_a_time_among_groups_are_understood():
    with TricklePrinter(PrinterTwin("p")) as wire:
        link = open_link(wire.url)
        driver = Driver(link, Options())
        assert driver.start().facts["confirms"] == "yes"
        assert driver.check().state is State.OK
        assert driver.print_slip(TICKET) is True
        assert len(wire.twin.state()["slips"][0]["lines"]) == 5
        link.close()


def test_status_bytes_inside_a_picture_bring_unasked_answers_and_no_harm(printer, driver):
    twin = printer.twin
    noisy = b"\x1dv0\x00\x03\x00\x01\x00\x10\x04\x01"
    answer, alive = twin.receive(noisy)
    assert (answer, alive) == (b"\x12", True)
    assert driver.print_slip(TICKET) is True


def test_the_link_is_lost_when_the_printer_is_switched_off(printer, driver):
    printer.stop()
    with pytest.raises(LinkLost):
        for _ in range(3):
            driver.check()


# --- the library contained


def test_the_library_leaves_no_litter_and_no_foreign_log_handler(tmp_path):
    """In a process of its own: the import happens once."""
    script = (
        "import logging, sys\n"
        "from drivers.escpos_slip import Encoder, Options\n"
        "from drivers.capabilities import Slip, TextRow, CodeRow\n"
        "assert 'escpos' not in sys.modules\n"
        "Encoder(Options()).encode(Slip((TextRow('A012'), CodeRow('x'))))\n"
        "assert logging.root.handlers == [], logging.root.handlers\n"
    )
    scratch, cache = tmp_path / "tmp", tmp_path / "cache"
    scratch.mkdir()
    env = {**os.environ, "TMPDIR": str(scratch), "XDG_CACHE_HOME": str(cache)}
    env.pop("CACHE_DIRECTORY", None)
    ran = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert list(scratch.iterdir()) == []
    folder = cache / "bianmin" / "escpos"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [p.suffix for p in folder.iterdir()] == [".pickle"]


# --- helpers


def picture(twin: PrinterTwin) -> Image.Image:
    return Image.open(io.BytesIO(twin.picture()))


def decoded(twin: PrinterTwin) -> str:
    return cv2.QRCodeDetector().detectAndDecode(np.array(picture(twin).convert("L")))[0]


def ink_of(driver: Driver, text: str) -> np.ndarray:
    """What the twin has on paper where the text must be."""
    twin = PrinterTwin("ink")
    twin.receive(Encoder(Options()).encode(Slip((TextRow(text),))))
    drawn = picture(twin).convert("L").crop((70, 150, 70 + 24 * len(text), 182))
    return np.array(drawn) < 128
