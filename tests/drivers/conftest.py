"""Golden bytes, frame descriptions and wires for the drivers' tests."""

import json
import tomllib
from pathlib import Path

import pytest

from drivers.framing import FrameFormat

HERE = Path(__file__).parent
WIRE = HERE.parent / "golden" / "wire"


@pytest.fixture(scope="session")
def golden():
    """The rows of one golden file: device, case, fields, hex, source, confidence."""
    return lambda name: json.loads((WIRE / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def descriptions():
    return tomllib.loads((HERE / "descriptions.toml").read_text(encoding="utf-8"))["frame"]


@pytest.fixture(scope="session")
def formats(descriptions):
    return {name: FrameFormat.from_table(table, name) for name, table in descriptions.items()}
