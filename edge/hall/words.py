"""The nouns of the hall: ids, states, who asks, and time as data."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

TicketId: TypeAlias = str
"""Unique for ever: `HALL-YYYYMMDD-A012`."""
ServiceId: TypeAlias = str
CounterId: TypeAlias = str
"""What the sign over the counter says, usually a digit: `3` in 3号窗口."""
DeviceId: TypeAlias = str
StaffNumber: TypeAlias = str


class TicketState(StrEnum):
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    NO_SHOW = "no_show"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class CounterState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    CALLING = "calling"
    SERVING = "serving"
    PAUSED = "paused"


class Away(StrEnum):
    """Why a counter is paused: a closed list, `pause.REASON` in the text catalogue; a pause may name none."""

    LEAVE = "leave"
    """A short leave: a timer warns when it gets long."""
    LUNCH = "lunch"
    MEETING = "meeting"
    ERRAND = "errand"
    """Out on business."""
    AFTER_CUT = "after_cut"
    """By the machine alone, when it comes back after a while: who sits there goes on by opening."""


class PaperState(StrEnum):
    """What became of a slip. `unknown` waits for a person; nothing turns it into `printed` by guess."""

    QUEUED = "queued"
    PRINTING = "printing"
    PRINTED = "printed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    DONE = "done"
    ACCEPTED = "accepted"
    MISSING_PAPERS = "missing_papers"
    REFUSED = "refused"
    CONSULTED = "consulted"
    REFERRED = "referred"


class Door(StrEnum):
    """Through which door a command came."""

    KIOSK = "kiosk"
    HTTP = "http"
    PAD = "pad"
    CODE = "code"
    """A citizen's code from the slip."""
    CENTER = "center"
    TIMER = "timer"
    DAEMON = "daemon"


@dataclass(frozen=True)
class By:
    """Who asks: the door, the device behind it, and the signed-in person's staff number, never a name."""

    door: Door
    device: DeviceId = ""
    staff: StaffNumber = ""


TIMER = By(Door.TIMER)
DAEMON = By(Door.DAEMON)


@dataclass(frozen=True)
class Request:
    """A caller's idempotency key, scoped, and what it asked for; `NO_REQUEST` when the caller gave none."""

    key: str
    """`POST /api/v1/tickets 5f0c…`: method, path and the caller's own key."""
    digest: str
    """SHA-256 of the canonical body, the first 16 hex digits."""


NO_REQUEST = Request("", "")


@dataclass(frozen=True)
class Now:
    """Time as data; made by the registrar, never read inside the hall."""

    at: datetime
    """UTC, aware."""
    day: date
    """The local calendar's date in the hall's zone."""
    trusted: bool
    """Is the clock known to be right?"""
    boot: str
    """Boot id; with `uptime_s` the center can correct `at` later."""
    uptime_s: float
    """Monotonic seconds since boot."""
    kept: bool = False
    """Did a clock with a battery set the box's at its start?"""


@dataclass(frozen=True)
class Stamp:
    """When and where in the journal an event was written; with the event it is all that a fold needs."""

    seq: int
    at: datetime
    """UTC, aware."""
    day: date
    """The local calendar's date; not the business day where the clock is behind it."""
    boot: str
    uptime_s: float
    trusted: bool = False
    """Was the clock known to be right?"""

    def age_s(self, now: "Now | Stamp") -> float:
        """Seconds from here to `now`: by uptime within one boot, else by the clock; never negative."""
        if self.boot == now.boot:
            return max(0.0, now.uptime_s - self.uptime_s)
        return max(0.0, (now.at - self.at).total_seconds())


_NUMBER = re.compile(r"([A-Z]{1,2})([0-9]{1,4})")


@dataclass(frozen=True, order=True)
class TicketNumber:
    """What stands on the slip: `A012`. Restarts each business day."""

    prefix: str
    n: int

    def __str__(self) -> str:
        return f"{self.prefix}{self.n:03d}"

    @classmethod
    def parse(cls, text: str) -> "TicketNumber":
        """Read `a12` or `A012`. Raises ValueError."""
        match = _NUMBER.fullmatch(text.strip().upper())
        if not match:
            raise ValueError(f"not a ticket number: {text!r}")
        return cls(match[1], int(match[2]))


def ticket_id(hall: str, day: date, number: TicketNumber) -> TicketId:
    return f"{hall}-{day:%Y%m%d}-{number}"


def day_of(text: str) -> date:
    """`2026-11-22` as a date. Raises ValueError."""
    return date.fromisoformat(text)


class Refused(Exception):
    """The hall's "no", a value of the domain: shown to whoever asked, never an error in the log."""

    def __init__(self, reason: str, **facts: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        """A stable key: the sentence for people is `refused.REASON` in the text catalogue."""
        self.facts = facts
        """Values for the sentence's fields, as `opens_at="14:00"`."""
