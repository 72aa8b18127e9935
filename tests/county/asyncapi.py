"""Writes config/integrations/county/asyncapi.json from the code: `python -m tests.county.asyncapi`."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from edge.boots import CLEAN, POWER_CUT, UNCLEAN, WATCHDOG
from edge.doors.openapi import document
from edge.doors.routes import ROUTES
from edge.paths import shared
from edge.readers.county_commands import UNSIGNED
from edge.readers.doings import Doings
from edge.texts import Texts

Json = dict[str, Any]
FILE = Path(__file__).resolve().parents[2] / "config/integrations/county/asyncapi.json"
_TEXT: Json = {"type": "string"}
_WHOLE: Json = {"type": "integer", "minimum": 0}
_NUMBER: Json = {"type": "number"}
_CLAIM: Json = {"type": "boolean"}


def made() -> Json:
    openapi = document(ROUTES, "1", Texts.load("en", shared("texts")))
    events: Json = openapi["x-events"]
    schemas = _used(openapi["components"]["schemas"], [e["$ref"].rpartition("/")[2] for e in events.values()])
    schemas |= {"CloudEvent": _cloud_event(events), **_said()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "bianmin-edge: the border between a service hall and its county",
            "version": "1",
            "description": "MQTT 5, or 3.1.1; QoS 1 everywhere. `county` has 6 digits, `hall` 9 or 12.",
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(name, schema, *rest) for name, schema, _, *rest in _CHANNELS},
        "operations": {
            f"{action}{name.capitalize()}": {"action": action, "channel": {"$ref": f"#/channels/{name}"}}
            for name, _, action, _, _ in _CHANNELS
        },
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


_CHANNELS = (
    ("events", "CloudEvent", "send", False, "Every entry of the hall's journal, in order, at least once"),
    ("status", "Status", "send", True, "Birth and will; asleep after the day's close"),
    ("health", "Health", "send", True, "Each minute and at each change: box, line, screens, devices"),
    ("inventory", "Inventory", "send", True, "Once in each life of the daemon: what the box is made of"),
    ("commands", "Command", "receive", False, "From the county: done once however often delivered"),
    ("replies", "Reply", "send", False, "What became of a command"),
    ("receipts", "Receipt", "receive", True, "From the center, after its commit"),
    ("center", "CenterStatus", "receive", True, "The center's own birth and will"),
)
"""Name, schema, what a hall does there, retained, about."""


def _channel(name: str, schema: str, retained: bool, about: str) -> Json:
    of_county = name == "center"
    address = "bianmin/v1/{county}/center" if of_county else f"bianmin/v1/{{county}}/{{hall}}/{name}"
    parameters: Json = {"county": {"description": "Division code, 6 digits"}}
    if not of_county:
        parameters["hall"] = {"description": "Division code, 9 or 12 digits"}
    return {
        "address": address,
        "description": about,
        "messages": {schema: {"payload": {"$ref": f"#/components/schemas/{schema}"}}},
        "parameters": parameters,
        "bindings": {"mqtt": {"bindingVersion": "0.2.0"}},
        "x-retained": retained,
        "x-qos": 1,
    }


def _cloud_event(events: Json) -> Json:
    """CloudEvents 1.0 in JSON; `data` is as the type says, and a type that is not here is a newer hall's."""
    members: Json = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "pattern": "^[0-9A-Za-z-]+:[0-9]+$"},
        "source": {"type": "string", "pattern": "^/[0-9]{6}/([0-9]{9}|[0-9]{12})$"},
        "type": {"type": "string", "pattern": "^bianmin\\."},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "data": {"type": "object"},
        "journal": _TEXT,
        "sequence": {"type": "string", "pattern": "^[1-9][0-9]*$"},
        "dataversion": _TEXT,
        "trustedtime": {"type": "boolean"},
        "chain": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    }
    return {
        "type": "object",
        "properties": members,
        "required": sorted(members),
        "allOf": [
            {"if": {"properties": {"type": {"const": type_}}}, "then": {"properties": {"data": schema}}}
            for type_, schema in sorted(events.items())
        ],
    }


