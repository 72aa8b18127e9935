"""Do once: a ticket's slip, printed while it is fresh, and what became of it noted."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from drivers.capabilities import DeviceStatus, Slip, TicketPrinter
from drivers.errors import DeviceFault, Fault, LinkLost
from edge.entries import Entry
from edge.errors import DeviceUnavailable, JournalError
from edge.hall.events import (
    Event,
    SlipDecided,
    SlipFailed,
    SlipPrinted,
    SlipQueued,
    SlipStarted,
    SlipUnknown,
    TicketIssued,
)
from edge.hall.views import TicketView
from edge.hall.words import DeviceId, Refused, TicketId
from edge.registrar import Registrar

log = logging.getLogger(__name__)

T = TypeVar("T")

BEGIN_WITHIN_S = 5.0
"""A printer that is busy for longer does not get the slip."""
TURN_S = 0.5
RESTART, LATE, UNCONFIRMED = "restart", "late", "unconfirmed"
"""Codes beside the devices' own: the box went off meanwhile, nobody waits any more, it cannot say."""


class Asks(Protocol):
    """What this reader needs of a printer's handle."""

    def ask(self, job: Callable[[TicketPrinter], T], within_s: float) -> T: ...

    def status(self) -> DeviceStatus: ...


@dataclass(frozen=True)
class _Order:
    ticket: TicketId
    printer: DeviceId
    since: float
    """Monotonic seconds."""


