"""Links on real descriptors: terminals, sockets, serial servers, files."""

import os
import pty
import socket
import termios
import threading
import time
import tty

import pytest
from converters import Converter

from drivers.errors import DeviceFault, Fault, LinkLost
from drivers.framing import Line
from drivers.links import open_link, options_of, scheme_of
from drivers.links_usb import find_node

LONG_S = 20.0
"""A wait that only a failing test would sit out."""


@pytest.fixture
def terminal():
    """A raw pseudo terminal: the far end's descriptor, and the name to open."""
    far, near = pty.openpty()
    tty.setraw(near)
    ends = [far, near]
    yield far, os.ttyname(near), ends
    for end in ends:
        os.close(end)


@pytest.fixture
def opened():
    links = []

    def open_(url, **how):
        links.append(open_link(url, **how))
        return links[-1]

    yield open_
    for link in links:
        link.close()


# --- URLs ---------------------------------------------------------------------------------------------------

GOOD = [
    "serial:///dev/serial/by-id/usb-1a86_USB_Serial-if00-port0?baud=9600",
    "rs485:///dev/ttyS0?baud=57600&rs485_mode=true&echo=true",
    "tcp://10.0.0.9:9100",
    "rfc2217://10.0.0.9:4000?baud=9600",
    "usb://04b8:0202",
    "usb://04b8:0202/J4HX2?via=libusb",
    "file:///dev/usb/lp0",
    "input:vendor=1234,product=5678",
    "input:vendor=1234,product=5678,phys=usb-0000:01:00.0-1.3",
    "video:///dev/v4l/by-id/usb-cam-index0",
    "folder:///var/lib/pages",
]
BAD = {
    "seriel:///dev/ttyS0": "no link",
    "/dev/ttyS0": "no link",
    "serial://ttyS0": "needs a path",
    "tcp://10.0.0.9": "host and a port",
    "serial:///dev/ttyS0?boud=9600": "unknown option 'boud'",
    "serial:///dev/ttyS0?baud=fast": "baud must be a number",
    "serial:///dev/ttyS0?format=8X1": "format",
    "serial:///dev/ttyS0?echo=maybe": "true or false",
    "usb://04b8": "needs the printer's ids",
    "usb://epson:0202": "needs the printer's ids",
    "usb://04b8:0202?via=cups": "via must be node or libusb",
    "input:": "names no device",
    "input:vendor=keypad": "four hex digits",
    "input:serial=1": "unknown option",
}


@pytest.mark.parametrize("url", GOOD)
def test_an_installers_url_is_understood(url):
    options_of(url)
    assert scheme_of(url) == url.partition(":")[0]


@pytest.mark.parametrize("url", BAD)
def test_a_wrong_url_is_refused_before_opening_and_says_what_is_wrong(url):
    with pytest.raises(ValueError, match=BAD[url]):
        options_of(url)


# --- serial -------------------------------------------------------------------------------------------------


def test_bytes_go_both_ways_and_an_answer_is_there_at_once(terminal, opened):
    far, name, _ = terminal
    link = opened(f"serial://{name}?baud=9600")
    link.write(b"\x00\xffhello\x11\x13")
    assert os.read(far, 100) == b"\x00\xffhello\x11\x13"
    os.write(far, b"\xff\x00\x0d\x0a\x03")
    started = time.monotonic()
    assert link.read(LONG_S) == b"\xff\x00\x0d\x0a\x03"
    assert time.monotonic() - started < LONG_S / 2


def test_a_silent_line_gives_nothing_after_the_time(terminal, opened):
    link = opened(f"rs485://{terminal[1]}?rs485_mode=true")
    assert link.read(0.01) == b""


def test_another_thread_ends_a_read_that_waits(terminal, opened):
    link = opened(f"serial://{terminal[1]}")
    threading.Timer(0.02, link.wake).start()
    started = time.monotonic()
    assert link.read(LONG_S) == b""
    assert time.monotonic() - started < LONG_S / 2


def test_a_wake_before_the_read_is_not_lost(terminal, opened):
    link = opened(f"serial://{terminal[1]}")
    link.wake()
    started = time.monotonic()
    assert link.read(LONG_S) == b""
    assert time.monotonic() - started < LONG_S / 2


