"""The recovery code: what a person writes down once, and what opens a backup's secrets on another box.

The box keeps only what the code makes, so that it can seal a backup each hour without asking anybody.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from edge.errors import JournalError
from edge.keys import write_secret

FILE = "recovery.key"
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that a handwritten code reads one way only."""
_GROUPS, _GROUP = 5, 4
# 20 letters of 5 bits: 100 bits, beyond any search; scrypt only makes each try dear.
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**14, 8, 1
# RFC 7914 §2; 16 MB and some tenths of a second on a Pi.


class WrongCode(Exception):
    """Not the code that this was sealed with, or what was sealed has been altered."""


def new_code() -> str:
    """`7K2M-…`, five groups of four."""
    letters = [secrets.choice(_LETTERS) for _ in range(_GROUPS * _GROUP)]
    return "-".join("".join(letters[i : i + _GROUP]) for i in range(0, len(letters), _GROUP))


def read_code(text: str) -> str:
    """A code as a person types it: small letters, blanks, O for 0, I or L for 1. Raises WrongCode."""
    plain = text.upper().translate(str.maketrans("OIL", "011", " -\t\r\n"))
    if len(plain) != _GROUPS * _GROUP or set(plain) - set(_LETTERS):
        raise WrongCode(f"a recovery code has {_GROUPS} groups of {_GROUP} letters and digits")
    return plain


@dataclass(frozen=True)
class Recovery:
    """What a code makes, with the salt it was made with."""

    salt: bytes
    key: bytes

    def seal(self, data: bytes, about: bytes) -> bytes:
        """Encrypt; `about` is not hidden but cannot be altered either."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return self.salt + nonce + AESGCM(self.key).encrypt(nonce, data, about)


def from_code(code: str, salt: bytes = b"") -> Recovery:
    """Blocks for some tenths of a second. Raises WrongCode for what cannot be a code."""
    salt = salt or secrets.token_bytes(_SALT_BYTES)
    scrypt = Scrypt(salt=salt, length=_KEY_BYTES, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P)
    return Recovery(salt, scrypt.derive(read_code(code).encode("ascii")))


def unseal(sealed: bytes, about: bytes, code: str) -> bytes:
    """What was sealed with this code. Raises WrongCode."""
    salt, rest = sealed[:_SALT_BYTES], sealed[_SALT_BYTES:]
    try:
        key = from_code(code, salt).key
        return AESGCM(key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], about)
    except (InvalidTag, ValueError) as error:
        raise WrongCode("this is not the recovery code of this backup, or the backup was altered") from error


def load(data: Path) -> Recovery | None:
    """What the box keeps of its code; None: there is none yet. Raises JournalError."""
    path = data / FILE
    try:
        kept = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JournalError(f"{path}: {error}") from error
    if len(kept) != _SALT_BYTES + _KEY_BYTES:
        raise JournalError(f"{path}: damaged; make a new code with: bianmin backup --new-code")
    return Recovery(kept[:_SALT_BYTES], kept[_SALT_BYTES:])


def keep(data: Path, recovery: Recovery) -> None:
    """Raises JournalError."""
    try:
        write_secret(data / FILE, recovery.salt + recovery.key)
    except OSError as error:
        raise JournalError(f"{data / FILE}: {error.strerror}") from error
