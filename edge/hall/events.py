"""What happened, past tense: THE contract with the center, in one file.

Fields are added, never renamed or reused; a changed meaning is a new type or a new `v`, and
`event_json.from_json` lifts old versions. `TicketIssued` travels as `bianmin.ticket.issued`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from edge.hall.event_values import DeviceKnown, SheetLine
from edge.hall.words import (
    DAEMON,
    NO_REQUEST,
    By,
    CounterId,
    DeviceId,
    Request,
    ServiceId,
    StaffNumber,
    Stamp,
    TicketId,
    day_of,
)


@dataclass(frozen=True, kw_only=True)
class Event:
    V: ClassVar[int] = 1
    by: By = DAEMON
    request: Request = NO_REQUEST


# --- the business day ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DayOpened(Event):
    date: str
    """`YYYY-MM-DD`"""
    trusted: bool
    by_hand: bool = False


@dataclass(frozen=True, kw_only=True)
class DayClosed(Event):
    """With it every counter is closed and nobody signed in."""

    date: str


@dataclass(frozen=True, kw_only=True)
class DaySheet(Event):
    """What one business day came to, at its close; what is told later is an event of its own.

    Of a day that was opened again and closed again the last sheet holds.
    """

    date: str
    total: SheetLine = field(default_factory=SheetLine)
    services: tuple[SheetLine, ...] = ()
    counters: tuple[SheetLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClockSet(Event):
    """A person or the county said what time it is; holds until the box starts again."""

    boot: str
    offset_s: float
    """Right time minus the box's time, seconds."""


# --- tickets ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class TicketIssued(Event):
    ticket: TicketId
    number: str
    service: ServiceId
    item: str = ""
    priority: str = ""
    kiosk: DeviceId = ""
    printer: DeviceId = ""
    """Whose slip it becomes; empty: none."""
    ahead: int = 0
    services: tuple[ServiceId, ...] = ()
    """Several in one visit, in order; empty: `service` alone."""
    by_hand: bool = False
    """Written by hand while the machine was away, and keyed in later."""
    taken_at: str = ""
    """When a number written by hand was given, UTC ISO 8601."""
    place: float = 0.0
    """Its place in time where that is not now: after the ticket of this sequence number."""
    former: TicketId = ""
    """The expired ticket of the last day of business that this one makes good."""
    card: str = ""
    """The hall's keyed digest of a card, other each day."""


@dataclass(frozen=True, kw_only=True)
class TicketCarried(Event):
    """Somebody who is in the hall while the day changes: all that the new day has to know of the ticket."""

    ticket: TicketId
    number: str
    service: ServiceId
    state: str
    """As it was: `waiting|called|serving|held|no_show`."""
    place: float
    issued_at: str
    """UTC, ISO 8601."""
    issued_boot: str = ""
    issued_uptime_s: float = 0.0
    issued_day: str = ""
    issued_seq: int = 0
    services: tuple[ServiceId, ...] = ()
    """Of this visit, still to come after `service`."""
    item: str = ""
    priority: str = ""
    kiosk: DeviceId = ""
    printer: DeviceId = ""
    paper: str = "printed"
    counter: CounterId = ""
    to_counter: CounterId = ""
    returned: bool = False
    started_by_hand: bool = False
    worked_s: float = 0.0
    recalls: int = 0
    misses: int = 0
    calls_since_miss: int = 0
    by_hand: bool = False
    rated: bool = False
    """Already, on a day before this one."""

    @property
    def issued(self) -> Stamp:
        """When it was taken, on whatever day. Raises ValueError."""
        at, day = datetime.fromisoformat(self.issued_at), day_of(self.issued_day)
        return Stamp(self.issued_seq, at, day, self.issued_boot, self.issued_uptime_s)


@dataclass(frozen=True, kw_only=True)
class TicketContinued(Event):
    """One service of a visit is done: it waits for the next one, at its place in time."""

    ticket: TicketId
    counter: CounterId
    service: ServiceId


