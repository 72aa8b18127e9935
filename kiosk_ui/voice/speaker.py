"""The parent of the mixer's child: one announcement at a time, with a time limit; a lost card is a state."""

import contextlib
import json
import logging
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from kiosk_ui.voice.phrase import Part

log = logging.getLogger(__name__)

Json = dict[str, Any]
START_S = 10.0
"""So long may a child take to open the sound card,"""
LOAD_S = 10.0
"""… to read its clips,"""
SLACK_S = 3.0
"""… and to play longer than the announcement is."""
AGAIN_S = 15.0
"""After a failure the next try is so much later."""
MIXER = (sys.executable, "-m", "kiosk_ui.voice.mixer")


class Speaker:
    """One thread uses it; `code` may be read by any."""

    def __init__(self, command: Sequence[str] = MIXER, clock: Callable[[], float] = time.monotonic) -> None:
        self.code = ""
        """`no_sound_card`, `sound_stuck`; empty: the card answers, or was never asked."""
        self._command = list(command)
        self._clock = clock
        self._child: _Child | None = None
        self._due_s = 0.0

    def ready(self) -> bool:
        """Is there a sound card? Opens it when it is time for a try; blocks up to 10 s."""
        if self._child is not None and self._child.runs():
            return True
        if self._child is not None:
            self._fail("no_sound_card", "the sound card's child has ended")
        if self._clock() < self._due_s:
            return False
        child = _Child(self._command)
        told = child.answer(START_S)
        if not told or "ready" not in told:
            child.kill()
            self._fail("no_sound_card", (told or {}).get("error", "no answer"))
            return False
        if self.code:
            log.info("voice: the sound card answers")
        self._child, self.code = child, ""
        return True

    def say(self, parts: list[Part], volume: int) -> bool:
        """Play to the end; blocks as long as that takes and 13 s at most. Was it heard whole?"""
        if not self.ready() or self._child is None:
            return False
        row = [part if isinstance(part, int) else str(part) for part in parts]
        self._child.ask({"parts": row, "volume": volume})
        begun = self._child.answer(LOAD_S)
        length_s = float(begun["length_s"]) if begun and "length_s" in begun else None
        done = self._child.answer(length_s + SLACK_S) if length_s is not None else None
        if done and "done" in done:
            return True
        is_gone = "error" in (done or begun or {}) or not self._child.runs()
        code = "no_sound_card" if is_gone else "sound_stuck"
        self._fail(code, "an announcement did not come to its end")
        return False

    def close(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def _fail(self, code: str, why: str) -> None:
        if code != self.code:
            log.warning("voice: %s: %s", code, why)
        self.code, self._due_s = code, self._clock() + AGAIN_S
        if self._child is not None:
            self._child.kill()
            self._child = None


class _Child:
    """A process that answers JSON lines with JSON lines; its answers are read by a thread of its own."""

    def __init__(self, command: list[str]) -> None:
        # Its own session: Ctrl-C is for the voice, which lets what is being said come to its end.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
            start_new_session=True,
        )
        self._answers: queue.SimpleQueue[Json | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="voice-mixer", daemon=True)
        self._reader.start()

    def runs(self) -> bool:
        return self._process.poll() is None

    def ask(self, words: Json) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.write(json.dumps(words) + "\n")
            self._process.stdin.flush()

    def answer(self, timeout_s: float) -> Json | None:
        """None: it has ended, or says nothing for so long."""
        try:
            return self._answers.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def end(self) -> None:
        """It has nothing to play: its input ends, and so does it."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(SLACK_S)
        self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with contextlib.suppress(ValueError):
                self._answers.put(json.loads(line))
        self._answers.put(None)
