"""Book 3: the right to rate. It belongs to the ticket, opens with its service, and is used once.

Rights outlive the day, since a citizen may rate by the code on the slip for some days.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeAlias

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall.plan import HallPlan
from edge.hall.reasons import No
from edge.hall.words import CounterId, Door, Now, Refused, StaffNumber, Stamp, TicketId, TicketState, day_of

SCORES = range(1, 6)
RATED_BEFORE = 0
"""No score, but the word that there was one, on a day that is forgotten."""


@dataclass(frozen=True)
class Right:
    """A ticket that was or is in service, and where last."""

    ticket: TicketId
    day: str
    """The business day of the service, `YYYY-MM-DD`."""
    counter: CounterId
    staff: StaffNumber
    started: Stamp
    by_hand: bool
    """A person said that service had started; else time alone did, and may be wrong."""
    ended: Stamp | None = None
    score: int | None = None
    before: "Right | None" = None
    """The right from its service elsewhere, in case this one turns out not to have begun."""


@dataclass
class Feedback:
    """Changed by `apply` alone."""

    plan: HallPlan
    day: str = ""
    rights: dict[TicketId, Right] = field(default_factory=dict)
    at: dict[CounterId, TicketId] = field(default_factory=dict)
    """In service."""
    last: dict[CounterId, TicketId] = field(default_factory=dict)
    """Whose service ended there last."""
    ids: tuple[TicketId, ...] = ()
    """All tickets with a right, used or not."""

    def copy(self) -> "Feedback":
        return replace(self, rights=dict(self.rights), at=dict(self.at), last=dict(self.last))


# --- decisions ----------------------------------------------------------------------------------------------


def rate_at_counter(book: Feedback, command: cmd.RateAtCounter, now: Now) -> tuple[ev.Event, ...]:
    """Bind a pad's press: to the ticket in service for long enough, else to the one that has just left.

    Where that one is rated already the press is a second one, and is never moved on to somebody before.
    Refused: only_pads_rate, bad_score, no_counter, nothing_to_rate, already_rated.
    """
    if command.by.door is not Door.PAD:
        raise Refused(No.ONLY_PADS_RATE)
    if book.plan.counter(command.counter) is None:
        raise Refused(No.NO_COUNTER, counter=command.counter[:40])
    asked = book.rights.get(command.ticket)
    if asked is not None and asked.score is not None:  # sent again, perhaps long after
        raise Refused(No.ALREADY_RATED)
    right = _bound(book, command.counter, now, command.ticket)
    if right is None:
        raise Refused(No.NOTHING_TO_RATE)
    return _rated(right, command.score)


def rate_by_code(book: Feedback, command: cmd.RateByCode, now: Now) -> tuple[ev.Event, ...]:
    """A citizen's rating by code, for some days.

    Refused: only_pads_rate, bad_score, nothing_to_rate, already_rated, rate_too_late.
    """
    if command.by.door is not Door.CODE:
        raise Refused(No.ONLY_PADS_RATE)
    right = book.rights.get(command.ticket)
    if right is None:
        raise Refused(No.NOTHING_TO_RATE)
    if now.day - day_of(right.day) > timedelta(days=book.plan.rules.rate_by_code_days):
        raise Refused(No.RATE_TOO_LATE, days=book.plan.rules.rate_by_code_days)
    return _rated(right, command.score, command.tags, command.text)


def _bound(book: Feedback, counter: CounterId, now: Now, asked: TicketId) -> Right | None:
    """`asked`: the only one that may be meant; empty: whoever it is."""
    rules = book.plan.rules
    serving = book.rights.get(book.at.get(counter, ""))
    if serving and asked in ("", serving.ticket) and serving.started.age_s(now) >= rules.rate_in_service_s:
        return serving
    last = book.rights.get(asked or book.last.get(counter, ""))
    left = last.ended if last and last.counter == counter else None
    return last if left and left.age_s(now) <= rules.rate_after_finish_s else None


def _rated(right: Right, score: int, tags: tuple[str, ...] = (), text: str = "") -> tuple[ev.Event, ...]:
    if score not in SCORES:
        raise Refused(No.BAD_SCORE, score=score)
    if right.score is not None:
        raise Refused(No.ALREADY_RATED)
    return (
        ev.ServiceRated(
            ticket=right.ticket, counter=right.counter, staff=right.staff, score=score, tags=tags, text=text
        ),
    )


# --- for pads that ask --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ToRate:
    """Whom a counter's pad asks about: who is in service there, else who was served there last."""

    ticket: TicketId
    score: int | None
    left: Stamp | None
    """When the service ended; None: it has not."""


def to_rate(book: Feedback) -> dict[CounterId, ToRate]:
    """By counter; where a ticket has gone on to another one, nobody is asked about it here."""
    found = {}
    for counter in book.plan.counters:
        right = book.rights.get(book.at.get(counter.id) or book.last.get(counter.id, ""))
        if right and right.counter == counter.id:
            found[counter.id] = ToRate(right.ticket, right.score, right.ended)
    return found


# --- the fold -----------------------------------------------------------------------------------------------

