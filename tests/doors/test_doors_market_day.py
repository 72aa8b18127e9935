"""A whole market day through the real door: 600 tickets, 8 counters, every verb, and the sheet at its end."""

import random
import re
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from conftest import PLAN, Builder, House, Json

from edge.doors.pair_routes import PAIRING
from edge.doors.routes import API, OF_DESK, ROUTES
from edge.hall.events import DaySheet, TicketIssued
from edge.hall.plan import Counter, HallPlan, Post, Service

TICKETS, AGENTS, BY_HAND = 600, 60, 5
KIOSKS = 3
SERVICES = {"social": "A", "relief": "B", "medical": "C", "land": "D"}
MARKET: HallPlan = replace(
    PLAN,
    services=tuple(Service(id, id, prefix) for id, prefix in SERVICES.items()),
    counters=(
        *(Counter(str(n), f"{n}号窗口", ("social", "medical")) for n in (1, 2, 4)),
        *(Counter(str(n), f"{n}号窗口", ("relief", "land", "social")) for n in (5, 6)),
        *(Counter(str(n), f"{n}号窗口", general=True) for n in (3, 7, 8)),
    ),
    posts=tuple(Post(str(n), f"10{n}") for n in range(1, 9)),
)
_NO_PART = ("/screens/{name}/alive", "/screens/{name}/picture", "/counters/{id}/said")
"""Of no citizen's day; the last is the voice's."""


@dataclass
class Leg:
    """One ticket at one counter."""

    counter: str
    missed: bool = False
    finished: bool = False


@dataclass
class Day:
    """What all clients together know from their answers alone."""

    house: House
    issued: dict[str, str] = field(default_factory=dict)
    """Ticket to the service it was taken for."""
    legs: dict[str, list[Leg]] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    by_hand: set[str] = field(default_factory=set)
    scores: dict[str, int] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)
    answers: Tally[int] = field(default_factory=Tally)
    lock: threading.Lock = field(default_factory=threading.Lock)
    all_taken: threading.Event = field(default_factory=threading.Event)

    def post(self, path: str, body: Json | None = None, key: str = "") -> tuple[int, Json]:
        answer = self.house.ask.post(API + path, body or {}, key)
        with self.lock:
            self.answers[answer.status] += 1
            self.tried.add(re.sub("^/(counters|tickets|captures)/[^/]+/", r"/\1/{id}/", path))
        assert answer.status < 300 or answer.status == 409, (path, body, answer.content)
        return answer.status, answer.json

    def done(self, path: str, body: Json | None = None, key: str = "") -> Json:
        status, answer = self.post(path, body, key)
        assert status < 300, (path, answer)
        return answer

    def takes(self, ticket: Json, service: str) -> None:
        with self.lock:
            assert ticket["id"] not in self.issued
            self.issued[ticket["id"]] = service

    def served(self, counter: str = "") -> int:
        return sum(
            any(leg.finished and counter in ("", leg.counter) for leg in legs) for legs in self.legs.values()
        )

    def calls(self, counter: str = "") -> int:
        return sum(counter in ("", leg.counter) for legs in self.legs.values() for leg in legs)

    def ends(self) -> Tally[str]:
        """One word for each ticket that nobody served, as the sheet has it after the close."""
        words = Tally[str]()
        for ticket in self.issued:
            legs = self.legs.get(ticket, [])
            if any(leg.finished for leg in legs):
                continue
            if ticket in self.by_hand:
                words["by_hand"] += 1
            elif legs and legs[-1].missed:
                words["no_show"] += 1
            else:
                words["cancelled" if ticket in self.cancelled else "expired"] += 1
        return words


