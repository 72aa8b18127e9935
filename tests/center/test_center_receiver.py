"""A hall's journal, a real broker and a center: what the hall wrote is in the store, each once."""

import json
from collections.abc import Callable
from contextlib import suppress

import pytest

from edge.center.receiver import Place, Receiver
from edge.center.store import Store, StoreError
from edge.mqtt_values import Broker as Address
from edge.patience import Patience
from tests.broker import Broker, Recorder
from tests.center.conftest import HALL, OPEN, same
from tests.uplink.answering import Answering
from tests.uplink.conftest import Hall
from tests.uplink.tap import Tap
from tests.waiting import until


def stored(store: Store) -> int:
    return max((r.stored for r in store.receipts()), default=0)


def test_what_a_hall_wrote_is_in_the_store_and_the_hall_gets_its_receipt(
    hall: Hall, broker: Broker, receive: OPEN, store: Store
) -> None:
    receive(store)
    hall.write(300)
    uplink = hall.uplink(broker.url)
    until(lambda: uplink.status()["firm"] >= 300, "the receipt moves the firm cursor")
    until(lambda: same(store, hall), "the store is the journal")
    with store.engine.connect() as tx:
        status, health = tx.exec_driver_sql("SELECT status, health FROM hall").one()
    assert json.loads(status)["state"] == "online" and json.loads(health)["uplink"]["connected"]


def test_two_workers_share_the_entries_of_a_hall(
    hall: Hall, broker: Broker, receive: OPEN, open_store: Callable[[], Store]
) -> None:
    stores = [open_store(), open_store()]
    workers = [receive(s, name=str(i), share="workers") for i, s in enumerate(stores)]
    until(lambda: all(w.status()["connected"] for w in workers), "both are there")
    uplink = hall.uplink(broker.url)
    hall.write(400)
    until(lambda: uplink.status()["firm"] >= 400, "the receipt moves the firm cursor")
    until(lambda: same(stores[0], hall), "the store is the journal")
    assert all(w.status()["entries"] > 0 for w in workers), "each had its part"


def test_a_worker_that_goes_leaves_its_share_to_the_others(
    hall: Hall, broker: Broker, receive: OPEN, open_store: Callable[[], Store]
) -> None:
    stays, goes = [receive(open_store(), name=name, share="workers") for name in "ab"]
    uplink = hall.uplink(broker.url)
    hall.write(60)
    until(lambda: uplink.status()["firm"] >= 60, "both work")
    goes.stop()
    before, gone = stays.status()["entries"], goes.status()["entries"]
    hall.write(60)
    until(lambda: uplink.status()["firm"] >= 120, "one has it all")
    assert (stays.status()["entries"], goes.status()["entries"]) == (before + 60, gone)


def test_a_store_that_fails_gets_everything_again(
    hall: Hall, broker: Broker, receive: OPEN, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, fails = store.keep, [True, True, False, True]

    def failing(*args: object) -> object:
        if fails and fails.pop():
            raise StoreError("disk full")
        return keep(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "keep", failing)
    receiver = receive(store)
    uplink = hall.uplink(broker.url)
    hall.write(50)
    until(lambda: uplink.status()["firm"] >= 50, "what was not kept was not acknowledged")
    until(lambda: same(store, hall) and bool(receiver.status()["connected"]), "whole, and connected")
    assert len(fails) <= 2


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (f"bianmin/v1/{HALL}/events", b"\xff\x00"),
        (f"bianmin/v1/{HALL}/events", b"[" * 100_000),
        (f"bianmin/v1/{HALL}/events", b"x" * 300_000),
        (f"bianmin/v1/{HALL}/events", b'{"specversion": "1.0"}'),
        (f"bianmin/v1/{HALL}/health", b"[1]"),
        (f"bianmin/v1/{HALL}/status", b'{"state": NaN}'),
        ("bianmin/v1/510000/5/events", b"{}"),
        (f"bianmin/v1/{HALL}/replies", b"nothing"),
    ],
)
def test_nonsense_is_refused_and_the_next_entry_is_kept(
    hall: Hall, broker: Broker, receive: OPEN, store: Store, topic: str, payload: bytes
) -> None:
    receiver = receive(store)
    until(lambda: bool(receiver.status()["connected"]), "connected")
    with Recorder(broker.port) as stranger:
        stranger.publish(topic, payload)
    hall.write(3)
    hall.uplink(broker.url)
    until(lambda: stored(store) >= 3, "the hall's entries are kept")
    assert receiver.status()["refused"] == 1 and receiver.status()["connected"]


