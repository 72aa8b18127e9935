"""The live page of the hall: the view drawn by the server, for a browser with or without script."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from edge.hall.views import DeviceView, HallView, ServiceView
from edge.texts import Texts, month_and_day

_FOLDER = Path(__file__).parent / "pages"
_FILES = ("door.css", "door.js", "counter.css", "counter.js", "pair.css", "pair.js", "icon.svg")
ASSETS = {name: _FOLDER / name for name in _FILES}
_KINDS = ("printer", "board", "callpad", "rating", "camera")


class Page:
    """Any thread may draw it."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    @cached_property
    def _environment(self) -> Any:
        """Made at the first visit, since the door must open at once."""
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        return Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, name: str, **values: Any) -> str:
        """A page or a part of one, by its file's name."""
        drawn: str = self._environment.get_template(name).render(t=self._texts.get, **values)
        return drawn

    def draw(self, view: HallView, facts: Mapping[str, Any], *, only_hall: bool) -> str:
        """The whole page, or the part of it that moves. `facts` as `Health.report` gives them."""
        return self.render(
            "parts.html" if only_hall else "hall.html",
            view=view,
            most_waiting=max((s.waiting for s in view.services), default=0),
            groups=_by_kind(view.devices),
            uplink=facts.get("uplink") or {},
            host=facts.get("host") or {},
            facts=facts,
            doubtful=" ".join(s.prefix for s in view.services if s.id in view.numbers_in_doubt),
            version=facts.get("version", ""),
            shut=self._shut,
        )

    def _shut(self, service: ServiceView) -> str:
        """Why a service gives no numbers, and when it does again."""
        on_day = month_and_day(service.opens_on)
        if service.opens_at and not on_day:
            key = "closed"
        elif service.reason == "closed":
            key = "day" if on_day else "over"
        else:
            key = service.reason
        return self._texts.get(f"door.service.{key}", opens_at=service.opens_at, **on_day)


def _by_kind(devices: tuple[DeviceView, ...]) -> dict[str, list[DeviceView]]:
    """In the order of a citizen's way; kinds that this page has no word for come last."""
    order = [*_KINDS, *sorted({d.kind for d in devices} - set(_KINDS))]
    groups = {kind: [d for d in devices if d.kind == kind] for kind in order}
    return {kind: of_kind for kind, of_kind in groups.items() if of_kind}
