"""The shapes of the config folder's files: what may stand in them, and in which units."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from edge.hall.plan import Rules

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
    phone: str = ""
    """For questions and complaints; on screens and slips."""
    priorities: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


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


@dataclass(frozen=True)
class CounterTable:
    name: str
    services: tuple[str, ...] = ()
    general: bool = False
    takes_tickets: bool = True
    room: str = ""
    phone: str = ""


@dataclass(frozen=True)
class PostTable:
    a: str = ""
    """Staff number of who serves."""
    b: str = ""
    """… and of who stands in."""


@dataclass(frozen=True)
class KioskTable:
    printer: str = ""


@dataclass(frozen=True)
class HallFile:
    hall: HallTable
    service: dict[str, ServiceTable] = field(default_factory=dict)
    counter: dict[str, CounterTable] = field(default_factory=dict)
    post: dict[str, PostTable] = field(default_factory=dict)
    kiosk: dict[str, KioskTable] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)


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

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("window", self.window, 1, 100),
            ("health_every_s", self.health_every_s, 5, 3600),
            ("keep_days", self.keep_days, 7, 3650),
        ):
            if not low <= value <= high:
                raise ValueError(f"{name}: must be {low}..{high}, not {value}")
        if bool(self.cert_file) != bool(self.key_file):
            raise ValueError("cert_file: certificate and key go together: give both or none")


@dataclass(frozen=True)
class UplinkFile:
    uplink: UplinkSettings = field(default_factory=lambda: UplinkSettings(enabled=False))


# --- calendar.toml ------------------------------------------------------------------------------------------

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class CalendarFile:
    open: tuple[str, ...] = WEEK
    """Days of the week on which the hall opens."""
    closed: tuple[dt.date, ...] = ()
    """Dates on which it does not, whatever the week says."""
    also_open: tuple[dt.date, ...] = ()
    """Dates on which it does: make-up days, market days."""

    def __post_init__(self) -> None:
        for i, day in enumerate(self.open):
            if day not in WEEK:
                raise ValueError(f"open: no weekday {day!r} at place {i + 1} (there are: {', '.join(WEEK)})")
        if both := sorted(set(self.closed) & set(self.also_open)):
            raise ValueError(f"also_open: {both[0]} is closed as well")

    def is_open(self, day: dt.date) -> bool:
        return day in self.also_open or (day not in self.closed and WEEK[day.weekday()] in self.open)


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

    def __post_init__(self) -> None:
        if wrong := [r for r in self.roles if r not in ROLES]:
            raise ValueError(f"roles: no role {wrong[0]!r} (there are: {', '.join(ROLES)})")


@dataclass(frozen=True)
class StaffFile:
    staff: dict[str, StaffTable] = field(default_factory=dict)
