"""The ESC/POS driver on every wire that it can live on, and what each trouble on it ends in."""

import contextlib
import os
import pty
import threading
import tty

import pytest
import serial
import serial.rfc2217
from converters import Converter
from usb_printer import UsbPrinter

from drivers.capabilities import Align, CodeRow, Slip, State, TextRow
from drivers.errors import DeviceFault, Fault, LinkLost
from drivers.escpos_slip import Options
from drivers.links import open_link
from drivers.links_usb import UsbLink
from drivers.printer_escpos import Driver
from drivers.twins.printer import PrinterTwin
from tests.drivers.printer_wire import PrinterOnPty, PrinterOnTcp, Scripted

TICKET = Slip(
    (
        TextRow("社会保障", size=2, align=Align.CENTER),
        TextRow("A012", size=5, bold=True, align=Align.CENTER),
        CodeRow("K7QM4X2B"),
        TextRow("前面还有 3 人等候"),
    )
)
OPTIONS = Options(confirm_s=0.6)
WIRES = ("tcp", "serial", "file", "libusb")


@contextlib.contextmanager
def printing(wire: str, twin: PrinterTwin, options: Options = OPTIONS, *, started: bool = True):
    """A driver on this wire, the printer's twin at its other end; the third: the bus, where it is one."""
    bus = UsbPrinter(twin)
    with contextlib.ExitStack() as stack:
        if wire == "libusb":
            link = UsbLink("usb://04b8:0202", backend=bus)
        elif wire == "tcp":
            link = open_link(stack.enter_context(PrinterOnTcp(twin)).url)
        else:
            end = stack.enter_context(PrinterOnPty(lambda chunk: twin.receive(chunk)[0] + twin.unasked()))
            link = open_link(f"{wire}://{end.path}" + ("?baud=115200" if wire == "serial" else ""))
        stack.callback(link.close)
        driver = Driver(link, options)
        if started:
            driver.start()
        yield driver, link, bus


def slips(twin: PrinterTwin) -> list[list[str]]:
    return [[line["text"] for line in slip["lines"]] for slip in twin.state()["slips"]]


WHOLE = ["社会保障", "A012", "前面还有 3 人等候"]


# --- every wire


@pytest.mark.parametrize("wire", WIRES)
def test_a_slip_is_printed_and_confirmed(wire):
    twin = PrinterTwin("p")
    with printing(wire, twin) as (driver, _, _):
        assert driver.print_slip(TICKET) is True
        assert driver.print_slip(TICKET) is True
        assert driver.check().state is State.OK
    assert slips(twin) == [WHOLE, WHOLE]
    assert twin.state()["unknown_commands"] == []


@pytest.mark.parametrize("wire", WIRES)
def test_an_open_cover_is_known_before_anybody_asks(wire):
    twin = PrinterTwin("p")
    with printing(wire, twin) as (driver, link, _):
        assert driver.poll(0.02) == ()
        twin.fault("cover_open", True)
        link.write(b"\0")  # the wires of these tests carry something only when they hear something
        with pytest.raises(DeviceFault) as caught:
            for _ in range(50):
                driver.poll(0.1)
        assert caught.value.code is Fault.COVER_OPEN
        assert driver.poll(0.02) == ()  # said once
        assert driver.check().code is Fault.COVER_OPEN


MIDDLE = {
    "paper_out": Fault.PAPER_OUT,
    "cover_open": Fault.COVER_OPEN,
    "cutter": Fault.CUTTER,
    "overheated": Fault.OVERHEATED,
    "mute": Fault.NO_ANSWER,
    "power": Fault.NO_ANSWER,
    "offline": Fault.OFFLINE,  # it might have been only busy
    "half_job": Fault.NO_ANSWER,  # nothing is wrong with it, and its word on the job does not come
}


