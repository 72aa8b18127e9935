"""A hall and its center over a real broker: what is lost on the way comes again, commands are obeyed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge.center.receiver import Place, Receiver
from edge.center.store import Store
from edge.hall.commands import CloseDay, TakeTicket
from edge.hall.words import By, Door
from edge.log_tail import LogTail
from edge.mqtt_values import Broker as Address
from edge.patience import Patience
from edge.readers.again import FIRST_AFTER_S, Again, Overdue
from edge.readers.doings import Doings
from tests.broker import Broker, Recorder, forget
from tests.center.conftest import HALL, OPEN, same
from tests.county.test_county_files import check
from tests.uplink.conftest import Hall
from tests.uplink.tap import Tap
from tests.waiting import until

Doing = Callable[[Again], object]


_SCHEMAS = {"status": "Status", "health": "Health", "commands": "Command", "replies": "Reply"}


def doings(hall: Hall, folder: Path) -> Doing:
    def table(again: Again) -> object:
        return Doings(
            hall.registrar,
            folder,
            again,
            restart=lambda device: device == "printer-1",
            log=LogTail(),
            timezone=ZoneInfo("Asia/Shanghai"),
            screenshot=lambda screen: b"\x89PNG" if screen == "k1" else None,
        ).table()

    return table


@pytest.fixture
def sure(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hall's clock is known to be right."""
    now = hall.registrar.now
    monkeypatch.setattr(hall.registrar, "now", lambda: replace(now(), trusted=True))


