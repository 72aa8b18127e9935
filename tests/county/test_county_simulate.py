"""Simulated halls at a real broker and center: what they wrote is there once, and what they are is said."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from edge.center.fleet import Fleet
from edge.center.settings import CenterFile, CenterTable
from edge.center.store import Store
from edge.commands.simulate import is_safe
from edge.simulate.book import Book
from edge.simulate.marks import TRIAL_COUNTY, hall_code, is_real
from edge.simulate.profiles import PROFILES
from tests.broker import Broker, Recorder
from tests.county.grow import grow
from tests.county.rounds import ROOT
from tests.county.test_county_files import check


def simulate(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edge", "simulate", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.xdist_group("county")
def test_thirteen_halls_and_two_workers_on_one_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/center.db"
    [(outcome, found)] = grow(url, 13, {"peak": 2.0}, {})
    halls = Fleet(store := Store(url), CenterFile(CenterTable(TRIAL_COUNTY))).halls()
    store.close()
    assert is_safe(outcome, found), (outcome.counts, outcome.troubles, found)
    assert (outcome.born, found.entries) == (13, outcome.events)
    assert len(outcome.took_s) == outcome.events
    assert all(outcome.cpu_s[name] > 0 for name in ("simulator", "broker", "center"))
    assert [h.simulated for h in halls] == [True] * 13
    assert {h.state for h in halls} == {"asleep"}


@pytest.mark.xdist_group("county")
def test_without_a_center_the_figures_end_at_the_broker(tmp_path: Path) -> None:
    with Broker(tmp_path) as broker, Recorder(broker.port) as ear:
        words = ("--broker", broker.url, "--halls", "3", "--seconds", "0", "--processes", "1", "--json")
        done = simulate(*words)
        outcome = json.loads(done.stdout.splitlines()[-1])
        events = ear.wait_for("events", lambda seen: len(seen) == outcome["events"])
        births = ear.wait_for("status", lambda seen: sum(b'"asleep"' in m.payload for m in seen) == 3)
        healths = ear.on("health")
    assert done.returncode == 0, done.stderr
    assert outcome["acknowledged"] == outcome["events"] > 100 and not outcome["center"]
    for hall in {m.topic for m in events}:
        mine = [m.json() for m in events if m.topic == hall]
        assert [int(e["sequence"]) for e in mine] == list(range(1, len(mine) + 1))
        assert {e["source"] for e in mine} == {"/" + "/".join(hall.split("/")[2:4])}
    assert all(m.json()["simulated"] for m in births)
    for name, said in (("Status", births), ("Health", healths), ("CloudEvent", events)):
        for message in said:
            check(name, message.json())


def test_a_county_that_exists_is_refused_without_the_switch() -> None:
    refused = simulate("--halls", "1", "--broker", "mqtt://127.0.0.1:1", "--county", "510107")
    assert refused.returncode == 2 and "--real-county" in refused.stderr
    far = simulate("--halls", "1", "--broker", "mqtt://mq.example")
    assert far.returncode == 2 and "mqtts://" in far.stderr


def test_no_code_of_a_simulated_hall_is_a_halls() -> None:
    codes = {hall_code(TRIAL_COUNTY, n) for n in range(1300)}
    assert len(codes) == 1300 and all(len(c) == 12 and c[6] == "9" for c in codes)
    assert not is_real(TRIAL_COUNTY) and is_real("510107")


@pytest.mark.parametrize("name", PROFILES)
def test_halls_differ_and_the_same_seed_makes_the_same_halls(name: str) -> None:
    def events(hall: int, seed: int) -> list[str]:
        book = Book(TRIAL_COUNTY, hall_code(TRIAL_COUNTY, hall), PROFILES[name], pace=0.0, seed=seed)
        book.begin(0.0)
        book.grow(0.0)
        assert book.is_over and book.due == float("inf")
        return [json.loads(line.body)["type"] for line in book.lines]

    assert events(1, 7) == events(1, 7) != events(2, 7)
    kinds = set(events(1, 7))
    assert {"bianmin.ticket.issued", "bianmin.slip.printed", "bianmin.ticket.called"} <= kinds
    assert ("bianmin.day.opened" in kinds) == PROFILES[name].opens
