"""SIGTERM and SIGINT as something that the main thread can wait for."""

import queue
import signal


class StopSignals:
    """Made and waited for on the main thread.

    A queue and no Event: a handler runs in the middle of the main thread, which may hold an Event's lock just
    then, for ever (seen: two reasons to end at once). `SimpleQueue.put` is reentrant.
    """

    def __init__(self) -> None:
        self._heard: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.came = False
        """True from the first signal on."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)

    def _hear(self, number: int, _frame: object) -> None:
        self.came = True
        self._heard.put(number)

    def wait(self, timeout_s: float) -> bool:
        """Wait for a signal; True once one has come."""
        if not self.came:
            try:
                self._heard.get(timeout=timeout_s)
            except queue.Empty:
                return False
        return True
