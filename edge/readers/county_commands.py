"""The county's commands as they come over the border: read with suspicion, judged, answered (contract §4)."""

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from edge.entries import canonical
from edge.hall.words import Now
from edge.wary import read_object

Json = dict[str, Any]

MOST_BYTES = 262_144
MOST_ID = 100
LASTS_AT_MOST = timedelta(days=1)
"""A hall remembers what it did at least as long, whatever becomes of its checkpoint."""
EARLY = timedelta(minutes=5)
"""So far may a county's clock go ahead of the hall's."""
UNSIGNED = ("resend", "report.request")
"""Change nothing that anybody sees."""
SETS_CLOCK = "clock.set"


class Unfit(Exception):
    """A command that is not done; the text is the `reason` of its reply."""


@dataclass(frozen=True)
class Command:
    id: str
    name: str
    args: Json
    issued_at: datetime
    expires_at: datetime
    sig: str = ""
    """`KEY:BASE64`, Ed25519 over the canonical JSON of all the rest together with `hall`."""
    signed: bytes = field(default=b"", repr=False)
    """What was signed."""


def read_id(payload: bytes) -> tuple[str, Json]:
    """A command's id, to answer under, and the whole. Raises ValueError: nobody to answer to."""
    said = read_object(payload, MOST_BYTES)
    id = said.get("id")
    if not isinstance(id, str) or not (0 < len(id) <= MOST_ID and id.isprintable()):
        raise ValueError("no id")
    return id, said


def read_command(said: Json, hall: str) -> Command:
    """`hall`: `county/hall`, so that what was signed for one hall is nothing at another. Raises Unfit."""
    match said:
        case {"id": str(id), "issued_at": str(issued), "expires_at": str(expires), "name": str(name)}:
            args, sig = said.get("args", {}), said.get("sig", "")
        case _:
            raise Unfit("malformed")
    if not (isinstance(args, dict) and isinstance(sig, str)):
        raise Unfit("malformed")
    try:
        begins, ends = datetime.fromisoformat(issued), datetime.fromisoformat(expires)
        signed = canonical({**{k: v for k, v in said.items() if k != "sig"}, "hall": hall}).encode()
    except ValueError as error:
        raise Unfit("malformed") from error
    if begins.tzinfo is None or ends.tzinfo is None:
        raise Unfit("malformed")
    return Command(id, name, args, begins, ends, sig, signed)


def judge(command: Command, now: Now, names: Collection[str], keys: Mapping[str, str], *, demo: bool) -> str:
    """Whose signature it bears, empty for none. Raises Unfit.

    `keys`: base64 of 32 bytes by name. `demo`: what ought to be signed may do without.
    """
    if command.name not in names:
        raise Unfit("unknown_command")
    if not now.trusted and command.name != SETS_CLOCK:
        raise Unfit("clock_untrusted")
    if command.expires_at - command.issued_at > LASTS_AT_MOST:
        raise Unfit("lasts_too_long")
    if now.trusted and now.at > command.expires_at:
        raise Unfit("expired")
    if now.trusted and now.at + EARLY < command.issued_at:
        raise Unfit("not_yet")
    if command.sig:
        return _signer(command, keys)
    if command.name not in UNSIGNED and not demo:
        raise Unfit("unsigned")
    return ""


def _signer(command: Command, keys: Mapping[str, str]) -> str:
    from cryptography.exceptions import InvalidSignature  # megabytes, for a hall that gets a command a week
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    name, _, signature = command.sig.partition(":")
    if name not in keys:
        raise Unfit("unknown_key")
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(keys[name], validate=True))
        public.verify(base64.b64decode(signature, validate=True), command.signed)
    except (ValueError, InvalidSignature) as error:
        raise Unfit("bad_signature") from error
    return name


def reply(id: str, state: str, reason: str = "", result: Json | None = None) -> bytes:
    """`accepted|done|refused|failed`"""
    return canonical({"id": id, "state": state, "reason": reason, "result": result or {}}).encode()
