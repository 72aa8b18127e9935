"""What passes on the line itself, seen by a tap between the uplink and a real broker."""

import pytest

from tests.broker import Broker, Recorder
from tests.uplink.conftest import Hall
from tests.uplink.tap import SESSION_TAKEN_OVER, Tap
from tests.waiting import until


@pytest.mark.parametrize("window, allowed", [(20, 5), (3, 3), (1, 1)])
def test_never_more_is_on_its_way_than_setting_and_broker_allow(
    hall: Hall, tmp_path, window: int, allowed: int
) -> None:
    # mosquitto 2.0.11 announces max_inflight_messages as Receive Maximum in its CONNACK (seen).
    with Broker(tmp_path, "max_inflight_messages 5") as broker, Tap(broker.port, hold=True) as tap:
        hall.write(40)
        uplink = hall.uplink(tap.url, window=window)
        tap.wait_for(lambda t: t.flying == allowed)
        hall.write(1)
        uplink_turns = uplink.beat()
        until(lambda: uplink.beat() > uplink_turns + 1, "some turns with a full window")
        assert (tap.flying, uplink.status()["window"]) == (allowed, allowed)
        tap.let_go()
        until(lambda: uplink.status()["lag"] == 0, "all is acknowledged")
        assert tap.most_flying == allowed


def test_unacknowledged_entries_are_sent_again_and_the_rest_in_order(hall: Hall, broker: Broker) -> None:
    with Recorder(broker.port) as center, Tap(broker.port, hold=True) as tap:
        hall.write(30)
        uplink = hall.uplink(tap.url, window=10)
        tap.wait_for(lambda t: t.flying == 10)
        assert uplink.status()["cursor"] == 0, "the broker has them, but its word has not come"
        center.wait_for("events", lambda seen: len(seen) >= 8)
        tap.cut()
        tap.let_go()
        until(lambda: uplink.status()["lag"] == 0, "all is acknowledged")
        center.wait_for("events", lambda seen: seen[-1].json()["sequence"] == str(hall.journal.head))
        arrivals = [int(e["sequence"]) for e in center.events()]
    assert list(dict.fromkeys(arrivals)) == list(range(1, hall.journal.head + 1))
    assert 8 <= len(arrivals) - hall.journal.head <= 10, "repeats are what was in the window, no more"


def test_a_broker_killed_with_a_full_window_gets_it_again_and_nothing_is_missing(
    hall: Hall, center: Recorder, broker: Broker
) -> None:
    with Tap(broker.port) as tap:
        hall.write(30)
        uplink = hall.uplink(tap.url, window=20)
        center.wait_for("events", lambda seen: seen[-1].json()["sequence"] == str(hall.journal.head))
        until(lambda: uplink.status()["lag"] == 0, "all is acknowledged")
        tap.hold()
        hall.write(60)
        tap.wait_for(lambda t: t.flying == 20)
        tap.gate.clear()
        broker.kill()
        hall.write(20)
        tap.cut()
        tap.let_go()
        broker.start()
        center.wait_subscribed()
        tap.gate.set()
        until(lambda: uplink.status()["lag"] == 0, "all is acknowledged")
        center.wait_for("events", lambda seen: seen[-1].json()["sequence"] == str(hall.journal.head))
        arrivals = [int(e["sequence"]) for e in center.events()]
    assert list(dict.fromkeys(arrivals)) == list(range(1, hall.journal.head + 1))
    assert len(arrivals) - hall.journal.head <= 20


def test_a_broker_of_the_older_version_is_spoken_to_in_it(hall: Hall, broker: Broker) -> None:
    with Recorder(broker.port) as center, Tap(broker.port, refuse_v5=True) as tap:
        hall.write(5)
        uplink = hall.uplink(tap.url)
        seen = center.wait_for(
            "events", lambda s: bool(s) and s[-1].json()["sequence"] == str(hall.journal.head)
        )
        assert [int(m.json()["sequence"]) for m in seen] == list(range(1, hall.journal.head + 1))
        assert tap.levels == [5, 4]
        with Recorder(broker.port, "latecomer") as later:
            assert later.wait_for("status", bool)[0].json()["state"] == "online"
        tap.cut()
        center.wait_for("status", lambda s: s[-1].json()["state"] == "online" and len(s) == 3)
        uplink.stop()
        states = [m.json()["state"] for m in center.wait_for("status", lambda s: len(s) == 4)]
    assert states == ["online", "offline", "online", "offline"]


def test_a_session_taken_over_is_said_and_the_uplink_stays_away(hall: Hall, broker: Broker, caplog) -> None:
    with Tap(broker.port) as tap:
        uplink = hall.uplink(tap.url, patience_s=(0.05, 60.0))
        until(lambda: uplink.status()["connected"], "connected")
        tap.say(SESSION_TAKEN_OVER)
        until(lambda: not uplink.status()["connected"], "left")
        assert "another box speaks as bianmin-510000-510000001 too" in uplink.status()["why"]
        assert "another box" in caplog.text
        turn = uplink.beat()
        until(lambda: uplink.beat() > turn + 0.9, "it beats while it stays away")
        assert tap.levels == [5], "it did not come back at once"
