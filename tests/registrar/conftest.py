"""A hall on a folder, with a clock that a test sets or holds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crash.hall import House
from tests.registrar.hand import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def open_house(tmp_path: Path, clock: HandClock) -> Iterator[Callable[..., House]]:
    """Opens the hall on `tmp_path`, each call after closing the former."""
    opened: list[House] = []

    def open_(tick_s: float = 0.02) -> House:
        if opened:
            opened.pop().close()
        opened.append(House(tmp_path, clock, tick_s=tick_s))
        return opened[-1]

    yield open_
    clock.release()
    for house in opened:
        house.close()


@pytest.fixture
def house(open_house: Callable[..., House]) -> House:
    return open_house()
