"""The real daemon: how soon its door is open, eight clients through it, its memory after 1,000 tickets."""

import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.figures import Figure, middle, ms
from tests.crash.rounds import ROOT

CLIENTS, TICKETS = 8, 1000
MEMORY = "resident after 1,000 tickets"


@dataclass
class Load:
    """What the clients got and how long each answer took."""

    numbers: list[str] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        began = time.perf_counter()
        command = [sys.executable, "-m", "edge", "run", "config/demo", "--data", name, "--port", "0"]
        log = (Path(name) / "log").open("w")
        with (
            log,
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True) as daemon,
        ):
            try:
                assert daemon.stdout
                place = urlsplit(daemon.stdout.readline().strip())
                assert place.port, (Path(name) / "log").read_text()
                door = http.client.HTTPConnection("127.0.0.1", place.port)
                status, _ = _ask(door, "GET", "/healthz")
                opened_s = time.perf_counter() - began
                assert status == 200
                idle_mb = _resident_mb(daemon.pid)
                load, took_s = _clients(place.port, _services(door))
                health_s = middle([_timed(door) for _ in range(200)])
                return _figures(opened_s, idle_mb, _resident_mb(daemon.pid), load, took_s, health_s)
            finally:
                daemon.terminate()
                daemon.wait(30)


def _figures(
    opened_s: float, idle_mb: float, full_mb: float, load: Load, took_s: float, health_s: float
) -> list[Figure]:
    assert not load.refused, load.refused[:3]
    doubled = sum(times - 1 for times in Counter(load.numbers).values())
    missing = TICKETS - len(set(load.numbers))
    p50, p99 = middle(load.times_s), middle(load.times_s, 0.99)
    sound = not doubled and not missing
    small = full_mb < 80
    clients = f"{CLIENTS} clients through the door"
    return [
        Figure("local door open after the start", ms(opened_s), limit="< 1 s", reached=opened_s < 1),
        Figure(MEMORY, f"{full_mb:.0f} MB", f"{idle_mb:.0f} MB at start", limit="< 80 MB", reached=small),
        Figure(f"{clients}, numbers a second", f"{TICKETS / took_s:.0f}", f"health answer {ms(health_s)}"),
        Figure(f"{clients}, median and p99", f"{ms(p50)}, {ms(p99)}"),
        Figure(f"{clients}, doubled, missing", f"{doubled}, {missing}", limit="0, 0", reached=sound),
    ]


def _clients(port: int, services: list[str]) -> tuple[Load, float]:
    load = Load()

    def client(n: int) -> None:
        door = http.client.HTTPConnection("127.0.0.1", port)
        for i in range(TICKETS // CLIENTS):
            body = json.dumps({"service": services[(n + i) % len(services)]})
            began = time.perf_counter()
            status, answer = _ask(door, "POST", "/api/v1/tickets", body)
            load.times_s.append(time.perf_counter() - began)
            if status == 201:
                load.numbers.append(answer["ticket"]["id"])
            else:
                load.refused.append(f"{status} {answer}")
        door.close()

    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return load, time.perf_counter() - began


def _services(door: http.client.HTTPConnection) -> list[str]:
    _, view = _ask(door, "GET", "/api/v1/hall")
    return [s["id"] for s in view["services"] if s["open"]]


def _timed(door: http.client.HTTPConnection) -> float:
    began = time.perf_counter()
    _ask(door, "GET", "/healthz")
    return time.perf_counter() - began


def _ask(door: http.client.HTTPConnection, verb: str, path: str, body: str | None = None) -> tuple[int, dict]:
    door.request(verb, path, body, {"Content-Type": "application/json"} if body else {})
    answer = door.getresponse()
    return answer.status, json.loads(answer.read())


def _resident_mb(pid: int) -> float:
    """Of the daemon's own process, without its camera child."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))
