"""What holds for every driver, found by the loader: a new one is tested here without a line added.

`USUAL` names the options that have no usual value; a driver whose options all have one needs no row.
"""

import contextlib
import dataclasses
import os
import subprocess
import sys
import time

import pytest
from conftest import HERE

from drivers import loader
from drivers.capabilities import (
    BoardMessage,
    DeviceStatus,
    PadDisplay,
    RatingDisplay,
    RatingState,
    Slip,
    TextRow,
)
from drivers.errors import DeviceFault, FrameError, LinkLost, UnknownDriver
from drivers.frame_format import FrameFormat
from drivers.framing import Line
from drivers.links import SCHEMES, SerialLink
from drivers.twins.wire import PtyEnd

SCORES = {"scores": {"1": 5}}
USUAL = {"rating_framed": SCORES, "rating_evdev": SCORES, "rating_websocket": SCORES}

LONGEST_S = {"start": 15.0, "check": 5.0, "show": 3.0, "print_slip": 9.0, "capture": 6.0, "poll": 4.0}
"""How long a verb may block on a silent device: capabilities.py, and some more for a busy machine."""

VERBS = {
    "board": {"show": lambda d: d.show(BoardMessage(("A001",)))},
    "callpad": {"show": lambda d: d.show(PadDisplay(1, "A001"))},
    "printer": {"print_slip": lambda d: d.print_slip(Slip((TextRow("A001"),)))},
    "rating": {"show": lambda d: d.show(RatingDisplay(RatingState.ASKING, ticket="A001"))},
    "idcard": {"poll": lambda d: d.poll(0.05)},
    "scanner": {"poll": lambda d: d.poll(0.05)},
    "ups": {},
    "camera": {},
}
NAMES = loader.names()
SERIAL = [name for name in NAMES if "serial" in loader.load(name).LINKS]
FRAMED = [name for name in NAMES if loader.speaks_frames(loader.load(name))]


def options(name):
    return loader.load(name).Options(**USUAL.get(name, {}))


def frames_for(name, formats, board_formats):
    described = board_formats["board-line"] if loader.kind_of(name) == "board" else formats["clerk-pad-ff68"]
    return loader.fixed_frames(loader.load(name)) or described


@pytest.fixture
def silent(tmp_path):
    """A wire with nobody at its far end."""
    end = PtyEnd(tmp_path / "silent")
    end.plug()
    yield end
    end.unplug()


@pytest.fixture
def made(silent, formats, board_formats):
    """A driver as the supervisor makes it, on that wire."""
    links = []

    def make(name):
        links.append(SerialLink(silent.url("serial", "baud=57600"), {"baud": "57600"}))
        module = loader.load(name)
        if not loader.speaks_frames(module):
            return module.Driver(links[-1], options(name))
        return module.Driver(Line(links[-1], frames_for(name, formats, board_formats)), options(name))

    yield make
    for link in links:
        link.close()


def test_every_kind_has_a_driver_and_names_are_sorted():
    assert {loader.kind_of(name) for name in NAMES} == set(loader.KINDS)
    assert list(NAMES) == sorted(NAMES)


@pytest.mark.parametrize("name", ["board_onbon", "capabilities", "twins", "board_", "os", "..errors"])
def test_a_name_that_is_no_driver_is_refused_with_those_there_are(name):
    with pytest.raises(UnknownDriver, match="board_onbon_k"):
        loader.load(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_module_keeps_the_contract(name):
    module = loader.load(name)
    assert module.__doc__, "the first sentence says which devices, by which wire, from which source"
    assert set(module.LINKS) <= set(SCHEMES)
    assert all(callable(getattr(module.Driver, verb)) for verb in ("start", "check"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        options(name).anything = 1


@pytest.mark.parametrize("name", NAMES)
def test_a_driver_loads_alone_and_brings_no_camera_library(name):
    code = f"import sys; from drivers import loader; loader.load({name!r}); sys.exit('cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=HERE.parents[1], check=False).returncode == 0


@pytest.mark.parametrize("name", NAMES)
def test_options_of_the_wrong_name_do_not_bind(name):
    with pytest.raises(TypeError, match="adress"):
        loader.load(name).Options(**USUAL.get(name, {}), adress=1)


@pytest.mark.parametrize("name", SERIAL)
def test_a_silent_device_is_said_to_be_silent_within_its_time(name, made):
    driver = made(name)
    started = time.monotonic()
    with contextlib.suppress(DeviceFault):
        driver.start()
    assert time.monotonic() - started < LONGEST_S["start"]
    started = time.monotonic()
    assert isinstance(driver.check(), DeviceStatus)
    assert time.monotonic() - started < LONGEST_S["check"]
    for verb, call in VERBS[loader.kind_of(name)].items():
        started = time.monotonic()
        try:
            call(driver)
        except DeviceFault as fault:
            assert str(fault)
        assert time.monotonic() - started < LONGEST_S[verb]


@pytest.mark.parametrize("name", [name for name in SERIAL if loader.kind_of(name) in ("board", "printer")])
def test_a_lost_link_is_a_lost_link_in_every_verb(name, made, silent):
    driver = made(name)
    silent.unplug()
    for call in (lambda d: d.start(), lambda d: d.check(), *VERBS[loader.kind_of(name)].values()):
        with pytest.raises(LinkLost):
            call(driver)


@pytest.mark.parametrize("name", FRAMED)
def test_frames_of_a_driver_take_apart_and_build_again(name, formats, board_formats):
    frames = frames_for(name, formats, board_formats)
    assert isinstance(frames, FrameFormat)
    for data in (b"", b"\x00", bytes(range(40))):
        frame = frames.encode(data=data)
        assert frames.encode(**frames.decode(frame)) == frame


@pytest.mark.parametrize("name", FRAMED)
def test_garbage_is_a_frame_error_or_not_claimed_and_nothing_else(name, made, formats, board_formats):
    driver = made(name)
    frames = frames_for(name, formats, board_formats)
    heads = [b"", frames.head, frames.head * 3]
    whole = [frames.encode(data=data) for data in (b"", b"\xff", b"\x00" * 30)]
    for garbage in [head + os.urandom(size) for head in heads for size in range(12)] + whole:
        if driver.claims(garbage):
            try:
                driver.on_frame(garbage)
            except FrameError:
                continue


@pytest.mark.parametrize("name", [name for name in NAMES if loader.kind_of(name) == "board"])
def test_a_board_says_how_much_it_holds(name, made):
    geometry = made(name).geometry
    assert geometry.columns > 1 and geometry.rows > 0
