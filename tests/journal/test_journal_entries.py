"""An entry is what travels: its canonical JSON and its chain, against a vector made without our code."""

import hashlib
import json
from pathlib import Path

import pytest

from edge.entries import FIRST_LINK, Line, body_of, canonical, link, read_entry, stamped
from edge.errors import JournalError
from edge.hall.event_json import EVENTS, UnknownEvent, type_of
from edge.hall.event_values import DeviceKnown
from edge.hall.events import DaemonStarted, DayOpened, Event, ServiceRated, TicketIssued
from edge.hall.words import By, Door, Now, Request
from tests.journal.moment import SOURCE, now

GOLDEN = json.loads((Path(__file__).parents[1] / "golden/journal/chain.json").read_text("utf-8"))
KIOSK = By(Door.KIOSK, "k1")


def written(event: Event, seq: int = 1, at: Now | None = None) -> str:
    return body_of(event, stamped(seq, at or now()), trusted=True, journal="j", source=SOURCE)


def test_the_chain_of_the_golden_entries_is_what_the_vector_says() -> None:
    before = FIRST_LINK
    for case in GOLDEN["entries"]:
        assert link(before, case["body"]) == case["chain"]
        before = case["chain"]
    assert len(GOLDEN["entries"]) == 3


def test_the_golden_bodies_are_canonical_and_are_what_the_events_become() -> None:
    for case in GOLDEN["entries"]:
        entry = read_entry(json.loads(case["body"])["sequence"], case["body"], case["chain"])
        cloud = json.loads(case["body"])
        assert canonical(cloud) == case["body"]
        again = body_of(
            entry.event, entry.stamp, trusted=entry.trusted, journal=cloud["journal"], source=cloud["source"]
        )
        assert again == case["body"]


def test_the_county_can_check_the_chain_from_what_travels() -> None:
    case = GOLDEN["entries"][0]
    entry = read_entry(1, case["body"], case["chain"])
    travels = entry.cloud()
    assert Line(entry.seq, entry.body, entry.chain).travels() == canonical(travels).encode()
    assert travels["specversion"] == "1.0" and travels["id"] == f"{travels['journal']}:{travels['sequence']}"
    chain = travels.pop("chain")
    text = json.dumps(travels, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(b"0" * 64 + text.encode()).hexdigest() == chain


@pytest.mark.parametrize(
    "event",
    [
        TicketIssued(ticket="H-20261122-A001", number="A001", service="社保", ahead=3, by=KIOSK),
        TicketIssued(
            ticket="t", number="A002", service="s", request=Request("POST /api/v1/tickets 5f", "ab")
        ),
        ServiceRated(ticket="t", counter="3", score=5, tags=("快", "热情")),
        DayOpened(date="2026-11-22", trusted=False),
        DaemonStarted(
            version="0.1", boot="boot-1", devices=(DeviceKnown(id="board-1", kind="board", driver="x"),)
        ),
    ],
)
def test_an_event_comes_back_as_it_was_written(event: Event) -> None:
    entry = read_entry(1, written(event), "c")
    assert entry.event == event
    assert entry.stamp == stamped(1, now())


def test_an_event_of_a_newer_version_passes_through_unchanged() -> None:
    cloud = json.loads(written(DayOpened(date="2026-11-22", trusted=True)))
    cloud["type"], cloud["data"]["colour"] = "bianmin.robot.greeted", "blue"
    entry = read_entry(1, canonical(cloud), "c")
    assert isinstance(entry.event, UnknownEvent)
    assert entry.cloud()["data"]["colour"] == "blue"
    assert written(entry.event) == canonical({**cloud, "id": "j:1"})


def test_every_kind_of_event_has_a_type_of_its_own() -> None:
    assert len(set(EVENTS)) == len(EVENTS) and type_of(TicketIssued) == "bianmin.ticket.issued"


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"data": 3}', '{"time": "x", "data": {"day": "y"}}', "null"]
)
def test_a_damaged_row_is_named_and_not_guessed_at(body: str) -> None:
    with pytest.raises(JournalError, match="entry 7 cannot be read"):
        read_entry(7, body, "c")
