"""Marks and names -> a frame description, held against the frames that it came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drivers.errors import FrameError
from drivers.frame_explain import explain
from drivers.frame_format import FrameFormat
from edge.wire.marks import LengthMark, Marks, SumMark

GAP_MS = 50
FEWEST_BYTES = 64
DATA, LENGTH, SUM, TAIL = "data", "len", "ck", "tail"


@dataclass(frozen=True)
class Found:
    """A description that was read from the frames themselves."""

    table: dict[str, Any]
    format: FrameFormat
    unread: tuple[bytes, ...] = field(default=())
    """Frames that it does not read: damaged, or of another kind."""


def describe(
    marks: Marks, names: Mapping[int, str], baud: int, character: str, *, length: bool = True
) -> Found:
    """`names`: places that a person has named, which stay changeable. Raises ValueError where nothing fits.

    With `length` a mark that could be one is believed; what then reads fewer frames is not.
    """
    table: dict[str, Any] = {}
    if baud:
        table["line"] = {"baud": baud, "format": character, "duplex": "half"}
    believed = [mark for mark in marks.lengths if mark.sure or _counts_what_follows(mark, marks)]
    counted = believed[0] if length and believed else None
    fields = list(_Layout(marks, names, counted).fields())
    mode = "length" if counted else "delimiter" if marks.tail and marks.sums else "gap"
    longest = max(map(len, marks.frames))
    table["stream"] = {"mode": mode, "max": max(FEWEST_BYTES, 2 * longest), "gap_ms": GAP_MS}
    table["fields"] = fields
    format_ = FrameFormat.from_table(table, "found")
    unread = tuple(frame for frame in marks.frames if not _reads(format_, frame))
    if counted and not counted.sure and len(unread) > len(marks.frames) // 2:
        return describe(marks, names, baud, character, length=False)
    return Found(table, format_, unread)


def _counts_what_follows(mark: LengthMark, marks: Marks) -> bool:
    """Of frames equally long only this is believed: it counts up to the checksum, or to the end."""
    follows = marks.shortest - mark.at - mark.size
    behind = marks.sums[0].size + marks.sums[0].after if marks.sums else 0
    value = marks.shortest + mark.offset
    return mark.at > 0 and value > 0 and value in (follows, follows - behind)


def _reads(format_: FrameFormat, frame: bytes) -> bool:
    return not explain(format_, frame)


class _Layout:
    """Cuts the frame at the marks: constants, named places, lengths, the variable part, checksum, tail."""

    def __init__(self, marks: Marks, names: Mapping[int, str], counted: LengthMark | None) -> None:
        self._marks = marks
        self._names = names
        self._sum: SumMark | None = marks.sums[0] if marks.sums else None
        self._lengths = [m for m in marks.lengths if counted and m.offset == counted.offset]
        self._lengths = self._lengths if counted else []
        behind = self._sum.size + self._sum.after if self._sum else len(marks.tail)
        self._most = marks.shortest - behind
        """No field before the data may reach further."""
        self._tail = marks.tail
        self._counts: list[tuple[str, int]] = []

    def fields(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        at = 0
        while (row := self._next(at)) is not None:
            rows.append(row)
            at += row.pop("_size")
        rows.append({"name": DATA, "kind": "data"})
        if self._sum:
            rows += self._checksum(rows)
        if self._tail:
            rows.append({"name": TAIL, "kind": "const", "hex": self._tail.hex(" ").upper()})
        self._fill_lengths(rows)
        return rows

    def _next(self, at: int) -> dict[str, Any] | None:
        """The field that begins at `at`, with its size; None: here the variable part begins."""
        if at >= self._most:
            return None
        if (mark := self._length_at(at)) is not None:
            number = sum(m.at < at for m in self._lengths)
            name = LENGTH + (str(number + 1) if number else "")
            row = {"name": name, "kind": "length", "size": mark.size, "_size": mark.size}
            return row | ({"endian": "be" if mark.big_endian else "le"} if mark.size > 1 else {})
        if at in self._names:
            return {"name": self._names[at], "kind": "uint", "size": 1, "_size": 1}
        if at in self._marks.constants:
            size = self._constant_size(at)
            chunk = self._marks.frames[0][at : at + size]
            name = "head" if at == 0 else f"fixed{at}"
            return {"name": name, "kind": "const", "hex": chunk.hex(" ").upper(), "_size": size}
        if at < self._last_known():
            return {"name": f"byte{at}", "kind": "uint", "size": 1, "_size": 1}
        return None

    def _length_at(self, at: int) -> LengthMark | None:
        return next((mark for mark in self._lengths if mark.at == at), None)

    def _constant_size(self, at: int) -> int:
        """Up to the next place that is something else, or where the checksum begins to sum."""
        size = 1
        while (
            at + size < self._most
            and at + size in self._marks.constants
            and at + size not in self._names
            and self._length_at(at + size) is None
            and not (self._sum and self._sum.first == at + size)
        ):
            size += 1
        return size

    def _last_known(self) -> int:
        """Up to here single bytes are fields of their own: what is named or counted stands alone."""
        ends = [mark.at + mark.size for mark in self._lengths] + [place + 1 for place in self._names]
        return max([*ends, self._sum.first if self._sum else 0])

    def _checksum(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        mark = self._sum
        assert mark is not None
        before: list[dict[str, Any]] = []
        if mark.between:  # bytes that are not summed: the end of what is constant before the checksum
            at = mark.after + mark.size + mark.between
            chunk = self._marks.frames[0][-at : -(mark.after + mark.size)]
            before = [{"name": "etx", "kind": "const", "hex": chunk.hex(" ").upper()}]
        row: dict[str, Any] = {"name": SUM, "kind": "checksum", "algo": mark.algo, "size": mark.size}
        if mark.is_ascii:
            row["ascii"] = "hex"
        elif mark.size > 1:
            row["endian"] = "be" if mark.big_endian else "le"
        return [*before, row | {"over": [self._field_at(rows, mark.first), DATA]}]

    def _field_at(self, rows: Sequence[Mapping[str, Any]], place: int) -> str:
        at = 0
        for row in rows:
            if at >= place:
                return str(row["name"])
            at += self._size(row)
        return DATA

    def _size(self, row: Mapping[str, Any]) -> int:
        return len(bytes.fromhex(row["hex"])) if row["kind"] == "const" else int(row.get("size", 0))

    def _fill_lengths(self, rows: list[dict[str, Any]]) -> None:
        """A length counts all but so many bytes: find the run of fields that leaves out just these."""
        data = next(i for i, row in enumerate(rows) if row["kind"] == "data")
        for mark in self._lengths:
            row = next(r for i, r in enumerate(rows) if sum(map(self._size, rows[:i])) == mark.at)
            own = rows.index(row)
            row["over"], add = self._run(rows, data, -mark.offset, own)
            if add:
                row["add"] = add

    def _run(self, rows: list[dict[str, Any]], data: int, left_out: int, own: int) -> tuple[list[str], int]:
        """First and last field, and what must be added; runs that begin behind the length go first."""
        sizes = [self._size(row) for row in rows]
        best: tuple[int, int, int, int] | None = None
        for first in range(data + 1):
            for last in range(data, len(rows)):
                outside = sum(sizes[:first]) + sum(sizes[last + 1 :])
                rank = (abs(outside - left_out), int(first <= own), last - data, first)
                best = min(best, rank) if best else rank
                if rank == best:
                    found = first, last, outside - left_out
        first, last, add = found
        return [str(rows[first]["name"]), str(rows[last]["name"])], add


def answers(found: Found, pairs: Sequence[tuple[bytes, bytes]]) -> dict[str, int] | None:
    """What the other side sends back: the fields that it replaces; None where it is not one rule."""
    rules: list[dict[str, int]] = []
    for frame, answer in pairs:
        try:
            asked, said = found.format.decode(frame), found.format.decode(answer)
        except FrameError:
            continue
        if said.get(DATA) != asked.get(DATA):
            return None
        rules.append({key: v for key, v in said.items() if v != asked[key] and isinstance(v, int)})
    return rules[0] if rules and all(rule == rules[0] for rule in rules) else None
