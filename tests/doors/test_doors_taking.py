"""Through the local door: ten at once, visits, cards, hand-written numbers, and the way back."""

from dataclasses import replace

import pytest
from conftest import PLAN, Caller, House

TICKETS = "/api/v1/tickets"


def test_an_agents_ten_are_ten_tickets_and_one_answer_for_one_key(house: House) -> None:
    body = {"service": "social", "count": 10, "kiosk": "k1"}
    first = house.ask.post(TICKETS, body, key="agent").json
    assert [t["number"] for t in first["tickets"]] == [f"A{n:03d}" for n in range(1, 11)]
    assert first["ticket"] == first["tickets"][0]
    again = house.ask.post(TICKETS, body, key="agent")
    assert again.status == 201
    assert [t["id"] for t in again.json["tickets"]] == [t["id"] for t in first["tickets"]]
    assert house.types().count("TicketIssued") == 10
    assert house.ask.get("/api/v1/hall").json["hints"][0]["count"] == 10
    assert house.ask.take()["number"] == "A011"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"service": "social", "count": 0},
        {"service": "social", "count": 11},
        {"service": "social", "count": True},
        {"service": "social", "count": 2, "former": "A001"},
        {"service": "social", "count": 2, "card": "ab" * 16},
        {"service": "social", "services": ["relief"]},
        {"service": "social", "card": "512345199001011234"},
        {"service": "social", "card": "not a digest at all"},
    ],
)
def test_a_wish_that_makes_no_sense_is_a_bad_body(ask: Caller, body: dict[str, object]) -> None:
    answer = ask.post(TICKETS, body)
    assert (answer.status, answer.reason) == (422, "bad_body")


def test_one_number_goes_through_two_services(ask: Caller) -> None:
    ticket = ask.post(TICKETS, {"services": ["social", "relief"]}).json["ticket"]
    assert (ticket["service"], ticket["services"]) == ("social", ["relief"])
    for counter in ("1", "2"):
        ask.post(f"/api/v1/counters/{counter}/open")
    assert ask.post("/api/v1/counters/1/next").json["counter"]["ticket"]["number"] == "A001"
    ask.post("/api/v1/counters/1/finish")
    told = ask.get(f"{TICKETS}/A001").json["ticket"]
    assert (told["state"], told["service"], told["services"]) == ("waiting", "relief", [])
    assert ask.post("/api/v1/counters/2/next").json["counter"]["ticket"]["number"] == "A001"


def test_a_card_takes_one_number_and_is_offered_its_reprint(build) -> None:
    house = build(plan=replace(PLAN, rules=replace(PLAN.rules, one_ticket_per_card=True)))
    body = {"service": "social", "kiosk": "k1", "card": "c0ffee" * 6}
    first = house.ask.post(TICKETS, body).json["ticket"]
    second = house.ask.post(TICKETS, body)
    assert (second.status, second.reason) == (409, "has_ticket")
    assert (second.json["ticket"], second.json["number"]) == (first["id"], "A001")
    assert "A001" in second.json["detail"]
    events = house.ask.get("/api/v1/events").json["events"]
    assert "c0ffee" not in str(events)
    assert any(e["data"].get("card") for e in events)


def test_a_hand_written_number_is_keyed_in_once(ask: Caller) -> None:
    body = {"number": "H01", "service": "social"}
    assert ask.post("/api/v1/hall/key-in", body, key="h1").json["ticket"]["by_hand"] is True
    assert ask.post("/api/v1/hall/key-in", body, key="h1").json["ticket"]["number"] == "H01"
    assert ask.post("/api/v1/hall/key-in", body).reason == "number_taken"
    late = ask.post("/api/v1/hall/key-in", {**body, "number": "H02", "taken_at": "23:00"})
    assert (late.status, late.reason) == (422, "bad_time")


def test_a_clerks_slip_of_the_finger_is_taken_back(house: House) -> None:
    ask = house.ask
    ask.take()
    ask.post("/api/v1/counters/1/open")
    ask.post("/api/v1/counters/1/next")
    undone = ask.post("/api/v1/counters/1/undo", key="undo")
    assert (undone.status, undone.json["counter"]["ticket"]) == (200, None)
    assert ask.post("/api/v1/counters/1/undo", key="undo").status == 200
    assert ask.post("/api/v1/counters/1/undo").reason == "nothing_to_undo"
    assert ask.get("/api/v1/hall").json["calls"] == []
    ask.post("/api/v1/counters/1/next")
    ask.post("/api/v1/counters/1/finish")
    assert ask.post("/api/v1/counters/1/reopen").json["counter"]["ticket"]["number"] == "A001"
    assert ask.post("/api/v1/counters/1/reopen").reason == "counter_busy"


def test_why_not_mine_is_answered_for_a_number(ask: Caller) -> None:
    ask.take()
    ask.take()
    ask.take(priority="elderly")
    mine = ask.get("/api/v1/counters/1/why?ticket=A002").json["mine"]
    assert [b["number"] for b in mine["before"]] == ["A003", "A001"]
    assert "elderly" not in str(ask.get("/api/v1/counters/1/why?ticket=A003").json)
    assert ask.get("/api/v1/counters/1/why?ticket=A999").reason == "no_ticket"


def test_what_expired_with_the_day_goes_first_on_the_next(house: House) -> None:
    house.ask.take()
    house.ask.post("/api/v1/day/close")
    house.clock.trust(False)
    house.ask.post("/api/v1/day/open", {"date": "2026-11-24", "time": "09:00"})
    house.ask.take()
    mine = house.ask.take(former="A001")
    assert (mine["number"], mine["ahead"]) == ("A002", 0)
    assert house.ask.post(TICKETS, {"service": "social", "former": "A001"}).reason == "former_used"


def test_the_list_of_those_waiting_is_told_and_asked_for_on_paper(house: House) -> None:
    for _ in range(3):
        house.ask.take()
    told = house.ask.get("/api/v1/hall/waiting").json
    assert ([w["number"] for w in told["waiting"]], told["paper"]) == (["A001", "A002", "A003"], None)
    asked = house.ask.post("/api/v1/hall/print-waiting", key="list")
    assert (asked.status, asked.json["paper"]["state"]) == (202, "queued")
    assert house.ask.post("/api/v1/hall/print-waiting", key="list").json["paper"] == asked.json["paper"]
    assert house.ask.post("/api/v1/hall/print-waiting").reason == "list_busy"
    assert house.ask.post("/api/v1/hall/print-waiting", {"printer": "printer-7"}).reason == "no_printer"
    assert house.types().count("WaitingListAsked") == 1
