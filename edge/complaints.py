"""Trouble is logged once, and then each minute while it lasts."""

import logging
import time

_AGAIN_S = 60.0
_DIFFERENT = 50
"""So many are remembered as said."""


class Complaints:
    def __init__(self, log: logging.Logger, who: str) -> None:
        self._log, self._who = log, who
        self._due: dict[str, float] = {}

    def say(self, what: str, fault: Exception | None = None) -> None:
        """`fault`: a fault of the program, logged with its trace."""
        complaint = f"{what}: {fault!r}" if fault else what
        if time.monotonic() < self._due.get(complaint, 0.0):
            return
        if len(self._due) > _DIFFERENT:
            self._due.clear()
        self._due[complaint] = time.monotonic() + _AGAIN_S
        self._log.error("%s: %s", self._who, complaint, exc_info=fault)