def _said() -> Json:
    """What is no entry."""
    nobody: Any = None
    names = sorted(Doings(*[nobody] * len(fields(Doings))).table())
    return {
        "Status": _object(
            optional=("simulated",),
            simulated={"const": True, "description": "A hall of `bianmin simulate`, which is none"},
            state={"enum": ["online", "asleep", "offline"]},
            since=_TEXT,
            version=_TEXT,
            journal=_TEXT,
            head=_WHOLE,
            boot=_TEXT,
        ),
        "CenterStatus": _object(
            state={"enum": ["online", "offline"]}, since=_TEXT, version=_TEXT, instance=_TEXT
        ),
        "Receipt": _object(journal=_TEXT, stored=_WHOLE),
        "Reply": _object(
            id=_TEXT,
            state={"enum": ["accepted", "done", "refused", "failed"]},
            reason=_TEXT,
            result={"type": "object"},
        ),
        "Command": _object(
            optional=("args", "sig"),
            id={"type": "string", "minLength": 1, "maxLength": 100},
            issued_at={"type": "string", "format": "date-time"},
            expires_at={"type": "string", "format": "date-time"},
            name={"enum": names, "description": f"Without a signature only: {', '.join(sorted(UNSIGNED))}"},
            args={"type": "object"},
            sig={"type": "string", "description": "KEY:BASE64, Ed25519 over the canonical JSON with `hall`"},
        ),
        "Health": _object(
            optional=("version", "queues", "screens", "trouble"),
            at=_TEXT,
            version=_TEXT,
            host=_host(),
            uplink=_uplink(),
            devices=_devices(),
            screens=_list(
                optional=("code",), name=_TEXT, age_s=_NUMBER, frames=_WHOLE, state=_TEXT, code=_TEXT
            ),
            queues=_list(id=_TEXT, name=_TEXT, waiting=_WHOLE),
            trouble=_TEXT,
        ),
        "Inventory": _object(
            at=_TEXT,
            version=_TEXT,
            boot=_TEXT,
            host={"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
            packages={"type": "object", "additionalProperties": _TEXT},
            settings={"type": "object", "additionalProperties": _TEXT},
            devices=_list(id=_TEXT, kind=_TEXT, driver=_TEXT, counter=_TEXT, link=_TEXT),
            screens={"type": "array", "items": _TEXT},
        ),
    }


def _host() -> Json:
    """What a machine does not tell is left out: all of it is optional."""
    members: Json = dict.fromkeys(
        ("temperature_c", "load", "disk_life_used_percent", "disk_errors", "disk_io_errors"), _NUMBER
    )
    sizes = ("disk_free", "disk_total", "memory_free", "memory_total", "daemon", "written_today")
    members |= {f"{name}_mb": _WHOLE for name in (*sizes, "written_last_day")}
    claims = ("undervoltage", "throttled", "undervoltage_since_boot", "throttled_since_boot")
    members |= dict.fromkeys((*claims, "disk_read_only", "disk_near_end", "clock_trusted"), _CLAIM)
    members |= {
        "uptime_s": _WHOLE,
        "boot_reason": {"enum": [CLEAN, POWER_CUT, WATCHDOG, UNCLEAN]},
        "clock_source": {"enum": ["ntp", "battery", "said", "none"]},
    }
    return _object(optional=tuple(members), **members)


def _uplink() -> Json:
    certificate = _object(ends=_TEXT, code=_TEXT, why=_TEXT)
    numbers = dict.fromkeys(("lag", "lag_s", "cursor", "firm", "window", "receipts", "drops"), _WHOLE)
    texts = dict.fromkeys(("oldest", "since", "why", "code"), _TEXT)
    return _object(optional=("certificate",), connected=_CLAIM, certificate=certificate, **numbers, **texts)


def _devices() -> Json:
    names = ("id", "kind", "driver", "counter", "code", "since", "last_ok")
    counts = ("frames", "errors", "resends", "bad_frames", "reconnects")
    return _list(
        optional=(*counts, "paper"),
        state={"enum": ["ok", "degraded", "down", "unconfirmed"]},
        paper={"enum": ["low", "out"]},
        **dict.fromkeys(names, _TEXT),
        **dict.fromkeys(counts, _WHOLE),
    )


def _list(*, optional: tuple[str, ...] = (), **members: Json) -> Json:
    return {"type": "array", "items": _object(optional=optional, **members)}


def _object(*, optional: tuple[str, ...] = (), **members: Json) -> Json:
    required = sorted(set(members) - set(optional))
    return {"type": "object", "properties": members, "required": required}


def _used(components: Json, names: list[str]) -> Json:
    """These components and those that they refer to."""
    found: Json = {}
    while names:
        name = names.pop()
        if name not in found:
            found[name] = components[name]
            names.extend(_refs(components[name]))
    return found


def _refs(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"].rpartition("/")[2]] if "$ref" in value else []
        return own + [r for v in value.values() for r in _refs(v)]
    return [r for v in value for r in _refs(v)] if isinstance(value, list) else []


if __name__ == "__main__":
    FILE.write_text(json.dumps(made(), ensure_ascii=False, indent=1) + "\n", "utf-8")