def test_a_port_belongs_to_one(terminal, opened):
    opened(f"serial://{terminal[1]}")
    with pytest.raises(LinkLost, match="cannot be opened"):
        open_link(f"serial://{terminal[1]}")


def test_the_urls_baud_rate_goes_before_the_makers(terminal, opened):
    assert opened(f"serial://{terminal[1]}?baud=19200", baud=57600).baud == 19200
    assert termios.tcgetattr(terminal[2][1])[4] == termios.B19200


def test_the_makers_baud_rate_holds_where_the_url_says_none(terminal, opened):
    assert opened(f"serial://{terminal[1]}", baud=57600).baud == 57600


def test_an_unplugged_port_is_a_lost_link_for_reading_and_writing(terminal, opened):
    _, name, ends = terminal
    link = opened(f"serial://{name}")
    for end in ends:
        os.close(end)
    ends.clear()
    with pytest.raises(LinkLost, match="gone while reading") as caught:
        link.read(LONG_S)
    assert caught.value.__cause__ is not None
    with pytest.raises(LinkLost, match="takes no bytes"):
        link.write(b"hello")


def test_a_port_that_is_not_there_cannot_be_opened():
    with pytest.raises(LinkLost, match="cannot be opened"):
        open_link("serial:///dev/serial/by-id/nothing?baud=9600")


# --- sockets ------------------------------------------------------------------------------------------------


@pytest.fixture
def server():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener, f"tcp://127.0.0.1:{listener.getsockname()[1]}"


def test_a_socket_is_read_whole_and_woken_like_a_port(server, opened):
    listener, url = server
    link = opened(url)
    with listener.accept()[0] as far:
        link.write(bytes(range(256)) * 20)
        assert far.recv(5120, socket.MSG_WAITALL) == bytes(range(256)) * 20
        far.sendall(b"x" * 3000)
        came = b""
        while len(came) < 3000:
            came += link.read(LONG_S)
        assert came == b"x" * 3000
        threading.Timer(0.02, link.wake).start()
        started = time.monotonic()
        assert link.read(LONG_S) == b""
        assert time.monotonic() - started < LONG_S / 2


def test_a_caller_that_hangs_up_is_a_lost_link(server, opened):
    listener, url = server
    link = opened(url)
    listener.accept()[0].close()
    with pytest.raises(LinkLost, match="gone"):
        link.read(LONG_S)


def test_nobody_listening_is_a_lost_link(server):
    listener, url = server
    listener.close()
    with pytest.raises(LinkLost, match="cannot be opened"):
        open_link(url)


# --- serial servers -----------------------------------------------------------------------------------------


@pytest.fixture
def serial_server(terminal):
    """A port of RFC 2217 before the terminal."""
    converter = Converter("rfc2217", terminal[1], "baud=19200")
    yield converter.url
    converter.close()


def test_a_serial_server_carries_bytes_and_the_baud_rate(terminal, serial_server):
    far, _, ends = terminal
    link = open_link(serial_server)
    try:
        link.write(b"\xff\x00hello")
        assert os.read(far, 100) == b"\xff\x00hello"
        os.write(far, b"\xff\x00back")
        came = b""
        while len(came) < 6:
            came += link.read(1.0)
        assert came == b"\xff\x00back"
        assert termios.tcgetattr(ends[1])[4] == termios.B19200
        assert link.read(0.01) == b""
    finally:
        link.close()


# --- nodes --------------------------------------------------------------------------------------------------


def test_a_printers_node_is_written_and_read(terminal, opened):
    far, name, _ = terminal
    link = opened(f"file://{name}")
    link.write(b"\x1b@" + bytes(2000))
    came = b""
    while len(came) < 2002:
        came += os.read(far, 4096)
    assert came == b"\x1b@" + bytes(2000)
    os.write(far, b"\x12")
    assert link.read(LONG_S) == b"\x12"


