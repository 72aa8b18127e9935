"""Waiting on file descriptors so that another thread can end the wait."""

import os
import select
from collections.abc import Sequence

READ_SIZE = 4096
"""Bytes asked of a descriptor at a time."""


class Waker:
    """A file descriptor to wait on that any thread can make ready."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def wake(self) -> None:
        try:
            os.write(self._write, b"!")
        except OSError:  # full: it wakes already; closed: there is nobody to wake
            return

    def wait(self, nodes: Sequence[int], timeout_s: float) -> list[int]:
        """Which of these can be read, at once or after `timeout_s`; none of them after `wake`."""
        ready = select.select([self._read, *nodes], [], [], max(0.0, timeout_s))[0]
        if self._read in ready:
            os.read(self._read, READ_SIZE)
        return [node for node in nodes if node in ready]

    def close(self) -> None:
        ends, self._read, self._write = (self._read, self._write), -1, -1
        for end in ends:
            if end >= 0:
                os.close(end)
