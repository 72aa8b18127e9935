"""Asked twice is answered once, and many at once get each their own."""

import threading
from collections import Counter

from conftest import Builder, Caller, House

from edge.hall.events import TicketIssued

TICKETS = "/api/v1/tickets"


def test_the_same_key_gives_the_same_ticket_with_the_rest_as_of_now(house: House) -> None:
    first = house.ask.post(TICKETS, {"service": "social"}, key="k-1")
    house.ask.post("/api/v1/counters/1/open")
    house.ask.post("/api/v1/counters/1/next")
    seq = house.journal.head
    again = house.ask.post(TICKETS, {"service": "social"}, key="k-1")
    assert (first.status, again.status) == (201, 201)
    assert first.json["ticket"]["id"] == again.json["ticket"]["id"]
    assert (first.json["ticket"]["state"], again.json["ticket"]["state"]) == ("waiting", "called")
    assert house.journal.head == seq


def test_the_same_key_also_across_a_restart(build: Builder) -> None:
    house = build()
    first = house.ask.post(TICKETS, {"service": "social"}, key="k-1").json["ticket"]["id"]
    build.close()
    house = build()
    assert house.ask.post(TICKETS, {"service": "social"}, key="k-1").json["ticket"]["id"] == first
    assert house.ask.take()["number"] == "A002"


def test_the_same_body_written_otherwise_is_the_same_request(ask: Caller) -> None:
    first = ask.post(TICKETS, b'{"service":"social","item":""}', key="k-1").json["ticket"]["id"]
    assert ask.post(TICKETS, b'{ "service" : "\\u0073ocial" }', key="k-1").json["ticket"]["id"] == first


def test_the_same_key_with_another_body_is_refused(house: House) -> None:
    house.ask.post(TICKETS, {"service": "social"}, key="k-1")
    answer = house.ask.post(TICKETS, {"service": "relief"}, key="k-1")
    assert (answer.status, answer.reason) == (422, "key_reused")
    assert house.types().count("TicketIssued") == 1


def test_a_key_belongs_to_its_path(ask: Caller) -> None:
    ask.take()
    assert ask.post("/api/v1/counters/1/open", key="k").status == 200
    assert ask.post("/api/v1/counters/2/open", key="k").status == 200
    assert ask.post("/api/v1/counters/1/next", key="k").json["counter"]["ticket"]["number"] == "A001"


def test_a_refusal_is_not_remembered(ask: Caller) -> None:
    ask.post("/api/v1/counters/1/open")
    assert ask.post("/api/v1/counters/1/next", key="k").reason == "nobody_waiting"
    ask.take()
    assert ask.post("/api/v1/counters/1/next", key="k").json["counter"]["ticket"]["number"] == "A001"


def test_a_next_sent_twice_calls_one_ticket(house: House) -> None:
    for _ in range(2):
        house.ask.take()
    house.ask.post("/api/v1/counters/1/open")
    both = [house.ask.post("/api/v1/counters/1/next", key="n-1") for _ in range(2)]
    assert [a.json["counter"]["ticket"]["number"] for a in both] == ["A001", "A001"]
    assert house.types().count("TicketCalled") == 1


def test_a_page_asked_for_twice_is_taken_once(house: House) -> None:
    both = [house.ask.post("/api/v1/counters/3/captures", key="c-1") for _ in range(2)]
    assert [a.json["capture"]["id"] for a in both] == ["capture-1", "capture-1"]
    assert house.cameras.taken == ["capture-1"]


def test_eight_callers_at_once_get_each_number_once_and_none_is_missing(house: House) -> None:
    numbers: list[str] = []
    crowd = [threading.Thread(target=lambda: numbers.extend(take_25(house))) for _ in range(8)]
    for caller in crowd:
        caller.start()
    for caller in crowd:
        caller.join()
    assert Counter(numbers) == Counter(f"A{n:03d}" for n in range(1, 201))
    events = (entry.event for entry in house.journal.read_after(0, 1000))
    assert [e.number for e in events if isinstance(e, TicketIssued)] == [f"A{n:03d}" for n in range(1, 201)]


def take_25(house: House) -> list[str]:
    return [house.ask.take()["number"] for _ in range(25)]


def test_two_clerks_pressing_at_once_get_two_tickets(house: House) -> None:
    for _ in range(20):
        house.ask.take()
    for counter in ("1", "3"):
        house.ask.post(f"/api/v1/counters/{counter}/open")
    called: list[str] = []
    start = threading.Barrier(2)

    def clerk(counter: str) -> None:
        start.wait()
        for _ in range(10):
            answer = house.ask.post(f"/api/v1/counters/{counter}/next")
            called.append(answer.json["counter"]["ticket"]["number"])

    clerks = [threading.Thread(target=clerk, args=(c,)) for c in ("1", "3")]
    for thread in clerks:
        thread.start()
    for thread in clerks:
        thread.join()
    assert Counter(called) == Counter(f"A{n:03d}" for n in range(1, 21))


def test_an_answer_takes_one_flush(house: House) -> None:
    house.clock.trust(True)
    house.ask.take()
    before = house.journal.batches
    house.ask.take()
    assert house.journal.batches - before == 1
