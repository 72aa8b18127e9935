"""An entry: an event as the journal keeps it, which is as it travels.

A CloudEvents 1.0 object (contract.md §4) as canonical JSON, chained by SHA-256 to the one before.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from edge.errors import JournalDamaged
from edge.hall.event_json import UnknownEvent, from_json, to_json, type_of
from edge.hall.events import Event
from edge.hall.words import Now, Stamp

FIRST_LINK = "0" * 64
"""What the first entry is chained to."""


class Line(NamedTuple):
    """An entry as it lies in the file, unread."""

    seq: int
    body: str
    """Canonical JSON of the CloudEvents object without `chain`."""
    chain: str

    def travels(self) -> bytes:
        """Canonical JSON with its chain, without reading it first: no name of ours sorts before `chain`."""
        return f'{{"chain":"{self.chain}",{self.body[1:]}'.encode()


@dataclass(frozen=True)
class Entry:
    seq: int
    stamp: Stamp
    trusted: bool
    """Was the clock known to be right?"""
    event: Event
    body: str
    """Canonical JSON of the CloudEvents object without `chain`."""
    chain: str

    def cloud(self) -> dict[str, Any]:
        """The CloudEvents object as it travels."""
        return {**json.loads(self.body), "chain": self.chain}


_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)  # made once: `json.dumps` makes one for each call


def canonical(value: Mapping[str, Any]) -> str:
    """Sorted keys, no spaces, no escapes beyond JSON's own; hashed as UTF-8."""
    return _CANONICAL.encode(value)


def link(before: str, body: str) -> str:
    """The `chain` of an entry: SHA-256 over the chain before it (64 ASCII hex digits) and its JSON."""
    return hashlib.sha256(before.encode("ascii") + body.encode()).hexdigest()


def stamped(seq: int, now: Now) -> Stamp:
    """The stamp of an entry: `now` as exact as an entry keeps it, in milliseconds."""
    at = now.at.astimezone(UTC)
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    return Stamp(seq, at, now.day, now.boot, round(now.uptime_s, 3), now.trusted)


def body_of(event: Event, stamp: Stamp, *, trusted: bool, journal: str, source: str) -> str:
    """Canonical JSON of the CloudEvents object, without its `chain`. `source`: `/county/hall`."""
    cloud = {
        "specversion": "1.0",
        "id": f"{journal}:{stamp.seq}",
        "source": source,
        "type": event.type if isinstance(event, UnknownEvent) else type_of(type(event)),
        "time": stamp.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {"day": str(stamp.day), "boot": stamp.boot, "uptime_s": stamp.uptime_s, **to_json(event)},
        "journal": journal,
        "sequence": str(stamp.seq),
        "dataversion": str(event.V),
        "trustedtime": trusted,
    }
    return canonical(cloud)


def read_entry(seq: int, body: str, chain: str) -> Entry:
    """Read an entry's row back. Raises JournalDamaged."""
    try:
        cloud = json.loads(body)
        data = cloud["data"]
        stamp = Stamp(
            seq,
            datetime.fromisoformat(cloud["time"]),
            date.fromisoformat(data["day"]),
            data["boot"],
            data["uptime_s"],
            cloud["trustedtime"],
        )
        return Entry(seq, stamp, cloud["trustedtime"], from_json(cloud["type"], data), body, chain)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise JournalDamaged(f"entry {seq} cannot be read: {error}") from error