@pytest.mark.parametrize(
    ("wire", "fault"),
    [*(("serial", fault) for fault in MIDDLE), ("tcp", "paper_out"), ("libusb", "power")],
)
def test_trouble_in_the_middle_has_a_defined_end_and_the_next_slip_is_whole(wire, fault):
    twin = PrinterTwin("p")
    with printing(wire, twin) as (driver, _, _):
        twin.fault(fault, True, after=150)
        with pytest.raises(DeviceFault) as caught:
            driver.print_slip(TICKET)
        assert (caught.value.code, caught.value.begun) == (MIDDLE[fault], True)
        assert WHOLE not in slips(twin)
        twin.fault(fault, False)
        if driver.check().code is Fault.NO_ANSWER:
            driver.start()
        assert driver.check().state is State.OK
        assert driver.print_slip(Slip(TICKET.rows, tear_first=True)) is True
        assert slips(twin)[-1] == WHOLE


@pytest.mark.parametrize(
    ("wire", "fault", "code"),
    [
        ("serial", "paper_out", Fault.PAPER_OUT),
        ("libusb", "cover_open", Fault.COVER_OPEN),
        ("serial", "cutter", Fault.CUTTER),
        ("file", "offline", Fault.OFFLINE),
        ("serial", "power", Fault.NO_ANSWER),
    ],
)
def test_trouble_before_is_told_and_no_byte_of_the_slip_leaves(wire, fault, code):
    twin = PrinterTwin("p")
    with printing(wire, twin) as (driver, _, _):
        twin.fault(fault, True)
        with pytest.raises(DeviceFault) as caught:
            driver.print_slip(TICKET)
        assert (caught.value.code, caught.value.begun) == (code, False)
        twin.fault(fault, False)
        if driver.check().code is Fault.NO_ANSWER:
            driver.start()
        assert driver.print_slip(TICKET) is True
    assert slips(twin) == [WHOLE]


def test_a_cable_pulled_in_the_middle_leaves_the_slip_begun():
    twin = PrinterTwin("p")
    with printing("libusb", twin) as (driver, _, bus):
        hear = twin.receive

        def pulled(chunk: bytes):
            bus.plugged = twin.state()["bytes"] < 3000
            return hear(chunk)

        twin.receive = pulled
        with pytest.raises(DeviceFault) as caught:
            driver.print_slip(TICKET)
        assert (caught.value.code, caught.value.begun) == (Fault.LINK_LOST, True)
        with pytest.raises(LinkLost):
            driver.check()


@pytest.mark.parametrize(
    ("automatic", "status", "code"),
    [
        (True, 0x18, Fault.PAPER_OUT),  # its last group said so
        (False, 0x38, Fault.PAPER_OUT),  # the USB port says so
        (False, 0x10, Fault.REFUSED),
        (False, 0x18, Fault.LINK_LOST),  # cheap ones: "all is well"
    ],
)
def test_a_printer_that_takes_no_more_says_why_where_it_can(automatic, status, code):
    twin = PrinterTwin("p")
    with printing("libusb", twin, Options(confirm_s=0.6, automatic=automatic)) as (driver, _, bus):
        twin.fault("paper_out", True, after=150)
        bus.status, bus.room = status, 400
        with pytest.raises(DeviceFault) as caught:
            driver.print_slip(TICKET)
        assert (caught.value.code, caught.value.begun) == (code, True)
        if code is Fault.LINK_LOST:
            with pytest.raises(LinkLost):
                driver.check()
            return
        assert driver.check().code is code  # and the link is kept
        for verb in (driver.start, lambda: driver.print_slip(TICKET)):
            with pytest.raises(DeviceFault) as caught:
                verb()
            assert (caught.value.code, caught.value.begun) == (code, False)
        twin.fault("paper_out", False)
        bus.status, bus.room = 0x18, 1_000_000
        assert driver.check().state is State.OK
        assert driver.print_slip(Slip(TICKET.rows, tear_first=True)) is True
        assert slips(twin)[-1] == WHOLE


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [(0x18, State.UNCONFIRMED, None), (0x38, State.DOWN, Fault.PAPER_OUT), (0x10, State.DOWN, Fault.REFUSED)],
)
def test_a_printer_without_a_way_back_is_known_by_its_usb_port(status, state, code):
    twin = PrinterTwin("p", {"real_time": False, "automatic_status": False, "queue_status": False})
    with printing("libusb", twin, Options(status=False)) as (driver, _, bus):
        bus.status = status
        assert (driver.check().state, driver.check().code) == (state, code)
        if code:
            with pytest.raises(DeviceFault) as caught:
                driver.print_slip(TICKET)
            assert (caught.value.code, caught.value.begun) == (code, False)
        else:
            assert driver.print_slip(TICKET) is False
        assert slips(twin) == ([] if code else [WHOLE])


