"""The present state prepared for screens and doors: immutable values, replaced whole."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from edge.hall.book import Book, DeviceNow
from edge.hall.cuts import waited_before
from edge.hall.desk_views import DeskView, desk_view, is_roll_low
from edge.hall.feedback import ToRate, to_rate
from edge.hall.hall import Hall
from edge.hall.hours import expected_at, is_present, local_iso
from edge.hall.limits import are_low, numbers_left, shut
from edge.hall.plan import Counter, Service
from edge.hall.policy import ahead
from edge.hall.staffing import Ask, asks, post_of
from edge.hall.waits import Wait, Waits, forecast
from edge.hall.words import (
    CounterId,
    DeviceId,
    Now,
    Refused,
    ServiceId,
    StaffNumber,
    TicketId,
    TicketState,
    day_of,
)

Json = dict[str, Any]
HINT_S = 600.0


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
    prefix: str = ""
    opens_on: str = ""
    """`YYYY-MM-DD` when `opens_at` is not today's."""
    numbers_left: int = 0
    """Of today's range."""
    numbers_low: bool = False
    """So much of the range is used that the hall warns."""
    estimated_wait_s: int | None = None
    """Of somebody without priority who comes now, in whole minutes; null: no estimate."""
    estimated_wait_p90_s: int | None = None
    """Nine of ten wait no longer."""
    second: str = ""
    """The name in a second language."""


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
    """Why it is paused: `leave|lunch|meeting|errand|after_cut`, or empty."""
    waiting: int = 0
    """Tickets that this counter would call."""
    present: bool = True
    """Is somebody to sit there on a day of this type?"""
    expects: tuple[StaffNumber, ...] = ()
    """Who of its post is to be there: A, on a market day A and B."""
    calls: int = 0
    """How often today its board has had to call: a change is a new call or a recall."""
    served_at: CounterId = ""
    """Where its people are called instead, by a clerk who holds both; empty: here."""
    holds: tuple[CounterId, ...] = ()
    """Counters whose people are called here too."""
    beside: tuple[StaffNumber, ...] = ()
    """Who else is signed in here."""
    a: StaffNumber = ""
    """The post's: who serves,"""
    b: StaffNumber = ""
    """… and who stands in."""
    floor: str = ""
    """The part of the hall where it is: screens and voices of a zone tell of their own."""
    paused_at: str = ""
    overdue: bool = False
    """A short leave has become a long one."""
    room: str = ""
    second: str = ""
    """The name in a second language."""


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
    last_ok: str = ""
    """When it last answered well; empty: not since the daemon's start. This and what follows is no event."""
    detail: str = ""
    opened: int = 0
    """How often since the daemon's start."""
    frames: int = 0
    errors: int = 0
    resends: int = 0
    bad_frames: int = 0
    """On its wire, whoever they were for."""
    kiosk: DeviceId = ""
    """Of a printer: beside which touch screen its slips come out."""


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
    """Half of such waits are shorter. None: nothing honest can be said."""
    issued_at: str
    counter: CounterId
    """Where it is or was, or the one counter that it waits for; empty: any."""
    priority: str = ""
    score: int | None = None
    history: tuple[TicketStep, ...] = ()
    services: tuple[ServiceId, ...] = ()
    """Of the same visit, still to come after `service`."""
    by_hand: bool = False
    """Its number was written by hand."""
    estimated_wait_p90_s: int | None = None
    """Nine of ten wait no longer; null with `estimated_wait_s`."""


@dataclass(frozen=True)
class ScanView:
    """For a kiosk's screen: a slip was just scanned there; show its ticket, or its page for rating."""

    kiosk: DeviceId
    scan: int
    """Rises with every scan since the daemon's start."""
    ticket: TicketId
    number: str
    may_rate: bool


@dataclass(frozen=True)
class HintView:
    """Something that the desk may want to look at; nothing is refused for it."""

    kind: str
    """`many_taken`"""
    device: DeviceId
    count: int
    at: str


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
    day_type: str = "ordinary"
    """`ordinary|market|duty|closed`"""
    provisional: bool = False
    """暂定: the notice on the year's holidays is not known yet, and might say otherwise."""
    scans: tuple[ScanView, ...] = ()
    """Of the last seconds; put there by the door."""
    hints: tuple[HintView, ...] = ()
    """Of the last ten minutes, newest first."""
    tickets: Mapping[str, TicketId] = field(default_factory=dict, repr=False)
    """Today's numbers to ids; not part of the JSON view."""
    asks: tuple[Ask, ...] = ()
    """AB岗: who is asked to which counter, and why."""
    before_cut: int = 0
    """So many still wait since before the machine was away; somebody has to say what became of them."""
    numbers_in_doubt: tuple[ServiceId, ...] = ()
    """A journal was lost: their numbers begin in the upper half, until somebody says the last one."""
    second: str = ""
    """The hall's name in a second language."""
    desk: DeskView = field(default_factory=DeskView)
    """Help calls, emergency, paused touch screens, volume, other papers."""
    asleep: bool = False
    """The day is closed, and no new one has begun."""
    rateable: tuple[TicketId, ...] = field(default=(), repr=False)
    """Tickets of the last days whose service began, rated or not; not part of the JSON view."""
    to_rate: Mapping[CounterId, ToRate] = field(default_factory=dict, repr=False)
    """Whom each counter's rating pad asks about; not part of the JSON view."""

    def to_json(self) -> Json:
        """The view of contract §3."""
        data = asdict(replace(self, tickets={}, rateable=(), to_rate={}))
        del data["tickets"], data["rateable"], data["to_rate"]
        return data


# --- made from the hall -------------------------------------------------------------------------------------


