"""The real daemon: how soon its door is open, eight clients through it, its memory after 1,000 tickets."""

import os
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.figures import Figure, middle, ms
from tests.bench.running import Daemon, running

CLIENTS, TICKETS = 8, 1000
MEMORY = "resident after 1,000 tickets"
FLUSHES = 300


@dataclass
class Load:
    """What the clients got and how long each answer took."""

    numbers: list[str] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name, running(Path(name) / "data") as daemon:
        first_s = daemon.opened_s
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name, running(Path(name) / "data") as daemon:
        idle_mb = daemon.resident_mb()
        load, took_s = _clients(daemon, daemon.caller().open_services())
        flush_s = middle(_flushes(Path(name) / "bare"), 0.99)
        figures = _figures(daemon, idle_mb, load, took_s, flush_s)
    return [*figures, Figure("local door open, nothing compiled yet", ms(first_s), "the first start of all")]


def _figures(daemon: Daemon, idle_mb: float, load: Load, took_s: float, flush_s: float) -> list[Figure]:
    assert not load.refused, load.refused[:3]
    doubled = sum(times - 1 for times in Counter(load.numbers).values())
    missing = TICKETS - len(set(load.numbers))
    p50, p99 = middle(load.times_s), middle(load.times_s, 0.99)
    full_mb, opened_s = daemon.resident_mb(), daemon.opened_s
    most_s = 2 * flush_s + 0.020
    clients = f"{CLIENTS} clients through the door"
    sound = not doubled and not missing
    memory = Figure(
        MEMORY, f"{full_mb:.0f} MB", f"{idle_mb:.0f} MB at start", full_mb / idle_mb, "< 80 MB", full_mb < 80
    )
    return [
        Figure("local door open after the start", ms(opened_s), limit="< 1 s", reached=opened_s < 1),
        memory,
        Figure(f"{clients}, numbers a second", f"{TICKETS / took_s:.0f}", f"median {ms(p50)}"),
        Figure(
            f"{clients}, p99",
            ms(p99),
            f"two flushes (p99) + 20 ms: {ms(most_s)}",
            p99 / most_s,
            "≤ 1",
            p99 <= most_s,
        ),
        Figure(f"{clients}, doubled, missing", f"{doubled}, {missing}", limit="0, 0", reached=sound),
    ]


def _clients(daemon: Daemon, services: list[str]) -> tuple[Load, float]:
    load = Load()

    def client(n: int) -> None:
        ask = daemon.caller()
        for i in range(TICKETS // CLIENTS):
            began = time.perf_counter()
            status, answer = ask("POST", "/api/v1/tickets", {"service": services[(n + i) % len(services)]})
            load.times_s.append(time.perf_counter() - began)
            if status == 201:
                load.numbers.append(answer["ticket"]["id"])
            else:
                load.refused.append(f"{status} {answer}")
        ask.door.close()

    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return load, time.perf_counter() - began


def _flushes(path: Path) -> list[float]:
    """Seconds of appending some bytes with one fdatasync each."""
    times: list[float] = []
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for _ in range(FLUSHES):
            began = time.perf_counter()
            os.write(file, bytes(800))
            os.fdatasync(file)
            times.append(time.perf_counter() - began)
    finally:
        os.close(file)
    return times
