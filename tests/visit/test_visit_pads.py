"""The demo hall with other pads: a screen that calls in by WebSocket, and a USB number pad."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit

from edge import settings
from edge.demo.house import House
from edge.paths import shared
from tests.visit.conftest import device, take, until

pytestmark = pytest.mark.timeout(120)
UP = ("ok", "unconfirmed")


def with_other_pads(folder: Path) -> Path:
    """A copy of the demo hall: counter 1 has a rating pad with a screen, counter 2 a number pad."""
    shutil.copytree(shared("demo"), folder)
    file = folder / "devices.toml"
    document = tomlkit.parse(file.read_text("utf-8"))
    document["link"]["screens"] = {"url": "ws://127.0.0.1:8620?heartbeat=1"}
    document["link"]["keypad"] = {"url": "input:vendor=1234,product=5678"}
    scores = {str(n): n for n in range(1, 6)}
    document["device"]["rating-1"] = {
        "driver": "rating_websocket",
        "link": "screens",
        "counter": "1",
        "address": 1,
        "scores": scores,
    }
    document["device"]["pad-2"] = {"driver": "callpad_evdev", "link": "keypad", "counter": "2"}
    file.write_text(tomlkit.dumps(document), "utf-8")
    for rule, seconds in (("start_after_call_s", 0.2), ("rate_in_service_s", 0.5)):
        settings.change(folder / "hall.toml", f"rules.{rule}", seconds)
    return folder


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[House]:
    house = House(with_other_pads(tmp_path / "hall"))
    try:
        house.start_twins()
        house.start_daemon()
        for id in ("pad-1", "pad-2", "rating-1"):
            until(id, lambda id=id: device(house, id)["state"] in UP)
        yield house
    finally:
        house.close()
        house.sweep()


def number_at(house: House, counter: str) -> str:
    counters = house.client.get("/api/v1/hall")[1]["counters"]
    return str((next(c for c in counters if c["id"] == counter)["ticket"] or {}).get("number", ""))


def display(house: House, pad: str) -> tuple[str, str]:
    shown = house.twins.state(pad)["display"]
    return shown["waiting"], shown["ticket"]


def score(house: House, number: str) -> object:
    return house.client.get(f"/api/v1/tickets/{number}")[1]["ticket"]["score"]


def test_a_citizen_is_called_by_a_number_pad_and_asked_by_a_screen_and_a_no_is_shown(hall: House) -> None:
    hall.twins.press("pad-1", key="call", digits="077")
    until("the number that is not there, alone", lambda: display(hall, "pad-1") == ("", "077"))
    first, second = take(hall), take(hall, "jobs")
    hall.twins.press("pad-2", key="call", digits="001")
    until("called by the number pad", lambda: number_at(hall, "2") == second["number"])

    hall.twins.press("pad-1", key="next")
    until("in service", lambda: hall.twins.state("rating-1")["screen"].get("state") == "serving")
    assert hall.twins.state("rating-1")["screen"]["clerk_name"]
    hall.twins.press("pad-1", key="finish", digits="1")
    until("asked", lambda: hall.twins.state("rating-1")["question"].get("RateID") == first["id"])
    assert hall.twins.picture("rating-1").startswith(b"\x89PNG")
    hall.twins.press("rating-1", score=4)
    until("confirmed", lambda: hall.twins.state("rating-1")["confirmed"] == 1)
    assert score(hall, first["number"]) == 4
    until("thanked", lambda: hall.twins.state("rating-1")["screen"]["state"] == "thanks")


def test_a_rating_whose_answer_was_lost_with_the_daemon_is_sent_again_and_is_one(hall: House) -> None:
    ticket = take(hall)
    hall.twins.press("pad-1", key="next")
    until("in service", lambda: hall.twins.state("rating-1")["screen"].get("state") == "serving")
    hall.twins.press("pad-1", key="finish", digits="1")
    until("asked", lambda: hall.twins.state("rating-1")["question"].get("RateID") == ticket["id"])
    hall.twins.press("rating-1", score=5)
    until("confirmed", lambda: hall.twins.state("rating-1")["confirmed"] == 1)
    hall.kill_daemon()
    hall.twins.press("rating-1", score=5, rate_id=ticket["id"])
    hall.start_daemon()
    until("confirmed again", lambda: hall.twins.state("rating-1")["confirmed"] == 2)
    assert hall.twins.state("rating-1")["logins"] == 2
    events = hall.client.get("/api/v1/events?limit=1000")[1]["events"]
    assert [e["data"]["score"] for e in events if e["type"] == "bianmin.service.rated"] == [5]
