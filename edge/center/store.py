"""The county's store: each entry once, in whatever order and however often it came; receipts from it."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from edge.center.arrivals import Arrived, is_journal
from edge.center.migrating import migrate
from edge.center.reach import Journal, Reach, walk_all
from edge.center.tables import entries, figures, halls, journals

StoreError = SQLAlchemyError
"""The store did not take it, or could not be asked; nothing of that call has happened."""

GRACE_S = 15.0
"""A hole younger than this may still be filled by what another worker has in hand."""
ASK_AGAIN_S, ASK_AT_MOST_S = 60.0, 3600.0
MOST_AT_ONCE = 20_000
"""Entries asked for in one command."""
_LOOK = 1000


@dataclass(frozen=True)
class Receipt:
    hall: str
    journal: str
    stored: int


@dataclass(frozen=True)
class Gap:
    """Entries that are missing, both ends included."""

    hall: str
    journal: str
    first: int
    last: int


class Store:
    """Any thread; each call is one transaction."""

    def __init__(self, url: str) -> None:
        """`sqlite:///PATH` or `postgresql+psycopg://…`. Makes or changes the tables. Raises StoreError."""
        self._engine = create_engine(url, pool_pre_ping=True)
        if self._engine.dialect.name == "sqlite":
            if self._engine.url.database:
                Path(self._engine.url.database).parent.mkdir(parents=True, exist_ok=True)
            event.listen(self._engine, "connect", _sqlite_manners)
            event.listen(self._engine, "begin", _sqlite_begin)
        self._owner_of: dict[str, str] = {}
        """Halls of journals, which never change; of what is committed."""
        migrate(self._engine)

    @property
    def engine(self) -> Engine:
        """For who only reads: the fleet."""
        return self._engine

    def close(self) -> None:
        self._engine.dispose()

    # --- entries --------------------------------------------------------------------------------------------

    def keep(self, arrived: Iterable[Arrived]) -> list[Receipt]:
        """Put entries on disk, each once; the receipts of the journals they belong to.

        An entry of a journal that belongs to another hall is left out. However many halls they come from, it
        is a handful of statements. Raises StoreError.
        """
        once = {(a.journal, a.seq): a for a in arrived}
        with self._engine.begin() as tx:
            owners = self._owners(tx, {a.journal: a.hall for a in once.values()})
            mine = [once[key] for key in sorted(once) if owners[key[0]] == once[key].hall]
            # Entries before journals: a journal is held against other workers only while it moves. What
            # another has not yet committed is a hole here; whoever holds the journal later sees both.
            new = self._insert(tx, mine)
            receipts = self._move(tx, mine, new)
            self._count(tx, new)
        self._owner_of.update(owners)
        return receipts

    def _owners(self, tx: Connection, said: Mapping[str, str]) -> dict[str, str]:
        """Whose each journal is: the hall's that named it first. Rows are made where there were none."""
        owners = {journal: self._owner_of.get(journal, "") for journal in said}
        unknown = {journal: said[journal] for journal, hall in sorted(owners.items()) if not hall}
        if unknown:
            named = [{"journal": j, "hall": h} for j, h in unknown.items()]
            by_hall = sorted(named, key=itemgetter("hall"))
            tx.execute(_insert_into(tx, halls).on_conflict_do_nothing(), by_hall)
            tx.execute(_insert_into(tx, journals).on_conflict_do_nothing(), named)
            query = select(journals.c.journal, journals.c.hall).where(journals.c.journal.in_(unknown))
            owners.update((row.journal, row.hall) for row in tx.execute(query))
        return owners

    def _insert(self, tx: Connection, mine: Sequence[Arrived]) -> list[Arrived]:
        """Those that were not there."""
        if not mine:
            return []
        now = _iso(datetime.now(UTC))
        insert = _insert_into(tx, entries).on_conflict_do_nothing()
        rows = tx.execute(insert.returning(entries.c.journal, entries.c.seq), [_row(a, now) for a in mine])
        there = {(row.journal, row.seq) for row in rows}
        return [a for a in mine if (a.journal, a.seq) in there]

    def _move(self, tx: Connection, mine: Iterable[Arrived], new: Iterable[Arrived]) -> list[Receipt]:
        highest: dict[str, int] = {a.journal: a.seq for a in mine}  # in order of sequence
        if not highest:
            return []
        known = _known(tx, journals.c.journal.in_(highest))
        reaches = {k.journal: Reach.of(k, max(k.highest, highest[k.journal])) for k in known}
        for a in new:
            reaches[a.journal].at_hand[a.seq] = a
        walk_all(tx, list(reaches.values()))
        rows = [_moved(k, reaches[k.journal]) for k in known]
        insert = _insert_into(tx, journals)
        changes = {name: insert.excluded[name] for name in rows[0] if name not in ("journal", "hall")}
        upsert = insert.on_conflict_do_update(index_elements=["journal"], set_=changes)
        tx.execute(upsert.returning(journals.c.journal), rows)
        return [Receipt(k.hall, k.journal, reaches[k.journal].stored) for k in known]

    def _count(self, tx: Connection, new: Iterable[Arrived]) -> None:
        counted = sorted(Counter((a.hall, a.day, a.type) for a in new).items())
        if counted:
            insert = _insert_into(tx, figures)
            more = {"count": figures.c.count + insert.excluded["count"]}
            upsert = insert.on_conflict_do_update(index_elements=["hall", "day", "type"], set_=more)
            rows = [
                {"hall": hall, "day": day, "type": type_, "count": n} for (hall, day, type_), n in counted
            ]
            tx.execute(upsert.returning(figures.c.hall), rows)

    # --- holes ----------------------------------------------------------------------------------------------

    def gaps_to_ask(self, now: float | None = None) -> list[Gap]:
        """Holes old enough to be asked for, each given to one caller alone until it is due again.

        Raises StoreError.
        """
        now = time.time() if now is None else now
        with self._engine.begin() as tx:
            old_enough = (journals.c.hole_since > 0) & (journals.c.hole_since <= now - GRACE_S)
            due = _known(tx, old_enough & (journals.c.ask_due <= now))
            return [_leased(tx, journal, now) for journal in due]

    def begins_at(self, hall: str, journal: str, first: int) -> Receipt | None:
        """The hall's word that its journal holds nothing before `first`: older entries will never come.

        None: no such journal of this hall. Raises StoreError.
        """
        with self._engine.begin() as tx:
            mine = (journals.c.journal == journal) & (journals.c.hall == hall)
            known = next(iter(_known(tx, mine)), None)
            if known is None or not known.stored + 1 < first <= known.highest:
                return None
            reach = Reach.of(replace(known, stored=first - 1, chain=""), known.highest)
            walk_all(tx, [reach])
            hole = time.time() * (known.highest > reach.stored)
            new = {
                "stored": reach.stored,
                "chain": reach.chain,
                "broken": reach.broken,
                "hole_since": hole,
                "asks": 0,
                "ask_due": 0.0,
            }
            tx.execute(update(journals).where(mine).values(**new))
            return Receipt(hall, journal, reach.stored)

    def receipts(self) -> list[Receipt]:
        """Of every journal; for a broker that may have lost what it retained. Raises StoreError."""
        with self._engine.connect() as tx:
            rows = tx.execute(select(journals.c.hall, journals.c.journal, journals.c.stored))
            return [Receipt(*row) for row in rows]

    # --- what a hall says of itself -------------------------------------------------------------------------

    def told(self, said: Mapping[tuple[str, str], str]) -> None:
        """Keep the newest of what halls say of themselves, by hall and kind (a column), as JSON.

        Raises StoreError.
        """
        now, kinds = _iso(datetime.now(UTC)), sorted({kind for _, kind in said})
        names = sorted({hall for hall, _ in said})
        with self._engine.begin() as tx:
            tx.execute(_insert_into(tx, halls).on_conflict_do_nothing(), [{"hall": hall} for hall in names])
            # Every worker hears it: held in one order, and what another has written is not written again.
            tx.execute(select(halls.c.hall).where(halls.c.hall.in_(names)).order_by("hall").with_for_update())
            for kind in kinds:
                text, at = halls.c[kind], halls.c[f"{kind}_at"]
                newer = update(halls).where((halls.c.hall == bindparam("of")) & (text != bindparam("said")))
                rows = [{"of": hall, "said": said[hall, kind]} for hall in names if (hall, kind) in said]
                tx.execute(newer.values({text: bindparam("said"), at: now}), rows)
            self._expect(tx, {h: json.loads(text) for (h, kind), text in said.items() if kind == "status"})

    def _expect(self, tx: Connection, births: Mapping[str, Any]) -> None:
        """A hall's birth says how far its journal reaches: what does not come by itself is asked for."""
        heads: dict[str, tuple[str, int]] = {}
        for hall, status in births.items():
            journal, head = status.get("journal"), status.get("head")
            if is_journal(journal) and type(head) is int and 0 < head < 2**53:
                heads[journal] = hall, head
        if not heads:
            return
        self._owners(tx, {journal: hall for journal, (hall, _) in heads.items()})
        for known in _known(tx, journals.c.journal.in_(heads)):
            hall, head = heads[known.journal]
            if known.hall == hall and head > known.highest:
                hole = known.hole_since or time.time()
                mine = update(journals).where(journals.c.journal == known.journal)
                tx.execute(mine.values(highest=head, hole_since=hole))


