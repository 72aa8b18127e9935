"""The county's own authority: signs the certificates of halls, of its broker and of itself."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID as Use
from cryptography.x509.oid import NameOID

from edge.credentials import is_issued_by
from edge.enrolment_codes import fingerprint
from edge.errors import ConfigError
from edge.keys import write_secret

EARLIER = timedelta(days=1)
"""A certificate begins so long before now: a box's clock may be late."""
COUNTY_YEARS = 15
PRIVATE, PUBLIC = 0o600, 0o644


@dataclass(frozen=True)
class Authority:
    """Any thread."""

    chain: tuple[x509.Certificate, ...]
    """The one that signs first, then those above it up to the root, then former ones."""
    key: Any

    @classmethod
    def load(cls, ca_file: Path, key_file: Path) -> "Authority":
        """Raises ConfigError: a file that cannot be read, or that does not belong to the other."""
        try:
            chain = tuple(x509.load_pem_x509_certificates(ca_file.read_bytes()))
            key = load_pem_private_key(key_file.read_bytes(), None)
        except (OSError, ValueError, TypeError) as error:
            raise ConfigError([f"center.toml: enrolment: {error}"]) from error
        if chain[0].public_key() != key.public_key():
            raise ConfigError([f"center.toml: enrolment: {key_file} is not the key of {ca_file}"])
        return cls(chain, key)

    @property
    def ends(self) -> datetime:
        return min(c.not_valid_after_utc for c in self.chain)

    @property
    def fingerprint(self) -> str:
        return fingerprint(c.public_bytes(Encoding.DER) for c in self.chain)

    def pem(self) -> bytes:
        """What a box shall trust."""
        return b"".join(c.public_bytes(Encoding.PEM) for c in self.chain)

    def issue(
        self,
        key: Any,
        name: str,
        days: int,
        *,
        addresses: Sequence[str] = (),
        now: datetime | None = None,
    ) -> x509.Certificate:
        """For a public key; `addresses`: host names and IP addresses of one that serves, none for a hall."""
        now = now or datetime.now(UTC)
        uses = [Use.CLIENT_AUTH, *([Use.SERVER_AUTH] if addresses else [])]
        builder = (
            _begun(_name(name), self.chain[0].subject, key, now - EARLIER)
            .not_valid_after(min(now + timedelta(days=days), self.ends))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
        )
        if addresses:
            names = x509.SubjectAlternativeName([_address(a) for a in addresses])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.key, SHA256())

    def whole(self, certificate: x509.Certificate) -> bytes:
        """With those between it and the root, as it is shown to others; PEM."""
        between = [c for c in self.chain if c.subject != c.issuer]
        return b"".join(c.public_bytes(Encoding.PEM) for c in (certificate, *between))

    def signed(self, certificate: x509.Certificate) -> bool:
        """By any of them: while a county changes its authority, the former one stands in the file as well."""
        return any(is_issued_by(certificate, above) for above in self.chain)


def ending_soon(files: Sequence[Path], days: int, now: datetime | None = None) -> list[str]:
    """A sentence for each certificate that ends within so many days. Raises ConfigError."""
    limit = (now or datetime.now(UTC)) + timedelta(days=days)
    try:
        found = {f: x509.load_pem_x509_certificates(f.read_bytes())[0].not_valid_after_utc for f in files}
    except (OSError, ValueError) as error:
        raise ConfigError([f"center.toml: enrolment: {error}"]) from error
    return [f"{file} ends on {ends:%Y-%m-%d}" for file, ends in found.items() if ends < limit]


def make_authority(folder: Path, county: str) -> tuple[Path, Path]:
    """A new one: its certificate and its key. Raises FileExistsError, OSError."""
    crt, pem = folder / "county.crt", folder / "county.key"
    for file in (crt, pem):
        if file.exists():
            raise FileExistsError(f"{file} is there already")
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = _name(f"bianmin {county}")
    certificate = (
        _begun(name, name, key.public_key(), now - EARLIER)
        .not_valid_after(now + timedelta(days=365 * COUNTY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(key, SHA256())
    )
    write_secret(pem, _pem(key))
    write_secret(crt, certificate.public_bytes(Encoding.PEM))
    crt.chmod(PUBLIC)
    return crt, pem


def make_pair(
    authority: Authority,
    folder: Path,
    name: str,
    addresses: Sequence[str],
    days: int,
    *,
    now: datetime | None = None,
) -> tuple[Path, Path]:
    """Certificate and key of somebody in the county's own house. Raises OSError."""
    crt, pem = folder / f"{name}.crt", folder / f"{name}.key"
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = authority.issue(key.public_key(), name, days, addresses=addresses, now=now)
    write_secret(pem, _pem(key))
    write_secret(crt, authority.whole(certificate))
    crt.chmod(PUBLIC)
    return crt, pem


def _begun(subject: x509.Name, issuer: x509.Name, key: Any, begins: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _address(said: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(said))
    except ValueError:
        return x509.DNSName(said)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
