"""Events as JSON, the `data` of a journal's entry: written, and read back by every later version."""

import re
from dataclasses import dataclass, field, fields
from typing import Any

import edge.hall.county_events
import edge.hall.desk_events
import edge.hall.machine_events  # noqa: F401  (their events are subclasses, too)
from edge.hall.event_values import DeviceKnown, SheetLine
from edge.hall.events import DaemonStarted, DaySheet, Event
from edge.hall.words import NO_REQUEST, By, Door, Request

Json = dict[str, Any]


def type_of(cls: type[Event]) -> str:
    """`TicketIssued` -> `bianmin.ticket.issued`; the first word is the noun, the rest the verb."""
    words = re.findall(r"[A-Z][a-z]+", cls.__name__)
    return f"bianmin.{words[0].lower()}.{'_'.join(words[1:]).lower()}"


EVENTS: dict[str, type[Event]] = {type_of(cls): cls for cls in Event.__subclasses__()}


@dataclass(frozen=True, kw_only=True)
class UnknownEvent(Event):
    """An event of a newer version than this one; kept and passed on, never understood by guess."""

    type: str
    data: Json = field(default_factory=dict)


def to_json(event: Event) -> Json:
    """The `data` of an entry: the event's fields, `by`, `request` where there is one, and `v`."""
    if isinstance(event, UnknownEvent):
        return dict(event.data)
    data: Json = {"v": event.V, "by": {k: v for k, v in vars(event.by).items() if v}}
    if event.request is not NO_REQUEST and event.request.key:
        data["request"] = {"key": event.request.key, "digest": event.request.digest}
    for f in fields(event):
        if f.name not in ("by", "request"):
            data[f.name] = _plain(getattr(event, f.name))
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, DeviceKnown | SheetLine):
        return {k: _plain(v) for k, v in vars(value).items()}
    return value


def from_json(type_: str, data: Json) -> Event:
    """Read an entry's event back; never fails.

    Fields that this version does not know are dropped, missing ones default. What it cannot read at all is
    an `UnknownEvent`, which travels on as it is.
    """
    try:
        return _read(EVENTS[type_], data)
    except (KeyError, TypeError, ValueError, AttributeError):
        return UnknownEvent(type=type_, data=data)


def _read(cls: type[Event], data: Json) -> Event:
    known = {f.name for f in fields(cls)} - {"by", "request"}
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in known}
    if cls is DaemonStarted:
        values["devices"] = tuple(_device(d) for d in values.get("devices", ()))
    if cls is DaySheet:
        values["total"] = _sheet_line(data.get("total", {}))
        values |= {k: tuple(map(_sheet_line, data.get(k, ()))) for k in ("services", "counters")}
    by, request = data.get("by") or {}, data.get("request")
    return cls(
        by=By(_door(by.get("door")), by.get("device", ""), by.get("staff", "")),
        request=Request(request["key"], request["digest"]) if request else NO_REQUEST,
        **values,
    )


def _device(data: Json) -> DeviceKnown:
    return DeviceKnown(**{f.name: data[f.name] for f in fields(DeviceKnown) if f.name in data})


def _sheet_line(data: Json) -> SheetLine:
    known = {f.name: data[f.name] for f in fields(SheetLine) if f.name in data}
    return SheetLine(**{**known, "ratings": tuple(known.get("ratings", (0, 0, 0, 0, 0)))})


def _door(name: Any) -> Door:
    """A door of a newer version counts as the daemon's: what came through it has happened all the same."""
    return Door(name) if name in set(Door) else Door.DAEMON
