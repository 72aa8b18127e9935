from collections.abc import Callable
from pathlib import Path

from edge.entries import FIRST_LINK, canonical, link
from edge.hall.event_values import DeviceKnown
from edge.hall.events import DaemonStarted, DeviceChanged
from tests.broker import Broker, Json, Message, Recorder
from tests.uplink.conftest import Hall
from tests.waiting import until

ROOT = "bianmin/v1/510000/510000001"


def sequences(events: list[Json]) -> list[int]:
    return [int(e["sequence"]) for e in events]


def first_arrivals(events: list[Json]) -> list[int]:
    return list(dict.fromkeys(sequences(events)))


def until_head(hall: Hall) -> Callable[[list[Message]], bool]:
    return lambda seen: {int(m.json()["sequence"]) for m in seen} >= set(range(1, hall.journal.head + 1))


def test_every_entry_arrives_once_in_order_as_a_whole_cloud_event(
    hall: Hall, center: Recorder, broker: Broker
) -> None:
    hall.write(70)
    hall.uplink(broker.url)
    hall.write(5)
    messages = center.wait_for("events", until_head(hall))
    events = [m.json() for m in messages]
    assert sequences(events) == list(range(1, hall.journal.head + 1))
    for message, event in zip(messages, events, strict=True):
        assert (message.topic, message.qos, message.retained) == (f"{ROOT}/events", 1, False)
        assert message.kind == "application/cloudevents+json"
        assert event["specversion"] == "1.0"
        assert event["id"] == f"{hall.journal.id}:{event['sequence']}"
        assert event["source"] == "/510000/510000001"
        assert event["datacontenttype"] == "application/json"
        assert (event["journal"], event["dataversion"]) == (hall.journal.id, "1")
        assert event["time"].endswith("Z") and event["trustedtime"] in (True, False)
        assert event["type"].startswith("bianmin.") and event["data"]["by"]["door"]


def test_the_county_can_make_the_chain_again_from_what_it_received(
    hall: Hall, center: Recorder, broker: Broker
) -> None:
    hall.write(12)
    hall.uplink(broker.url)
    chain = FIRST_LINK
    for event in (m.json() for m in center.wait_for("events", until_head(hall))):
        stored = event.pop("chain")
        chain = link(chain, canonical(event))
        assert chain == stored


def test_the_birth_is_retained_for_who_comes_later(hall: Hall, center: Recorder, broker: Broker) -> None:
    hall.write(3)
    hall.uplink(broker.url)
    center.wait_for("status", bool)
    with Recorder(broker.port, "latecomer") as later:
        birth = later.wait_for("status", bool)[0]
    assert birth.retained and birth.topic == f"{ROOT}/status"
    said = birth.json()
    assert set(said) == {"state", "since", "version", "journal", "head", "boot"}
    assert (said["state"], said["version"], said["journal"], said["boot"]) == (
        "online",
        "0.1.0",
        hall.journal.id,
        "boot-1",
    )
    assert said["head"] >= 3 and said["since"].endswith("Z")


def test_a_clean_stop_brings_out_the_last_entry_and_says_goodbye(
    hall: Hall, center: Recorder, broker: Broker
) -> None:
    uplink = hall.uplink(broker.url)
    center.wait_for("status", bool)
    hall.write(30)
    uplink.stop()
    assert not uplink.status()["connected"] and uplink.status()["lag"] == 0
    states = [m.json() for m in center.wait_for("status", lambda seen: seen[-1].json()["state"] == "offline")]
    assert [s["state"] for s in states] == ["online", "offline"]
    assert states[-1]["head"] == hall.journal.head
    assert sequences(center.events()) == list(range(1, hall.journal.head + 1))


def test_after_a_restart_it_goes_on_at_its_cursor(hall: Hall, center: Recorder, broker: Broker) -> None:
    hall.write(40)
    first = hall.uplink(broker.url)
    center.wait_for("events", until_head(hall))
    first.stop()
    until(lambda: hall.journal.cursor("uplink") == first.status()["cursor"], "the cursor is on disk")
    before = len(center.events())
    hall.write(10)
    hall.uplink(broker.url)
    center.wait_for("events", until_head(hall))
    assert sequences(center.events())[before:] == list(range(before + 1, hall.journal.head + 1))


