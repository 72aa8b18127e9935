"""Decisions about who sits at a counter, and whether it is open: open, pause, sign in and out, cover."""

from dataclasses import dataclass

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall import hours
from edge.hall.book import Book, CounterNow
from edge.hall.events import Event
from edge.hall.plan import Counter, Post
from edge.hall.reasons import No
from edge.hall.words import TIMER, Away, By, CounterId, Now, Refused, StaffNumber, day_of

Events = tuple[Event, ...]

ASKS = (Away.LEAVE, Away.MEETING, Away.ERRAND)
"""Pauses in which somebody has to stand in; at lunch both eat."""


@dataclass(frozen=True)
class Ask:
    """Somebody is asked to a counter: AB岗."""

    counter: CounterId
    staff: StaffNumber
    why: str
    """`away`: who sat there has paused; `signed_out`; `market_day`: both are expected."""


# --- open and paused ----------------------------------------------------------------------------------------


def open_counter(book: Book, command: cmd.OpenCounter, now: Now) -> Events:
    """Open a closed counter, signing in who asks or the post's A where nobody is; or end a pause.

    One that was held elsewhere is itself again. Refused: no_counter.
    """
    book.planned(command.counter)
    counter = book.counter(command.counter)
    if counter.is_open and not counter.is_paused:
        return ()
    return open_for(book, counter, command.by.staff)


def open_for(book: Book, counter: CounterNow, staff: StaffNumber) -> Events:
    opened = (*_uncovered(counter), ev.CounterOpened(counter=counter.id))
    staff = counter.staff or staff or post_of(book, counter.id).a
    if staff == counter.staff:
        return opened
    return (*opened, ev.StaffSignedIn(counter=counter.id, staff=staff))


def pause(book: Book, command: cmd.PauseCounter, now: Now) -> Events:
    """Pause: a ticket at the counter stays, only calls stop.

    Refused: no_counter, bad_reason, counter_covered, counter_closed.
    """
    planned = book.planned(command.counter)
    if command.reason and command.reason not in set(Away) - {Away.AFTER_CUT}:
        raise Refused(No.BAD_REASON, pause=command.reason[:40])
    refuse_covered(book, planned)
    counter = book.counter(command.counter)
    if not counter.is_open:
        raise Refused(No.COUNTER_CLOSED, counter=planned.name)
    if counter.is_paused and command.reason in ("", counter.reason):
        return ()
    return (ev.CounterPaused(counter=counter.id, reason=command.reason),)


def leaves_overdue(book: Book, now: Now) -> Events:
    """Short leaves that have become long ones, each said once."""
    limit_min = book.plan.rules.leave_min
    return tuple(
        ev.LeaveOverdue(counter=c.id, staff=c.staff, minutes=limit_min, by=TIMER)
        for c in book.counters.values()
        if limit_min and c.reason == Away.LEAVE and not c.is_overdue
        if c.paused and book.between_s(c.paused, now) >= limit_min * 60
    )


# --- who is there -------------------------------------------------------------------------------------------


def sign_in(book: Book, command: cmd.SignIn, now: Now) -> Events:
    """Who serves here now: the named one, who asks, who is asked to stand in, or the post's A.

    A former one is signed out, unless the new one comes beside. Who stands in for somebody on leave ends the
    pause with it; who signs in at a counter held elsewhere opens it. In a hall without posts nobody needs a
    name. Refused: no_counter, no_staff, no_such_staff.
    """
    book.planned(command.counter)
    counter, ask = book.counter(command.counter), asked_to(book, command.counter)
    staff = command.staff or command.by.staff or (ask.staff if ask else post_of(book, counter.id).a)
    _refuse_stranger(book, staff)
    if book.served_at(counter.id):
        return open_for(book, counter, staff)
    if staff in ("", counter.staff, *counter.beside):
        return ()
    is_market = ask is not None and ask.why == "market_day" and ask.staff == staff
    beside = bool(counter.staff) and (command.beside or is_market)
    leaves = () if beside else signed_out(counter)
    back = (ev.CounterOpened(counter=counter.id),) if counter.is_paused and counter.reason in ASKS else ()
    return (*leaves, ev.StaffSignedIn(counter=counter.id, staff=staff, beside=beside), *back)


