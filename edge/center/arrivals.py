"""What comes from a hall over the broker, read with suspicion: topics, entries, status and health."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from edge import wary
from edge.entries import canonical

MOST_BYTES = 262_144
"""Of one message; the largest entry of a hall is a day's sheet, some ten thousand bytes."""
_JOURNAL = re.compile(r"[0-9A-Za-z-]{8,64}")
_TYPE = re.compile(r"bianmin\.[a-z0-9_.]{1,70}")
_SEQ = re.compile(r"[1-9][0-9]{0,17}")
_CHAIN = re.compile(r"[0-9a-f]{64}")
_TOPIC = re.compile(r"bianmin/v1/([0-9]{6})/([0-9]{9}|[0-9]{12})/(events|status|health|inventory|replies)")

Json = dict[str, Any]


class Malformed(Exception):
    """A message that cannot be what its topic says; the text says why."""


@dataclass(frozen=True)
class Heard:
    """Where a message came from: `hall` is `county/hall`."""

    county: str
    code: str
    kind: str
    """`events`, `status`, `health`, `inventory`, `replies`"""

    @property
    def hall(self) -> str:
        return f"{self.county}/{self.code}"


@dataclass(frozen=True)
class Arrived:
    """One journal entry of a hall."""

    hall: str
    journal: str
    seq: int
    type: str
    at: str
    day: str
    trusted: bool
    body: str
    """The JSON that was hashed."""
    chain: str
    data: Json


def is_journal(said: object) -> bool:
    """May this be a journal's id?"""
    return isinstance(said, str) and _JOURNAL.fullmatch(said) is not None


def heard(topic: str) -> Heard:
    """Raises Malformed."""
    match = _TOPIC.fullmatch(topic)
    if match is None:
        raise Malformed(f"no topic of a hall: {topic[:80]}")
    return Heard(*match.groups())


def read_object(payload: bytes) -> Json:
    """A JSON object that every store keeps. Raises Malformed."""
    try:
        return wary.read_object(payload, MOST_BYTES)
    except ValueError as error:
        raise Malformed(str(error)[:200]) from error


def read_entry(hall: str, payload: bytes) -> Arrived:
    """An entry of this hall. Raises Malformed, also where it speaks in another's name."""
    cloud = read_object(payload)
    chain = cloud.pop("chain", None)
    match cloud:
        case {
            "specversion": "1.0",
            "id": str(id),
            "source": str(source),
            "type": str(type_),
            "time": str(time),
            "data": dict(data),
            "journal": str(journal),
            "sequence": str(sequence),
            "trustedtime": bool(trusted),
        }:
            pass
        case _:
            raise Malformed("not an entry: a member is missing or of another type")
    if source != f"/{hall}":
        raise Malformed(f"{source[:40]} speaks on the topic of {hall}")
    if not (_JOURNAL.fullmatch(journal) and _SEQ.fullmatch(sequence) and id == f"{journal}:{sequence}"):
        raise Malformed("journal, sequence and id do not fit together")
    if not (isinstance(chain, str) and _CHAIN.fullmatch(chain) and _TYPE.fullmatch(type_)):
        raise Malformed("no chain, or no type of ours")
    try:
        day = date.fromisoformat(str(data.get("day"))).isoformat()
        datetime.fromisoformat(time)
        body = canonical(cloud)
    except ValueError as error:
        raise Malformed(f"a value cannot be: {error}") from error
    if len(time) > 24:
        raise Malformed("a time that cannot be kept")
    return Arrived(hall, journal, int(sequence), type_, time, day, trusted, body, chain, data)
