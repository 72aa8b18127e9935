"""Whatever stands in a config folder, reading it gives settings or lines for a person, and nothing else."""

import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomlkit
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from edge import settings
from edge.errors import ConfigError
from tests.settings.conftest import DEMO

FILES = ("hall.toml", "devices.toml", "boards.toml", "uplink.toml", "calendar.toml", "staff.toml")
TABLES = {name: tomllib.loads((DEMO / name).read_text("utf-8")) for name in FILES}

STEADY = effort(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
keys = st.text("abc_-.\n", max_size=5)
values = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
        st.sampled_from(
            ["", "rs485://", "tcp://[", "input:", "video:x", "{number", "24:00-00:00", "\x1b[2J"]
        ),
        st.dates(),
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_-.\n", max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(table: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key of a table and below."""
    for key, value in table.items():
        yield (*way, key)
        if isinstance(value, dict):
            yield from places(value, (*way, key))


def put(table: dict[str, Any], way: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The table with one place changed."""
    head, *rest = way
    inner = put(table[head], tuple(rest), value) if rest else value
    return {**table, head: inner}


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    name = draw(st.sampled_from(FILES))
    way = draw(st.sampled_from(list(places(TABLES[name]))))
    key = draw(st.sampled_from([way[-1], "extra", "a\nb"]))
    table = put(TABLES[name], (*way[:-1], key), draw(values))
    return name, tomlkit.dumps(table).encode()


def read(name: str, text: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "hall"
        shutil.copytree(DEMO, folder)
        (folder / name).write_bytes(text)
        try:
            settings.load(folder)
        except ConfigError as error:
            assert error.problems
            for line in error.problems:
                assert line.isprintable(), line
                assert ": " in line


@effort(STEADY, max_examples=60)
@given(damaged())
def test_one_damaged_place_never_ends_in_a_traceback(case: tuple[str, bytes]) -> None:
    read(*case)


@effort(STEADY, max_examples=30)
@given(st.sampled_from(FILES), st.binary(max_size=200))
def test_random_bytes_never_end_in_a_traceback(name: str, text: bytes) -> None:
    read(name, text)
