"""A maker's frame as a value: build one, take one apart, see how long it says it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from drivers.checksums import CHECKSUMS
from drivers.errors import FrameError
from drivers.frame_table import Escape, Field, LineSettings, Message, Problems, Rule, StreamSettings, Table

Values: TypeAlias = dict[str, int | bytes]

NO_ESCAPE = Escape("", "", {})


@dataclass(frozen=True)
class FrameFormat:
    """One maker's frame. Made by `from_table`, which checks it."""

    name: str
    line: LineSettings
    stream: StreamSettings
    fields: tuple[Field, ...]
    escape: Escape
    rules: tuple[Rule, ...]
    messages: Mapping[str, Message]

    @classmethod
    def from_table(cls, table: Table, name: str = "") -> "FrameFormat":
        """Read a description as TOML gives it. Raises ValueError with one problem per line."""
        problems = Problems()
        problems.unknown_keys(name or "frame", table, {"line", "stream", "fields", "escape", "on", "send"})
        escape, messages = table.get("escape"), problems.table("send", table.get("send", {}))
        made = cls(
            name,
            LineSettings.read(problems.table("line", table.get("line", {})), problems),
            StreamSettings.read(problems.table("stream", table.get("stream", {})), problems),
            tuple(Field.read(where, row, problems) for where, row in problems.rows("fields", table)),
            NO_ESCAPE if escape is None else Escape.read(problems.table("escape", escape), problems),
            tuple(Rule.read(where, row, problems) for where, row in problems.rows("on", table)),
            {key: Message.read(f"send.{key}", value, problems) for key, value in messages.items()},
        )
        if not made.fields:
            problems.append("fields: at least one is needed")
        if not problems:
            problems.extend(made._contradictions())
        if problems:
            raise ValueError("\n".join(problems))
        return made

    # --- one frame ------------------------------------------------------------------------------------------

    def encode(self, **values: int | bytes) -> bytes:
        """Build a frame; what is not given has its default. Raises ValueError for what does not fit."""
        for name in values:
            if name not in self._settable:
                raise ValueError(
                    f"{self.name}: no field {name!r} to set (there are: {', '.join(self._settable)})"
                )
        raw = [self._raw(field, values.get(field.name, field.default)) for field in self.fields]
        for i, field in enumerate(self.fields):
            if field.kind == "length":
                raw[i] = _number(field, sum(map(len, raw[self._over(field)])) + field.add)
        for i, field in enumerate(self.fields):
            if field.kind == "checksum":
                raw[i] = _number(field, CHECKSUMS[field.algo].compute(b"".join(raw[self._over(field)])))
        if self.escape.sequences:
            plain = b"".join(raw[self._escaped])
            raw[self._escaped] = [b"".join(self.escape.sequences.get(b, bytes([b])) for b in plain)]
        frame = b"".join(raw)
        if len(frame) > self.stream.max:
            raise ValueError(
                f"{self.name}: {len(frame)} bytes, but no frame is longer than {self.stream.max}"
            )
        return frame

    def decode(self, frame: bytes) -> Values:
        """Take a whole frame apart; the result given to `encode` builds it again. Raises FrameError."""
        plain = self._unescaped(frame)
        spare = len(plain) - self._fixed_size
        if spare < 0 or (spare and self._data_at < 0):
            raise FrameError(f"{self.name}: {len(frame)} bytes are no frame ({frame[:64].hex(' ')})")
        raw: list[bytes] = []
        at = 0
        for field in self.fields:
            size = spare if field.kind == "data" else field.size
            raw.append(plain[at : at + size])
            at += size
        for field, chunk in zip(self.fields, raw, strict=True):
            if not self._holds(field, chunk, raw):
                raise FrameError(f"{self.name}: bad {field.name} in {frame[:64].hex(' ')}")
        return {
            field.name: _value(field, chunk)
            for field, chunk in zip(self.fields, raw, strict=True)
            if field.name in self._settable
        }

    def message(
        self, name: str, given: Mapping[str, str | bytes] | None = None, **values: int | bytes
    ) -> bytes:
        """Build the description's `send` message; `values` are fields that the driver knows, as its address.

        `given` fills `{text}` and `{digits6}`. Raises ValueError for an unknown name or a missing filling.
        """
        if name not in self.messages:
            raise ValueError(f"{self.name}: no message {name!r} (there are: {', '.join(self.messages)})")
        message = self.messages[name]
        fill: Values = {**values, **message.fill}
        if self._data_at >= 0:
            fill[self.fields[self._data_at].name] = message.payload(given or {})
        return self.encode(**fill)

    def rule_for(self, values: Values) -> Rule | None:
        """The first rule that these values match."""
        for rule in self.rules:
            if all(values.get(name) == number for name, number in rule.match.items()):
                return rule
        return None

    def answer(self, values: Values, rule: Rule) -> bytes | None:
        """What goes back for a frame of this rule, or None."""
        return None if rule.answer is None else self.encode(**{**values, **rule.answer})

    def payload(self, values: Values) -> bytes:
        """The variable part."""
        found = values.get(self.fields[self._data_at].name, b"") if self._data_at >= 0 else b""
        return found if isinstance(found, bytes) else b""

    @property
    def settable(self) -> tuple[str, ...]:
        """Names of the fields that are neither constant nor computed."""
        return tuple(self._settable)

    # --- in a stream ----------------------------------------------------------------------------------------

    @cached_property
    def head(self) -> bytes:
        """The constants that every frame begins with; empty where there are none."""
        out = bytearray()
        for field in self.fields:
            if field.kind != "const":
                break
            out += field.const
        return bytes(out)

    def extent(self, buffer: bytearray) -> int | None:
        """How long the frame at the buffer's beginning says it is; 0: none begins here, None: read on."""
        if self.stream.mode == "length":
            size = self._extent_by_length(buffer)
        elif self.stream.mode == "delimiter":
            end = buffer.find(self._tail, self._before_body)
            size = None if end < 0 else end + len(self._tail)
        else:
            size = None
        if (size or len(buffer)) > self.stream.max:
            return 0
        return None if size is not None and size > len(buffer) else size

    def _extent_by_length(self, buffer: bytearray) -> int | None:
        at = 0
        for field in self.fields:
            chunk = bytes(buffer[at : at + field.size])
            if field.kind == "data":
                return 0
            if field.kind == "const" and not field.const.startswith(chunk):
                return 0
            if len(chunk) < field.size:
                return None
            if field.kind == "length" and self._counts_data(field):
                try:
                    counted = int(_value(field, chunk)) - field.add
                except FrameError:
                    return 0
                data = counted - sum(other.size for other in self.fields[self._over(field)])
                return self._fixed_size + data if data >= 0 else 0
            at += field.size
        return 0

    # --- inside ---------------------------------------------------------------------------------------------

    @cached_property
    def _places(self) -> dict[str, int]:
        return {field.name: i for i, field in enumerate(self.fields)}

    @cached_property
    def _settable(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields if field.kind in ("uint", "bytes", "data")}

    @cached_property
    def _data_at(self) -> int:
        return next((i for i, field in enumerate(self.fields) if field.kind == "data"), -1)

    @cached_property
    def _fixed_size(self) -> int:
        return sum(field.size for field in self.fields)

    @cached_property
    def _escaped(self) -> slice:
        return slice(self._places[self.escape.first], self._places[self.escape.last] + 1)

    @cached_property
    def _before_body(self) -> int:
        """Bytes before the first one that may vary in meaning: the tail is looked for after them."""
        last = self._escaped.start if self.escape.sequences else self._data_at
        return sum(field.size for field in self.fields[:last])

    @cached_property
    def _tail(self) -> bytes:
        return self.fields[-1].const

    def _over(self, field: Field) -> slice:
        return slice(self._places[field.first], self._places[field.last] + 1)

    def _counts_data(self, field: Field) -> bool:
        over = self._over(field)
        return self._data_at in range(over.start, over.stop)

    def _raw(self, field: Field, value: int | bytes) -> bytes:
        if field.kind == "const":
            return field.const
        if field.kind in ("bytes", "data"):
            if not isinstance(value, bytes) or (field.kind == "bytes" and len(value) != field.size):
                raise ValueError(f"{self.name}: {field.name} = {value!r} is not bytes of its size")
            return value
        if not isinstance(value, int):
            raise ValueError(f"{self.name}: {field.name} = {value!r} is not a number")
        return _number(field, value)

    def _holds(self, field: Field, chunk: bytes, raw: list[bytes]) -> bool:
        if field.kind == "const":
            return chunk == field.const
        if field.kind == "length":
            counted = sum(map(len, raw[self._over(field)])) + field.add
            return bool(_value(field, chunk) == counted)
        if field.kind == "checksum":
            computed = CHECKSUMS[field.algo].compute(b"".join(raw[self._over(field)]))
            return bool(_value(field, chunk) == computed)
        return True

    def _unescaped(self, frame: bytes) -> bytes:
        if not self.escape.sequences:
            return frame
        before = sum(field.size for field in self.fields[: self._escaped.start])
        after = len(frame) - sum(field.size for field in self.fields[self._escaped.stop :])
        body = frame[before:after]
        out = bytearray(frame[:before])
        at = 0
        while at < len(body):
            byte = body[at]
            for plain, sequence in self._by_first.get(byte, ()):
                if body.startswith(sequence, at):
                    out.append(plain)
                    at += len(sequence)
                    break
            else:
                if byte in self.escape.sequences:
                    raise FrameError(f"{self.name}: {byte:02X} stands unescaped in {frame[:64].hex(' ')}")
                out.append(byte)
                at += 1
        return bytes(out + frame[max(after, before) :])

    @cached_property
    def _by_first(self) -> dict[int, list[tuple[int, bytes]]]:
        table: dict[int, list[tuple[int, bytes]]] = {}
        for plain, sequence in self.escape.sequences.items():
            table.setdefault(sequence[0], []).append((plain, sequence))
        return table

    def _contradictions(self) -> Iterator[str]:
        """Problems between the parts of a description whose parts are sound."""
        names = [field.name for field in self.fields]
        for name in {name for name in names if names.count(name) > 1}:
            yield f"fields.{name}: the name is given twice"
        if sum(field.kind == "data" for field in self.fields) != 1:
            yield "fields: exactly one must be of kind data"
        for field in self.fields:
            for end in (field.first, field.last) if field.kind in ("length", "checksum") else ():
                if end not in names:
                    yield f"fields.{field.name}.over: no field {end!r}"
                    return
            if field.kind in ("length", "checksum") and names.index(field.first) > names.index(field.last):
                yield f"fields.{field.name}.over: {field.first} comes after {field.last}"
        if self.escape.sequences:
            missing = [end for end in (self.escape.first, self.escape.last) if end not in names]
            if missing:
                yield f"escape: no field {missing[0]!r}"
                return
        yield from self._contradictions_in_ranges()
        yield from self._contradictions_in_words()

    def _contradictions_in_ranges(self) -> Iterator[str]:
        for i, field in enumerate(self.fields):
            later = [other.name for other in self.fields[max(i, 0) :] if other.kind == "checksum"]
            if field.kind == "checksum" and any(f.name in later for f in self.fields[self._over(field)]):
                yield f"fields.{field.name}.over: holds a checksum that is not known yet"
        if self.escape.sequences and not self._escaped.start <= self._data_at < self._escaped.stop:
            yield "escape: the data lies outside of from .. to"
        if self.stream.mode == "length":
            if not any(f.kind == "length" and self._counts_data(f) for f in self.fields[: self._data_at]):
                yield "stream.mode: length needs a length field before the data that counts it"
            if self.escape.sequences:
                yield "stream.mode: a length cannot be trusted where bytes are escaped, use delimiter"
        if self.stream.mode == "delimiter" and self.fields[-1].kind != "const":
            yield "stream.mode: delimiter needs a const as last field"
        if self.stream.max < self._fixed_size:
            yield f"stream.max: {self.stream.max}, but the shortest frame has {self._fixed_size} bytes"

    def _contradictions_in_words(self) -> Iterator[str]:
        for i, rule in enumerate(self.rules):
            for key, fill in (("match", rule.match), ("answer", rule.answer or {})):
                yield from self._misfits(f"on[{i}].{key}", fill)
        for name, message in self.messages.items():
            yield from self._misfits(f"send.{name}", message.fill)

    def _misfits(self, where: str, fill: Mapping[str, int | bytes]) -> Iterator[str]:
        for name, value in fill.items():
            if name not in self._settable:
                yield f"{where}.{name}: no such field to set (there are: {', '.join(self._settable)})"
            else:
                try:
                    self._raw(self._settable[name], value)
                except ValueError as problem:
                    yield f"{where}.{name}: {problem}"


def _number(field: Field, value: int) -> bytes:
    size = field.size // 2 if field.is_ascii else field.size
    try:
        raw = value.to_bytes(size, "big" if field.big_endian or field.is_ascii else "little")
    except OverflowError as error:
        raise ValueError(f"{field.name} = {value} does not fit into {size} bytes") from error
    return raw.hex().upper().encode() if field.is_ascii else raw


def _value(field: Field, chunk: bytes) -> int | bytes:
    if field.kind in ("bytes", "data"):
        return chunk
    if field.is_ascii:
        try:
            return int.from_bytes(bytes.fromhex(chunk.decode("ascii")), "big")
        except ValueError as error:
            raise FrameError(f"{field.name}: {chunk!r} are no hex digits") from error
    return int.from_bytes(chunk, "big" if field.big_endian else "little")
