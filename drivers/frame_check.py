"""Contradictions between the parts of a frame description whose parts are sound."""

from collections.abc import Iterator, Mapping, Sequence

from drivers.frame_table import Escape, Field, Message, Rule, StreamSettings
from drivers.frame_value import raw_of


def contradictions(
    fields: Sequence[Field],
    stream: StreamSettings,
    escape: Escape,
    rules: Sequence[Rule],
    messages: Mapping[str, Message],
) -> list[str]:
    """One line each, beginning with the place."""
    found = [*_in_names(fields), *_in_ends(fields, escape)]
    return found or [
        *_in_ranges(fields, escape),
        *_in_stream(fields, stream, escape),
        *_in_rules(fields, rules),
        *_in_messages(fields, messages),
    ]


def _in_names(fields: Sequence[Field]) -> Iterator[str]:
    names = [field.name for field in fields]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"fields.{name}: the name is given twice"
    if sum(field.kind == "data" for field in fields) != 1:
        yield "fields: exactly one must be of kind data"


def _in_ends(fields: Sequence[Field], escape: Escape) -> Iterator[str]:
    """Ranges that name fields which are not there, or backwards."""
    names = [field.name for field in fields]
    for field in fields:
        if field.kind not in ("length", "checksum"):
            continue
        missing = [end for end in (field.first, field.last) if end not in names]
        if missing:
            yield f"fields.{field.name}.over: no field {missing[0]!r} (there are: {', '.join(names)})"
        elif names.index(field.first) > names.index(field.last):
            yield f"fields.{field.name}.over: {field.first} comes after {field.last}"
    if escape.sequences:
        missing = [end for end in (escape.first, escape.last) if end not in names]
        if missing:
            yield f"escape: no field {missing[0]!r} (there are: {', '.join(names)})"
        elif names.index(escape.first) > names.index(escape.last):
            yield f"escape: {escape.first} comes after {escape.last}"


def _range(fields: Sequence[Field], first: str, last: str) -> range:
    names = [field.name for field in fields]
    return range(names.index(first), names.index(last) + 1)


def _data_at(fields: Sequence[Field]) -> int:
    return next(i for i, field in enumerate(fields) if field.kind == "data")


def _in_ranges(fields: Sequence[Field], escape: Escape) -> Iterator[str]:
    for i, field in enumerate(fields):
        if field.kind == "checksum":
            over = [fields[n] for n in _range(fields, field.first, field.last)]
            unknown = {other.name for other in fields[i:] if other.kind == "checksum"}
            if any(other.name in unknown for other in over):
                yield f"fields.{field.name}.over: holds a checksum that is not known yet"
        if field.kind == "length" and _data_at(fields) not in _range(fields, field.first, field.last):
            yield f"fields.{field.name}.over: does not hold the data, so it would never change"
    if escape.sequences:
        yield from _in_escape(fields, escape)


def _in_escape(fields: Sequence[Field], escape: Escape) -> Iterator[str]:
    escaped = _range(fields, escape.first, escape.last)
    if _data_at(fields) not in escaped:
        yield "escape: the data lies outside of from .. to"
    tail = fields[-1].const
    for field in fields[escaped.stop : -1]:
        if field.kind != "const" and not field.is_ascii:
            yield f"escape.to: {field.name} comes after it unescaped, and may hold what ends a frame"
    if tail and tail[0] not in escape.sequences:
        yield f"escape.map: {tail[0]:02X} ends a frame and is not escaped"


def _in_stream(fields: Sequence[Field], stream: StreamSettings, escape: Escape) -> Iterator[str]:
    least = sum(field.size for field in fields)
    if stream.mode == "length":
        if not any(f.kind == "length" for f in fields[: _data_at(fields)]):
            yield "stream.mode: length needs a length field before the data that counts it"
        if escape.sequences:
            yield "stream.mode: a length cannot be trusted where bytes are escaped, use delimiter"
    if stream.mode == "delimiter" and fields[-1].kind != "const":
        yield "stream.mode: delimiter needs a const as last field"
    if stream.max < least:
        yield f"stream.max: {stream.max}, but the shortest frame has {least} bytes"


def _in_rules(fields: Sequence[Field], rules: Sequence[Rule]) -> Iterator[str]:
    for i, rule in enumerate(rules):
        for key, fill in (("match", rule.match), ("answer", rule.answer or {})):
            yield from _misfits(fields, f"on[{i}].{key}", fill)
        first = next((n for n in range(i) if rules[n].match.items() <= rule.match.items()), None)
        if first is not None:
            yield f"on[{i}]: is never reached, on[{first}] takes all that it would match"
        if rule.event == "keys" and not rule.keymap:
            yield f'on[{i}].keymap: missing (which byte is which key: {{"0C" = "call"}})'
        if rule.event == "rating" and rule.value < 0:
            yield f'on[{i}].value: missing (which byte holds the value: "data[0]")'


def _in_messages(fields: Sequence[Field], messages: Mapping[str, Message]) -> Iterator[str]:
    for name, message in messages.items():
        yield from _misfits(fields, f"send.{name}", message.fill)


def _misfits(fields: Sequence[Field], where: str, fill: Mapping[str, int | bytes]) -> Iterator[str]:
    settable = {field.name: field for field in fields if field.kind in ("uint", "bytes", "data")}
    for name, value in fill.items():
        if name not in settable:
            yield f"{where}.{name}: no such field to set (there are: {', '.join(settable)})"
        else:
            try:
                raw_of(settable[name], value)
            except ValueError as problem:
                yield f"{where}.{name}: {problem}"
