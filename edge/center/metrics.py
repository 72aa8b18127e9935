"""The county's figures as Prometheus text."""

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from edge.center.fleet import LOUD, HallNow

MEDIA = CONTENT_TYPE_LATEST
COUNTS = ("frames", "errors", "resends", "bad_frames", "reconnects")
STATES = ("online", "asleep", "offline", "unknown")


def metrics_text(halls: Sequence[HallNow], receiver: Mapping[str, object]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(halls, receiver))
    return generate_latest(registry)


class _Figures(Collector):
    """One scrape: everything of one look, so that the figures agree."""

    def __init__(self, halls: Sequence[HallNow], receiver: Mapping[str, object]) -> None:
        self._halls, self._receiver = halls, receiver

    def collect(self) -> Iterable[Metric]:
        state = GaugeMetricFamily("bianmin_hall_state", "1 for the hall's state", labels=["hall", "state"])
        stored = GaugeMetricFamily("bianmin_hall_stored", "Entries stored without a hole", labels=["hall"])
        lag = GaugeMetricFamily("bianmin_hall_lag", "Entries that are not here yet", labels=["hall"])
        alarm = GaugeMetricFamily("bianmin_hall_alarms", "Alarms of a kind", labels=["hall", "kind"])
        device = GaugeMetricFamily(
            "bianmin_hall_device", "1 for the device's state", labels=["hall", "device", "kind", "state"]
        )
        screen = GaugeMetricFamily(
            "bianmin_hall_screen", "1 for the screen's or voice's state", labels=["hall", "screen", "state"]
        )
        host = GaugeMetricFamily("bianmin_hall_host", "Figures of the box", labels=["hall", "figure"])
        uplink = GaugeMetricFamily("bianmin_hall_uplink", "Figures of its line", labels=["hall", "figure"])
        counted = GaugeMetricFamily(
            "bianmin_hall_device_count", "Since its daemon's start", labels=["hall", "device", "what"]
        )
        today = GaugeMetricFamily("bianmin_hall_today", "Entries of today", labels=["hall", "type"])
        for hall in self._halls:
            for name in STATES:
                state.add_metric([hall.hall, name], float(hall.state == name))
            stored.add_metric([hall.hall], hall.stored)
            lag.add_metric([hall.hall], hall.lag)
            for kind in LOUD:
                alarm.add_metric([hall.hall, kind], sum(a.kind == kind for a in hall.alarms))
            for d in hall.devices:
                labels = [hall.hall, *(str(d.get(k, "")) for k in ("id", "kind", "state"))]
                device.add_metric(labels, 1.0)
                for what in COUNTS:
                    if isinstance(d.get(what), int | float):
                        counted.add_metric([hall.hall, str(d.get("id", "")), what], float(d[what]))
            for s in hall.screens:
                screen.add_metric([hall.hall, s["name"], s["state"]], 1.0)
            for family, figures in ((host, hall.host), (uplink, hall.uplink)):
                for name, value in sorted(figures.items()):
                    if isinstance(value, int | float):
                        family.add_metric([hall.hall, name], float(value))
            for type_, count in hall.today.items():
                today.add_metric([hall.hall, type_], count)
        yield from (state, stored, lag, alarm, device, counted, screen, host, uplink, today)
        yield GaugeMetricFamily(
            "bianmin_center_connected",
            "Is the broker there?",
            value=float(bool(self._receiver.get("connected"))),
        )
        for name in ("entries", "refused", "receipts", "asked"):
            about = f"Since the start: {name}"
            value = self._receiver.get(name, 0)
            yield CounterMetricFamily(
                f"bianmin_center_{name}", about, value=float(value if isinstance(value, int) else 0)
            )
