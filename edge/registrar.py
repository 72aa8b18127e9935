"""The one hand that writes: takes what is asked and noted, decides, puts it on disk, then answers and shows.

One thread owns the hall. Whatever waits in its mailbox becomes one transaction with one flush. It never waits
for a device or for another thread.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from edge.clock import EARLIEST, corrected
from edge.complaints import Complaints
from edge.entries import Entry, canonical, stamped
from edge.errors import JournalError
from edge.folding import fold
from edge.hall.commands import Command, RateAtCounter, RateByCode, StartNumbers, Tick
from edge.hall.county import CommandNow
from edge.hall.desk_views import SlipLine, doubtful_slips
from edge.hall.event_json import to_json
from edge.hall.events import DayClosed, Event
from edge.hall.hall import Hall
from edge.hall.plan import HallPlan
from edge.hall.reasons import No
from edge.hall.views import HallView, TicketView, ticket_view
from edge.hall.waiting_list import WaitingView, waiting_view
from edge.hall.whys import why
from edge.hall.words import DAEMON, TIMER, CounterId, Now, Refused, Request
from edge.jobs import Batch, Job
from edge.journal import Journal
from edge.salvage import numbers_in
from edge.shown import Shown
from edge.unrecorded import Unrecorded
from edge.upkeep import Keep, Upkeep

log = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]

_BATCH = 200
"""Jobs in one transaction at most, so that nobody waits behind an endless one."""
BUG = "internal"
"""The refusal's key when a command met a fault of the program; the log has the trace."""


@dataclass(frozen=True)
class Answer:
    events: tuple[Event, ...]
    """What the command caused, now or, where `repeated`, when it was first sent."""
    shown: Shown = field(repr=False)
    repeated: bool = False

    @property
    def view(self) -> HallView:
        """The hall since then, or as it has become meanwhile."""
        return self.shown.view


