"""How far journals reach in the store without a hole, and whether their chains hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select, tuple_

from edge.center.tables import entries
from edge.entries import FIRST_LINK, link

FIRST_LOOK, MOST_LOOK = 8, 1000
"""Entries above a hole that are looked for at once; eight times as many after a step that found all."""
_MOST_KEYS = 8000
"""In one question; SQLite takes 32,766 parameters, two for each."""


@dataclass(frozen=True)
class Journal:
    """A row of `journal`."""

    journal: str
    hall: str
    stored: int
    chain: str
    highest: int
    broken: int
    hole_since: float
    ask_due: float
    asks: int


@dataclass
class Reach:
    """One journal while entries come to hand."""

    journal: str
    stored: int
    chain: str
    """Of `stored`; empty: not known."""
    broken: int
    """The first entry whose chain is wrong; 0: none."""
    highest: int
    at_hand: dict[int, Any] = field(default_factory=dict)
    """By sequence: what has `seq`, `body`, `chain`."""

    @classmethod
    def of(cls, known: Journal, highest: int) -> "Reach":
        return cls(
            known.journal, known.stored, known.chain if known.stored else FIRST_LINK, known.broken, highest
        )

    def walk(self) -> bool:
        """Go on over what is at hand; False: not a step."""
        began = self.stored
        while (entry := self.at_hand.pop(self.stored + 1, None)) is not None:
            if self.chain and not self.broken and link(self.chain, entry.body) != entry.chain:
                self.broken = entry.seq
            self.stored, self.chain = entry.seq, entry.chain
        return self.stored > began

    def lacks(self, look: int) -> list[tuple[str, int]]:
        """Keys of what is missing among the next `look`."""
        upto = min(self.highest, self.stored + look)
        return [(self.journal, n) for n in range(self.stored + 1, upto + 1) if n not in self.at_hand]


def walk_all(tx: Connection, reaches: Sequence[Reach]) -> None:
    """Over what is at hand and what lies in the store, of all journals together. Raises StoreError."""
    for reach in reaches:
        reach.walk()
    behind, look = [r for r in reaches if r.stored < r.highest], FIRST_LOOK
    while behind:
        some = _MOST_KEYS // look
        for start in range(0, len(behind), some):
            _fetch(tx, behind[start : start + some], look)
        behind = [r for r in behind if r.walk() and r.stored < r.highest]
        look = min(look * 8, MOST_LOOK)


def _fetch(tx: Connection, behind: Sequence[Reach], look: int) -> None:
    keys = [key for reach in behind for key in reach.lacks(look)]
    columns = select(entries.c.journal, entries.c.seq, entries.c.body, entries.c.chain)
    by_journal = {reach.journal: reach for reach in behind}
    for row in tx.execute(columns.where(tuple_(entries.c.journal, entries.c.seq).in_(keys))):
        by_journal[row.journal].at_hand[row.seq] = row
