"""The box's own certificate and key for the line to the county: files that are never half written.

Key and certificate lie in one file, so that no power cut parts them; the key never leaves the box.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from edge.keys import flush_folder, write_secret

COUNTY = "county"
"""The folder's name in the data folder."""
MOST_REFUSALS = 3
"""So often may a broker turn a new certificate away while it lets the old one in."""
LEAST_MORE = timedelta(days=1)
"""A next certificate lasts at least so much longer than the present one."""


@dataclass(frozen=True)
class Proof:
    """What a connection shows."""

    ca_file: str
    cert_file: str
    key_file: str = ""
    """Empty: the key stands in the certificate's file."""
    is_new: bool = False


class Credentials:
    """A folder of the data folder. `proof`, `proved` and `turned_away` belong to the uplink's thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority = folder / "authority.pem"
        self._present, self._new = folder / "hall.pem", folder / "hall.new.pem"
        self._key = folder / "request.key"
        self._turn = self._refusals = 0
        self._given_up = False
        """The new one is no good, also where the disk does not let it be erased."""

    # --- for a connection -----------------------------------------------------------------------------------

    def proof(self) -> Proof | None:
        """What to show now; while a new one is not proved, in turn with the old. None: not enrolled."""
        self._turn += 1
        if self.has_new and self._turn % 2:
            return Proof(str(self._authority), str(self._new), is_new=True)
        return Proof(str(self._authority), str(self._present)) if self._present.exists() else None

    def proved(self, proof: Proof) -> bool:
        """The broker let this one in. False: the old one, while it has turned the new one away for good.

        Raises OSError: what is proved stays beside the old one.
        """
        self._turn = 0
        if proof.is_new:
            self._refusals = 0
            self._new.replace(self._present)
            flush_folder(self._folder)
        elif self.has_new:
            self._refusals += 1
            self._given_up = self._refusals >= MOST_REFUSALS
            if self._given_up:
                self._refusals = 0
                with contextlib.suppress(OSError):
                    self._new.unlink()
                return False
        return True

    @property
    def has_new(self) -> bool:
        """Is there one that waits for its proof?"""
        return self._new.exists() and not self._given_up

    @property
    def is_there(self) -> bool:
        return self._present.exists()

    # --- getting one ----------------------------------------------------------------------------------------

    def request(self, hall: str) -> bytes:
        """A signed request (PKCS #10, PEM) for `county/hall`, under a key that waits for its certificate.

        The key is made once and kept until the certificate is there: an answer may be lost on its way.
        Raises OSError.
        """
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
        from cryptography.x509.oid import NameOID

        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._key.exists():
            fresh = ec.generate_private_key(ec.SECP256R1())
            write_secret(self._key, fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hall)])
        asked = x509.CertificateSigningRequestBuilder().subject_name(name)
        return asked.sign(_key_in(self._key), SHA256()).public_bytes(Encoding.PEM)

    def keep(self, certificate: bytes, authority: bytes, hall: str, *, at_once: bool) -> None:
        """Write what came for `request`; `at_once`: in place of the present one, not beside it.

        Raises ValueError: it is not for this key, not of this authority, not in this name, or not worth a
        change; OSError.
        """
        _judge(certificate, authority, hall, _key_in(self._key))
        if not at_once and _certificates(certificate)[0].not_valid_after_utc < self.lasts()[1] + LEAST_MORE:
            raise ValueError("the next certificate would last no longer than the present one")
        whole = self._key.read_bytes() + certificate
        write_secret(self._authority, authority)
        write_secret(self._present if at_once else self._new, whole)
        self._given_up = False
        if at_once:
            self._new.unlink(missing_ok=True)
        self._key.unlink()
        flush_folder(self._folder)

    def signed(self, said: bytes) -> bytes:
        """By the present key. Raises OSError, ValueError."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.hashes import SHA256

        return bytes(_key_in(self._present).sign(said, ec.ECDSA(SHA256())))

    def certificate(self) -> bytes:
        """The present one without its key, PEM. Raises OSError, ValueError."""
        from cryptography.hazmat.primitives.serialization import Encoding

        return bytes(_certificates(self._present.read_bytes())[0].public_bytes(Encoding.PEM))

    def authority(self) -> bytes:
        """What this box trusts, PEM. Raises OSError."""
        return self._authority.read_bytes()

    def lasts(self) -> tuple[datetime, datetime]:
        """When the present one begins and ends. Raises OSError, ValueError."""
        return lasts(self._present)


def lasts(file: Path) -> tuple[datetime, datetime]:
    """When the first certificate of a PEM file begins and ends. Raises OSError, ValueError."""
    own = _certificates(file.read_bytes())[0]
    return own.not_valid_before_utc, own.not_valid_after_utc


def _judge(certificate: bytes, authority: bytes, hall: str, key: Any) -> None:
    """Raises ValueError."""
    from cryptography.x509.oid import NameOID

    chain, trusted = _certificates(certificate), _certificates(authority)
    own = chain[0]
    names = [a.value for a in own.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if own.public_key() != key.public_key():
        raise ValueError("the certificate is for another key")
    if names != [hall]:
        raise ValueError(f"the certificate is for {names}, not for {hall}")
    if not any(is_issued_by(own, above) for above in (*chain[1:], *trusted)):
        raise ValueError("the certificate is not signed by the county's authority")


def is_issued_by(certificate: Any, above: Any) -> bool:
    """Is a certificate signed by the one above, with its name on it?"""
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _certificates(pem: bytes) -> Sequence[Any]:
    from cryptography import x509

    return x509.load_pem_x509_certificates(pem)


def _key_in(file: Path) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(file.read_bytes(), None)
