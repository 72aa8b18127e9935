"""Whatever halls may send, on every topic: refused or kept, never fatal, and the pages stand."""

import http.client
import json
import logging
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from edge.center.center import Center
from edge.center.receiver import Place, Receiver, _Talk
from edge.center.settings import CenterFile, CenterTable
from edge.center.store import Store
from edge.center.web import Web
from edge.entries import canonical
from edge.mqtt_values import Arrived
from edge.mqtt_values import Broker as Address
from edge.nonsense import Nonsense
from edge.paths import shared
from edge.texts import Texts
from tests.broker import Broker, Recorder
from tests.center.conftest import HALL, JOURNAL, OPEN, entries
from tests.county.inventions import inventions
from tests.waiting import until

ROOT = f"bianmin/v1/{HALL}"
EVENT = {**json.loads(entries(1)[0].body), "chain": entries(1)[0].chain}
GOOD = {
    "events": EVENT,
    "status": {"state": "online", "since": "2026-11-22T03:00:00Z", "version": "0.1.0", "journal": JOURNAL}
    | {"head": 40, "boot": "b"},
    "health": {
        "at": "2026-11-22T03:00:00Z",
        "host": {"temperature_c": 51.5, "clock_trusted": True, "boot_reason": "clean", "disk_free_mb": 9000},
        "uplink": {"lag": 3, "lag_s": 9, "oldest": "2026-11-22T02:00:00Z"}
        | {"certificate": {"ends": "2027-01-01T00:00:00Z", "code": "center_away", "why": ""}},
        "screens": [{"name": "hall", "age_s": 0.5, "frames": 3, "state": "ok", "code": ""}],
        "queues": [{"id": "social", "name": "社会保障", "waiting": 7}],
        "devices": [
            {"id": "printer-1", "kind": "printer", "driver": "p", "counter": "", "state": "down"}
            | {"code": "paper_out", "since": "2026-11-22T01:00:00Z", "last_ok": ""}
        ],
    },
    "inventory": {
        "at": "2026-11-22T03:00:00Z",
        "boot": "b",
        "version": "0.1.0",
        "host": {"model": "Pi", "processors": 4},
        "packages": {"paho-mqtt": "2.2.0"},
        "settings": {"hall.toml": "0123456789abcdef"},
        "devices": [{"id": "p", "kind": "printer", "driver": "d", "counter": "", "link": "usb://04b8:0202"}],
        "screens": ["hall"],
    },
    "replies": {"id": "r1", "state": "done", "reason": "", "result": {"journal": JOURNAL, "first": 7}},
}
TOPICS = (*(f"{ROOT}/{kind}" for kind in GOOD), "bianmin/v1/510000/center")
WRONG_TOPICS = (
    "bianmin/v1/510000/5/events",
    "bianmin/v1/51000/510000001/events",
    "bianmin/v1/510000/510000001/events/more",
    "bianmin/v1/510000/510000001/toast",
    "bianmin/v1/５10000/510000001/status",
    "",
)


def invented(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Topic and payload."""
    for topic in TOPICS:
        good = GOOD.get(topic.rpartition("/")[2], {"state": "online", "instance": "i"})
        yield from ((topic, payload) for payload in inventions(good, count, (seed, topic)))
    yield from ((topic, b"{}") for topic in WRONG_TOPICS)


class _Line:
    """Where a session would be: what is acknowledged and published."""

    def __init__(self) -> None:
        self.acknowledged = 0
        self.published: Counter[str] = Counter()

    def acknowledge(self, arrived: Arrived) -> None:
        self.acknowledged += 1

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        assert len(payload) < 1000
        self.published[topic] += 1
        return len(self.published)


def test_no_message_of_any_topic_stops_the_center(
    store: Store, caplog: pytest.LogCaptureFixture, seed: int = 20261122
) -> None:
    line, nonsense = _Line(), Nonsense(logging.getLogger("edge.center.receiver"), "center")
    talk = _talk(store, line, nonsense)
    said = [Arrived(topic, payload, False, 1) for topic, payload in invented(seed, 400)]
    random.Random(seed).shuffle(said)
    for at in range(0, len(said), 40):
        talk._take(said[at : at + 40])
    assert line.acknowledged == len(said) > 1500
    assert nonsense.count > 500 and nonsense.last
    assert len([r for r in caplog.records if r.levelno >= logging.WARNING]) == 1, "one line, not thousands"
    store.keep(entries(3, first=1))
    assert any(r.stored >= 1 for r in store.receipts())
    _pages_stand(store)


def _pages_stand(store: Store) -> None:
    """Fleet, hall, JSON and metrics are served of whatever was kept."""
    settings = CenterFile(CenterTable("510000", listen="127.0.0.1:0"))
    receiver = Receiver(Address.at("mqtt://127.0.0.1:1"), Place("510000"), store)
    with ExitStack() as stack:
        page = Web(Center(settings, store, receiver), Texts.load("zh-CN", shared("texts")))
        stack.callback(page.stop)
        door = stack.enter_context(closing(http.client.HTTPConnection("127.0.0.1", page.start(), timeout=10)))
        for path in ("/", f"/halls/{HALL}", "/api/v1/fleet", f"/api/v1/halls/{HALL}", "/metrics"):
            door.request("GET", path)
            answer = door.getresponse()
            text = answer.read().decode()
            assert answer.status == 200, (path, text[:300])
            assert len(text) < 3_000_000
            if path == "/metrics":
                samples = [s for f in text_string_to_metric_families(text) for s in f.samples]
                assert len({(s.name, *sorted(s.labels.items())) for s in samples}) == len(samples)


def test_whatever_a_hall_says_of_itself_its_page_stands(tmp_path: Path) -> None:
    """The last word is what is kept, so several last words are looked at."""
    store = Store(f"sqlite:///{tmp_path}/center.db")
    with closing(store):
        for seed in range(6):
            for kind in ("status", "health", "inventory"):
                said = [Arrived(f"{ROOT}/{kind}", p, True, 1) for p in inventions(GOOD[kind], 40, seed)]
                _talk(store, _Line(), Nonsense(logging.getLogger("x"), ""))._take(said)
            _pages_stand(store)


def _talk(store: Store, line: _Line, nonsense: Nonsense) -> _Talk:
    return _Talk(line, Place("510000"), store, lambda state: b"{}", Counter(), nonsense)  # type: ignore[arg-type]


def test_some_hundred_over_a_real_broker_and_the_center_still_keeps_entries(
    broker: Broker, receive: OPEN, store: Store
) -> None:
    receiver = receive(store)
    with Recorder(broker.port, topic="nothing") as stranger:
        for topic, payload in invented(7, 80):
            if topic:
                stranger.publish(topic, payload)
        made = entries(3, journal="fedcba9876543210")
        for entry in made:
            payload = canonical({**json.loads(entry.body), "chain": entry.chain}).encode()
            stranger.publish(f"{ROOT}/events", payload)
        until(lambda: ("fedcba9876543210", 3) in _stored(store), "the good entries are kept")
    status = receiver.status()
    assert status["connected"] and int(status["refused"]) > 100 and status["refused_why"]


def _stored(store: Store) -> set[tuple[str, int]]:
    return {(r.journal, r.stored) for r in store.receipts()}
