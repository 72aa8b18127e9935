"""Asks the county's center for the box's certificate: once by a code, later by the present certificate."""

import base64
import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from edge.credentials import Credentials
from edge.enrolment_codes import Code, fingerprint

ANSWER_WITHIN_S = 10.0
MOST_BYTES = 131_072
RENEWS = b"bianmin renewal\n"
"""Stands before a request that is signed, so that no other signature of that key is taken for one."""


@dataclass(frozen=True)
class NotEnrolled(Exception):
    """The center said no, or is not the one that it should be."""

    reason: str
    """A key of `enroll.no` in the catalogue, where this version knows it."""
    detail: str = ""
    """The center's own sentence."""

    def __str__(self) -> str:
        return self.reason


def enrol(url: str, hall: str, code: Code, credentials: Credentials) -> None:
    """Get the first certificate of `county/hall`; blocks up to about 30 s.

    The code is said only to who has the very authority that is printed in it. Raises NotEnrolled, OSError,
    ValueError (an answer without sense).
    """
    authority = _asked(url, _blind(), "GET", "/authority")
    if fingerprint(_ders(authority)) != code.authority:
        raise NotEnrolled("other_center")
    said = {"hall": hall, "code": code.secret, "request": credentials.request(hall).decode()}
    answer = _posted(url, authority, "/certificates", said)
    credentials.keep(*answer, hall, at_once=True)


def renew(url: str, hall: str, credentials: Credentials) -> None:
    """Get the next certificate and put it beside the present one, which proves us; raises as `enrol`."""
    request = credentials.request(hall)
    said = {
        "request": request.decode(),
        "certificate": credentials.certificate().decode(),
        "signature": base64.b64encode(credentials.signed(RENEWS + request)).decode(),
    }
    answer = _posted(url, credentials.authority(), "/renewals", said)
    credentials.keep(*answer, hall, at_once=False)


def _posted(url: str, authority: bytes, path: str, said: Mapping[str, str]) -> tuple[bytes, bytes]:
    """Certificate and authority, PEM."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=authority.decode("ascii"))
    match _object(_asked(url, context, "POST", path, json.dumps(said).encode())):
        case {"certificate": str(certificate), "authority": str(trusted)}:
            return certificate.encode(), trusted.encode()
    raise ValueError("the center's answer has no certificate")


def _asked(url: str, context: ssl.SSLContext, method: str, path: str, body: bytes = b"") -> bytes:
    """Raises NotEnrolled, OSError."""
    parts = urlsplit(url)
    line = http.client.HTTPSConnection(
        parts.hostname or "", parts.port, timeout=ANSWER_WITHIN_S, context=context
    )
    try:
        line.request(method, path, body or None, {"Content-Type": "application/json"})
        answer = line.getresponse()
        said = answer.read(MOST_BYTES)
    except http.client.HTTPException as error:
        raise ConnectionError(f"{url}: no answer that is one: {error!r}") from error
    finally:
        line.close()
    if answer.status != http.HTTPStatus.OK:
        no = _object(said)
        raise NotEnrolled(str(no.get("reason") or f"http_{answer.status}"), str(no.get("detail") or ""))
    return said


def _object(said: bytes) -> dict[str, Any]:
    """A JSON object; anything else is an empty one."""
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _blind() -> ssl.SSLContext:
    """Hears anybody: for nothing but the county's authority, of which the code holds the fingerprint."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # compared with the code's fingerprint before it is believed
    return context


def _ders(pem: bytes) -> list[bytes]:
    """Certificates of a PEM text. Raises ValueError."""
    end = "-----END CERTIFICATE-----"
    blocks = [b.strip() + f"\n{end}\n" for b in pem.decode("ascii").split(end) if b.strip()]
    return [ssl.PEM_cert_to_DER_cert(block) for block in blocks]
