"""How a hall is built again from what is on disk: the checkpoint, if there is one, and what came after."""

import logging
from dataclasses import dataclass
from datetime import datetime

from edge import checkpoint
from edge.checkpoint import Checkpoint
from edge.clock import EARLIEST
from edge.entries import Entry
from edge.hall.events import DayClosed
from edge.hall.hall import Hall
from edge.hall.plan import HallPlan
from edge.journal import Journal

log = logging.getLogger(__name__)

DAYS_BEYOND = 1
"""Business days folded beside those in which a ticket can still be rated; the day before knows its keys."""
_AT_ONCE = 1000
_WORTH = 5000
"""So many entries, more than a day's, are worth a checkpoint of their own."""


@dataclass
class Folded:
    hall: Hall
    floor: datetime
    """The latest time that was once trusted."""
    last: datetime
    """The last entry's time; `EARLIEST` before the first."""
    entries: int = 0
    """How many were folded."""
    stale: bool = False
    """A newer checkpoint would spare the next start something."""


def days_needed(plan: HallPlan) -> int:
    """So many business days matter to a fold."""
    return max(plan.rules.rate_by_code_days, 1) + DAYS_BEYOND


def fold(journal: Journal, plan: HallPlan) -> Folded:
    """The hall as the journal has it. Raises JournalError."""
    kept = checkpoint.load(journal.path.with_name(checkpoint.FILE), journal.id, plan)
    if kept and kept.chain == journal.chain_at(kept.seq):
        folded, seq = Folded(kept.hall, kept.floor, EARLIEST), kept.seq
        folded.last = max((e.stamp.at for e in journal.read_after(seq - 1, 1)), default=EARLIEST)
    else:
        folded, seq = _without(journal, plan)
    while entries := journal.read_after(seq, _AT_ONCE):
        for entry in entries:
            _take_in(folded, entry)
        seq = entries[-1].seq
    return folded


def kept_of(hall: Hall, floor: datetime, journal: Journal) -> Checkpoint:
    """A checkpoint of a hall that no later event changes. Raises JournalError."""
    return Checkpoint(journal.id, hall.seq, journal.chain_at(hall.seq), floor, hall)


def _without(journal: Journal, plan: HallPlan) -> tuple[Folded, int]:
    """Where to begin without a checkpoint, with what was said before and holds still."""
    standing, seq = journal.standing(), journal.fold_start(days_needed(plan))
    folded = Folded(Hall(plan), standing.floor or EARLIEST, EARLIEST)
    if standing.clock and standing.clock.seq <= seq:
        _take_in(folded, standing.clock)
    return folded, seq


def _take_in(folded: Folded, entry: Entry) -> None:
    """A fault in reading the past must not keep the hall closed: it is logged, and the rest goes on."""
    try:
        folded.hall.apply(entry.event, entry.stamp)
    except Exception:
        log.exception("entry %d could not be applied", entry.seq)
    if entry.trusted:
        folded.floor = max(folded.floor, entry.stamp.at)
    folded.last = entry.stamp.at
    folded.entries += 1
    folded.stale |= isinstance(entry.event, DayClosed) or folded.entries > _WORTH
