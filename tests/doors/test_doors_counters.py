"""Clerks who come and go, and the hall after a cut, as callers of the local door see them."""

from dataclasses import replace
from datetime import timedelta

from conftest import House


def counter(house: House, id: str) -> dict:
    return next(c for c in house.ask.get("/api/v1/hall").json["counters"] if c["id"] == id)


def cut(house: House, minutes: int) -> None:
    now = house.clock.now
    house.clock.now = replace(now, at=now.at + timedelta(minutes=minutes), boot="boot-2", uptime_s=20.0)


def test_one_clerk_holds_two_counters(house: House) -> None:
    ask = house.ask
    ask.post("/api/v1/counters/1/open")
    number = ask.take("relief")["number"]
    held = ask.post("/api/v1/counters/2/cover", {"at": "1"}, key="once").json["counter"]
    assert (held["served_at"], held["state"], held["staff"]) == ("1", "open", "101")
    assert ask.post("/api/v1/counters/2/cover", {"at": "1"}, key="once").status == 200
    assert house.types().count("CounterCovered") == 1
    assert ask.post("/api/v1/counters/2/next").reason == "counter_covered"
    assert ask.post("/api/v1/counters/1/next").json["counter"]["ticket"]["number"] == number
    assert ask.post("/api/v1/counters/2/uncover").json["counter"]["state"] == "closed"


def test_what_cannot_be_held_is_refused(house: House) -> None:
    assert house.ask.post("/api/v1/counters/2/cover", {"at": "2"}).reason == "cover_nowhere"
    assert house.ask.post("/api/v1/counters/2/cover", {"at": "77"}).status == 422
    assert house.ask.post("/api/v1/counters/2/cover", {}).reason == "bad_body"


def test_on_leave_b_is_asked_and_comes_beside_or_instead(house: House) -> None:
    ask = house.ask
    ask.post("/api/v1/counters/1/open")
    assert ask.post("/api/v1/counters/1/pause", {"reason": "coffee"}).status == 422
    ask.post("/api/v1/counters/1/pause", {"reason": "leave"})
    assert ask.get("/api/v1/hall").json["asks"] == [{"counter": "1", "staff": "102", "why": "away"}]
    there = ask.post("/api/v1/counters/1/sign-in").json["counter"]
    assert (there["staff"], there["state"], there["a"], there["b"]) == ("102", "open", "101", "102")
    both = ask.post("/api/v1/counters/1/sign-in", {"staff": "101", "beside": True}).json["counter"]
    assert (both["staff"], both["beside"]) == ("102", ["101"])
    assert ask.post("/api/v1/counters/1/sign-out", {"staff": "102"}).json["counter"]["staff"] == "101"


def test_after_a_cut_the_hall_is_told_what_became_of_those_who_waited(house: House) -> None:
    ask = house.ask
    ask.post("/api/v1/counters/1/open")
    numbers = [ask.take()["number"] for _ in range(3)]
    cut(house, minutes=12)
    ask.take("relief")
    assert (counter(house, "1")["state"], counter(house, "1")["reason"]) == ("paused", "after_cut")
    assert ask.get("/api/v1/hall").json["before_cut"] == 3
    assert ask.post("/api/v1/counters/1/next").reason == "counter_paused"
    served = ask.post("/api/v1/hall/served-by-hand", {"service": "social", "up_to": numbers[0]})
    assert len(served.json["tickets"]) == 1
    gone = ask.post("/api/v1/hall/clear", key="gone")
    assert [id[-4:] for id in gone.json["tickets"]] == numbers[1:]
    assert ask.post("/api/v1/hall/clear", key="gone").json["tickets"] == gone.json["tickets"]
    assert ask.get("/api/v1/hall").json["before_cut"] == 0
    assert ask.post("/api/v1/counters/1/open").json["counter"]["state"] == "open"


def test_without_a_cut_nobody_is_cleared(house: House) -> None:
    house.ask.take()
    assert house.ask.post("/api/v1/hall/clear").reason == "no_cut"
