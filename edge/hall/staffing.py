"""Decisions about who sits at a counter, and whether it is open: open, pause, sign in and out."""

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall.book import Book, CounterNow
from edge.hall.events import Event
from edge.hall.reasons import No
from edge.hall.words import Now, Refused, StaffNumber

Events = tuple[Event, ...]


def open_counter(book: Book, command: cmd.OpenCounter, now: Now) -> Events:
    """Open a closed counter, signing in who asks or the post's A where nobody is; or end a pause."""
    book.planned(command.counter)
    counter = book.counter(command.counter)
    if counter.is_open and not counter.is_paused:
        return ()
    return open_for(book, counter, command.by.staff)


def open_for(book: Book, counter: CounterNow, staff: StaffNumber) -> Events:
    opened = ev.CounterOpened(counter=counter.id)
    staff = counter.staff or staff or post_a(book, counter)
    if staff == counter.staff:
        return (opened,)
    return (opened, ev.StaffSignedIn(counter=counter.id, staff=staff))


def pause(book: Book, command: cmd.PauseCounter, now: Now) -> Events:
    """Pause: a ticket at the counter stays, only calls stop. Refused: no_counter, counter_closed."""
    planned = book.planned(command.counter)
    counter = book.counter(command.counter)
    if not counter.is_open:
        raise Refused(No.COUNTER_CLOSED, counter=planned.name)
    if counter.is_paused and command.reason in ("", counter.reason):
        return ()
    return (ev.CounterPaused(counter=counter.id, reason=command.reason),)


def sign_in(book: Book, command: cmd.SignIn, now: Now) -> Events:
    """Who serves here now: the named one, who asks, or the post's A; a former one is signed out.

    In a hall without posts nobody needs a name. Refused: no_counter, no_staff.
    """
    book.planned(command.counter)
    counter = book.counter(command.counter)
    staff = command.staff or command.by.staff or post_a(book, counter)
    if not staff and book.plan.posts:
        raise Refused(No.NO_STAFF)
    if staff in ("", counter.staff):
        return ()
    return (*signed_out(counter), ev.StaffSignedIn(counter=counter.id, staff=staff))


def sign_out(book: Book, command: cmd.SignOut, now: Now) -> Events:
    """Nobody is signed in here any more; the counter stays as it is. Refused: no_counter."""
    book.planned(command.counter)
    return signed_out(book.counter(command.counter))


def signed_out(counter: CounterNow) -> Events:
    return (ev.StaffSignedOut(counter=counter.id, staff=counter.staff),) if counter.staff else ()


def post_a(book: Book, counter: CounterNow) -> StaffNumber:
    return next((p.a for p in book.plan.posts if p.counter == counter.id), "")
