"""A hall to tell stories in: given what happened, when somebody asks, then events or a refusal."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from edge.hall import commands as cmd
from edge.hall.event_json import from_json, to_json, type_of
from edge.hall.events import Event
from edge.hall.hall import Hall
from edge.hall.plan import Counter, HallPlan, Hours, Kiosk, Post, Service
from edge.hall.sheet import day_sheet
from edge.hall.views import CounterView, HallView, ServiceView, TicketView, hall_view, ticket_view
from edge.hall.whys import why
from edge.hall.words import NO_REQUEST, By, Door, Now, Refused, Request, Stamp

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 23)

PLAN = HallPlan(
    county="510000",
    hall="510000001",
    name="站街镇便民服务中心",
    services=(
        Service("social", "社会保障", "A"),
        Service("civil", "民政", "B"),
        Service("land", "国土", "C", first=1, last=3),
    ),
    counters=(
        Counter("1", "1号窗口", ("social", "civil")),
        Counter("2", "2号窗口", ("social",)),
        Counter("3", "综合窗口", general=True),
        Counter("9", "带班领导", takes_tickets=False),
    ),
    kiosks=(Kiosk("k1", "printer-1"), Kiosk("k2")),
    priorities=("elderly", "soldier"),
)
POSTS = (Post("1", a="001", b="002"), Post("2", a="003"))
DAYTIME = (Hours("09:00", "12:00"), Hours("14:00", "17:00"))

KIOSK = By(Door.KIOSK, "k1")
HTTP = By(Door.HTTP, "console")
PAD = By(Door.PAD, "pad-1")
CODE = By(Door.CODE)
TIMER = By(Door.TIMER)


def with_rules(plan: HallPlan = PLAN, **rules: object) -> HallPlan:
    return replace(plan, rules=replace(plan.rules, **rules))


@dataclass
class Scene:
    """One hall, its journal, and a clock that moves only when the story says so."""

    plan: HallPlan = PLAN
    trusted: bool = True
    boot: str = "boot-1"
    at: datetime = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
    uptime_s: float = 1000.0
    hall: Hall = field(init=False)
    journal: list[tuple[Event, Stamp]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hall = Hall(self.plan)
        self.at = self.at.astimezone(UTC)

    # --- time ---

    def now(self) -> Now:
        return Now(self.at, self.at.astimezone(ZONE).date(), self.trusted, self.boot, self.uptime_s)

    def wait(self, seconds: float) -> "Scene":
        self.at += timedelta(seconds=seconds)
        self.uptime_s += seconds
        return self

    def clock_says(self, local: str, trusted: bool | None = None) -> "Scene":
        """The wall clock jumps; the box has not been off."""
        self.at = datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)
        self.trusted = self.trusted if trusted is None else trusted
        return self

    def off_and_on(self, boot: str = "boot-2") -> "Scene":
        self.boot, self.uptime_s = boot, 30.0
        return self

    # --- asking ---

    def do(self, command: cmd.Command) -> tuple[Event, ...]:
        """When somebody asks: what happened, which is then written and folded."""
        events = self.hall.decide(command, self.now())
        for event in events:
            self.happens(event)
        return events

    def happens(self, event: Event) -> None:
        now = self.now()
        stamp = Stamp(self.hall.seq + 1, now.at, now.day, now.boot, now.uptime_s, now.trusted)
        self.journal.append((event, stamp))
        self.hall.apply(event, stamp)

    def no(self, command: cmd.Command) -> str:
        """When somebody asks and is refused: the reason. A refusal changes nothing."""
        before = everything(self.hall)
        with pytest.raises(Refused) as refused:
            self.hall.decide(command, self.now())
        assert everything(self.hall) == before
        return refused.value.reason

    def take(self, service: str = "social", **more: object) -> str:
        """A number of this service, for the morning's first to the evening's last."""
        more = {"by": KIOSK, "kiosk": "k1", **more}
        return self.do(cmd.TakeTicket(service=service, **more))[-1].number

    def next(self, counter: str, by: By = HTTP) -> tuple[Event, ...]:
        return self.do(cmd.CallNext(by=by, counter=counter))

    def open(self, *counters: str) -> "Scene":
        for counter in counters:
            self.do(cmd.OpenCounter(by=HTTP, counter=counter))
        return self

    def at_counter(self, verb: type[cmd.AtCounter], counter: str, **more: object) -> tuple[Event, ...]:
        return self.do(verb(**{"by": HTTP, "counter": counter, **more}))

    def tick(self) -> tuple[Event, ...]:
        return self.do(cmd.Tick(by=TIMER))

    def press(self, counter: str, score: int = 5) -> tuple[Event, ...]:
        return self.do(cmd.RateAtCounter(by=PAD, counter=counter, score=score))

    # --- looking ---

    def view(self) -> HallView:
        return hall_view(self.hall, self.now())

    def counter(self, id: str) -> CounterView:
        return next(c for c in self.view().counters if c.id == id)

    def service(self, id: str) -> ServiceView:
        return next(s for s in self.view().services if s.id == id)

    def ticket(self, id_or_number: str) -> TicketView:
        found = ticket_view(self.hall, id_or_number, self.now())
        assert found is not None
        return found

    def why(self, counter: str, ticket: str = "") -> dict:
        return why(self.hall, counter, self.now(), ticket)

    def called_at(self, counter: str) -> str:
        ticket = self.counter(counter).ticket
        return ticket.number if ticket else ""

    def replayed(self) -> Hall:
        """Another hall, folded from the journal as it travels: as JSON."""
        hall = Hall(self.plan)
        for event, stamp in self.journal:
            hall.apply(from_json(type_of(type(event)), to_json(event)), stamp)
        return hall


def everything(hall: Hall) -> tuple:
    """The whole state, comparable."""
    books = []
    for book in (hall.book, hall.feedback):
        books.append({k: dict(v) if isinstance(v, dict) else v for k, v in vars(book).items()})
    return (hall.seq, books[0].pop("heard")), [*books, day_sheet(hall.tally)]


def kinds(events: tuple[Event, ...]) -> list[str]:
    return [type(e).__name__ for e in events]


def request(key: str = "POST /api/v1/tickets 1", digest: str = "00") -> Request:
    return Request(key, digest) if key else NO_REQUEST
