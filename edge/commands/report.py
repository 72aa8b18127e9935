"""`bianmin report day|month`: sheets for people and for spreadsheets, read beside the daemon."""

import argparse
import calendar
import csv
import io
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from edge.commands.folders import take_data
from edge.commands.report_rows import Names, Row, columns, day_rows, month_rows
from edge.paths import shared
from edge.readers.reports import DayReport, business_days, reports
from edge.texts import Texts

FORMATS = ("table", "csv", "xlsx", "json")
_WIDE = 200
"""Characters of a line where no terminal says how many there are."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("span", choices=("day", "month"))
    take_data(parser)
    parser.add_argument("--date", help="YYYY-MM-DD, a month YYYY-MM (the journal's last one)")
    parser.add_argument("--format", choices=FORMATS, default="table")
    parser.add_argument("-o", "--out", metavar="FILE", type=Path, help="into a file; XLSX needs one")
    parser.add_argument("--config", metavar="DIR", type=Path, help="the config folder, for the names")


def run(args: argparse.Namespace) -> int:
    """Exit status: 0 written, 1 it could not be, 2 wrong input. Raises JournalError, ConfigError."""
    path = args.data / "journal.db"
    try:
        if not path.exists():
            raise ValueError(f"{path}: there is no journal (is --data right?)")
        if args.format == "xlsx" and args.out is None:
            raise ValueError("XLSX goes into a file: add -o FILE.xlsx")
        found = _found(path, args.span, args.date)
    except ValueError as error:
        print(f"bianmin: {error}", file=sys.stderr)
        return 2
    texts = Texts.load("zh-CN", shared("texts"))
    rows = (day_rows if args.span == "day" else month_rows)(found, _names(args.config), texts)
    try:
        _WRITERS[args.format](found, rows, texts, args.out)
    except ImportError:
        print("bianmin: XLSX needs openpyxl: pip install 'bianmin-edge[content]'", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"bianmin: {args.out}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _found(path: Path, span: str, asked: str | None) -> list[DayReport]:
    """Raises ValueError: no date, or none of the journal's."""
    days = business_days(path)
    if not days:
        raise ValueError(f"{path}: no business day yet")
    first, last = _span(asked or days[-1], span)
    found = reports(path, first, last)
    if not found:
        raise ValueError(f"no business day in {asked} (the journal has {days[0]} to {days[-1]})")
    return found


def _span(asked: str, span: str) -> tuple[date, date]:
    """Raises ValueError."""
    try:
        if span == "day":
            return (day := date.fromisoformat(asked)), day
        day = date.fromisoformat(f"{asked[:7]}-01")
    except ValueError:
        form = "2026-11-23" if span == "day" else "2026-11"
        raise ValueError(f"--date {asked}: not a date like {form}") from None
    return day, day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _names(config: Path | None) -> Names:
    if config is None:
        return Names({}, {})
    from edge.settings import load

    plan = load(config).plan
    return Names({s.id: s.name for s in plan.services}, {c.id: c.name for c in plan.counters})


# --- forms --------------------------------------------------------------------------------------------------


def _as_table(found: list[DayReport], rows: list[Row], texts: Texts, out: Path | None) -> None:
    room = io.StringIO()
    screen = Console(file=room, width=_WIDE) if out else Console()
    if not (out or screen.is_terminal):
        screen = Console(width=_WIDE)
    said = [c for c in columns(texts) if c.always or any(row.cells.get(c.key) for row in rows)]
    shown = [c for c in said if c.key != "date" or len({row.cells["date"] for row in rows}) > 1]
    table = Table(title=_title(found, texts), title_justify="left")
    for column in shown:
        table.add_column(column.heading, justify="left" if column.is_text else "right")
    for row in rows:
        cells = ("" if (cell := row.cells.get(c.key)) is None else c.shown(cell) for c in shown)
        table.add_row(*cells, end_section=row.ends, style="bold" if row.is_sum else "")
    screen.print(table)
    if out:
        out.write_text(room.getvalue(), "utf-8")


def _title(found: list[DayReport], texts: Texts) -> str:
    first, last = found[0].date, found[-1].date
    span = first if first == last else f"{first} – {last}"
    return f"{texts.get('report.title')} {span}"


def _as_csv(found: list[DayReport], rows: list[Row], texts: Texts, out: Path | None) -> None:
    room = io.StringIO(newline="")
    writer = csv.writer(room)
    all_columns = columns(texts)
    writer.writerow(c.heading for c in all_columns)
    writer.writerows([row.cells.get(c.key) for c in all_columns] for row in rows)
    content = room.getvalue().encode("utf-8-sig")  # the mark without which Excel reads GBK
    if out:
        out.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)


def _as_xlsx(found: list[DayReport], rows: list[Row], texts: Texts, out: Path | None) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    all_columns = columns(texts)
    sheet.title = found[0].date if found[0].date == found[-1].date else found[0].date[:7]
    sheet.append([c.heading for c in all_columns])
    for row in rows:
        sheet.append([row.cells.get(c.key) for c in all_columns])
    for n, row in enumerate(rows, 2):
        if row.is_sum:
            for cell in sheet[n]:
                cell.font = Font(bold=True)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "D2"
    assert out is not None
    book.save(out)


def _as_json(found: list[DayReport], rows: list[Row], texts: Texts, out: Path | None) -> None:
    days = [
        {
            "date": day.date,
            "closed": day.is_closed,
            "sheet": _lines(day.sheet),
            "later": [asdict(later) for later in day.later],
            "now": _lines(day.now),
        }
        for day in found
    ]
    content = json.dumps({"days": days}, ensure_ascii=False, indent=2) + "\n"
    if out:
        out.write_text(content, "utf-8")
    else:
        sys.stdout.write(content)


def _lines(sheet: object) -> dict[str, object]:
    data = asdict(sheet)  # type: ignore[call-overload]
    return {key: data[key] for key in ("total", "services", "counters")}


_WRITERS: dict[str, Callable[[list[DayReport], list[Row], Texts, Path | None], None]] = {
    "table": _as_table,
    "csv": _as_csv,
    "xlsx": _as_xlsx,
    "json": _as_json,
}
