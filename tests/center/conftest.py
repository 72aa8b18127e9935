"""Entries as a hall writes them, and a store of each kind."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from edge.center.arrivals import Arrived, read_entry
from edge.center.store import Store
from edge.entries import FIRST_LINK, canonical, link
from tests.postgres import postgres

HALL = "510000/510000001"
JOURNAL = "0123456789abcdef"


def entries(n: int, *, first: int = 1, journal: str = JOURNAL, hall: str = HALL) -> list[Arrived]:
    """`n` entries of one chain, from `first` on."""
    chain, made = FIRST_LINK, []
    for seq in range(1, first + n):
        cloud = {
            "specversion": "1.0",
            "id": f"{journal}:{seq}",
            "source": f"/{hall}",
            "type": "bianmin.ticket.issued",
            "time": "2026-11-22T03:00:00.000Z",
            "datacontenttype": "application/json",
            "data": {"day": "2026-11-22", "number": f"A{seq:03d}"},
            "journal": journal,
            "sequence": str(seq),
            "dataversion": "1",
            "trustedtime": True,
        }
        chain = link(chain, canonical(cloud))
        if seq >= first:
            made.append(read_entry(hall, canonical({**cloud, "chain": chain}).encode()))
    return made


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgres("fsync=off") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the same store again and again, as several workers do; empty at the test's begin."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/center.db"
    else:
        url = request.getfixturevalue("server")
    opened: list[Store] = []

    def open_() -> Store:
        opened.append(Store(url))
        return opened[-1]

    yield open_
    if request.param == "postgresql":
        with open_().engine.begin() as tx:
            tx.execute(text("DROP SCHEMA public CASCADE"))
            tx.execute(text("CREATE SCHEMA public"))
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    return open_store()
