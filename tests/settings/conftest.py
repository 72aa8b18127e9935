"""A config folder of one's own to break."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from edge import settings
from edge.errors import ConfigError

DEMO = Path(__file__).resolve().parents[2] / "config" / "demo"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the demo hall."""
    copy = tmp_path / "hall"
    shutil.copytree(DEMO, copy)
    return copy


@pytest.fixture
def edit(folder: Path) -> Callable[[str, str, str], None]:
    """`edit(file, old, new)`: replace a piece of a file that stands there."""

    def edit(name: str, old: str, new: str) -> None:
        file = folder / name
        text = file.read_text("utf-8")
        assert old in text, f"{name} has no {old!r}"
        file.write_text(text.replace(old, new, 1), "utf-8")

    return edit


@pytest.fixture
def problems(folder: Path) -> Callable[[], list[str]]:
    """All lines that the folder's reading gives."""

    def problems() -> list[str]:
        try:
            settings.load(folder)
        except ConfigError as error:
            return list(error.problems)
        return []

    return problems
