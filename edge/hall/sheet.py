"""The day's sheet: counts of one business day from its events, frozen at its close.

It needs no plan and no other book, so that a report makes the same sheet from a journal alone.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from edge.hall import events as ev
from edge.hall.event_values import SheetLine
from edge.hall.words import CounterId, Door, ServiceId, Stamp, TicketId, TicketNumber, day_of

SCORES = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Leg:
    """One time at a counter."""

    service: ServiceId
    counter: CounterId
    waited_s: float | None = None
    """Only of the first one, and only where it can be told: a wait is counted once."""
    missed: bool = False
    finished: bool = False


@dataclass(frozen=True)
class Visit:
    """A ticket, as far as it counts."""

    service: ServiceId
    """That it waits for, or had last."""
    taken_for: ServiceId
    since: Stamp | None
    """Waits since; None: its first wait is over, or cannot be told."""
    carried: bool = False
    rated_before: bool = False
    """On a day before this one, whose sheet has it."""
    legs: tuple[Leg, ...] = ()
    over: str = ""
    """`by_hand|cancelled|expired`, where it ended without a counter."""
    score: int = 0
    """0: not rated."""
    rated_at: CounterId = ""

    @property
    def served(self) -> Leg | None:
        """Where it was served last."""
        return next((leg for leg in reversed(self.legs) if leg.finished), None)

    @property
    def end(self) -> str:
        """One word for each ticket, so that they add up: `served`, `by_hand`, `no_show`, … or `open`."""
        if self.served:
            return "served"
        if self.over in ("cancelled", "expired") and self.legs and self.legs[-1].missed:
            return "no_show"
        return self.over or "open"

    @property
    def last_service(self) -> ServiceId:
        return self.served.service if self.served else self.service

    @property
    def last_counter(self) -> CounterId:
        """Empty: never called."""
        last = self.served or (self.legs[-1] if self.legs else None)
        return last.counter if last else ""

    @property
    def rated_service(self) -> ServiceId:
        at = next((leg for leg in reversed(self.legs) if leg.counter == self.rated_at), None)
        return at.service if at else self.last_service


@dataclass
class Tally:
    """Changed by `count` alone."""

    day: str = ""
    visits: dict[TicketId, Visit] = field(default_factory=dict)
    calls: tuple[tuple[ServiceId, CounterId], ...] = ()
    """Every call that was not taken back, without recalls."""
    cuts: tuple[tuple[Stamp, Stamp], ...] = ()
    """From the last sign of life to the machine's return."""
    heard: Stamp | None = None
    silence: Stamp | None = None
    """As in book 1: the last sign of life before a start, until a person does something."""

    def copy(self) -> "Tally":
        return replace(self, visits=dict(self.visits))

    def waited_s(self, since: Stamp, until: Stamp) -> float:
        """Seconds in which the machine was there."""
        there_s = 0.0
        for last, back in self.cuts:
            if since.seq <= last.seq:
                there_s += since.age_s(last)
                since = back
        return there_s + since.age_s(until)


def count(tally: Tally, event: ev.Event, stamp: Stamp) -> None:
    """Count one event; about a ticket that is not of the day it counts nothing."""
    if isinstance(event, ev.PowerReturned):
        _power_returned(tally, stamp)
    elif isinstance(event, ev.DayOpened):
        _day_opened(tally, event)
    elif isinstance(event, ev.TicketIssued):
        TicketNumber.parse(event.number)  # an impossible one: ValueError before anything is changed
        tally.visits[event.ticket] = Visit(event.service, event.service, _taken(event, stamp))
    elif isinstance(event, ev.TicketCarried):
        tally.visits[event.ticket] = _carried(event)
    elif isinstance(event, ev.DaemonStarted):
        tally.silence = tally.heard
    else:
        _of_ticket(tally, event, stamp)
    if event.by.door not in (Door.DAEMON, Door.TIMER):
        tally.silence = None
    tally.heard = stamp


def _of_ticket(tally: Tally, event: ev.Event, stamp: Stamp) -> None:
    handler, ticket = _HANDLERS.get(type(event)), getattr(event, "ticket", "")
    visit = tally.visits.get(ticket)
    if handler and visit:
        tally.visits[ticket] = handler(tally, visit, event, stamp)


