"""Checks that say at once how they ended, and go on."""

import json
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

SLOW = 60.0
"""Emulated time is several times slower than a machine's: only outcomes count."""


class Checks:
    def __init__(self, part: str) -> None:
        self._part = part

    @contextmanager
    def __call__(self, sentence: str) -> Iterator[None]:
        """One check; what it raises is its outcome, and the next one runs all the same."""
        began, why = time.monotonic(), ""
        try:
            yield
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            traceback.print_exc()
        told = {"part": self._part, "check": sentence, "why": why, "s": round(time.monotonic() - began, 1)}
        print(json.dumps(told), flush=True)


def until(look: Callable[[], Any], what: str = "it", within_s: float = SLOW) -> Any:
    """What `look` finds, as soon as it finds something. Raises AssertionError."""
    deadline = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"not seen in {within_s:g} s: {what}"
        threading.Event().wait(0.02)
    return found