def _known(tx: Connection, which: ColumnElement[bool]) -> list[Journal]:
    """Held against other workers until the end; in one order, so that two never wait for each other."""
    rows = tx.execute(select(journals).where(which).order_by(journals.c.journal).with_for_update())
    return [Journal(**row._mapping) for row in rows]


def _moved(known: Journal, reach: Reach) -> dict[str, Any]:
    """A journal's row as it is now; a hole that grew smaller is a new one, to be asked for in its time."""
    has_hole, moved = reach.highest > reach.stored, reach.stored > known.stored
    old_hole = has_hole and not moved
    return {
        "journal": known.journal,
        "hall": known.hall,
        "stored": reach.stored,
        "chain": reach.chain,
        "highest": reach.highest,
        "broken": reach.broken,
        "hole_since": (known.hole_since if known.hole_since and not moved else time.time()) * has_hole,
        "ask_due": known.ask_due * old_hole,
        "asks": known.asks * old_hole,
    }


def _leased(tx: Connection, known: Journal, now: float) -> Gap:
    """The hole above `stored`, not to be asked for again for a while, by anybody."""
    again = now + min(ASK_AGAIN_S * 2 ** min(known.asks, 10), ASK_AT_MOST_S)
    mine = update(journals).where(journals.c.journal == known.journal)
    tx.execute(mine.values(ask_due=again, asks=known.asks + 1))
    above = (entries.c.journal == known.journal) & (entries.c.seq > known.stored)
    there = tx.execute(select(func.min(entries.c.seq)).where(above)).scalar_one()
    last = known.highest if there is None else there - 1
    return Gap(known.hall, known.journal, known.stored + 1, min(last, known.stored + MOST_AT_ONCE))


def _row(a: Arrived, came_at: str) -> dict[str, Any]:
    return {
        "journal": a.journal,
        "seq": a.seq,
        "hall": a.hall,
        "type": a.type,
        "at": a.at,
        "day": a.day,
        "trusted": a.trusted,
        "body": a.body,
        "chain": a.chain,
        "came_at": came_at,
    }


def _insert_into(tx: Connection, table: Table) -> Any:
    """Both dialects know ON CONFLICT, each by its own construct."""
    return (postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert)(table)


def _sqlite_manners(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's own words begin and end a transaction
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}").close()


def _sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # a reader that becomes a writer would fail at once


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def lines(store: Store, journal: str) -> Iterator[tuple[int, str, str]]:
    """All entries of a journal in order: sequence, JSON, chain. Raises StoreError."""
    query = select(entries.c.seq, entries.c.body, entries.c.chain).where(entries.c.journal == journal)
    with store.engine.connect().execution_options(yield_per=_LOOK) as tx:
        for row in tx.execute(query.order_by(entries.c.seq)):
            yield row.seq, row.body, row.chain
