"""The pack that the set-up makes, from the cache."""

import pytest

from kiosk_ui.voice import made
from kiosk_ui.voice.pack import Pack, load, made_dir


@pytest.fixture(scope="session")
def pack() -> Pack:
    made.make(print)
    return load(made_dir())
