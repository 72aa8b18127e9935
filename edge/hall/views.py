"""The present state prepared for screens and doors: immutable values, replaced whole."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from edge.hall.words import CounterId, DeviceId, ServiceId, StaffNumber, TicketId

Json = dict[str, Any]


@dataclass(frozen=True)
class ClockView:
    trusted: bool
    at: str
    """ISO 8601 with the hall's offset, to the second."""


@dataclass(frozen=True)
class ServiceView:
    id: ServiceId
    name: str
    open: bool
    """Hours and quota; not whether a counter is open."""
    reason: str
    """Empty when open, else a refusal's key: `closed`, `full`."""
    opens_at: str
    """`HH:MM` or empty."""
    waiting: int
    about: str = ""
    icon: str = ""
    area: str = ""


@dataclass(frozen=True)
class TicketAt:
    """The ticket at a counter."""

    id: TicketId
    number: str


@dataclass(frozen=True)
class CounterView:
    id: CounterId
    name: str
    state: str
    ticket: TicketAt | None
    services: tuple[ServiceId, ...]
    staff: StaffNumber
    reason: str = ""
    """Why it is paused."""
    waiting: int = 0
    """Tickets that this counter would call."""
    calls: int = 0
    """How often today its board has had to call: a change is a new call or a recall."""


@dataclass(frozen=True)
class CallView:
    seq: int
    """Rises with every call and recall of the day; a screen that sees a new one announces it."""
    number: str
    counter: CounterId
    kind: str
    """`call` or `recall`"""
    at: str


@dataclass(frozen=True)
class DeviceView:
    id: DeviceId
    kind: str
    driver: str
    counter: CounterId
    state: str
    code: str
    since: str


@dataclass(frozen=True)
class TicketStep:
    """One line of a ticket's history."""

    at: str
    what: str
    """`issued`, `called`, `recalled`, `started`, `finished`, `missed`, `printed` …: the event's verb."""
    counter: CounterId = ""


@dataclass(frozen=True)
class TicketView:
    id: TicketId
    number: str
    service: ServiceId
    item: str
    state: str
    paper: str
    ahead: int
    """People before it in its line; 0 once called."""
    estimated_wait_s: int | None
    """None: nothing honest can be said."""
    issued_at: str
    counter: CounterId
    priority: str = ""
    score: int | None = None
    history: tuple[TicketStep, ...] = ()


@dataclass(frozen=True)
class HallView:
    hall: str
    name: str
    day: str
    """The business day, `YYYY-MM-DD`; empty before the first."""
    seq: int
    """The journal's sequence number that this view is true for."""
    clock: ClockView
    unrecorded: int
    services: tuple[ServiceView, ...]
    counters: tuple[CounterView, ...]
    calls: tuple[CallView, ...]
    """The last six, newest first."""
    notices: tuple[str, ...]
    devices: tuple[DeviceView, ...]
    tickets: Mapping[str, TicketId] = field(default_factory=dict, repr=False)
    """Today's numbers to ids; not part of the JSON view."""

    def to_json(self) -> Json:
        """The view of contract §3."""
        data = asdict(self)
        del data["tickets"]
        return data
