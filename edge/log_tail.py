"""The last lines of the daemon's log in memory, for the county; what may be somebody's number is blanked."""

import logging
import re
from collections import deque

KEPT = 500
_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{7,17}[0-9Xx](?![0-9A-Za-z])")
"""Phones have 8 or 11 digits, identity cards 15 or 18 (GB 11643-1999, the last may be X)."""
_IN_URL = re.compile(r"(?<=://)[^/@\s]+@")
BLANK = "***"


class LogTail(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._lines: deque[str] = deque(maxlen=KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.append(blanked(self.format(record)))
        except Exception:  # noqa: BLE001  (logging's own edge: as its handlers do)
            self.handleError(record)

    def last(self, n: int) -> list[str]:
        """At most so many, the oldest first. Any thread."""
        return list(self._lines)[-n:]


def blanked(line: str) -> str:
    """Without what may be a phone or identity number, or a name and password in an address."""
    return _IN_URL.sub(f"{BLANK}@", _LONG_NUMBER.sub(BLANK, line))
