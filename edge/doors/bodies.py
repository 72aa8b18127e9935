"""What callers may send: bodies and queries, bound to values, all complaints at once."""

import hashlib
import json
from datetime import date, time
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    Base64Bytes,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from edge.doors.personal import has_personal_number
from edge.doors.shots import MOST_BYTES, PNG
from edge.hall.words import Outcome, PaperState

_PLAIN = r"^[^\x00-\x1f\x7f]*$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_TIME_OR_NONE = r"^([0-9]{2}:[0-9]{2})?$"
_TIME = r"^[0-9]{2}:[0-9]{2}$"

Word = Annotated[str, StringConstraints(max_length=64, pattern=_PLAIN)]
"""An id or a short word; no control characters."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=_PLAIN)]
Sequence = Annotated[int, Field(ge=0, le=2**63 - 1)]


def _nobodys(text: str) -> str:
    if has_personal_number(text):
        raise ValueError("a person's number does not belong here")
    return text


Noted = Annotated[Name, AfterValidator(_nobodys)]
"""A short word that goes into the journal as it is, and so to the county."""
Item = Annotated[Word, AfterValidator(_nobodys)]
"""A guide's id, which may be of any letters; or empty."""
Kiosk = Annotated[str, StringConstraints(max_length=64, pattern=r"^[0-9A-Za-z_-]*$")]
"""A touch screen's id, as in the settings; or empty."""


def _real_date(text: str) -> str:
    date.fromisoformat(text)
    return text


def _real_time(text: str) -> str:
    time.fromisoformat(text)
    return text


class Body(BaseModel):
    """Unknown keys are refused, and numbers are not taken from text."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)
    UNDIGESTED: ClassVar[set[str]] = set()
    """A digest travels to the county: fields whose words could be guessed from it."""

    def fields(self) -> dict[str, Any]:
        """As the command's own fields."""
        return dict(self)

    def digest(self) -> str:
        """The first 16 hex digits of the SHA-256 of what was said, however it was written."""
        said = self.model_dump(mode="json", exclude_defaults=True, exclude=self.UNDIGESTED)
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Nothing(Body):
    """`{}`, or no body at all."""


NOTHING = Nothing()


class TakeBody(Body):
    service: Word = ""
    """May be left out where `services` says it."""
    item: Item = ""
    """The guide that was chosen."""
    priority: Word = ""
    kiosk: Kiosk = ""
    """The touch screen beside which the slip shall come out."""
    count: Annotated[int, Field(ge=1, le=10)] = 1
    """So many numbers at once, for somebody who takes them for others; the answer has them as `tickets`."""
    services: Annotated[tuple[Name, ...], Field(max_length=8)] = ()
    """Several services in one visit, in order: one number, which waits for the next when one is done."""
    card: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{32,128})?$")] = ""
    """A salted digest of a card, never its number; only a hall with `one_ticket_per_card` looks at it."""
    former: Word = ""
    """A number that expired when the last day of business ended: who lost it goes first today, once."""
    UNDIGESTED = {"card"}

    @model_validator(mode="after")
    def _one_wish(self) -> "TakeBody":
        if not (self.service or self.services):
            raise ValueError("a service is missing")
        if self.service and self.services and self.services[0] != self.service:
            raise ValueError("the first of several services is the service itself")
        if self.count > 1 and (self.card or self.former):
            raise ValueError("a card or a former number is for one ticket")
        return self


class KeyInBody(Body):
    """A number that was written by hand while the machine was away."""

    number: Name
    """`H01` …: the hall's reserved block."""
    service: Name
    taken_at: Annotated[str, StringConstraints(pattern=_TIME_OR_NONE)] = ""
    """`HH:MM` of today, as written beside it; empty: now."""
    priority: Word = ""


class TicketBody(Body):
    ticket: Name
    """A ticket's id, or today's number."""


class SaidBody(Body):
    call: Annotated[int, Field(ge=1)]
    """The call's `seq`, as in the hall's view."""


class ResumeBody(Body):
    ticket: Word = ""
    """Empty: the ticket last held at this counter."""


class TransferBody(Body):
    service: Word = ""
    to_counter: Word = Field("", alias="counter")

    @model_validator(mode="after")
    def _one_of_both(self) -> "TransferBody":
        if bool(self.service) == bool(self.to_counter):
            raise ValueError("either a service or a counter")
        return self


class PauseBody(Body):
    reason: Word = ""
    """`leave|lunch|meeting|errand`, or none."""


class SignInBody(Body):
    staff: Word = ""
    """Empty: who is asked to stand in, else the post's A clerk."""
    beside: bool = False
    """Beside who is there: both serve at this counter."""


