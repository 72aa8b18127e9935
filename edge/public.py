"""What a hall tells the public beside its queue: hours, phones, dated notices, who is there, floor plans."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

_PICTURES = (".png", ".jpg", ".jpeg", ".svg")


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
    kind: Literal["notice", "affairs", "tender"] = "notice"
    """A notice, public affairs (公开栏), or a call for tenders."""
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
class Public:
    about: AboutTable = field(default_factory=AboutTable)
    show: ShowTable = field(default_factory=ShowTable)
    notices: tuple[NoticeTable, ...] = ()
    floors: Mapping[str, FloorTable] = field(default_factory=dict)
    content: Path = Path()
    """The folder of the pictures."""


def is_picture(name: str) -> bool:
    """A picture's name inside a folder, and nothing outside it."""
    path = PurePosixPath(name)
    inside = bool(name) and not path.is_absolute() and ".." not in path.parts
    return inside and path.suffix.lower() in _PICTURES
