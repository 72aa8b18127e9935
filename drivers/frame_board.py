"""What a board is told in the frames of a description: `[frame.NAME.board]`, so that it needs no code.

The form: README.md of this folder, "boards in frame descriptions".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from drivers.capabilities import Colour, Script
from drivers.frame_table import Field, Problems, Table

Given: TypeAlias = Mapping[str, int | bytes]
"""What the driver knows: a number or bytes for each place."""

MOTIONS = ("still", "scroll", "flash")
CODES = ("bcd", "bytes", "ascii", "number")

_HERE = "board"
"""The table's own place in a description."""
_NUMBERS = ("address", "line", "colour", "motion", "level")
_PLACES = (*_NUMBERS, "text", "digits")
_ENCODINGS = ("gb2312", "gbk", "ascii")
_SAYINGS = ("show", "ask", "on", "off", "level")
_PLACE = re.compile(r"\{([^}]*)\}")


@dataclass(frozen=True)
class Saying:
    """One frame to the board, with `{places}` for what only the driver knows."""

    fill: Mapping[str, int | bytes | str]
    """Field -> its value; a text names a place."""
    parts: tuple[bytes | str, ...]
    """The variable part: bytes as they are, and places."""

    @classmethod
    def read(cls, where: str, value: object, problems: Problems) -> "Saying":
        table = dict(problems.table(where, value))
        template = table.pop("data", "")
        parts: list[bytes | str] = []
        for i, part in enumerate(_PLACE.split(template if isinstance(template, str) else "?")):
            parts.append(_known(f"{where}.data", part, problems) if i % 2 else _hexes(where, part, problems))
        fill: dict[str, int | bytes | str] = {}
        for name, item in table.items():
            place = _PLACE.fullmatch(item) if isinstance(item, str) else None
            if place:
                fill[name] = _known(f"{where}.{name}", place[1], problems)
            elif isinstance(item, int) and not isinstance(item, bool):
                fill[name] = item
            else:
                fill[name] = problems.hexes(f"{where}.{name}", item)
        return cls(fill, tuple(part for part in parts if part))

    @property
    def places(self) -> frozenset[str]:
        named = (*self.fill.values(), *self.parts)
        return frozenset(item for item in named if isinstance(item, str))

    def fields(self, given: Given) -> dict[str, int | bytes]:
        """The fields' values; those that are not named have their defaults."""
        return {name: given[item] if isinstance(item, str) else item for name, item in self.fill.items()}

    def payload(self, given: Given) -> bytes:
        """The variable part, a number as one byte."""
        filled = (given[part] if isinstance(part, str) else part for part in self.parts)
        return b"".join(bytes([part & 0xFF]) if isinstance(part, int) else part for part in filled)


@dataclass(frozen=True)
class DigitCode:
    """How a board of digits wants its number, right-aligned."""

    code: str = "bytes"
    """`bcd` two digits a byte, `bytes` one of 00..09 each, `ascii` as text, `number` one binary number, high
    byte first."""
    places: int = 4
    """Digits of the board; of `number`: bytes."""
    blank: int = 0x0A
    """A digit that stays dark; of `bcd` a nibble, of `number` unused."""

    @classmethod
    def read(cls, table: Table, problems: Problems) -> "DigitCode":
        problems.unknown_keys(f"{_HERE}.digits", table, {"code", "places", "blank"})
        code = problems.choice(f"{_HERE}.digits", table, "code", "bytes", CODES)
        places = problems.number(f"{_HERE}.digits", table, "places", 4, 1, 16)
        usual = {"bcd": 0xF, "ascii": 0x20}.get(code, 0x0A)
        blank = problems.number(f"{_HERE}.digits", table, "blank", usual, 0, 0xF if code == "bcd" else 0xFF)
        if code == "bcd" and places % 2:
            problems.append(f"board.digits.places: two digits make a byte, {places} is odd")
        return cls(code, places, blank)

    def encode(self, text: str) -> bytes:
        """The last digits of a text that fit (of `ascii`: its last characters)."""
        if self.code == "ascii":
            shown = "".join(c for c in text if " " < c < "\x7f")[-self.places :]
            return bytes([self.blank]) * (self.places - len(shown)) + shown.encode("ascii")
        digits = "".join(c for c in text if c in "0123456789")
        if self.code == "number":
            return (int(digits or "0") & ((1 << 8 * self.places) - 1)).to_bytes(self.places, "big")
        row = [int(c) for c in digits[-self.places :]]
        row = [self.blank] * (self.places - len(row)) + row
        if self.code == "bytes":
            return bytes(row)
        return bytes(high << 4 | low for high, low in zip(row[::2], row[1::2], strict=True))