@dataclass(frozen=True, kw_only=True)
class NumbersLow(Event):
    """With this number a service has used so much of its range that the hall warns; once a day."""

    service: ServiceId
    number: str
    left: int = 0
    """Of the range, after this number."""


@dataclass(frozen=True, kw_only=True)
class NumbersStartAt(Event):
    """Numbers of a service go on after `last`: an earlier machine has given those before it, or may have."""

    service: ServiceId
    last: int = 0
    in_doubt: bool = False
    """Nobody said so, a journal was lost."""


@dataclass(frozen=True, kw_only=True)
class TicketCalled(Event):
    ticket: TicketId
    number: str
    counter: CounterId
    staff: StaffNumber = ""


@dataclass(frozen=True, kw_only=True)
class CallUndone(Event):
    """A slip of the clerk's finger: the ticket is where it was before the call."""

    ticket: TicketId
    number: str
    counter: CounterId


@dataclass(frozen=True, kw_only=True)
class CallSaid(Event):
    """A loudspeaker begins to say the call: the hall has heard it."""

    ticket: TicketId
    number: str
    counter: CounterId


@dataclass(frozen=True, kw_only=True)
class ManyTaken(Event):
    """Many numbers within a minute at one kiosk: the desk may want to look."""

    kiosk: DeviceId
    taken: int


@dataclass(frozen=True, kw_only=True)
class TicketRecalled(Event):
    ticket: TicketId
    number: str
    counter: CounterId
    times: int


@dataclass(frozen=True, kw_only=True)
class TicketMissed(Event):
    """过号: the ticket comes back after others, without a new slip."""

    ticket: TicketId
    counter: CounterId
    times: int


@dataclass(frozen=True, kw_only=True)
class TicketReturned(Event):
    """A no-show waits again."""

    ticket: TicketId


@dataclass(frozen=True, kw_only=True)
class TicketHeld(Event):
    ticket: TicketId
    counter: CounterId


@dataclass(frozen=True, kw_only=True)
class TicketResumed(Event):
    """Announced like a recall: who was sent aside has to hear it."""

    ticket: TicketId
    counter: CounterId
    staff: StaffNumber = ""


@dataclass(frozen=True, kw_only=True)
class TicketTransferred(Event):
    """It waits again, at its place in time; also when the one counter that it waited for closes."""

    ticket: TicketId
    counter: CounterId
    service: ServiceId
    to_counter: CounterId = ""


@dataclass(frozen=True, kw_only=True)
class TicketCancelled(Event):
    ticket: TicketId
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class TicketExpired(Event):
    ticket: TicketId
    why: str = ""
    """Empty: the day's end; `after_cut` by a person's word."""


@dataclass(frozen=True, kw_only=True)
class TicketServedByHand(Event):
    """Served without the machine while it was away, said by a person."""

    ticket: TicketId


@dataclass(frozen=True, kw_only=True)
class ServiceStarted(Event):
    ticket: TicketId
    counter: CounterId
    staff: StaffNumber = ""
    item: str = ""


@dataclass(frozen=True, kw_only=True)
class ServiceFinished(Event):
    ticket: TicketId
    counter: CounterId
    outcome: str
    staff: StaffNumber = ""
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ServiceReopened(Event):
    """A slip of the clerk's finger: what had just been finished goes on at the same counter."""

    ticket: TicketId
    counter: CounterId
    staff: StaffNumber = ""


@dataclass(frozen=True, kw_only=True)
class ServiceRated(Event):
    ticket: TicketId
    counter: CounterId
    score: int
    staff: StaffNumber = ""
    tags: tuple[str, ...] = ()
    text: str = ""
    """Id in the side store."""


# --- counters -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CounterOpened(Event):
    counter: CounterId


@dataclass(frozen=True, kw_only=True)
class CounterPaused(Event):
    counter: CounterId
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CounterClosed(Event):
    counter: CounterId


