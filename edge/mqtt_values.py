"""What a connection to a broker is made of, and what can happen on it."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Accepted:
    """The broker let us in."""

    receive_maximum: int


@dataclass(frozen=True)
class TurnedAway:
    """The broker answered and refused."""

    why: str
    older: bool
    """True: it does not speak this version of the protocol."""
    lasting: bool = False
    """Only a person can mend it."""


@dataclass(frozen=True)
class Subscribed:
    mid: int
    refusal: str = ""
    """Empty when the broker lets us hear."""


@dataclass(frozen=True)
class Acknowledged:
    mid: int
    refusal: str
    """Empty when the broker took the message."""


@dataclass(frozen=True)
class Arrived:
    topic: str
    payload: bytes
    retained: bool
    mid: int = 0
    """For `Session.acknowledge`."""


@dataclass(frozen=True)
class Lost:
    why: str
    taken_over: bool = False


Happening = Accepted | TurnedAway | Subscribed | Acknowledged | Arrived | Lost


@dataclass(frozen=True)
class Broker:
    """Where a broker is and how to prove who we are."""

    host: str
    port: int
    tls: bool = False
    ca_file: str = ""
    """Empty: the system's authorities."""
    cert_file: str = ""
    key_file: str = ""
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def at(cls, url: str, **proof: Any) -> "Broker":
        """Read `mqtt://HOST[:1883]` or `mqtts://HOST[:8883]`. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError(f"not a broker's address: {url!r} (mqtt://HOST:PORT or mqtts://HOST:PORT)")
        tls = parts.scheme == "mqtts"
        return cls(parts.hostname, parts.port or (8883 if tls else 1883), tls, **proof)


@dataclass(frozen=True)
class Will:
    topic: str
    payload: bytes
