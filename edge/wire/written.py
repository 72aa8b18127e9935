"""A description that was found, with the frames that were seen, as the TOML that a hall's folder takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drivers.errors import FrameError
from edge.wire.description import DATA, Found, answers

PLACES = {"addr": "{address}", "address": "{address}", "line": "{line}"}
"""Names of fields that a board's driver fills in."""


@dataclass(frozen=True)
class Seen:
    """A frame of which a person knows what it is."""

    case: str
    frame: bytes
    key: str = ""
    """The key that was pressed; empty: no key."""
    is_rating: bool = False

    @property
    def event(self) -> str:
        return "keys" if self.key else "rating" if self.is_rating else ""


def toml_of(
    name: str,
    found: Found,
    seen: Sequence[Seen],
    shown: Sequence[Seen],
    source: str,
    text: bytes,
    pairs: Sequence[tuple[bytes, bytes]] = (),
) -> str:
    """The description with its golden frames. `shown`: what a board showed, with `text` in it.

    `pairs`: frames of the device, and what the maker's program said to each. Raises ValueError where keys and
    ratings cannot be told apart.
    """
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
        *_rules(name, found, seen, pairs),
    ]
    for one in shown[-1:]:
        out += ["", f"[frame.{name}.board]", 'script = "chinese"', 'encoding = "gb2312"']
        out.append(f"show = {_inline(_saying(found, one.frame, text))}")
    for one in [*seen, *shown]:
        out += ["", *_golden(name, found, one, source)]
    return "\n".join(out) + "\n"


def _rules(
    name: str, found: Found, seen: Sequence[Seen], pairs: Sequence[tuple[bytes, bytes]]
) -> Iterator[str]:
    """`on`: ratings first, since they are told from keys by a field, and keys are all others."""
    keys = [one.frame for one in seen if one.event == "keys" and _data(found, one.frame)]
    ratings = [one.frame for one in seen if one.event == "rating" and _data(found, one.frame)]
    match = _only_in(found, ratings, keys) if keys and ratings else {}
    if keys and ratings and not match:
        raise ValueError("keys and ratings differ in no field: name one in which they do (name 6 func)")
    is_rating = [all(_values(found, one).get(k) == v for k, v in match.items()) for one, _ in pairs]
    if ratings:
        answer = answers(found, [p for p, rated in zip(pairs, is_rating, strict=True) if rated])
        yield from ("", f"[[frame.{name}.on]]", f"match = {_inline(match)}", 'event = "rating"')
        yield f'value = "data[{_place(found, ratings)}]"'
        yield _answer(answer)
    if keys:
        others = [p for p, rated in zip(pairs, is_rating, strict=True) if not (ratings and rated)]
        keymap = {
            _data(found, one.frame)[-1:].hex().upper(): one.key
            for one in seen
            if one.frame in keys and one.key
        }
        yield from ("", f"[[frame.{name}.on]]", 'event = "keys"', f"keymap = {_inline(keymap)}")
        yield _answer(answers(found, others))


def _answer(found: Mapping[str, int] | None) -> str:
    """The host's answer where one was recorded, else a line to uncomment."""
    return "# answer = {}" if found is None else f"answer = {_inline(found)}"


def _only_in(found: Found, some: Sequence[bytes], others: Sequence[bytes]) -> dict[str, int]:
    """The first field that all of these share and none of the others has."""
    for name, value in _values(found, some[0]).items():
        same = all(_values(found, one)[name] == value for one in some)
        if isinstance(value, int) and same and all(_values(found, one)[name] != value for one in others):
            return {name: value}
    return {}


def _place(found: Found, frames: Sequence[bytes]) -> int:
    """Which byte of the data tells these frames apart; the last where none does."""
    data = [_data(found, frame) for frame in frames]
    shortest = min(map(len, data))
    return next((i for i in range(shortest) if len({chunk[i] for chunk in data}) > 1), shortest - 1)


def _values(found: Found, frame: bytes) -> dict[str, int | bytes]:
    try:
        return found.format.decode(frame)
    except FrameError:
        return {}


def _golden(name: str, found: Found, one: Seen, source: str) -> list[str]:
    values = found.format.decode(one.frame)
    fields = {key: v.hex(" ").upper() if isinstance(v, bytes) else v for key, v in values.items()}
    return [
        f"[[frame.{name}.golden]]",
        f"case = {_inline(one.case)}",
        f"hex = {_inline(one.frame.hex(' ').upper())}",
        f"fields = {_inline(fields)}",
        *([f'event = "{one.event}"'] if one.event else []),
        *([f"key = {_inline(one.key)}"] if one.key else []),
        f"source = {_inline(source)}",
        'confidence = "seen once"',
    ]


def _saying(found: Found, frame: bytes, text: bytes) -> dict[str, Any]:
    values = found.format.decode(frame)
    before, _, after = _data(found, frame).partition(text)
    parts = [part for part in (before.hex(" ").upper(), "{text}", after.hex(" ").upper()) if part]
    fill = {key: PLACES.get(key, v) for key, v in values.items() if key != DATA and isinstance(v, int)}
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
