"""How each device is, beyond what is an event: when it last answered well, and what it has cost."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from edge.hall.hours import local_iso
from edge.hall.plan import HallPlan
from edge.handles import Handle
from edge.registrar import Registrar

Json = dict[str, Any]


class DeviceFacts:
    """Any thread may ask."""

    def __init__(self, registrar: Registrar, plan: HallPlan, handles: Mapping[str, Handle]) -> None:
        self._registrar, self._plan, self._handles = registrar, plan, handles

    def all(self) -> dict[str, Json]:
        """For each device `last_ok` (ISO 8601 with the hall's offset, or empty), `detail` and its counts."""
        return {id: self._of(handle) for id, handle in self._handles.items()}

    def last_ok(self) -> dict[str, str]:
        return {id: self._at(handle) for id, handle in self._handles.items()}

    def _of(self, handle: Handle) -> Json:
        return {"last_ok": self._at(handle), "detail": handle.status().detail, **asdict(handle.tally)}

    def _at(self, handle: Handle) -> str:
        ago_s = handle.well_ago_s()
        if ago_s is None:
            return ""
        return local_iso(self._plan, self._registrar.now().at - timedelta(seconds=ago_s))
