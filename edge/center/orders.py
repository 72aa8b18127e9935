"""Commands that a county's operator signs and sends to a hall, and what the hall answers."""

import base64
import time
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from edge.entries import canonical
from edge.errors import ConfigError
from edge.keys import write_secret
from edge.mqtt_session import NEW, OLD, Session
from edge.mqtt_values import Accepted, Arrived, Broker, Lost, Subscribed, TurnedAway
from edge.wary import read_object

Json = dict[str, Any]

CONNACK_WITHIN_S = 10.0
MOST_BYTES = 4_000_000
"""Of an answer: a screenshot is among them."""
ENDS = ("done", "refused", "failed")


def make_key(file: Path) -> str:
    """A new signing key in a file of its own; its public half, base64. Raises FileExistsError, OSError."""
    if file.exists():
        raise FileExistsError(f"{file} is there already")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    write_secret(file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def command(name: str, args: Mapping[str, Any], lasts: timedelta) -> Json:
    """Not signed yet, for any hall; good from now on for so long."""
    now = datetime.now(UTC)
    return {
        "id": f"{name}-{uuid.uuid4().hex[:12]}",
        "issued_at": _iso(now),
        "expires_at": _iso(now + lasts),
        "name": name,
        "args": dict(args),
    }


def signed(said: Json, hall: str, key_name: str, file: Path) -> Json:
    """For this hall alone, as contract §4 has it. Raises ConfigError: no such key."""
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError([f"{file}: no signing key: {error}"]) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError([f"{file}: no Ed25519 key"])
    signature = key.sign(canonical({**said, "hall": hall}).encode())
    return {**said, "sig": f"{key_name}:{base64.b64encode(signature).decode()}"}


def send(broker: Broker, hall: str, said: Json, within_s: float) -> Iterator[Json]:
    """Send one command and yield the hall's answers to it, up to the last, or until `within_s` are over.

    A hall that is away hears it when it comes back, if it has not expired. Raises OSError.
    """
    until = time.monotonic() + within_s
    session = _opened(broker, f"bianmin-desk-{hall.replace('/', '-')}-{uuid.uuid4().hex[:8]}")
    try:
        asked = session.subscribe(f"bianmin/v1/{hall}/replies")
        payload = canonical(said).encode()
        while time.monotonic() < until:
            for happening in session.happenings(0.25):
                match happening:
                    case Subscribed(mid, refusal) if mid == asked:
                        if refusal:
                            raise ConnectionError(f"the broker does not let us hear {hall}: {refusal}")
                        session.publish(f"bianmin/v1/{hall}/commands", payload)
                    case Arrived() if answer := _answer(happening.payload, said["id"]):
                        yield answer
                        if answer.get("state") in ENDS:
                            return
                    case Lost(why):
                        raise ConnectionError(why)
    finally:
        session.close()


def _opened(broker: Broker, client_id: str) -> Session:
    """Raises OSError."""
    for version in (NEW, OLD):
        session = Session(broker, client_id, None, version=version, inflight=5, kept_s=0)
        try:
            session.open()
            happening = _first(session)
        except BaseException:
            session.close()
            raise
        if isinstance(happening, Accepted):
            return session
        session.close()
        if not (isinstance(happening, TurnedAway) and happening.older):
            break
    why = happening.why if isinstance(happening, TurnedAway | Lost) else "no answer"
    raise ConnectionError(f"{broker.host}:{broker.port}: {why}")


def _first(session: Session) -> object:
    until = time.monotonic() + CONNACK_WITHIN_S
    while time.monotonic() < until:
        for happening in session.happenings(0.25):
            return happening
    return None


def _answer(payload: bytes, id: str) -> Json:
    """Empty: it is to another command, or none."""
    try:
        said = read_object(payload, MOST_BYTES)
    except ValueError:
        return {}
    return said if said.get("id") == id else {}


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
