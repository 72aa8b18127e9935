"""A real daemon of the demo hall as a process of its own, and the command line beside it."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "config" / "demo"


class Box:
    """The daemon on a data folder, until it is stopped or killed."""

    def __init__(self, data: Path, config: Path = DEMO) -> None:
        self.data = data
        self.log = data.with_name(f"{data.name}.log")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "edge", "run", str(config), "--data", str(data), "--port", "0"],
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                text=True,
            )
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()
        assert self.url, self.log.read_text()

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}api/v1/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def get(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}api/v1/{path}", timeout=10) as answer:
            return json.load(answer)

    def take(self, service: str = "social") -> str:
        return self.post("tickets", {"service": service})["ticket"]["number"]

    def kill(self) -> None:
        self.process.kill()
        self._end()

    def stop(self) -> None:
        self.process.terminate()
        self._end()

    def _end(self) -> None:
        self.process.wait(20)
        assert self.process.stdout
        self.process.stdout.close()

    def __enter__(self) -> "Box":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()