class Registrar:
    def __init__(
        self,
        journal: Journal,
        plan: HallPlan,
        clock: Callable[[], Now],
        *,
        tick_s: float = 1.0,
        keep: Keep | None = None,
    ) -> None:
        """`clock` reads the box's own time, uncorrected (`clock.system_clock`); `keep` None: everything."""
        self.journal = journal
        self._plan, self._clock, self._tick_s = plan, clock, tick_s
        self._zone = ZoneInfo(plan.timezone)
        self._mailbox: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._open = False
        self._cursors: dict[str, int] = {}
        self._thread = threading.Thread(target=self._run, name="registrar")
        self._disk_trouble = ""
        self._hall = Hall(plan)
        self._floor = self._last = EARLIEST
        self._beat = time.monotonic()
        self._tick_due = 0.0
        self._upkeep = Upkeep(journal, plan, keep or Keep())
        self._unrecorded = Unrecorded()
        self._is_ahead = False
        """The working hall, of the disk."""
        self._complain = Complaints(log, "registrar").say
        self._shown = Shown(plan, self._complain)

    # --- for everybody, on any thread -----------------------------------------------------------------------

    def start(self) -> None:
        """Fold the hall from the journal, make the first view, and begin. Raises JournalError."""
        self._upkeep.is_stale = self._fold()
        self._show(self._shown.picture)
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
        if self._unrecorded:
            log.error("registrar: %d calls were never recorded, and are lost", len(self._unrecorded))
        on_disk = not (self._disk_trouble or self._is_ahead or self._unrecorded)
        self._upkeep.end(self._hall, self._floor, on_disk=on_disk)

    def ask(self, command: Command) -> Answer:
        """Do what is asked; returns when it is on disk.

        Raises Refused (the hall's no; `internal` for a fault of the program) and JournalError (the disk
        did not take it: nothing has happened). Where the disk takes nothing at all, calls, recalls, no-shows
        and finishes go on in memory, and the view says how many are `unrecorded`.
        """
        return self.send(command).result()

    def send(self, command: Command) -> "Future[Answer]":
        """As `ask`, for who has something else to do until the answer is there. Raises JournalError."""
        return self._put(command)

    def note(self, fact: Event) -> Entry:
        """Write down what happened, with nothing to decide; returns when it is on disk. Raises as `ask`."""
        entry: Entry = self._put(fact).result()
        return entry

    def save_cursor(self, name: str, seq: int) -> None:
        """Keep how far a reader has come: rides on the next transaction, after one tick at the latest."""
        with self._gate:
            self._cursors[name] = seq

    def remembered(self, request: Request) -> tuple[Event, ...] | None:
        """What this key caused today, None if nothing. Raises Refused (`key_reused`)."""
        return self._shown.picture.remembered(request)

    @property
    def view(self) -> HallView:
        """The present state, replaced whole; there from `start` on."""
        return self._shown.view

    def wait_view(self, seq: int, timeout_s: float) -> HallView:
        """The view as soon as it is newer than `seq` or changed by time alone, else the present one."""
        self.wait_seq(seq, timeout_s)
        return self.view

    def wait_seq(self, seq: int, timeout_s: float) -> int:
        """As `wait_view`, for who only follows the journal: the sequence number that is shown."""
        return self._shown.wait(seq, timeout_s)

    def now(self) -> Now:
        """The time as the hall takes it: set right by who knows, and judged. Any thread."""
        return self._now(self._shown.picture)

    def _now(self, hall: Hall) -> Now:
        raw = self._clock()
        offset_s = hall.clock_offset(raw.boot) if hall.clock_is_set(raw.boot) else None
        return corrected(raw, offset_s, self._floor, self._zone, last=self._last)

    def ticket(self, id_or_number: str) -> TicketView | None:
        return ticket_view(self._shown.picture, id_or_number, self.now())

    def why(self, counter: CounterId, ticket: str = "") -> Json:
        """Who is next at a counter and why, and why this ticket is not. Raises Refused."""
        return why(self._shown.picture, counter, self.now(), ticket)

    def waiting(self) -> WaitingView:
        """Everybody who waits, and what became of the list on paper."""
        return waiting_view(self._shown.picture.book)

    def county_commands(self) -> Mapping[str, CommandNow]:
        """The county's commands that were accepted here, by id."""
        return self._shown.picture.county.commands

    def doubtful_slips(self) -> tuple[SlipLine, ...]:
        """Slips of today that a person should look at."""
        return doubtful_slips(self._shown.picture.book)

    def healthy(self) -> str | None:
        """None: all is well; else what is wrong."""
        if not self._thread.is_alive():
            return "the registrar is not running"
        return self._disk_trouble or self._shown.trouble or None

    def beat(self) -> float:
        """When the thread last turned, by `time.monotonic`."""
        return self._beat

    # --- the thread -----------------------------------------------------------------------------------------

    def _put(self, asked: Command | Event) -> "Future[Any]":
        job = Job(asked)
        with self._gate:
            if not self._open:
                raise JournalError("the registrar is not running")
            self._mailbox.put(job)
        return job.end

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
        self._shown.end()

    def _take(self) -> tuple[list[Job], bool]:
        """Whatever waits, or nothing when a tick is due; False once the last job has been taken."""
        jobs: list[Job] = []
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

    def _turn(self, jobs: list[Job]) -> None:
        ticks = time.monotonic() >= self._tick_due
        if ticks:
            self._tick_due = time.monotonic() + self._tick_s
        try:
            batch, entries = self._on_disk(jobs, ticks=ticks)
        except JournalError as error:
            self._off_disk(jobs, error)
            return
        if entries or ticks:
            self._show(self._hall.snapshot())
        self._answer(batch, entries)
        self._shown.tell()
        self._upkeep.is_stale |= any(isinstance(e.event, DayClosed) for e in entries)
        self._upkeep.settle()
        self._upkeep.tidy(idle=not jobs)
        if ticks and not jobs:
            self._upkeep.rest(self._shown.picture, self._floor)

    def _on_disk(self, jobs: list[Job], *, ticks: bool) -> tuple[Batch, tuple[Entry, ...]]:
        """Decide and write; on a full disk once more without the ballast. Raises JournalError."""
        first = [Job(self._begin_above())] if self.journal.after else []
        jobs = [*([Job(Tick(by=TIMER))] if ticks else []), *first, *jobs]
        try:
            self._recover()
            return self._written(jobs, ticks=ticks)
        except JournalError:
            if not self._upkeep.ballast.spend():
                raise
            self._recover(afresh=True)
            return self._written(jobs, ticks=ticks)

    def _written(self, jobs: list[Job], *, ticks: bool) -> tuple[Batch, tuple[Entry, ...]]:
        self._is_ahead = True
        batch = self._decide(jobs)
        entries = self._write(batch, flush_cursors=ticks or not self._open)
        self._is_ahead = False
        return batch, entries

    def _begin_above(self) -> StartNumbers:
        """A journal was lost: nobody knows all of the numbers that it had given."""
        seen = numbers_in(self.journal.path.with_name(self.journal.after))
        return StartNumbers(by=DAEMON, seen=seen, in_doubt=True)

    def _off_disk(self, jobs: list[Job], error: JournalError) -> None:
        """The disk takes nothing: who waits already is served on, the rest is refused."""
        self._complain(f"nothing is written: {error}")
        self._disk_trouble = str(error)
        try:
            if self._is_ahead:
                self._fold()
                self._unrecorded.apply_to(self._hall)
        except JournalError as worse:
            self._give_up(jobs, worse)
            return
        decided = [(job, self._end_of(job.asked, error)) for job in jobs]
        self._show(self._hall.snapshot())
        for job, end in decided:
            if isinstance(end, Exception):
                job.end.set_exception(end)
            else:
                job.end.set_result(Answer(end, self._shown))
        self._shown.tell()

    def _end_of(self, asked: Command | Event, error: JournalError) -> tuple[Event, ...] | Exception:
        """What comes of a job without a disk: events in memory alone, or a no."""
        if isinstance(asked, RateAtCounter | RateByCode):
            return Refused(No.RATE_NOT_KEPT)
        if isinstance(asked, Event) or not self._unrecorded.takes(asked):
            return JournalError(str(error))
        try:
            return self._hall.remembered(asked.request) or self._unrecorded.decide(
                self._hall, asked, self.now()
            )
        except Refused as no:
            return no
        except Exception as fault:  # noqa: BLE001  (a job's edge: logged with its trace by `_complain`)
            self._complain(f"{type(asked).__name__} is refused", fault)
            return Refused(BUG)

    def _decide(self, jobs: list[Job]) -> Batch:
        """Decide on and apply each job; one that breaks the hall is refused, and the rest begun anew."""
        broken: list[Job] = []
        while True:
            batch = Batch(self.now(), refused=[(job, Refused(BUG)) for job in broken])
            for job in jobs:
                if job not in broken and not self._consider(job, batch):
                    broken.append(job)
                    self._fold()
                    break
            else:
                return batch

    def _consider(self, job: Job, batch: Batch) -> bool:
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

    def _write(self, batch: Batch, *, flush_cursors: bool) -> tuple[Entry, ...]:
        with self._gate:
            cursors = dict(self._cursors) if batch.events or flush_cursors else {}
        entries = self.journal.append(batch.events, batch.now, cursors)
        if entries:
            self._last = entries[-1].stamp.at
            if batch.now.trusted:
                self._floor = max(self._floor, self._last)
        with self._gate:
            for name, seq in cursors.items():
                if self._cursors.get(name) == seq:
                    del self._cursors[name]
        return entries

    def _answer(self, batch: Batch, entries: tuple[Entry, ...]) -> None:
        for job, no in batch.refused:
            job.end.set_exception(no)
        for job, events in batch.answered:
            job.end.set_result(Answer(events, self._shown, repeated=True))
        for job, start, stop in batch.spans:
            if isinstance(job.asked, Event):
                job.end.set_result(entries[start])
            else:
                job.end.set_result(Answer(tuple(batch.events[start:stop]), self._shown))

    def _give_up(self, jobs: list[Job], error: JournalError) -> None:
        """Refuse a whole batch; the working hall may be ahead of the disk: folded anew before the next."""
        self._complain(f"nothing is written: {error}")
        self._disk_trouble = str(error)
        for job in jobs:
            if not job.end.done():
                job.end.set_exception(JournalError(str(error)))

    def _recover(self, *, afresh: bool = False) -> None:
        """After a failed write: see whether the disk takes one again, write down what was done meanwhile,
        and fold anew. Raises JournalError.
        """
        if not (self._disk_trouble or afresh):
            return
        self.journal.probe()
        if self._unrecorded:
            log.info("registrar: %d calls are recorded after all", self._unrecorded.write(self.journal))
        self._fold()
        self._disk_trouble = ""

    # --- state ----------------------------------------------------------------------------------------------

    def _fold(self) -> bool:
        """Build the hall from the disk; does the checkpoint want to be made anew? Raises JournalError."""
        folded = fold(self.journal, self._plan)
        self._hall, self._floor, self._last = folded.hall, folded.floor, folded.last
        self._shown.picture, self._is_ahead = folded.hall.snapshot(), False
        return folded.stale

    def _show(self, picture: Hall) -> None:
        """Swap the picture that other threads read: what is on disk, seen at this moment."""
        self._shown.swap(picture, self._now(picture), len(self._unrecorded))
