"""The shapes of the config folder's files: what may stand in them, and in which units."""

import base64
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from edge.hall.almanac import SATURDAY
from edge.hall.plan import Rules
from edge.hall.workdays import DayType
from edge.public import AboutTable, FloorTable, LeaderTable, NoticeTable, ShowTable, VoiceTable
from edge.settings_captures import CaptureSettings
from edge.settings_door import DoorSettings

# --- hall.toml ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HallTable:
    county: str
    """Division code, 6 digits."""
    hall: str
    """Division code, 9 or 12 digits."""
    name: str
    timezone: str = "Asia/Shanghai"
    language: str = "zh-CN"
    """A file of texts/."""
    hours: tuple[str, ...] = ("00:00-24:00",)
    """Spans of a day, local time: `["08:30-12:00", "14:00-17:30"]`."""
    hours_on: dict[DayType, tuple[str, ...]] = field(default_factory=dict)
    """Other hours on a type of day: `duty = ["09:00-11:30"]`."""
    phone: str = ""
    """For questions and complaints; on screens and slips."""
    priorities: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    second: str = ""
    """The name in a second language, shown under it."""


@dataclass(frozen=True)
class QuotaTable:
    span: str
    """`"08:30-12:00"`"""
    max: int
    """So many numbers are given within the span."""
    days: tuple[DayType, ...] = ()
    """Types of days for which this holds; empty: all."""


@dataclass(frozen=True)
class ServiceTable:
    name: str
    prefix: str
    first: int = 1
    last: int = 999
    about: str = ""
    icon: str = ""
    area: str = ""
    hours: tuple[str, ...] = ()
    hours_on: dict[DayType, tuple[str, ...]] = field(default_factory=dict)
    """Other hours on a type of day."""
    days: tuple[DayType, ...] = ()
    """Types of days on which numbers are given; empty: all."""
    quota: tuple[QuotaTable, ...] = ()
    """At most so many numbers within a span."""
    second: str = ""
    """The name in a second language, shown under it."""


@dataclass(frozen=True)
class CounterTable:
    name: str
    services: tuple[str, ...] = ()
    general: bool = False
    takes_tickets: bool = True
    room: str = ""
    phone: str = ""
    days: tuple[DayType, ...] = ()
    """Types of days on which somebody sits there; empty: all."""
    covered_by: str = ""
    """Another counter, whose clerk holds this one too while it is not opened itself."""
    second: str = ""
    """The name in a second language, shown under it."""
    floor: str = ""
    """The floor plan on which it is, of `[floor.ID]`,"""
    at: tuple[float, ...] = ()
    """… and where: shares of its picture's width and height, from the top left, as `[0.25, 0.6]`."""


@dataclass(frozen=True)
class PostTable:
    a: str = ""
    """Staff number of who serves."""
    b: str = ""
    """… and of who stands in."""


@dataclass(frozen=True)
class KioskTable:
    printer: str = ""
    roll_slips: int = 0
    """So many papers come from a roll, where the printer has no sensor for its end; 0: nobody counts."""
    floor: str = ""
    """The floor plan on which it is: "you are here","""
    at: tuple[float, ...] = ()
    """… and where, as of a counter."""

    def __post_init__(self) -> None:
        if not 0 <= self.roll_slips <= 5000:
            raise ValueError(f"roll_slips: must be 0..5000, not {self.roll_slips}")


@dataclass(frozen=True)
class BackupSettings:
    folder: str = ""
    """Where a second medium is mounted, as `/media/backup`; empty: no copies."""
    keep: int = 48
    """So many copies stay, the newest."""
    every_min: int = 60

    def __post_init__(self) -> None:
        if self.folder and not self.folder.startswith("/"):
            raise ValueError(f"folder: a whole path, as /media/backup, not {self.folder!r}")
        for name, value, low, high in (("keep", self.keep, 1, 10000), ("every_min", self.every_min, 5, 1440)):
            if not low <= value <= high:
                raise ValueError(f"{name}: must be {low}..{high}, not {value}")


@dataclass(frozen=True)
class PowerSettings:
    """What is done while the mains are away, where there is a UPS."""

    delay_s: int = 30
    """From the battery's "low" to the command: time for the list of those waiting."""
    longest_min: int = 0
    """On battery for so long is as "low"; 0: only the UPS itself says when."""
    command: tuple[str, ...] = ()
    """What brings the box down, `["systemctl", "poweroff"]`; empty: nothing does."""

    def __post_init__(self) -> None:
        for name, value, high in (("delay_s", self.delay_s, 3600), ("longest_min", self.longest_min, 1440)):
            if not 0 <= value <= high:
                raise ValueError(f"{name}: must be 0..{high}, not {value}")