def test_a_job_that_a_slow_wire_still_carries_is_waited_for():
    """The kernel takes the whole job at once; the printer hears it for a second longer."""
    twin = PrinterTwin("p")
    with PrinterOnPty(lambda chunk: twin.receive(chunk)[0], baud=38_400) as end:
        link = open_link(f"serial://{end.path}?baud=38400")
        driver = Driver(link, OPTIONS)
        assert driver.start().facts["confirms"] == "yes"
        assert driver.print_slip(TICKET) is True
        link.close()
    assert slips(twin) == [WHOLE]


def test_a_slow_wire_behind_a_converter_is_known_by_its_url():
    """Else every slip would end unknown: a question comes behind the job, seconds later than on a network."""
    twin = PrinterTwin("p")
    with PrinterOnPty(lambda chunk: twin.receive(chunk)[0], baud=38_400) as end:
        converter = Converter("tcp", end.path, "baud=38400")
        link = open_link(converter.url)
        driver = Driver(link, OPTIONS)
        assert driver.start().facts["confirms"] == "yes"
        assert driver.print_slip(TICKET) is True
        link.close()
        converter.close()
    assert slips(twin) == [WHOLE]


# --- a port's DSR


class Port(serial.Serial):
    """A terminal whose DSR is a wish."""

    cts = ri = cd = False
    dsr = True

    def _update_dtr_state(self) -> None: ...

    def _update_rts_state(self) -> None: ...


@pytest.fixture
def busy_port():
    """A serial server, its port, and the printer there; `port.dsr` false: it is busy."""
    far, near = pty.openpty()
    tty.setraw(near)
    port = Port(os.ttyname(near), baudrate=115200, timeout=0.02)
    twin = PrinterTwin("p")
    ends = [threading.Event()]

    with contextlib.ExitStack() as stack:
        import socket

        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def serve():
            caller = listener.accept()[0]
            caller.settimeout(0.01)

            class Connection:
                write = staticmethod(caller.sendall)

            manager = serial.rfc2217.PortManager(port, Connection())
            with caller:
                while not ends[0].is_set():
                    try:
                        chunk = caller.recv(1024)
                    except TimeoutError:
                        manager.check_modem_lines()
                        continue
                    if not chunk:
                        return
                    said, _ = twin.receive(b"".join(manager.filter(chunk)))
                    caller.sendall(b"".join(manager.escape(said)))

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"rfc2217://127.0.0.1:{listener.getsockname()[1]}?baud=115200", port, twin
        ends[0].set()
        thread.join()
    port.close()
    os.close(far)
    os.close(near)


def test_a_printer_that_is_busy_by_dsr_gets_no_slip_and_is_asked_all_the_same(busy_port):
    url, port, twin = busy_port
    link = open_link(f"{url}&dsr=on")
    driver = Driver(link, OPTIONS)
    driver.start()
    assert driver.print_slip(TICKET) is True
    port.dsr = False
    twin.fault("paper_out", True)
    for _ in range(100):
        if not link._port.dsr:
            break
        link.read(0.02)
    assert driver.check().code is Fault.PAPER_OUT
    freed = threading.Event()

    def free() -> None:
        freed.set()
        port.dsr = True

    threading.Timer(0.05, free).start()
    link.write(b"\0")
    assert freed.is_set()  # not before
    assert slips(twin) == [WHOLE]
    link.close()


# --- printers of few words


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
