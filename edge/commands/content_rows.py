"""Tables of service guides: JSON, CSV and XLSX as rows by field, the columns named as people name them."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from edge.texts import Texts

Row = dict[str, Any]

COLUMNS = (
    "name",
    "department",
    "service",
    "kind",
    "promised_time",
    "legal_time",
    "fee",
    "fee_basis",
    "materials",
    "steps",
    "conditions",
    "basis",
    "result",
    "person",
    "contact",
    "complaints",
    "events",
    "also",
    "letters",
    "remark",
    "source",
    "rank",
    "id",
)
"""In the order of a new table."""
LISTS = ("materials", "steps", "complaints", "events", "also")
_NUMBERED = re.compile(r"^\s*(?:[0-9]{1,2}\s*[.、)）．]|[(（][0-9]{1,2}[)）])\s*")
_BREAKS = re.compile(r"[\n\r;；]+")


def read_rows(file: Path, texts: Texts) -> list[Row]:
    """The file's guides, only fields with something in them. Raises ValueError, OSError, ImportError."""
    if file.suffix.lower() == ".json":
        return _from_json(file)
    readers: dict[str, Callable[[Path], list[list[str]]]] = {".csv": _csv, ".xlsx": _xlsx}
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise ValueError(f"{file}: a .json, .csv or .xlsx file, please")
    return _from_table(reader(file), texts, file)


def names_of(texts: Texts, key: str) -> list[str]:
    """The ways in which people write a column's or a value's name; the first is ours."""
    return [key, *texts.get(f"content.{key}").split("/")]


def _from_json(file: Path) -> list[Row]:
    try:
        data = json.loads(file.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as e:
        raise ValueError(f"{file}: not valid JSON: {e}") from e
    rows = data.get("guides") if isinstance(data, dict) else data
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise ValueError(f'{file}: must be a list of guides, or {{"guides": [...]}}')
    return rows


def _csv(file: Path) -> list[list[str]]:
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("gb18030")  # what a Chinese Excel calls CSV
        except UnicodeDecodeError as e:
            raise ValueError(f"{file}: neither UTF-8 nor GB18030") from e
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]


def _xlsx(file: Path) -> list[list[str]]:
    import zipfile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as e:
        raise ValueError(f"{file}: no XLSX table: {e}") from e
    rows = book.worksheets[0].iter_rows(values_only=True)
    return [["" if cell is None else str(cell).strip() for cell in row] for row in rows]


def _from_table(table: list[list[str]], texts: Texts, file: Path) -> list[Row]:
    known = {name: key for key in COLUMNS for name in names_of(texts, key)}
    heads = [i for i, line in enumerate(table) if "name" in map(known.get, line)]
    if not heads:
        raise ValueError(f"{file}: no column {names_of(texts, 'name')[1]!r}; see: bianmin content template")
    at = heads[0]
    columns = [known.get(cell) for cell in table[at]]
    named = [c for c in columns if c]
    if twice := [c for c in named if named.count(c) > 1]:
        raise ValueError(f"{file}: two columns for {twice[0]!r}")
    unknown = [c for c, key in zip(table[at], columns, strict=True) if c and key is None]
    if unknown:
        raise ValueError(f"{file}: unknown column {unknown[0]!r}; see: bianmin content template")
    rows = []
    for n, line in enumerate(table[at + 1 :], at + 2):
        row = {key: cell for key, cell in zip(columns, line, strict=False) if key and cell}
        if row:
            rows.append(_typed(row, f"{file}:{n}"))
    return rows


def _typed(row: Mapping[str, str], where: str) -> Row:
    typed: Row = {k: split(v) if k in LISTS else " ".join(v.split()) for k, v in row.items()}
    if "rank" in row:
        try:
            typed["rank"] = int(float(row["rank"]))
        except ValueError as e:
            raise ValueError(f"{where}: rank is a whole number, not {row['rank']!r}") from e
    return typed


def split(cell: str) -> list[str]:
    """One entry per line or semicolon, without the numbers that people put before them."""
    return [e for part in _BREAKS.split(cell) if (e := _NUMBERED.sub("", part).strip())]


def write_template(file: Path, texts: Texts) -> None:
    """An empty table with all columns. Raises ValueError, OSError, ImportError."""
    heads = [names_of(texts, key)[1] for key in COLUMNS]
    if file.suffix.lower() == ".csv":
        file.write_text(_line(heads), "utf-8-sig")
        return
    if file.suffix.lower() != ".xlsx":
        raise ValueError(f"{file}: a .csv or .xlsx file, please")
    from openpyxl import Workbook

    book = Workbook()
    book.worksheets[0].append(heads)
    book.save(file)


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue()
