"""A hall of twins for each test: the unchanged daemon as a process, real wires, a real broker."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from edge.demo.house import House
from edge.paths import shared
from tests import waiting


@pytest.fixture
def house() -> Iterator[House]:
    """Twins, broker and daemon; the screens only where a test starts them."""
    house = House(shared("demo"))
    try:
        house.start_twins()
        house.start_broker()
        house.start_daemon()
        yield house
    finally:
        house.close()
        house.sweep()


@pytest.fixture
def bare() -> Iterator[House]:
    """Twins only: the test starts the rest."""
    house = House(shared("demo"))
    try:
        house.start_twins()
        yield house
    finally:
        house.close()
        house.sweep()


def until(what: str, look: Callable[[], Any], within_s: float = 20.0) -> Any:
    """Look every 50 ms, over HTTP, until it is there; fail with `what` otherwise."""
    return waiting.until(look, what, within_s, every_s=0.05)


def device(house: House, id: str) -> dict[str, Any]:
    devices = house.client.get("/api/v1/hall")[1]["devices"]
    return next(d for d in devices if d["id"] == id)


def all_up(house: House) -> bool:
    devices = house.client.get("/api/v1/hall")[1]["devices"]
    return bool(devices) and all(d["state"] in ("ok", "unconfirmed") for d in devices)


def take(house: House, service: str = "family", key: str | None = None) -> dict[str, Any]:
    status, answer = house.client.post("/api/v1/tickets", {"service": service, "kiosk": "k1"}, key)
    assert status == 201, answer
    ticket: dict[str, Any] = answer["ticket"]
    return ticket


def paper(house: House, ticket: str) -> str:
    return str(house.client.get(f"/api/v1/tickets/{ticket}")[1]["ticket"]["paper"])
