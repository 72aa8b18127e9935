"""Twins know nothing of what they check, and every driver stands in the import contracts."""

import ast
import tomllib
from pathlib import Path

import pytest

from drivers import loader

ROOT = Path(__file__).resolve().parents[2]
TWINS = sorted((ROOT / "drivers" / "twins").glob("*.py"))
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
SHARED_WITH_TWINS = ("drivers.twins", "drivers.capabilities", "drivers.errors")
"""Words of the border are no encoder; everything else a twin writes anew, from the same paper."""


def imported(file):
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("file", TWINS, ids=lambda file: file.stem)
def test_a_twin_imports_no_encoder_and_no_library_of_one(file):
    names = [name for name in imported(file) if name.partition(".")[0] in ("drivers", "edge", "escpos")]
    assert [name for name in names if not name.startswith(SHARED_WITH_TWINS)] == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("edge knows no driver by name, no twin and no screen", "forbidden_modules"),
        ("drivers do not know each other", "modules"),
        ("no runtime driver knows a twin", "source_modules"),
    ],
)
def test_every_driver_stands_in_the_contract(name, key):
    contract = next(contract for contract in CONTRACTS if contract["name"] == name)
    assert {f"drivers.{driver}" for driver in loader.names()} <= set(contract[key])


def test_what_makes_a_printers_or_boards_bytes_is_forbidden_to_twins():
    contract = next(c for c in CONTRACTS if c["name"] == "twins do not import the encoders they check")
    for driver in loader.names():
        if loader.kind_of(driver) not in ("printer", "board"):
            continue
        own = [n.rpartition(".")[0] for n in imported(ROOT / "drivers" / f"{driver}.py")]
        encoders = {n for n in own if n.startswith("drivers.")} - SPOKEN
        assert {f"drivers.{driver}", *encoders} <= set(contract["forbidden_modules"]), driver


SPOKEN = {
    "drivers.capabilities",
    "drivers.errors",
    "drivers.links",
    "drivers.asking",
    "drivers.escpos_status",
}
"""What such a driver imports that makes no bytes: words, errors, wires, patience, a reader of answers."""
