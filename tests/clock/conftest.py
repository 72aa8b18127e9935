"""A clock bench: journal and registrar on disk, and a box whose clock a test sets, loses and gets back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge.hall import events as ev
from edge.hall.commands import Command, OpenDay, TakeTicket, Tick
from edge.hall.plan import Counter, HallPlan, Service
from edge.hall.views import HallView
from edge.hall.words import TIMER, By, Door, Now
from edge.journal import Journal
from edge.registrar import Registrar

KIOSK, DESK = By(Door.KIOSK, "k1"), By(Door.HTTP, "desk")
START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PLAN = HallPlan(
    county="999001",
    hall="999001001",
    name="示例镇便民服务中心",
    services=(Service("social", "社会保障", "A"),),
    counters=(Counter("1", "1号窗口", ("social",)),),
)
OVER = (ev.TicketExpired, ev.ServiceFinished, ev.TicketCancelled, ev.TicketServedByHand)


class Box:
    """Its clock stands where it is set; only `trusted`, the product's own function, judges it."""

    def __init__(self, folder: Path, plan: HallPlan = PLAN) -> None:
        self.plan, self._path = plan, folder / "journal.db"
        self._zone = ZoneInfo(plan.timezone)
        self.at, self.uptime_s, self.boot, self.ntp = START, 20.0, "boot-0", False
        self.given: list[str] = []
        self.registrar: Registrar | None = None

    # --- the box ---

    def read(self) -> Now:
        at = self.at
        return Now(
            at, at.astimezone(self._zone).date(), trusted=self.ntp, boot=self.boot, uptime_s=self.uptime_s
        )

    def go(self, **span: float) -> None:
        """Time passes."""
        step = timedelta(**span)
        self.at, self.uptime_s = self.at + step, self.uptime_s + step.total_seconds()

    def starts(self, boot: str = "", at: datetime | None = None) -> None:
        """The program starts, with `boot` after a power cut; it does what the daemon does."""
        self.off()
        if boot:
            self.boot, self.uptime_s = boot, 20.0
        self.at = at or self.at
        self._journal = Journal(self._path, source=f"/{self.plan.county}/{self.plan.hall}")
        self.registrar = Registrar(self._journal, self.plan, self.read, tick_s=3600)
        self.registrar.start()
        self.registrar.note(ev.DaemonStarted(version="1", boot=self.boot))

    def off(self) -> None:
        if self.registrar:
            self.registrar.stop()
            self._journal.close()
            self.registrar = None

    # --- the hall ---

    def ask(self, command: Command) -> tuple[ev.Event, ...]:
        assert self.registrar
        return self.registrar.ask(command).events

    def tick(self) -> HallView:
        """A turn of the registrar; a device's word makes it look at the clock again."""
        self.ask(Tick(by=TIMER))
        assert self.registrar
        self.registrar.note(ev.DeviceChanged(device="board-1", state="ok"))
        return self.view

    @property
    def view(self) -> HallView:
        assert self.registrar
        return self.registrar.view

    def take(self, n: int = 1) -> list[str]:
        """Ids of so many numbers; never refused, never given before."""
        ids = []
        for _ in range(n):
            issued = self.ask(TakeTicket(by=KIOSK, service="social"))[-1]
            assert isinstance(issued, ev.TicketIssued)
            assert issued.ticket not in self.given
            self.given.append(issued.ticket)
            ids.append(issued.ticket)
        return ids

    def says(self, local: str) -> tuple[ev.Event, ...]:
        """Somebody says what day it is: `2026-11-23T10:00`."""
        day, _, time = local.partition("T")
        return self.ask(OpenDay(by=DESK, date=day, time=time))

    def events(self) -> list[ev.Event]:
        return [e.event for e in self._journal.read_after(0, 100_000)]

    def days(self) -> list[str]:
        return [e.date for e in self.events() if isinstance(e, ev.DayOpened)]

    def lost(self) -> set[str]:
        """Numbers whose holder neither is in the hall nor has an end in the journal: there must be none."""
        assert self.registrar
        ended = {e.ticket for e in self.events() if isinstance(e, OVER)}
        return {id for id in self.given if id not in ended and not self.registrar.ticket(id)}

    def check(self) -> None:
        """What must hold whatever the clock did."""
        assert self.lost() == set()
        assert self.days() == sorted(self.days())
        on_a_day: dict[tuple[str, str], int] = {}
        day = ""
        for event in self.events():
            if isinstance(event, ev.DayOpened):
                day = event.date
            if isinstance(event, ev.TicketIssued):
                on_a_day[day, event.number] = on_a_day.get((day, event.number), 0) + 1
        assert set(on_a_day.values()) <= {1}


@pytest.fixture
def open_box(tmp_path: Path) -> Iterator[Callable[..., Box]]:
    """A box on the test's own folder, running; `plan` fields may be replaced."""
    boxes: list[Box] = []

    def open_(**more: object) -> Box:
        boxes.append(Box(tmp_path, replace(PLAN, **more)))
        boxes[-1].starts()
        return boxes[-1]

    yield open_
    for box in boxes:
        box.off()


@pytest.fixture
def box(open_box: Callable[..., Box]) -> Box:
    return open_box()
