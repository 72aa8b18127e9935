"""A screen as a process, played over its pipe: what it says and offers is asked for, fingers are sent."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]


class Played:
    """A screen process with its pipe."""

    def __init__(self, *args: str, env: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kiosk_ui", *args, "--play", "-"],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def say(self, **command: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def ask(self, **command: Any) -> Json:
        self.say(**command)
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, f"the screen ended with {self.process.wait()}"
        return json.loads(line)

    def until(self, holds: Callable[[Json], Any], within_s: float = 15.0) -> Json:
        """Ask for the page until it is as wanted."""
        give_up = time.monotonic() + within_s
        while True:
            page = self.ask(do="targets")
            if holds(page):
                return page
            assert time.monotonic() < give_up, page
            time.sleep(0.03)

    def tap(self, page: Json, id: str) -> None:
        x, y, w, h = next(t["rect"] for t in page["targets"] if t["id"] == id)
        self.say(do="tap", x=x + w // 2, y=y + h // 2)

    def quit(self) -> int:
        self.say(do="quit")
        return self.process.wait(timeout=15)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            pipe.close()


def says(page: Json, words: str) -> bool:
    return any(words in t["text"] for t in page["texts"])