class SignOutBody(Body):
    staff: Word = ""
    """Empty: everybody who is there."""


class CoverBody(Body):
    at: Name
    """Where the clerk sits who holds this counter too."""


class StartBody(Body):
    item: Item = ""


class FinishBody(Body):
    outcome: Outcome = Outcome.DONE
    cases: Annotated[tuple[Noted, ...], Field(max_length=20)] = ()


class SlipBody(Body):
    """A person's word on an `unknown` slip."""

    state: Annotated[PaperState, Field(json_schema_extra={"enum": ["printed", "failed"]})]

    @model_validator(mode="after")
    def _decided(self) -> "SlipBody":
        if self.state not in (PaperState.PRINTED, PaperState.FAILED):
            raise ValueError("printed or failed")
        return self


class DayBody(Body):
    date: Annotated[str, StringConstraints(pattern=_DATE), AfterValidator(_real_date)]
    """`YYYY-MM-DD`"""
    time: Annotated[str, StringConstraints(pattern=_TIME), AfterValidator(_real_time)]
    """`HH:MM`"""


class NumbersBody(Body):
    service: Word = ""
    """Empty: all of them."""
    last: Annotated[int, Field(ge=0, le=9999)] | None = None
    """The last number that another machine gave today; null: nobody knows."""


class ServedByHandBody(Body):
    service: Name
    up_to: Name
    """The last number that was served without the machine."""


class PrintWaitingBody(Body):
    printer: Word = ""
    """Empty: the hall's own."""


class RatingBody(Body):
    code: Annotated[str, StringConstraints(min_length=4, max_length=32, pattern=_PLAIN)]
    score: Annotated[int, Field(ge=1, le=5)]
    """5 = very satisfied"""
    tags: Annotated[tuple[Noted, ...], Field(max_length=10)] = ()
    text: Annotated[str, StringConstraints(max_length=1000)] = ""
    UNDIGESTED = {"text"}


class HelpBody(Body):
    kiosk: Kiosk = ""
    """Where somebody asks for a person."""


class AnswerHelpBody(Body):
    counter: Word = ""
    """Who goes."""


class PaperBody(Body):
    kiosk: Kiosk = ""
    """The touch screen beside which the paper shall come out."""


class KioskBody(Body):
    kiosk: Kiosk = ""
    printer: Word = ""
    """Empty: the touch screen's, or the hall's only one."""


class PinBody(Body):
    staff: Name
    """Staff number."""
    pin: Annotated[str, StringConstraints(pattern=r"^[0-9]{4,12}$")]
    kiosk: Kiosk = ""
    """The touch screen where it is said."""
    UNDIGESTED = {"pin"}


class EmergencyBody(Body):
    kind: Literal["evacuate", "suspend"]
    drill: bool = False


class VolumeBody(Body):
    percent: Annotated[int, Field(ge=0, le=100)]


class AliveBody(Body):
    frames: Annotated[int, Field(ge=0)] = 0
    """How many pictures the screen has drawn since its start; of a voice: how much it has said."""
    state: Literal["ok", "degraded", "down"] = "ok"
    code: Annotated[Word, AfterValidator(_nobodys)] = ""
    """What is wrong with it, as of a device: a voice without a sound card is `down`, `no_sound_card`."""


class PictureBody(Body):
    wanted: Name
    """As the door's answer to a sign of life said it."""
    png: Base64Bytes
    """At most 180000 bytes; what a person typed, and names, are blank in it."""
    UNDIGESTED = {"png"}

    @field_validator("png")
    @classmethod
    def _is_picture(cls, png: bytes) -> bytes:
        if len(png) > MOST_BYTES or not png.startswith(PNG):
            raise ValueError(f"a PNG of at most {MOST_BYTES} bytes")
        return png


class Query(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class PageQuery(Query):
    part: Word = ""
    """`hall`: only the page's moving part."""


class EventsQuery(Query):
    after: Sequence = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class WhyQuery(Query):
    ticket: Word = ""
    """Also why this one is not next, by id or number."""


class FollowQuery(Query):
    after: Sequence = 0
    """Where to begin when there is no `Last-Event-ID`."""


class ScreenQuery(Query):
    screen: Annotated[str, StringConstraints(max_length=32, pattern=r"^[A-Za-z0-9._-]*$")] = ""


class GuidesQuery(Query):
    q: Word = ""
    """Chinese, pinyin or first letters."""
    department: Word = ""
    """Only this department's."""
    event: Word = ""
    """Only those of this occasion of life."""
    limit: Annotated[int, Field(ge=1, le=500)] = 50