@dataclass(frozen=True)
class BoardWords:
    """A description's board: what it can show, and the frames that make it."""

    script: Script
    encoding: str
    colours: Mapping[Colour, int]
    motions: Mapping[str, int]
    digits: DigitCode
    newline: bytes
    """Between the rows of one text; empty: each row has a frame of its own."""
    longest: int
    """Bytes of text in one frame."""
    highest_level: int
    sayings: Mapping[str, Saying]
    """`show`, and where the board has them `ask` (it answers, and nothing changes), `on`, `off`, `level`."""

    @classmethod
    def read(cls, table: Table, problems: Problems) -> "BoardWords":
        keys = {"script", "encoding", "colours", "motions", "digits", "newline", "longest", "highest_level"}
        problems.unknown_keys("board", table, {*keys, *_SAYINGS})
        if "show" not in table:
            problems.append('board.show: missing (the frame that shows a text: {data = "{text}"})')
        colours = _choices(f"{_HERE}.colours", table.get("colours", {}), tuple(Colour), problems)
        return cls(
            Script(problems.choice("board", table, "script", "chinese", tuple(Script))),
            problems.choice("board", table, "encoding", "gb2312", _ENCODINGS),
            {Colour(name): number for name, number in colours.items()},
            _choices(f"{_HERE}.motions", table.get("motions", {}), MOTIONS, problems),
            DigitCode.read(problems.table(f"{_HERE}.digits", table.get("digits", {})), problems),
            problems.hexes(f"{_HERE}.newline", table.get("newline", "")),
            problems.number("board", table, "longest", 200, 1, 60_000),
            problems.number("board", table, "highest_level", 15, 1, 255),
            {name: Saying.read(f"board.{name}", table[name], problems) for name in _SAYINGS if name in table},
        )

    def contradictions(self, fields: Sequence[Field]) -> Iterator[str]:
        """What does not fit to the frame's fields, or to itself."""
        free = {f.name: f for f in fields if f.kind in ("uint", "bytes")}
        for name, saying in self.sayings.items():
            for field, item in saying.fill.items():
                at = f"board.{name}.{field}"
                if field not in free:
                    yield f"{at}: no such field to set (there are: {', '.join(free)})"
                elif isinstance(item, bytes) != (free[field].kind == "bytes"):
                    yield f"{at}: a {free[field].kind} field takes {_WANTED[free[field].kind]}"
                elif isinstance(item, str) and item not in _NUMBERS:
                    yield f"{at}: {{{item}}} goes into data"
        yield from self._unused()

    def _unused(self) -> Iterator[str]:
        shown = self.sayings["show"].places if "show" in self.sayings else frozenset()
        content = "digits" if self.script is Script.DIGITS else "text"
        if "show" in self.sayings and content not in shown:
            yield f"board.show.data: must hold {{{content}}}"
        if "motion" in shown and "still" not in self.motions:
            yield "board.motions: still is missing"
        if "colour" in shown and not self.colours:
            yield "board.colours: missing, and {colour} is to be sent"
        if self.script is not Script.CHINESE and self.encoding != "ascii":
            yield f'board.encoding: must be "ascii" for script = "{self.script}"'

    # --- values for places ----------------------------------------------------------------------------------

    def colour(self, wanted: Colour) -> int:
        """A board that has not this colour shows its first."""
        return self.colours.get(wanted, next(iter(self.colours.values()), 0))

    def motion(self, name: str) -> int:
        return self.motions.get(name, self.motions.get("still", 0))

    def level(self, percent: int) -> int:
        """The board's own step; whatever is not dark stays visible."""
        return max(1 if percent else 0, round(percent * self.highest_level / 100))


_WANTED = {"uint": 'a number or a place like "{line}"', "bytes": "hex bytes"}


def _hexes(where: str, part: str, problems: Problems) -> bytes:
    return problems.hexes(f"{where}.data", part)


def _known(where: str, name: str, problems: Problems) -> str:
    if name not in _PLACES:
        problems.append(f"{where}: {{{name}}} is none of: {', '.join(_PLACES)}")
    return name


def _choices(where: str, value: object, allowed: Sequence[str], problems: Problems) -> dict[str, int]:
    table = problems.table(where, value)
    problems.unknown_keys(where, table, set(allowed))
    known = [name for name in table if name in allowed]
    return {name: problems.number(where, table, name, 0, 0, 0xFFFF) for name in known}
