"""What time it is on this box, and whether that is to be believed."""

import ctypes
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.hall.words import Now

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock is right that shows a time before this program was written."""

_TIMESYNC = Path("/run/systemd/timesync/synchronized")
# systemd-timesyncd(8), FILES: touched after each successful synchronisation; /run is empty after a boot.
_STA_UNSYNC = 0x0040
# Linux, include/uapi/linux/timex.h: the status bit "clock unsynchronized".
_STATUS_INDEX = 10
# struct timex of 64-bit Linux: int modes, four longs from byte 8, then int status at byte 40.
_TIMEX_BYTES = 256
# sizeof(struct timex) is 208 on 64-bit Linux; room to spare.


def trusted(at: datetime, floor: datetime, *, known: bool) -> bool:
    """Is a clock that shows `at` to be believed? The one place that decides it.

    `known`: NTP is in step, or a person or the county said what time it is. `floor` is the latest time that was
    once trusted: a clock behind it is wrong whoever says otherwise.
    """
    return known and at >= max(floor, EARLIEST)


def corrected(now: Now, offset_s: float | None, floor: datetime, zone: ZoneInfo) -> Now:
    """The box's time set right by `offset_s` (a person's or the county's word; None: nobody has said), and judged.

    NTP in step (`now.trusted`) outweighs the offset, which was measured against the clock before NTP moved it.
    """
    at = now.at
    if offset_s is not None and not now.trusted:
        at += timedelta(seconds=offset_s)
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    return replace(
        now,
        at=at,
        day=at.astimezone(zone).date(),
        trusted=trusted(at, floor, known=now.trusted or offset_s is not None),
        uptime_s=round(now.uptime_s, 3),
    )


def synchronised() -> bool:
    """Has something set this box's clock by NTP since it started?"""
    return _TIMESYNC.exists() or _kernel_in_step()


def boot_id() -> str:
    """The kernel's id of this boot; a new one after each start of the box."""
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()


def system_clock(zone: str, *, in_step: Callable[[], bool] = synchronised) -> Callable[[], Now]:
    """A function that reads the box's clock, uncorrected; `trusted` says only whether NTP is in step.

    Raises ZoneInfoNotFoundError for an unknown zone.
    """
    info, boot = ZoneInfo(zone), boot_id()

    def read() -> Now:
        at = datetime.now(UTC)
        uptime_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        return Now(at=at, day=at.astimezone(info).date(), trusted=in_step(), boot=boot, uptime_s=uptime_s)

    return read


def _kernel_in_step() -> bool:
    """What the kernel says of its clock (adjtimex(2), read only); False where a container forbids the question."""
    timex = (ctypes.c_int * (_TIMEX_BYTES // 4))()
    try:
        answer = ctypes.CDLL(None).adjtimex(timex)
    except (OSError, AttributeError):
        return False
    return answer >= 0 and not timex[_STATUS_INDEX] & _STA_UNSYNC