def test_what_a_broker_lost_is_asked_for_and_comes_again(
    hall: Hall,
    broker: Broker,
    receive: OPEN,
    store: Store,
    sure: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("edge.center.store.GRACE_S", 0.3)
    monkeypatch.setattr("edge.center.store.ASK_AGAIN_S", 1.0)
    monkeypatch.setattr("edge.center.receiver.ASK_EVERY_S", 0.2)
    hall.write(40)
    uplink = hall.uplink(broker.url, doings=doings(hall, tmp_path))
    until(lambda: uplink.status()["lag"] == 0, "the broker took all, and nobody listened")
    receive(store)
    hall.write(5)
    until(lambda: uplink.status()["firm"] >= 45, "the hole was asked for and filled", 30)
    until(lambda: same(store, hall), "the store is the journal")


def test_a_worker_that_dies_costs_its_share_only_until_the_broker_forgets_it(
    hall: Hall,
    broker: Broker,
    receive: OPEN,
    sure: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("edge.center.store.GRACE_S", 0.3)
    monkeypatch.setattr("edge.center.store.ASK_AGAIN_S", 0.5)
    monkeypatch.setattr("edge.center.receiver.ASK_EVERY_S", 0.2)
    monkeypatch.setattr("edge.center.receiver.SHARED_KEPT_S", 1)
    stores = [Store(f"sqlite:///{tmp_path}/center.db") for _ in range(2)]
    store = stores[0]
    receive(store, name="a", share="workers")
    with Tap(broker.port) as tap:
        dies = Receiver(Address.at(tap.url), Place("510000", "b", "workers"), stores[1], Patience(60, 60))
        dies.start()
        try:
            until(lambda: bool(dies.status()["connected"]), "both are there")
            uplink = hall.uplink(broker.url, doings=doings(hall, tmp_path))
            hall.write(40)
            until(lambda: uplink.status()["firm"] >= 40, "both work")
            tap.gate.clear()
            tap.cut()
            hall.write(40)
            until(lambda: uplink.status()["firm"] >= 80, "its share was asked for", 60)
        finally:
            dies.stop()
    until(lambda: same(store, hall), "the store is the journal")
    stores[1].close()


def test_a_center_that_fell_behind_gets_again_what_the_broker_had_acknowledged(
    hall: Hall,
    broker: Broker,
    receive: OPEN,
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No command, no hole above: the hall sees by its receipts that the end is missing."""
    monkeypatch.setattr("edge.readers.again.FIRST_AFTER_S", 0.5)
    receiver = receive(store)
    uplink = hall.uplink(broker.url)
    hall.write(10)
    until(lambda: uplink.status()["firm"] >= 10, "receipts are known here")
    receiver.stop()
    forget(broker.port, "bianmin-center-510000-1")
    hall.write(20)
    until(lambda: uplink.status()["lag"] == 0, "acknowledged, and stored nowhere")
    receive(store)
    until(lambda: uplink.status()["firm"] >= 30, "sent again by itself", 30)
    until(lambda: same(store, hall), "the store is the journal")


def test_a_notice_is_set_by_the_county_over_the_wire(
    hall: Hall,
    broker: Broker,
    sure: None,
    tmp_path: Path,
) -> None:
    uplink = hall.uplink(broker.url, doings=doings(hall, tmp_path), trust_unsigned=True)
    with Recorder(broker.port) as county:
        until(lambda: bool(uplink.status()["connected"]), "connected")
        county.wait_for("status", lambda seen: bool(seen))

        def tell(name: str, command: str, **args: object) -> dict[str, object]:
            now = datetime.now(UTC)
            said = {
                "id": command,
                "issued_at": now.isoformat(),
                "expires_at": (now + timedelta(minutes=5)).isoformat(),
                "name": name,
                "args": args,
            }
            county.publish(f"bianmin/v1/{HALL}/commands", json.dumps(said).encode())
            mine = lambda m: m.json()["id"] == command and m.json()["state"] != "accepted"  # noqa: E731
            return next(
                m.json() for m in county.wait_for("replies", lambda all: any(map(mine, all))) if mine(m)
            )

        assert tell("notice.set", "1", id="n1", text="明天停电")["state"] == "done"
        assert hall.registrar.view.notices == ("明天停电",)
        assert tell("notice.clear", "2", id="n1")["state"] == "done"
        assert hall.registrar.view.notices == ()
        assert tell("counter.open", "3", counter="1")["state"] == "done"
        assert hall.registrar.view.counters[0].state == "open"
        assert tell("counter.pause", "4", counter="9")["reason"] == "no_counter"
        assert tell("device.restart", "5", device="printer-1")["state"] == "done"
        assert tell("device.restart", "6", device="toaster")["reason"] == "no_device"
        assert tell("emergency.raise", "7", kind="evacuate")["state"] == "done"
        assert hall.registrar.view.desk.emergency is not None
        assert tell("emergency.clear", "8")["state"] == "done"
        assert tell("screenshot", "9", screen="k1")["result"] == {"png": "iVBORw=="}
        assert tell("screenshot", "10", screen="k2")["reason"] == "no_screen"
        assert tell("log.tail", "11", lines=0)["reason"] == "bad_args"
        assert tell("content.update", "12", guides=[{"id": 1}])["state"] == "refused"
        assert tell("report.request", "13")["state"] in ("done", "refused")
        assert hall.registrar.county_commands()["1"].state == "done"
        for kind in ("events", "status", "health", "commands", "replies"):
            said = county.on(kind)
            assert said, kind
            for message in said:
                check("CloudEvent" if kind == "events" else _SCHEMAS[kind], message.json())


def test_the_day_s_close_is_told_as_sleep_and_the_will_says_sleep_too(
    hall: Hall,
    broker: Broker,
) -> None:
    with Recorder(broker.port) as county:
        uplink = hall.uplink(broker.url)
        county.wait_for("status", lambda seen: seen[-1].json()["state"] == "online")
        hall.registrar.ask(TakeTicket(by=By(Door.HTTP), service="social"))
        hall.registrar.ask(CloseDay(by=By(Door.HTTP)))
        county.wait_for("status", lambda seen: seen[-1].json()["state"] == "asleep")
        until(lambda: bool(uplink.status()["connected"]), "and it is still there")
        hall.registrar.ask(TakeTicket(by=By(Door.HTTP), service="social"))
        county.wait_for("status", lambda seen: seen[-1].json()["state"] == "online")
        states = [m.json()["state"] for m in county.on("status")]
    assert "offline" not in states[1:-1] or states.index("asleep") < len(states)


def test_patience_with_a_center_that_lags_doubles_to_an_hour_and_begins_anew_with_a_receipt() -> None:
    overdue, at, due = Overdue(), 0.0, []
    overdue.is_due(at, firm=5, sent=9, center=True)
    while at < 8 * 3600:
        at += 10
        if overdue.is_due(at, firm=5, sent=9, center=True):
            due.append(at)
    gaps = [b - a for a, b in zip([0.0, *due], due, strict=False)]
    assert gaps[:4] == [60, 120, 240, 480] and max(gaps) == 3600
    assert not overdue.is_due(at + 1, firm=6, sent=9, center=True)
    assert overdue.is_due(at + 1 + FIRST_AFTER_S, firm=6, sent=9, center=True)
    assert not any(overdue.is_due(at + 10 * n, firm=6, sent=9, center=False) for n in range(1, 1000))
    assert not any(overdue.is_due(at + 10 * n, firm=0, sent=9, center=True) for n in range(1, 1000))


def test_ranges_are_sent_in_parts_and_only_so_many_wait() -> None:
    again = Again()
    assert again.next_after() is None and again.ask(5, 9) and again.ask(5, 9) and again.ask(1, 2)
    assert again.next_after() == (4, 9)
    again.sent(7)
    assert again.next_after() == (7, 9)
    again.sent(12)
    assert again.next_after() == (0, 2)
    assert [again.ask(n, n) for n in range(20, 28)].count(True) == 7