def day_sheet(tally: Tally) -> ev.DaySheet:
    """The sheet of what has been counted, whole and by service and counter."""
    visits = tuple(tally.visits.values())
    services = {s for v in visits for s in (v.taken_for, v.service, *(leg.service for leg in v.legs))}
    counters = {c for v in visits for c in (v.rated_at, *(leg.counter for leg in v.legs)) if c}
    return ev.DaySheet(
        date=tally.day,
        total=_line("", visits, [v.legs for v in visits], visits, visits, len(tally.calls)),
        services=tuple(_of_service(tally, service, visits) for service in sorted(services)),
        counters=tuple(_of_counter(tally, counter, visits) for counter in sorted(counters)),
    )


def quantile(values: Iterable[float], share: float) -> float | None:
    """The value that so great a share of them does not pass, to a tenth; None of none."""
    ordered = sorted(values)
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1) if ordered else None


def active_rate(ratings: Iterable[int], unrated: int) -> float | None:
    """The share of those served who rated of their own accord; None where nobody was served."""
    rated = sum(ratings)
    return round(rated / (rated + unrated), 4) if rated + unrated else None


def waits_of(tally: Tally) -> Iterator[float]:
    return (leg.waited_s for v in tally.visits.values() for leg in v.legs if leg.waited_s is not None)


# --- lines --------------------------------------------------------------------------------------------------


def _of_service(tally: Tally, service: ServiceId, visits: tuple[Visit, ...]) -> SheetLine:
    """Issued where the number was taken for it; ended where it was for this service at last."""
    return _line(
        service,
        [v for v in visits if v.taken_for == service],
        [tuple(leg for leg in v.legs if leg.service == service) for v in visits],
        [v for v in visits if v.last_service == service],
        [v for v in visits if v.score and v.rated_service == service],
        sum(call[0] == service for call in tally.calls),
    )


def _of_counter(tally: Tally, counter: CounterId, visits: tuple[Visit, ...]) -> SheetLine:
    return _line(
        counter,
        [],
        [tuple(leg for leg in v.legs if leg.counter == counter) for v in visits],
        [v for v in visits if v.last_counter == counter],
        [v for v in visits if v.score and v.rated_at == counter],
        sum(call[1] == counter for call in tally.calls),
    )


def _line(
    of: str,
    taken: Iterable[Visit],
    legs: list[tuple[Leg, ...]],
    ended: Iterable[Visit],
    rated: Iterable[Visit],
    calls: int,
) -> SheetLine:
    taken, ends = list(taken), [v.end for v in ended]
    scores = [v.score for v in rated]
    ratings = tuple(scores.count(score) for score in SCORES)
    # An outcome of its own, never a level (facts: standards §1).
    unrated = sum(not (v.score or v.rated_before) and v.end in ("served", "by_hand") for v in ended)
    waits = [leg.waited_s for some in legs for leg in some if leg.waited_s is not None]
    return SheetLine(
        of=of,
        issued=sum(not v.carried for v in taken),
        carried=sum(v.carried for v in taken),
        called=sum(map(bool, legs)),
        calls=calls,
        served=sum(any(leg.finished for leg in some) for some in legs),
        by_hand=ends.count("by_hand"),
        no_show=ends.count("no_show"),
        cancelled=ends.count("cancelled"),
        expired=ends.count("expired"),
        open=ends.count("open"),
        wait_median_s=quantile(waits, 0.5),
        wait_p90_s=quantile(waits, 0.9),
        ratings=ratings,
        unrated=unrated,
        active_rate=active_rate(ratings, unrated),
    )


# --- the fold -----------------------------------------------------------------------------------------------

Handler: TypeAlias = Callable[[Tally, Visit, Any, Stamp], Visit]


def _day_opened(tally: Tally, event: ev.DayOpened) -> None:
    day_of(event.date)
    if event.date != tally.day:
        tally.visits.clear()
        tally.calls, tally.cuts, tally.silence = (), (), None
    tally.day = event.date


def _power_returned(tally: Tally, stamp: Stamp) -> None:
    if tally.heard is not None:
        is_other_boot = tally.heard.boot != stamp.boot
        last = tally.heard if is_other_boot or tally.silence is None else tally.silence
        tally.cuts = (*tally.cuts, (last, stamp))


