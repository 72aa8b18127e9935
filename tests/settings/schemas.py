"""Writes config/schema/*.json from the code, for editors: `python -m tests.settings.schemas`."""

import json
from pathlib import Path
from typing import Any

from drivers import loader
from edge.papers import Layout
from edge.settings_bind import schema_of
from edge.settings_boards import BoardRules, NoticeTable
from edge.settings_tables import (
    CalendarFile,
    DeviceTable,
    HallFile,
    LinkTable,
    LunarFile,
    StaffFile,
    UplinkFile,
    YearFile,
)

FOLDER = Path(__file__).resolve().parents[2] / "config" / "schema"


def schemas() -> dict[str, dict[str, Any]]:
    """File name -> schema."""
    shapes = {
        "hall": HallFile,
        "uplink": UplinkFile,
        "calendar": CalendarFile,
        "staff": StaffFile,
        "paper": Layout,
        "calendar-year": YearFile,
        "calendar-lunar": LunarFile,
    }
    return {f"{name}.json": _top(name, *_inner(cls)) for name, cls in shapes.items()} | {
        "devices.json": _devices(),
        "boards.json": _boards(),
    }


def _inner(cls: type) -> tuple[dict[str, Any], dict[str, Any]]:
    """A class's own schema and what it refers to."""
    whole = schema_of(cls)
    definitions = whole.pop("$defs", {})
    inner = whole["properties"]["inner"]
    return definitions.pop(inner["$ref"].rpartition("/")[2]), definitions


def _devices() -> dict[str, Any]:
    """One form for each driver: what all devices have, and its own options."""
    common, _ = _inner(DeviceTable)
    link, _ = _inner(LinkTable)
    forms, definitions = [], {}
    for name in loader.names():
        options, used = _inner(loader.load(name).Options)
        definitions.update(used)
        properties = common["properties"] | {"driver": {"const": name}} | options.get("properties", {})
        forms.append(
            {
                "title": name,
                "type": "object",
                "properties": properties,
                "required": common["required"] + options.get("required", []),
                "additionalProperties": False,
            }
        )
    tables = {
        "link": {"type": "object", "additionalProperties": link},
        "device": {"type": "object", "additionalProperties": {"anyOf": forms}},
    }
    whole = {"type": "object", "properties": tables, "additionalProperties": False}
    return _top("devices", whole, definitions)


def _boards() -> dict[str, Any]:
    """`[boards]` for all and `[board.ID]` for one have the same keys."""
    rules, definitions = _inner(BoardRules)
    notice, _ = _inner(NoticeTable)
    tables = {
        "boards": rules,
        "board": {"type": "object", "additionalProperties": rules},
        "notice": {"type": "array", "items": notice},
    }
    whole = {"type": "object", "properties": tables, "additionalProperties": False}
    return _top("boards", whole, definitions)


def _top(name: str, schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": f"{name}.toml"}
    return head | ({"$defs": definitions} if definitions else {})


def as_text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, schema in schemas().items():
        (FOLDER / name).write_text(as_text(schema), "utf-8")


if __name__ == "__main__":
    main()
