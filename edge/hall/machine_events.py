"""What happened to the house around the queue: mains and shutdown, contacts, attendance, pages."""

from dataclasses import dataclass

from edge.hall.events import Event
from edge.hall.words import CounterId, DeviceId, StaffNumber, TicketId


@dataclass(frozen=True, kw_only=True)
class ShutdownPlanned(Event):
    """The battery will not last: the box goes down in an orderly way unless the mains come back."""

    device: DeviceId
    why: str
    """`low`, `long` (on battery for longer than the hall allows), `lost` (on battery, and silent since)."""
    in_s: int = 0


@dataclass(frozen=True, kw_only=True)
class ShutdownCancelled(Event):
    """The mains came back in time."""

    device: DeviceId


@dataclass(frozen=True, kw_only=True)
class ShutdownOrdered(Event):
    """The hall's command for it was given."""

    device: DeviceId


@dataclass(frozen=True, kw_only=True)
class ContactChanged(Event):
    device: DeviceId
    closed: bool


@dataclass(frozen=True, kw_only=True)
class StaffPunched(Event):
    """Somebody came or went, as an attendance terminal wrote it down; its time, not ours."""

    device: DeviceId
    staff: StaffNumber
    at: str
    """Local time, `YYYY-MM-DDTHH:MM:SS`."""
    way: str = ""
    """`in`, `out` or empty."""
    source: str = ""
    """`FILE:LINE`"""


@dataclass(frozen=True, kw_only=True)
class PunchRefused(Event):
    """A line of a terminal's file that says nothing; it stays where it is."""

    device: DeviceId
    source: str
    why: str
    """`no_staff`, `no_time`, `not_text`, `too_long`, `cut_off`"""
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class DocumentHandedOver(Event):
    """A stored page left the box: to the counter's browser, or into the folder that a program watches."""

    capture: str
    counter: CounterId
    digest: str
    """SHA-256 of what was handed over, hex."""
    ticket: TicketId = ""
    staff: StaffNumber = ""
    """Who sat at the counter."""
    to: str = "door"
    """`door|folder`"""


@dataclass(frozen=True, kw_only=True)
class DocumentErased(Event):
    """Stored pages are no more."""

    captures: tuple[str, ...]
    why: str = "time"
    """`time`, `handed_over` (and its days are over), `room` (more than the quota), `removed` by a clerk, or
    `lost`: noted, and not there after a power cut."""


@dataclass(frozen=True, kw_only=True)
class DocumentMoved(Event):
    """A stored page is for another material than was said when it was taken."""

    capture: str
    counter: CounterId
    """Where somebody said so."""
    ticket: TicketId = ""
    staff: StaffNumber = ""
    item: str = ""
    material: int = 0
    """Of the item's materials, from 1; 0: none of them."""
