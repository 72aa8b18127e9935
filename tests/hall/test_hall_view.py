"""What screens and doors see: the hall's view, a ticket's, and why."""

import json
from dataclasses import replace

import pytest
from hall_scenario import PLAN, Scene, everything

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall.event_values import DeviceKnown
from edge.hall.views import ticket_view
from edge.hall.whys import why
from edge.hall.words import Refused


def test_the_view_has_the_fields_of_the_contract(scene):
    scene.take()
    scene.next("2")
    view = json.loads(json.dumps(scene.view().to_json()))
    assert set(view) >= {
        "hall",
        "day",
        "seq",
        "clock",
        "unrecorded",
        "services",
        "counters",
        "calls",
        "notices",
        "devices",
    }
    assert not {"tickets", "rateable"} & set(view)
    assert set(view["clock"]) == {"trusted", "at"}
    assert set(view["services"][0]) >= {"id", "name", "open", "reason", "opens_at", "waiting"}
    assert set(view["counters"][0]) >= {"id", "name", "state", "ticket", "services", "staff"}
    assert set(view["calls"][0]) >= {"seq", "number", "counter", "kind", "at"}
    assert view["counters"][1]["ticket"] == {"id": "510000001-20261123-A001", "number": "A001"}
    assert view["counters"][0]["ticket"] is None


def test_the_clock_speaks_local_time(scene):
    scene.clock_says("2026-11-23T10:15:30", trusted=False)
    clock = scene.view().clock
    assert (clock.at, clock.trusted) == ("2026-11-23T10:15:30+08:00", False)


def test_the_last_six_calls_stand_newest_first_and_rise(scene):
    for _ in range(7):
        scene.take()
        scene.next("2")
    scene.at_counter(cmd.Recall, "2")
    calls = scene.view().calls
    assert [(c.number, c.kind) for c in calls] == [
        ("A007", "recall"),
        ("A007", "call"),
        ("A006", "call"),
        ("A005", "call"),
        ("A004", "call"),
        ("A003", "call"),
    ]
    assert [c.seq for c in calls] == sorted((c.seq for c in calls), reverse=True)
    assert len({c.seq for c in calls}) == 6


def test_a_general_counter_lists_all_services_and_counts_all_who_wait(scene):
    for service in ("social", "civil", "land"):
        scene.take(service)
    assert scene.counter("3").services == ("social", "civil", "land")
    assert [scene.counter(c).waiting for c in "1239"] == [2, 1, 3, 0]


def test_the_view_knows_todays_numbers_and_who_may_rate(scene):
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.StartService, "2")
    assert scene.view().tickets == {"A001": "510000001-20261123-A001"}
    assert scene.view().rateable == ("510000001-20261123-A001",)


def test_a_view_stays_as_it_is_when_the_hall_goes_on(scene):
    scene.take()
    view = scene.view()
    before = repr(view), dict(view.tickets)
    scene.take()
    scene.next("2")
    assert (repr(view), dict(view.tickets)) == before


def test_a_snapshot_stays_as_it_is_when_the_hall_goes_on(scene):
    scene.take()
    snapshot = scene.hall.snapshot()
    assert everything(snapshot) == everything(scene.hall)
    before = everything(snapshot)
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.StartService, "2")
    assert everything(snapshot) == before
    found = ticket_view(snapshot, "A001", scene.now())
    assert found and found.state == "waiting"


def test_the_notices_are_the_plans():
    assert Scene(replace(PLAN, notices=("周六值班",))).view().notices == ("周六值班",)


def test_a_tickets_history_tells_what_happened_where(scene):
    scene.take(item="养老认证")
    scene.next("2")
    scene.at_counter(cmd.Recall, "2")
    scene.at_counter(cmd.StartService, "2")
    scene.wait(20)
    scene.press("2", 5)
    scene.at_counter(cmd.FinishService, "2")
    ticket = scene.ticket("a001")
    assert [(s.what, s.counter) for s in ticket.history] == [
        ("issued", ""),
        ("called", "2"),
        ("recalled", "2"),
        ("started", "2"),
        ("rated", "2"),
        ("finished", "2"),
    ]
    assert (ticket.state, ticket.counter, ticket.score, ticket.item) == ("finished", "2", 5, "养老认证")
    assert ticket.issued_at == "2026-11-23T10:00:00+08:00"


def test_a_number_that_is_not_of_today_is_none(scene):
    assert ticket_view(scene.hall, "A001", scene.now()) is None
    assert ticket_view(scene.hall, "", scene.now()) is None


# --- why ----------------------------------------------------------------------------------------------------


def test_why_tells_the_order_without_the_reason_of_a_priority(scene):
    scene.take("civil")
    scene.take("social")
    for _ in range(3):
        scene.take("social", priority="elderly")
    said = scene.why("1")
    assert [(line["number"], line["because"]) for line in said["order"]] == [
        ("A002", "priority"),
        ("A003", "priority"),
        ("A001", "waited_longest"),
        ("A004", "priority"),
        ("B001", "waited_longest"),
    ]
    assert said["next"] == said["order"][0]
    assert "elderly" not in json.dumps(said)


def test_why_of_an_unknown_counter_is_refused(scene):
    with pytest.raises(Refused) as refused:
        why(scene.hall, "77", scene.now())
    assert refused.value.reason == "no_counter"


def test_why_with_nobody_waiting_names_nobody(scene):
    said = scene.why("1")
    assert (said["next"], said["order"], said["state"]) == (None, [], "open")


def test_devices_since_is_local_time(scene):
    board = DeviceKnown(id="board-1", kind="board", driver="board_onbon_k", counter="1")
    scene.happens(ev.DaemonStarted(version="1", boot="boot-1", devices=(board,)))
    assert scene.view().devices[0].since == "2026-11-23T10:00:00+08:00"


def test_ahead_of_a_ticket_falls_with_each_call(scene):
    for _ in range(3):
        scene.take()
    seen = []
    for _ in range(3):
        seen.append(scene.ticket("A003").ahead)
        scene.next("2")
    assert seen == [2, 1, 0]
