"""What the county had done here, past tense: its commands, each once, and its notices.

The same contract as `edge.hall.events`: fields are added, never renamed or reused.
"""

from dataclasses import dataclass

from edge.hall.events import Event


@dataclass(frozen=True, kw_only=True)
class CountyCommandAccepted(Event):
    """On disk before anything is done for it: it is never done twice."""

    command: str
    """The county's id."""
    does: str
    """`notice.set`, `resend` …"""
    signed_by: str = ""
    """Name of the key; empty: not signed."""


@dataclass(frozen=True, kw_only=True)
class CountyCommandEnded(Event):
    command: str
    state: str
    """`done|refused|failed`"""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class NoticeSet(Event):
    """The county's notice for screens and boards."""

    notice: str
    text: str
    begins: str = ""
    """`YYYY-MM-DD`; empty: at once."""
    ends: str = ""
    """The last day; empty: until it is cleared."""
    carried: bool = False
    """Set on an earlier day and still to be shown; said again at the day's opening."""


@dataclass(frozen=True, kw_only=True)
class NoticeCleared(Event):
    notice: str
