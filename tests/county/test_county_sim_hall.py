"""One simulated hall at a real broker: it honours receipts, sends again what is asked for, and comes back."""

import json
import select
import time
from collections.abc import Callable
from pathlib import Path

from edge.mqtt_values import Broker as Address
from edge.readers.border import Border
from edge.simulate.book import Book
from edge.simulate.marks import TRIAL_COUNTY, hall_code
from edge.simulate.profiles import PROFILES
from edge.simulate.sim_hall import Manner, SimHall, Tally
from tests.broker import Broker, Recorder

CODE = hall_code(TRIAL_COUNTY, 0)
ROOT = f"bianmin/v1/{TRIAL_COUNTY}"


def hall_at(broker: Broker, tally: Tally) -> SimHall:
    book = Book(TRIAL_COUNTY, CODE, PROFILES["tenth"], pace=0.0, seed=3)
    manner = Manner(Address.at(broker.url), at_once=True)
    hall = SimHall(manner, Border(TRIAL_COUNTY, CODE, book.id, "0", "boot"), book, tally)
    hall.connect_at = 0.0
    return hall


def drive(hall: SimHall, until: Callable[[], bool], what: str, within_s: float = 20) -> None:
    ends = time.monotonic() + within_s
    while not until():
        assert time.monotonic() < ends, what
        hall.turn(time.monotonic())
        select.select([hall.wire] if hall.wire else [], [], [], 0.01)


def test_receipts_are_honoured_and_what_is_asked_for_comes_again(tmp_path: Path) -> None:
    with Broker(tmp_path) as broker, Recorder(broker.port) as county:
        hall = hall_at(broker, tally := Tally())
        county.publish(f"{ROOT}/center", b'{"state": "online"}', retain=True)
        hall.book.begin(time.monotonic())
        drive(hall, lambda: hall.acknowledged == hall.book.head > 50, "the broker has them all")
        assert not hall.is_through, "the center's word is still to come"
        for stored in (hall.book.head + 5, 40, 20):
            receipt = json.dumps({"journal": hall.book.id, "stored": stored}).encode()
            county.publish(f"{ROOT}/{CODE}/receipts", receipt)
        drive(hall, lambda: hall.firm > 0, "a receipt comes")
        assert (hall.firm, len(tally.took_s)) == (40, 40), "one beyond the head or falling back is nothing"
        order = {"id": "r1", "name": "resend", "args": {"from": 41, "to": 45, "journal": hall.book.id}}
        for _ in range(2):
            county.publish(f"{ROOT}/{CODE}/commands", json.dumps(order).encode())
        county.publish(f"{ROOT}/{CODE}/commands", b'{"id": "x", "name": "emergency.raise", "args": {}}')
        drive(hall, lambda: len(county.on("replies")) >= 5, "replies")
        drive(hall, lambda: tally.counts["again"] >= 5, "sent again")
        replies = [(m.json()["id"], m.json()["state"]) for m in county.on("replies")]
        assert ("r1", "done") in replies and ("x", "refused") in replies
        count = hall.book.head
        seen = county.wait_for("events", lambda events: len(events) >= count + 5)
        sequences = [int(m.json()["sequence"]) for m in seen]
        assert sequences[:count] == list(range(1, count + 1)) and sequences[count : count + 5] == [
            *range(41, 46)
        ]
        hall.leave()
        county.wait_for("status", lambda said: said[-1].json()["state"] == "asleep")


def test_a_broker_that_was_killed_finds_the_hall_again(tmp_path: Path) -> None:
    with Broker(tmp_path) as broker:
        hall = hall_at(broker, tally := Tally())
        drive(hall, lambda: hall.born, "it is born")
        broker.kill()
        hall.book.begin(time.monotonic())
        drive(hall, lambda: tally.counts["cut"] >= 2 and hall.book.head > 50, "it is cut off, and tries")
        assert hall.acknowledged == 0
        broker.start()
        with Recorder(broker.port) as county:
            drive(hall, lambda: hall.is_through, "everything is at the broker")
            hall.leave()
            statuses = county.wait_for("status", lambda said: said[-1].json()["state"] == "asleep")
    assert statuses[0].json()["state"] in ("online", "asleep")
