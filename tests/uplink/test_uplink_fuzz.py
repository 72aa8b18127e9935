"""Hundreds of invented commands and receipts over a real broker: the hall goes on, and says it refused."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge.hall.words import By
from tests.broker import Broker, Recorder
from tests.county.inventions import inventions
from tests.uplink.conftest import Hall
from tests.uplink.test_uplink_commands import KEYS, NOW, command, signed
from tests.waiting import until

ROOT = "bianmin/v1/510000/510000001"
Say = Callable[..., None]


@contextmanager
def stranger(port: int) -> Iterator[Say]:
    """Says things with all that MQTT 5 lets a message carry."""
    client = Client(CallbackAPIVersion.VERSION2, "stranger", protocol=MQTTv5)
    client.connect("127.0.0.1", port)
    client.loop_start()

    def say(topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        carried = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        carried.UserProperty = [("id", "c1"), ("名", "值" * 1000), ("", "")]
        carried.ContentType = "text/x-" + "y" * 500
        carried.ResponseTopic = f"{ROOT}/events"
        carried.CorrelationData = b"\x00\xff" * 100
        client.publish(topic, payload, qos, retain, carried).wait_for_publish(10)

    try:
        yield say
    finally:
        client.disconnect()
        client.loop_stop()


def test_hundreds_of_invented_messages_leave_the_hall_at_work(
    hall: Hall, broker: Broker, center: Recorder, caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    real = hall.registrar.now
    monkeypatch.setattr(hall.registrar, "now", lambda: replace(real(), at=NOW, day=NOW.date(), trusted=True))
    done: list[str] = []

    def do(args: dict[str, Any], by: By) -> dict[str, Any]:
        done.append(by.device)
        return {}

    uplink = hall.uplink(broker.url, doings=lambda again: {"notice.set": do, "resend": do}, keys=KEYS)
    until(lambda: bool(uplink.status()["connected"]), "connected")
    receipt = {"journal": hall.journal.id, "stored": 1}
    with stranger(broker.port) as say:
        for n, payload in enumerate(inventions(json.loads(command(more="x")), 120, 1)):
            say(f"{ROOT}/commands", payload, qos=n % 2, retain=n % 5 == 0)
        for n, payload in enumerate(inventions(receipt, 80, 2)):
            say(f"{ROOT}/receipts", payload, retain=n % 2 == 0)
        for payload in inventions({"state": "online", "instance": "i"}, 25, 3):
            say("bianmin/v1/510000/center", payload, retain=True)
        say(f"{ROOT}/commands", signed(command("notice.set", id="good")))
    hall.write(5)
    until(lambda: done[-1:] == ["county"], "the signed one is done")
    until(lambda: uplink.status()["lag"] == 0, "entries travel")
    good = center.wait_for("replies", lambda seen: any(m.json()["id"] == "good" for m in seen))
    assert all(len(m.payload) < 1000 for m in good)
    status = uplink.status()
    assert status["connected"] and status["refused"] > 60 and status["refused_why"]
    warned = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(warned) == 1 and "not taken" in warned[0].getMessage(), [r.getMessage() for r in warned]
    assert status["firm"] <= hall.journal.head


@pytest.mark.parametrize(
    ("stored", "why"),
    [("999999", "the journal ends at"), ("7.5", "no receipt")],
)
def test_a_center_that_lies_is_named_and_moves_nothing(
    hall: Hall, broker: Broker, center: Recorder, stored: str, why: str
) -> None:
    hall.write(9)
    uplink = hall.uplink(broker.url)
    until(lambda: uplink.status()["lag"] == 0, "all is acknowledged")

    def receipt(stored: str, hall_code: str = "510000001", **journal: str) -> None:
        said = f'{{"journal":"{journal.get("of", hall.journal.id)}","stored":{stored}}}'
        center.publish(f"bianmin/v1/510000/{hall_code}/receipts", said.encode(), retain=True)

    for said in ("6", stored, "2"):
        receipt(said)
    receipt("8", of="another0")
    receipt("8", "510000002")
    until(lambda: uplink.status()["refused"] == 1, "the lie is noticed")
    assert why in uplink.status()["refused_why"] and uplink.status()["firm"] == 6
    receipt("7")
    until(lambda: uplink.status()["firm"] == 7, "the next honest one counts")
    assert uplink.status()["refused"] == 1, "a receipt of another journal or hall is none"
