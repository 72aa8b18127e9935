"""A hall that closes is asleep, by its word and its will; one that wakes with a county takes its time."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from edge.hall.commands import CloseDay, TakeTicket
from edge.hall.words import By, Door
from tests.broker import Broker, Recorder
from tests.uplink.conftest import Hall
from tests.uplink.tap import Tap
from tests.waiting import until

CLERK = By(Door.HTTP)


def states(center: Recorder) -> list[str]:
    return [m.json()["state"] for m in center.on("status")]


def test_who_switches_the_box_off_after_the_day_alarms_nobody(
    hall: Hall, broker: Broker, center: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.readers.uplink_talk.NEW_WILL_WITHIN_S", 0.1)
    with Tap(broker.port) as tap:
        uplink = hall.uplink(tap.url)
        center.wait_for("status", lambda seen: seen[-1].json()["state"] == "online")
        hall.registrar.ask(TakeTicket(by=CLERK, service="social"))
        hall.registrar.ask(CloseDay(by=CLERK))
        until(lambda: tap.levels == [5, 5] and bool(uplink.status()["connected"]), "with a new will")
        born = 2 + _of_old_line(center)
        until(lambda: states(center)[born:] == ["asleep"], "said at once, and born anew")
        tap.gate.clear()
        tap.cut()
        until(lambda: states(center)[born + 1 :] == ["asleep"], "the broker speaks for it")
        with Recorder(broker.port, "latecomer") as later:
            assert later.wait_for("status", bool)[0].json()["state"] == "asleep"
        tap.gate.set()
        until(lambda: bool(uplink.status()["connected"]), "back, asleep")
        hall.registrar.ask(TakeTicket(by=CLERK, service="social"))
        until(lambda: states(center)[-1] == "online" and len(tap.levels) == 4, "the day began")
        tap.cut()
        until(lambda: states(center)[-1] == "offline", "who is cut off by day is missed")


def _of_old_line(center: Recorder) -> int:
    """Where the tap brings the goodbye after the next greeting, the old will is said before the birth."""
    center.wait_for("status", lambda seen: len(seen) >= 3)
    return int(states(center)[2] == "offline")


def test_the_day_s_end_is_told_at_once_and_the_new_connection_comes_by_chance(
    hall: Hall, broker: Broker, center: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All halls of a county close at the same minute; not all of them may connect in the same second."""
    monkeypatch.setattr("edge.readers.uplink_talk.NEW_WILL_WITHIN_S", 1e9)
    with Tap(broker.port) as tap:
        uplink = hall.uplink(tap.url)
        center.wait_for("status", bool)
        hall.registrar.ask(TakeTicket(by=CLERK, service="social"))
        hall.registrar.ask(CloseDay(by=CLERK))
        center.wait_for("status", lambda seen: seen[-1].json()["state"] == "asleep")
        hall.write(3)
        until(lambda: uplink.status()["lag"] == 0, "the line goes on")
        uplink.stop()
        assert tap.levels == [5] and set(states(center)[1:]) == {"asleep"}, "its goodbye is asleep, too"


def test_a_box_that_has_just_come_back_does_not_connect_with_all_others(
    halls: Callable[[str], Hall], broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    booted, other = halls("booted"), halls("other")
    real = booted.registrar.now
    monkeypatch.setattr(booted.registrar, "now", lambda: replace(real(), uptime_s=20.0))
    monkeypatch.setattr(other.registrar, "now", lambda: replace(real(), uptime_s=9999.0))
    with Tap(broker.port) as tap:
        waits = booted.uplink(tap.url, patience_s=(1e6, 1e6))
        comes = other.uplink(broker.url, patience_s=(1e6, 1e6))
        until(lambda: bool(comes.status()["connected"]), "who was up connects at once")
        assert tap.levels == [] and waits.status()["why"] == "not yet connected"
        turn = waits.beat()
        until(lambda: waits.beat() > turn, "and it is no hanging thread")
        waits.stop()
