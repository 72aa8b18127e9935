"""What the door answers, as types: the hall's views as they are, and small envelopes around them."""

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import ConfigDict

from edge.doors.scans import Scanned
from edge.guides import Group, Guide
from edge.hall.desk_views import DeskView, PaperView, SlipLine
from edge.hall.views import ClockView, CounterView, TicketView
from edge.hall.waiting_list import WaitingLine, WaitingPaper

Json = dict[str, Any]
OPEN = ConfigDict(extra="allow")
"""May hold more than is named. Plain dataclasses: only the OpenAPI document reads them as schemas."""


@dataclass(frozen=True)
class TicketAnswer:
    ticket: TicketView


@dataclass(frozen=True)
class TakenAnswer:
    ticket: TicketView
    """The first of them."""
    tickets: list[TicketView]


@dataclass(frozen=True)
class WaitingAnswer:
    waiting: list[WaitingLine]
    """Everybody who is not at a counter, by place in time."""
    paper: WaitingPaper | None
    """The last list that was asked for today."""


@dataclass(frozen=True)
class CounterAnswer:
    counter: CounterView


@dataclass(frozen=True)
class DayAnswer:
    day: str
    """The business day, `YYYY-MM-DD`."""
    clock: ClockView


@dataclass(frozen=True)
class NumbersLeft:
    service: str
    left: int
    """Numbers of today's range."""


@dataclass(frozen=True)
class NumbersAnswer:
    services: tuple[NumbersLeft, ...]


@dataclass(frozen=True)
class ServedByHandAnswer:
    tickets: tuple[str, ...]
    """Ids of the tickets that are finished by this."""


@dataclass(frozen=True)
class Rating:
    ticket: str
    score: int


@dataclass(frozen=True)
class RatingAnswer:
    rating: Rating


@dataclass(frozen=True)
class Code:
    kind: str
    """As zxing-cpp names it: `QRCode`, `Code128` ..."""
    text: str


@dataclass(frozen=True)
class PageHere:
    """What is said of every page."""

    id: str
    counter: str
    ticket: str
    """Empty: nobody was at the counter."""
    digest: str
    """SHA-256 of the stored file, hex."""
    size_bytes: int
    item: str
    material: int
    """Of the item's materials, from 1; 0: none of them."""
    pages: int
    """So many were found in the picture."""
    faults: list[str]
    """`unsure`, `cut_off`, `blurred`, `glare`, `fingers`, `same`; none: the page is good."""
    advice: str
    """What to do about them."""


@dataclass(frozen=True)
class Capture(PageHere):
    original: str
    """SHA-256 of the picture as it was taken; empty where that is what is stored."""
    codes: list[Code]
    """What codes the page bears."""


@dataclass(frozen=True)
class CaptureAnswer:
    capture: Capture


@dataclass(frozen=True)
class TakenPage(PageHere):
    cleaned: bool
    """False: nobody could look at it, and it is as the camera gave it."""
    at: str


@dataclass(frozen=True)
class PageAnswer:
    page: TakenPage


@dataclass(frozen=True)
class SeenPage:
    corners: list[tuple[float, float]]
    """Shares of the picture's width and height, clockwise."""
    confidence: float
    good: bool
    why: str
    advice: str


@dataclass(frozen=True)
class Camera:
    version: int
    camera: bool
    """Pictures come."""
    looked: bool
    """What is said of pages is of now."""
    pages: list[SeenPage]
    still: int
    """Looks in a row in which nothing moved and the page was good."""
    notice: str
    """The empty desk looks different: the camera was moved, or the lamp is another."""
    auto: bool
    item: str
    material: int
    taken: str
    """The page that was last taken by itself."""
    refused: str
    """Why the last one was not."""


@dataclass(frozen=True)
class CameraAnswer:
    camera: Camera


@dataclass(frozen=True)
class CapturesAnswer:
    captures: list[TakenPage]
    """In the order in which they were taken."""


@dataclass(frozen=True)
class Material:
    number: int
    """From 1."""
    text: str
    captures: list[str]
    """Ids of its pages; empty: it is missing."""


