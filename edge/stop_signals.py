"""SIGTERM and SIGINT as something that the main thread can wait for."""

import os
import select
import signal


class StopSignals:
    """Made and waited for on the main thread.

    A pipe, written by the interpreter in the signal itself. A handler that sets an Event hangs for ever when
    the main thread holds its lock just then; one that fills a queue is put off to the end of the wait if the
    signal comes just before it (both seen).
    """

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        self.came = False
        """True once `wait` has seen one."""
        signal.set_wakeup_fd(
            self._write, warn_on_full_buffer=False
        )  # first: a signal in between would be lost
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)

    def wait(self, timeout_s: float) -> bool:
        """Wait for a signal; True once one has come."""
        self.came = self.came or bool(select.select([self._read], [], [], timeout_s)[0])
        return self.came
