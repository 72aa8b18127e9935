"""How long people will wait: the open counters are let work through the lines, as the rule would have it.

Each counter calls whoever is next by `policy`; he comes, and keeps it as long as his service took lately. As
many more come as came lately, and those who go first do so. What pauses and cuts took is in none of these
times, and a paused counter does not help. Where too little is known, there is no estimate.
"""

import heapq
import math
from collections import Counter as Counted
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean, median, pvariance
from typing import TypeAlias

from edge.hall.book import Book, CounterNow, Ticket
from edge.hall.plan import Counter
from edge.hall.policy import Newcomer, is_priority, key, run_after
from edge.hall.words import CounterId, Now, ServiceId, TicketId

MIN_SAMPLES = 5
"""With fewer times of a service an estimate would be a guess."""
MOST_CALLS = 300
"""Who is farther back gets no estimate: by then all will be different."""
LEAST_P90_S = 60.0
"""A clerk may take a moment to press the key, even when nobody else waits."""
_OUTLIER = 4.0
"""A time longer than so many medians is one that somebody forgot to end; it counts as so many."""
_UNKNOWN = 0.6
# What no sample tells: who will come and go first, which counter will pause. A part of the wait, found on
# simulated market days (tests/hall/test_hall_waits.py).
_Z90 = 1.2816
_LAST = float(1 << 60)
"""A place in time behind everybody's."""
LATELY_S = 1800.0
"""How many will come is guessed from those who came within this time."""


_Person: TypeAlias = Ticket | Newcomer
_Line: TypeAlias = dict[tuple[bool, str], deque[_Person]]
"""Who waits in one line, by `returned` and priority: only the heads can be next."""


@dataclass(frozen=True)
class Wait:
    median_s: int
    p90_s: int
    """Nine of ten wait no longer."""


@dataclass(frozen=True)
class Waits:
    """From now on. Who is not in it has no estimate."""

    tickets: Mapping[TicketId, Wait] = field(default_factory=dict)
    newcomers: Mapping[ServiceId, Wait] = field(default_factory=dict)
    """For somebody without priority who took a number now."""


@dataclass(frozen=True)
class _Times:
    """How long one service, or any, took lately."""

    samples: tuple[float, ...]
    mean_s: float
    variance: float

    def left_s(self, age_s: float) -> float:
        """How long somebody who is there since `age_s` still stays, on average."""
        rests = [s - age_s for s in self.samples if s > age_s]
        return fmean(rests) if rests else self.mean_s / 2


@dataclass(order=True)
class _Desk:
    """An open counter in the play."""

    free_s: float
    """When it calls next."""
    n: int
    planned: Counter = field(compare=False)
    services: tuple[ServiceId, ...] = field(compare=False)
    lines: list[_Line] = field(compare=False)
    run: int = field(compare=False)
    variance: float = field(default=0.0, compare=False)
    """Of `free_s`."""


@dataclass(order=True)
class _Coming:
    """Somebody who will take a number after so many seconds, and the like of him after him."""

    at_s: float
    every_s: float
    who: Newcomer = field(compare=False)

    def following(self) -> "_Coming":
        return replace(self, at_s=self.at_s + self.every_s)


def forecast(book: Book, now: Now, only: TicketId = "") -> Waits:
    """Everybody's wait, or with `only` no more than what it takes to know that ticket's."""
    if sum(map(len, book.times_s.values())) < MIN_SAMPLES:
        return Waits()
    return _Play(book, now).run(only)


