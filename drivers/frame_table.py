"""The parts of a frame description, read from a TOML table with every problem named.

The form: README.md of this folder, "frame descriptions".
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

from drivers.checksums import CHECKSUMS

Table: TypeAlias = Mapping[str, object]
Fill: TypeAlias = Mapping[str, int | bytes]

_ENDS = ("le", "be")
_ALLOWED = {
    "const": {"hex"},
    "uint": {"size", "endian", "default", "ascii"},
    "bytes": {"size", "default"},
    "length": {"size", "endian", "ascii", "over", "add"},
    "data": set[str](),
    "checksum": {"size", "endian", "ascii", "over", "algo"},
}
EVENTS = ("keys", "rating", "done", "refused")
"""What a rule can make of a frame that came."""

_PLACEHOLDERS = ("text", "digits6")
_VALUE = re.compile(r"data\[(\d{1,3})\]")


class Problems(list[str]):
    """What is wrong with a description, each line beginning with the place."""

    def unknown_keys(self, where: str, table: Table, allowed: set[str]) -> None:
        for key in table:
            if key not in allowed:
                near = get_close_matches(key, allowed, 1)
                hint = f'did you mean "{near[0]}"?' if near else "there are: " + ", ".join(sorted(allowed))
                self.append(f"{where}.{key}: unknown key ({hint})")

    def number(self, where: str, table: Table, key: str, default: int, low: int, high: int) -> int:
        value = table.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.append(f"{where}.{key}: must be a whole number from {low} to {high}")
            return default
        return value

    def choice(self, where: str, table: Table, key: str, default: str, choices: tuple[str, ...]) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or value not in choices:
            self.append(f"{where}.{key}: {value!r} is none of: {', '.join(choices)}")
            return choices[0]
        return value

    def hexes(self, where: str, value: object) -> bytes:
        try:
            return bytes.fromhex(value) if isinstance(value, str) else self._not_hex(where, value)
        except ValueError:
            return self._not_hex(where, value)

    def _not_hex(self, where: str, value: object) -> bytes:
        self.append(f'{where}: {value!r} is not hex bytes like "FF 68"')
        return b""

    def rows(self, key: str, table: Table) -> list[tuple[str, Table]]:
        """A list of tables, each with its place."""
        found = table.get(key, [])
        if not isinstance(found, list):
            self.append(f"{key}: must be a list of tables")
            found = []
        return [(f"{key}[{i}]", self.table(f"{key}[{i}]", row)) for i, row in enumerate(found)]

    def table(self, where: str, value: object) -> Table:
        if not isinstance(value, Mapping):
            self.append(f"{where}: must be a table")
            return {}
        return value


@dataclass(frozen=True)
class LineSettings:
    """How the maker's devices are usually set; a link's own URL goes before."""

    baud: int = 9600
    character: str = "8N1"
    duplex: str = "half"
    reply_ms: int = 300
    """How long an answer may take."""
    quiet_ms: int = 0
    """Silence on the wire before sending."""

    @classmethod
    def read(cls, table: Table, problems: Problems) -> "LineSettings":
        problems.unknown_keys("line", table, {"baud", "format", "duplex", "reply_ms", "quiet_ms"})
        character = table.get("format", "8N1")
        if not isinstance(character, str) or not re.fullmatch(r"[5-8][NEOMS][12]", character):
            problems.append(f'line.format: {character!r} is not like "8N1"')
            character = "8N1"
        return cls(
            problems.number("line", table, "baud", 9600, 50, 4_000_000),
            character,
            problems.choice("line", table, "duplex", "half", ("half", "full")),
            problems.number("line", table, "reply_ms", 300, 1, 60_000),
            problems.number("line", table, "quiet_ms", 0, 0, 5_000),
        )


@dataclass(frozen=True)
class StreamSettings:
    """How the end of a frame is found in a stream."""

    mode: str
    max: int
    """No frame is longer, in bytes as on the wire."""
    gap_ms: int
    """A half frame is thrown away after so much silence."""

    @classmethod
    def read(cls, table: Table, problems: Problems) -> "StreamSettings":
        problems.unknown_keys("stream", table, {"mode", "max", "gap_ms"})
        if "mode" not in table:
            problems.append("stream.mode: missing (length, delimiter or gap)")
        return cls(
            problems.choice("stream", table, "mode", "length", ("length", "delimiter", "gap")),
            problems.number("stream", table, "max", 256, 1, 65_536),
            problems.number("stream", table, "gap_ms", 100, 1, 60_000),
        )


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    size: int
    """Bytes on the wire before escaping; 0 for `data`, which varies."""
    big_endian: bool = False
    is_ascii: bool = False
    """Sent as hex digits, `size` of them."""
    const: bytes = b""
    default: int | bytes = 0
    first: str = ""
    last: str = ""
    """`over`: the first and the last field counted or summed."""
    add: int = 0
    algo: str = ""

    @classmethod
    def read(cls, where: str, table: Table, problems: Problems) -> "Field":
        name, kind = table.get("name"), table.get("kind")
        if not isinstance(name, str) or not name.isidentifier():
            problems.append(f"{where}.name: {name!r} is not a plain name")
            name = where
        if not isinstance(kind, str) or kind not in _ALLOWED:
            problems.append(f"{where}.kind: {kind!r} is none of: {', '.join(_ALLOWED)}")
            return cls(name, "uint", 1)
        where = f"fields.{name}"
        problems.unknown_keys(where, table, _ALLOWED[kind] | {"name", "kind"})
        if kind == "const":
            return cls._read_const(name, where, table, problems)
        if kind == "data":
            return cls(name, kind, 0, default=b"")
        size = problems.number(where, table, "size", 1, 1, 8 if kind != "bytes" else 1024)
        if kind == "bytes":
            return cls._read_bytes(name, where, size, table, problems)
        return cls._read_number(name, kind, where, size, table, problems)

    @classmethod
    def _read_const(cls, name: str, where: str, table: Table, problems: Problems) -> "Field":
        const = problems.hexes(f"{where}.hex", table.get("hex"))
        if not const:
            problems.append(f"{where}.hex: a const needs at least one byte")
        return cls(name, "const", len(const), const=const)

    @classmethod
    def _read_bytes(cls, name: str, where: str, size: int, table: Table, problems: Problems) -> "Field":
        default = problems.hexes(f"{where}.default", table["default"]) if "default" in table else bytes(size)
        if len(default) != size:
            problems.append(f"{where}.default: {len(default)} bytes, but size = {size}")
        return cls(name, "bytes", size, default=default)

    @classmethod
    def _read_number(
        cls, name: str, kind: str, where: str, size: int, table: Table, problems: Problems
    ) -> "Field":
        is_ascii = "ascii" in table
        if is_ascii and table["ascii"] != "hex":
            problems.append(f'{where}.ascii: only "hex" is known')
        first, last = cls._read_over(where, table, problems) if kind != "uint" else ("", "")
        big = problems.choice(where, table, "endian", "le", _ENDS) == "be"
        if size > 1 and not is_ascii and "endian" not in table:
            problems.append(f"{where}.endian: must be given for more than one byte (le, be)")
        algo = ""
        if kind == "checksum":
            algo = problems.choice(where, table, "algo", "", tuple(CHECKSUMS))
            wanted = CHECKSUMS[algo].size * (2 if is_ascii else 1)
            if size != wanted:
                problems.append(f"{where}.size: {algo} takes {wanted} bytes here, not {size}")
        most = 256 ** (size // 2 if is_ascii else size) - 1
        default = problems.number(where, table, "default", 0, 0, most) if kind == "uint" else 0
        add = problems.number(where, table, "add", 0, -1024, 1024) if kind == "length" else 0
        return cls(name, kind, size, big, is_ascii, b"", default, first, last, add, algo)

    @staticmethod
    def _read_over(where: str, table: Table, problems: Problems) -> tuple[str, str]:
        over = table.get("over")
        if isinstance(over, list) and len(over) == 2 and all(isinstance(name, str) for name in over):
            return over[0], over[1]
        problems.append(f'{where}.over: must be the first and last field, like ["addr", "data"]')
        return "", ""


@dataclass(frozen=True)
class Escape:
    first: str
    last: str
    sequences: Mapping[int, bytes]

    @classmethod
    def read(cls, table: Table, problems: Problems) -> "Escape":
        problems.unknown_keys("escape", table, {"from", "to", "map"})
        sequences: dict[int, bytes] = {}
        for key, value in problems.table("escape.map", table.get("map")).items():
            byte = problems.hexes(f"escape.map.{key}", key)
            sequence = problems.hexes(f"escape.map.{key}", value)
            if len(byte) != 1 or len(sequence) < 2:
                problems.append(f"escape.map.{key}: one byte must become a sequence of two or more")
            else:
                sequences[byte[0]] = sequence
        for byte_, sequence in sequences.items():
            if sequence[0] not in sequences:
                problems.append(
                    f"escape.map.{byte_:02X}: {sequence[0]:02X} begins a sequence but is not escaped"
                )
            if any(other != byte_ and sequences[other].startswith(sequence) for other in sequences):
                problems.append(f"escape.map.{byte_:02X}: overlaps another sequence")
        return cls(str(table.get("from", "")), str(table.get("to", "")), sequences)


@dataclass(frozen=True)
class Rule:
    """What a received frame means."""

    match: Mapping[str, int]
    event: str
    keymap: Mapping[int, str]
    """Byte of the data -> what is printed on the key."""
    value: int
    """Which byte of the data holds the value; -1: none."""
    answer: Fill | None
    """The same frame goes back with these fields replaced; empty: as it came; None: no answer."""

    @classmethod
    def read(cls, where: str, table: Table, problems: Problems) -> "Rule":
        problems.unknown_keys(where, table, {"match", "event", "keymap", "value", "answer"})
        event = table.get("event")
        if event not in EVENTS:
            problems.append(f"{where}.event: {event!r} is none of: {', '.join(EVENTS)}")
        keymap: dict[int, str] = {}
        for key, name in problems.table(f"{where}.keymap", table.get("keymap", {})).items():
            byte = problems.hexes(f"{where}.keymap.{key}", key)
            if len(byte) != 1 or not isinstance(name, str) or not name:
                problems.append(f'{where}.keymap.{key}: must be one byte = "a name"')
            else:
                keymap[byte[0]] = name
        value, index = table.get("value"), -1
        if value is not None:
            found = _VALUE.fullmatch(value) if isinstance(value, str) else None
            index = int(found[1]) if found else -1
            if not found:
                problems.append(f'{where}.value: {value!r} is not like "data[0]"')
        answer = table.get("answer")
        fill = None if answer is None else read_fill(f"{where}.answer", answer, problems)
        match = read_fill(f"{where}.match", table.get("match", {}), problems)
        numbers = {name: number for name, number in match.items() if isinstance(number, int)}
        if len(numbers) != len(match):
            problems.append(f"{where}.match: only numbers can be matched")
        return cls(numbers, str(event), keymap, index, fill)


def read_fill(where: str, value: object, problems: Problems) -> Fill:
    """Field values as a description gives them: numbers, or hex for bytes."""
    fill: dict[str, int | bytes] = {}
    for name, item in problems.table(where, value).items():
        if isinstance(item, int) and not isinstance(item, bool):
            fill[name] = item
        else:
            fill[name] = problems.hexes(f"{where}.{name}", item)
    return fill


@dataclass(frozen=True)
class Message:
    """A frame that the host sends, by name."""

    fill: Fill
    parts: tuple[bytes | str, ...]
    """The data: bytes as they are, and names of what the driver fills in."""
    encoding: str

    @classmethod
    def read(cls, where: str, value: object, problems: Problems) -> "Message":
        table = dict(problems.table(where, value))
        encoding = table.pop("encoding", "gb18030")
        try:
            codecs.lookup(str(encoding))
        except LookupError:
            problems.append(f"{where}.encoding: {encoding!r} is not known")
        template = table.pop("data", "")
        parts: list[bytes | str] = []
        for part in re.split(r"(\{[^}]*\})", template if isinstance(template, str) else "?"):
            if not part.startswith("{"):
                parts.append(problems.hexes(f"{where}.data", part))
            elif part[1:-1] in _PLACEHOLDERS:
                parts.append(part[1:-1])
            else:
                problems.append(f"{where}.data: {part} is none of: {{text}}, {{digits6}}")
        return cls(read_fill(where, table, problems), tuple(parts), str(encoding))

    def payload(self, given: Mapping[str, str | bytes]) -> bytes:
        """The data with its places filled, text encoded. Raises ValueError where something is missing."""
        out = bytearray()
        for part in self.parts:
            if isinstance(part, bytes):
                out += part
            elif part not in given:
                raise ValueError(f"the message needs {part}")
            else:
                item = given[part]
                out += item if isinstance(item, bytes) else item.encode(self.encoding)
        return bytes(out)
