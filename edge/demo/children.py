"""Processes that the demo starts: they die with it, however it dies, and say why when they cannot start."""

import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal a process gets when its parent dies."""
MOSQUITTO = ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto")


class NotStarted(Exception):
    """A part of the demo did not come up; the message says what a person can do."""


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """One process. Its standard output comes line by line; its standard error goes to `log`."""

    def __init__(self, name: str, command: list[str], log: Path, env: dict[str, str] | None = None) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as err:
            self.process = subprocess.Popen(  # preexec_fn: only an async-signal-safe call is made in it
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=err,
                env={**os.environ, **(env or {})},
                text=True,
                bufsize=1,
                start_new_session=True,  # Ctrl-C is for the demo, which then ends them in order
                preexec_fn=_die_with_parent,
            )
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._reader = threading.Thread(target=self._read, name=f"lines-{name}", daemon=True)
        self._reader.start()

    @classmethod
    def python(cls, name: str, words: list[str], log: Path, env: dict[str, str] | None = None) -> "Child":
        return cls(name, [sys.executable, "-m", *words], log, env)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def line(self, wanted: Callable[[str], bool] = bool, within_s: float = 20.0) -> str:
        """The next line that is wanted. Raises NotStarted with the end of the log."""
        try:
            while True:
                line = self._lines.get(timeout=within_s)
                if line is None:
                    self._lines.put(None)
                    raise NotStarted(f"{self.name} has ended: {self.last_words()}")
                if wanted(line):
                    return line
        except Empty:
            raise NotStarted(f"{self.name} did not answer: {self.last_words()}") from None

    def ask(self, question: dict[str, Any], within_s: float = 10.0) -> dict[str, Any]:
        """Write one JSON line, read one JSON line."""
        self.tell(question)
        answer: dict[str, Any] = json.loads(self.line(lambda line: line.startswith("{"), within_s))
        return answer

    def tell(self, words: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def kill(self) -> None:
        self._end(self.process.kill)

    def stop(self) -> None:
        self._end(self.process.terminate)

    def _end(self, how: Callable[[], None]) -> None:
        if self.process.poll() is None:
            how()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(timeout=2)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def broker(folder: Path, port: int) -> Child:
    """Debian's mosquitto on loopback, as a child. Raises NotStarted when it is not installed."""
    program = next((p for p in MOSQUITTO if Path(p).exists()), None) or shutil.which("mosquitto")
    if program is None:
        raise NotStarted("mosquitto is not installed: apt-get install mosquitto")
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest stderr\n"
        + ("user root\n" if os.geteuid() == 0 else "")
    )
    child = Child("mosquitto", [program, "-c", str(config)], folder / "mosquitto.log")
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
            return child
        except OSError:
            if child.process.poll() is not None:
                break
            threading.Event().wait(0.05)
    raise NotStarted(f"mosquitto did not start: {child.last_words()}")


def scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="bianmin-demo-"))
