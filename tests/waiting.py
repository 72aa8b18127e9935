"""Wait for what another thread or process brings about and nobody announces."""

import threading
import time
from collections.abc import Callable
from typing import Any

OFTEN_S = 0.01


def until(look: Callable[[], Any], what: str | Callable[[], object] = "it", within_s: float = 30.0) -> Any:
    """What `look` finds, as soon as it finds something; AssertionError with `what` otherwise."""
    ends, pause = time.monotonic() + within_s, threading.Event()
    while not (found := look()):
        assert time.monotonic() < ends, f"not within {within_s:g} s: {what() if callable(what) else what}"
        pause.wait(OFTEN_S)
    return found
