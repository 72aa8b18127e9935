"""Book 1 as it stands: today's tickets, counters, lines, slips and devices; frozen values in dicts."""

from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from edge.hall.event_values import DeviceKnown
from edge.hall.events import Event
from edge.hall.plan import Counter, HallPlan, Service
from edge.hall.reasons import No
from edge.hall.words import (
    CounterId,
    CounterState,
    DeviceId,
    Now,
    PaperState,
    Refused,
    ServiceId,
    StaffNumber,
    Stamp,
    TicketId,
    TicketNumber,
    TicketState,
)

OVER = (TicketState.FINISHED, TicketState.CANCELLED, TicketState.EXPIRED)
AT_COUNTER = (TicketState.CALLED, TicketState.SERVING)
SAMPLES = 20
"""So many of the last service times of a service make its estimate."""
LAST_CALLS = 6


@dataclass(frozen=True)
class Step:
    """One thing that happened to a ticket."""

    stamp: Stamp
    what: str
    counter: CounterId = ""


@dataclass(frozen=True)
class Ticket:
    id: TicketId
    number: str
    service: ServiceId
    place: float
    """Its place in time, for the whole day: the sequence number of its issue, or between two of them."""
    issued: Stamp
    item: str = ""
    priority: str = ""
    services: tuple[ServiceId, ...] = ()
    """Of this visit, still to come after `service`."""
    kiosk: DeviceId = ""
    printer: DeviceId = ""
    card: str = ""
    """Keyed digest of the card that took it."""
    by_hand: bool = False
    """Its number was written by hand."""
    state: TicketState = TicketState.WAITING
    paper: PaperState = PaperState.FAILED
    counter: CounterId = ""
    """Where it is, or was last."""
    to_counter: CounterId = ""
    """Waits for this counter alone, after a transfer."""
    returned: bool = False
    """Back from a no-show, or lost on the last day of business, and not called since."""
    called: Stamp | None = None
    started: Stamp | None = None
    started_by_hand: bool = False
    worked_s: float = 0.0
    """Served before it was held."""
    took_s: float = 0.0
    """Of its last finished service."""
    recalls: int = 0
    """Since its last call."""
    said: bool = False
    """Its last call was said aloud."""
    misses: int = 0
    missed_at_call: int = 0
    """How many calls its service had had at its last no-show."""
    history: tuple[Step, ...] = ()
    before: "Ticket | None" = None
    """As it was before its last call, or at its last counter before it went on to its next service."""
    rated_before: bool = False
    """On a day before this one."""

    @property
    def was_rated(self) -> bool:
        return self.rated_before or any(step.what == "rated" for step in self.history)


@dataclass(frozen=True)
class Finish:
    ticket: TicketId
    stamp: Stamp


@dataclass(frozen=True)
class CounterNow:
    id: CounterId
    is_open: bool = False
    is_paused: bool = False
    reason: str = ""
    staff: StaffNumber = ""
    ticket: TicketId = ""
    calls: int = 0
    priority_run: int = 0
    run_before: int = 0
    """`priority_run` before the last call."""
    finished: "Finish | None" = None
    """The last one here, until another ticket is called."""
    finished_before: "Finish | None" = None
    """… and until the last call."""
    beside: tuple[StaffNumber, ...] = ()
    """Who else is signed in here."""
    hand: StaffNumber = ""
    """Who of them has the ticket."""
    served_at: CounterId = ""
    """Where a clerk holds this counter too, by somebody's word; the plan may say so as well."""
    paused: Stamp | None = None
    """Since when."""
    is_overdue: bool = False
    """Its leave has been warned of."""


@cache
def _never_opened(id: CounterId) -> CounterNow:
    return CounterNow(id)


@dataclass(frozen=True)
class Cut:
    """The machine was away from the one to the other."""

    last: Stamp
    back: Stamp


@dataclass(frozen=True)
class CallNow:
    stamp: Stamp
    number: str
    counter: CounterId
    kind: str


@dataclass(frozen=True)
class Former:
    """A ticket that expired on the last day of business."""

    id: TicketId
    number: str
    service: ServiceId
    used: bool = False
    """Made good already."""


@dataclass(frozen=True)
class HintNow:
    """Something that the desk may want to look at."""

    stamp: Stamp
    kiosk: DeviceId
    taken: int


@dataclass(frozen=True)
class ListNow:
    """A paper with those waiting."""

    id: str
    printer: DeviceId
    asked: Stamp
    state: PaperState = PaperState.QUEUED
    code: str = ""


@dataclass(frozen=True)
class DeviceNow:
    known: DeviceKnown
    state: str
    code: str
    since: Stamp


