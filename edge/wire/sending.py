"""A line typed by a technician -> bytes: hex, text in quotes, checksums of what stands before."""

import re

from drivers.checksums import CHECKSUMS
from drivers.frame_format import FrameFormat

TEXT_ENCODING = "gb18030"
"""What boards and printers of this country take, GB2312 and GBK being parts of it."""

_PIECE = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|\{([^}]*)\}|([0-9A-Fa-f]{2}(?:\s*[0-9A-Fa-f]{2})*))')
_FIELD = re.compile(r'\s*([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|\S+)')


def bytes_of(line: str) -> bytes:
    """`F0 01 D0 01 "A012" {sum8}`; `{xor8:2}` from byte 2 on, `{crc16-modbus:0:be}` high byte first.

    Raises ValueError that says where it stopped.
    """
    out = bytearray()
    at = 0
    line = line.rstrip()
    while at < len(line):
        found = _PIECE.match(line, at)
        if found is None:
            raise ValueError(f'cannot read {line[at:].strip()!r} (hex like FF 68, "text", {{sum8:2}})')
        text, sum_, hexes = found.groups()
        if hexes is not None:
            out += bytes.fromhex(hexes)
        elif text is not None:
            out += _text(text)
        else:
            out += _checksum(sum_, bytes(out))
        at = found.end()
    if not out:
        raise ValueError("nothing to send")
    return bytes(out)


def frame_of(line: str, frames: FrameFormat) -> bytes:
    """`line=1 color=0 data="A012"` by a description. Raises ValueError."""
    values: dict[str, int | bytes] = {}
    at = 0
    line = line.rstrip()
    kinds = {field.name: field.kind for field in frames.fields}
    while at < len(line):
        found = _FIELD.match(line, at)
        if found is None:
            there = ", ".join(frames.settable)
            raise ValueError(f"cannot read {line[at:].strip()!r} (field=1, field=hex; there are: {there})")
        name, value = found.groups()
        values[name] = _value(value, kinds.get(name, "uint"))
        at = found.end()
    return frames.encode(**values)


def _value(word: str, kind: str) -> int | bytes:
    if word.startswith('"'):
        return _text(word[1:-1])
    if kind == "uint":
        try:
            return int(word, 0)
        except ValueError as error:
            raise ValueError(f"{word!r} is no number (1, 0x11)") from error
    try:
        return bytes.fromhex(word.replace(",", " "))
    except ValueError as error:
        raise ValueError(f'{word!r} is neither hex nor "text"') from error


def _text(quoted: str) -> bytes:
    return re.sub(r"\\(.)", r"\1", quoted).encode(TEXT_ENCODING)


def _checksum(words: str, before: bytes) -> bytes:
    algo, _, rest = words.partition(":")
    first, _, order = rest.partition(":")
    if algo not in CHECKSUMS:
        raise ValueError(f"no checksum {algo!r} (there are: {', '.join(CHECKSUMS)})")
    if (first and not first.isdigit()) or order not in ("", "le", "be"):
        raise ValueError(f"{{{words}}} is not like {{{algo}:2}} or {{{algo}:0:be}}")
    checksum = CHECKSUMS[algo]
    value = checksum.compute(before[int(first or 0) :])
    return value.to_bytes(checksum.size, "big" if order == "be" else "little")
