"""Cards and codes under the readers: what a kiosk and a counter make of them, and what nobody ever sees."""

import json
import logging
import time
from dataclasses import replace

import pytest
from conftest import PLAN, Builder, House

from drivers.readings import CardShown, ContactChanged, Punched, PunchRefused, Scanned
from edge.hall.plan import Rules

NUMBER, NAME = "11010519491231002X", "测＊甲"
CARD = CardShown(NUMBER, NAME)
ONE_PER_CARD = replace(PLAN, rules=Rules(start_after_call_s=0, one_ticket_per_card=True))


def told(house: House) -> str:
    """Everything that is written down or shown, as one text."""
    entries = [json.dumps(e.cloud(), ensure_ascii=False) for e in house.journal.read_after(0, 10_000)]
    return "".join(entries) + house.ask.get("/api/v1/hall").content.decode()


def test_a_card_on_the_kiosks_reader_has_one_live_ticket_of_a_service(
    build: Builder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    house = build(plan=ONE_PER_CARD)
    house.ears.heard("card-k1", CARD)
    first = house.ask.take("social", kiosk="k1")
    house.ears.heard("card-k1", CARD)
    again = house.ask.post("/api/v1/tickets", {"service": "social", "kiosk": "k1"})
    assert (again.status, again.reason) == (409, "has_ticket")
    house.ears.heard("card-k1", CARD)
    assert house.ask.take("relief", kiosk="k1")["number"] == "B001"
    assert house.ask.take("social", kiosk="k1")["number"] == "A002", "the next one, without a card"
    house.ask.post(f"/api/v1/tickets/{first['id']}/cancel")
    house.ears.heard("card-k1", CARD)
    assert house.ask.take("social", kiosk="k1")["number"] == "A003"
    for secret in (NUMBER, NAME, "测", NUMBER[:6]):
        assert secret not in told(house)
        assert secret not in caplog.text
    assert NUMBER not in repr(CARD) and NAME not in repr(CARD)


def test_a_card_says_nothing_where_the_rule_is_off_and_at_another_kiosk(house: House) -> None:
    for _ in range(2):
        house.ears.heard("card-k1", CARD)
        house.ask.take("social", kiosk="k1")
    assert '"card": ""' in told(house).replace('"card":""', '"card": ""')


def test_only_its_own_counter_sees_the_masked_name_and_only_for_a_while(house: House) -> None:
    house.ears.heard("card-1", CARD)
    seen = house.ask.get("/api/v1/counters/1/card").json["card"]
    assert seen["name"] == NAME and seen["age_s"] < 60
    assert house.ask.get("/api/v1/counters/2/card").json == {"card": None}
    assert house.ask.get("/api/v1/counters/9/card").reason == "no_counter"
    assert NAME not in told(house)


def test_an_id_number_from_a_reader_that_types_is_a_card_and_no_code(build: Builder) -> None:
    house = build(plan=ONE_PER_CARD)
    assert house.ears.heard("scanner-k1", Scanned(NUMBER)) == ""
    house.ask.take("social", kiosk="k1")
    house.ears.heard("scanner-k1", Scanned(NUMBER.lower()))
    assert house.ask.post("/api/v1/tickets", {"service": "social", "kiosk": "k1"}).reason == "has_ticket"
    assert house.ask.get("/api/v1/kiosks/k1/scan").json == {"scan": None}


@pytest.mark.parametrize("text", ["a1", "A001", "{id}", "{code}", "https://hall.example/r/{code}?x=1"])
def test_a_slip_under_a_clerks_reader_is_called_there_and_begun(house: House, text: str) -> None:
    ticket = house.ask.take("social")
    text = text.format(id=ticket["id"], code=house.codes.code(ticket["id"]).lower())
    house.ask.post("/api/v1/counters/1/open")
    assert house.ears.heard("scanner-1", Scanned(text)) == ""
    assert house.registrar.view.counters[0].ticket.id == ticket["id"]
    assert house.registrar.view.counters[0].state == "calling"
    assert house.ears.heard("scanner-1", Scanned(text)) == "", "held before the reader a little longer"
    assert house.registrar.view.counters[0].state == "calling"
    house.ask.post("/api/v1/counters/1/start")
    house.ask.post("/api/v1/counters/1/hold")
    house.ask.take("social")
    house.ears.heard("scanner-1", Scanned("A002"))
    assert house.registrar.view.counters[0].ticket.number == "A002"


def test_a_code_of_nobody_is_refused_and_not_written_down(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for text in ("http://pay.example/secret-4711", "http://[", "secret-4711", "ZZZZZZZZZZ"):
        assert house.ears.heard("scanner-1", Scanned(text)) == "no_ticket"
    assert "4711" not in caplog.text + told(house)


def test_a_slip_under_a_kiosks_reader_shows_how_it_stands_and_comes_with_the_view(house: House) -> None:
    ticket = house.ask.take("social")
    code = house.codes.code(ticket["id"])
    house.ears.heard("scanner-k1", Scanned(code))
    seen = house.ask.get("/api/v1/kiosks/k1/scan").json["scan"]
    assert (seen["number"], seen["may_rate"], seen["code"]) == ("A001", False, code)
    assert house.ask.get("/api/v1/kiosks/k2/scan").json == {"scan": None}
    for verb in ("open", "next", "finish"):
        house.ask.post(f"/api/v1/counters/1/{verb}")
    later = house.ask.take("social")
    house.ears.heard("scanner-k1", Scanned(later["number"]))
    house.ears.heard("scanner-k1", Scanned(code))
    deadline = time.monotonic() + 10
    while not (scans := house.ask.get("/api/v1/hall").json["scans"]) or scans[0]["scan"] != 3:
        assert time.monotonic() < deadline
    assert scans[0]["may_rate"] and "code" not in scans[0]
    rated = house.ask.post("/api/v1/ratings", {"code": code, "score": 4})
    assert rated.status == 201


def test_a_contact_and_attendance_become_entries_once(house: House) -> None:
    house.ears.heard("door", ContactChanged(True))
    punch = Punched("103", "2026-11-22T08:31:05", "in", "2026-11.csv:2")
    deadline = time.monotonic() + 10
    while house.ears.heard("clock", punch):
        assert time.monotonic() < deadline
    house.ears.heard("clock", replace(punch, source="copy.csv:9"))
    house.ears.heard("clock", PunchRefused("2026-11.csv:3", "no_time", "ab" * 8))
    types = house.types()
    assert [types.count(t) for t in ("ContactChanged", "StaffPunched", "PunchRefused")] == [1, 1, 1]


def test_what_is_in_the_journal_is_known_after_a_restart_with_and_without_the_notebook(
    build: Builder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    punch = Punched("103", "2026-11-22T08:31:05", "in", "2026-11.csv:2")
    for what_happens_next in ("lost", "torn", "nothing"):
        house = build()
        deadline = time.monotonic() + 10
        while house.ears.heard("clock", punch):
            assert time.monotonic() < deadline
        assert house.types().count("StaffPunched") == 1
        build.close()
        file = house.journal.path.with_name("attendance.seen")
        if what_happens_next == "lost":
            file.unlink()
        else:
            file.write_bytes(file.read_bytes()[:-5])
