"""A small hall for rough treatment: its plan, its clock, its files."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.hall.plan import Counter, HallPlan, Service
from edge.hall.words import Now
from edge.journal import Journal
from edge.registrar import Registrar

PLAN = HallPlan(
    county="510000",
    hall="510000001",
    name="示例镇便民服务中心",
    services=(Service("social", "社会保障", "A", last=9999), Service("tax", "税务", "B", last=9999)),
    counters=(
        Counter("1", "1号窗口", ("social", "tax")),
        Counter("2", "2号窗口", ("tax", "social")),
    ),
)
MORNING = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
ZONE = ZoneInfo(PLAN.timezone)


def clock_from(start: datetime, *, boot: str = "boot-1", trusted: bool = False) -> Callable[[], Now]:
    """A clock that starts at `start` and goes at the usual pace."""
    began = time.monotonic()

    def read() -> Now:
        uptime_s = time.monotonic() - began
        at = start + timedelta(seconds=uptime_s)
        return Now(at=at, day=at.astimezone(ZONE).date(), trusted=trusted, boot=boot, uptime_s=uptime_s)

    return read


class House:
    """Journal and registrar on a folder, as the daemon has them."""

    def __init__(self, folder: Path, clock: Callable[[], Now] | None = None, *, tick_s: float = 1.0) -> None:
        self.path = folder / "journal.db"
        self.journal = Journal(self.path, source=f"/{PLAN.county}/{PLAN.hall}")
        self.registrar = Registrar(self.journal, PLAN, clock or clock_from(MORNING), tick_s=tick_s)
        self.registrar.start()

    def __enter__(self) -> "House":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.registrar.stop()
        self.journal.close()
