"""Is the journal what was written, and the checkpoint what the journal says? Reads, beside the daemon."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edge import checkpoint
from edge import journal_file as file
from edge.checkpoint import Checkpoint
from edge.clock import EARLIEST
from edge.entries import FIRST_LINK, link, read_entry
from edge.errors import JournalError
from edge.hall.hall import Hall
from edge.journal_restored import formers, name_at


@dataclass(frozen=True)
class Verdict:
    journal: str
    entries: int
    """How many were read and found good."""
    head: int
    bad_seq: int = 0
    """The first bad entry; 0: all is well."""
    problem: str = ""
    first: int = 1
    """The first entry that is here; those before it were pruned."""
    checkpoint: str = "none"
    """`same` as the fold of the journal, `other`, or `none` to compare."""


def verify(path: Path) -> Verdict:
    """Follow the chain from the first entry to the last, and fold it beside the checkpoint.

    The daemon may be running. Raises JournalError where there is no readable journal at all.
    """
    with file.disk(path), file.reading(path) as db:
        journal, names = file.meta(db, "journal"), formers(db)
        before, chain = file.anchor(db) or (0, FIRST_LINK)
        fold = _Fold(checkpoint.load_any(path.with_name(checkpoint.FILE)), journal)
        good, head, first = 0, before, before + 1
        for seq, body, stored in file.rows(db, 0):
            problem = _fault(name_at(names, seq, journal), head + 1, seq, body, stored, chain)
            if problem:
                return Verdict(journal, good, head, head + 1, problem, first)
            fold.add(seq, body, stored)
            good, head, chain = good + 1, seq, stored
        told = db.execute(
            "SELECT max(seq) FROM (SELECT seq FROM cursor UNION SELECT seq FROM day)"
        ).fetchone()
    if (told[0] or 0) > head:
        missing = f"entries {head + 1} to {told[0]} are missing"
        return Verdict(journal, good, head, head + 1, missing, first)
    return Verdict(journal, good, head, first=first, checkpoint=fold.verdict)


class _Fold:
    """The journal folded from its first entry to the one at which the checkpoint stands."""

    def __init__(self, kept: Checkpoint | None, journal: str) -> None:
        self._kept = kept if kept and kept.journal == journal else None
        self._hall = Hall(kept.hall.plan) if kept else None
        self._floor = EARLIEST
        self.verdict = "none"

    def add(self, seq: int, body: str, chain: str) -> None:
        if self._kept is None or self._hall is None or seq > self._kept.seq:
            return
        entry = read_entry(seq, body, chain)
        self._hall.apply(entry.event, entry.stamp)
        if entry.trusted:
            self._floor = max(self._floor, entry.stamp.at)
        if seq == self._kept.seq:
            self.verdict = "same" if self._is_same(self._kept, self._hall, self._floor, chain) else "other"

    @staticmethod
    def _is_same(kept: Checkpoint, hall: Hall, floor: datetime, chain: str) -> bool:
        told, found = (json.dumps(checkpoint.state_of(h), sort_keys=True) for h in (kept.hall, hall))
        return kept.chain == chain and told == found and kept.floor == floor


def _fault(journal: str, due: int, seq: int, body: str, stored: str, before: str) -> str:
    if seq != due:
        return f"entry {due} is missing"
    if link(before, body) != stored:
        return f"entry {seq} is not what was written, or not after what was written before it"
    try:
        read_entry(seq, body, stored)
    except JournalError as error:
        return str(error)
    at_home = json.loads(body).get("id") == f"{journal}:{seq}"
    return "" if at_home else f"entry {seq} belongs to another place"
