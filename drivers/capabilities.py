"""What a device can do for the hall, and the values that are spoken across that border.

A driver module `drivers.KIND_family` holds
  * `Options`: a frozen dataclass, the device's table in devices.toml without `driver`, `link`, `counter`;
  * `LINKS`: the link schemes it can live on, as `("serial", "rs485", "tcp")`;
  * `Driver(link, options)`: made when the link opens, thrown away when it is lost.
A driver on a shared line gets as `link` the `Line` (drivers.framing) of all that hang on the wire.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias

from drivers.errors import Fault

# --- values -------------------------------------------------------------------------------------------------


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True)
class TextRow:
    text: str
    size: int = 1
    """Times the printer's own character, 1..8."""
    bold: bool = False
    align: Align = Align.LEFT


@dataclass(frozen=True)
class CodeRow:
    """A QR code."""

    data: str
    module_dots: int = 6


@dataclass(frozen=True)
class RuleRow:
    """A line across the paper."""


@dataclass(frozen=True)
class FeedRow:
    lines: int = 1


SlipRow: TypeAlias = TextRow | CodeRow | RuleRow | FeedRow


@dataclass(frozen=True)
class Slip:
    """One paper, filled in: what the printer shall put on it, top to bottom; cut after the last row."""

    rows: tuple[SlipRow, ...]
    tear_first: bool = False
    """A half slip may hang in the printer: cut it off before the first row."""


class Script(StrEnum):
    """What a board can write."""

    CHINESE = "chinese"
    LATIN = "latin"
    """Letters without accents, and digits."""
    DIGITS = "digits"


@dataclass(frozen=True)
class Geometry:
    """What fits on a board, and what it can do by itself."""

    columns: int
    """Half-width cells: a Chinese character takes two."""
    rows: int
    script: Script = Script.CHINESE
    flashes: bool = False
    """It flashes a text by itself when told to."""
    scrolls: bool = True
    """It moves a text that is longer than its line."""
    picture_dots: int = 0
    """It shows codes, at most so many dots high and wide, to the right of the text; 0: none."""
    picture_columns: int = 0
    """Cells that such a code takes from each line."""


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"
    YELLOW = "yellow"


@dataclass(frozen=True)
class WallClock:
    """What time it is in the hall: so much at a moment of this machine's monotonic clock."""

    at: datetime
    """Local time of the hall, without a zone."""
    measured_s: float

    def now(self, monotonic_s: float) -> datetime:
        return self.at + timedelta(seconds=monotonic_s - self.measured_s)


@dataclass(frozen=True)
class BoardMessage:
    """What a call board shall show now: lines already composed to its geometry."""

    lines: tuple[str, ...]
    colour: Colour = Colour.RED
    scroll: bool = False
    flash_s: float = 0.0
    """Flash, where the board can: a new call. Who sends it sends it again without, after this time."""
    code: str = ""
    """What a QR code beside the text says, where the board shows pictures; empty: no code."""
    level: int | None = None
    """Brightness in percent, 0: dark; None: as the board has it."""
    clock: WallClock | None = None
    """Set the board's own clock by this; None: nobody knows what time it is."""


class PadKey(StrEnum):
    """What a clerk's key means, whatever its bytes were."""

    NEXT = "next"
    RECALL = "recall"
    NO_SHOW = "no_show"
    HOLD = "hold"
    RESUME = "resume"
    PAUSE = "pause"
    START = "start"
    FINISH = "finish"
    TRANSFER = "transfer"
    CALL = "call"
    """Call the ticket whose digits were typed."""
    ASK_RATING = "ask_rating"
    SIGN_IN = "sign_in"
    """Who typed the staff number signs in; without digits: who is asked to stand in."""
    COVER = "cover"
    """Hold the counter whose digits were typed too, or give it back."""
    UNDO = "undo"
    """Take the last call back."""
    PRINT_LIST = "print_list"
    """A paper with everybody who waits."""


@dataclass(frozen=True)
class KeyPressed:
    key: PadKey
    digits: str = ""
    """What was typed before the key."""
    at_s: float | None = field(default=None, compare=False)
    """When, on the monotonic clock, where the kernel says so; None: now."""


@dataclass(frozen=True)
class Rated:
    score: int
    """1..5, 5 = 非常满意"""
    ticket: str = ""
    """Whom the pad was asked about, where it says so; empty: whoever is or was served there."""


Reading: TypeAlias = KeyPressed | Rated


@dataclass(frozen=True)
class Heard:
    """What a driver made of a frame: readings for the hall, and bytes to answer on the wire."""

    readings: tuple[Reading, ...] = ()
    replies: tuple[bytes, ...] = ()
    """Sent once the hall has heard the readings."""
    then: Callable[[str], None] | None = None
    """Called last, with the hall's word on the readings: empty, it is written down; else why not, as
    `nobody_waiting`, or NOT_KEPT."""
    changed: bool = False
    """How the device is may have changed: `check` is asked at once."""


