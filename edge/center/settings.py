"""A center's folder: `center.toml` as values, with every problem at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from edge.errors import ConfigError
from edge.settings_bind import Problems, bind, parse, read

FILE = "center.toml"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class CenterTable:
    county: str
    """Six digits, as in every hall's own settings."""
    name: str = ""
    broker: str = "mqtt://127.0.0.1:1883"
    """`mqtts://host:8883`; plain `mqtt://` on loopback only."""
    user: str = ""
    password_file: str = ""
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    store: str = "sqlite:///center.db"
    """A relative path lies in the data folder; or a server: `postgresql+psycopg://user@host/name`."""
    share: str = ""
    """A word that all workers of this county have in common; empty: there is only one."""
    listen: str = "127.0.0.1:8700"
    """Where the fleet's page is served; empty: nowhere, for a second worker."""

    def __post_init__(self) -> None:
        if not (len(self.county) == 6 and self.county.isdecimal()):
            raise ValueError(f'county: must be six digits, not "{self.county}"')
        if bool(self.cert_file) != bool(self.key_file):
            raise ValueError("cert_file: certificate and key go together: give both or none")
        host, _, port = self.listen.rpartition(":")
        if self.listen and not (host and port.isdecimal() and int(port) < 65536):
            raise ValueError(f'listen: must be like "127.0.0.1:8700", not "{self.listen}"')


@dataclass(frozen=True)
class HoursTable:
    """When a hall's silence is an alarm."""

    opens: str = "09:00"
    closes: str = "17:00"
    days: tuple[str, ...] = _DAYS[:5]
    timezone: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        for name, value in (("opens", self.opens), ("closes", self.closes)):
            hour, _, minute = value.partition(":")
            if not (len(value) == 5 and hour.isdecimal() and minute.isdecimal()) or value > "24:00":
                raise ValueError(f'{name}: must be like "09:00", not "{value}"')
        if self.opens >= self.closes:
            raise ValueError("closes: must be later than opens")
        for day in self.days:
            if day not in _DAYS:
                raise ValueError(f'days: no day "{day}" (there are: {", ".join(_DAYS)})')
        if self.timezone not in available_timezones():
            raise ValueError(f'timezone: no zone "{self.timezone}"')

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True)
class AlarmsTable:
    """After how much of the opening hours something is an alarm."""

    offline_after_s: int = 180
    device_down_after_s: int = 600
    paper_low_after_s: int = 0
    lag_over_s: int = 600


@dataclass(frozen=True)
class HallTable:
    name: str = ""
    hours: HoursTable | None = None
    """Where they are other than the county's."""


@dataclass(frozen=True)
class LoginTable:
    password: str
    """What `bianmin center DIR --password NAME` prints: scrypt, salted."""


@dataclass(frozen=True)
class EnrolmentTable:
    """The county's authority, and where boxes come to it. Relative paths lie in the center's folder."""

    listen: str = ""
    """`0.0.0.0:8701`; empty: no box gets a certificate here."""
    ca_file: str = "authority/county.crt"
    """The certificate that signs first, then those above it up to the root, then former ones."""
    ca_key_file: str = "authority/county.key"
    cert_file: str = "authority/center.crt"
    """With it the center shows who it is, by HTTPS."""
    key_file: str = "authority/center.key"
    days: int = 365
    """So long lasts a hall's certificate; its box asks for the next 60 days before the end."""

    def __post_init__(self) -> None:
        host, _, port = self.listen.rpartition(":")
        if self.listen and not (host and port.isdecimal()):
            raise ValueError(f'listen: must be like "0.0.0.0:8701", not "{self.listen}"')
        if not 90 <= self.days <= 1200:
            raise ValueError(f"days: must be 90..1200, not {self.days}")


@dataclass(frozen=True)
class CenterFile:
    center: CenterTable
    hours: HoursTable = field(default_factory=HoursTable)
    alarms: AlarmsTable = field(default_factory=AlarmsTable)
    hall: Mapping[str, HallTable] = field(default_factory=dict)
    """By hall code: `[hall.510000001]`."""
    login: Mapping[str, LoginTable] = field(default_factory=dict)
    """By name; none: the page is served on loopback only, without one."""
    enrolment: EnrolmentTable = field(default_factory=EnrolmentTable)


def load(folder: Path) -> CenterFile:
    """Raises ConfigError with all problems, one line each."""
    problems = Problems()
    text = read(folder / FILE, FILE, problems)
    table = None if text is None else parse(text, FILE, problems)
    settings = None if table is None else bind(CenterFile, table, FILE, problems)
    if settings and not settings.login and _is_far(settings.center.listen):
        problems.add(FILE, "center.listen", "without a [login.NAME] the page is for this machine only")
    if settings is None or problems.lines:
        raise ConfigError(problems.lines)
    return replace(settings, enrolment=_placed(settings.enrolment, folder))


def _placed(enrolment: EnrolmentTable, folder: Path) -> EnrolmentTable:
    """With whole paths."""
    said = enrolment.ca_file, enrolment.ca_key_file, enrolment.cert_file, enrolment.key_file
    ca, ca_key, cert, key = (str(folder / name) for name in said)
    return replace(enrolment, ca_file=ca, ca_key_file=ca_key, cert_file=cert, key_file=key)


def _is_far(listen: str) -> bool:
    return bool(listen) and listen.rpartition(":")[0] not in LOOPBACK
