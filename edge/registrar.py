"""The one hand that writes: takes what is asked and noted, decides, puts it on disk, then answers and shows.

One thread owns the hall. Whatever waits in its mailbox becomes one transaction with one flush. It never waits
for a device or for another thread.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from edge.clock import EARLIEST, corrected
from edge.entries import Entry, canonical, stamped
from edge.errors import JournalError
from edge.hall.commands import Command, Tick
from edge.hall.events import Event, to_json
from edge.hall.hall import Hall
from edge.hall.plan import HallPlan
from edge.hall.views import HallView, TicketView, hall_view, ticket_view
from edge.hall.waiting_list import WaitingView, waiting_view
from edge.hall.whys import why
from edge.hall.words import TIMER, CounterId, Now, Refused, Request
from edge.journal import Journal

log = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]
_Events: TypeAlias = tuple[Event, ...]

_BATCH = 200
"""Jobs in one transaction at most, so that nobody waits behind an endless one."""
_DAYS_BEYOND = 1
"""Business days folded beside those in which a ticket can still be rated."""
_TIDY_AGAIN_S = 10.0
"""After a checkpoint that failed: each try writes, and on a full disk in vain."""
_COMPLAIN_AGAIN_S = 60.0
_COMPLAINTS = 50
"""Different ones that are remembered as said."""
BUG = "internal"
"""The refusal's key when a command met a fault of the program; the log has the trace."""


@dataclass(frozen=True)
class Answer:
    events: tuple[Event, ...]
    """What the command caused, now or, where `repeated`, when it was first sent."""
    view: HallView
    repeated: bool = False


@dataclass(eq=False)
class _Job:
    """A command or a fact, and who waits for its end."""

    asked: Command | Event
    end: "Future[Any]" = field(default_factory=Future)


@dataclass
class _Batch:
    """What one turn decided, before the disk has it."""

    now: Now
    events: list[Event] = field(default_factory=list)
    spans: list[tuple[_Job, int, int]] = field(default_factory=list)
    """Jobs and the range of `events` that is theirs."""
    answered: list[tuple[_Job, tuple[Event, ...]]] = field(default_factory=list)
    """Jobs whose key was used before, and what it caused then."""
    refused: list[tuple[_Job, Refused]] = field(default_factory=list)


