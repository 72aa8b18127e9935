"""Clerks who come and go, on real wires: one for two counters, on leave, and the one who stands in."""

import pytest

from edge.demo.house import House
from tests.visit.conftest import all_up, take, until

pytestmark = pytest.mark.timeout(120)


def counter(house: House, id: str) -> dict[str, object]:
    found = house.client.get("/api/v1/hall")[1]["counters"]
    return next(c for c in found if c["id"] == id)


def board(house: House, id: str) -> str:
    return str(house.twins.state(f"board-{id}")["text"])


def test_one_clerk_holds_two_counters_with_one_pad_and_the_boards_say_where(house: House) -> None:
    until("devices", lambda: all_up(house))
    house.client.post("/api/v1/counters/2/open", {})
    house.twins.press("pad-1", key="next")
    until("open", lambda: counter(house, "1")["state"] == "open")
    house.twins.press("pad-1", key="cancel", digits="02")
    until("held", lambda: counter(house, "2")["served_at"] == "1")
    until("where to go", lambda: "请到1号窗口" in board(house, "2"))
    number = take(house, "jobs")["number"]
    house.twins.press("pad-1", key="next")
    until("called at 1", lambda: number in board(house, "1"))
    assert "请到1号窗口" in board(house, "2")
    house.client.post("/api/v1/counters/2/open", {})
    until("itself again", lambda: "请到" not in board(house, "2"))


def test_on_leave_the_board_says_so_the_pad_asks_b_and_one_key_brings_her(house: House) -> None:
    until("devices", lambda: all_up(house))
    house.twins.press("pad-1", key="next")
    until("open", lambda: counter(house, "1")["staff"] == "101")
    house.twins.press("pad-1", key="pause", digits="1")
    until("on leave", lambda: "临时离开" in board(house, "1"))
    until("asked", lambda: house.twins.state("pad-1")["display"]["ticket"] == "102")
    until("beeped", lambda: house.twins.state("pad-1")["beeps"] == 1)
    house.twins.press("pad-1", key="confirm")
    until("there", lambda: counter(house, "1")["staff"] == "102")
    until("open again", lambda: "临时离开" not in board(house, "1"))
    assert counter(house, "1")["state"] == "open"
    assert house.client.get("/api/v1/hall")[1]["asks"] == []
