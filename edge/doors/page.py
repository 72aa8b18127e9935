"""The live page of the hall: the view drawn by the server, for a browser with or without script."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from edge.hall.views import DeviceView, HallView
from edge.texts import Texts

_FOLDER = Path(__file__).parent / "pages"
ASSETS = {file.name: file for file in (_FOLDER / "door.css", _FOLDER / "door.js", _FOLDER / "icon.svg")}
_KINDS = ("printer", "board", "callpad", "rating", "camera")


def render(view: HallView, facts: Mapping[str, Any], texts: Texts, *, only_hall: bool) -> str:
    """The whole page, or the part of it that moves. `facts` as `Health.report` gives them."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("parts.html" if only_hall else "hall.html")
    return template.render(
        view=view,
        most_waiting=max((s.waiting for s in view.services), default=0),
        groups=_by_kind(view.devices),
        uplink=facts.get("uplink") or {},
        host=facts.get("host") or {},
        version=facts.get("version", ""),
        t=texts.get,
        fault=lambda code: texts.get(f"fault.{code}") if code else "",
    )


def _by_kind(devices: tuple[DeviceView, ...]) -> dict[str, list[DeviceView]]:
    """In the order of a citizen's way; kinds that this page has no word for come last."""
    order = [*_KINDS, *sorted({d.kind for d in devices} - set(_KINDS))]
    groups = {kind: [d for d in devices if d.kind == kind] for kind in order}
    return {kind: of_kind for kind, of_kind in groups.items() if of_kind}
