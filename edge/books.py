"""Opens journal and registrar together; where the journal is damaged or gone, begins a new one."""

import logging
from collections.abc import Callable
from pathlib import Path

from edge.ballast import BALLAST, Ballast
from edge.errors import JournalDamaged, JournalError
from edge.hall.plan import HallPlan
from edge.hall.words import Now
from edge.journal import Journal
from edge.registrar import Registrar
from edge.salvage import move_aside
from edge.upkeep import Keep

log = logging.getLogger(__name__)

GONE = "gone"
"""What a journal begins after that was not there, in a folder where one has been."""
_FIRST = (
    "%s: the first journal here, its numbers begin at 1; if another machine gave numbers today, say its last"
    " ones before anybody takes one: POST /api/v1/day/numbers"
)
_MARKS = ("hall.key", "side.db")
"""Made after the journal at the first start: where one of them is, there was a journal."""


def open_books(
    path: Path, plan: HallPlan, clock: Callable[[], Now], *, keep: Keep | None = None
) -> Registrar:
    """A registrar that runs, on the journal at `path`. Close its journal after stopping it.

    A damaged journal is moved aside, and the numbers of a new one begin in the upper half of each range:
    nobody knows how many the old one had given. Raises JournalError: in use, not writable, no journal.
    """
    try:
        return _opened(path, plan, clock, keep, after=_gone(path))
    except JournalDamaged as damage:
        try:
            aside = move_aside(path, clock().at)
        except OSError as error:
            raise JournalError(f"{path}: damaged ({damage}), and cannot be moved aside: {error}") from error
        log.error("%s; moved aside as %s; a new journal begins, its numbers in the upper half", damage, aside)
        return _opened(path, plan, clock, keep, after=aside)


def _opened(
    path: Path, plan: HallPlan, clock: Callable[[], Now], keep: Keep | None, *, after: str
) -> Registrar:
    source = f"/{plan.county}/{plan.hall}"
    try:
        journal = Journal(path, source=source, after=after)
    except JournalDamaged:
        raise
    except JournalError:
        # A full card at the start: the journal's WAL alone needs room.
        if not Ballast(path.with_name(BALLAST)).spend():
            raise
        journal = Journal(path, source=source, after=after)
    if not (journal.head or after):
        log.warning(_FIRST, path)
    registrar = Registrar(journal, plan, clock, keep=keep)
    try:
        registrar.start()
    except BaseException:
        journal.close()
        raise
    return registrar


def _gone(path: Path) -> str:
    """Empty where the journal is there, or where there never was one."""
    is_there = path.exists() and path.stat().st_size > 0
    if is_there or not any(path.with_name(mark).exists() for mark in _MARKS):
        return ""
    log.error("%s is gone; a new journal begins, its numbers in the upper half of each range", path)
    return GONE
