"""What the journal needs when nobody waits: its WAL moved, a checkpoint, old entries dropped, ballast."""

import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime

from edge import checkpoint
from edge.ballast import BALLAST, Ballast
from edge.complaints import Complaints
from edge.errors import JournalError
from edge.folding import days_needed, kept_of
from edge.hall.hall import Hall
from edge.hall.plan import HallPlan
from edge.journal import Journal

log = logging.getLogger(__name__)

_TIDY_AGAIN_S = 10.0
"""After a move of the WAL that failed: each try writes, and on a full disk in vain."""
_LOOK_EVERY_S = 600.0
"""For entries to drop, and for room to lay ballast in."""
_STEP = 100
"""Entries dropped at a time: one short flush."""


@dataclass(frozen=True)
class Keep:
    """What pruning leaves."""

    days: int = 0
    """Of business; 0: everything for ever."""
    readers: tuple[str, ...] = ()
    """Cursors without which nothing goes, also before they are first saved."""


class Upkeep:
    """Only the registrar's thread calls it, and `end` whoever stopped that thread."""

    def __init__(self, journal: Journal, plan: HallPlan, keep: Keep) -> None:
        self._journal, self._plan, self._keep = journal, plan, keep
        self.ballast = Ballast(journal.path.with_name(BALLAST))
        self.is_stale = False
        """The checkpoint: a newer one would spare the next start something."""
        self._complaints = Complaints(log, "journal")
        self._writer: threading.Thread | None = None
        self._tidy_again = self._look_again = 0.0
        self._upto = 0

    def tidy(self, *, idle: bool) -> None:
        """Move the WAL when it has to be; where the disk is full, the ballast goes for it."""
        if time.monotonic() < self._tidy_again:
            return
        try:
            self._tidied(idle=idle)
        except JournalError as error:
            self._tidy_again = time.monotonic() + _TIDY_AGAIN_S
            self._complaints.say(f"its WAL stays as it is: {error}")

    def settle(self) -> None:
        """The hall's numbers stand above what a lost journal gave, if one was lost."""
        try:
            if self._journal.after:
                self._journal.settle()
        except JournalError as error:
            self._complaints.say(f"upkeep: {error}")

    def rest(self, hall: Hall, floor: datetime) -> None:
        """Nobody waits: one small step of whatever is due. `hall` is what is on disk, changed by nobody."""
        try:
            if time.monotonic() >= self._look_again:
                self._look_again = time.monotonic() + _LOOK_EVERY_S
                self.ballast.lay()
                self._upto = self._prunable()
            if self._upto and not self._journal.prune(self._upto, _STEP):
                self._upto = 0
            if self.is_stale and not self._is_writing():
                self.is_stale = False
                kept = kept_of(hall, floor, self._journal)
                self._writer = threading.Thread(target=self._save, args=(kept,), name="checkpoint")
                self._writer.start()
        except JournalError as error:
            self._complaints.say(f"upkeep: {error}")

    def end(self, hall: Hall, floor: datetime, *, on_disk: bool) -> None:
        """The program ends; `on_disk`: the hall is what the journal says."""
        if self._writer:
            self._writer.join()
        if not (on_disk and hall.seq):
            return
        try:
            self._save(kept_of(hall, floor, self._journal))
        except JournalError as error:
            self._complaints.say(f"no checkpoint: {error}")

    def _tidied(self, *, idle: bool) -> None:
        try:
            self._journal.tidy(idle=idle)
        except JournalError:
            if not self.ballast.spend():
                raise
            self._journal.tidy(idle=idle)

    def _prunable(self) -> int:
        if not self._keep.days:
            return 0
        days = max(self._keep.days, days_needed(self._plan) + 1)
        return self._journal.prunable(days, self._keep.readers)

    def _is_writing(self) -> bool:
        return self._writer is not None and self._writer.is_alive()

    def _save(self, kept: checkpoint.Checkpoint) -> None:
        try:
            checkpoint.save(self._journal.path.with_name(checkpoint.FILE), kept)
        except JournalError as error:
            self._complaints.say(f"no checkpoint: {error}")
