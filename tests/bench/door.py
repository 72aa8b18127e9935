"""A number's way through the door, beside what it cannot do without; CPU and bytes of a visit."""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from edge.hall.events import TicketIssued
from edge.journal import Journal
from tests.bench.figures import Figure, middle, ms
from tests.bench.running import Caller, Daemon, running
from tests.crash.hall import MORNING, clock_from

NUMBERS, ASKED, VISITS = 300, 1000, 200
_SLACK_S = 0.001
_EVENT = TicketIssued(ticket="510000001-20261122-A001", number="A001", service="social", kiosk="k1", ahead=3)


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name, running(Path(name) / "data") as daemon:
        ask = daemon.caller()
        services, counters = ask.open_services(), ask.open_counters()
        journal = Journal(Path(name) / "beside/journal.db", source="/510000/510000001")
        try:
            number = _number(ask, services, journal)
        finally:
            journal.close()
        return [number, _cpu(daemon, ask, services), _written(daemon, ask, services, counters)]


def _number(ask: Caller, services: list[str], journal: Journal) -> Figure:
    """In turns, so that all three meet the same disk and the same neighbours."""
    clock = clock_from(MORNING)
    health, commits, numbers = [], [], []
    for i in range(NUMBERS):
        numbers.append(ask.timed("POST", "/api/v1/tickets", {"service": services[i % len(services)]})[0])
        health.append(ask.timed("GET", "/healthz")[0])
        began = time.perf_counter()
        journal.append((_EVENT,), clock())
        commits.append(time.perf_counter() - began)
    took_s, most_s = middle(numbers), middle(health) + middle(commits) + _SLACK_S
    beside = f"health {ms(middle(health))} + commit {ms(middle(commits))} + 1 ms"
    return Figure(
        "a number through the door, median", ms(took_s), beside, took_s / most_s, "≤ 1", took_s <= most_s
    )


def _cpu(daemon: Daemon, ask: Caller, services: list[str]) -> Figure:
    health_s = _cpu_of(daemon, ASKED, lambda i: ask.timed("GET", "/healthz"))
    take = [{"service": service} for service in services]
    ticket_s = _cpu_of(daemon, NUMBERS, lambda i: ask.timed("POST", "/api/v1/tickets", take[i % len(take)]))
    beside = f"a health answer {ms(health_s)}"
    return Figure("CPU of a ticket taken", ms(ticket_s), beside, ticket_s / health_s)


def _cpu_of(daemon: Daemon, times: int, job: Callable[[int], object]) -> float:
    before_s = daemon.cpu_s()
    for i in range(times):
        job(i)
    return (daemon.cpu_s() - before_s) / times


def _written(daemon: Daemon, ask: Caller, services: list[str], counters: list[str]) -> Figure:
    """A visit: taken, called, started, finished; no paper, for the printer is not there."""
    head = _head(ask)
    before = daemon.written_bytes()
    for i in range(VISITS):
        counter = counters[i % len(counters)]
        ask.timed("POST", "/api/v1/tickets", {"service": services[i % len(services)]})
        for verb in ("next", "start", "finish"):
            ask.timed("POST", f"/api/v1/counters/{counter}/{verb}", {})
    written = (daemon.written_bytes() - before) / VISITS
    entries = _bytes_after(ask, head) / VISITS
    beside = f"its entries {entries / 1024:.1f} kB"
    return Figure("written to disk for a visit", f"{written / 1024:.1f} kB", beside, written / entries)


def _head(ask: Caller) -> int:
    return int(ask.timed("GET", "/api/v1/events?after=0&limit=1")[1]["head"])


def _bytes_after(ask: Caller, seq: int) -> int:
    total = 0
    while entries := ask.timed("GET", f"/api/v1/events?after={seq}&limit=200")[1]["events"]:
        total += sum(len(json.dumps(e, ensure_ascii=False).encode()) for e in entries)
        seq = int(entries[-1]["sequence"])
    return total