@dataclass
class Book:
    """The queue of one business day. Changed by `fold.apply` alone; everybody else reads."""

    plan: HallPlan
    day: str = ""
    """The business day, `YYYY-MM-DD`; stays after its close until the next one opens."""
    day_open: bool = False
    day_is_sure: bool = False
    """A clock that was known to be right has shown this day."""
    numbers_in_doubt: tuple[ServiceId, ...] = ()
    """A journal was lost, and this may be a day in which it gave numbers of these services."""
    tickets: dict[TicketId, Ticket] = field(default_factory=dict)
    numbers: dict[str, TicketId] = field(default_factory=dict)
    last_number: dict[str, int] = field(default_factory=dict)
    """By prefix: the highest number of the day."""
    lines: dict[ServiceId, tuple[TicketId, ...]] = field(default_factory=dict)
    """Waiting for a service at any counter, by place in time."""
    sent: dict[CounterId, tuple[TicketId, ...]] = field(default_factory=dict)
    """Waiting for one counter, by place in time."""
    aside: dict[TicketId, TicketState] = field(default_factory=dict)
    """Held and no-shows, in the order in which they were put aside."""
    counters: dict[CounterId, CounterNow] = field(default_factory=dict)
    given: dict[ServiceId, tuple[int, ...]] = field(default_factory=dict)
    """Minutes of the day at which numbers of a service were given today; quotas go by it."""
    calls_of: dict[ServiceId, int] = field(default_factory=dict)
    """Calls of each service today; no-shows come back by it."""
    times_s: dict[ServiceId, tuple[float, ...]] = field(default_factory=dict)
    """The last service times of each service."""
    last_calls: tuple[CallNow, ...] = ()
    """Newest first."""
    undone: tuple[int, ...] = ()
    """The last calls that were taken back, by their sequence numbers."""
    brought: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """By prefix: numbers that people brought from the day before, and that nobody else gets today."""
    formers: dict[str, Former] = field(default_factory=dict)
    """By number: what expired on the last day of business."""
    taken: dict[DeviceId, tuple[Stamp, ...]] = field(default_factory=dict)
    """The last numbers taken at each kiosk, a few of them."""
    hints: tuple[HintNow, ...] = ()
    """Newest first."""
    lists: dict[str, ListNow] = field(default_factory=dict)
    """Papers with those waiting, of today."""
    devices: dict[DeviceId, DeviceNow] = field(default_factory=dict)
    offsets_s: dict[str, float] = field(default_factory=dict)
    """By boot: right time minus the box's time, where somebody said it."""
    heard: Stamp | None = None
    """The last event's: the latest sign of life before a cut."""
    silence: Cut | None = None
    """Before the program's last start, until a person does something."""
    cuts: tuple[Cut, ...] = ()
    """The day's."""
    requests: dict[str, tuple[str, tuple[Event, ...]]] = field(default_factory=dict)
    """Idempotency keys, today's and of those brought along: digest of what was asked, what came of it."""

    def copy(self) -> "Book":
        """A copy that no later event changes: dicts are copied, their values are frozen."""
        copy = Book(self.plan)
        for name, value in vars(self).items():
            setattr(copy, name, value.copy() if isinstance(value, dict) else value)
        return copy

    def hours_hold(self, now: Now) -> bool:
        """Opening hours count only while the clock is known to be right and says the business day."""
        return now.trusted and now.day.isoformat() == self.day

    # --- looking up ---

    def find(self, id_or_number: str) -> Ticket:
        """A ticket by its id, or of today by its number as a person types it. Raises Refused."""
        ticket = self.tickets.get(id_or_number) or self.tickets.get(self._id_of(id_or_number))
        if ticket is None:
            raise Refused(No.NO_TICKET, ticket=id_or_number[:40])
        return ticket

    def _id_of(self, text: str) -> TicketId:
        try:
            return self.numbers.get(str(TicketNumber.parse(text)), "")
        except ValueError:
            return ""

    def service(self, id: ServiceId) -> Service:
        """A service of the plan. Raises Refused."""
        service = self.plan.service(id)
        if service is None:
            raise Refused(No.NO_SERVICE, service=id[:40])
        return service

    def planned(self, id: CounterId) -> Counter:
        """The counter as the plan has it, and with the services of those held from it. Raises Refused."""
        counter = self.plan.counter(id)
        if counter is None:
            raise Refused(No.NO_COUNTER, counter=id[:40])
        return counter.holding(self.held_at(id))

    def served_at(self, id: CounterId) -> CounterId:
        """Where the counter's people are called instead; empty: at itself."""
        planned = self.plan.counter(id)
        return self._place_of(planned) if planned else self.counter(id).served_at

    def held_at(self, id: CounterId) -> list[Counter]:
        """The counters whose people are called at this one too."""
        return [c for c in self.plan.counters if c.id != id and self._place_of(c) == id]

    def held(self) -> dict[CounterId, list[Counter]]:
        """`held_at` of every counter that holds one, found in a single look."""
        held: dict[CounterId, list[Counter]] = {}
        for counter in self.plan.counters:
            place = self._place_of(counter)
            if place and place != counter.id:
                held.setdefault(place, []).append(counter)
        return held

    def _place_of(self, planned: Counter) -> CounterId:
        at = self.counters.get(planned.id)
        if at is None:
            return planned.covered_by
        return at.served_at or ("" if at.is_open else planned.covered_by)

    def between_s(self, since: Stamp, until: "Stamp | Now") -> float:
        """Seconds in which the machine was there; what a cut took is nobody's wait."""
        there_s = 0.0
        for cut in self.cuts:
            if since.seq <= cut.last.seq:
                there_s += since.age_s(cut.last)
                since = cut.back
        return there_s + since.age_s(until)

    def counter(self, id: CounterId) -> CounterNow:
        return self.counters.get(id) or _never_opened(id)

    def ticket_at(self, id: CounterId) -> Ticket | None:
        return self.tickets.get(self.counter(id).ticket)

    def state_of(self, counter: CounterNow) -> CounterState:
        """A counter that is held elsewhere is open while that one is."""
        if not (at := self.served_at(counter.id)):
            return self._own_state(counter)
        state = self._own_state(self.counter(at))
        return state if state in (CounterState.CLOSED, CounterState.PAUSED) else CounterState.OPEN

    def _own_state(self, counter: CounterNow) -> CounterState:
        if not counter.is_open:
            return CounterState.CLOSED
        if counter.is_paused:
            return CounterState.PAUSED
        ticket = self.tickets.get(counter.ticket)
        if ticket is None:
            return CounterState.OPEN
        return CounterState.SERVING if ticket.state is TicketState.SERVING else CounterState.CALLING

    # --- lines ---

    def waiting_for(self, counter: Counter) -> Iterator[Ticket]:
        """Every ticket that this counter may call, in no particular order."""
        for service in self.plan.services_of(counter):
            yield from (self.tickets[id] for id in self.lines.get(service, ()))
        for id in (counter.id, *(c.id for c in self.held_at(counter.id))):
            yield from (self.tickets[id] for id in self.sent.get(id, ()))

    def waiting_count(self, counter: Counter, held: Iterable[Counter]) -> int:
        """How many `waiting_for` has, for a counter that holds these."""
        of_services = sum(len(self.lines.get(s, ())) for s in self.plan.services_of(counter))
        sent = (self.sent.get(c.id, ()) for c in (counter, *held)) if self.sent else ()
        return of_services + sum(map(len, sent))

    def waiting_in(self, service: ServiceId) -> int:
        """How many `line_of` has."""
        sent = sum(self.tickets[id].service == service for ids in self.sent.values() for id in ids)
        return len(self.lines.get(service, ())) + sent

    def line_of(self, service: ServiceId) -> Iterator[Ticket]:
        """Everybody who waits for this service, also those sent to one counter."""
        yield from (self.tickets[id] for id in self.lines.get(service, ()))
        for ids in self.sent.values():
            yield from (t for t in map(self.tickets.__getitem__, ids) if t.service == service)

    def all_live(self) -> list[Ticket]:
        """Everybody whose ticket is not over, by place in time."""
        return sorted((t for t in self.tickets.values() if t.state not in OVER), key=lambda t: t.place)

    def all_waiting(self) -> Iterator[Ticket]:
        for ids in (*self.lines.values(), *self.sent.values()):
            yield from (self.tickets[id] for id in ids)

    def all_aside(self, state: TicketState) -> Iterator[Ticket]:
        """Held tickets or no-shows, the longest first."""
        yield from (self.tickets[id] for id, s in self.aside.items() if s is state)

    def open_for(self, service: ServiceId) -> list[CounterNow]:
        """Open counters that call this service."""
        all_planned = (self.planned(c.id) for c in self.plan.counters if c.takes_tickets)
        planned = (c for c in all_planned if service in self.plan.services_of(c))
        states = (self.counter(c.id) for c in planned)
        return [c for c in states if c.is_open and not c.is_paused]

    def put_in_line(self, ticket: Ticket) -> None:
        """Only for the fold."""
        lines, key = (self.sent, ticket.to_counter) if ticket.to_counter else (self.lines, ticket.service)
        ids = lines.get(key, ())
        at = bisect(ids, ticket.place, key=lambda id: self.tickets[id].place)
        lines[key] = (*ids[:at], ticket.id, *ids[at:])

    def take_out_of_line(self, ticket: Ticket) -> None:
        """Only for the fold."""
        lines, key = (self.sent, ticket.to_counter) if ticket.to_counter else (self.lines, ticket.service)
        lines[key] = tuple(id for id in lines.get(key, ()) if id != ticket.id)
