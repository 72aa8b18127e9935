"""What people ask of the hall: imperatives, each with who asks and under which request."""

from dataclasses import dataclass

from edge.hall.words import (
    NO_REQUEST,
    By,
    CounterId,
    DeviceId,
    Outcome,
    PaperState,
    Request,
    ServiceId,
    StaffNumber,
    TicketId,
)


@dataclass(frozen=True, kw_only=True)
class Command:
    by: By
    request: Request = NO_REQUEST


@dataclass(frozen=True, kw_only=True)
class TakeTicket(Command):
    service: ServiceId
    item: str = ""
    priority: str = ""
    kiosk: DeviceId = ""
    count: int = 1
    """So many numbers at once, 1..10, for somebody who takes them for others."""
    services: tuple[ServiceId, ...] = ()
    """Several in one visit, in order, the first of them `service`; empty: that one alone."""
    card: str = ""
    """A keyed digest of a card, never its number; only looked at under `rules.one_ticket_per_card`."""
    former: str = ""
    """Number or id of a ticket that expired on the last day of business: who lost it goes first, once."""


@dataclass(frozen=True, kw_only=True)
class KeyInTicket(Command):
    """A number that was written by hand while the machine was away."""

    number: str
    """From the block of `rules.hand_prefix`: `H01`."""
    service: ServiceId
    taken_at: str = ""
    """`HH:MM` of this day of business; empty: now."""
    priority: str = ""


@dataclass(frozen=True, kw_only=True)
class PrintWaiting(Command):
    """A paper with everybody who waits, before the lights go out."""

    printer: DeviceId = ""
    """Empty: the hall's own."""


@dataclass(frozen=True, kw_only=True)
class CancelTicket(Command):
    ticket: str
    """A ticket's id, or today's number."""


@dataclass(frozen=True, kw_only=True)
class Reprint(Command):
    ticket: str


@dataclass(frozen=True, kw_only=True)
class DecideSlip(Command):
    """A person's word on a slip whose fate the machine does not know."""

    ticket: str
    state: PaperState
    """PRINTED or FAILED."""


@dataclass(frozen=True, kw_only=True)
class AtCounter(Command):
    counter: CounterId


@dataclass(frozen=True, kw_only=True)
class CallNext(AtCounter):
    """顺呼. A ticket still at the counter is finished by the same decision."""


@dataclass(frozen=True, kw_only=True)
class CallTicket(AtCounter):
    """选呼."""

    ticket: str


@dataclass(frozen=True, kw_only=True)
class Recall(AtCounter):
    """重呼."""


@dataclass(frozen=True, kw_only=True)
class StartService(AtCounter):
    item: str = ""


@dataclass(frozen=True, kw_only=True)
class FinishService(AtCounter):
    outcome: Outcome = Outcome.DONE
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MarkNoShow(AtCounter):
    """过号."""


@dataclass(frozen=True, kw_only=True)
class Hold(AtCounter):
    """挂起 the counter's ticket."""


@dataclass(frozen=True, kw_only=True)
class Resume(AtCounter):
    ticket: str = ""
    """Empty: the ticket last held at this counter."""


@dataclass(frozen=True, kw_only=True)
class UndoCall(AtCounter):
    """The last call was a slip of the finger: the ticket goes back to its place."""


@dataclass(frozen=True, kw_only=True)
class SayCall(AtCounter):
    """A loudspeaker is about to say the counter's call; several may say the same."""

    call: int
    """Its sequence number, as in the hall's view."""


@dataclass(frozen=True, kw_only=True)
class Reopen(AtCounter):
    """The last finish was a slip of the finger: the service goes on."""


@dataclass(frozen=True, kw_only=True)
class Transfer(AtCounter):
    """转移 the counter's ticket to a service or to a counter; it keeps its place in time."""

    service: ServiceId = ""
    to_counter: CounterId = ""


@dataclass(frozen=True, kw_only=True)
class PauseCounter(AtCounter):
    reason: str = ""
    """One of `Away`, or none."""


@dataclass(frozen=True, kw_only=True)
class OpenCounter(AtCounter):
    """Open a closed counter, or end its pause."""


@dataclass(frozen=True, kw_only=True)
class CloseCounter(AtCounter):
    pass


@dataclass(frozen=True, kw_only=True)
class SignIn(AtCounter):
    staff: StaffNumber = ""
    """Empty: who is asked to stand in, else the post's A."""
    beside: bool = False
    """Beside who is there: both serve at this counter."""


@dataclass(frozen=True, kw_only=True)
class SignOut(AtCounter):
    staff: StaffNumber = ""
    """Empty: everybody who is there."""


@dataclass(frozen=True, kw_only=True)
class Cover(AtCounter):
    """The clerk of another counter also holds this one: its people are called to where he sits."""

    at: CounterId


