"""The county's store: each entry once, in whatever order and however often it came; receipts from it."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, create_engine, event, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from edge.center.arrivals import Arrived, is_journal
from edge.center.migrating import migrate
from edge.center.tables import entries, figures, halls, journals
from edge.entries import FIRST_LINK, link

StoreError = SQLAlchemyError
"""The store did not take it, or could not be asked; nothing of that call has happened."""

GRACE_S = 5.0
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


@dataclass(frozen=True)
class _Journal:
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

        An entry of a journal that belongs to another hall is left out. Raises StoreError.
        """
        by_journal = attrgetter("journal", "seq")
        with self._engine.begin() as tx:
            groups = groupby(sorted(arrived, key=by_journal), key=attrgetter("journal"))
            return [r for journal, group in groups if (r := self._keep_of(tx, journal, list(group)))]

    def _keep_of(self, tx: Connection, journal: str, group: list[Arrived]) -> Receipt | None:
        known = self._journal(tx, journal, group[0].hall)
        group = [a for a in group if a.hall == known.hall]
        if not group:
            return None
        new = self._insert(tx, group)
        self._count(tx, new)
        stored, chain, broken = _advanced(known, new, tx)
        highest = max(known.highest, group[-1].seq)
        has_hole, moved = highest > stored, stored > known.stored
        tx.execute(
            update(journals)
            .where(journals.c.journal == journal)
            .values(
                stored=stored,
                chain=chain,
                highest=highest,
                broken=broken,
                hole_since=(known.hole_since if known.hole_since and not moved else time.time()) * has_hole,
                ask_due=known.ask_due * (has_hole and not moved),
                asks=known.asks * (has_hole and not moved),
            )
        )
        return Receipt(known.hall, journal, stored)

    def _journal(self, tx: Connection, journal: str, hall: str) -> _Journal:
        """Its row, made where it was not there, and held against other workers until the end."""
        tx.execute(_insert_into(tx, halls).on_conflict_do_nothing(), {"hall": hall, "journal": journal})
        tx.execute(_insert_into(tx, journals).on_conflict_do_nothing(), {"journal": journal, "hall": hall})
        return _known(tx, journals.c.journal == journal)[0]

    def _insert(self, tx: Connection, group: Sequence[Arrived]) -> list[Arrived]:
        """Those that were not there."""
        once = {a.seq: a for a in group}
        now = _iso(datetime.now(UTC))
        insert = _insert_into(tx, entries).on_conflict_do_nothing().returning(entries.c.seq)
        came = tx.execute(insert, [_row(a, now) for a in once.values()]).scalars()
        return [once[seq] for seq in came]

    def _count(self, tx: Connection, new: Iterable[Arrived]) -> None:
        for (hall, day, type_), n in sorted(Counter((a.hall, a.day, a.type) for a in new).items()):
            insert = _insert_into(tx, figures).values(hall=hall, day=day, type=type_, count=n)
            more = {"count": figures.c.count + n}
            tx.execute(insert.on_conflict_do_update(index_elements=["hall", "day", "type"], set_=more))

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
            stored, chain, broken = _advanced(replace(known, stored=first - 1, chain=""), [], tx)
            hole = time.time() * (known.highest > stored)
            new = {
                "stored": stored,
                "chain": chain,
                "broken": broken,
                "hole_since": hole,
                "asks": 0,
                "ask_due": 0.0,
            }
            tx.execute(update(journals).where(mine).values(**new))
            return Receipt(hall, journal, stored)

    def receipts(self) -> list[Receipt]:
        """Of every journal; for a broker that may have lost what it retained. Raises StoreError."""
        with self._engine.connect() as tx:
            rows = tx.execute(select(journals.c.hall, journals.c.journal, journals.c.stored))
            return [Receipt(*row) for row in rows]

    # --- what a hall says of itself -------------------------------------------------------------------------

    def told(self, said: Mapping[tuple[str, str], str]) -> None:
        """Keep the newest `status` or `health` of halls, by hall and kind, as JSON.

        Raises StoreError.
        """
        now = _iso(datetime.now(UTC))
        with self._engine.begin() as tx:
            for (hall, kind), text in sorted(said.items()):
                new = {kind: text, f"{kind}_at": now}
                insert = _insert_into(tx, halls).values(hall=hall, **new)
                tx.execute(insert.on_conflict_do_update(index_elements=["hall"], set_=new))
                if kind == "status":
                    self._expect(tx, hall, json.loads(text))

    def _expect(self, tx: Connection, hall: str, status: Any) -> None:
        """A hall's birth says how far its journal reaches: what does not come by itself is asked for."""
        journal, head = status.get("journal"), status.get("head")
        if not (is_journal(journal) and type(head) is int and 0 < head < 2**53):
            return
        known = self._journal(tx, journal, hall)
        if known.hall == hall and head > known.highest:
            hole = known.hole_since or time.time()
            mine = update(journals).where(journals.c.journal == journal)
            tx.execute(mine.values(highest=head, hole_since=hole))


def _known(tx: Connection, which: ColumnElement[bool]) -> list[_Journal]:
    """Held against other workers until the end; in one order, so that two never wait for each other."""
    rows = tx.execute(select(journals).where(which).order_by(journals.c.journal).with_for_update())
    return [_Journal(**row._mapping) for row in rows]


def _advanced(known: _Journal, new: Sequence[Arrived], tx: Connection) -> tuple[int, str, int]:
    """How far a journal reaches with these and what lies in the store: sequence, its chain, first broken."""
    stored, broken = known.stored, known.broken
    chain = known.chain if stored else FIRST_LINK
    at_hand: Mapping[int, Any] = {a.seq: a for a in new}
    highest, look = max(known.highest, *at_hand, 0), 1
    while True:
        while entry := at_hand.get(stored + 1):
            if chain and not broken and link(chain, entry.body) != entry.chain:
                broken = entry.seq
            stored, chain = entry.seq, entry.chain
        if stored == highest:
            return stored, chain, broken
        at_hand, look = _after(tx, known.journal, stored, look), _LOOK
        if stored + 1 not in at_hand:
            return stored, chain, broken


def _after(tx: Connection, journal: str, stored: int, limit: int) -> Mapping[int, Any]:
    columns = select(entries.c.seq, entries.c.body, entries.c.chain)
    here = (entries.c.journal == journal) & (entries.c.seq > stored)
    return {row.seq: row for row in tx.execute(columns.where(here).order_by(entries.c.seq).limit(limit))}


def _leased(tx: Connection, known: _Journal, now: float) -> Gap:
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
