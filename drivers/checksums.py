"""Checksums by the names that frame descriptions use."""

from binascii import crc_hqx
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import xor


@dataclass(frozen=True)
class Checksum:
    size: int
    """Bytes of the value."""
    compute: Callable[[bytes], int]


def _of_one(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0xA001 if byte & 1 else 0)
    return byte


_REFLECTED = tuple(map(_of_one, range(256)))


def _crc16_reflected(chunk: bytes, register: int) -> int:
    """CRC-16 with polynomial 8005h, both ends reflected (A001h)."""
    for byte in chunk:
        register = register >> 8 ^ _REFLECTED[(register ^ byte) & 0xFF]
    return register


CHECKSUMS: dict[str, Checksum] = {
    "xor8": Checksum(1, lambda chunk: reduce(xor, chunk, 0)),
    "sum8": Checksum(1, lambda chunk: sum(chunk) & 0xFF),
    "neg8": Checksum(1, lambda chunk: -sum(chunk) & 0xFF),
    "sum16": Checksum(2, lambda chunk: sum(chunk) & 0xFFFF),
    "crc16-modbus": Checksum(2, lambda chunk: _crc16_reflected(chunk, 0xFFFF)),
    "crc16-arc": Checksum(2, lambda chunk: _crc16_reflected(chunk, 0)),
    "crc16-ccitt-false": Checksum(2, lambda chunk: crc_hqx(chunk, 0xFFFF)),
    "crc16-xmodem": Checksum(2, lambda chunk: crc_hqx(chunk, 0)),
}
