"""One field of a frame: a value into bytes, and bytes into a value."""

from drivers.errors import FrameError
from drivers.frame_table import Field


def raw_of(field: Field, value: int | bytes) -> bytes:
    """The field's bytes before escaping; a length or checksum takes any number. Raises ValueError."""
    if field.kind == "const":
        return field.const
    if field.kind in ("bytes", "data"):
        if not isinstance(value, bytes) or (field.kind == "bytes" and len(value) != field.size):
            raise ValueError(f"{field.name} = {value!r} is not bytes of its size")
        return value
    if not isinstance(value, int):
        raise ValueError(f"{field.name} = {value!r} is not a number")
    return number_raw(field, value)


def number_raw(field: Field, value: int) -> bytes:
    """Raises ValueError for a number that does not fit."""
    size = field.size // 2 if field.is_ascii else field.size
    try:
        raw = value.to_bytes(size, "big" if field.big_endian or field.is_ascii else "little")
    except OverflowError as error:
        raise ValueError(f"{field.name} = {value} does not fit into {size} bytes") from error
    return raw.hex().upper().encode() if field.is_ascii else raw


def value_of(field: Field, chunk: bytes) -> int | bytes:
    """Raises FrameError for hex digits that are none."""
    if field.kind in ("bytes", "data"):
        return chunk
    if field.is_ascii:
        try:
            return int.from_bytes(bytes.fromhex(chunk.decode("ascii")), "big")
        except ValueError as error:
            raise FrameError(f"{field.name}: {chunk!r} are no hex digits") from error
    return int.from_bytes(chunk, "big" if field.big_endian else "little")