def kiosk(day: Day, n: int, tickets: int) -> None:
    """One citizen after another; some come for several things, some think again, some press twice."""
    dice = random.Random(n)
    for i in range(tickets):
        service = dice.choice(list(SERVICES))
        body: Json = {"service": service, "kiosk": "k1", "priority": dice.choice(["", "", "", "elderly"])}
        if dice.random() < 0.1:
            body["services"] = [service, *(s for s in SERVICES if s != service)][:2]
        key = f"kiosk-{n}-{i}"
        ticket = day.done("/tickets", body, key)["ticket"]
        day.takes(ticket, service)
        if dice.random() < 0.1:
            assert day.done("/tickets", body, key)["ticket"]["id"] == ticket["id"]
        if dice.random() < 0.05 and day.post(f"/tickets/{ticket['id']}/cancel")[0] == 200:
            with day.lock:
                day.cancelled.add(ticket["id"])


def agent(day: Day, tickets: int) -> None:
    for n in range(tickets // 10):
        service = list(SERVICES)[n % len(SERVICES)]
        for ticket in day.done("/tickets", {"service": service, "count": 10})["tickets"]:
            day.takes(ticket, service)


class Clerk:
    def __init__(self, day: Day, counter: str) -> None:
        self.day, self.counter = day, counter
        self.dice = random.Random(counter)
        self.leg = Leg(counter)
        self.ticket = ""
        """Here, as far as the clerk knows."""

    def verb(self, name: str, body: Json | None = None) -> Json | None:
        """The counter after it, None for a refusal."""
        status, answer = self.day.post(f"/counters/{self.counter}/{name}", body)
        return answer["counter"] if status == 200 else None

    def work(self) -> None:
        self.verb("sign-in", {"staff": f"10{self.counter}"})
        self.verb("open")
        while True:
            is_last_look = self.day.all_taken.is_set()
            if self.call():
                self.serve()
            elif is_last_look:
                break
            else:
                self.day.all_taken.wait(0.005)
        self.verb("sign-out")
        self.verb("close")

    def call(self) -> bool:
        """顺呼, which also ends what is still here."""
        after = self.verb("next")
        if after is None:
            return False
        if self.ticket:
            self.leg.finished = True
        self.arrived(after["ticket"]["id"] if after["ticket"] else "")
        return bool(self.ticket)

    def arrived(self, ticket: str) -> None:
        self.ticket, self.leg = ticket, Leg(self.counter)
        if ticket:
            with self.day.lock:
                self.day.legs.setdefault(ticket, []).append(self.leg)

    def serve(self) -> None:
        chance = self.dice.random()
        if chance < 0.04 and self.verb("undo"):
            with self.day.lock:
                self.day.legs[self.ticket].remove(self.leg)
            self.ticket = ""
            return
        if chance > 0.9:
            self.verb("recall")
        if 0.04 <= chance < 0.12 and self.verb("no-show"):
            self.leg.missed, self.ticket = True, ""
            return
        self.verb("start")
        if 0.12 <= chance < 0.2 and self.verb("transfer", {"service": self.dice.choice(list(SERVICES))}):
            self.ticket = ""
            return
        if 0.2 <= chance < 0.3:
            assert self.verb("hold")
            assert self.verb("resume")
        if 0.3 <= chance < 0.35:
            self.verb("pause", {"reason": "leave"})
            self.verb("open")
        if self.counter == "3" and chance > 0.8:
            self.day.done(f"/counters/{self.counter}/camera/auto", {"on": False})
            page = self.day.done(f"/counters/{self.counter}/captures")["capture"]["id"]
            self.day.done(f"/captures/{page}/move", {"counter": self.counter})
            self.day.done(f"/captures/{page}/remove", {"counter": self.counter})
        if chance < 0.7:
            self.finish(chance)

    def finish(self, chance: float) -> None:
        assert self.verb("finish")
        self.leg.finished = True
        if chance > 0.6 and self.verb("reopen"):
            assert self.verb("finish")
        elif chance < 0.3:
            self.rated(1 + self.dice.randrange(5))
        self.ticket = ""

    def rated(self, score: int) -> None:
        code = self.day.house.codes.code(self.ticket)
        if self.day.post("/ratings", {"code": code, "score": score})[0] == 201:
            with self.day.lock:
                self.day.scores[self.ticket] = score


def before_the_doors_open(day: Day) -> None:
    """The manager's verbs, and numbers that were written by hand."""
    day.done("/day/open", {"date": "2026-11-23", "time": "10:00"})
    day.done("/day/numbers", {"service": "land", "last": 20})
    for n in range(1, BY_HAND + 1):
        day.takes(day.done("/hall/key-in", {"number": f"H{n:02d}", "service": "social"})["ticket"], "social")
    clerk = Clerk(day, "8")
    clerk.verb("open")
    clerk.verb("call", {"ticket": "H01"})
    clerk.arrived(next(iter(day.issued)))
    clerk.finish(1.0)
    assert day.done("/counters/7/cover", {"at": "8"})["counter"]["served_at"] == "8"
    day.done("/counters/7/uncover")


def last_things(day: Day) -> None:
    """Somebody comes too late, somebody was served while nobody looked."""
    for n in range(2):
        ticket = day.done("/tickets", {"service": "relief"})["ticket"]
        day.takes(ticket, "relief")
        if n == 0:
            served = day.done("/hall/served-by-hand", {"service": "relief", "up_to": ticket["number"]})
            day.by_hand.update(served["tickets"])
    assert day.post(f"/tickets/{ticket['id']}/reprint")[0] == 200
    assert day.post(f"/tickets/{ticket['id']}/paper", {"state": "printed"})[0] == 409, "it is not in doubt"
    assert day.post("/hall/clear")[0] == 409, "nothing was cut"
    day.done("/hall/print-waiting")
    day.done("/day/close")


def together(*jobs: Callable[[], None]) -> None:
    """All at once; the first fault of any of them is the test's."""
    faults: list[BaseException] = []

    def guarded(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=guarded, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def test_a_market_day_through_the_door_ends_with_the_sheet_that_the_clients_counted(build: Builder):
    day = Day(build(plan=MARKET))
    began = time.monotonic()
    before_the_doors_open(day)

    def taking() -> None:
        each = (TICKETS - AGENTS - BY_HAND - 2) // KIOSKS
        rest = TICKETS - AGENTS - BY_HAND - 2 - each * (KIOSKS - 1)
        try:
            kiosks = [lambda n=n: kiosk(day, n, rest if n == 0 else each) for n in range(KIOSKS)]
            together(*kiosks, lambda: agent(day, AGENTS))
        finally:
            day.all_taken.set()

    together(taking, *(Clerk(day, counter.id).work for counter in MARKET.counters))
    last_things(day)
    print(f"{sum(day.answers.values())} calls in {time.monotonic() - began:.1f} s: {dict(day.answers)}")

    verbs = {r.path.removeprefix(API) for r in ROUTES if r.method == "POST" and r not in OF_DESK + PAIRING}
    assert day.tried == verbs.difference(_NO_PART)
    entries = day.house.journal.read_after(0, 100_000)
    issued = [e.event for e in entries if isinstance(e.event, TicketIssued)]
    assert len(issued) == len(day.issued) == TICKETS
    assert {t.ticket: t.service for t in issued} == day.issued
    assert len({t.number for t in issued}) == TICKETS
    (sheet,) = [e.event for e in entries if isinstance(e.event, DaySheet)]
    total, ends = sheet.total, day.ends()
    assert (total.issued, total.calls, total.called) == (
        TICKETS,
        day.calls(),
        sum(map(bool, day.legs.values())),
    )
    assert (total.served, total.open) == (day.served(), 0)
    told = {word: getattr(total, word) for word in ("by_hand", "no_show", "cancelled", "expired")}
    assert told == {word: ends[word] for word in told}
    assert total.ratings == tuple(Tally(day.scores.values())[score] for score in (1, 2, 3, 4, 5))
    assert {c.of: (c.calls, c.served) for c in sheet.counters} == {
        c.id: (day.calls(c.id), day.served(c.id)) for c in MARKET.counters
    }
    assert {s.of: s.issued for s in sheet.services} == dict(Tally(day.issued.values()))