@dataclass(frozen=True)
class Checklist:
    ticket: str
    item: str
    name: str
    materials: list[Material]
    missing: list[int]
    """Numbers of the materials of which there is no page."""
    others: list[str]
    """Pages of the ticket that are for none of them."""


@dataclass(frozen=True)
class ChecklistAnswer:
    checklist: Checklist


@dataclass(frozen=True)
class Screen:
    name: str
    seq: int
    """The newest view's."""
    wanted: str
    """Somebody waits for this screen's picture under this id; empty: nobody does."""


@dataclass(frozen=True)
class ScreenAnswer:
    screen: Screen


@dataclass(frozen=True)
class PictureAnswer:
    taken: bool
    """False: nobody waits for it any more."""


@dataclass(frozen=True)
class NoAnswer:
    """`{}`"""


@dataclass(frozen=True)
class DeskAnswer:
    desk: DeskView


@dataclass(frozen=True)
class PaperAnswer:
    paper: PaperView


@dataclass(frozen=True)
class SlipsAnswer:
    slips: list[SlipLine]
    """Unknown ones first, then those that failed; the newest first."""


@dataclass(frozen=True)
class StaffSession:
    token: str
    """Goes along as `Authorization: Bearer TOKEN`; dies after three minutes without use."""
    staff: str
    name: str
    roles: list[str]


@dataclass(frozen=True)
class SessionAnswer:
    session: StaffSession


@dataclass(frozen=True)
class AboutAnswer:
    """Lists may be empty; a person's fields are those that the hall shows."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    name: str
    phone: str
    address: str
    complaint_phone: str
    complaint_place: str
    rules: list[str]
    facilities: list[str]
    today: str
    """The type of this day."""
    hours: list[Json]
    phones: list[Json]
    notices: list[Json]
    """Those whose dates hold today."""
    staff: list[Json]
    """Each counter, its state, and who is there."""
    floors: list[Json]
    leader: Json | None
    """Whose turn it is to sit in the hall: `post`, `name`."""
    voice: Json
    """How calls are said aloud."""


@dataclass(frozen=True)
class HealthzAnswer:
    status: str
    """`ok`"""


@dataclass(frozen=True)
class CardHere:
    name: str
    """Masked; empty where the reader gives none."""
    age_s: float


@dataclass(frozen=True)
class CardAnswer:
    card: CardHere | None


@dataclass(frozen=True)
class ScanAnswer:
    scan: Scanned | None


@dataclass(frozen=True)
class HealthAnswer:
    """As the daemon's health gathers it; what a box cannot measure is left out."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    host: Json
    uplink: Json
    screens: list[Json]


@dataclass(frozen=True)
class GuideWhole(Guide):
    missing: tuple[str, ...] = ()
    """Fields that the disclosure rules ask for, and of which nothing is known."""


@dataclass(frozen=True)
class GuideAnswer:
    guide: GuideWhole


@dataclass(frozen=True)
class GuidesAnswer:
    guides: list[GuideWhole]


@dataclass(frozen=True)
class GuideGroupsAnswer:
    departments: list[Group]
    events: list[Group]
    """Occasions of life."""
    words: list[str]
    """What people call things, for who does not spell."""


@dataclass(frozen=True)
class CloudEvent:
    """CloudEvents 1.0; `data` as `x-events` says for its type."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    specversion: str
    id: str
    """`{journal}:{seq}`"""
    source: str
    type: str
    time: str
    datacontenttype: str
    data: Json
    journal: str
    sequence: str
    """The sequence number, decimal."""
    dataversion: str
    trustedtime: bool
    chain: str
    """SHA-256 over the chain before it and this entry, hex."""


@dataclass(frozen=True)
class EventsAnswer:
    events: list[CloudEvent]
    head: int
    """The journal's newest entry."""


@dataclass(frozen=True)
class Problem:
    """RFC 9457, `application/problem+json`; `has_ticket` also says `ticket` and `number`, `closed` and `full`
    say `opens_at` (`HH:MM`) and, where it is not today, `opens_on` (`YYYY-MM-DD`), once they are known."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN
    type: str
    title: str
    status: int
    detail: str
    """For the person, in the hall's language."""
    reason: str
    """A stable key; all are in `x-reasons`."""
