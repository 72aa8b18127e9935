"""Who gets a certificate: a new box once for its code, and a box that has one, before that one ends."""

import base64
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import Connection, insert, select, update

from edge.center.authority import Authority
from edge.center.settings import EnrolmentTable
from edge.center.store import Store
from edge.center.tables import certificates, enrolments
from edge.enrolment import RENEWS
from edge.enrolment_codes import Code, digest, new_code

log = logging.getLogger(__name__)

DAY_S = 86_400


class NotIssued(Exception):
    """No certificate; the text is a key of `enroll.no` in the catalogue."""


@dataclass(frozen=True)
class Issued:
    certificate: bytes
    """With what stands between it and the root; PEM."""
    authority: bytes
    """What the box shall trust from now on; PEM."""


class Enrolments:
    """Any thread; each call is one transaction of the store. Raises StoreError beside what is said."""

    def __init__(
        self, store: Store, authority: Authority, days: int, clock: Callable[[], float] = time.time
    ) -> None:
        """`days`: how long a hall's certificate lasts."""
        self._store, self._authority, self._days, self._clock = store, authority, days, clock

    @property
    def authority(self) -> Authority:
        return self._authority

    def new_code(self, hall: str, days: float) -> tuple[Code, float]:
        """For `county/hall`, once, within so many days; the code, and until when (Unix time)."""
        code, now = new_code(c.public_bytes(Encoding.DER) for c in self._authority.chain), self._clock()
        with self._store.engine.begin() as tx:
            row = {"digest": code.digest, "hall": hall, "made_at": now, "ends_at": now + days * DAY_S}
            tx.execute(insert(enrolments), {**row, "key": ""})
        return code, now + days * DAY_S

    def enrol(self, hall: str, secret: str, request: bytes) -> Issued:
        """For a new box. The same box may ask again with the same key: an answer can be lost on its way.

        Raises NotIssued.
        """
        key = _requested(request, hall)
        by_code = enrolments.c.digest == digest(secret)
        with self._store.engine.begin() as tx:
            code = tx.execute(select(enrolments).where(by_code).with_for_update()).one_or_none()
            if code is None:
                raise NotIssued("code_unknown")
            if code.hall != hall:
                log.warning("enrolment: a code of %s was tried for %s", code.hall, hall)
                raise NotIssued("code_other_hall")
            if code.key and code.key != _print(key):
                log.warning("enrolment: a used code of %s was tried again, with another key", hall)
                raise NotIssued("code_used")
            if self._clock() > code.ends_at:
                raise NotIssued("code_expired")
            tx.execute(update(enrolments).where(by_code).values(key=_print(key)))
            return self._issue(tx, hall, key, code.digest)

    def renew(self, request: bytes, present: bytes, signature: str) -> Issued:
        """For a box that proves by its present key that it has the present certificate. Raises NotIssued."""
        try:
            held = x509.load_pem_x509_certificate(present)
            hall = str(held.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
            signed = base64.b64decode(signature, validate=True)
        except (ValueError, IndexError) as error:
            raise NotIssued("malformed") from error
        self._judge(held, request, signed)
        key = _requested(request, hall)
        with self._store.engine.begin() as tx:
            of_hall = select(certificates).where(certificates.c.hall == hall)
            row = tx.execute(of_hall.where(certificates.c.serial == _serial(held))).one_or_none()
            last = tx.execute(of_hall.order_by(certificates.c.issued_at.desc()).limit(1)).one_or_none()
            if row is None or last is None:
                raise NotIssued("certificate_unknown")
            if row.digest != last.digest:
                log.warning("enrolment: %s: a box that another has replaced asked for a certificate", hall)
                raise NotIssued("certificate_replaced")
            return self._issue(tx, hall, key, row.digest)

    def _judge(self, held: x509.Certificate, request: bytes, signature: bytes) -> None:
        """Raises NotIssued."""
        key = held.public_key()
        if not self._authority.signed(held) or not isinstance(key, ec.EllipticCurvePublicKey):
            raise NotIssued("certificate_unknown")
        if self._clock() > held.not_valid_after_utc.timestamp():
            raise NotIssued("certificate_ended")
        try:
            key.verify(signature, RENEWS + request, ec.ECDSA(SHA256()))
        except InvalidSignature as error:
            raise NotIssued("malformed") from error

    def _issue(self, tx: Connection, hall: str, key: Any, code: str) -> Issued:
        made = self._authority.issue(key, hall, self._days)
        row = {
            "serial": _serial(made),
            "hall": hall,
            "digest": code,
            "issued_at": self._clock(),
            "ends_at": made.not_valid_after_utc.timestamp(),
        }
        tx.execute(insert(certificates), row)
        log.info("enrolment: a certificate for %s, until %s", hall, made.not_valid_after_utc)
        return Issued(self._authority.whole(made), self._authority.pem())


def open_enrolments(store: Store, said: EnrolmentTable) -> Enrolments:
    """With the authority that the settings name. Raises ConfigError."""
    return Enrolments(store, Authority.load(Path(said.ca_file), Path(said.ca_key_file)), said.days)


def _requested(request: bytes, hall: str) -> ec.EllipticCurvePublicKey:
    """The key of a signed request (PKCS #10, PEM) in this hall's name. Raises NotIssued."""
    try:
        asked = x509.load_pem_x509_csr(request)
        names = [a.value for a in asked.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        key, is_signed = asked.public_key(), asked.is_signature_valid
    except ValueError as error:
        raise NotIssued("malformed") from error
    if not is_signed or names != [hall] or not isinstance(key, ec.EllipticCurvePublicKey):
        raise NotIssued("malformed")
    return key


def _serial(certificate: x509.Certificate) -> str:
    return f"{certificate.serial_number:x}"


def _print(key: Any) -> str:
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