def _taken(event: ev.TicketIssued, stamp: Stamp) -> Stamp:
    """When the number was given: now, or when it was written by hand."""
    if not event.taken_at:
        return stamp
    at = datetime.fromisoformat(event.taken_at)
    earlier_s = (stamp.at - at) / timedelta(seconds=1)
    return replace(stamp, at=at, uptime_s=stamp.uptime_s - earlier_s)


def _carried(event: ev.TicketCarried) -> Visit:
    """Called already on the day before, its wait was counted there."""
    since = event.issued
    at_counter = event.state in ("called", "serving", "held")
    is_first = event.state == "waiting" and not (event.returned or event.misses)
    legs = (Leg(event.service, event.counter, missed=event.state == "no_show"),) if event.counter else ()
    return Visit(
        event.service,
        event.service,
        since if is_first else None,
        carried=True,
        rated_before=event.rated,
        legs=legs if at_counter or event.state == "no_show" else (),
    )


def _called(tally: Tally, visit: Visit, event: ev.TicketCalled, stamp: Stamp) -> Visit:
    waited_s = round(tally.waited_s(visit.since, stamp), 3) if visit.since and not visit.legs else None
    tally.calls = (*tally.calls, (visit.service, event.counter))
    return replace(visit, legs=(*visit.legs, Leg(visit.service, event.counter, waited_s)), over="")


def _call_undone(tally: Tally, visit: Visit, event: ev.CallUndone, stamp: Stamp) -> Visit:
    call = (visit.service, event.counter)
    if call not in tally.calls or not visit.legs:
        return visit
    last = len(tally.calls) - 1 - tally.calls[::-1].index(call)
    tally.calls = (*tally.calls[:last], *tally.calls[last + 1 :])
    return replace(visit, legs=visit.legs[:-1])


def _missed(tally: Tally, visit: Visit, event: ev.TicketMissed, stamp: Stamp) -> Visit:
    return _last_leg(visit, missed=True)


def _resumed(tally: Tally, visit: Visit, event: ev.TicketResumed, stamp: Stamp) -> Visit:
    """Taken up elsewhere, it is served there."""
    return _last_leg(visit, counter=event.counter, missed=False)


def _transferred(tally: Tally, visit: Visit, event: ev.TicketTransferred, stamp: Stamp) -> Visit:
    return replace(visit, service=event.service)


def _started(tally: Tally, visit: Visit, event: ev.ServiceStarted, stamp: Stamp) -> Visit:
    return _last_leg(visit, missed=False)


def _finished(tally: Tally, visit: Visit, event: ev.ServiceFinished, stamp: Stamp) -> Visit:
    return _last_leg(visit, finished=True, missed=False)


def _continued(tally: Tally, visit: Visit, event: ev.TicketContinued, stamp: Stamp) -> Visit:
    return replace(_last_leg(visit, finished=True, missed=False), service=event.service)


def _reopened(tally: Tally, visit: Visit, event: ev.ServiceReopened, stamp: Stamp) -> Visit:
    again = _last_leg(visit, finished=False)
    return replace(again, service=again.legs[-1].service if again.legs else again.service)


def _rated(tally: Tally, visit: Visit, event: ev.ServiceRated, stamp: Stamp) -> Visit:
    is_score = event.score in SCORES and not visit.score
    return replace(visit, score=event.score, rated_at=event.counter) if is_score else visit


def _over(how: str) -> Handler:
    return lambda tally, visit, event, stamp: replace(visit, over=how)


def _last_leg(visit: Visit, **change: Any) -> Visit:
    if not visit.legs:
        return visit
    return replace(visit, legs=(*visit.legs[:-1], replace(visit.legs[-1], **change)))


_HANDLERS: dict[type[ev.Event], Handler] = {
    ev.TicketCalled: _called,
    ev.CallUndone: _call_undone,
    ev.TicketMissed: _missed,
    ev.TicketResumed: _resumed,
    ev.TicketTransferred: _transferred,
    ev.ServiceStarted: _started,
    ev.ServiceFinished: _finished,
    ev.TicketContinued: _continued,
    ev.ServiceReopened: _reopened,
    ev.ServiceRated: _rated,
    ev.TicketCancelled: _over("cancelled"),
    ev.TicketExpired: _over("expired"),
    ev.TicketServedByHand: _over("by_hand"),
}
