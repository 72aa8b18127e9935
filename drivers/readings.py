"""What devices beside the pads tell the hall; who is meant by a card is never printed, logged or compared."""

from dataclasses import dataclass, field
from typing import TypeAlias

from drivers.capabilities import Reading


@dataclass(frozen=True)
class CardShown:
    """An identity card lies on the reader: once, until it is lifted."""

    number: str = field(repr=False)
    """As on the card; to be digested at once, and forgotten."""
    masked_name: str = field(default="", repr=False)
    """For the clerk's eyes only; empty where the reader gives no name."""


@dataclass(frozen=True)
class Scanned:
    """What a bar code or QR code said: whatever the citizen holds there."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class ContactChanged:
    is_closed: bool


@dataclass(frozen=True)
class Punched:
    """Somebody came or went, as an attendance terminal wrote it down."""

    staff: str
    at: str
    """Local time of the terminal, `YYYY-MM-DDTHH:MM:SS`."""
    way: str = ""
    """`in`, `out` or empty."""
    source: str = ""
    """File and line, for a person who looks for it: `2026-11.csv:12`."""


@dataclass(frozen=True)
class PunchRefused:
    """A line that says nothing; it stays where it is."""

    source: str
    why: str
    digest: str
    """The same for the same line."""


AnyReading: TypeAlias = Reading | CardShown | Scanned | ContactChanged | Punched | PunchRefused
