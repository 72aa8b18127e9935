"""Wires that the demo hall does not have: boards on TCP, printers on ports and nodes, what has no twin."""

import textwrap

import pytest

from drivers import board_onbon_k
from drivers.capabilities import BoardMessage
from drivers.errors import LinkLost
from drivers.framing import Line
from drivers.links import open_link
from drivers.twins.hall import Twins

DEVICES = """
    # What the technician wrote stays.
    [link.net]
    url = "tcp://10.0.0.9:5005"
    [link.paper]
    url = "serial:///dev/ttyUSB0?baud=19200"
    [link.usb]
    url = "usb://04b8:0202"
    [link.keys]
    url = "input:vendor=1234,product=5678"
    [link.other]
    url = "rs485:///dev/ttyUSB1"
    frames = "some-other-pad"

    [device.board]
    driver = "board_onbon_k"
    link = "net"
    address = 3
    [device.serial-printer]
    driver = "printer_escpos"
    link = "paper"
    [device.usb-printer]
    driver = "printer_escpos"
    link = "usb"
    [device.keypad]
    driver = "callpad_evdev"
    link = "keys"
    [device.pad]
    driver = "callpad_framed"
    link = "other"
"""


@pytest.fixture
def twins(tmp_path):
    source = tmp_path / "hall"
    source.mkdir()
    (source / "devices.toml").write_text(textwrap.dedent(DEVICES), encoding="utf-8")
    made = Twins(source, tmp_path / "at")
    made.start()
    yield made
    made.stop()


def url(twins, link):
    text = (twins.config / "devices.toml").read_text(encoding="utf-8")
    assert "# What the technician wrote stays." in text
    block = text.partition(f"[link.{link}]")[2]
    return block.partition('url = "')[2].partition('"')[0]


def show(twins, text):
    link = open_link(url(twins, "net"))
    try:
        driver = board_onbon_k.Driver(Line(link, board_onbon_k.FRAMES), board_onbon_k.Options(address=3))
        driver.start()
        driver.show(BoardMessage((text,)))
    finally:
        link.close()


def test_a_board_on_tcp_is_reached_again_after_hanging_up_and_unplugging(twins):
    show(twins, "A001")
    show(twins, "A002")
    assert twins.ports["board"].state("board")["text"] == "A002"
    twins.ports["board"].fault("board", "unplugged", True)
    with pytest.raises(LinkLost):
        show(twins, "A003")
    twins.ports["board"].fault("board", "unplugged", False)
    show(twins, "A004")
    assert twins.ports["board"].state("board")["text"] == "A004"


@pytest.mark.parametrize(("link", "scheme"), [("paper", "serial://"), ("usb", "file://")])
def test_a_printer_on_a_port_or_node_answers_for_its_state(twins, link, scheme):
    assert url(twins, link).startswith(scheme)
    printer = open_link(url(twins, link))
    try:
        printer.write(b"\x10\x04\x01")
        assert printer.read(5.0) == b"\x12"
        printer.write(b"A001\n\x1dV\x00")
        printer.write(b"\x10\x04\x01")
        assert printer.read(5.0) == b"\x12"
        name = "serial-printer" if link == "paper" else "usb-printer"
        assert [slip["text"].strip() for slip in twins.ports[name].state(name)["slips"]] == ["A001"]
    finally:
        printer.close()


def test_what_has_no_twin_is_named_and_keeps_its_url(twins):
    assert [line.partition(":")[0] for line in twins.without] == ["pad"]
    assert url(twins, "keys").startswith("input:path="), "keys are pressed into a pipe"
    assert url(twins, "other") == "rs485:///dev/ttyUSB1"
