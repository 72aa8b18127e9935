"""Deliver: the sheets of past days from a journal's file, and what was told of them later.

A plain reader of the file, beside the daemon: no lock, no cursor, no second truth.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from edge import journal_file as file
from edge.entries import Entry, read_entry
from edge.hall.event_json import type_of
from edge.hall.event_values import SheetLine
from edge.hall.events import DayOpened, DaySheet, ServiceRated, SlipDecided
from edge.hall.sheet import SCORES, Tally, active_rate, count, day_sheet, quantile, waits_of

_LATER = (ServiceRated, SlipDecided)
_LATER_MARKS = tuple(f'"type":"{type_of(kind)}"' for kind in _LATER)
"""As canonical JSON has it, so that years of other entries are passed over unread."""


@dataclass(frozen=True)
class Later:
    """Said after the day's sheet was frozen."""

    seq: int
    at: str
    """UTC, ISO 8601."""
    ticket: str
    score: int = 0
    """0: it is no rating."""
    paper: str = ""
    """`printed|failed`, a person's word on a slip."""


@dataclass(frozen=True)
class DayReport:
    date: str
    sheet: DaySheet
    """As frozen; where the day is not closed yet, as of now."""
    is_closed: bool
    later: tuple[Later, ...]
    now: DaySheet
    """The sheet with everything that was told later."""
    waits_s: tuple[float, ...]


@dataclass
class _Day:
    tally: Tally = field(default_factory=Tally)
    sheet: DaySheet | None = None
    later: list[Later] = field(default_factory=list)

    def report(self) -> DayReport:
        now = day_sheet(self.tally)
        sheet = self.sheet or now
        waits_s = tuple(waits_of(self.tally))
        return DayReport(now.date, sheet, self.sheet is not None, tuple(self.later), now, waits_s)


def business_days(path: Path) -> list[str]:
    """Every business day that the journal still has, in order. Raises JournalError."""
    with file.disk(path), file.reading(path) as db:
        return [row[0] for row in db.execute("SELECT DISTINCT date FROM day ORDER BY date")]


def reports(path: Path, first: date, last: date) -> list[DayReport]:
    """One for each business day from `first` to `last` that the journal has. Raises JournalError."""
    days: dict[str, _Day] = {}
    today = ""
    for entry in _entries(path, str(first), str(last)):
        event = entry.event
        if isinstance(event, DayOpened):
            today = event.date
        if str(first) <= today <= str(last):
            _take_in(days.setdefault(today, _Day()), entry)
        if isinstance(event, _LATER):
            _correct(days, today, entry)
    return [days[name].report() for name in sorted(days)]


def in_sum(lines: list[SheetLine], waits_s: tuple[float, ...] | None = None) -> SheetLine:
    """Several lines in one; without their waits, which medians do not tell, nothing is said of waits."""
    counts = {
        name: sum(getattr(line, name) for line in lines)
        for name in SheetLine.__dataclass_fields__
        if name not in ("of", "wait_median_s", "wait_p90_s", "ratings", "active_rate")
    }
    ratings = tuple(sum(line.ratings[i] for line in lines) for i in range(len(SCORES)))
    waits = waits_s or ()
    return SheetLine(
        of=lines[0].of if lines else "",
        wait_median_s=quantile(waits, 0.5),
        wait_p90_s=quantile(waits, 0.9),
        ratings=ratings,
        active_rate=active_rate(ratings, counts["unrated"]),
        **counts,
    )


def _take_in(day: _Day, entry: Entry) -> None:
    """While a sheet holds, what comes after it is a line of its own; a day opened again has none."""
    if isinstance(entry.event, DayOpened):
        day.sheet, day.later = None, []
    if isinstance(entry.event, DaySheet):
        day.sheet, day.later = entry.event, []
    elif day.sheet is None or not isinstance(entry.event, _LATER):
        count(day.tally, entry.event, entry.stamp)


def _correct(days: dict[str, _Day], today: str, entry: Entry) -> None:
    event = entry.event
    assert isinstance(event, _LATER)
    day = next((d for d in days.values() if event.ticket in d.tally.visits and d.sheet), None)
    if day is None:
        return
    count(day.tally, event, entry.stamp)
    said = {"score": event.score} if isinstance(event, ServiceRated) else {"paper": event.state}
    day.later.append(Later(entry.seq, entry.stamp.at.isoformat(timespec="seconds"), event.ticket, **said))


def _entries(path: Path, first: str, last: str) -> Iterator[Entry]:
    """All entries of the days asked for; after them only what may be a correction, and where days begin."""
    with file.disk(path), file.reading(path) as db:
        asked = "SELECT min(seq) FROM day WHERE date >= ? AND date <= ?"
        start = db.execute(asked, (first, last)).fetchone()[0]
        if start is None:
            return
        beyond = db.execute("SELECT min(seq) FROM day WHERE seq > ? AND date > ?", (start, last)).fetchone()[
            0
        ]
        marks = (*_LATER_MARKS, f'"type":"{type_of(DayOpened)}"')
        for seq, body, chain in file.rows(db, start - 1):
            if beyond is None or seq < beyond or any(mark in body for mark in marks):
                yield read_entry(seq, body, chain)
