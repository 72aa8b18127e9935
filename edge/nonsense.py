"""Counts what came over the border and is not taken, and logs it once a minute however much it is."""

import logging
import threading
import time

LOG_EVERY_S = 60.0
MOST_TEXT = 200


class Nonsense:
    """Any thread."""

    def __init__(self, log: logging.Logger, who: str) -> None:
        self._log, self._who = log, who
        self._lock = threading.Lock()
        self._due, self._unsaid = 0.0, 0
        self.count = 0
        self.last = ""
        """Why the last one was not taken; empty: there was none."""

    def note(self, why: str) -> None:
        with self._lock:
            self.count += 1
            self._unsaid += 1
            self.last = why[:MOST_TEXT]
            if time.monotonic() >= self._due:
                self._due = time.monotonic() + LOG_EVERY_S
                self._log.warning("%s: not taken: %s (%d such)", self._who, self.last, self._unsaid)
                self._unsaid = 0