@dataclass(frozen=True, kw_only=True)
class StaffSignedIn(Event):
    counter: CounterId
    staff: StaffNumber
    beside: bool = False
    """Beside who is there already."""


@dataclass(frozen=True, kw_only=True)
class StaffSignedOut(Event):
    counter: CounterId
    staff: StaffNumber


@dataclass(frozen=True, kw_only=True)
class CounterCovered(Event):
    """The clerk of `at` also holds this counter: its people are called there, and it calls nobody itself."""

    counter: CounterId
    at: CounterId


@dataclass(frozen=True, kw_only=True)
class CounterUncovered(Event):
    counter: CounterId


@dataclass(frozen=True, kw_only=True)
class LeaveOverdue(Event):
    """A short leave has lasted longer than the hall's rule; said once."""

    counter: CounterId
    staff: StaffNumber = ""
    minutes: int = 0
    """The rule's."""


@dataclass(frozen=True, kw_only=True)
class PowerReturned(Event):
    """The machine was away for a while, in a day that goes on: what lies between is nobody's wait."""

    gap_s: float = 0.0
    """0: the clock cannot tell."""


# --- paper --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class SlipQueued(Event):
    """A reprint was asked for; the first slip is queued by `TicketIssued`."""

    ticket: TicketId
    printer: DeviceId


@dataclass(frozen=True, kw_only=True)
class SlipStarted(Event):
    """On disk before the printer gets the first byte."""

    ticket: TicketId
    printer: DeviceId


@dataclass(frozen=True, kw_only=True)
class SlipPrinted(Event):
    ticket: TicketId
    printer: DeviceId


@dataclass(frozen=True, kw_only=True)
class SlipFailed(Event):
    ticket: TicketId
    printer: DeviceId
    code: str


@dataclass(frozen=True, kw_only=True)
class SlipUnknown(Event):
    """Begun, and the printer's word on its end is missing: a person decides."""

    ticket: TicketId
    printer: DeviceId
    code: str


@dataclass(frozen=True, kw_only=True)
class SlipDecided(Event):
    ticket: TicketId
    state: str
    """`printed` or `failed`, by a person's word."""


@dataclass(frozen=True, kw_only=True)
class WaitingListAsked(Event):
    """Somebody wants everybody who waits on paper."""

    list: str
    """Unique for ever: `20261123-1`."""
    printer: DeviceId


@dataclass(frozen=True, kw_only=True)
class WaitingListStarted(Event):
    """On disk before the printer gets the first byte."""

    list: str
    printer: DeviceId


@dataclass(frozen=True, kw_only=True)
class WaitingListEnded(Event):
    list: str
    printer: DeviceId
    state: str
    """`printed|failed|unknown`"""
    code: str = ""


# --- devices and the daemon ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DaemonStarted(Event):
    version: str
    boot: str
    devices: tuple[DeviceKnown, ...] = ()
    """Each of them counts as down until `DeviceChanged` says otherwise."""
    former: str = ""
    """Of a restored journal: the name that its entries bore before; empty: it has had this one always."""
    begins_after: int = 0
    """… and the last of those. The journal's own first entry is the next one: nothing is missing there."""


@dataclass(frozen=True, kw_only=True)
class DaemonStopped(Event):
    pass


@dataclass(frozen=True, kw_only=True)
class DeviceChanged(Event):
    device: DeviceId
    state: str
    """`ok|degraded|down|unconfirmed`"""
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class DocumentCaptured(Event):
    capture: str
    counter: CounterId
    digest: str
    size_bytes: int
    ticket: TicketId = ""
    pages: int = 1
    item: str = ""
    """The guide for which it was taken,"""
    material: int = 0
    """… and which of its materials, from 1; 0: none of them."""
    original: str = ""
    """SHA-256 of the picture as it was taken, where `digest` is that of the page cleaned out of it."""
