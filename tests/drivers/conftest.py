"""Golden bytes, frame descriptions, and wires with twins on them, for the drivers' tests."""

import json
import tomllib
from pathlib import Path

import pytest

from drivers.errors import FrameError
from drivers.framing import FrameFormat, Line
from drivers.links import open_link
from drivers.twins.wire import PtyEnd, Wire
from tests.threads import none_left

HERE = Path(__file__).parent
WIRE = HERE.parent / "golden" / "wire"
BOARDS = HERE.parents[1] / "config" / "integrations" / "boards.toml"


def pytest_itemcollected(item):
    item.add_marker(pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning"))


@pytest.fixture(autouse=True)
def nothing_is_left_running():
    with none_left(within_s=1.0):
        yield


@pytest.fixture(scope="session")
def golden():
    """The rows of one golden file: device, case, fields, hex, source, confidence."""
    return lambda name: json.loads((WIRE / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def descriptions():
    return tomllib.loads((HERE / "descriptions.toml").read_text(encoding="utf-8"))["frame"]


@pytest.fixture(scope="session")
def board_formats():
    """The boards' descriptions that come with the product, by name."""
    tables = tomllib.loads(BOARDS.read_text(encoding="utf-8"))["frame"]
    return {name: FrameFormat.from_table(table, name) for name, table in tables.items()}


@pytest.fixture(scope="session")
def formats(descriptions):
    return {name: FrameFormat.from_table(table, name) for name, table in descriptions.items()}


@pytest.fixture
def ff68(formats):
    return formats["clerk-pad-ff68"]


class Bench:
    """A PTY with twins at its far end, and links opened on it as the supervisor would."""

    def __init__(self, place, twins):
        self.wire = Wire("bench", PtyEnd(place / "bench"), twins)
        self.url = self.wire.end.url("serial", "baud=57600")
        self._links = []
        self.wire.start()

    def line(self, frames):
        link = open_link(self.url)
        self._links.append(link)
        return Line(link, frames)

    def press(self, twin, **what):
        return self.wire.press(twin, what)

    def fault(self, twin, name, on=True):
        self.wire.fault(twin, name, on)

    def state(self, twin):
        return self.wire.state(twin)

    def close(self):
        for link in self._links:
            link.close()
        self.wire.stop()


@pytest.fixture
def bench(tmp_path):
    made = []

    def make(*twins):
        made.append(Bench(tmp_path, twins))
        return made[-1]

    yield make
    for one in made:
        one.close()


def reads(frames, frame):
    """Is it a frame of this format?"""
    try:
        frames.decode(frame)
    except FrameError:
        return False
    return True