class Printing:
    """Follows the journal from its end; one thread per printer, so that a dead one holds up nobody else.

    `compose` turns a ticket into its slip. `trusted` names the printers that cannot say that a slip is
    done, and whose slips count as printed all the same. A slip older than `fresh_s` is not printed any more.
    """

    def __init__(
        self,
        registrar: Registrar,
        handles: Mapping[DeviceId, Asks],
        compose: Callable[[TicketView], Slip],
        *,
        trusted: Collection[DeviceId] = (),
        fresh_s: float = 60.0,
    ) -> None:
        self._registrar = registrar
        self._compose = compose
        self._fresh_s = fresh_s
        self._stopping = threading.Event()
        self._presses = {
            id: _Press(self, id, handle, id in trusted, self._stopping) for id, handle in handles.items()
        }
        self._thread = threading.Thread(target=self._follow, name="printing", daemon=True)
        self._seq = registrar.journal.head
        """What is asked for from here on is fresh, though the thread may start later."""
        self.beat = time.monotonic()
        """When it last went round, for the watchdog."""

    def start(self) -> None:
        """Settle what an earlier life left open, then follow; nothing old is printed. Raises JournalError."""
        self._settle()
        for press in self._presses.values():
            press.start()
        self._thread.start()

    def stop(self) -> None:
        """End after the slip that is being printed; blocks for as long as that takes."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
            for press in self._presses.values():
                press.finish()

    # --- what came before

    def _settle(self) -> None:
        """Slips begun and not ended are unknown, those not begun have failed."""
        for (ticket, printer), state in self._left_open().items():
            if state is SlipStarted:
                self._registrar.note(SlipUnknown(ticket=ticket, printer=printer, code=RESTART))
                if printer in self._presses:
                    self._presses[printer].half = True
            else:
                self._registrar.note(SlipFailed(ticket=ticket, printer=printer, code=RESTART))

    def _left_open(self) -> dict[tuple[TicketId, DeviceId], type[Event]]:
        journal = self._registrar.journal
        found: dict[tuple[TicketId, DeviceId], type[Event]] = {}
        for entry in self._entries(journal.fold_start(2), self._seq):
            event = entry.event
            if (order := order_of(event)) is not None:
                found[order] = SlipQueued
            elif isinstance(event, SlipStarted):
                found[event.ticket, event.printer] = SlipStarted
            elif isinstance(event, SlipPrinted | SlipFailed | SlipUnknown):
                found.pop((event.ticket, event.printer), None)
            elif isinstance(event, SlipDecided):
                found = {key: state for key, state in found.items() if key[0] != event.ticket}
        return found

    def _entries(self, after: int, upto: int) -> Iterator[Entry]:
        while after < upto and (entries := self._registrar.journal.read_after(after)):
            for entry in entries:
                if entry.seq <= upto:
                    yield entry
            after = entries[-1].seq

    # --- what comes now

    def _follow(self) -> None:
        journal = self._registrar.journal
        while not self._stopping.is_set():
            self.beat = time.monotonic()
            try:
                if journal.wait_after(self._seq, TURN_S):
                    for entry in journal.read_after(self._seq):
                        self._seq = entry.seq
                        self._await_view(entry.seq)
                        self._order(entry.event)
            except JournalError as error:
                log.warning("printing: %s", error)
                self._stopping.wait(TURN_S)

    def _await_view(self, seq: int) -> None:
        """The journal grows a moment before the view is swapped; a slip is composed from the view."""
        view = self._registrar.view
        while view.seq < seq and not self._stopping.is_set():
            view = self._registrar.wait_view(view.seq, TURN_S)

    def _order(self, event: Event) -> None:
        if (found := order_of(event)) is None:
            return
        ticket, printer = found
        if printer in self._presses:
            self._presses[printer].orders.put(_Order(ticket, printer, time.monotonic()))
        else:
            self.note(SlipFailed(ticket=ticket, printer=printer, code=Fault.NOT_OPENED))

    def slip_of(self, order: _Order) -> Slip | str:
        """The slip to print now, or why not."""
        if time.monotonic() - order.since > self._fresh_s:
            return LATE
        ticket = self._registrar.ticket(order.ticket)
        return self._compose(ticket) if ticket else LATE

    def note(self, fact: Event) -> bool:
        """Write down; False when the disk does not take it, which the registrar tells everybody by itself."""
        try:
            self._registrar.note(fact)
        except (JournalError, Refused) as error:
            log.error("%s is not recorded: %s", fact, error)
            return False
        return True


class _Press:
    """One printer's thread: slip after slip."""

    def __init__(
        self, printing: Printing, id: DeviceId, handle: Asks, trusted: bool, stopping: threading.Event
    ) -> None:
        self._printing, self._id, self._handle, self._trusted = printing, id, handle, trusted
        self._stopping = stopping
        self.orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self.half = False
        """A half slip may hang in the printer."""
        self._thread = threading.Thread(target=self._run, name=f"printing-{id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        self.orders.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (order := self.orders.get()) is not None and not self._stopping.is_set():
            try:
                end = self._print(order)
            except Exception:
                log.exception("%s: the slip of %s could not be made", self._id, order.ticket)
                end = SlipFailed(ticket=order.ticket, printer=self._id, code=Fault.BUG)
            if end is not None:
                self._printing.note(end)

    def _print(self, order: _Order) -> Event | None:
        """Print one slip; what became of it, None when the disk did not even take its beginning."""
        slip = self._printing.slip_of(order)
        if isinstance(slip, str):
            return SlipFailed(ticket=order.ticket, printer=self._id, code=slip)
        if not self._printing.note(SlipStarted(ticket=order.ticket, printer=self._id)):
            return None
        return self._ask(order.ticket, replace(slip, tear_first=self.half))

    def _ask(self, ticket: TicketId, slip: Slip) -> Event:
        try:
            confirmed = self._handle.ask(lambda printer: printer.print_slip(slip), BEGIN_WITHIN_S)
        except DeviceFault as fault:
            if fault.begun:
                self.half = True
                return SlipUnknown(ticket=ticket, printer=self._id, code=fault.code)
            return SlipFailed(ticket=ticket, printer=self._id, code=fault.code)
        except LinkLost:  # the capability's word: nothing of the slip had left
            return SlipFailed(ticket=ticket, printer=self._id, code=Fault.LINK_LOST)
        except DeviceUnavailable:
            code = self._handle.status().code or Fault.OFFLINE
            return SlipFailed(ticket=ticket, printer=self._id, code=code)
        except Exception:  # a bug in a driver: the supervisor has logged it, and nobody knows what came out
            log.exception("%s: the fate of the slip of %s is unknown", self._id, ticket)
            self.half = True
            return SlipUnknown(ticket=ticket, printer=self._id, code=Fault.BUG)
        self.half = False
        if confirmed or self._trusted:
            return SlipPrinted(ticket=ticket, printer=self._id)
        return SlipUnknown(ticket=ticket, printer=self._id, code=UNCONFIRMED)


def order_of(event: Event) -> tuple[TicketId, DeviceId] | None:
    """The ticket and the printer of an event that asks for a slip."""
    if isinstance(event, TicketIssued | SlipQueued) and event.printer:
        return event.ticket, event.printer
    return None
