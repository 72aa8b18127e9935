"""TOML tables bound to frozen dataclasses; every problem as one line with its path and a hint."""

import dataclasses
import difflib
import functools
import json
import re
import tomllib
import typing
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as pydantic_dataclass

T = TypeVar("T")
Loc: TypeAlias = tuple[str | int, ...]
Table: TypeAlias = Mapping[str, Any]

STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

_WORDS = {
    "missing": "missing",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "string_type": "must be a text in quotes",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a table",
    "dataclass_type": "must be a table",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "date_from_datetime_parsing": "must be a date like 2026-10-01",
    "date_parsing": "must be a date like 2026-10-01",
    "date_type": "must be a date like 2026-10-01",
}


class Problems:
    """Collects what is wrong in a config folder, in the order found."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, file: str, path: str, what: str) -> None:
        line = one_line(f"{file}: {path}: {what}" if path else f"{file}: {what}")
        if line not in self.lines:
            self.lines.append(line)

    def no_such(self, file: str, path: str, what: str, word: str, known: Iterable[str]) -> None:
        """`no service "scoial" (did you mean "social"?)`"""
        self.add(file, path, f'no {what} "{word}"{hint(word, known)}')


def one_line(text: str) -> str:
    """What was in a file, fit for a terminal: line breaks and control characters as their escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def hint(word: str, known: Iterable[str]) -> str:
    """` (did you mean "address"?)`, else ` (there are: a, b)`, for the end of a line."""
    known = sorted(known)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f' (did you mean "{close[0]}"?)'
    return f" (there are: {', '.join(known[:20])})" if known else " (there are none)"


def parse(text: bytes, shown: str, problems: Problems) -> dict[str, Any] | None:
    """A TOML file's table; None, and a line with the number of the bad line, when it is none."""
    try:
        return tomllib.loads(text.decode("utf-8"))
    except UnicodeDecodeError as e:
        line = text.count(b"\n", 0, e.start) + 1
        problems.add(f"{shown}:{line}", "", "not UTF-8 text")
    except tomllib.TOMLDecodeError as e:
        problems.add(*_toml_error(str(e), text, shown))
    except (ValueError, RecursionError):
        problems.add(shown, "", "not valid TOML: a number is too long, or tables are nested too deep")
    return None


def _toml_error(message: str, text: bytes, shown: str) -> tuple[str, str, str]:
    match = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    if not match:
        return shown, "", f"not valid TOML: {message}"
    line = match[1] or str(text.count(b"\n", 0, len(text.rstrip())) + 1)
    return f"{shown}:{line}", "", f"not valid TOML: {message[: match.start()]}"


def bind(cls: type[T], table: Table, shown: str, problems: Problems, at: str = "") -> T | None:
    """A table as a frozen standard dataclass; None, and a line for each fault, when something was wrong.

    `at`: the table's own path in the file `shown`.
    """
    kind: Any = cls
    bound, wrong = _bound(_binder(kind), {"inner": table})
    for loc, what in wrong:
        problems.add(shown, path_of(loc[1:], at), what)
    return None if bound is None else bound.inner


def schema_of(cls: type[Any]) -> dict[str, Any]:
    """The JSON Schema of what `bind` takes for this class, with the fields' docstrings; for editors."""
    holder = _holder(cls, ConfigDict(**STRICT, use_attribute_docstrings=True))
    return TypeAdapter(holder).json_schema()


def _holder(cls: type[Any], config: ConfigDict) -> Any:
    """Only the outermost dataclass is pydantic's; nested ones inherit its strictness (pydantic 2)."""
    plain = dataclasses.make_dataclass("Holder", [("inner", cls)], frozen=True)
    return pydantic_dataclass(plain, frozen=True, config=config)


@functools.cache
def _binder(cls: type[Any]) -> Any:
    """Made once for each class: it costs some milliseconds, and a hall has dozens of tables."""
    return _holder(cls, STRICT)


def _bound(holder: Any, table: Table) -> tuple[Any, list[tuple[Loc, str]]]:
    """Goes by way of JSON: in strict mode only that takes tables for dataclasses and lists for tuples, while
    numbers in quotes, 1 for true and true for 1 are refused (pydantic 2.12)."""
    try:
        text = json.dumps(table, default=str, ensure_ascii=False)
        return TypeAdapter(holder).validate_json(text), []
    except ValidationError as e:
        return None, [_worded(holder, dict(error)) for error in e.errors(include_url=False)]


def _worded(cls: Any, error: dict[str, Any]) -> tuple[Loc, str]:
    loc = tuple(part for part in error["loc"] if part != "[key]")  # pydantic's mark: the key itself is wrong
    kind, context = error["type"], error.get("ctx", {})
    if kind == "unexpected_keyword_argument":
        return loc, "unknown option" + hint(str(loc[-1]), _fields_at(cls, loc[:-1]))
    if kind == "value_error":
        return _own_words(str(context["error"]), cls, loc)
    what = _WORDS.get(kind, error["msg"]).format(**{k: str(v) for k, v in context.items()})
    value = error.get("input")
    if kind != "missing" and isinstance(value, str | int | float | bool):
        what += f", not {json.dumps(value, ensure_ascii=False)}"
    return loc, what


def _own_words(message: str, cls: Any, loc: Loc) -> tuple[Loc, str]:
    """A dataclass's `ValueError("size: must be 1..8")`, or without the colon, names its field first."""
    name, _, rest = message.partition(" ")
    name = name.rstrip(":")
    return ((*loc, name), rest) if rest and name in _fields_at(cls, loc) else (loc, message)


def path_of(loc: Sequence[Any], at: str = "") -> str:
    """`("counter", "3", "services", 1)` -> `counter.3.services[1]`"""
    path = at
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


def _fields_at(cls: Any, loc: Sequence[Any]) -> list[str]:
    for part in loc:
        cls = _step(cls, part)
    return [f.name for f in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else []


def _step(cls: Any, part: Any) -> Any:
    if dataclasses.is_dataclass(cls):
        kind = typing.get_type_hints(cls).get(str(part))
    else:
        kind = next((a for a in typing.get_args(cls)[::-1] if a is not Ellipsis), None)
    inner = [a for a in typing.get_args(kind) if dataclasses.is_dataclass(a)]
    is_choice = type(None) in typing.get_args(kind)
    return inner[0] if inner and is_choice else kind


def read(path: Path, shown: str, problems: Problems) -> bytes | None:
    """A file's bytes; None, and a line, when it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        problems.add(shown, "", "missing")
    except OSError as e:
        problems.add(shown, "", f"cannot be read: {e.strerror}")
    return None
