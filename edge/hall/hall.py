"""The hall: hands a command to the book that decides it, and every event to every book."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from edge.hall import (
    again,
    counters,
    county,
    cuts,
    days,
    desk,
    feedback,
    fold,
    numbering,
    staffing,
    taking,
    tickets,
    waiting_list,
)
from edge.hall import commands as cmd
from edge.hall.book import Book
from edge.hall.county import County
from edge.hall.desk import Desk
from edge.hall.events import DayClosed, DayOpened, Event
from edge.hall.feedback import Feedback
from edge.hall.plan import HallPlan
from edge.hall.reasons import No
from edge.hall.sheet import Tally, count, day_sheet
from edge.hall.words import TIMER, By, Door, Now, Refused, Request, Stamp

Events: TypeAlias = tuple[Event, ...]

_BY_TICKETS: dict[type[cmd.Command], Callable[[Book, Any, Now], Events]] = {
    cmd.TakeTicket: taking.take,
    cmd.KeyInTicket: taking.key_in,
    cmd.CancelTicket: tickets.cancel,
    cmd.Reprint: tickets.reprint,
    cmd.DecideSlip: tickets.decide_slip,
    cmd.MarkServedByHand: tickets.served_by_hand,
    cmd.CallNext: counters.call_next,
    cmd.CallTicket: counters.call_ticket,
    cmd.Recall: counters.recall,
    cmd.StartService: counters.start,
    cmd.FinishService: counters.finish,
    cmd.MarkNoShow: counters.miss,
    cmd.Hold: counters.hold,
    cmd.UndoCall: again.undo,
    cmd.SayCall: again.say,
    cmd.Reopen: again.reopen,
    cmd.Resume: counters.resume,
    cmd.Transfer: counters.transfer,
    cmd.PauseCounter: staffing.pause,
    cmd.OpenCounter: staffing.open_counter,
    cmd.CloseCounter: counters.close,
    cmd.SignIn: staffing.sign_in,
    cmd.SignOut: staffing.sign_out,
    cmd.Cover: staffing.cover,
    cmd.Uncover: staffing.uncover,
    cmd.ClearBeforeCut: cuts.clear,
    cmd.NoteCapture: counters.capture,
    cmd.PrintWaiting: waiting_list.ask,
    cmd.StartNumbers: numbering.start,
    cmd.OpenDay: days.open_day,
    cmd.CloseDay: days.close_day,
    cmd.Tick: lambda book, command, now: (*counters.by_tick(book, now), *staffing.leaves_overdue(book, now)),
}
_BY_FEEDBACK: dict[type[cmd.Command], Callable[[Feedback, Any, Now], Events]] = {
    cmd.RateAtCounter: feedback.rate_at_counter,
    cmd.RateByCode: feedback.rate_by_code,
}
_NEED_NO_DAY = (
    cmd.OpenDay,
    cmd.CloseDay,
    cmd.RateAtCounter,
    cmd.RateByCode,
    cmd.DecideSlip,
    cmd.CancelTicket,
    cmd.Reprint,
    *desk.DECIDE,
    *county.DECIDE,
)
"""Decided in the stored day: they speak of it or of what happened in it."""

_NONSENSE = (TypeError, ValueError, KeyError, AttributeError, IndexError, ArithmeticError)
"""What an event with impossible fields makes of a fold; it then changes nothing."""


class Hall:
    """Pure: no clock, no file, no thread. One thread at a time; a `snapshot` may go to another."""

    def __init__(self, plan: HallPlan) -> None:
        self.plan = plan
        self.seq = 0
        """Of the last event applied."""
        self.book = Book(plan)
        self.feedback = Feedback(plan)
        self.tally = Tally()
        self.desk = Desk(plan)
        self.county = County()

    @property
    def day(self) -> str:
        """The business day, `YYYY-MM-DD`; empty before the first."""
        return self.book.day

    def decide(self, command: cmd.Command, now: Now) -> Events:
        """What a command brings about now; changes nothing. Raises Refused.

        A request that was answered today brings about nothing more: `remembered` has its events. A verb
        without effect brings about nothing at all, not even a day.
        """
        if self.remembered(command.request) is not None:
            return ()
        first = self._day_first(command, now)
        book = _after(self.book, first, self.seq, now)
        if back := cuts.returned(book, now):
            first, book = (*first, *back), _after(book, back, self.seq + len(first), now)
        by = self._who(command, book)
        events = self._decided(command, book, now)
        if not events and not isinstance(command, cmd.Tick):
            return ()
        happens = self._with_sheet(self._with_notices((*first, *events)), now)
        return tuple(_signed(e, by, command.request) for e in happens)

    def remembered(self, request: Request) -> Events | None:
        """The events that this key caused today; None: a new key. Raises Refused(key_reused)."""
        known = self.book.requests.get(request.key) if request.key else None
        if known is None:
            return None
        digest, events = known
        if digest != request.digest:
            raise Refused(No.KEY_REUSED)
        return events

    def apply(self, event: Event, stamp: Stamp) -> None:
        """Fold one event in. Never refuses, never fails; an unknown or impossible event only moves `seq`."""
        self.seq = stamp.seq
        for apply, book in (
            (fold.apply, self.book),
            (feedback.apply, self.feedback),
            (count, self.tally),
            (desk.apply, self.desk),
            (county.apply, self.county),
        ):
            _apply_quietly(apply, book, event, stamp)

    def snapshot(self) -> "Hall":
        """A cheap copy that no later event changes."""
        copy = Hall(self.plan)
        copy.seq = self.seq
        copy.book, copy.feedback, copy.tally = self.book.copy(), self.feedback.copy(), self.tally.copy()
        copy.desk, copy.county = self.desk.copy(), self.county.copy()
        return copy

    def clock_offset(self, boot: str) -> float:
        """Seconds to add to the box's clock in this boot, by somebody's word; 0 without one."""
        return self.book.offsets_s.get(boot, 0.0)

    def clock_is_set(self, boot: str) -> bool:
        """Has anybody said what time it is in this boot? Then the corrected clock is to be trusted."""
        return boot in self.book.offsets_s

    def _day_first(self, command: cmd.Command, now: Now) -> Events:
        if isinstance(command, _NEED_NO_DAY):
            return ()
        return days.change(self.book, now, reopen=not isinstance(command, cmd.Tick))

    def _with_notices(self, events: Events) -> Events:
        """Where these events open another day: the county's notices that are to be seen on it, too."""
        for i, event in enumerate(events, 1):
            if isinstance(event, DayOpened) and event.date != self.book.day:
                along = county.taken_along(self.county, event.date)
                return (*events[:i], *(replace(e, by=TIMER) for e in along), *events[i:])
        return events

    def _with_sheet(self, events: Events, now: Now) -> Events:
        """Freeze the day's sheet where these events close it."""
        at = next((i for i, e in enumerate(events) if isinstance(e, DayClosed)), None)
        if at is None:
            return events
        tally = self.tally.copy()
        for n, event in enumerate(events[:at], self.seq + 1):
            count(tally, event, Stamp(n, now.at, now.day, now.boot, now.uptime_s, now.trusted))
        return (*events[:at], replace(day_sheet(tally), by=events[at].by), *events[at:])

    def _decided(self, command: cmd.Command, book: Book, now: Now) -> Events:
        if isinstance(command, cmd.TakeTicket):
            desk.refuse_paused(self.desk, command)
        if by_tickets := _BY_TICKETS.get(type(command)):
            return again.going_on(book, by_tickets(book, command, now))
        if by_feedback := _BY_FEEDBACK.get(type(command)):
            return by_feedback(self.feedback, command, now)
        if at_desk := desk.DECIDE.get(type(command)):
            return at_desk(self.desk, command, now)
        if of_county := county.DECIDE.get(type(command)):
            return of_county(self.county, command, now)
        raise Refused(No.NO_COMMAND)

    def _who(self, command: cmd.Command, book: Book) -> By:
        """Who asks, with the person signed in at the counter where the door names nobody."""
        is_clerks = isinstance(command, cmd.AtCounter) and not isinstance(command, cmd.RateAtCounter)
        if command.by.staff or not is_clerks or not isinstance(command, cmd.AtCounter):
            return command.by
        return replace(command.by, staff=book.counter(command.counter).staff)


def _after(book: Book, events: Events, seq: int, now: Now) -> Book:
    """The book as it will be after these events."""
    if not events:
        return book
    book = book.copy()
    for n, event in enumerate(events, seq + 1):
        fold.apply(book, event, Stamp(n, now.at, now.day, now.boot, now.uptime_s, now.trusted))
    return book


def _signed(event: Event, by: By, request: Request) -> Event:
    """What time alone brought about keeps saying so; everything carries the request that it came with."""
    return replace(event, by=event.by if event.by.door is Door.TIMER else by, request=request)


def _apply_quietly(apply: Callable[[Any, Event, Stamp], None], book: Any, event: Event, stamp: Stamp) -> None:
    try:
        apply(book, event, stamp)
    except _NONSENSE:
        return
