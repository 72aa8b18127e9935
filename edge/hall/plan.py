"""What a hall is made of, as its manager wrote it down: services, counters, posts and rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from edge.hall.words import CounterId, DeviceId, ServiceId, StaffNumber
from edge.hall.workdays import Calendar, DayType


@dataclass(frozen=True)
class Hours:
    """One span of a day, local time."""

    opens: str
    """`HH:MM`"""
    closes: str
    """`HH:MM`, later than `opens`; `24:00` is the end of the day."""


ALL_DAY = (Hours("00:00", "24:00"),)


@dataclass(frozen=True)
class Quota:
    """At most so many numbers of a service are given within a span of the day."""

    span: Hours
    most: int
    days: tuple[DayType, ...] = ()
    """Empty: on all of them."""


@dataclass(frozen=True)
class Service:
    id: ServiceId
    name: str
    prefix: str
    """One or two capital letters before the number, no two services alike."""
    first: int = 1
    last: int = 999
    about: str = ""
    """What it is for, in a few plain words, for the kiosk's tile."""
    icon: str = ""
    area: str = ""
    """Where to wait and go: `一楼大厅`."""
    hours: tuple[Hours, ...] = ()
    """Empty: the hall's hours."""
    hours_on: Mapping[DayType, tuple[Hours, ...]] = field(default_factory=dict)
    """Other hours on a type of day."""
    days: tuple[DayType, ...] = ()
    """Types of days on which it is there; empty: all."""
    quota: tuple[Quota, ...] = ()
    second: str = ""
    """The name in a second language."""


@dataclass(frozen=True)
class Counter:
    id: CounterId
    name: str
    services: tuple[ServiceId, ...] = ()
    """In the order in which they are called; a general counter takes all others after these."""
    general: bool = False
    takes_tickets: bool = True
    """False: a leader's or internal counter; who is there signs in, opens and pauses all the same."""
    room: str = ""
    phone: str = ""
    covered_by: CounterId = ""
    """Standing cover: whoever sits there holds this one too, while it is not opened itself."""
    days: tuple[DayType, ...] = ()
    """Types of days on which somebody sits there; empty: all."""
    second: str = ""
    """The name in a second language."""
    floor: str = ""
    at: tuple[float, ...] = ()
    """Its place on the floor's picture: shares of width and height."""

    def holding(self, held: "Sequence[Counter]") -> "Counter":
        """This counter, serving the people of those too."""
        if not held:
            return self
        services = dict.fromkeys((*self.services, *(s for c in held for s in c.services)))
        general = self.general or any(c.general for c in held)
        return replace(self, services=tuple(services), general=general)


@dataclass(frozen=True)
class Post:
    """AB岗: who serves a counter (A) and who stands in (B)."""

    counter: CounterId
    a: StaffNumber = ""
    b: StaffNumber = ""


@dataclass(frozen=True)
class Kiosk:
    id: DeviceId
    printer: DeviceId = ""
    """Whose slips come out beside this screen; empty: numbers are shown only."""
    roll_slips: int = 0
    """So many papers come from a roll, where no sensor says that it ends; 0: nobody counts."""
    floor: str = ""
    at: tuple[float, ...] = ()


@dataclass(frozen=True)
class Rules:
    start_after_call_s: float = 20.0
    """A called ticket counts as in service after this time: simple pads have no key for it. 0: by hand."""
    recall_limit: int = 3
    no_show_after_others: int = 3
    """A no-show comes back by itself after this many other calls of its service."""
    no_show_limit: int = 2
    """A no-show comes back at most so many times; the next one cancels the ticket."""
    priority_in_a_row: int = 2
    """At most so many priority calls one after another at a counter while others wait."""
    first_come_across_services: bool = False
    """The earliest ticket of all the counter's services goes first, instead of its list of services."""
    rate_in_service_s: float = 20.0
    """A pad's press binds to the ticket in service once it is served for this long."""
    rate_after_finish_s: float = 90.0
    """… else to the last finished unrated ticket of the counter within this time."""
    rate_by_code_days: int = 15
    issue_opens_early_min: int = 10
    issue_stops_early_min: int = 0
    pad_opens_counter: bool = True
    """顺呼 on a closed counter within hours opens it for the post's A clerk."""
    leave_min: int = 30
    """A pause for a short leave that lasts longer gives one warning; 0: none."""
    gap_min: int = 5
    """After the machine was away for longer, counters come back paused."""
    low_numbers_at: float = 0.8
    """Warn when this share of a service's range is used."""
    hand_prefix: str = "H"
    """Before the numbers that people write by hand while the machine is away; empty: there are none."""
    one_ticket_per_card: bool = False
    """Whoever puts a card on the reader has one live ticket per service. No card is ever asked for."""
    many_taken: int = 10
    """So many numbers from one kiosk within a minute are a hint to the desk, never a refusal; 0: no hint."""
    undo_s: float = 10.0
    """A call may be taken back within this time."""
    reopen_s: float = 120.0
    """A finished service may be taken up again at its counter within this time."""
    carry_h: float = 12.0
    """Who has waited for longer than this is not carried into a new day."""


@dataclass(frozen=True)
class HallPlan:
    county: str
    """Division code, 6 digits."""
    hall: str
    """Division code, 9 or 12 digits."""
    name: str
    services: tuple[Service, ...]
    counters: tuple[Counter, ...]
    hours: tuple[Hours, ...] = ALL_DAY
    hours_on: Mapping[DayType, tuple[Hours, ...]] = field(default_factory=dict)
    """Other hours on a type of day, before what a service says of all days."""
    calendar: Calendar = field(default_factory=Calendar)
    timezone: str = "Asia/Shanghai"
    posts: tuple[Post, ...] = ()
    kiosks: tuple[Kiosk, ...] = ()
    priorities: tuple[str, ...] = ()
    """Classes that go first, in this order; the reason is never printed."""
    staff: tuple[StaffNumber, ...] = ()
    """Everybody who may sign in; empty: anybody."""
    notices: tuple[str, ...] = ()
    phone: str = ""
    """For questions and complaints; on screens and slips."""
    second: str = ""
    """The name in a second language."""
    rules: Rules = field(default_factory=Rules)

    def service(self, id: ServiceId) -> Service | None:
        return self._services.get(id)

    def counter(self, id: CounterId) -> Counter | None:
        return self._counters.get(id)

    def post(self, counter: CounterId) -> Post | None:
        return self._posts.get(counter)

    def services_of(self, counter: Counter) -> tuple[ServiceId, ...]:
        """The services that a counter calls, best first: its own list, then, at a general one, all others."""
        if not counter.general:
            return counter.services
        return (*counter.services, *(s.id for s in self.services if s.id not in counter.services))

    # Made once: every view asks for all of them.

    @cached_property
    def _services(self) -> dict[ServiceId, Service]:
        return {s.id: s for s in reversed(self.services)}

    @cached_property
    def _counters(self) -> dict[CounterId, Counter]:
        return {c.id: c for c in reversed(self.counters)}

    @cached_property
    def _posts(self) -> dict[CounterId, Post]:
        return {p.counter: p for p in reversed(self.posts)}
