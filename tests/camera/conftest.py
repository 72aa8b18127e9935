"""One page finder for all benches of a session: its process takes a second to start."""

from collections.abc import Iterator

import pytest

from edge.finder import Finder


class Shared(Finder):
    """Stays open when a bench closes."""

    def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def finder() -> Iterator[Finder]:
    shared = Shared()
    yield shared
    Finder.close(shared)