@dataclass(frozen=True)
class HallFile:
    hall: HallTable
    service: dict[str, ServiceTable] = field(default_factory=dict)
    counter: dict[str, CounterTable] = field(default_factory=dict)
    post: dict[str, PostTable] = field(default_factory=dict)
    kiosk: dict[str, KioskTable] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    backup: BackupSettings = field(default_factory=BackupSettings)
    captures: CaptureSettings = field(default_factory=CaptureSettings)
    door: DoorSettings = field(default_factory=DoorSettings)
    power: PowerSettings = field(default_factory=PowerSettings)
    about: AboutTable = field(default_factory=AboutTable)
    show: ShowTable = field(default_factory=ShowTable)
    notice: tuple[NoticeTable, ...] = ()
    floor: dict[str, FloorTable] = field(default_factory=dict)
    leader: tuple[LeaderTable, ...] = ()
    voice: VoiceTable = field(default_factory=VoiceTable)


# --- devices.toml -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LinkTable:
    url: str
    frames: str = ""
    """Name of a frame description in integrations/."""


@dataclass(frozen=True)
class DeviceTable:
    """What every device has; its driver's options stand in the same table."""

    driver: str
    link: str
    counter: str = ""
    kiosk: str = ""
    post: str = ""
    """`a` or `b`: one of two clerks' pads at a counter."""


@dataclass(frozen=True)
class DevicesFile:
    """`device` is bound driver by driver."""

    link: dict[str, LinkTable] = field(default_factory=dict)
    device: dict[str, dict[str, Any]] = field(default_factory=dict)


# --- uplink.toml --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UplinkSettings:
    enabled: bool = True
    broker: str = "mqtt://127.0.0.1:1883"
    """`mqtts://host:8883`; plain `mqtt://` on loopback only."""
    window: int = 20
    """Entries handed to the broker and not yet acknowledged, 1..100."""
    health_every_s: int = 60
    keep_days: int = 90
    """The journal keeps at least so many days, whatever the center has."""
    user: str = ""
    password_file: str = ""
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    enroll: str = ""
    """`https://HOST:8701`, the county's center: this box gets its certificate there, by `bianmin enroll`, and
    the next one by itself; instead of the three files. Empty: the files are made by hand."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Who may sign commands: a name, and 32 bytes of an Ed25519 public key in base64."""
    trust_unsigned: bool = False
    """Commands that ought to be signed may do without; for a broker on this machine only."""

    def __post_init__(self) -> None:
        for name, key in self.keys.items():
            if not _is_public_key(key):
                raise ValueError(f"keys: {name}: must be 32 bytes in base64")
        for name, value, low, high in (
            ("window", self.window, 1, 100),
            ("health_every_s", self.health_every_s, 5, 3600),
            ("keep_days", self.keep_days, 7, 3650),
        ):
            if not low <= value <= high:
                raise ValueError(f"{name}: must be {low}..{high}, not {value}")
        if bool(self.cert_file) != bool(self.key_file):
            raise ValueError("cert_file: certificate and key go together: give both or none")
        if self.enroll and (self.ca_file or self.cert_file):
            raise ValueError("enroll: the center gives all three files: give either enroll or the files")


@dataclass(frozen=True)
class UplinkFile:
    uplink: UplinkSettings = field(default_factory=lambda: UplinkSettings(enabled=False))


def _is_public_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == 32
    except ValueError:
        return False


# --- calendar.toml ------------------------------------------------------------------------------------------

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


BRANCHES = (
    "rat", "ox", "tiger", "rabbit", "dragon", "snake", "horse", "goat", "monkey", "rooster", "dog", "pig",
)  # fmt: skip
"""The twelve-branch cycle (地支), 子 to 亥, by its animals: 鸡场 is the market of rooster days."""


@dataclass(frozen=True)
class MarketTable:
    """When the market is: a day that any of these names."""

    weekdays: tuple[str, ...] = ()
    lunar: tuple[int, ...] = ()
    """Last digits of the lunar day: `[3, 6, 9]` for 逢三六九."""
    solar: tuple[int, ...] = ()
    """Last digits of the day of the month."""
    branches: tuple[str, ...] = ()
    """Animals of the twelve-branch cycle: `["rooster"]`."""
    dates: tuple[dt.date, ...] = ()
    """Single days, whatever week and holidays say."""
    opens: bool = False
    """A market day is one on weekends and holidays as well; else only where the hall opens anyway."""

    def __post_init__(self) -> None:
        _known("weekdays", "weekday", self.weekdays, WEEK)
        _known("branches", "animal", self.branches, BRANCHES)
        for name in ("lunar", "solar"):
            if wrong := [n for n in getattr(self, name) if not 0 <= n <= 9]:
                raise ValueError(f"{name}: last digits, 0 to 9, not {wrong[0]}")