def _refuse_stranger(book: Book, staff: StaffNumber) -> None:
    if not staff and book.plan.posts:
        raise Refused(No.NO_STAFF)
    if staff and book.plan.staff and staff not in book.plan.staff:
        raise Refused(No.NO_SUCH_STAFF, staff=staff[:40])


def sign_out(book: Book, command: cmd.SignOut, now: Now) -> Events:
    """The named one leaves, or everybody; the counter stays as it is. Refused: no_counter."""
    book.planned(command.counter)
    counter = book.counter(command.counter)
    if not command.staff:
        return signed_out(counter)
    if command.staff not in (counter.staff, *counter.beside):
        return ()
    return (ev.StaffSignedOut(counter=counter.id, staff=command.staff),)


def signed_out(counter: CounterNow) -> Events:
    there = (counter.staff, *counter.beside) if counter.staff else ()
    return tuple(ev.StaffSignedOut(counter=counter.id, staff=staff) for staff in there)


def who(counter: CounterNow, by: By) -> StaffNumber:
    """Whose hand it is: who asks, if signed in here, else who has the ticket, else who sits here."""
    if by.staff and by.staff in counter.beside:
        return by.staff
    return counter.hand if counter.ticket and counter.hand else counter.staff


# --- standing in --------------------------------------------------------------------------------------------


def asks(book: Book) -> tuple[Ask, ...]:
    """Who is asked where, in the plan's order of posts."""
    return tuple(ask for p in book.plan.posts if (ask := _ask(book, p)))


def asked_to(book: Book, counter: CounterId) -> Ask | None:
    return next((ask for ask in asks(book) if ask.counter == counter), None)


def _ask(book: Book, post: Post) -> Ask | None:
    counter = book.counter(post.counter)
    other = post.a if counter.staff == post.b else post.b
    if not counter.is_open or not (post.b and other) or other in counter.beside:
        return None
    if counter.is_paused:
        return Ask(post.counter, other, "away") if counter.reason in ASKS else None
    if not counter.staff:
        return Ask(post.counter, other, "signed_out")
    return Ask(post.counter, other, "market_day") if _are_both_expected(book, post) else None


def _are_both_expected(book: Book, post: Post) -> bool:
    planned = book.plan.counter(post.counter)
    if planned is None or not book.day:
        return False
    return {post.a, post.b} <= set(hours.expected_at(book.plan, planned, day_of(book.day)))


def post_of(book: Book, counter: CounterId) -> Post:
    return book.plan.post(counter) or Post(counter)


# --- one clerk for several counters -------------------------------------------------------------------------


def cover(book: Book, command: cmd.Cover, now: Now) -> Events:
    """Who sits at `at` holds this counter too, with all that was held from it.

    Refused: no_counter, no_tickets_here, cover_nowhere, counter_covered, counter_busy.
    """
    planned, there = book.planned(command.counter), book.planned(command.at)
    for one in (planned, there):
        if not one.takes_tickets:
            raise Refused(No.NO_TICKETS_HERE, counter=one.name)
    if command.at == command.counter:
        raise Refused(No.COVER_NOWHERE)
    refuse_covered(book, there)
    if here := book.ticket_at(planned.id):
        raise Refused(No.COUNTER_BUSY, number=here.number)
    moved = [planned.id, *(c.id for c in book.held_at(planned.id))]
    return tuple(e for id in moved for e in _moved(book, id, command.at))


def _moved(book: Book, counter: CounterId, at: CounterId) -> Events:
    if book.served_at(counter) == at:
        return ()
    return (*signed_out(book.counter(counter)), ev.CounterCovered(counter=counter, at=at))


def uncover(book: Book, command: cmd.Uncover, now: Now) -> Events:
    """The counter is itself again, closed; a standing cover of the plan ends by opening.

    Refused: no_counter.
    """
    book.planned(command.counter)
    return _uncovered(book.counter(command.counter))


def uncover_all(book: Book, counter: CounterId) -> Events:
    """With a counter's close, what was held from it by somebody's word is itself again."""
    return tuple(e for c in book.held_at(counter) for e in _uncovered(book.counter(c.id)))


def _uncovered(counter: CounterNow) -> Events:
    return (ev.CounterUncovered(counter=counter.id),) if counter.served_at else ()


def refuse_covered(book: Book, planned: Counter) -> None:
    if at := book.served_at(planned.id):
        raise Refused(No.COUNTER_COVERED, counter=planned.name, at=at)
