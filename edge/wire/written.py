"""A description that was found, with the frames that were seen, as the TOML that a hall's folder takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge.wire.description import DATA, Found


@dataclass(frozen=True)
class Seen:
    """A frame of which a person knows what it is."""

    case: str
    frame: bytes
    key: str = ""
    """The key that was pressed; empty: no key."""


def toml_of(
    name: str,
    found: Found,
    seen: Sequence[Seen],
    shown: Sequence[Seen],
    source: str,
    text: bytes,
    answer: Mapping[str, int] | None = None,
) -> str:
    """The description with its golden frames. `shown`: what a board showed, with `text` in it."""
    table = found.table
    source = " ".join(source.split())
    out = [
        f"# Found with `bianmin wire` on {source}.",
        "# Seen once: read it with the maker's sheet in hand, if there is one, before a hall depends on it.",
        "",
        f"[frame.{name}]",
        *(f"{key} = {_inline(table[key])}" for key in ("line", "stream") if key in table),
        "fields = [",
        *(f"  {_inline(row)}," for row in table["fields"]),
        "]",
    ]
    keys = [one for one in seen if one.key and _data(found, one.frame)]
    if keys:
        keymap = {_data(found, one.frame)[-1:].hex().upper(): one.key for one in keys}
        out += ["", f"[[frame.{name}.on]]", 'event = "keys"', f"keymap = {_inline(keymap)}"]
        out.append("# answer = {}" if answer is None else f"answer = {_inline(answer)}")
    for one in shown[-1:]:
        out += ["", f"[frame.{name}.board]", 'script = "chinese"', 'encoding = "gb2312"']
        out.append(f"show = {_inline(_saying(found, one.frame, text))}")
    for one in [*seen, *shown]:
        out += ["", *_golden(name, found, one, source)]
    return "\n".join(out) + "\n"


def _golden(name: str, found: Found, one: Seen, source: str) -> list[str]:
    values = found.format.decode(one.frame)
    fields = {key: v.hex(" ").upper() if isinstance(v, bytes) else v for key, v in values.items()}
    return [
        f"[[frame.{name}.golden]]",
        f"case = {_inline(one.case)}",
        f"hex = {_inline(one.frame.hex(' ').upper())}",
        f"fields = {_inline(fields)}",
        *([f'event = "keys"\nkey = {_inline(one.key)}'] if one.key else []),
        f"source = {_inline(source)}",
        'confidence = "seen once"',
    ]


def _saying(found: Found, frame: bytes, text: bytes) -> dict[str, Any]:
    values = found.format.decode(frame)
    before, _, after = _data(found, frame).partition(text)
    parts = [part for part in (before.hex(" ").upper(), "{text}", after.hex(" ").upper()) if part]
    fill = {key: v for key, v in values.items() if key != DATA and isinstance(v, int)}
    return {**fill, DATA: " ".join(parts)}


def _data(found: Found, frame: bytes) -> bytes:
    return found.format.payload(found.format.decode(frame))


def _inline(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(str(key))} = {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in escaped) + '"'
    return str(value)


def _key(key: str) -> str:
    return key if key.isidentifier() and key.isascii() else f'"{key}"'
