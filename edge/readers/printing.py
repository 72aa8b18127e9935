"""Do once: a slip or a list, printed while it is fresh, and what became of it noted."""

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
from edge.hall.events import Event
from edge.hall.views import TicketView
from edge.hall.waiting_list import WaitingView
from edge.hall.words import DeviceId, PaperState, Refused
from edge.readers.orders import OtherPaper, Paper, TicketSlip, Unsettled, ordered
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
    paper: Paper
    since: float
    """Monotonic seconds."""


class Printing:
    """Follows the journal from its end; one thread per printer, so that a dead one holds up nobody else.

    `compose` turns a ticket into its slip, `compose_list` those who wait into their list, `compose_other` a
    paper that is neither; None: there is none. `trusted` names the
    printers that cannot say that a paper is done, and whose papers count as printed all the same. What was
    asked for longer than `fresh_s` ago is not printed any more.
    """

    def __init__(
        self,
        registrar: Registrar,
        handles: Mapping[DeviceId, Asks],
        compose: Callable[[TicketView], Slip],
        compose_list: Callable[[WaitingView], Slip],
        *,
        compose_other: Callable[[OtherPaper], Slip | None] = lambda paper: None,
        trusted: Collection[DeviceId] = (),
        fresh_s: float = 60.0,
    ) -> None:
        self._registrar = registrar
        self._compose, self._compose_list, self._compose_other = compose, compose_list, compose_other
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
        """Papers begun and not ended are unknown, those not begun have failed."""
        journal, unsettled = self._registrar.journal, Unsettled()
        for entry in self._entries(journal.fold_start(2), self._seq):
            unsettled.see(entry.event)
        for paper, begun in unsettled.papers.items():
            state = PaperState.UNKNOWN if begun else PaperState.FAILED
            self._registrar.note(paper.ended(state, RESTART))
            if begun and paper.printer in self._presses:
                self._presses[paper.printer].half = True

    def _entries(self, after: int, upto: int) -> Iterator[Entry]:
        while after < upto and (entries := self._registrar.journal.read_after(after)):
            for entry in entries:
                if entry.seq <= upto:
                    yield entry
            after = entries[-1].seq

    # --- what comes now

    def _follow(self) -> None:
        registrar = self._registrar
        while not self._stopping.is_set():
            self.beat = time.monotonic()
            try:
                # The journal grows a moment before the picture is swapped, from which a slip is composed.
                shown = registrar.wait_seq(self._seq, TURN_S)
                for entry in self._entries(self._seq, shown):
                    self._seq = entry.seq
                    self._order(entry.event)
            except JournalError as error:
                log.warning("printing: %s", error)
                self._stopping.wait(TURN_S)

    def _order(self, event: Event) -> None:
        if (paper := ordered(event)) is None:
            return
        if paper.printer in self._presses:
            self._presses[paper.printer].orders.put(_Order(paper, time.monotonic()))
        else:
            self.note(paper.ended(PaperState.FAILED, Fault.NOT_OPENED))

    def slip_of(self, order: _Order) -> Slip | str:
        """What to print now, or why nothing."""
        if time.monotonic() - order.since > self._fresh_s:
            return LATE
        if isinstance(order.paper, OtherPaper):
            return self._compose_other(order.paper) or LATE
        if not isinstance(order.paper, TicketSlip):
            return self._compose_list(self._registrar.waiting())
        ticket = self._registrar.ticket(order.paper.ticket)
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
                log.exception("%s: %s could not be made", self._id, order.paper)
                end = order.paper.ended(PaperState.FAILED, Fault.BUG)
            if end is not None:
                self._printing.note(end)

    def _print(self, order: _Order) -> Event | None:
        """Print one paper; what became of it, None when the disk did not even take its beginning."""
        slip = self._printing.slip_of(order)
        if isinstance(slip, str):
            return order.paper.ended(PaperState.FAILED, slip)
        if not self._printing.note(order.paper.begun()):
            return None
        state, code = self._ask(order.paper, replace(slip, tear_first=self.half))
        return order.paper.ended(state, code)

    def _ask(self, paper: Paper, slip: Slip) -> tuple[PaperState, str]:
        try:
            confirmed = self._handle.ask(lambda printer: printer.print_slip(slip), BEGIN_WITHIN_S)
        except DeviceFault as fault:
            self.half = self.half or fault.begun
            return PaperState.UNKNOWN if fault.begun else PaperState.FAILED, fault.code
        except LinkLost:  # the capability's word: nothing of the slip had left
            return PaperState.FAILED, Fault.LINK_LOST
        except DeviceUnavailable:
            return PaperState.FAILED, self._handle.status().code or Fault.OFFLINE
        except Exception:  # a bug in a driver: the supervisor has logged it, and nobody knows what came out
            log.exception("%s: the fate of %s is unknown", self._id, paper)
            self.half = True
            return PaperState.UNKNOWN, Fault.BUG
        self.half = False
        if confirmed or self._trusted:
            return PaperState.PRINTED, ""
        return PaperState.UNKNOWN, UNCONFIRMED
