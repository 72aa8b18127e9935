"""hall.toml -> `HallPlan`: names that must exist, prefixes that must differ, ranges that must be sane."""

import re
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import fields

from edge.hall.plan import Counter, HallPlan, Kiosk, Post, Rules, Service
from edge.hall.words import DeviceId
from edge.settings_bind import Problems
from edge.settings_hours import HoursCheck
from edge.settings_tables import CounterTable, HallFile, HallTable, ServiceTable

FILE = "hall.toml"
_ID = re.compile(r"[a-z][a-z0-9-]{0,31}")
_COUNTER = re.compile(r"[0-9A-Za-z]{1,4}")


def plan_of(
    file: HallFile, staff: Iterable[str] | None, printers: Mapping[DeviceId, str] | None, problems: Problems
) -> HallPlan:
    """The plan; what is wrong goes into `problems`.

    `staff`, `printers` None: the file that names them does not read. `printers`: each one's kiosk.
    """
    check = _Check(file, problems)
    check.hall()
    check.services()
    check.counters()
    check.posts(staff)
    check.kiosks(printers)
    check.floors()
    check.rules()
    hours = HoursCheck(FILE, problems)
    plan = HallPlan(
        county=file.hall.county,
        hall=file.hall.hall,
        name=file.hall.name,
        phone=file.hall.phone,
        staff=tuple(staff or ()),
        timezone=file.hall.timezone,
        hours=hours.spans(file.hall.hours, "hall.hours"),
        hours_on=hours.spans_on(file.hall.hours_on, "hall.hours_on"),
        priorities=file.hall.priorities,
        notices=file.hall.notices,
        services=tuple(_service(id, s, hours) for id, s in file.service.items()),
        counters=tuple(_counter(id, c, hours) for id, c in file.counter.items()),
        posts=tuple(Post(i, p.a, p.b) for i, p in file.post.items()),
        kiosks=tuple(
            Kiosk(i, k.printer or _beside(i, printers or {}), k.roll_slips, k.floor, k.at)
            for i, k in file.kiosk.items()
        ),
        second=file.hall.second,
        rules=file.rules,
    )
    hours.plan(plan)
    return plan


def _service(id: str, table: ServiceTable, hours: HoursCheck) -> Service:
    at = f"service.{id}"
    spans = {
        "hours": hours.spans(table.hours, f"{at}.hours"),
        "hours_on": hours.spans_on(table.hours_on, f"{at}.hours_on"),
        "days": hours.days(table.days, f"{at}.days"),
        "quota": hours.quotas(table.quota, f"{at}.quota"),
    }
    return Service(id, **{**vars(table), **spans})


def _counter(id: str, table: CounterTable, hours: HoursCheck) -> Counter:
    return Counter(id, **{**vars(table), "days": hours.days(table.days, f"counter.{id}.days")})


def _beside(kiosk: DeviceId, printers: Mapping[DeviceId, str]) -> DeviceId:
    return next((id for id, at in printers.items() if at == kiosk), "")


