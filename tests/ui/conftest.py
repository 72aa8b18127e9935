"""The screens under test draw into memory, with the cut fonts of the cache."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pytest
from ui_stage import Stage

from kiosk_ui import fonts


@pytest.fixture(scope="session")
def stage() -> Stage:
    fonts.cut(print)
    return Stage()