def test_a_node_without_a_way_back_waits_instead_of_spinning(tmp_path, opened):
    node = tmp_path / "lp0"
    node.write_bytes(b"")
    link = opened(f"file://{node}")
    assert link.read(0.0) == b""
    threading.Timer(0.02, link.wake).start()
    assert link.read(LONG_S) == b""
    link.write(b"slip")
    assert node.read_bytes() == b"slip"


def test_an_unplugged_node_is_a_lost_link(terminal, opened):
    _, name, ends = terminal
    link = opened(f"file://{name}")
    for end in ends:
        os.close(end)
    ends.clear()
    with pytest.raises(LinkLost, match="gone while reading"):
        link.read(LONG_S)
    with pytest.raises(LinkLost, match="gone while writing"):
        link.write(b"slip")


def test_a_usb_printer_is_found_by_its_ids_and_by_its_serial_number(tmp_path):
    for number, mark in enumerate(["A1", "B2"]):
        usb = tmp_path / "devices" / f"1-{number}"
        (usb / "1-1:1.0").mkdir(parents=True)
        for name, value in (("idVendor", "04b8"), ("idProduct", "0202"), ("serial", mark)):
            (usb / name).write_text(value + "\n")
        entry = tmp_path / "class" / f"lp{number}"
        entry.mkdir(parents=True)
        (entry / "device").symlink_to(usb / "1-1:1.0")
    root = tmp_path / "class"
    assert str(find_node("usb://04B8:0202", root=root)) == "/dev/usb/lp0"
    assert str(find_node("usb://04b8:0202/B2", root=root)) == "/dev/usb/lp1"
    assert str(find_node("usb://04b8:0202", "1-1", root)) == "/dev/usb/lp1"
    assert find_node("usb://04b8:0202", "1-7", root) is None
    assert find_node("usb://04b8:9999", root=root) is None
    for via in ("node", "libusb"):
        with pytest.raises(LinkLost, match=r"usb://04b8:9999"):
            open_link(f"usb://04b8:9999?via={via}")


# --- lines --------------------------------------------------------------------------------------------------


def test_frames_for_others_are_kept_while_a_driver_waits_for_its_answer(terminal, opened, formats):
    far, name, _ = terminal
    frames = formats["clerk-pad-ff68"]
    line = Line(opened(f"serial://{name}?baud=9600"), frames)
    mine, other = (frames.encode(addr=address, func=1, data=b"\x0c") for address in (1, 2))
    line.send(mine)
    assert os.read(far, 100) == mine
    os.write(far, other + mine + other)
    assert line.answer(lambda frame: frame == mine, LONG_S) == mine
    assert line.read(0) == [other, other]


def test_an_old_frame_is_no_answer_and_silence_is_a_fault(terminal, opened, formats):
    far, name, _ = terminal
    frames = formats["clerk-pad-ff68"]
    line = Line(opened(f"serial://{name}?baud=9600"), frames)
    frame = frames.encode(addr=1, func=1, data=b"\x0c")
    os.write(far, frame)
    line.send(frame)
    with pytest.raises(DeviceFault) as caught:
        line.answer(lambda _: True, 0.02)
    assert caught.value.code is Fault.NO_ANSWER
    assert line.read(0) == [frame]


def test_what_an_adapter_gives_back_is_not_taken_for_an_answer(terminal, opened, formats):
    far, name, _ = terminal
    frames = formats["clerk-pad-ff68"]
    line = Line(opened(f"rs485://{name}?baud=9600&echo=true"), frames)
    sent = frames.encode(addr=1, func=3)
    answer = frames.encode(addr=1, func=1, data=b"\x0c")
    line.send(sent)
    os.write(far, sent[:4])
    os.write(far, sent[4:] + answer)
    assert line.answer(lambda _: True, LONG_S) == answer
    assert line.bad == 0


def test_two_that_talk_at_once_are_noticed(terminal, opened, formats):
    far, name, _ = terminal
    frames = formats["clerk-pad-ff68"]
    line = Line(opened(f"rs485://{name}?baud=9600&echo=true"), frames)
    line.send(frames.encode(addr=1, func=3))
    os.write(far, b"\x00\x81")
    assert line.read(LONG_S) == []
    assert line.bad == 1