def test_a_hall_that_speaks_for_another_is_refused(
    hall: Hall, broker: Broker, receive: OPEN, store: Store
) -> None:
    receiver = receive(store)
    until(lambda: bool(receiver.status()["connected"]), "connected")
    entry = hall.write(1)[0]
    with Recorder(broker.port) as stranger:
        payload = json.dumps(entry.cloud()).encode()
        stranger.publish("bianmin/v1/510000/510000009/events", payload)
        until(lambda: receiver.status()["refused"] == 1, "refused")
    assert store.receipts() == []


def test_a_hole_is_asked_for_on_the_halls_command_topic(
    hall: Hall, broker: Broker, receive: OPEN, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.center.store.GRACE_S", 0.0)
    with Recorder(broker.port) as recorder:
        receive(store)
        before, made = hall.journal.read_after(0), hall.write(10)
        for entry in (*before, *made[:3], *made[6:]):
            payload = json.dumps(entry.cloud()).encode()
            recorder.publish(f"bianmin/v1/{HALL}/events", payload)
        until(lambda: bool(recorder.on("commands")), "asked")
        command = recorder.on("commands")[0].json()
        asked = (command["args"]["from"], command["args"]["to"])
        assert (command["name"], asked) == ("resend", (made[3].seq, made[5].seq))
        assert command["id"] and command["expires_at"] > command["issued_at"]


def test_the_center_says_that_it_is_there_and_that_it_goes(
    broker: Broker, receive: OPEN, store: Store
) -> None:
    with Recorder(broker.port) as recorder:
        receiver = receive(store)
        until(lambda: bool(recorder.on("center")), "birth")
        receiver.stop()
        until(lambda: len(recorder.on("center")) >= 2, "goodbye")
        first, last = recorder.on("center")[0], recorder.on("center")[-1]
    assert (first.json()["state"], last.json()["state"]) == ("online", "offline")
    assert first.json()["instance"] == last.json()["instance"]
    with suppress(StoreError):
        store.receipts()


def test_a_center_that_must_not_hear_says_so_and_is_not_there(store: Store) -> None:
    with Answering() as answering:
        answering.hears = lambda packet: 0x87 if b"+/events" in packet else 1
        receiver = Receiver(Address.at(answering.url), Place("510000"), store, Patience(60, 60))
        receiver.start()
        try:
            until(lambda: "does not let us hear" in str(receiver.status()["why"]), "it is named")
        finally:
            receiver.stop()
    assert answering.topics == [] and answering.levels == [5], "no birth, and no second try"


def test_hall_and_center_do_the_same_on_the_older_protocol(hall: Hall, broker: Broker, store: Store) -> None:
    with Tap(broker.port, refuse_v5=True) as of_hall, Tap(broker.port, refuse_v5=True) as of_center:
        receiver = Receiver(Address.at(of_center.url), Place("510000"), store, Patience(0.1, 0.3))
        receiver.start()
        try:
            uplink = hall.uplink(of_hall.url)
            hall.write(60)
            until(lambda: uplink.status()["firm"] >= 60, "the receipt moves the firm cursor")
            of_center.cut()
            hall.write(60)
            until(lambda: uplink.status()["firm"] >= 120, "and after a cut")
            assert same(store, hall) and receiver.status()["refused"] == 0
        finally:
            receiver.stop()
        assert of_hall.levels == [5, 4] and set(of_center.levels) == {5, 4}


def test_whatever_is_said_in_its_name_the_center_says_that_it_is_there(
    broker: Broker, receive: OPEN, store: Store
) -> None:
    with Recorder(broker.port) as recorder:
        receiver = receive(store)
        recorder.wait_for("center", bool)
        for n in range(100):
            said = b"[]" if n % 2 else b'{"state":"offline"}'
            recorder.publish("bianmin/v1/510000/center", said, retain=True)
        last = recorder.wait_for("center", lambda seen: b"online" in seen[-1].payload)[-1]
        assert receiver.status()["connected"] and last.json()["instance"] == receiver.status()["instance"]