@dataclass(frozen=True, kw_only=True)
class Uncover(AtCounter):
    """This counter's people are called to it alone again; it stays closed until it is opened."""


@dataclass(frozen=True, kw_only=True)
class ClearBeforeCut(Command):
    """After a cut, by a person's word: who waited before it has gone home."""


@dataclass(frozen=True, kw_only=True)
class RateAtCounter(AtCounter):
    """A press on a rating pad; refused unless it comes from a pad."""

    score: int
    """1..5, 5 = 非常满意"""
    ticket: TicketId = ""
    """Whom the pad was asked about, where it says so: nobody else is rated, however late it comes."""


@dataclass(frozen=True, kw_only=True)
class RateByCode(Command):
    """A citizen's rating by the code on the slip, which the door has turned into the ticket's id."""

    ticket: str
    score: int
    tags: tuple[str, ...] = ()
    text: str = ""
    """Id of the free text in the side store, never the text."""


@dataclass(frozen=True, kw_only=True)
class OpenDay(Command):
    """今天是…: a person sets date and time, which makes the clock trusted; never backwards."""

    date: str
    """`YYYY-MM-DD`"""
    time: str
    """`HH:MM`"""


@dataclass(frozen=True, kw_only=True)
class CloseDay(Command):
    pass


@dataclass(frozen=True, kw_only=True)
class StartNumbers(Command):
    """An earlier machine has given numbers today: ours go on behind them."""

    service: ServiceId = ""
    """Empty: all of them."""
    last: int | None = None
    """The last number given; None: nobody knows, begin in the upper half of the range."""
    seen: tuple[tuple[str, str, int], ...] = ()
    """Day, prefix and number that were certainly given."""
    in_doubt: bool = False
    """Until a new day opens under a clock that is right: any day may be the one of those numbers."""


@dataclass(frozen=True, kw_only=True)
class MarkServedByHand(Command):
    """After a cut: numbers of a service up to this one were served without the machine."""

    service: ServiceId
    up_to: str


@dataclass(frozen=True, kw_only=True)
class NoteCapture(AtCounter):
    """A page taken with the counter's document camera and stored."""

    capture: str
    digest: str
    """SHA-256 of the stored file, hex."""
    size_bytes: int
    pages: int = 1
    item: str = ""
    material: int = 0
    """Of the item's materials, from 1; 0: none of them."""
    original: str = ""
    """SHA-256 of the picture as it was taken, where the stored file is a page cleaned out of it."""


@dataclass(frozen=True, kw_only=True)
class Tick(Command):
    """Time alone: opens and closes days, starts service after the call, brings back no-shows."""


# --- the desk -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CallHelp(Command):
    """Somebody at a touch screen wants a person."""

    kiosk: DeviceId = ""


@dataclass(frozen=True, kw_only=True)
class AnswerHelp(Command):
    help: str
    counter: CounterId = ""


@dataclass(frozen=True, kw_only=True)
class DeclareEmergency(Command):
    kind: str
    """`evacuate|suspend`"""
    drill: bool = False


@dataclass(frozen=True, kw_only=True)
class EndEmergency(Command):
    pass


@dataclass(frozen=True, kw_only=True)
class PauseKiosk(Command):
    """No numbers at this touch screen until it is resumed, or the day ends."""

    kiosk: DeviceId


@dataclass(frozen=True, kw_only=True)
class ResumeKiosk(Command):
    kiosk: DeviceId


@dataclass(frozen=True, kw_only=True)
class SetVolume(Command):
    percent: int


@dataclass(frozen=True, kw_only=True)
class NotePaperChanged(Command):
    """A person's word: a new roll is in."""

    printer: DeviceId = ""
    """Empty: the kiosk's, or the hall's only one."""
    kiosk: DeviceId = ""


@dataclass(frozen=True, kw_only=True)
class PrintPaper(Command):
    """A guide's list of materials, or without a guide a test slip."""

    guide: str = ""
    printer: DeviceId = ""
    """Empty: the kiosk's, or the hall's only one."""
    kiosk: DeviceId = ""


@dataclass(frozen=True, kw_only=True)
class StopBox(Command):
    what: str
    """`restart|reboot|poweroff`"""


@dataclass(frozen=True, kw_only=True)
class AcceptCommand(Command):
    """The county's command with this id is to be done: once."""

    command: str
    does: str
    """Its name: `notice.set`."""
    signed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class EndCommand(Command):
    """What became of it."""

    command: str
    state: str
    """`done|refused|failed`"""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SetNotice(Command):
    notice: str
    text: str
    begins: str = ""
    """`YYYY-MM-DD`; empty: at once."""
    ends: str = ""
    """The last day; empty: until it is cleared."""


@dataclass(frozen=True, kw_only=True)
class ClearNotice(Command):
    notice: str