class _Check:
    def __init__(self, file: HallFile, problems: Problems) -> None:
        self.file = file
        self.problems = problems

    def say(self, path: str, what: str) -> None:
        self.problems.add(FILE, path, what)

    def no_such(self, path: str, what: str, word: str, known: Iterable[str]) -> None:
        self.problems.no_such(FILE, path, what, word, known)

    def hall(self) -> None:
        hall = self.file.hall
        if not re.fullmatch(r"\d{6}", hall.county):
            self.say("hall.county", f"a county's division code has 6 digits, not {hall.county!r}")
        if not re.fullmatch(r"\d{9}|\d{12}", hall.hall):
            self.say("hall.hall", f"a hall's division code has 9 or 12 digits, not {hall.hall!r}")
        self.named("hall", hall)
        try:
            zoneinfo.ZoneInfo(hall.timezone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            self.say("hall.timezone", f"no time zone {hall.timezone!r}, as Asia/Shanghai")

    def named(self, path: str, table: HallTable | ServiceTable | CounterTable) -> None:
        """It has a name, and all that people read is one printable line."""
        if not table.name.strip():
            self.say(f"{path}.name", "is empty")
        for key, value in vars(table).items():
            for text in value if isinstance(value, tuple) else (value,):
                if isinstance(text, str) and not text.isprintable():
                    self.say(f"{path}.{key}", "must be one line without control characters")

    def services(self) -> None:
        if not self.file.service:
            self.say("service", "missing: a hall needs at least one [service.ID]")
        seen: dict[str, str] = {}
        for id, service in self.file.service.items():
            at = f"service.{id}"
            if not _ID.fullmatch(id):
                self.say(at, "an id is small letters, digits and dashes, a letter first")
            self.named(at, service)
            if not re.fullmatch(r"[A-Z]{1,2}", service.prefix):
                self.say(f"{at}.prefix", f"one or two capital letters, not {service.prefix!r}")
            elif service.prefix in seen:
                what = f'"{service.prefix}" is the prefix of service.{seen[service.prefix]} already'
                self.say(f"{at}.prefix", what)
            seen.setdefault(service.prefix, id)
            if not 1 <= service.first <= service.last <= 9999:
                self.say(at, f"first to last must lie within 1..9999, not {service.first}..{service.last}")
            if not self.is_served(id):
                self.say(at, "no counter serves it: nobody would be called")

    def is_served(self, id: str) -> bool:
        return any(c.takes_tickets and (c.general or id in c.services) for c in self.file.counter.values())

    def counters(self) -> None:
        for id, counter in self.file.counter.items():
            at = f"counter.{id}"
            if not _COUNTER.fullmatch(id):
                self.say(at, "a counter's id is what its sign says: 1 to 4 letters or digits")
            self.named(at, counter)
            for i, service in enumerate(counter.services):
                if service not in self.file.service:
                    self.no_such(f"{at}.services[{i}]", "service", service, self.file.service)
                elif service in counter.services[:i]:
                    self.say(f"{at}.services[{i}]", f'"{service}" stands here twice')
            self.covered(id, counter)
            if counter.takes_tickets and not counter.general and not counter.services:
                self.say(f"{at}.services", "is empty; say services, general = true or takes_tickets = false")

    def covered(self, id: str, counter: CounterTable) -> None:
        at, by = f"counter.{id}.covered_by", counter.covered_by
        holder = self.file.counter.get(by)
        if by and holder is None:
            self.no_such(at, "counter", by, self.file.counter)
        elif by == id:
            self.say(at, "a counter is not held from itself")
        elif holder and holder.covered_by:
            self.say(at, f'"{by}" is held from "{holder.covered_by}" itself')
        elif holder and not (holder.takes_tickets and counter.takes_tickets):
            self.say(at, "only counters that take tickets are held from one another")

    def posts(self, staff: Iterable[str] | None) -> None:
        known = None if staff is None else set(staff)
        for id, post in self.file.post.items():
            if id not in self.file.counter:
                self.no_such(f"post.{id}", "counter", id, self.file.counter)
            for place, number in (("a", post.a), ("b", post.b)):
                if known is not None and number and number not in known:
                    self.no_such(f"post.{id}.{place}", "staff number", number, known)

    def kiosks(self, printers: Mapping[DeviceId, str] | None) -> None:
        for id, kiosk in self.file.kiosk.items():
            if not _ID.fullmatch(id):
                self.say(f"kiosk.{id}", "an id is small letters, digits and dashes, a letter first")
            if printers is not None and kiosk.printer and kiosk.printer not in printers:
                self.no_such(f"kiosk.{id}.printer", "printer", kiosk.printer, printers)

    def floors(self) -> None:
        """Whoever has a place has it on a floor that there is."""
        floors = self.file.floor
        places = [(f"counter.{id}", c.floor, c.at) for id, c in self.file.counter.items()]
        places += [(f"kiosk.{id}", k.floor, k.at) for id, k in self.file.kiosk.items()]
        for path, floor, at in places:
            if floor and floor not in floors:
                self.no_such(f"{path}.floor", "floor", floor, floors)
            if bool(floor) != bool(at) or (at and (len(at) != 2 or not all(0 <= s <= 1 for s in at))):
                self.say(f"{path}.at", "two shares of the floor's picture, 0 to 1, as [0.25, 0.6]")

    def rules(self) -> None:
        rules = self.file.rules
        for f in fields(Rules):
            value = getattr(rules, f.name)
            if isinstance(value, int | float) and value < 0:
                self.say(f"rules.{f.name}", f"must not be negative: {value}")
        if not re.fullmatch(r"[A-Z]{0,2}", rules.hand_prefix):
            self.say("rules.hand_prefix", f"one or two capital letters, or none, not {rules.hand_prefix!r}")
        for id, service in self.file.service.items():
            if service.prefix == rules.hand_prefix:
                what = f'"{service.prefix}" is the prefix of service.{id}: numbers by hand need their own'
                self.say("rules.hand_prefix", what)
        if not 0 < rules.low_numbers_at <= 1:
            self.say("rules.low_numbers_at", f"a share above 0 and at most 1, not {rules.low_numbers_at}")
