"""How much is written to the box's disk in a day: a card lives as long as its bytes last."""

import contextlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from edge.keys import write_secret

FILE = "written.json"
SAVE_EVERY_S = 3600.0
"""A power cut loses the count of so long."""


@dataclass
class _Count:
    day: str = ""
    boot: str = ""
    seen: int = 0
    """The kernel's counter at the last look."""
    today: int = 0
    last_day: int = -1
    """Bytes of the day before that was counted; -1: none was."""


class Written:
    """Any thread."""

    def __init__(self, data: Path, boot: str, counter: Callable[[], int | None]) -> None:
        """`counter`: bytes since the box started; None: it does not tell."""
        self._file, self._boot, self._counter = data / FILE, boot, counter
        self._lock = threading.Lock()
        self._count = self._loaded()
        self._saved_at = time.monotonic()

    def facts(self, day: date) -> dict[str, int]:
        """Megabytes of this day, and of the last one that was counted. Raises OSError."""
        now = self._counter()
        if now is None:
            return {}
        with self._lock:
            turned = self._add(now, day.isoformat())
            if turned or time.monotonic() - self._saved_at >= SAVE_EVERY_S:
                self._save()
            count = self._count
            last = {"written_last_day_mb": count.last_day // 2**20} if count.last_day >= 0 else {}
            return {"written_today_mb": count.today // 2**20, **last}

    def save(self) -> None:
        """At the end; a disk that does not take it loses the last hour's count."""
        with self._lock, contextlib.suppress(OSError):
            if self._count.day:
                self._save()

    def _add(self, now: int, day: str) -> bool:
        """What came since the last look belongs to the day of this one. True: a day has ended.

        The very first look begins to count: the box may have run for weeks.
        """
        count = self._count
        came = now - count.seen if count.boot == self._boot and now >= count.seen else now
        came = came if count.boot else 0
        turned = count.day not in ("", day)
        if turned:
            count.last_day, count.today = count.today, 0
        count.day, count.boot, count.seen = day, self._boot, now
        count.today += came
        return turned

    def _save(self) -> None:
        write_secret(self._file, json.dumps(asdict(self._count)).encode())
        self._saved_at = time.monotonic()

    def _loaded(self) -> _Count:
        try:
            said: dict[str, Any] = json.loads(self._file.read_text("utf-8"))
            count = _Count(**said)
        except (OSError, ValueError, TypeError):
            return _Count()
        texts, numbers = (count.day, count.boot), (count.seen, count.today, count.last_day)
        is_whole = all(type(t) is str for t in texts) and all(type(n) is int for n in numbers)
        return count if is_whole else _Count()
