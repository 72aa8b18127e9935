"""The page finder's process from the daemon's side: one child, asked in turn, killed when it hangs or grows.

OpenCV and whatever it does to a bad picture stay out of the daemon. The wire is `edge.scan.child`'s: a line
of JSON with the sizes of the parts that follow, there and back.
"""

import json
import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

log = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]

START_S = 20.0
"""Added to the patience for a process that has only just been started: it imports OpenCV."""
END_S = 1.0
MOST_RESIDENT_MB = 400
"""A process that holds more after an answer is ended, and started anew for the next question."""
MOST_DATA_MB = 900
"""What it may ask the kernel for at most; measured: 330 for pictures of 8 MP."""
LONGEST_LINE = 1_000_000
MOST_BYTES = 256 * 1024 * 1024
CHUNK = 1 << 20


class FinderFailed(Exception):
    """No answer: it hung, ended, cannot be started, or could not do it; `code` says which."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


@dataclass(frozen=True)
class Found:
    """An answer."""

    facts: Json
    parts: list[bytes] = field(default_factory=list)


class Finder:
    """Any thread may ask; the process starts at the first question and stays."""

    def __init__(self, command: Sequence[str] = ()) -> None:
        self._command = (
            *(command or (sys.executable, "-m", "edge.scan.child")),
            *(() if command else ("--memory-mb", str(MOST_DATA_MB))),
        )
        self._turn = threading.Lock()
        self._child: _Child | None = None
        self._closed = False
        self.started = 0
        """Which life of the process this is: it has been started so often."""

    def ask(self, do: str, parts: Sequence[bytes] = (), *, within_s: float, **more: object) -> Found:
        """Wait for the turn, then for the answer. Raises FinderFailed."""
        with self._turn:
            return self._ask({"do": do, **more}, parts, within_s)

    def ask_if_free(
        self, do: str, parts: Sequence[bytes] = (), *, within_s: float, **more: object
    ) -> Found | None:
        """None: it is at something else, which goes first. Raises FinderFailed."""
        if not self._turn.acquire(blocking=False):
            return None
        try:
            return self._ask({"do": do, **more}, parts, within_s)
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the process, also in the middle of an answer; no further question is taken."""
        self._closed = True
        if (child := self._child) is not None:
            child.kill()
        with self._turn:
            self._end()

    def pid(self) -> int:
        """0: there is no process."""
        return self._child.pid if self._child else 0

    def _ask(self, question: Json, parts: Sequence[bytes], within_s: float) -> Found:
        if self._closed:
            raise FinderFailed("closed", "the daemon ends")
        child, is_new = self._running()
        deadline = time.monotonic() + within_s + (START_S if is_new else 0.0)
        try:
            facts, given = child.ask({**question, "parts": [len(p) for p in parts]}, parts, deadline)
        except (OSError, ValueError) as error:
            child.kill()
            self._end()
            code = "late" if isinstance(error, TimeoutError) else "ended"
            log.warning("the page finder is started anew: %s: %s", question["do"], error)
            raise FinderFailed(code, str(error)) from error
        if facts.get("code") == "memory" or child.resident_mb() > MOST_RESIDENT_MB:
            log.warning("the page finder has grown too large and is started anew")
            self._end()
        if facts.get("ok") is not True:
            raise FinderFailed(str(facts.get("code", "bug")), str(facts.get("detail", "")))
        return Found(facts, given)

    def _running(self) -> "tuple[_Child, bool]":
        if self._child is not None and self._child.is_alive():
            return self._child, False
        self._end()
        try:
            self._child = _Child(self._command)
        except OSError as error:
            raise FinderFailed("not_started", str(error)) from error
        self.started += 1
        return self._child, True

    def _end(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None


class _Child:
    """One life of the process; one thread a time."""

    def __init__(self, command: Sequence[str]) -> None:
        """Raises OSError."""
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout
        os.set_blocking(self._to.fileno(), False)
        os.set_blocking(self._from.fileno(), False)
        self._rest = bytearray()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, question: Json, parts: Sequence[bytes], deadline: float) -> tuple[Json, list[bytes]]:
        """Raises TimeoutError, OSError (it has ended), ValueError (what it says makes no sense)."""
        self._send(json.dumps(question).encode() + b"\n", deadline)
        for part in parts:
            self._send(part, deadline)
        while (end := self._rest.find(b"\n")) < 0:
            if len(self._rest) > LONGEST_LINE:
                raise ValueError("it sends no end of line")
            self._fill(deadline)
        facts = json.loads(self._cut(end + 1))
        sizes = facts.get("parts") if isinstance(facts, dict) else None
        if not isinstance(sizes, list) or not all(isinstance(n, int) and n >= 0 for n in sizes):
            raise ValueError("its answer does not say how long it is")
        if sum(sizes) > MOST_BYTES:
            raise ValueError(f"an answer of {sum(sizes)} bytes")
        return facts, [self._take(size, deadline) for size in sizes]

    def resident_mb(self) -> float:
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1])
            return pages * os.sysconf("SC_PAGESIZE") / 1e6
        except (OSError, ValueError, IndexError):
            return 0.0

    def kill(self) -> None:
        """From any thread."""
        self._process.kill()

    def close(self) -> None:
        """End it: by its input's end where it listens, by force where it does not."""
        self._to.close()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._from.close()

    def _send(self, chunk: bytes, deadline: float) -> None:
        view = memoryview(chunk)
        while view:
            _, ready, _ = select.select([], [self._to], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError("it takes no question")
            view = view[os.write(self._to.fileno(), view[:CHUNK]) :]

    def _take(self, size: int, deadline: float) -> bytes:
        while len(self._rest) < size:
            self._fill(deadline)
        return self._cut(size)

    def _cut(self, size: int) -> bytes:
        part = bytes(self._rest[:size])
        del self._rest[:size]
        return part

    def _fill(self, deadline: float) -> None:
        if not select.select([self._from], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise TimeoutError("no answer in time")
        chunk = os.read(self._from.fileno(), CHUNK)
        if not chunk:
            raise OSError("it has ended")
        self._rest += chunk