@dataclass(frozen=True)
class CalendarFile:
    open: tuple[str, ...] = WEEK
    """Days of the week on which the hall opens."""
    duty: tuple[str, ...] = ()
    """Days of the week with a few counters only (值班)."""
    holidays: Literal["open", "duty", "closed"] = "open"
    """What official holidays are here; unless `open`, make-up days are ordinary ones."""
    closed: tuple[dt.date, ...] = ()
    """Dates on which it does not open, whatever the week says."""
    also_open: tuple[dt.date, ...] = ()
    """Dates on which it does; a market day where the rule says so."""
    day: dict[dt.date, DayType] = field(default_factory=dict)
    """The hall's word on a date, over everything else: `2026-11-20 = "closed"`."""
    market: MarketTable = field(default_factory=MarketTable)

    def __post_init__(self) -> None:
        _known("open", "weekday", self.open, WEEK)
        _known("duty", "weekday", self.duty, WEEK)
        if both := [d for d in self.duty if d in self.open]:
            raise ValueError(f"duty: {both[0]!r} stands under open as well: take it out there")
        said = {"closed": self.closed, "also_open": self.also_open, "market.dates": self.market.dates}
        for date in self.day:
            if twice := [name for name, dates in said.items() if date in dates]:
                raise ValueError(f"day: {date} stands under {twice[0]} as well")
        if both_dates := sorted(set(self.closed) & set(self.also_open)):
            raise ValueError(f"also_open: {both_dates[0]} is closed as well")
        if both_dates := sorted(set(self.closed) & set(self.market.dates)):
            raise ValueError(f"closed: {both_dates[0]} stands under market.dates as well")


def _known(name: str, what: str, words: tuple[str, ...], known: tuple[str, ...]) -> None:
    for i, word in enumerate(words):
        if word not in known:
            raise ValueError(f"{name}: no {what} {word!r} at place {i + 1} (there are: {', '.join(known)})")


@dataclass(frozen=True)
class YearFile:
    """calendar/YEAR.toml: a year's official notice."""

    year: int
    source: str
    off: tuple[dt.date, ...]
    """Every day of each holiday, its weekend included."""
    work: tuple[dt.date, ...]
    """Make-up days (调休)."""

    def __post_init__(self) -> None:
        for name in ("off", "work"):
            if wrong := [d for d in getattr(self, name) if d.year != self.year]:
                raise ValueError(f"{name}: {wrong[0]} is not in {self.year}")
        if both := sorted(set(self.off) & set(self.work)):
            raise ValueError(f"work: {both[0]} is a day off as well")
        if wrong := [d for d in self.work if d.weekday() < SATURDAY]:
            raise ValueError(f"work: {wrong[0]} is no Saturday or Sunday")


@dataclass(frozen=True)
class LunarTable:
    """A lunar year, by the solar year in which it begins."""

    new_year: dt.date
    days: tuple[int, ...]
    """Of each month, 29 or 30."""
    leap: int = 0
    """The month after which the leap month comes; 0: none."""
    qingming: dt.date | None = None
    """Of the solar year."""

    def __post_init__(self) -> None:
        if not 0 <= self.leap <= 12:
            raise ValueError(f"leap: a month, 1 to 12, or 0, not {self.leap}")
        if len(self.days) != (13 if self.leap else 12) or not {29, 30} >= set(self.days):
            raise ValueError("days: 29 or 30 for each of 12 months, of 13 in a leap year")


@dataclass(frozen=True)
class LunarFile:
    """calendar/lunar.toml"""

    year: dict[int, LunarTable]


# --- staff.toml ---------------------------------------------------------------------------------------------

ROLES = ("clerk", "guide", "manager", "technician")


@dataclass(frozen=True)
class StaffTable:
    name: str
    """As the screens may show it."""
    post: str = ""
    roles: tuple[str, ...] = ("clerk",)
    pin: str = ""
    """Salted scrypt hash; empty: this person cannot log in."""
    phone: str = ""
    photo: str = ""
    """A picture in content/: `photos/101.jpg`."""

    def __post_init__(self) -> None:
        if wrong := [r for r in self.roles if r not in ROLES]:
            raise ValueError(f"roles: no role {wrong[0]!r} (there are: {', '.join(ROLES)})")


@dataclass(frozen=True)
class StaffFile:
    staff: dict[str, StaffTable] = field(default_factory=dict)
