"""What is said at the border to the county: topics, names and payloads of contract §4, as pure values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge.entries import canonical
from edge.hall.views import DeviceView, Json
from edge.wary import read_object

MOST_BYTES = 10_000
"""Of a receipt or a status: some hundred are enough."""
DEVICE_FIELDS = ("id", "kind", "driver", "counter", "state", "code", "since")


@dataclass(frozen=True)
class Border:
    """One hall's names at the broker, and who speaks under them."""

    county: str
    hall: str
    journal: str
    """The journal's id: a swapped card or a spare box has another."""
    version: str
    boot: str

    @property
    def client_id(self) -> str:
        return f"bianmin-{self.county}-{self.hall}"

    def topic(self, name: str) -> str:
        """`events`, `status`, `health`, `receipts` …"""
        return f"bianmin/v1/{self.county}/{self.hall}/{name}"

    @property
    def center(self) -> str:
        """The topic on which the county's center says whether it is there."""
        return f"bianmin/v1/{self.county}/center"

    @property
    def speaker(self) -> str:
        """`county/hall`"""
        return f"{self.county}/{self.hall}"

    def is_online(self, payload: bytes) -> bool:
        """Read a center's birth or will."""
        return _object(payload).get("state") == "online"

    def status(self, state: str, since: str, head: int) -> bytes:
        """A birth, a will or a goodbye. A will's `since` is when the connection began."""
        return _bytes(
            {
                "state": state,
                "since": since,
                "version": self.version,
                "journal": self.journal,
                "head": head,
                "boot": self.boot,
            }
        )

    def rival(self, payload: bytes) -> str | None:
        """Read a status said under our name: the other speaker's journal, or None if it was this process.

        A copied card has the same journal; its boot id tells it apart.
        """
        said = _object(payload)
        if "journal" not in said or (said["journal"], said.get("boot")) == (self.journal, self.boot):
            return None
        return str(said["journal"])

    def stored(self, payload: bytes) -> int | None:
        """Read the center's receipt: the highest sequence without a hole; None: it is about another journal.

        Raises ValueError: no receipt.
        """
        said = read_object(payload, MOST_BYTES)
        journal, stored = said.get("journal"), said.get("stored")
        if not isinstance(journal, str) or type(stored) is not int or stored < 0:
            raise ValueError("no receipt")
        return stored if journal == self.journal else None


def health_report(at: str, uplink: Json, devices: Sequence[DeviceView], facts: Mapping[str, Any]) -> bytes:
    """The hall's health: `facts` of the host and screens as they are, and one line for each device.

    `facts["devices"]`: by id what is known of a device beyond its state: `last_ok`, counts, paper.
    """
    known = facts.get("devices", {})
    lines = [
        {**{name: getattr(device, name) for name in DEVICE_FIELDS}, "last_ok": "", **known.get(device.id, {})}
        for device in devices
    ]
    return _bytes({**facts, "at": at, "uplink": uplink, "devices": lines})


def inventory_report(at: str, version: str, boot: str, facts: Mapping[str, Any]) -> bytes:
    """What the box is made of, once in each life of the daemon."""
    return _bytes({**facts, "at": at, "version": version, "boot": boot})


def _object(payload: bytes) -> Json:
    """Read a JSON object; anything else is an empty one: nobody at the other end waits for a complaint."""
    try:
        return read_object(payload, MOST_BYTES)
    except ValueError:
        return {}


def _bytes(value: Json) -> bytes:
    return canonical(value).encode()
