"""What happened at the desk, past tense: help, emergencies, kiosks, volume, rolls, and papers beside slips.

The same contract as `edge.hall.events`: fields are added, never renamed or reused.
"""

from dataclasses import dataclass

from edge.hall.events import Event
from edge.hall.words import CounterId, DeviceId


@dataclass(frozen=True, kw_only=True)
class HelpCalled(Event):
    """Somebody at a touch screen asks for a person."""

    help: str
    """Unique for ever: `20261123-481`."""
    kiosk: DeviceId = ""


@dataclass(frozen=True, kw_only=True)
class HelpAnswered(Event):
    help: str
    counter: CounterId = ""
    """Who went; empty: nobody said."""


@dataclass(frozen=True, kw_only=True)
class EmergencyDeclared(Event):
    """Over everything on every screen, until it is ended."""

    kind: str
    """`evacuate|suspend`"""
    drill: bool = False


@dataclass(frozen=True, kw_only=True)
class EmergencyEnded(Event):
    pass


@dataclass(frozen=True, kw_only=True)
class KioskPaused(Event):
    kiosk: DeviceId


@dataclass(frozen=True, kw_only=True)
class KioskResumed(Event):
    kiosk: DeviceId


@dataclass(frozen=True, kw_only=True)
class VolumeSet(Event):
    """How loud the voice is for the rest of the day, over what the settings say of the hour."""

    percent: int


@dataclass(frozen=True, kw_only=True)
class PaperChanged(Event):
    """A person put a new roll in."""

    printer: DeviceId


@dataclass(frozen=True, kw_only=True)
class PaperAsked(Event):
    """A paper that is no ticket's: a guide's list of materials, or a test."""

    paper: str
    """Unique for ever: `20261123-482`."""
    printer: DeviceId
    kind: str
    """`guide|test`"""
    guide: str = ""


@dataclass(frozen=True, kw_only=True)
class PaperStarted(Event):
    """On disk before the printer gets the first byte."""

    paper: str
    printer: DeviceId


@dataclass(frozen=True, kw_only=True)
class PaperEnded(Event):
    paper: str
    printer: DeviceId
    state: str
    """`printed|failed|unknown`"""
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class BoxStopAsked(Event):
    """A person wants the box or its programs to stop or start anew."""

    what: str
    """`restart|reboot|poweroff`"""
