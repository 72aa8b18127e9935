"""Why a secure connection was refused, as a word: a wrong clock looks like a wrong certificate."""

import ssl
from datetime import UTC, datetime, timedelta

from edge.hall.words import Now

NOT_YET_VALID, EXPIRED = "not_yet_valid", "expired"
UNKNOWN_AUTHORITY, OTHER_NAME = "unknown_authority", "other_name"
CLOCK = "clock"
"""The certificate seems too old or too new, and it is the clock that is in doubt."""
_WORDS = {
    9: NOT_YET_VALID,
    10: EXPIRED,
    18: UNKNOWN_AUTHORITY,
    19: UNKNOWN_AUTHORITY,
    20: UNKNOWN_AUTHORITY,
    21: UNKNOWN_AUTHORITY,
    62: OTHER_NAME,
    64: OTHER_NAME,
}
# OpenSSL, include/openssl/x509_vfy.h.in: X509_V_ERR_CERT_NOT_YET_VALID 9, _CERT_HAS_EXPIRED 10, four of an
# unknown issuer, _HOSTNAME_MISMATCH 62, _IP_ADDRESS_MISMATCH 64. Seen: 9, 10, 20 and 64 with Python 3.11.
_AGREES = timedelta(hours=1)


def trouble_of(error: BaseException) -> str:
    """A word for a certificate of the other end that was not taken; empty for any other trouble."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return ""
    return _WORDS.get(error.verify_code, UNKNOWN_AUTHORITY)


def with_clock(trouble: str, now: Now, system: datetime | None = None) -> str:
    """The same, or `clock`: TLS judges by the system's clock, whatever the hall believes."""
    if trouble not in (NOT_YET_VALID, EXPIRED):
        return trouble
    off = abs(now.at - (system or datetime.now(UTC)))
    return trouble if now.trusted and off <= _AGREES else CLOCK
