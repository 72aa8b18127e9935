"""Every hall of the county as it stands: state, devices, figures of today, and what is an alarm."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from edge.center.hours import is_open, open_seconds
from edge.center.settings import CenterFile, HallTable, HoursTable
from edge.center.store import Store
from edge.center.tables import entries, figures, halls, journals

Json = dict[str, Any]

LAST_EVENTS = 40
_SHORT = [column for column in halls.c if not column.name.startswith("inventory")]
SAID = ("online", "asleep", "offline")
MOST_WORD, MOST_LINES = 80, 500
DEVICE_WORDS = ("id", "kind", "driver", "counter", "state", "code", "since", "last_ok")
QUEUE_WORDS = ("id", "name")
SCREEN_WORDS = ("name", "state", "code")
PART_WORDS = ("id", "kind", "driver", "counter", "link")
PAPER = ("near_end", "paper_low", "paper_out")
"""Codes of a printer that wants somebody with a roll."""
LOUD = {
    "chain_broken": 0,
    "offline": 1,
    "disk": 2,
    "device_down": 3,
    "lag": 4,
    "certificate": 5,
    "power": 6,
    "clock_untrusted": 7,
    "paper": 8,
}
"""Alarms, the worst first."""
LEAST_FREE_MB = 500
CERTIFICATE_DAYS = 30
"""A box renews its certificate 60 days before the end: with so few left it has been tried for a month."""


@dataclass(frozen=True)
class Alarm:
    kind: str
    """A key of `LOUD`."""
    about: str = ""
    """A device's id, a sequence number; empty: the hall."""
    open_s: int = 0
    """For so many seconds of the opening hours."""
    since: str = ""


@dataclass(frozen=True)
class HallNow:
    hall: str
    """`county/hall`"""
    name: str
    state: str
    """`online|asleep|offline`, or `unknown`: never said."""
    since: str
    version: str
    journal: str
    head: int
    """Of its journal, by its own word."""
    stored: int
    holes: bool
    lag: int
    """Entries that it has and the store has not, as far as is known."""
    devices: tuple[Json, ...]
    queues: tuple[Json, ...]
    screens: tuple[Json, ...]
    host: Json
    uplink: Json
    certificate: Json
    inventory: Json
    """What its box is made of; empty where many halls are looked at, and of a hall that has never told."""
    health_at: str
    today: Mapping[str, int]
    """Entries of today by type."""
    alarms: tuple[Alarm, ...] = ()
    simulated: bool = False
    """By its own word: of `bianmin simulate`."""

    @property
    def rank(self) -> tuple[int, str]:
        """For the page: red first, then by name."""
        return min((LOUD[a.kind] for a in self.alarms), default=len(LOUD)), self.name

    def to_json(self) -> Json:
        return {**asdict(self), "today": dict(self.today)}


@dataclass(frozen=True)
class Event:
    seq: int
    at: str
    type: str
    data: Json = field(default_factory=dict)