def test_a_broker_that_is_absent_at_the_start_is_waited_for(hall: Hall, tmp_path: Path) -> None:
    with Broker(tmp_path, absent=True) as broker:
        hall.write(25)
        uplink = hall.uplink(broker.url)
        until(lambda: "refused" in uplink.status()["why"], "the status says why")
        status = uplink.status()
        assert (
            not status["connected"] and status["lag"] == hall.journal.head and status["oldest"].endswith("Z")
        )
        broker.start()
        with Recorder(broker.port) as center:
            until(lambda: uplink.status()["connected"], "connected")
            hall.write(1)
            # What came before the recorder had no subscriber; from its first event on nothing is missing.
            messages = center.wait_for(
                "events", lambda s: bool(s) and s[-1].json()["sequence"] == str(hall.journal.head)
            )
        seen = sequences([m.json() for m in messages])
        assert seen == list(range(seen[0], hall.journal.head + 1))


def test_a_broker_killed_in_the_middle_costs_no_entry_and_no_order(
    hall: Hall, center: Recorder, broker: Broker
) -> None:
    uplink = hall.uplink(broker.url, window=20)
    for _ in range(3):
        center.wait_for("status", lambda seen: bool(seen))
        hall.write(60)
        broker.kill()
        hall.write(60)
        until(lambda: not uplink.status()["connected"], "the cut is noticed")
        broker.start()
        center.wait_subscribed()
        until(lambda: uplink.status()["lag"] == 0, "all is acknowledged")
    hall.write(1)
    center.wait_for("events", lambda seen: seen[-1].json()["sequence"] == str(hall.journal.head))
    arrivals = first_arrivals(center.events())
    assert arrivals == sorted(arrivals), "a late entry came after an earlier one"
    assert uplink.status()["cursor"] == hall.journal.head


def test_a_receipt_of_the_center_moves_the_firm_cursor(hall: Hall, center: Recorder, broker: Broker) -> None:
    hall.write(9)
    uplink = hall.uplink(broker.url)
    center.wait_for("events", until_head(hall))
    for payload in (
        b"nonsense",
        b'{"journal":"another","stored":8}',
        f'{{"journal":"{hall.journal.id}","stored":999999}}'.encode(),
        f'{{"journal":"{hall.journal.id}","stored":7}}'.encode(),
        f'{{"journal":"{hall.journal.id}","stored":4}}'.encode(),
    ):
        center.publish(f"{ROOT}/receipts", payload, retain=True)
    until(lambda: hall.journal.cursor("uplink-firm") == 7, "the firm cursor is on disk")
    center.publish(f"{ROOT}/receipts", f'{{"journal":"{hall.journal.id}","stored":8}}'.encode())
    until(lambda: uplink.status()["firm"] == 8, "the next receipt, after which none is waiting")
    assert uplink.status()["connected"]


def test_health_tells_each_device_and_comes_again_when_one_changes(
    hall: Hall, center: Recorder, broker: Broker
) -> None:
    printer = DeviceKnown(id="printer-1", kind="printer", driver="printer_escpos")
    hall.registrar.note(DaemonStarted(version="0.1.0", boot="boot-1", devices=(printer,)))
    hall.uplink(broker.url, health_every_s=3600)
    first = center.wait_for("health", bool)[0].json()
    assert (
        first["host"] == {"disk_free": 0.5} and first["uplink"]["window"] == 20 and first["at"].endswith("Z")
    )
    hall.registrar.note(DeviceChanged(device="printer-1", state="degraded", code="PAPER_LOW"))
    seen = center.wait_for("health", lambda s: any(d["code"] == "PAPER_LOW" for d in s[-1].json()["devices"]))
    device = next(d for d in seen[-1].json()["devices"] if d["id"] == "printer-1")
    assert set(device) >= {"id", "kind", "driver", "counter", "state", "code", "since", "last_ok"}
    assert (device["state"], device["last_ok"]) == ("degraded", "2026-01-01T00:00:00Z")
    with Recorder(broker.port, "latecomer") as later:
        assert later.wait_for("health", bool)[0].retained


def test_health_comes_again_after_its_time(hall: Hall, center: Recorder, broker: Broker) -> None:
    hall.uplink(broker.url, health_every_s=5)
    center.wait_for("health", lambda seen: len(seen) >= 2)
