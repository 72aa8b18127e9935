"""The OpenAPI 3.1 document, generated from the table of routes; event types and reasons stand beside it."""

import re
from collections.abc import Sequence
from dataclasses import fields
from http import HTTPStatus
from typing import Any, Literal

from pydantic import TypeAdapter

from edge.doors import answers
from edge.doors.bodies import Nothing, Query
from edge.doors.callers import COOKIE, Lan
from edge.doors.problems import PROBLEM_JSON, STATUS, status_of
from edge.doors.routes import JSON, Route
from edge.hall.event_json import EVENTS
from edge.hall.reasons import No
from edge.hall.views import HallView
from edge.texts import Texts

Json = dict[str, Any]
Mode = Literal["validation", "serialization"]
Schemas = dict[tuple[str, Mode], Json]

_AT = "#/components/schemas/{model}"
_ALWAYS_GET = (403, 500)
_ALWAYS_POST = (400, 403, 408, 413, 415, 422, 500)
_STAMP = {
    "v": {"type": "integer", "description": "Version of the event's meaning"},
    "day": {"type": "string", "description": "Local date, YYYY-MM-DD"},
    "boot": {"type": "string", "description": "Boot id of the box"},
    "uptime_s": {"type": "number", "description": "Seconds since that boot"},
}
"""What every event's data carries beside its own fields (edge.entries)."""
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again with the same key and body, a call is answered again and changes nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}


_SCHEMES = {
    "staff": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of a session that /api/v1/staff/sign-on opened by a number and a PIN",
    },
    "browser": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "A browser of the hall's network that was paired; loopback needs none of this",
    },
    "paired": {
        "type": "http",
        "scheme": "bearer",
        "description": "A paired screen or program of the hall's network; loopback needs none of this",
    },
}
_LAN = {
    Lan.ANYBODY: "Over the hall's network: anybody.",
    Lan.PAIRED: "Over the hall's network: every paired screen and browser.",
    Lan.COUNTER: "Over the hall's network: a counter's paired browser, of the counter that is named.",
    Lan.NOBODY: "Over the hall's network: nobody; on this box only.",
}


def document(routes: Sequence[Route], version: str, texts: Texts) -> Json:
    schemas, components = _schemas(routes)
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    events = {type_: {"$ref": _AT.format(model=cls.__name__)} for type_, cls in sorted(EVENTS.items())}
    return {
        "openapi": "3.1.0",
        "info": {"title": "bianmin-edge, the local door of a service hall", "version": version},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": _SCHEMES,
        },
        "x-events": events,
        "x-reasons": _reasons(texts),
    }


def _schemas(routes: Sequence[Route]) -> tuple[Schemas, dict[str, Json]]:
    """Each route's body (`takes`) and answer (`gives`) by operation id, and the components they refer to."""
    inputs: list[tuple[str, Mode, TypeAdapter[Any]]] = []
    for route in routes:
        if route.takes is not Nothing:
            inputs.append((f"takes {route.name}", "validation", TypeAdapter(route.takes)))
        if route.gives is not None:
            inputs.append((f"gives {route.name}", "serialization", TypeAdapter(route.gives)))
    inputs.append(("problem", "serialization", TypeAdapter(answers.Problem)))
    inputs.extend((type_, "serialization", TypeAdapter(cls)) for type_, cls in EVENTS.items())
    schemas, found = TypeAdapter.json_schemas(inputs, ref_template=_AT)
    components = found["$defs"]
    for name in (f.name for f in fields(HallView) if not f.repr):
        del components["HallView"]["properties"][name]
    taken = {schema["$ref"].rpartition("/")[2] for (key, _), schema in schemas.items() if key[:6] == "takes "}
    for name, component in components.items():
        if name not in taken and "properties" in component:
            # What we send we send whole.
            component["required"] = sorted(component["properties"])
    for cls in EVENTS.values():
        _as_it_travels(components[cls.__name__])
    components["By"]["required"] = ["door"]
    return schemas, components


def _as_it_travels(event: Json) -> None:
    """An event's schema as that of a CloudEvent's `data`."""
    event["properties"].update(_STAMP)
    event["required"] = sorted({*event["required"], *_STAMP} - {"request"})


def _operation(route: Route, schemas: Schemas) -> Json:
    operation: Json = {
        "operationId": route.name,
        "summary": route.about,
        "description": _LAN[route.lan],
        "security": _security(route),
        "parameters": _parameters(route),
    }
    if route.method == "POST":
        schema = schemas.get((f"takes {route.name}", "validation"), {"type": "object", "maxProperties": 0})
        operation["requestBody"] = {"required": "required" in schema, "content": {JSON: {"schema": schema}}}
    good: Json = {"description": HTTPStatus(route.status).phrase}
    given = schemas.get((f"gives {route.name}", "serialization"))
    good["content"] = {route.media: {"schema": given} if given else {}}
    problem = {PROBLEM_JSON: {"schema": schemas["problem", "serialization"]}}
    operation["responses"] = {
        str(route.status): good,
        **{str(s): {"description": HTTPStatus(s).phrase, "content": problem} for s in _refusals(route)},
    }
    return operation


def _security(route: Route) -> list[Json]:
    """Each way in; an empty one is loopback's, or anybody's."""
    staff: Json = {} if route.roles is None else {"staff": []}
    over_lan = route.lan in (Lan.PAIRED, Lan.COUNTER)
    bearer: list[Json] = [{"paired": []}] if over_lan and not staff else []
    return [staff, *([{**staff, "browser": []}] if over_lan else []), *bearer]


def _refusals(route: Route) -> list[int]:
    always = _ALWAYS_POST if route.method == "POST" else _ALWAYS_GET
    query = () if route.asks is Query else (400,)
    stranger = () if route.lan is Lan.ANYBODY else (401,)
    return sorted({*route.no, *always, *query, *stranger})


def _parameters(route: Route) -> list[Json]:
    path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    asked = route.asks.model_json_schema().get("properties", {})
    query = [{"name": name, "in": "query", "required": False, "schema": s} for name, s in asked.items()]
    return [*path, *query, *([_KEY] if route.method == "POST" else [])]


def _reasons(texts: Texts) -> Json:
    """Every `reason` that an answer can carry, with its status and its sentence."""
    door = {r: {"status": s, "text": texts.phrases.get(f"door.{r}", "")} for r, s in STATUS.items()}
    hall = {str(n): {"status": status_of(n), "text": texts.phrases.get(f"refused.{n}", "")} for n in No}
    return {"door": door, "hall": hall}
