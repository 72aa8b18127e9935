"""Printers on libusb: pyusb as it is, above a bus of the tests. The real kernel's part is tests/lab."""

import json
import threading
import time
from pathlib import Path

import pytest
from usb_printer import UsbPrinter

from drivers.errors import LinkLost
from drivers.links_usb import UsbLink
from drivers.twins.printer import PrinterTwin

GOLDEN = json.loads((Path(__file__).parents[1] / "golden/wire/printer_usb_class.json").read_text())
URL = "usb://04b8:0202"
LONG_S = 20.0


def golden(case: str) -> bytes:
    return bytes.fromhex(next(row["hex"] for row in GOLDEN if row["case"].startswith(case)))


@pytest.fixture
def bus():
    return UsbPrinter(PrinterTwin("printer-1"))


@pytest.fixture
def link(bus):
    opened = UsbLink(URL, backend=bus)
    yield opened
    opened.close()


def test_the_kernel_gives_the_interface_up_and_gets_it_back(bus):
    link = UsbLink(URL, backend=bus)
    assert bus.order == ["detach", "claim"]  # never configured anew: that resets the printer
    link.close()
    link.close()
    assert bus.order == ["detach", "claim", "release", "attach", "close"]
    assert bus.kernel


def test_a_printer_that_another_program_holds_goes_back_to_the_kernel(bus):
    bus.claimed = True
    with pytest.raises(LinkLost, match="busy"):
        UsbLink(URL, backend=bus)
    assert bus.order == ["detach", "attach", "close"]


def test_a_printer_that_nobody_configured_is_configured(bus):
    bus.configured = 0
    UsbLink(URL, backend=bus).close()
    assert bus.order[0] == "configure"


def test_questions_and_answers_go_through(bus, link):
    link.write(b"\x10\x04\x01" + bytes(3000) + b"\x1dr\x01")
    came = link.read(LONG_S)
    while len(came) < 2:
        came += link.read(LONG_S)
    assert came == b"\x12\x00"
    assert bus.twin.state()["bytes"] == 3006


def test_silence_ends_in_time_and_empty_packets_are_no_answer(bus, link):
    assert link.read(0.01) == b""
    bus.empty_packets = 3
    link.write(b"\x10\x04\x01")
    assert link.read(LONG_S) == b"\x12"
    assert bus.empty_packets == 0


def test_another_thread_ends_a_read_that_waits(link):
    threading.Timer(0.02, link.wake).start()
    started = time.monotonic()
    assert link.read(LONG_S) == b""
    assert time.monotonic() - started < LONG_S / 2


def test_an_unplugged_printer_is_a_lost_link_in_every_verb(bus, link):
    bus.plugged = False
    for verb in (lambda: link.read(LONG_S), lambda: link.write(b"slip"), link.port_status):
        with pytest.raises(LinkLost, match="usb://04b8:0202"):
            verb()
    link.close()


def test_a_printer_that_takes_nothing_is_a_lost_link_and_still_tells_its_port_status(bus, link):
    bus.takes = False
    with pytest.raises(LinkLost, match="takes no bytes"):
        link.write(b"slip")
    bus.status = golden("GET_PORT_STATUS reply byte")[0]
    assert link.port_status() == 0x18
    assert bus.setups == [golden("GET_PORT_STATUS setup packet")]


def test_a_printer_that_does_not_know_the_question_has_no_port_status(bus, link):
    bus.knows_status = False
    assert link.port_status() is None


@pytest.mark.parametrize(
    ("settings", "alternate", "answers"),
    [
        (((7, 1), (7, 2)), 1, True),  # both ways is better
        (((7, 1),), 0, False),  # one way: what it says is not asked for
        (((7, 3), (7, 2)), 1, True),  # IEEE 1284.4 is not spoken
    ],
)
def test_the_interface_that_talks_back_is_chosen(settings, alternate, answers):
    bus = UsbPrinter(PrinterTwin("p"), settings)
    link = UsbLink(URL, backend=bus)
    assert bus.alternate == alternate
    link.write(b"\x10\x04\x01")
    assert link.read(0.02) == (b"\x12" if answers else b"")
    link.close()


@pytest.mark.parametrize(
    ("url", "settings", "why"),
    [
        ("usb://04b8:0203", ((7, 2),), "no such printer"),
        ("usb://04b8:0202/OTHER", ((7, 2),), "no such printer"),
        (URL, ((3, 1),), "no printer interface"),
        (URL, ((7, 3),), "no printer interface"),
    ],
)
def test_what_is_no_such_printer_is_refused(url, settings, why):
    with pytest.raises(LinkLost, match=why):
        UsbLink(url, backend=UsbPrinter(PrinterTwin("p"), settings))


def test_a_printer_is_found_by_its_socket(bus):
    UsbLink(URL, "1-1", bus).close()
    with pytest.raises(LinkLost, match="no such printer"):
        UsbLink(URL, "1-2", bus)


def test_a_printer_is_found_by_its_serial_number_and_belongs_to_one(bus):
    link = UsbLink(f"{URL}/J4HX2", backend=bus)
    bus.kernel = False
    with pytest.raises(LinkLost, match="cannot be opened"):
        UsbLink(URL, backend=bus)
    link.close()
