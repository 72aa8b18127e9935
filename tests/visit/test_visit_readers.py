"""Cards, slips and the mains, through the unchanged daemon and twins on real wires."""

from pathlib import Path

import pytest

from edge import settings
from edge.demo.house import House
from tests.visit.conftest import all_up, device, until

pytestmark = pytest.mark.timeout(120)

NUMBER, NAME = "11010519491231002X", "测试甲"


def hall(house: House) -> dict[str, object]:
    return house.client.get("/api/v1/hall")[1]


def post(house: House, path: str, **body: object) -> tuple[int, dict[str, object]]:
    return house.client.post(f"/api/v1{path}", body)


def lay_down(house: House) -> None:
    """A card, until the reader has read it; the daemon hears of it within the same turn."""
    reads = house.twins.state("card-1")["reads"]
    frames = device(house, "card-1")["frames"]
    house.twins.press("card-1", number=NUMBER, name=NAME)
    until("read", lambda: house.twins.state("card-1")["reads"] > reads)
    until("heard", lambda: device(house, "card-1")["frames"] > frames)


def lift(house: House) -> None:
    """… and wait until the reader has missed it twice."""
    house.twins.press("card-1", lift=True)
    asked = house.twins.state("card-1")["asked"]
    until("lifted", lambda: house.twins.state("card-1")["asked"] > asked + 3)


def test_one_card_has_one_live_ticket_leaves_no_trace_and_its_slip_shows_how_it_stands(bare: House) -> None:
    settings.change(bare.config / "hall.toml", "rules.one_ticket_per_card", True)
    bare.start_broker()
    bare.start_daemon()
    until("devices", lambda: all_up(bare))
    lay_down(bare)
    status, first = post(bare, "/tickets", service="social", kiosk="k1")
    assert status == 201, first
    lift(bare)
    lay_down(bare)
    status, no = post(bare, "/tickets", service="social", kiosk="k1")
    assert (status, no["reason"]) == (409, "has_ticket")
    lift(bare)
    status, _ = post(bare, "/tickets", service="social", kiosk="k1")
    assert status == 201, "somebody else, without a card"
    bare.twins.press("scanner-1", text=first["ticket"]["number"])
    seen = until("scanned", lambda: hall(bare)["scans"])
    assert (seen[0]["kiosk"], seen[0]["number"]) == ("k1", first["ticket"]["number"])
    events = bare.client.get("/api/v1/events?after=0&limit=1000")[1]["events"]
    cards = [e["data"]["card"] for e in events if e["type"] == "bianmin.ticket.issued"]
    assert len(cards[0]) == 24 and cards[1] == ""
    for secret in (NUMBER, NAME, NUMBER[:8], "测＊甲"):
        for file in [*bare.data.rglob("*"), *bare.folder.glob("*.log")]:
            if file.is_file():
                assert secret.encode() not in file.read_bytes(), file


def test_a_low_battery_prints_who_waits_and_gives_the_halls_command(bare: House, tmp_path: Path) -> None:
    done = tmp_path / "down"
    file = bare.config / "hall.toml"
    file.write_text(f'{file.read_text("utf-8")}\n[power]\ndelay_s = 1\ncommand = ["mkdir", "{done}"]\n')
    bare.start_broker()
    bare.start_daemon()
    until("devices", lambda: all_up(bare))
    post(bare, "/tickets", service="social", kiosk="k1")
    bare.twins.fault("ups-1", "on_battery")
    until("on battery", lambda: device(bare, "ups-1")["code"] == "on_battery")
    assert not done.exists()
    bare.twins.fault("ups-1", "low")
    until("the command", done.is_dir)
    until("the list", lambda: bare.client.get("/api/v1/hall/waiting")[1]["paper"]["state"] == "printed")
    for name in ("low", "on_battery"):
        bare.twins.fault("ups-1", name, False)
    until("well again", lambda: device(bare, "ups-1")["state"] == "ok")
