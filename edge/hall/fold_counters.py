"""Book 1, the hall's outside: what each event does to counters, who sits there, devices, and the power."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from edge.hall import events as ev
from edge.hall.book import Book, Cut, DeviceNow
from edge.hall.words import CounterId, Stamp

Handler: TypeAlias = Callable[[Book, Any, Stamp], None]

# --- counters -----------------------------------------------------------------------------------------------

_UNPAUSED: dict[str, Any] = {"is_paused": False, "reason": "", "paused": None, "is_overdue": False}


def _set_counter(book: Book, id: CounterId, **change: Any) -> None:
    book.counters[id] = replace(book.counter(id), **change)


def _counter_opened(book: Book, event: ev.CounterOpened, stamp: Stamp) -> None:
    _set_counter(book, event.counter, is_open=True, **_UNPAUSED)


def _counter_paused(book: Book, event: ev.CounterPaused, stamp: Stamp) -> None:
    paused = {"is_paused": True, "reason": event.reason, "paused": stamp, "is_overdue": False}
    _set_counter(book, event.counter, **paused)


def _counter_closed(book: Book, event: ev.CounterClosed, stamp: Stamp) -> None:
    _set_counter(book, event.counter, is_open=False, priority_run=0, **_UNPAUSED)


def _leave_overdue(book: Book, event: ev.LeaveOverdue, stamp: Stamp) -> None:
    _set_counter(book, event.counter, is_overdue=True)


def _covered(book: Book, event: ev.CounterCovered, stamp: Stamp) -> None:
    """Who sat here sits elsewhere now; the counter itself is shut."""
    shut: dict[str, Any] = {**_UNPAUSED, "is_open": False, "staff": "", "beside": ()}
    _set_counter(book, event.counter, served_at=event.at, **shut)


def _uncovered(book: Book, event: ev.CounterUncovered, stamp: Stamp) -> None:
    _set_counter(book, event.counter, served_at="")


def _signed_in(book: Book, event: ev.StaffSignedIn, stamp: Stamp) -> None:
    at = book.counter(event.counter)
    if event.beside and at.staff:
        _set_counter(book, event.counter, beside=(*at.beside, event.staff))
    else:
        _set_counter(book, event.counter, staff=event.staff, hand="")


def _signed_out(book: Book, event: ev.StaffSignedOut, stamp: Stamp) -> None:
    at = book.counter(event.counter)
    left = tuple(s for s in (at.staff, *at.beside) if s and s != event.staff)
    hand = at.hand if at.hand in left else ""
    _set_counter(book, event.counter, staff=left[0] if left else "", beside=left[1:], hand=hand)


# --- devices and the power ----------------------------------------------------------------------------------


def _daemon_started(book: Book, event: ev.DaemonStarted, stamp: Stamp) -> None:
    book.devices = {d.id: DeviceNow(d, "down", "", stamp) for d in event.devices}
    book.offsets_s = {boot: s for boot, s in book.offsets_s.items() if boot == event.boot}
    if book.heard and book.heard.boot == stamp.boot:
        book.silence = Cut(book.heard, stamp)


def _power_returned(book: Book, event: ev.PowerReturned, stamp: Stamp) -> None:
    if last := book.silence.last if book.silence else book.heard:
        book.cuts, book.silence = (*book.cuts, Cut(last, stamp)), None


def _device_changed(book: Book, event: ev.DeviceChanged, stamp: Stamp) -> None:
    if device := book.devices.get(event.device):
        book.devices[event.device] = replace(device, state=event.state, code=event.code, since=stamp)


HANDLERS: dict[type[ev.Event], Handler] = {
    ev.CounterOpened: _counter_opened,
    ev.CounterPaused: _counter_paused,
    ev.CounterClosed: _counter_closed,
    ev.StaffSignedIn: _signed_in,
    ev.StaffSignedOut: _signed_out,
    ev.CounterCovered: _covered,
    ev.CounterUncovered: _uncovered,
    ev.LeaveOverdue: _leave_overdue,
    ev.PowerReturned: _power_returned,
    ev.DaemonStarted: _daemon_started,
    ev.DeviceChanged: _device_changed,
}
