"""A journal in a folder of its own, and a clock that a test sets."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge.hall.words import Now
from edge.journal import Journal

SOURCE = "/510000/510000001"


def now(at: str = "2026-11-22T01:02:03.456+00:00", *, trusted: bool = True, boot: str = "boot-1") -> Now:
    moment = datetime.fromisoformat(at).astimezone(UTC)
    day = moment.astimezone(ZoneInfo("Asia/Shanghai")).date()
    return Now(at=moment, day=day, trusted=trusted, boot=boot, uptime_s=12.5)


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
