"""The product's own supervisor on the devices of this machine."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from drivers import loader
from drivers.capabilities import DeviceStatus
from edge.supervisor import DeviceOnLink, LinkPlan, Supervisor
from tests.lab.inside.checking import until


class Hall:
    """One supervisor, and all that it told."""

    def __init__(self, plans: list[LinkPlan]) -> None:
        self.readings: list[object] = []
        self.states: dict[str, list[str]] = {}
        self.supervisor = Supervisor(plans, self)
        self.handles = self.supervisor.handles

    def heard(self, device: str, reading: object) -> str:
        self.readings.append(reading)
        return ""

    def changed(self, device: str, status: DeviceStatus) -> None:
        self.states.setdefault(device, []).append(f"{status.state}:{status.code or ''}")

    def is_up(self, device: str) -> bool:
        return self.handles[device].status().state != "down"

    def comes(self, device: str) -> None:
        until(lambda: self.is_up(device), f"{device} up")

    def goes(self, device: str) -> None:
        until(lambda: not self.is_up(device) and self.states[device][-1].startswith("down"), f"{device} down")

    def hears(self, act: Callable[[], object], *expected: object) -> None:
        """These readings, and no others, come of it."""
        before = len(self.readings)
        act()
        until(lambda: len(self.readings) >= before + len(expected), f"{expected}")
        assert self.readings[before:] == list(expected), self.readings[before:]


def plan(
    url: str, driver: str, *, id: str = "device", frames: Mapping[str, Any] | None = None, **options: Any
) -> LinkPlan:
    """One device on one link."""
    return LinkPlan(id, url, (DeviceOnLink(id, driver, loader.load(driver).Options(**options)),), frames)


@contextmanager
def hall(*plans: LinkPlan) -> Iterator[Hall]:
    made = Hall(list(plans))
    made.supervisor.start()
    try:
        yield made
    finally:
        made.supervisor.stop()
