"""A hall's box as the county sees it: its inventory from the hall to the page, its figures and alarms."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.center.fleet import Fleet
from edge.center.store import Store
from edge.inventory import inventory
from tests.broker import Broker, Recorder
from tests.center.conftest import HALL, OPEN, entries
from tests.center.test_center_page import BASE, ask, serve  # noqa: F401 - a fixture
from tests.county.test_county_files import check
from tests.uplink.conftest import Hall
from tests.waiting import until

BOX = {
    "temperature_c": 71.5,
    "undervoltage": False,
    "throttled": False,
    "disk_free_mb": 20100,
    "disk_errors": 0,
    "written_today_mb": 310,
    "boot_reason": "power_cut",
    "clock_source": "ntp",
    "clock_trusted": True,
}
ENDS = (datetime.now(UTC) + timedelta(days=200)).isoformat(timespec="seconds")
LINE = {
    "lag": 3,
    "lag_s": 44,
    "oldest": "",
    "drops": 2,
    "receipts": 90,
    "certificate": {"ends": ENDS, "code": ""},
}
MADE = {
    "at": "2026-11-22T03:00:00.000Z",
    "boot": "b",
    "version": "0.1.0",
    "host": {"model": "Raspberry Pi 4 Model B Rev 1.4", "system": "Debian GNU/Linux 12 (bookworm)"},
    "packages": {"bianmin-edge": "0.1.0", "paho-mqtt": "2.2.0"},
    "settings": {"hall.toml": "0123456789abcdef"},
    "devices": [
        {
            "id": "printer-1",
            "kind": "printer",
            "driver": "printer_escpos",
            "counter": "",
            "link": "usb://04b8:0202",
        }
    ],
    "screens": ["hall", "voice-hall"],
}


@pytest.fixture
def county(tmp_path: Path) -> Store:
    """One hall, which has told all that it knows."""
    store = Store(f"sqlite:///{tmp_path}/center.db")
    store.keep(entries(3))
    status = {"state": "online", "journal": entries(1)[0].journal, "head": 3, "version": "0.1.0"}
    store.told({(HALL, "status"): json.dumps(status), (HALL, "inventory"): json.dumps(MADE)})
    store.told({(HALL, "health"): told()})
    return store


def told(host: dict[str, object] | None = None, line: dict[str, object] | None = None) -> str:
    screen = {"name": "voice-hall", "age_s": 1.0, "frames": 0, "state": "down", "code": "no_sound_card"}
    said = {
        "host": {**BOX, **(host or {})},
        "uplink": {**LINE, **(line or {})},
        "screens": [screen],
        "devices": [],
    }
    return json.dumps(said)


def test_the_page_says_what_the_box_is_and_how_it_is(serve: Callable[..., int]) -> None:  # noqa: F811
    status, page = ask(serve(), f"/halls/{HALL}")
    assert status == 200
    for words in (
        "71.5",
        "供电不足</dt><dd>否",
        "上次启动的原因</dt><dd>断电",
        "时间来源</dt><dd>网络对时",
        "今天写入（MB）</dt><dd>310",
        f"证书有效到</dt><dd>{ENDS[:10]}",
        "断线次数</dt><dd>2",
        "voice-hall",
        "没有声卡",
        "型号</dt><dd>Raspberry Pi 4 Model B Rev 1.4",
        "usb://04b8:0202",
        "paho-mqtt</dt><dd>2.2.0",
    ):
        assert words in page, words


def test_figures_are_there_for_every_tool(serve: Callable[..., int]) -> None:  # noqa: F811
    port = serve()
    text = ask(port, "/metrics")[1]
    assert f'bianmin_hall_host{{figure="temperature_c",hall="{HALL}"}} 71.5' in text
    assert f'bianmin_hall_host{{figure="undervoltage",hall="{HALL}"}} 0.0' in text
    assert f'bianmin_hall_uplink{{figure="lag_s",hall="{HALL}"}} 44.0' in text
    assert f'bianmin_hall_screen{{hall="{HALL}",screen="voice-hall",state="down"}} 1.0' in text
    assert "boot_reason" not in text
    hall = json.loads(ask(port, f"/api/v1/halls/{HALL}")[1])["hall"]
    assert hall["inventory"]["packages"] == MADE["packages"] and hall["certificate"]["ends"] == ENDS


SOON = (datetime.now(UTC) + timedelta(days=20)).isoformat(timespec="seconds")


@pytest.mark.parametrize(
    ("host", "line", "kinds"),
    [
        ({}, {}, []),
        ({"disk_errors": 3}, {}, ["disk"]),
        ({"disk_near_end": True}, {}, ["disk"]),
        ({"disk_free_mb": 100}, {}, ["disk"]),
        ({"disk_read_only": True}, {}, ["disk"]),
        ({"undervoltage": True, "throttled": True}, {}, ["power"]),
        ({}, {"certificate": {"ends": SOON, "code": "center_away"}}, ["certificate"]),
        ({"disk_errors": "many", "undervoltage": "yes", "disk_free_mb": None}, {"certificate": 7}, []),
    ],
)
def test_what_wants_a_technician_is_an_alarm(
    host: dict[str, object], line: dict[str, object], kinds: list[str], county: Store
) -> None:
    county.told({(HALL, "health"): told(host, line)})
    now = Fleet(county, BASE).hall(HALL)
    assert now is not None and [a.kind for a in now.alarms] == kinds
    county.close()


def stored(fleet: Fleet) -> int:
    now = fleet.hall(HALL)
    return now.stored if now else 0


def test_an_inventory_comes_once_in_a_life_and_stays_at_the_center(
    hall: Hall, broker: Broker, receive: OPEN, store: Store, tmp_path: Path
) -> None:
    receive(store)
    devices = [("printer-1", "printer", "printer_escpos", "", "usb://04b8:0202")]

    def made() -> dict[str, object]:
        return inventory(data=tmp_path, config=tmp_path, devices=devices, screens=[{"name": "hall"}])

    with Recorder(broker.port, topic="bianmin/v1/+/+/inventory") as heard:
        hall.uplink(broker.url, inventory=made)
        first = heard.wait_for("inventory", bool)[0].json()
        check("Inventory", first)
        assert (first["boot"], first["version"], first["screens"]) == ("boot-1", "0.1.0", ["hall"])
        fleet = Fleet(store, BASE)
        until(lambda: bool((now := fleet.hall(HALL)) and now.inventory), "the center keeps it")
        broker.restart()
        heard.wait_subscribed()
        hall.write(3)
        head = hall.journal.head
        until(lambda: stored(fleet) == head, "the line is there again")
        assert len(heard.on("inventory")) == 1
    now = fleet.hall(HALL)
    assert now is not None and now.inventory["devices"][0]["link"] == "usb://04b8:0202"
    assert now.inventory["packages"]["bianmin-edge"]