class Registrar:
    def __init__(
        self, journal: Journal, plan: HallPlan, clock: Callable[[], Now], *, tick_s: float = 1.0
    ) -> None:
        """`clock` reads the box's own time, uncorrected (`clock.system_clock`)."""
        self.journal = journal
        self.view: HallView
        """The present state, replaced whole; there from `start` on."""
        self._plan, self._clock, self._tick_s = plan, clock, tick_s
        self._zone = ZoneInfo(plan.timezone)
        self._mailbox: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._open = False
        self._shown = threading.Condition()
        self._cursors: dict[str, int] = {}
        self._thread = threading.Thread(target=self._run, name="registrar")
        self._disk_trouble = self._view_trouble = ""
        self._version = 0
        self._hall = self._picture = Hall(plan)
        self._floor = EARLIEST
        self._beat = time.monotonic()
        self._tick_due = 0.0
        self._tidy_again = 0.0
        self._complained: dict[str, float] = {}

    # --- for everybody, on any thread -----------------------------------------------------------------------

    def start(self) -> None:
        """Fold the hall from the journal, make the first view, and begin. Raises JournalError."""
        self._fold()
        self._show(self._picture)
        self._turn([])
        self._open = True
        self._thread.start()

    def stop(self) -> None:
        """End what was asked before, save the cursors, and end the thread; what comes later is refused."""
        with self._gate:
            if not self._open:
                return
            self._open = False
            self._mailbox.put(None)
        self._thread.join()

    def ask(self, command: Command) -> Answer:
        """Do what is asked; returns when it is on disk.

        Raises Refused (the hall's no; `internal` for a fault of the program) and JournalError (the disk
        did not take it: nothing has happened).
        """
        answer: Answer = self._put(command)
        return answer

    def note(self, fact: Event) -> Entry:
        """Write down what happened, with nothing to decide; returns when it is on disk. Raises as `ask`."""
        entry: Entry = self._put(fact)
        return entry

    def save_cursor(self, name: str, seq: int) -> None:
        """Keep how far a reader has come: rides on the next transaction, after one tick at the latest."""
        with self._gate:
            self._cursors[name] = seq

    def remembered(self, request: Request) -> tuple[Event, ...] | None:
        """What this key caused today, None if nothing. Raises Refused (`key_reused`)."""
        return self._picture.remembered(request)

    def wait_view(self, seq: int, timeout_s: float) -> HallView:
        """The view as soon as it is newer than `seq` or changed by time alone, else the present one."""
        with self._shown:
            version = self._version
            self._shown.wait_for(
                lambda: self.view.seq > seq or self._version != version or not self._open, timeout_s
            )
            return self.view

    def now(self) -> Now:
        """The time as the hall takes it: set right by who knows, and judged. Any thread."""
        raw = self._clock()
        hall = self._picture
        offset_s = hall.clock_offset(raw.boot) if hall.clock_is_set(raw.boot) else None
        return corrected(raw, offset_s, self._floor, self._zone)

    def ticket(self, id_or_number: str) -> TicketView | None:
        return ticket_view(self._picture, id_or_number, self.now())

    def why(self, counter: CounterId, ticket: str = "") -> Json:
        """Who is next at a counter and why, and why this ticket is not. Raises Refused."""
        return why(self._picture, counter, self.now(), ticket)

    def waiting(self) -> WaitingView:
        """Everybody who waits, and what became of the list on paper."""
        return waiting_view(self._picture.book)

    def healthy(self) -> str | None:
        """None: all is well; else what is wrong."""
        if not self._thread.is_alive():
            return "the registrar is not running"
        return self._disk_trouble or self._view_trouble or None

    def beat(self) -> float:
        """When the thread last turned, by `time.monotonic`."""
        return self._beat

    # --- the thread -----------------------------------------------------------------------------------------

    def _put(self, asked: Command | Event) -> Any:
        job = _Job(asked)
        with self._gate:
            if not self._open:
                raise JournalError("the registrar is not running")
            self._mailbox.put(job)
        return job.end.result()

    def _run(self) -> None:
        going = True
        while going:
            jobs, going = self._take()
            self._beat = time.monotonic()
            try:
                self._turn(jobs)
            except Exception as error:  # noqa: BLE001  (a job's edge: logged with its trace by `_complain`)
                self._complain("a turn failed; the hall is folded anew", error)
                self._give_up(jobs, JournalError(f"registrar: {error!r}"))
        with self._shown:
            self._shown.notify_all()

    def _take(self) -> tuple[list[_Job], bool]:
        """Whatever waits, or nothing when a tick is due; False once the last job has been taken."""
        jobs: list[_Job] = []
        try:
            job = self._mailbox.get(timeout=max(self._tick_due - time.monotonic(), 0.001))
            while job is not None:
                jobs.append(job)
                if len(jobs) == _BATCH:
                    return jobs, True
                job = self._mailbox.get_nowait()
        except queue.Empty:
            return jobs, True
        return jobs, False

    def _turn(self, jobs: list[_Job]) -> None:
        ticks = time.monotonic() >= self._tick_due
        if ticks:
            self._tick_due = time.monotonic() + self._tick_s
        try:
            self._recover()
            batch = self._decide([_Job(Tick(by=TIMER)), *jobs] if ticks else jobs)
            entries = self._write(batch, flush_cursors=ticks or not self._open)
        except JournalError as error:
            self._give_up(jobs, error)
            if ticks:
                self._show(self._picture)
            return
        if entries or ticks:
            self._show(self._hall.snapshot())
        self._answer(batch, entries)
        self._tidy(idle=not jobs)

    def _decide(self, jobs: list[_Job]) -> _Batch:
        """Decide on and apply each job; one that breaks the hall is refused, and the rest begun anew."""
        broken: list[_Job] = []
        while True:
            batch = _Batch(self.now(), refused=[(job, Refused(BUG)) for job in broken])
            for job in jobs:
                if job not in broken and not self._consider(job, batch):
                    broken.append(job)
                    self._fold()
                    break
            else:
                return batch

    def _consider(self, job: _Job, batch: _Batch) -> bool:
        """One job; False if applying its events failed, so that the working hall is no longer sound."""
        try:
            before, events = self._events_of(job.asked, batch.now)
        except Refused as no:
            batch.refused.append((job, no))
            return True
        except Exception as error:  # noqa: BLE001  (a job's edge: logged with its trace by `_complain`)
            self._complain(f"{type(job.asked).__name__} is refused", error)
            batch.refused.append((job, Refused(BUG)))
            return True
        if before is not None:
            batch.answered.append((job, before))
            return True
        start = len(batch.events)
        try:
            for seq, event in enumerate(events, self.journal.head + 1 + start):
                self._hall.apply(event, stamped(seq, batch.now))
        except Exception as error:  # noqa: BLE001  (a job's edge: logged with its trace by `_complain`)
            self._complain(f"{type(job.asked).__name__} is refused, its events broke the hall", error)
            return False
        batch.events.extend(events)
        batch.spans.append((job, start, len(batch.events)))
        return True

    def _events_of(
        self, asked: Command | Event, now: Now
    ) -> tuple[tuple[Event, ...] | None, tuple[Event, ...]]:
        """What the same request caused before (None: nothing), or what is to happen now. Changes nothing."""
        if isinstance(asked, Event):
            events: tuple[Event, ...] = (asked,)
        else:
            before = self._hall.remembered(asked.request)
            if before is not None:
                return before, ()
            events = self._hall.decide(asked, now)
        for event in events:
            canonical(
                to_json(event)
            ).encode()  # what cannot be written fails here, alone, and not with its batch
        return None, events

    def _write(self, batch: _Batch, *, flush_cursors: bool) -> tuple[Entry, ...]:
        with self._gate:
            cursors = dict(self._cursors) if batch.events or flush_cursors else {}
        entries = self.journal.append(batch.events, batch.now, cursors)
        if entries and batch.now.trusted:
            self._floor = max(self._floor, batch.now.at)
        with self._gate:
            for name, seq in cursors.items():
                if self._cursors.get(name) == seq:
                    del self._cursors[name]
        return entries

    def _answer(self, batch: _Batch, entries: tuple[Entry, ...]) -> None:
        for job, no in batch.refused:
            job.end.set_exception(no)
        for job, events in batch.answered:
            job.end.set_result(Answer(events, self.view, repeated=True))
        for job, start, stop in batch.spans:
            if isinstance(job.asked, Event):
                job.end.set_result(entries[start])
            else:
                job.end.set_result(Answer(tuple(batch.events[start:stop]), self.view))

    def _give_up(self, jobs: list[_Job], error: JournalError) -> None:
        """Refuse a whole batch; the working hall may be ahead of the disk: folded anew before the next."""
        self._complain(f"nothing is written: {error}")
        self._disk_trouble = str(error)
        for job in jobs:
            if not job.end.done():
                job.end.set_exception(JournalError(str(error)))

    def _recover(self) -> None:
        """After a failed write: see whether the disk takes one again, and fold anew. Raises JournalError."""
        if self._disk_trouble:
            self.journal.probe()
            self._fold()
            self._disk_trouble = ""

    def _tidy(self, *, idle: bool) -> None:
        if time.monotonic() < self._tidy_again:
            return
        try:
            self.journal.tidy(idle=idle)
        except JournalError as error:
            self._tidy_again = time.monotonic() + _TIDY_AGAIN_S
            self._complain(f"the journal's WAL stays as it is: {error}")

    def _complain(self, what: str, fault: Exception | None = None) -> None:
        """Log trouble, a fault of the program with its trace: once, then each minute."""
        complaint = f"{what}: {fault!r}" if fault else what
        due_s = self._complained.get(complaint, 0.0)
        if time.monotonic() >= due_s:
            if len(self._complained) > _COMPLAINTS:
                self._complained.clear()
            self._complained[complaint] = time.monotonic() + _COMPLAIN_AGAIN_S
            log.error("registrar: %s", complaint, exc_info=fault)

    # --- state ----------------------------------------------------------------------------------------------

    def _fold(self) -> None:
        """Build the hall from the entries of the days that still matter. Raises JournalError."""
        hall, floor = Hall(self._plan), EARLIEST
        seq = self.journal.fold_start(self._plan.rules.rate_by_code_days + _DAYS_BEYOND)
        while entries := self.journal.read_after(seq, 1000):
            for entry in entries:
                _apply_again(hall, entry)
                if entry.trusted:
                    floor = max(floor, entry.stamp.at)
            seq = entries[-1].seq
        self._hall, self._floor = hall, floor
        self._picture = hall.snapshot()

    def _show(self, picture: Hall) -> None:
        """Swap the view and the picture that other threads read: what is on disk, seen at this moment."""
        try:
            view = hall_view(picture, self.now())
        except Exception as error:  # noqa: BLE001  (a job's edge: logged with its trace by `_complain`)
            self._complain("the view could not be made, the former one stays", error)
            self._view_trouble = f"view: {error!r}"
            return
        self._view_trouble = ""
        with self._shown:
            changed = self._version == 0 or _timeless(view) != _timeless(self.view)
            self.view, self._picture = view, picture
            if changed:
                self._version += 1
                self._shown.notify_all()


def _timeless(view: HallView) -> HallView:
    return replace(view, clock=replace(view.clock, at=""))


def _apply_again(hall: Hall, entry: Entry) -> None:
    """A fault in reading the past must not keep the hall closed: it is logged, and the rest goes on."""
    try:
        hall.apply(entry.event, entry.stamp)
    except Exception:
        log.exception("registrar: entry %d could not be applied", entry.seq)
