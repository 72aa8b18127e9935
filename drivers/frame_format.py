"""A maker's frame as a value: build one, take one apart, see how long it says it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TypeAlias

from drivers.checksums import CHECKSUMS
from drivers.errors import FrameError
from drivers.frame_board import BoardWords
from drivers.frame_check import contradictions
from drivers.frame_golden import Golden
from drivers.frame_table import Escape, Field, LineSettings, Message, Problems, Rule, StreamSettings, Table
from drivers.frame_value import number_raw, raw_of, value_of

Values: TypeAlias = dict[str, int | bytes]

KEYS = {"line", "stream", "fields", "escape", "on", "send", "golden", "board"}
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
    golden: tuple[Golden, ...] = ()
    """Frames that the description must read and build; `frame_explain` says where it does not."""
    board: BoardWords | None = None
    """How a call board is told what to show; None: this is no board."""

    @classmethod
    def from_table(cls, table: Table, name: str = "") -> "FrameFormat":
        """Read a description as TOML gives it. Raises ValueError with one problem per line."""
        problems = Problems()
        problems.unknown_keys(name or "frame", table, KEYS)
        escape, messages = table.get("escape"), problems.table("send", table.get("send", {}))
        made = cls(
            name,
            LineSettings.read(problems.table("line", table.get("line", {})), problems),
            StreamSettings.read(problems.table("stream", table.get("stream", {})), problems),
            tuple(Field.read(where, row, problems) for where, row in problems.rows("fields", table)),
            NO_ESCAPE if escape is None else Escape.read(problems.table("escape", escape), problems),
            tuple(Rule.read(where, row, problems) for where, row in problems.rows("on", table)),
            {key: Message.read(f"send.{key}", value, problems) for key, value in messages.items()},
            tuple(Golden.read(where, row, problems) for where, row in problems.rows("golden", table)),
            BoardWords.read(problems.table("board", table["board"]), problems) if "board" in table else None,
        )
        if not made.fields:
            problems.append("fields: at least one is needed")
        if not problems:
            problems.extend(contradictions(made.fields, made.stream, made.escape, made.rules, made.messages))
        if not problems and made.board:
            problems.extend(made.board.contradictions(made.fields))
        if not problems:
            problems.extend(made._unsendable())
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
        raw = [raw_of(field, values.get(field.name, field.default)) for field in self.fields]
        for i, field in enumerate(self.fields):
            if field.kind == "length":
                raw[i] = number_raw(field, sum(map(len, raw[self.over(field)])) + field.add)
        for i, field in enumerate(self.fields):
            if field.kind == "checksum":
                raw[i] = number_raw(field, CHECKSUMS[field.algo].compute(b"".join(raw[self.over(field)])))
        if self.escape.sequences:
            plain = b"".join(raw[self._escaped])
            raw[self._escaped] = [b"".join(self.escape.sequences.get(b, bytes([b])) for b in plain)]
        frame = b"".join(raw)
        if self.stream.mode == "delimiter" and not self.escape.sequences and self._ends_early(frame):
            raise ValueError(f"{self.name}: the data holds {self._tail.hex(' ').upper()}, which ends a frame")
        if len(frame) > self.stream.max:
            raise ValueError(
                f"{self.name}: {len(frame)} bytes, but no frame is longer than {self.stream.max}"
            )
        return frame

    def decode(self, frame: bytes) -> Values:
        """Take a whole frame apart; the result given to `encode` builds it again. Raises FrameError."""
        plain = self.unescaped(frame)
        spare = len(plain) - self._fixed_size
        if spare < 0 or (spare and self.data_at < 0):
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
            field.name: value_of(field, chunk)
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
        if self.data_at >= 0:
            fill[self.fields[self.data_at].name] = message.payload(given or {})
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
        found = values.get(self.fields[self.data_at].name, b"") if self.data_at >= 0 else b""
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
        for at, const in self._consts_before:
            if not const.startswith(bytes(buffer[at : at + len(const)])):
                return 0
        at, field, beside = self._length
        chunk = bytes(buffer[at : at + field.size])
        if len(chunk) < field.size:
            return None
        try:
            data = int(value_of(field, chunk)) - field.add - beside
        except FrameError:
            return 0
        return self._fixed_size + data if data >= 0 else 0

    # --- inside ---------------------------------------------------------------------------------------------

    def place(self, name: str) -> int:
        """Which field this is, from 0."""
        return self._places[name]

    def number(self, field: Field, chunk: bytes) -> int:
        """What a uint, length or checksum says. Raises FrameError for what are no hex digits."""
        return int(value_of(field, chunk))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {field.name: i for i, field in enumerate(self.fields)}

    @cached_property
    def _settable(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields if field.kind in ("uint", "bytes", "data")}

    @cached_property
    def data_at(self) -> int:
        return next((i for i, field in enumerate(self.fields) if field.kind == "data"), -1)

    @cached_property
    def _fixed_size(self) -> int:
        return sum(field.size for field in self.fields)

    @cached_property
    def _length(self) -> tuple[int, Field, int]:
        """The first length: where it stands, and what it counts beside the data. Every length counts that."""
        place, field = next((i, field) for i, field in enumerate(self.fields) if field.kind == "length")
        beside = sum(other.size for other in self.fields[self.over(field)])
        return sum(before.size for before in self.fields[:place]), field, beside

    @cached_property
    def _consts_before(self) -> list[tuple[int, bytes]]:
        """Constants before the length, and where each stands."""
        before = self.fields[: self._places[self._length[1].name]]
        ends = accumulate((field.size for field in before), initial=0)
        return [(at, f.const) for at, f in zip(ends, before, strict=False) if f.kind == "const"]

    @cached_property
    def _escaped(self) -> slice:
        return slice(self._places[self.escape.first], self._places[self.escape.last] + 1)

    @cached_property
    def _before_body(self) -> int:
        """Bytes before the first one that may vary in meaning: the tail is looked for after them."""
        last = self._escaped.start if self.escape.sequences else self.data_at
        return sum(field.size for field in self.fields[:last])

    @cached_property
    def _tail(self) -> bytes:
        return self.fields[-1].const

    def over(self, field: Field) -> slice:
        return slice(self._places[field.first], self._places[field.last] + 1)

    def _holds(self, field: Field, chunk: bytes, raw: list[bytes]) -> bool:
        if field.kind == "const":
            return chunk == field.const
        if field.kind == "length":
            counted = sum(map(len, raw[self.over(field)])) + field.add
            return bool(value_of(field, chunk) == counted)
        if field.kind == "checksum":
            computed = CHECKSUMS[field.algo].compute(b"".join(raw[self.over(field)]))
            return bool(value_of(field, chunk) == computed)
        return True

    def unescaped(self, frame: bytes) -> bytes:
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

    def _ends_early(self, frame: bytes) -> bool:
        return frame.find(self._tail, self._before_body) < len(frame) - len(self._tail)

    def _unsendable(self) -> Iterator[str]:
        """Messages that no filling can make a frame of."""
        sample: Mapping[str, str | bytes] = {"text": "0", "digits6": bytes(6)}
        for name in self.messages:
            try:
                self.message(name, sample)
            except ValueError as problem:
                yield f"send.{name}: {problem}"