class Fleet:
    """Reads the store; any thread."""

    def __init__(self, store: Store, settings: CenterFile) -> None:
        self._store, self._settings = store, settings

    def halls(self, now: datetime | None = None) -> list[HallNow]:
        """Red first. Raises StoreError."""
        now = now or datetime.now(UTC)
        with self._store.engine.connect() as tx:
            rows = [row._asdict() for row in tx.execute(select(*_SHORT))]
            books: dict[str, list[Any]] = {}
            for book in tx.execute(select(journals)):
                books.setdefault(book.hall, []).append(book)
            days: dict[str, dict[str, int]] = {}
            today = str(now.astimezone(self._settings.hours.zone).date())
            for count in tx.execute(select(figures).where(figures.c.day == today)):
                days.setdefault(count.hall, {})[count.type] = count._mapping["count"]
        known = {row["hall"]: row for row in rows}
        for code in self._settings.hall:
            known.setdefault(f"{self._settings.center.county}/{code}", {})
        found = [self._hall(h, row, books.get(h, []), days.get(h, {}), now) for h, row in known.items()]
        return sorted(found, key=lambda hall: hall.rank)

    def hall(self, hall: str, now: datetime | None = None) -> HallNow | None:
        """With its inventory, which many halls at once go without. Raises StoreError."""
        found = next((h for h in self.halls(now) if h.hall == hall), None)
        if found is None:
            return None
        with self._store.engine.connect() as tx:
            said = tx.execute(select(halls.c.inventory).where(halls.c.hall == hall)).scalar_one_or_none()
        return replace(found, inventory=_inventory(json.loads(said or "{}")))

    def last_events(self, journal: str, most: int = LAST_EVENTS) -> list[Event]:
        """Newest first. Raises StoreError."""
        query = select(entries).where(entries.c.journal == journal).order_by(entries.c.seq.desc()).limit(most)
        with self._store.engine.connect() as tx:
            return [Event(e.seq, e.at, e.type, json.loads(e.body)["data"]) for e in tx.execute(query)]

    def _hall(
        self, hall: str, row: Json, books: Sequence[Any], today: Mapping[str, int], now: datetime
    ) -> HallNow:
        status, health = json.loads(row.get("status") or "{}"), json.loads(row.get("health") or "{}")
        uplink = _dict(health.get("uplink"))
        certificate = _dict(uplink.get("certificate"))
        journal = _word(status.get("journal")) or str(row.get("journal") or "")
        book = next((b for b in books if b.journal == journal), None)
        stored, highest = (book.stored, book.highest) if book else (0, 0)
        head = max(_number(status.get("head")), highest)
        table = self._settings.hall.get(hall.partition("/")[2], HallTable())
        made = HallNow(
            hall=hall,
            name=table.name or hall.partition("/")[2],
            state=status["state"] if status.get("state") in SAID else "unknown",
            simulated=status.get("simulated") is True,
            since=str(row.get("status_at") or ""),
            version=_word(status.get("version")),
            journal=journal,
            head=head,
            stored=stored,
            holes=highest > stored,
            lag=max(head - stored, _number(uplink.get("lag"))),
            devices=_each_once(health.get("devices"), DEVICE_WORDS),
            queues=_each_once(health.get("queues"), QUEUE_WORDS),
            screens=_each_once(health.get("screens"), SCREEN_WORDS, by="name"),
            host=_line((), health.get("host")),
            uplink=_line((), uplink),
            certificate=_line(("ends", "code"), certificate) if certificate else {},
            inventory={},
            health_at=str(row.get("health_at") or ""),
            today=today,
        )
        broken = tuple(b.broken for b in books if b.broken)
        alarms = sorted(self._alarms(made, broken, table.hours or self._settings.hours, now), key=_loudness)
        return HallNow(**{**vars(made), "alarms": tuple(alarms)})

    def _alarms(
        self, hall: HallNow, broken: Sequence[int], hours: HoursTable, now: datetime
    ) -> Iterator[Alarm]:
        limits = self._settings.alarms
        for seq in broken:
            yield Alarm("chain_broken", str(seq))
        if hall.state in ("offline", "unknown"):
            silent_s = open_seconds(hours, _time(hall.since, now), now)
            if silent_s > limits.offline_after_s or (hall.state == "unknown" and is_open(hours, now)):
                yield Alarm("offline", "", int(silent_s), hall.since)
            return  # what it said of its devices is old
        for device in hall.devices:
            yield from self._of_device(device, hours, now)
        oldest = _word(hall.uplink.get("oldest"))
        late_s = open_seconds(hours, _time(oldest, now), now) if oldest else 0.0
        if late_s > limits.lag_over_s:
            yield Alarm("lag", str(hall.lag), int(late_s), oldest)
        if hall.host.get("clock_trusted") is False and is_open(hours, now):
            yield Alarm("clock_untrusted")
        yield from _of_box(hall, now)

    def _of_device(self, device: Json, hours: HoursTable, now: datetime) -> Iterator[Alarm]:
        limits, id, since = self._settings.alarms, device["id"], device["since"]
        lasts_s = open_seconds(hours, _time(since, now), now)
        if device.get("code") in PAPER:
            if lasts_s > limits.paper_low_after_s:
                yield Alarm("paper", id, int(lasts_s), since)
        elif device.get("state") == "down" and lasts_s > limits.device_down_after_s:
            yield Alarm("device_down", id, int(lasts_s), since)


def _of_box(hall: HallNow, now: datetime) -> Iterator[Alarm]:
    """What wants a technician before it stops the hall; opening hours make no difference to it."""
    host = hall.host
    free_mb = host.get("disk_free_mb", LEAST_FREE_MB)
    failing = any(_number(host.get(name)) for name in ("disk_errors", "disk_io_errors"))
    worn = host.get("disk_near_end") is True or host.get("disk_read_only") is True
    if failing or worn or (type(free_mb) is int and free_mb < LEAST_FREE_MB):
        yield Alarm("disk")
    if host.get("undervoltage") is True or host.get("throttled") is True:
        yield Alarm("power")
    ends = str(hall.certificate.get("ends", ""))
    if ends and _time(ends, now) < now + timedelta(days=CERTIFICATE_DAYS):
        yield Alarm("certificate", ends[:10])


def _loudness(alarm: Alarm) -> tuple[int, str]:
    return LOUD[alarm.kind], alarm.about


def _time(iso: str, otherwise: datetime) -> datetime:
    """What a hall wrote as a time; a hall may write anything."""
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return otherwise
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _number(said: Any) -> int:
    return said if type(said) is int and 0 < said < 2**53 else 0


def _word(said: Any) -> str:
    """A hall may write anything; a page and a figure's label want a short word, or none."""
    return said[:MOST_WORD] if isinstance(said, str) and said.isprintable() else ""


def _dict(said: Any) -> Json:
    return said if isinstance(said, dict) else {}


def _each_once(said: Any, words: Sequence[str], by: str = "id") -> tuple[Json, ...]:
    """Devices, queues or screens, with these words for certain; what else they say is flat."""
    lines = said[:MOST_LINES] if isinstance(said, list) else ()
    return tuple({line[by]: line for line in map(partial(_line, words), lines) if line[by]}.values())


def _inventory(said: Json) -> Json:
    """Empty of a hall that has never told."""
    if not said:
        return {}
    screens = said.get("screens")
    return {
        "at": _word(said.get("at")),
        "boot": _word(said.get("boot")),
        "host": _line((), said.get("host")),
        "packages": _line((), said.get("packages")),
        "settings": _line((), said.get("settings")),
        "devices": _each_once(said.get("devices"), PART_WORDS),
        "screens": [_word(name) for name in screens[:MOST_LINES]] if isinstance(screens, list) else [],
    }


def _line(words: Sequence[str], said: Any) -> Json:
    said = _dict(said)
    flat = {k: v for k, v in said.items() if _word(k) == k and isinstance(v, str | int | float)}
    return {**flat, **{word: _word(said.get(word)) for word in words}}
