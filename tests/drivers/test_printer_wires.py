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

from drivers.capabilities import Slip, State
from drivers.errors import DeviceFault, Fault, LinkLost
from drivers.escpos_slip import Options
from drivers.links import open_link
from drivers.printer_escpos import Driver
from drivers.twins.printer import PrinterTwin
from tests.drivers.printer_bench import OPTIONS, TICKET, WHOLE, printing, slips
from tests.drivers.printer_wire import PrinterOnPty

WIRES = ("tcp", "serial", "file", "libusb")


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
