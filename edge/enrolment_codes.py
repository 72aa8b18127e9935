"""One-time codes by which a new box proves itself to its county, and knows the county in turn."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Crockford's base 32: without I, L, O and U; who reads a code aloud is understood.
_MEANT = str.maketrans("ILOabcdefghjkmnpqrstvwxyzilo", "110ABCDEFGHJKMNPQRSTVWXYZ110")
_SECRET, _PRINT = 15, 20
"""Characters: 75 bits that only the county knows, 100 bits of the SHA-256 of its authority's certificates."""
_LENGTH = _SECRET + _PRINT + 1
"""With one character by which a slip of the finger is seen."""
_GROUP = 4
_FIELD = 0b100101
"""x^5 + x^2 + 1, which is primitive."""


@dataclass(frozen=True)
class Code:
    secret: str
    """Opens, once."""
    authority: str
    """`fingerprint` of the certificates that the box shall trust."""

    def __str__(self) -> str:
        """As a person reads it: nine groups of four."""
        said = self.secret + self.authority
        said += _check(said)
        return "-".join(said[i : i + _GROUP] for i in range(0, _LENGTH, _GROUP))

    @property
    def digest(self) -> str:
        """What the county keeps of it: SHA-256 of the secret."""
        return digest(self.secret)


def new_code(authority: Iterable[bytes]) -> Code:
    """`authority`: the county's certificates, DER."""
    return Code("".join(secrets.choice(_ALPHABET) for _ in range(_SECRET)), fingerprint(authority))


def read_code(typed: str) -> Code:
    """As somebody typed it. Raises ValueError: it cannot be one."""
    said = "".join(typed.replace("-", "").split()).translate(_MEANT)
    if len(said) != _LENGTH or not set(said) <= set(_ALPHABET) or said[-1] != _check(said[:-1]):
        raise ValueError(f"no code ({len(said)} characters of {_LENGTH})")
    return Code(said[:_SECRET], said[_SECRET:-1])


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def fingerprint(authority: Iterable[bytes]) -> str:
    """Of all the certificates together, so that none can be slipped in beside the right one."""
    parts = b"".join(hashlib.sha256(der).digest() for der in authority)
    return _base32(hashlib.sha256(parts).digest())[:_PRINT]


def _check(said: str) -> str:
    """A sum in GF(32), each place with a weight of its own: one wrong character changes it, and so does a
    swap of neighbours.
    """
    value = 0
    for character in said:
        value = (value ^ _ALPHABET.index(character)) << 1
        value ^= _FIELD if value >= len(_ALPHABET) else 0
    return _ALPHABET[value]


def _base32(data: bytes) -> str:
    value, count = int.from_bytes(data, "big"), len(data) * 8 // 5
    value >>= len(data) * 8 - count * 5
    return "".join(_ALPHABET[value >> 5 * (count - 1 - i) & 31] for i in range(count))
