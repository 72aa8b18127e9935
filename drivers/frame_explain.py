"""Why bytes are no frame of a description: the bytes laid under its fields, and what would fit instead."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from drivers.checksums import CHECKSUMS
from drivers.errors import FrameError
from drivers.frame_format import FrameFormat
from drivers.frame_golden import Golden
from drivers.frame_table import Field

MOST_HINTS = 3
SHOWN = 96
"""Bytes of a frame that a line shows."""


@dataclass(frozen=True)
class Cell:
    """A field and the bytes that stand where it should be."""

    name: str
    chunk: bytes
    trouble: str = ""
    """What is wrong with them; empty: nothing."""


def golden_problems(frames: FrameFormat) -> list[str]:
    """One line for each golden frame that the description does not read, build or name as it should."""
    all_ = [golden.frame for golden in frames.golden]
    return [
        f"golden[{i}] ({golden.case}): {line}"
        for i, golden in enumerate(frames.golden)
        for line in _differences(frames, golden, all_)
    ]


def explain(frames: FrameFormat, frame: bytes, others: Sequence[bytes] = ()) -> str:
    """What keeps these bytes from being a frame, with the bytes; empty where nothing does.

    `others` are frames that should fit as well: a hint is given only if it holds for all.
    """
    try:
        frames.decode(frame)
    except FrameError as error:
        return _explained(frames, frame, others, str(error))
    found = frames.extent(bytearray(frame))
    if frames.stream.mode != "gap" and found != len(frame):
        end = "no end is found" if found is None else f"it seems to end after {found} of {len(frame)} bytes"
        return f"in a stream {end}: {layout(cells(frames, frame))}"
    return ""


def cells(frames: FrameFormat, frame: bytes) -> list[Cell]:
    """The bytes field by field, as well as they can be told apart. Raises FrameError for a broken escape."""
    plain = frames.unescaped(frame)
    spare = len(plain) - sum(field.size for field in frames.fields)
    chunks: list[bytes] = []
    at = 0
    for field in frames.fields:
        size = max(0, spare) if field.kind == "data" else field.size
        chunks.append(plain[at : at + size])
        at += size
    rest = [Cell("left over", plain[at:], "belongs to no field")] if plain[at:] else []
    return [
        Cell(field.name, chunk, _trouble(frames, field, chunks))
        for field, chunk in zip(frames.fields, chunks, strict=True)
    ] + rest


def layout(found: Sequence[Cell]) -> str:
    """`head[FF 68] len[03] ck[0F]! tail[16]`; `!` marks what is wrong."""
    return " ".join(
        f"{cell.name}[{cell.chunk[:SHOWN].hex(' ').upper()}]{'!' if cell.trouble else ''}" for cell in found
    )


def _explained(frames: FrameFormat, frame: bytes, others: Sequence[bytes], error: str) -> str:
    try:
        found = cells(frames, frame)
    except FrameError:
        return f"{error.partition(': ')[2]} (is the byte that begins an escape right?)"
    least = sum(field.size for field in frames.fields)
    if len(frame) < least:
        return f"{len(frame)} bytes, but the fields take {least} at least: {layout(found)}"
    said = [f"{cell.name} {cell.trouble}" for cell in found if cell.trouble]
    hints = [
        hint
        for cell, field in zip(found, frames.fields, strict=False)
        if cell.trouble
        for hint in _hints(frames, field, [frame, *others])
    ]
    tried = f" (what fits: {'; '.join(hints[:MOST_HINTS])})" if hints else ""
    return f"{', '.join(said)}{tried}: {layout(found)}"


def _trouble(frames: FrameFormat, field: Field, chunks: Sequence[bytes]) -> str:
    chunk = chunks[frames.place(field.name)]
    if field.kind == "const" and chunk != field.const:
        return f"must be {field.const.hex(' ').upper()}"
    if field.kind not in ("length", "checksum") or len(chunk) != field.size:
        return "" if len(chunk) == field.size or field.kind == "data" else "is cut off"
    try:
        said = frames.number(field, chunk)
    except FrameError as error:
        return str(error).partition(": ")[2]
    over = chunks[frames.over(field)]
    if field.kind == "length":
        counted = sum(map(len, over)) + field.add
        plus = f" {field.add:+d}" if field.add else ""
        wrong = f"says {said}, but {field.first}..{field.last}{plus} are {counted} bytes"
    else:
        counted = CHECKSUMS[field.algo].compute(b"".join(over))
        width = 2 * CHECKSUMS[field.algo].size
        wrong = (
            f"says {said:0{width}X}, but {field.algo} over {field.first}..{field.last} is {counted:0{width}X}"
        )
    return "" if said == counted else wrong


def _hints(frames: FrameFormat, field: Field, examples: Sequence[bytes]) -> Iterator[str]:
    """Other ways to compute a length or checksum that hold for every example."""
    changed = {"length": _other_lengths, "checksum": _other_sums}.get(field.kind)
    if changed is None:
        return
    for other in changed(frames, field):
        if all(_holds(frames, field, other, example) for example in examples):
            yield _difference(field, other)


def _holds(frames: FrameFormat, field: Field, other: Field, example: bytes) -> bool:
    try:
        plain = frames.unescaped(example)
    except FrameError:
        return False
    spare = len(plain) - sum(each.size for each in frames.fields)
    if spare < 0:
        return False
    at, chunks = 0, []
    for each in frames.fields:
        size = spare if each.kind == "data" else each.size
        chunks.append(plain[at : at + size])
        at += size
    return not _trouble(frames, other, chunks)


def _other_lengths(frames: FrameFormat, field: Field) -> Iterator[Field]:
    names = [each.name for each in frames.fields]
    for big in (field.big_endian, not field.big_endian):
        for last in names[frames.data_at :]:
            for first in reversed(names[: frames.data_at + 1]):
                yield replace(field, first=first, last=last, add=0, big_endian=big)
        for add in (1, -1, 2, -2):
            yield replace(field, add=add, big_endian=big)


def _other_sums(frames: FrameFormat, field: Field) -> Iterator[Field]:
    names = [each.name for each in frames.fields]
    here = frames.place(field.name)
    size = field.size // 2 if field.is_ascii else field.size
    algos = sorted(
        (a for a, c in CHECKSUMS.items() if c.size == size), key=lambda algo: (algo != field.algo, algo)
    )
    for algo in algos:
        for big in (field.big_endian, not field.big_endian)[: 1 if size == 1 else 2]:
            for last in reversed(names[:here]):
                for first in names[: names.index(last) + 1]:
                    yield replace(field, algo=algo, first=first, last=last, big_endian=big)


def _difference(field: Field, other: Field) -> str:
    order = (
        f', endian = "{"be" if other.big_endian else "le"}"' if other.big_endian != field.big_endian else ""
    )
    if field.kind == "checksum":
        return f'algo = "{other.algo}", over = ["{other.first}", "{other.last}"]{order}'
    add = f", add = {other.add}" if other.add else ""
    return f'over = ["{other.first}", "{other.last}"]{add}{order}'


def _differences(frames: FrameFormat, golden: Golden, others: Sequence[bytes]) -> Iterator[str]:
    trouble = explain(frames, golden.frame, others)
    if trouble:
        yield trouble
        return
    values = frames.decode(golden.frame)
    for name, said in golden.fields.items():
        if name not in values:
            yield f"fields.{name}: no such field (there are: {', '.join(values)})"
        elif values[name] != said:
            yield f"fields.{name}: {_shown(said)}, but these bytes hold {_shown(values[name])}"
    built = frames.encode(**values)
    if built != golden.frame:
        yield f"taken apart and built again it is {built[:SHOWN].hex(' ').upper()}"
    rule = frames.rule_for(values)
    if golden.event and (rule is None or rule.event != golden.event):
        yield f'event: "{golden.event}", but the rules make {rule.event if rule else "nothing"} of it'
    if golden.key:
        data = frames.payload(values)
        name = rule.keymap.get(data[-1], "") if rule is not None and data else ""
        if name != golden.key:
            last = data[-1:].hex().upper() or "(none)"
            yield f'key: "{golden.key}", but its last data byte {last} is "{name}"'


def _shown(value: int | bytes) -> str:
    return value.hex(" ").upper() if isinstance(value, bytes) else f"{value} ({value:02X})"
