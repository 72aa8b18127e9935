"""The real daemon on `config/demo`, as a process; and how to talk to it and to look at it."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.crash.rounds import ROOT

Json = dict[str, Any]


@dataclass(frozen=True)
class Daemon:
    pid: int
    port: int
    opened_s: float
    """From its start until the door answered."""

    def caller(self) -> "Caller":
        return Caller(http.client.HTTPConnection("127.0.0.1", self.port))

    def resident_mb(self) -> float:
        """Of its own process, without its children."""
        return self._told("status", "VmRSS") / 1024

    def written_bytes(self) -> int:
        """Handed to the disk so far."""
        return self._told("io", "write_bytes")

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _told(self, file: str, name: str) -> int:
        lines = Path(f"/proc/{self.pid}/{file}").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name))


@dataclass(frozen=True)
class Caller:
    """One client with one connection."""

    door: http.client.HTTPConnection

    def __call__(self, method: str, path: str, body: Json | None = None) -> tuple[int, Json]:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        self.door.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self.door.getresponse()
        return answer.status, json.loads(answer.read())

    def timed(self, method: str, path: str, body: Json | None = None) -> tuple[float, Json]:
        """Seconds, and the answer. Raises AssertionError for a refusal."""
        began = time.perf_counter()
        status, answer = self(method, path, body)
        took_s = time.perf_counter() - began
        assert status < 300, f"{method} {path}: {status} {answer}"
        return took_s, answer

    def open_services(self) -> list[str]:
        return [s["id"] for s in self("GET", "/api/v1/hall")[1]["services"] if s["open"]]

    def open_counters(self) -> list[str]:
        """Every counter that takes tickets, opened."""
        ids = [c["id"] for c in self("GET", "/api/v1/hall")[1]["counters"] if c["services"]]
        for id in ids:
            self.timed("POST", f"/api/v1/counters/{id}/open", {})
        return ids


@cache
def _compiled() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(dir="/var/tmp")  # removed at the end of the run


def _env() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": _compiled().name}


@contextmanager
def running(data: Path, config: Path = Path("config/demo")) -> Iterator[Daemon]:
    """A daemon on this data folder until the end of the block. Its log is DATA.log.

    Compiled files are kept as on a box, in a folder of this run: only the first daemon compiles.
    """
    began = time.perf_counter()
    command = [sys.executable, "-m", "edge", "run", str(config), "--data", str(data), "--port", "0"]
    log = data.with_name(f"{data.name}.log")
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=_env(), stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            assert process.stdout
            port = urlsplit(process.stdout.readline().strip()).port
            assert port, log.read_text()
            caller = Caller(http.client.HTTPConnection("127.0.0.1", port))
            assert caller("GET", "/healthz")[0] == 200
            yield Daemon(process.pid, port, time.perf_counter() - began)
        finally:
            process.terminate()
            process.wait(60)
