"""Wait for what another thread or process brings about and nobody announces."""

import threading
import time
from collections.abc import Callable
from typing import Any


def until(
    look: Callable[[], Any],
    what: str | Callable[[], object] = "it",
    within_s: float = 30.0,
    *,
    every_s: float = 0.01,
) -> Any:
    """What `look` finds, as soon as it finds something; AssertionError with `what` otherwise.

    `every_s`: longer for a look that costs something, as one over HTTP.
    """
    ends, pause = time.monotonic() + within_s, threading.Event()
    while not (found := look()):
        assert time.monotonic() < ends, f"not within {within_s:g} s: {what() if callable(what) else what}"
        pause.wait(every_s)
    return found
