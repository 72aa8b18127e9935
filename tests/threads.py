"""No thread outlives its owner: what a test began, it ends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def none_left(within_s: float = 0.0) -> Iterator[None]:
    """AssertionError with the names of threads that live on `within_s` after the block that began them."""
    before = set(threading.enumerate())
    yield
    began = [thread for thread in threading.enumerate() if thread not in before]
    for thread in began:
        thread.join(within_s)
    left = [thread.name for thread in began if thread.is_alive()]
    assert not left, f"threads left behind: {left}"