class _Play:
    def __init__(self, book: Book, now: Now) -> None:
        self._book, self._plan, self._times = book, book.plan, _times(book)
        self._comes_s = book.plan.rules.start_after_call_s
        self._waiting = sum(1 for _ in book.all_waiting())
        self._tickets: dict[TicketId, Wait] = {}
        self._newcomers: dict[ServiceId, Wait] = {}
        self._lines = {service: _piles(book, book.lines.get(service, ())) for service in self._times}
        self._sent = {id: _piles(book, ids) for id, ids in book.sent.items()}
        working = [c.id for c in book.plan.counters if c.takes_tickets and _works(book.counter(c.id))]
        self._desks = [self._desk(book, n, id, now) for n, id in enumerate(working)]
        self._sharing = Counted(s for d in self._desks for s in d.services)
        self._coming = _coming(book, now)

    def _desk(self, book: Book, n: int, id: CounterId, now: Now) -> _Desk:
        planned, at = book.planned(id), book.counter(id)
        services = book.plan.services_of(planned)
        own = (id, *(c.id for c in book.held_at(id)))
        piles = [*(self._lines[s] for s in services), *(self._sent[c] for c in own if c in self._sent)]
        desk = _Desk(0.0, n, planned, services, piles, at.priority_run)
        ticket = book.tickets.get(at.ticket)
        if ticket and (times := self._times.get(ticket.service)):
            here_s = book.between_s(ticket.started, now) if ticket.started else 0.0
            desk.free_s = times.left_s(ticket.worked_s + here_s) + (0.0 if ticket.started else self._comes_s)
            desk.variance = times.variance / 2
        return desk

    def run(self, only: TicketId) -> Waits:
        """Let the counters call until everybody who waits has been, or as long as it makes sense."""
        desks, calls = self._desks, 0
        heapq.heapify(desks)
        while desks and calls < MOST_CALLS and not self._is_told(only):
            desk = heapq.heappop(desks)
            self._let_in(desk.free_s)
            ticket = self._next(desk)
            self._tell_newcomers(desk, ticket)
            if ticket is not None:
                calls += 1
                self._call(desk, ticket)
            elif not self._waits_for_more(desk):
                continue
            heapq.heappush(desks, desk)
        return self._told()

    def _told(self) -> Waits:
        """What was found out, for services of which enough is known."""
        known = {s for s, samples in self._book.times_s.items() if len(samples) >= MIN_SAMPLES}
        of = self._book.tickets
        return Waits(
            {id: wait for id, wait in self._tickets.items() if of[id].service in known},
            {id: wait for id, wait in self._newcomers.items() if id in known},
        )

    def _is_told(self, only: TicketId) -> bool:
        if only:
            return only in self._tickets
        return len(self._tickets) == self._waiting and len(self._newcomers) == len(self._sharing)

    def _let_in(self, until_s: float) -> None:
        while self._coming and self._coming[0].at_s <= until_s:
            coming = heapq.heappop(self._coming)
            pile = self._lines[coming.who.service].setdefault((False, coming.who.priority), deque())
            pile.append(replace(coming.who, place=_LAST + coming.at_s))
            heapq.heappush(self._coming, coming.following())

    def _waits_for_more(self, desk: _Desk) -> bool:
        """An idle counter looks up when the next one comes; False: for it nobody will."""
        arrivals = [c.at_s for c in self._coming if c.who.service in desk.services]
        desk.free_s = min(arrivals, default=0.0)
        return bool(arrivals)

    def _next(self, desk: _Desk) -> _Person | None:
        piles = [pile for line in desk.lines for pile in line.values() if pile]
        if desk.run >= self._plan.rules.priority_in_a_row:
            piles = [pile for pile in piles if not is_priority(self._plan, pile[0])] or piles
        if not piles:
            return None
        return min(piles, key=lambda pile: key(self._plan, desk.planned, pile[0])).popleft()

    def _call(self, desk: _Desk, ticket: _Person) -> None:
        if isinstance(ticket, Ticket):
            self._tickets[ticket.id] = self._wait(desk, ticket.service)
        times = self._times[ticket.service]
        desk.free_s += self._comes_s + times.mean_s
        desk.variance += times.variance
        desk.run = run_after(self._plan, ticket, desk.run)

    def _tell_newcomers(self, desk: _Desk, ticket: _Person | None) -> None:
        for service in desk.services:
            if service not in self._newcomers:
                newcomer = key(self._plan, desk.planned, Newcomer(service, "", place=_LAST))
                if ticket is None or newcomer < key(self._plan, desk.planned, ticket):
                    self._newcomers[service] = self._wait(desk, service)

    def _wait(self, desk: _Desk, service: ServiceId) -> Wait:
        """The time at which a counter is free, as a lognormal with this mean."""
        mean_s = desk.free_s
        if mean_s <= 0:
            return Wait(0, round(LEAST_P90_S))
        variance = desk.variance / max(self._sharing[service], 1) + (_UNKNOWN * mean_s) ** 2
        spread = math.sqrt(math.log1p(variance / mean_s**2))
        half_s = mean_s * math.exp(-(spread**2) / 2)
        return Wait(round(half_s), round(max(half_s * math.exp(_Z90 * spread), LEAST_P90_S)))


def _coming(book: Book, now: Now) -> list[_Coming]:
    """Those who will come, as many of each kind as came lately."""
    kinds: Counted[tuple[ServiceId, str]] = Counted()
    for ticket in reversed(book.tickets.values()):
        if ticket.issued.age_s(now) > LATELY_S:
            break
        kinds[ticket.service, ticket.priority] += 1
    coming = [
        _Coming(LATELY_S / n / 2, LATELY_S / n, Newcomer(service, priority))
        for (service, priority), n in kinds.items()
    ]
    heapq.heapify(coming)
    return coming


def _works(at: CounterNow) -> bool:
    return at.is_open and not at.is_paused


def _piles(book: Book, ids: Iterable[TicketId]) -> _Line:
    """One line, which is in the order of time, by priority."""
    piles: _Line = {}
    for ticket in (book.tickets[id] for id in ids):
        piles.setdefault((ticket.returned, ticket.priority), deque()).append(ticket)
    return piles


def _times(book: Book) -> dict[ServiceId, _Times]:
    """Of every service, also one that the plan has no more: its own, or those of the hall if too few."""
    usual = _measured([s for samples in book.times_s.values() for s in samples])
    known = {s: _measured(samples) for s, samples in book.times_s.items() if len(samples) >= MIN_SAMPLES}
    services = {s.id for s in book.plan.services} | {t.service for t in book.tickets.values()}
    return {service: known.get(service, usual) for service in services}


def _measured(samples: Sequence[float]) -> _Times:
    most = _OUTLIER * median(samples)
    capped = tuple(min(s, most) for s in samples)
    return _Times(capped, fmean(capped), pvariance(capped))
