"""The hall's figures as Prometheus text."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from edge.hall.views import HallView

MEDIA = CONTENT_TYPE_LATEST
COUNTS = ("frames", "errors", "resends", "bad_frames", "reconnects")


def metrics_text(view: HallView, facts: Mapping[str, Any], screens: list[dict[str, Any]]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(view, facts, screens))
    return generate_latest(registry)


class _Figures(Collector):
    """One scrape's figures: read from the view, so that they agree with each other."""

    def __init__(self, view: HallView, facts: Mapping[str, Any], screens: list[dict[str, Any]]) -> None:
        self._view = view
        self._facts = facts
        self._screens = screens

    def collect(self) -> Iterable[Metric]:
        view = self._view
        yield _one("bianmin_journal_seq", "Sequence number of the journal's newest entry", view.seq)
        yield _one("bianmin_unrecorded", "Calls in memory because the disk does not write", view.unrecorded)
        yield _one("bianmin_clock_trusted", "Is the clock known to be right?", view.clock.trusted)
        waiting = [((s.id,), s.waiting) for s in view.services]
        yield _many("bianmin_waiting", "Tickets waiting", ["service"], waiting)
        is_open = [((s.id,), s.open) for s in view.services]
        yield _many("bianmin_service_open", "Hours and quota", ["service"], is_open)
        counters = [((c.id, c.state), 1) for c in view.counters]
        yield _many("bianmin_counter", "1 for the counter's present state", ["counter", "state"], counters)
        devices = [((d.id, d.kind, d.state), 1) for d in view.devices]
        labels = ["device", "kind", "state"]
        yield _many("bianmin_device", "1 for the device's present state", labels, devices)
        ages = [((s["name"],), s["age_s"]) for s in self._screens]
        yield _many("bianmin_screen_age_seconds", "Since a screen last said that it draws", ["screen"], ages)
        states = [((s["name"], s["state"]), 1) for s in self._screens]
        yield _many("bianmin_screen", "1 for the screen's or voice's state", ["screen", "state"], states)
        yield from self._host()
        yield from self._counted()

    def _host(self) -> Iterable[Metric]:
        """Figures of the daemon's health: what is not known is left out."""
        for room, figures in self._facts.items():
            if not isinstance(figures, Mapping):
                continue
            for name, value in sorted(figures.items()):
                if isinstance(value, int | float):
                    yield _one(f"bianmin_{room}_{name}", f"{name} of the {room}", value)

    def _counted(self) -> Iterable[Metric]:
        """Of each device, since the daemon's start."""
        devices = self._facts.get("devices", ())
        for what in COUNTS:
            values = [((d["id"],), d[what]) for d in devices if what in d]
            yield _many(f"bianmin_device_{what}", f"Since the daemon's start: {what}", ["device"], values)


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=float(value))


def _many(name: str, about: str, labels: list[str], values: Sequence[tuple[Sequence[str], float]]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=labels)
    for key, value in values:
        family.add_metric(key, float(value))
    return family
