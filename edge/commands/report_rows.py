"""A report's rows and columns, the same in a terminal, in CSV and in XLSX."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from edge.hall.event_values import SheetLine
from edge.hall.events import DaySheet
from edge.hall.sheet import SCORES
from edge.readers.reports import DayReport, in_sum
from edge.texts import Texts

Cell: TypeAlias = str | int | float | None


@dataclass(frozen=True)
class Names:
    """Of services and counters, by id; an id without one stands for itself."""

    services: Mapping[str, str]
    counters: Mapping[str, str]


@dataclass(frozen=True)
class Column:
    key: str
    heading: str
    is_text: bool = False
    always: bool = True
    """Shown in a terminal even where there is nothing in it."""

    def shown(self, cell: Cell) -> str:
        return f"{cell:.1%}" if self.key == "active_rate" and isinstance(cell, float) else str(cell)


@dataclass(frozen=True)
class Row:
    cells: Mapping[str, Cell]
    is_sum: bool = False
    ends: bool = False
    """The last one of its group."""


_TEXTS = ("date", "group", "name")
_COUNTS = ("issued", "called", "served", "no_show", "wait_median_min", "wait_p90_min")
_RARE = ("carried", "calls", "by_hand", "cancelled", "expired", "open")


def columns(texts: Texts) -> list[Column]:
    def heading(key: str) -> str:
        return texts.get(f"report.{key}")

    return [
        *(Column(key, heading(key), is_text=True) for key in _TEXTS),
        *(Column(key, heading(key)) for key in _COUNTS),
        *(Column(key, heading(key), always=False) for key in _RARE),
        *(Column(f"score_{n}", heading(f"score_{n}")) for n in reversed(SCORES)),
        Column("unrated", heading("unrated")),
        Column("active_rate", heading("active_rate")),
        Column("note", heading("note"), is_text=True, always=False),
    ]


def day_rows(found: list[DayReport], names: Names, texts: Texts) -> list[Row]:
    """Services, counters, the sum as the sheet has it, later lines, and the sum with them."""
    (day,) = found
    rows = [*_parts(day.date, day.sheet, names, texts)]
    note = "" if day.is_closed else texts.get("report.not_closed")
    rows.append(
        _row(day.date, texts.get("report.sum"), "", day.sheet.total, note=note, is_sum=True, ends=True)
    )
    for later in day.later:
        rows.append(_later(day.date, later.ticket, later.score, later.paper, later.at, texts))
    if day.later:
        sum_now = texts.get("report.sum_now")
        rows.append(_row(day.date, sum_now, "", day.now.total, is_sum=True, ends=True))
    return rows


def month_rows(found: list[DayReport], names: Names, texts: Texts) -> list[Row]:
    """A line a day, with all that was told of it later; then services, counters and the sum."""
    rows = []
    for day in found:
        note = "" if day.is_closed else texts.get("report.not_closed")
        if day.later:
            note = texts.get("report.corrected", n=len(day.later))
        is_last = day is found[-1]
        rows.append(_row(day.date, texts.get("report.day"), "", day.now.total, note=note, ends=is_last))
    month, waits_s = found[0].date[:7], tuple(w for day in found for w in day.waits_s)
    whole = DaySheet(
        date=month,
        total=in_sum([day.now.total for day in found], waits_s),
        services=_summed(line for day in found for line in day.now.services),
        counters=_summed(line for day in found for line in day.now.counters),
    )
    sum_row = _row(month, texts.get("report.sum"), "", whole.total, is_sum=True, ends=True)
    return [*rows, *_parts(month, whole, names, texts), sum_row]


def _summed(lines: Iterable[SheetLine]) -> tuple[SheetLine, ...]:
    groups: dict[str, list[SheetLine]] = {}
    for line in lines:
        groups.setdefault(line.of, []).append(line)
    return tuple(in_sum(groups[of]) for of in sorted(groups))


def _parts(when: str, sheet: DaySheet, names: Names, texts: Texts) -> list[Row]:
    rows = []
    for group, lines, known in (
        ("service", sheet.services, names.services),
        ("counter", sheet.counters, names.counters),
    ):
        for line in lines:
            name = known.get(line.of, line.of)
            rows.append(_row(when, texts.get(f"report.{group}"), name, line, ends=line is lines[-1]))
    return rows


def _row(
    when: str,
    group: str,
    name: str,
    line: SheetLine,
    *,
    note: str = "",
    is_sum: bool = False,
    ends: bool = False,
) -> Row:
    cells: dict[str, Cell] = {
        "date": when,
        "group": group,
        "name": name,
        **{key: getattr(line, key) for key in (*_COUNTS[:4], *_RARE, "unrated", "active_rate")},
        "wait_median_min": _minutes(line.wait_median_s),
        "wait_p90_min": _minutes(line.wait_p90_s),
        **{f"score_{n}": line.ratings[i] for i, n in enumerate(SCORES)},
        "note": note,
    }
    return Row(cells, is_sum, ends)


def _later(when: str, ticket: str, score: int, paper: str, at: str, texts: Texts) -> Row:
    number = ticket.rpartition("-")[2]
    cells: dict[str, Cell] = {"date": when, "group": texts.get("report.later"), "name": number}
    if score:
        cells |= {f"score_{score}": 1, "unrated": -1, "note": texts.get("report.rated_later", at=at[:10])}
    else:
        said = texts.get("report.printed" if paper == "printed" else "report.not_printed")
        cells["note"] = texts.get("report.slip_decided", at=at[:10], said=said)
    return Row(cells)


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)
