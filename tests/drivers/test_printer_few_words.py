"""ESC/POS printers that say little, late or torn: what becomes of the slip."""

import contextlib

import pytest

from drivers.capabilities import State
from drivers.errors import DeviceFault, Fault
from drivers.escpos_slip import Options
from drivers.links import open_link
from drivers.printer_escpos import Driver
from drivers.twins.printer import PrinterTwin
from tests.drivers.printer_bench import OPTIONS, TICKET, WHOLE, printing, slips
from tests.drivers.printer_wire import PrinterOnPty, Scripted


def unconfirmed(driver: Driver) -> None:
    with pytest.raises(DeviceFault, match="no word on the slip") as caught:
        driver.print_slip(TICKET)
    assert (caught.value.code, caught.value.begun) == (Fault.NO_ANSWER, True)


def scripted(answers, options: Options = OPTIONS):
    stack = contextlib.ExitStack()
    printer = Scripted(answers)
    end = stack.enter_context(PrinterOnPty(printer))
    link = open_link(f"serial://{end.path}?baud=115200")
    stack.callback(link.close)
    return stack, Driver(link, options), printer


def test_a_printer_that_only_tells_changes_is_driven_by_them():
    twin = PrinterTwin("p", {"real_time": False})
    with printing("serial", twin) as (driver, _, _):
        assert driver.check().state is State.OK
        assert driver.print_slip(TICKET) is True
        twin.fault("near_end", True)
        assert driver.check().code is Fault.PAPER_LOW
        twin.fault("paper_out", True, after=150)
        with pytest.raises(DeviceFault) as caught:
            driver.print_slip(TICKET)
        assert (caught.value.code, caught.value.begun) == (Fault.PAPER_OUT, True)
        assert driver.check().code is Fault.PAPER_OUT  # it is blocked, and its last word holds
        twin.fault("paper_out", False)
        assert driver.check().code is Fault.PAPER_LOW


def test_the_rest_of_a_torn_group_is_never_taken_for_printed():
    """GS r is never answered; whenever it is asked, three bytes come whose first one was lost."""

    def answers(question: bytes) -> bytes:
        return {0x10: b"\x12", 0x61: b"\x10\x00\x00\x00"}.get(
            question[0 if question[0] == 0x10 else 1], b"\x00\x00\x00"
        )

    stack, driver, _ = scripted(answers)
    with stack:
        driver.start()
        unconfirmed(driver)


def test_a_late_answer_to_the_last_slip_is_not_taken_for_the_next_ones():
    """The printer was still at the first slip; its answer comes with that to a later question."""
    held = []

    def answers(question: bytes) -> bytes:
        if question[0] == 0x10:
            return b"\x12"
        if question[1] == 0x61:
            return b"\x10\x00\x00\x00"
        held.append(question)
        if len(held) == 2:  # the first slip's: not yet
            return b""
        if len(held) == 3:
            return b"\x00\x00"
        return b"\x00" if len(held) == 1 else b""

    stack, driver, _ = scripted(answers)
    with stack:
        driver.start()
        unconfirmed(driver)
        unconfirmed(driver)  # nobody answered for this one
        assert len(held) == 4


def test_a_printer_that_is_still_at_an_earlier_slip_does_not_get_the_next():
    heard = []

    def answers(question: bytes) -> bytes:
        if question[0] == 0x10:
            return b"\x12"
        heard.append(question)
        return b"\x00" if question[1] == 0x72 and len(heard) < 4 else b""

    stack, driver, printer = scripted(answers)
    with stack:
        driver.start()
        unconfirmed(driver)
        before = len(printer.heard)
        with pytest.raises(DeviceFault) as caught:
            driver.print_slip(TICKET)
        assert (caught.value.code, caught.value.begun) == (Fault.OFFLINE, False)
        assert b"A012" not in printer.heard[before:]


def test_a_printer_that_was_in_trouble_at_first_is_learned_later():
    twin = PrinterTwin("p", {"queue_status": False})
    twin.fault("cover_open", True)
    with printing("serial", twin) as (driver, _, _):
        assert driver.check().code is Fault.COVER_OPEN
        twin.fault("cover_open", False)
        assert driver.print_slip(TICKET) is False  # it cannot say, and that is no trouble
    assert slips(twin) == [WHOLE]


def test_a_freed_cutter_is_told_to_recover_and_what_waited_is_dropped():
    twin = PrinterTwin("p")
    with printing("serial", twin) as (driver, _, _):
        twin.fault("cutter", True, after=150)
        with pytest.raises(DeviceFault):
            driver.print_slip(TICKET)
        assert driver.check().code is Fault.CUTTER
        twin.fault("cutter", False)  # the jam is out, the error stays
        assert driver.check().state is State.OK
        assert twin.state()["waiting_bytes"] == 0
        assert slips(twin) == []  # the slip of before does not come late


def test_a_jammed_cutter_is_not_tried_at_every_check():
    def answers(question: bytes) -> bytes:
        if question[0] == 0x10:
            return b"\x1a" if question[2] in (1, 3) else b"\x12"
        return b""

    stack, driver, printer = scripted(answers)
    with stack:
        driver.start()
        for _ in range(17):
            assert driver.check().code is Fault.CUTTER
        assert printer.heard.count(b"\x10\x05\x02") == 5  # at 1, 2, 4, 8, 16
