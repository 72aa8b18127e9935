"""What a hall tells the public beside its queue: hours, phones, dated notices, who is there, floor plans."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

_PICTURES = (".png", ".jpg", ".jpeg", ".svg")
_SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class AboutTable:
    """`[about]` of hall.toml."""

    address: str = ""
    complaint_phone: str = ""
    """Empty: the hall's phone."""
    complaint_place: str = ""
    """Where the opinion box hangs, or who takes complaints."""
    rules: tuple[str, ...] = ()
    """Rules of work, one line each."""
    facilities: tuple[str, ...] = ()
    """What is in this hall: water, reading glasses, a copier."""


@dataclass(frozen=True)
class ShowTable:
    """`[show]`: which fields of its people a hall shows (standards: switchable per field)."""

    staff: bool = True
    """The page of who is there at all."""
    name: bool = True
    post: bool = True
    number: bool = True
    phone: bool = False
    photo: bool = False


@dataclass(frozen=True)
class NoticeTable:
    """`[[notice]]`: shown from the one date to the other, both included."""

    title: str
    text: str = ""
    kind: Literal["notice", "affairs", "tender", "item"] = "notice"
    """A notice, public affairs (公开栏), a call for tenders, or an item that the hall points out."""
    since: dt.date | None = None
    until: dt.date | None = None

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise ValueError("title: is empty")
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"until: {self.until} lies before {self.since}")

    def holds(self, day: dt.date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class FloorTable:
    """`[floor.ID]`: a plan without words; counters and kiosks are drawn upon it by their `at`."""

    name: str
    picture: str
    """In content/: `floor-1.svg`."""


@dataclass(frozen=True)
class LeaderTable:
    """`[[leader]]`: who of the town's leaders sits in the hall (领导坐班); the first that holds is shown."""

    post: str
    name: str = ""
    """Empty: the post alone is shown."""
    days: tuple[str, ...] = ()
    """Days of the week, `["mon", "thu"]`;"""
    dates: tuple[dt.date, ...] = ()
    """… and single dates. Neither: every day."""

    def __post_init__(self) -> None:
        if not self.post.strip():
            raise ValueError("post: is empty")
        if wrong := [d for d in self.days if d not in WEEK]:
            raise ValueError(f"days: no weekday {wrong[0]!r} (there are: {', '.join(WEEK)})")

    def holds(self, day: dt.date) -> bool:
        always = not self.days and not self.dates
        return always or day in self.dates or WEEK[day.weekday()] in self.days


@dataclass(frozen=True)
class VolumeTable:
    """`[[voice.hour]]`"""

    span: str
    """`"12:00-14:00"`, local time."""
    volume: int
    """Percent; 0: nothing is said aloud."""

    def __post_init__(self) -> None:
        if not _SPAN.fullmatch(self.span) or self.span[:5] >= self.span[6:]:
            raise ValueError(f"span: like 12:00-14:00, not {self.span!r}")
        _percent("volume", self.volume)


@dataclass(frozen=True)
class VoiceTable:
    """`[voice]` of hall.toml: how calls are said aloud."""

    volume: int = 80
    """Percent. A person's word on a touch screen goes before it, for the day."""
    hour: tuple[VolumeTable, ...] = ()
    """Other volumes at some hours."""
    repeat: int = 1
    """So often a call is said again at once."""
    stale_s: int = 60
    """What could not be said by then is not said any more; the screens show it."""

    def __post_init__(self) -> None:
        _percent("volume", self.volume)
        for name, value, low, high in (("repeat", self.repeat, 0, 2), ("stale_s", self.stale_s, 10, 600)):
            if not low <= value <= high:
                raise ValueError(f"{name}: must be {low}..{high}, not {value}")


@dataclass(frozen=True)
class Public:
    about: AboutTable = field(default_factory=AboutTable)
    show: ShowTable = field(default_factory=ShowTable)
    notices: tuple[NoticeTable, ...] = ()
    floors: Mapping[str, FloorTable] = field(default_factory=dict)
    content: Path = Path()
    """The folder of the pictures."""
    leaders: tuple[LeaderTable, ...] = ()
    voice: VoiceTable = field(default_factory=VoiceTable)


def _percent(name: str, value: int) -> None:
    if not 0 <= value <= 100:
        raise ValueError(f"{name}: percent, 0..100, not {value}")


def is_picture(name: str) -> bool:
    """A picture's name inside a folder, and nothing outside it."""
    path = PurePosixPath(name)
    inside = bool(name) and not path.is_absolute() and ".." not in path.parts
    return inside and path.suffix.lower() in _PICTURES
