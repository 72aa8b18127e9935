"""What holds for drivers that live on no wire: keypads, folders, inboxes, pins, pads that call in.

As tests/drivers/test_contract_wires.py for the others; drivers are found by the loader.
"""

import os
import socket
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from test_contract import NAMES, VERBS, options
from test_contract_wires import WIRES, formats_of, listening, open_files

from drivers import loader
from drivers.capabilities import DeviceStatus
from drivers.errors import DeviceFault, LinkLost
from drivers.framing import Line
from drivers.links import open_link

ELSEWHERE = ("usb", "video", "file", "rs485")
"""Their links need a bus or a camera (tests of their own, the device lab), or are a terminal like others."""
CASES = [
    (name, scheme)
    for name in NAMES
    for scheme in loader.load(name).LINKS
    if scheme not in (*WIRES, *ELSEWHERE)
]


@pytest.fixture(autouse=True)
def pins(monkeypatch):
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")


def there(scheme, place, open_):
    """A URL of this scheme with something behind it."""
    place.mkdir(exist_ok=True)
    if scheme == "input":
        fifo = place / "keys"
        if not fifo.exists():
            os.mkfifo(fifo)
        writing = os.open(fifo, os.O_RDWR)
        open_.callback(os.close, writing)
        return f"input:path={fifo}"
    if scheme == "ws":
        with socket.create_server(("127.0.0.1", 0)) as free:
            return f"ws://127.0.0.1:{free.getsockname()[1]}"
    return {"folder": f"folder://{place}", "inbox": f"inbox://{place}", "gpio": "gpio://17"}[scheme]


NOWHERE = {
    "input": "input:path=/nowhere/keys",
    "folder": "folder:///nowhere",
    "inbox": "inbox:///nowhere",
    "ws": "ws://192.0.2.1:8620",
    "gpio": "gpio://17",
}
"""`ws`: an address of documents, never this machine's. A pin is always there by number."""


class Place:
    def __init__(self, name, url):
        self.name = name
        self.link = open_link(url)
        try:
            module = loader.load(name)
            frames = next(iter(formats_of(name)), None)
            self.line = Line(self.link, frames) if loader.speaks_frames(module) else self.link
            self.driver = module.Driver(self.line, options(name))
        except BaseException:
            self.link.close()
            raise

    def use(self):
        """Every verb once, as the supervisor calls them; its faults are the device's own matter."""
        calls = {"start": lambda d: d.start(), **VERBS.get(loader.kind_of(self.name), {})}
        for call in [*calls.values(), *(call for _, call in listening(self))]:
            with suppress(DeviceFault):
                call(self.driver)
        assert isinstance(self.driver.check(), DeviceStatus)


@pytest.mark.parametrize(("name", "scheme"), CASES)
def test_it_is_opened_used_and_closed_and_nothing_stays(name, scheme, tmp_path):
    def once():
        with ExitStack() as open_:
            place = Place(name, there(scheme, tmp_path / "place", open_))
            open_.callback(place.link.close)
            place.use()

    once()
    before, threads = open_files(), threading.active_count()
    once()
    until = time.monotonic() + 2
    while (open_files() > before or threading.active_count() > threads) and time.monotonic() < until:
        time.sleep(0.01)  # a server's last socket goes by itself
    assert open_files() <= before
    assert threading.active_count() <= threads


@pytest.mark.parametrize(("name", "scheme"), CASES)
def test_what_is_not_there_is_a_lost_link_or_a_fault_and_nothing_else(name, scheme):
    try:
        place = Place(name, NOWHERE[scheme])
    except LinkLost as lost:
        assert NOWHERE[scheme] in str(lost)
        return
    try:
        with suppress(LinkLost):
            place.use()
    finally:
        place.link.close()


def test_every_driver_is_held_to_the_contract_somewhere():
    """On a wire, in a place, or in tests of its own that are named."""
    held = {name for name, _ in CASES}
    held |= {name for name in NAMES if set(WIRES) & set(loader.load(name).LINKS)}
    assert set(NAMES) == held
    assert Path(__file__).with_name("test_camera_opencv.py").exists()
