"""A real daemon's health and inventory are as the county's document says, and tell of nobody."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.client import Client
from edge.clock import boot_id, system_clock
from edge.daemon import Daemon
from edge.readers.border import health_report, inventory_report
from edge.settings import load
from tests.backup.box import DEMO
from tests.county.test_county_files import check
from tests.waiting import until

AT = "2026-11-22T03:00:00.000Z"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[tuple[Daemon, Client]]:
    made = Daemon(load(DEMO), tmp_path, system_clock("Asia/Shanghai"))
    try:
        yield made, Client(made.start(0))
    finally:
        made.stop()


def test_health_and_inventory_of_a_real_daemon(box: tuple[Daemon, Client], tmp_path: Path) -> None:
    daemon, client = box
    client.post("/api/v1/screens/hall/alive", {"frames": 3})
    until(lambda: bool(client.get("/api/v1/health")[1]["devices"]), "devices are known")
    uplink = daemon._uplink
    assert uplink is not None
    devices = daemon._registrar.view.devices
    health = json.loads(health_report(AT, uplink.status(), devices, daemon._health.facts()))
    check("Health", health)
    assert {"frames", "errors", "reconnects"} <= health["devices"][0].keys()
    assert health["host"]["clock_source"] in ("ntp", "battery", "said", "none")
    inventory = json.loads(inventory_report(AT, "0.1.0", boot_id(), daemon._inventory()))
    check("Inventory", inventory)
    assert len(inventory["devices"]) == len(devices) and inventory["screens"] == ["hall"]
    people = tomllib.loads((DEMO / "staff.toml").read_text("utf-8"))["staff"]
    for person in people.values():
        assert person["name"] not in json.dumps([health, inventory], ensure_ascii=False)
    assert json.loads((tmp_path / "boot.json").read_text("utf-8")) == {"boot": boot_id(), "why": ""}
