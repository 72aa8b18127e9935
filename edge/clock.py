"""What time it is on this box, and whether that is to be believed."""

import ctypes
import math
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.hall.words import Now

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock is right that shows a time before this program was written."""

_TIMESYNC = Path("/run/systemd/timesync/synchronized")
# systemd-timesyncd(8), FILES: touched after each successful synchronisation; /run is empty after a boot.
_RTC = Path("/sys/class/rtc/rtc0")
# Linux, Documentation/ABI/testing/sysfs-class-rtc: `hctosys` is 1 where the kernel set its clock from this
# one; `since_epoch` is in seconds. Not seen on a box of ours.
_RTC_AGREES_S = 60.0
IN_STEP_FOR_S = 1.0
"""NTP's word is believed for so long: asking costs more than a citizen's number may wait for it."""
_STA_UNSYNC = 0x0040
# Linux, include/uapi/linux/timex.h: the status bit "clock unsynchronized".
_STATUS_INDEX = 10
# struct timex of 64-bit Linux: int modes, four longs from byte 8, then int status at byte 40.
_TIMEX_BYTES = 256
# sizeof(struct timex) is 208 on 64-bit Linux; room to spare.


def trusted(at: datetime, floor: datetime, *, known: bool) -> bool:
    """Is a clock that shows `at` to be believed? The one place that decides it.

    `known`: NTP is in step, a person or the county said what time it is, or the box's clock has a battery.
    `floor` is the latest time that was once trusted: behind it a clock is wrong whoever says otherwise.
    """
    return known and at >= max(floor, EARLIEST)


def corrected(
    now: Now, offset_s: float | None, floor: datetime, zone: ZoneInfo, *, last: datetime = EARLIEST
) -> Now:
    """The box's time set right by `offset_s` (a person's or the county's word; None: nobody) and judged.

    NTP in step (`now.trusted`) outweighs the offset, which was measured against the clock before NTP moved
    it. A clock that goes on while the box is off (`now.kept`) is believed where nobody has said otherwise
    and it is not behind `last`, the time of the last entry.
    """
    at = now.at
    if offset_s is not None and not now.trusted:
        at += timedelta(seconds=offset_s)
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    kept = now.kept and offset_s is None and at >= last
    return replace(
        now,
        at=at,
        day=at.astimezone(zone).date(),
        trusted=trusted(at, floor, known=now.trusted or offset_s is not None or kept),
        uptime_s=round(now.uptime_s, 3),
    )


def synchronised() -> bool:
    """Has something set this box's clock by NTP since it started?"""
    return _TIMESYNC.exists() or _kernel_in_step()


def boot_id() -> str:
    """The kernel's id of this boot; a new one after each start of the box."""
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()


def uptime_s() -> float:
    """Since the box started, sleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def kept_while_off(rtc: Path = _RTC) -> bool:
    """Was this box's clock set at its start from a clock with a battery, and does that one still agree?

    A battery clock without a battery begins in 1970, and something else has moved the box's clock on since:
    then they do not agree.
    """
    try:
        is_source = (rtc / "hctosys").read_text("ascii").strip() == "1"
        shown_s = int((rtc / "since_epoch").read_text("ascii"))
    except (OSError, ValueError):
        return False
    return is_source and abs(shown_s - time.time()) <= _RTC_AGREES_S


def system_clock(
    zone: str,
    *,
    in_step: Callable[[], bool] = synchronised,
    kept: Callable[[], bool] = kept_while_off,
    uptime_s: Callable[[], float] = uptime_s,
) -> Callable[[], Now]:
    """A function that reads the box's clock, uncorrected; `trusted` says only whether NTP is in step.

    `kept` is asked once, now; `in_step` at most once a second of `uptime_s`. Raises ZoneInfoNotFoundError for
    an unknown zone.
    """
    info, boot, is_kept = ZoneInfo(zone), boot_id(), kept()
    heard = (-math.inf, False)

    def read() -> Now:
        nonlocal heard
        at = datetime.now(UTC)
        up_s = uptime_s()
        if up_s - heard[0] >= IN_STEP_FOR_S:
            heard = up_s, in_step()
        day = at.astimezone(info).date()
        return Now(at=at, day=day, trusted=heard[1], boot=boot, uptime_s=up_s, kept=is_kept)

    return read


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _kernel_in_step() -> bool:
    """What the kernel says of its clock (adjtimex(2), read only); False where a container forbids it."""
    timex = (ctypes.c_int * (_TIMEX_BYTES // 4))()
    try:
        answer = _libc().adjtimex(timex)
    except (OSError, AttributeError):
        return False
    return answer >= 0 and not timex[_STATUS_INDEX] & _STA_UNSYNC