NOT_RECORDED = "not_recorded"
NOT_KEPT = frozenset({NOT_RECORDED, "rate_not_kept"})
"""Words of the hall that mean: the disk took nothing, and nothing has happened; it may be said again."""


@dataclass(frozen=True)
class PadDisplay:
    """What a call pad's little display shows."""

    waiting: int
    number: str
    """`A012`; a staff number where somebody is asked to this counter; or empty."""
    asked: str = ""
    """Whose ear is called for: a staff number; a pad beeps when it changes."""
    refused: str = ""
    """The hall's no to the last key, in words; a pad that cannot show words says it in its own way."""
    typed: str = ""
    """The digits before the key that was refused."""
    help: str = ""
    """Somebody at a touch screen waits for a person, in words."""
    rings: int = 0
    """A pad beeps when it grows: for as long as nobody goes there."""


class RatingState(StrEnum):
    IDLE = "idle"
    """Nobody to rate: who serves here."""
    SERVING = "serving"
    ASKING = "asking"
    """The question; until it is answered, or taken back."""
    THANKS = "thanks"
    PAUSED = "paused"


@dataclass(frozen=True)
class RatingDisplay:
    """What a rating pad shows the citizen; a pad without a screen asks, and that is all."""

    state: RatingState
    counter: str = ""
    counter_name: str = ""
    clerk: str = ""
    """Staff number of who serves; empty: nobody is signed in."""
    clerk_name: str = ""
    """As screens may show it."""
    post: str = ""
    ticket: str = ""
    """Id of the ticket that is or was served: what an answer rates."""
    number: str = ""
    item: str = ""
    day: str = ""
    """The business day, `YYYY-MM-DD`."""
    text: str = ""
    """The sentence on the screen: the question, the thanks, where to go."""


@dataclass(frozen=True)
class Photo:
    """One picture of a document camera, as the camera gave it."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Mark:
    """An outline to draw on a preview."""

    corners: tuple[tuple[float, float], ...]
    """x and y, as shares of the picture's width and height."""
    good: bool = True
    """Green; else amber."""


@dataclass(frozen=True)
class Glance:
    """A passing look through a document camera: two pictures of one moment."""

    shown: Photo
    """Small, with the marks on it: for people."""
    plain: bytes = b""
    """JPEG of medium size without them, for a program; empty unless asked for."""


class State(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    """It works, and a person should look: paper low."""
    DOWN = "down"
    UNCONFIRMED = "unconfirmed"
    """Sent, and this kind cannot answer."""


@dataclass(frozen=True)
class DeviceStatus:
    state: State
    code: Fault | None = None
    detail: str = ""


OK = DeviceStatus(State.OK)


@dataclass(frozen=True)
class DeviceInfo:
    model: str = ""
    firmware: str = ""
    facts: dict[str, str] = field(default_factory=dict)


# --- capabilities -------------------------------------------------------------------------------------------


class Device(Protocol):
    """Every driver. All verbs are called on the link's thread only, and each is bounded in time."""

    def start(self) -> DeviceInfo:
        """Shake hands, once, right after opening. Raises DeviceFault, LinkLost."""
        ...

    def check(self) -> DeviceStatus:
        """How is it? Asked every few seconds. Raises LinkLost; silence is a status, not an exception."""
        ...


class TicketPrinter(Device, Protocol):
    def print_slip(self, slip: Slip) -> bool:
        """Print and cut one slip. True: the printer confirmed it; False: sent whole, and it cannot say.

        Blocks up to 8 s. Raises DeviceFault (with `begun` once bytes of the slip have left, also when the
        link is lost then), LinkLost (nothing of the slip has left).
        """
        ...


class CallBoard(Device, Protocol):
    @property
    def geometry(self) -> Geometry: ...

    def show(self, message: BoardMessage) -> None:
        """Show this until told otherwise. Blocks up to 2 s. Raises DeviceFault, LinkLost."""
        ...


class TalkingPad(Device, Protocol):
    """A call pad or rating pad on a shared line, one driver per address."""

    def claims(self, frame: bytes) -> bool:
        """Is this whole, checked frame from my device?"""
        ...

    def on_frame(self, frame: bytes) -> Heard:
        """Raises FrameError for a frame that makes no sense."""
        ...


class CallPad(TalkingPad, Protocol):
    def show(self, message: PadDisplay) -> None: ...


class RatingPad(TalkingPad, Protocol):
    def show(self, message: RatingDisplay) -> None: ...


class PolledPad(Device, Protocol):
    """A pad alone on its link (USB keypad). It has `show` too, as its kind asks; a keypad shows nothing."""

    def poll(self, timeout_s: float) -> Sequence[Reading]:
        """Wait for keys. Raises LinkLost."""
        ...


class DocumentCamera(Device, Protocol):
    def capture(self) -> Photo:
        """Take one fresh picture. Blocks up to 5 s. Raises DeviceFault, LinkLost."""
        ...

    def preview(self, marks: Sequence[Mark] = (), *, plain: bool = False) -> Glance:
        """What it sees, small, and not kept. Blocks as `capture`. Raises DeviceFault, LinkLost."""
        ...
