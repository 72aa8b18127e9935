"""A part of a hall: the counters of a floor, those without a floor, and what concerns them."""

from typing import Any

Json = dict[str, Any]


def counters_of(view: Json, zone: str) -> list[Json]:
    """All of them without a zone."""
    counters: list[Json] = view.get("counters", [])
    return [c for c in counters if not zone or c.get("floor", "") in ("", zone)]


def calls_of(view: Json, zone: str) -> list[Json]:
    """The last calls to the zone's counters, newest first."""
    here = {str(c["id"]) for c in counters_of(view, zone)}
    calls: list[Json] = view.get("calls", [])
    return [c for c in calls if not zone or str(c["counter"]) in here]


def services_of(view: Json, zone: str) -> list[Json]:
    """What is done at the zone's counters."""
    done = {id for c in counters_of(view, zone) for id in c.get("services", [])}
    services: list[Json] = view.get("services", [])
    return [s for s in services if not zone or s["id"] in done]
