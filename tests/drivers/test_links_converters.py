"""Serial devices behind an Ethernet converter: the same bytes, and a line without a far end is found."""

import threading
import time
from pathlib import Path

import pytest
from converters import Converter

from drivers.errors import LinkLost
from drivers.links import open_link
from drivers.links_alive import ASK_EVERY_S, HALF_OPEN_S
from drivers.twins.wire import PtyEnd

LONG_S = 20.0
SCHEMES = ("tcp", "rfc2217")
WITHIN_S = 10.0
"""Of the issue: how soon a half-open line must be found."""


@pytest.fixture
def terminal(tmp_path):
    end = PtyEnd(tmp_path / "far")
    end.plug()
    yield end
    end.unplug()


@pytest.fixture
def converter(terminal, tmp_path):
    made = []

    def make(scheme, query=""):
        made.append(Converter(scheme, str(tmp_path / "far"), query))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def opened():
    links = []

    def open_(url):
        links.append(open_link(url))
        return links[-1]

    yield open_
    for link in links:
        link.close()


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


def read_all(link, size):
    came = b""
    while len(came) < size:
        came += link.read(LONG_S)
    return came


def read_far(terminal, size):
    came = b""
    while len(came) < size:
        came += terminal.read(terminal.watched())
    return came


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_byte_goes_both_ways(scheme, converter, terminal, opened):
    link = opened(converter(scheme).url)
    every = bytes(range(256))
    link.write(every)
    assert read_far(terminal, 256) == every
    terminal.write(every)
    assert read_all(link, 256) == every
    assert link.read(0.01) == b""


@pytest.mark.parametrize("scheme", SCHEMES)
def test_another_thread_ends_a_read_that_waits(scheme, converter, opened):
    link = opened(converter(scheme).url)
    threading.Timer(0.02, link.wake).start()
    started = time.monotonic()
    link.read(LONG_S)
    assert time.monotonic() - started < LONG_S / 2


def test_reads_of_different_patience_do_not_trouble_the_serial_server(converter, terminal, opened):
    """pyserial itself sends all settings anew each time that the patience changes, and waits for answers."""
    link = opened(converter("rfc2217").url)
    for n in range(50):
        assert link.read(0.0001 * n) == b""
    terminal.write(b"still there")
    assert read_all(link, 11) == b"still there"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_converter_that_hangs_up_is_a_lost_link(scheme, converter, opened):
    one = converter(scheme)
    link = opened(one.url)
    link.write(b"hello")
    one.hang_up()
    with pytest.raises(LinkLost, match="gone while reading"):
        while True:
            link.read(LONG_S)


def until_lost(link, work, took):
    started = time.monotonic()
    try:
        while time.monotonic() - started < 2 * WITHIN_S:
            work(link)
    except LinkLost:
        took.append(time.monotonic() - started)


def listen(link):
    link.read(LONG_S)


def ask_now_and_then(link):
    link.write(b"?")
    link.read(0.5)


def test_a_line_without_a_far_end_is_found_within_ten_seconds(converter, opened):
    """Four lines at once, since the kernel's clock cannot be hurried: listened to, and written to."""
    assert HALF_OPEN_S + ASK_EVERY_S < WITHIN_S
    took, threads = [], []
    for scheme in SCHEMES:
        for work in (listen, ask_now_and_then):
            one = converter(scheme)
            link = opened(one.url)
            link.write(b"hello")
            link.read(0.01)
            one.go_silent()
            threads.append(threading.Thread(target=until_lost, args=(link, work, took)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(took) == 4, "a line was never found to be half open"
    assert max(took) < WITHIN_S


@pytest.mark.parametrize("scheme", SCHEMES)
def test_nothing_stays_open(scheme, converter):
    one = converter(scheme)
    open_link(one.url).close()
    before = open_files()
    for _ in range(3):
        link = open_link(one.url)
        link.write(b"x")
        link.close()
    deadline = time.monotonic() + 5
    while open_files() > before and time.monotonic() < deadline:
        time.sleep(0.02)  # the converter's own end of the last connection
    assert open_files() <= before
