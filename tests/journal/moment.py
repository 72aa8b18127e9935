"""A moment to write entries at."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from edge.hall.words import Now

SOURCE = "/510000/510000001"


def now(at: str = "2026-11-22T01:02:03.456+00:00", *, trusted: bool = True, boot: str = "boot-1") -> Now:
    moment = datetime.fromisoformat(at).astimezone(UTC)
    day = moment.astimezone(ZoneInfo("Asia/Shanghai")).date()
    return Now(at=moment, day=day, trusted=trusted, boot=boot, uptime_s=12.5)