Handler: TypeAlias = Callable[[Feedback, Any, Stamp], None]


def apply(book: Feedback, event: ev.Event, stamp: Stamp) -> None:
    handler = _HANDLERS.get(type(event))
    if handler:
        handler(book, event, stamp)


def _day_opened(book: Feedback, event: ev.DayOpened, stamp: Stamp) -> None:
    oldest = day_of(event.date) - timedelta(days=book.plan.rules.rate_by_code_days)
    book.day = event.date
    book.rights = {id: r for id, r in book.rights.items() if day_of(r.day) >= oldest}
    book.ids = tuple(book.rights)


def _day_closed(book: Feedback, event: ev.DayClosed, stamp: Stamp) -> None:
    book.at.clear()
    book.last.clear()


def _started(book: Feedback, event: ev.ServiceStarted, stamp: Stamp) -> None:
    by_hand = event.by.door is not Door.TIMER
    old = book.rights.get(event.ticket)
    if old and old.ended is None:
        book.rights[old.ticket] = replace(old, by_hand=old.by_hand or by_hand)
        return
    score = old.score if old else None
    right = Right(event.ticket, book.day, event.counter, event.staff, stamp, by_hand, score=score, before=old)
    _put(book, right)
    book.at[event.counter] = event.ticket


def _put(book: Feedback, right: Right) -> None:
    if right.ticket not in book.rights:
        book.ids = (*book.ids, right.ticket)
    book.rights[right.ticket] = right


def _left(book: Feedback, event: Any, stamp: Stamp) -> None:
    """Service at this counter is over, for now or for good; the right stays."""
    right = book.rights.get(event.ticket)
    if right and right.ended is None:
        book.rights[right.ticket] = replace(right, ended=stamp)
        book.last[right.counter] = right.ticket
        _free(book, right)


def _resumed(book: Feedback, event: ev.TicketResumed, stamp: Stamp) -> None:
    right = book.rights.get(event.ticket)
    if right and right.ended:
        staff = event.staff or right.staff
        book.rights[right.ticket] = replace(
            right, counter=event.counter, staff=staff, started=stamp, ended=None
        )
        book.at[event.counter] = right.ticket


def _reopened(book: Feedback, event: ev.ServiceReopened, stamp: Stamp) -> None:
    """It goes on; a score that was given stays, and is the ticket's only one."""
    right = book.rights.get(event.ticket)
    if right is None:
        _put(book, Right(event.ticket, book.day, event.counter, event.staff, stamp, by_hand=True))
    else:
        staff = event.staff or right.staff
        book.rights[right.ticket] = replace(right, counter=event.counter, staff=staff, ended=None)
    book.at[event.counter] = event.ticket


def _carried(book: Feedback, event: ev.TicketCarried, stamp: Stamp) -> None:
    """In service while the day changed: it still is, also where a clock that jumped made its right old."""
    serving = event.state == TicketState.SERVING
    right = book.rights.get(event.ticket)
    if right is None and (serving or event.rated):
        right = Right(
            event.ticket,
            book.day,
            event.counter,
            "",
            stamp,
            event.started_by_hand,
            ended=None if serving else stamp,
            score=RATED_BEFORE if event.rated else None,
        )
        _put(book, right)
    if right and right.ended is None and serving:
        book.at[right.counter] = right.ticket


def _never_began(book: Feedback, event: Any, stamp: Stamp) -> None:
    """The citizen is not there: what time alone had started was no service."""
    right = book.rights.get(event.ticket)
    if right is None or right.ended is not None:
        return
    if isinstance(event, ev.TicketRecalled) and right.by_hand:
        return
    _free(book, right)
    if right.before or right.score is not None:
        book.rights[right.ticket] = replace(right.before or replace(right, ended=stamp), score=right.score)
    else:
        del book.rights[right.ticket]
        book.ids = tuple(id for id in book.ids if id != right.ticket)


def _free(book: Feedback, right: Right) -> None:
    if book.at.get(right.counter) == right.ticket:
        del book.at[right.counter]


def _served_by_hand(book: Feedback, event: ev.TicketServedByHand, stamp: Stamp) -> None:
    if event.ticket not in book.rights:
        _put(book, Right(event.ticket, book.day, "", "", stamp, by_hand=True, ended=stamp))


def _service_rated(book: Feedback, event: ev.ServiceRated, stamp: Stamp) -> None:
    if right := book.rights.get(event.ticket):
        book.rights[right.ticket] = replace(right, score=event.score)


_HANDLERS: dict[type[ev.Event], Handler] = {
    ev.DayOpened: _day_opened,
    ev.DayClosed: _day_closed,
    ev.ServiceStarted: _started,
    ev.ServiceFinished: _left,
    ev.TicketHeld: _left,
    ev.TicketTransferred: _left,
    ev.TicketResumed: _resumed,
    ev.ServiceReopened: _reopened,
    ev.TicketCarried: _carried,
    ev.TicketRecalled: _never_began,
    ev.TicketMissed: _never_began,
    ev.TicketServedByHand: _served_by_hand,
    ev.ServiceRated: _service_rated,
}
