"""A market day out of dice: people come, are called, served or not there; and how long each really waited."""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from hall_scenario import KIOSK, Scene

from edge.hall import commands as cmd
from edge.hall.events import TicketCalled, TicketIssued
from edge.hall.plan import Counter, HallPlan, Kiosk, Service

HOUR_S = 3600.0
MEANS_S = {"social": 420.0, "medical": 360.0, "household": 600.0, "civil": 540.0, "land": 780.0}
"""Of service times, lognormal."""
SHARES = {"social": 5, "medical": 4, "household": 2, "civil": 2, "land": 1}
SPREAD = 0.6
NAMES = {"social": "社保", "medical": "医保", "household": "户籍", "civil": "民政", "land": "国土"}


def plan(counters: int) -> HallPlan:
    """Two kinds of counters with a few services each, and every third a general one."""
    kinds = [("social", "medical"), ("household", "civil", "social"), ("medical", "land", "social")]
    made = [Counter(str(n), f"{n}号窗口", kinds[n % 3], general=n % 3 == 0) for n in range(1, counters + 1)]
    services = tuple(Service(id, NAMES[id], prefix) for id, prefix in zip(MEANS_S, "ABCDE", strict=True))
    return HallPlan(
        county="510000",
        hall="510000001",
        name="示例镇便民服务中心",
        services=services,
        counters=tuple(made),
        kiosks=(Kiosk("k1"),),
        priorities=("elderly", "soldier"),
    )


@dataclass
class Said:
    """What a ticket was told at its issue, and what came of it."""

    at_s: float
    median_s: int | None
    p90_s: int | None
    waited_s: float | None = None


@dataclass
class MarketDay:
    """From 9:00 on, for some hours of arrivals; then until the last one is gone."""

    seed: int
    counters: int
    load: float = 0.95
    """Arrivals as a part of what the counters can serve, over the whole day."""
    hours: float = 6.0
    told: dict[str, Said] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.scene = Scene(plan(self.counters))
        self.at_s = 0.0
        self._n = 0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._pauses: dict[str, float] = {}

    def play(self) -> "MarketDay":
        for counter in self.scene.plan.counters:
            self.scene.open(counter.id)
            self._at(self.dice.uniform(0, 60), lambda id=counter.id: self._call(id))
            for _ in range(self.dice.randint(0, 2)):
                self._at(self.dice.uniform(0, self.hours * HOUR_S), lambda id=counter.id: self._go(id))
        for at_s in self._arrivals():
            self._at(at_s, self._come)
        while self._due:
            at_s, _, happens = heapq.heappop(self._due)
            self.scene.wait(at_s - self.at_s)
            self.at_s = at_s
            happens()
        return self

    def _at(self, at_s: float, happens: Callable[[], None]) -> None:
        self._n += 1
        heapq.heappush(self._due, (max(at_s, self.at_s), self._n, happens))

    def _arrivals(self) -> list[float]:
        """A peak in the first third, then fewer and fewer."""
        usual_s = sum(MEANS_S[s] * n for s, n in SHARES.items()) / sum(SHARES.values())
        people = round(self.load * self.counters * self.hours * HOUR_S / (usual_s + 25))
        return [self.dice.triangular(0, self.hours * HOUR_S, self.hours * HOUR_S / 4) for _ in range(people)]

    def _come(self) -> None:
        service = self.dice.choices(list(SHARES), list(SHARES.values()))[0]
        priority = self.dice.choices(["", "elderly", "soldier"], [88, 10, 2])[0]
        take = cmd.TakeTicket(by=KIOSK, service=service, priority=priority, kiosk="k1")
        for event in self.scene.do(take):
            if isinstance(event, TicketIssued):
                told = self.scene.ticket(event.ticket)
                self.told[event.ticket] = Said(self.at_s, told.estimated_wait_s, told.estimated_wait_p90_s)

    def _call(self, counter: str) -> None:
        """顺呼: the next one, when there is one; the clerk looks up again after a while."""
        hall = self.scene.hall
        if counter in self._pauses:
            self._finish(counter)
            self.scene.at_counter(cmd.PauseCounter, counter, reason="leave")
            self._at(self.at_s + self._pauses.pop(counter), lambda: self._come_back(counter))
            return
        planned = hall.book.planned(counter)
        if not any(hall.book.waiting_for(planned)):
            self._finish(counter)
            if self.at_s < self.hours * HOUR_S or any(hall.book.all_waiting()):
                self._at(self.at_s + self.dice.uniform(3, 15), lambda: self._call(counter))
            return
        called = next(e for e in self.scene.next(counter) if isinstance(e, TicketCalled))
        said = self.told[called.ticket]
        if said.waited_s is None:
            said.waited_s = self.at_s - said.at_s
        self._serve(counter, called)

    def _finish(self, counter: str) -> None:
        if self.scene.hall.book.ticket_at(counter):
            self.scene.at_counter(cmd.FinishService, counter)

    def _serve(self, counter: str, called: TicketCalled) -> None:
        if self.dice.random() < 0.06:
            self._at(self.at_s + self.dice.uniform(60, 150), lambda: self._miss(counter))
            return
        mean_s = MEANS_S[self.scene.hall.book.tickets[called.ticket].service]
        self._at(self.at_s + 20.5, self.scene.tick)
        walk_s, took_s = self.dice.uniform(8, 40), mean_s * self.dice.lognormvariate(-(SPREAD**2) / 2, SPREAD)
        self._at(self.at_s + walk_s + took_s, lambda: self._call(counter))

    def _miss(self, counter: str) -> None:
        self.scene.at_counter(cmd.MarkNoShow, counter)
        self._call(counter)

    def _go(self, counter: str) -> None:
        """A leave of some minutes, once the present one is done."""
        self._pauses[counter] = self.dice.uniform(5, 25) * 60

    def _come_back(self, counter: str) -> None:
        self.scene.open(counter)
        self._call(counter)
