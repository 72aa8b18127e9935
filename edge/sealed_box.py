"""Bytes that only this hall's key opens: AES-GCM, each box bound to the place where it lies."""

import secrets
from functools import cached_property
from typing import Any

_NONCE_BYTES = 12
# NIST SP 800-38D §5.2.1.1: 96 bits is the length that AES-GCM is made for.


class SealedBox:
    """Any thread may use it. The library, 6 MB of it, is read at the first use: many days seal nothing."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @cached_property
    def _aes(self) -> Any:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._key)

    def seal(self, data: bytes, place: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed: bytes = self._aes.encrypt(nonce, data, place.encode())
        return nonce + sealed

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """Raises ValueError: under another key, from another place, or altered."""
        from cryptography.exceptions import InvalidTag

        try:
            data: bytes = self._aes.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except InvalidTag as error:
            raise ValueError(f"{place}: not what was sealed") from error
        return data
