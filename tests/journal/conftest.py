"""A journal in a folder of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.journal import Journal
from tests.journal.moment import SOURCE


@pytest.fixture
def open_journal(tmp_path: Path) -> Iterator[Callable[[], Journal]]:
    """Opens `tmp_path/journal.db`, each call after closing the former."""
    opened: list[Journal] = []

    def open_() -> Journal:
        if opened:
            opened.pop().close()
        opened.append(Journal(tmp_path / "journal.db", source=SOURCE))
        return opened[-1]

    yield open_
    for journal in opened:
        journal.close()


@pytest.fixture
def journal(open_journal: Callable[[], Journal]) -> Journal:
    return open_journal()
