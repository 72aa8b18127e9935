"""Entries as a hall writes them, and a store of each kind."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from edge.center.arrivals import Arrived, read_entry
from edge.center.receiver import Place, Receiver
from edge.center.store import Store, lines
from edge.entries import FIRST_LINK, canonical, link
from edge.mqtt_values import Broker as Address
from edge.patience import Patience
from tests.broker import Broker
from tests.postgres import postgres
from tests.uplink.conftest import Hall
from tests.waiting import until

OPEN = Callable[..., Receiver]
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


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    with Broker(folder) as broker:
        yield broker


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    folder = tmp_path / "hall"
    folder.mkdir()
    with ExitStack() as stack:
        yield Hall(folder, stack)


@pytest.fixture
def receive(broker: Broker) -> Iterator[OPEN]:
    with ExitStack() as stack:

        def start(store: Store, **place: str) -> Receiver:
            address = Address.at(broker.url)
            receiver = Receiver(address, Place("510000", **place), store, Patience(0.1, 0.3))
            stack.callback(receiver.stop)
            receiver.start()
            until(lambda: bool(receiver.status()["connected"]), "it hears")
            return receiver

        yield start


def same(store: Store, hall: Hall) -> bool:
    mine = [(e.seq, e.body, e.chain) for e in hall.journal.read_after(0, 100_000)]
    return list(lines(store, hall.journal.id)) == mine
