"""What halls say that they wrote beside what lies in the store."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from edge.center.store import Store
from edge.center.tables import entries as entry
from edge.center.tables import figures, halls
from edge.center.tables import journals as journal


@dataclass(frozen=True)
class InStore:
    entries: int
    lost: int
    """Written by a hall, and not there."""
    doubled: int
    """Counted in the day's figures more than once; a second row there cannot be."""
    unlike: int
    """Journals whose last entry or chain is another, or that the center takes for changed."""


def in_store(url: str, journals: Sequence[tuple[str, int, str]]) -> InStore:
    """`journals`: id, head and last chain of each. Raises StoreError."""
    written = {id: (head, chain) for id, head, chain in journals}
    store = Store(url)
    try:
        with store.engine.connect() as tx:
            counted = select(entry.c.journal, func.count()).where(entry.c.journal.in_(written))
            there = {row[0]: int(row[1]) for row in tx.execute(counted.group_by(entry.c.journal))}
            known = select(journal.c.journal, journal.c.stored, journal.c.chain, journal.c.broken)
            rows = {j: (s, c, b) for j, s, c, b in tx.execute(known.where(journal.c.journal.in_(written)))}
            own = select(halls.c.hall).where(halls.c.journal.in_(written))
            theirs = select(func.sum(figures.c.count)).where(figures.c.hall.in_(own))
            in_figures = tx.execute(theirs).scalar_one() or 0
            all_theirs = select(func.count()).select_from(entry).where(entry.c.hall.in_(own))
            rows_of_halls = tx.execute(all_theirs).scalar_one()
    finally:
        store.close()
    lost = sum(max(0, head - there.get(id, 0)) for id, (head, _) in written.items())
    unlike = sum(rows.get(id) != (head, chain, 0) for id, (head, chain) in written.items() if head)
    return InStore(sum(there.values()), lost, max(0, in_figures - rows_of_halls), unlike)