def hall_view(hall: Hall, now: Now, waits: Waits | None = None) -> HallView:
    """The whole hall for screens and doors, true for `hall.seq`; `waits` may be some seconds old."""
    book, plan = hall.book, hall.plan
    newcomers = (waits or forecast(book, now)).newcomers
    today = day_of(book.day) if book.day else now.day
    held = book.held()
    return HallView(
        hall=plan.hall,
        name=plan.name,
        day=book.day,
        seq=hall.seq,
        clock=ClockView(now.trusted, local_iso(plan, now.at)),
        unrecorded=0,
        services=tuple(_service_view(book, s, now, newcomers.get(s.id)) for s in plan.services),
        counters=tuple(_counter_view(book, c, held.get(c.id, ()), today) for c in plan.counters),
        calls=tuple(
            CallView(c.stamp.seq, c.number, c.counter, c.kind, local_iso(plan, c.stamp.at))
            for c in book.last_calls
        ),
        notices=(*plan.notices, *hall.county.shown(today.isoformat())),
        asleep=bool(book.day) and not book.day_open,
        devices=tuple(_device_view(hall, d) for d in book.devices.values()),
        day_type=str(plan.calendar.type_of(today)),
        provisional=plan.calendar.is_provisional(today),
        hints=tuple(
            HintView("many_taken", h.kiosk, h.taken, local_iso(plan, h.stamp.at))
            for h in book.hints
            if h.stamp.age_s(now) <= HINT_S
        ),
        tickets=dict(book.numbers),
        asks=asks(book),
        before_cut=len(waited_before(book)),
        numbers_in_doubt=book.numbers_in_doubt,
        second=plan.second,
        desk=desk_view(hall.desk, now),
        rateable=hall.feedback.ids,
        to_rate=to_rate(hall.feedback),
    )


def _service_view(book: Book, service: Service, now: Now, wait: Wait | None) -> ServiceView:
    closed = shut(book, service, now)
    left = numbers_left(book, service)
    return ServiceView(
        id=service.id,
        name=service.name,
        open=closed is None,
        reason=str(closed.reason) if closed else "",
        opens_at=closed.opens_at if closed else "",
        waiting=book.waiting_in(service.id),
        about=service.about,
        icon=service.icon,
        area=service.area,
        prefix=service.prefix,
        opens_on=closed.opens_on if closed else "",
        numbers_left=left,
        numbers_low=are_low(book, service, left),
        estimated_wait_s=_minutes(wait.median_s) if wait else None,
        estimated_wait_p90_s=_minutes(wait.p90_s) if wait else None,
        second=service.second,
    )


def _minutes(seconds: int) -> int:
    """Seconds, up to the next whole minute: a tile does not count seconds."""
    return -(-seconds // 60) * 60


def _counter_view(book: Book, planned: Counter, held: Sequence[Counter], today: date) -> CounterView:
    """A counter that holds the people of these."""
    at, counter = book.counter(planned.id), planned.holding(held)
    served_at = book.served_at(counter.id)
    clerk = book.counter(served_at or counter.id)
    post = post_of(book, counter.id)
    ticket = book.tickets.get(at.ticket)
    return CounterView(
        id=counter.id,
        name=counter.name,
        state=str(book.state_of(at)),
        ticket=TicketAt(ticket.id, ticket.number) if ticket else None,
        services=book.plan.services_of(counter),
        staff=clerk.staff,
        reason=clerk.reason,
        waiting=book.waiting_count(counter, held) if counter.takes_tickets else 0,
        present=is_present(book.plan, counter, today),
        expects=expected_at(book.plan, counter, today),
        calls=at.calls,
        served_at=served_at,
        holds=tuple(c.id for c in held),
        beside=clerk.beside,
        a=post.a,
        b=post.b,
        paused_at=local_iso(book.plan, clerk.paused.at) if clerk.paused else "",
        overdue=clerk.is_overdue,
        room=counter.room,
        second=counter.second,
        floor=counter.floor,
    )


def _device_view(hall: Hall, device: DeviceNow) -> DeviceView:
    known, since, plan = device.known, local_iso(hall.plan, device.since.at), hall.plan
    state, code = device.state, device.code
    if not code and is_roll_low(hall.desk, known.id):
        state, code = "degraded" if state == "ok" else state, "paper_low"
    kiosk = next((k.id for k in plan.kiosks if k.printer == known.id), "")
    return DeviceView(known.id, known.kind, known.driver, known.counter, state, code, since, kiosk=kiosk)


def ticket_view(hall: Hall, ticket: str, now: Now) -> TicketView | None:
    """One of today's tickets by id or number, with its history. None: not one of today."""
    book, plan = hall.book, hall.plan
    try:
        found = book.find(ticket)
    except Refused:
        return None
    right = hall.feedback.rights.get(found.id)
    waits = found.state is TicketState.WAITING
    before = ahead(plan, found, book.line_of(found.service)) if waits else 0
    wait = forecast(book, now, only=found.id).tickets.get(found.id) if waits else None
    return TicketView(
        id=found.id,
        number=found.number,
        service=found.service,
        item=found.item,
        state=str(found.state),
        paper=str(found.paper),
        ahead=before,
        estimated_wait_s=wait.median_s if wait else None,
        issued_at=local_iso(plan, found.issued.at),
        counter=found.to_counter if waits else found.counter,
        priority=found.priority,
        score=right.score if right else None,
        history=tuple(TicketStep(local_iso(plan, s.stamp.at), s.what, s.counter) for s in found.history),
        services=found.services,
        by_hand=found.by_hand,
        estimated_wait_p90_s=wait.p90_s if wait else None,
    )
