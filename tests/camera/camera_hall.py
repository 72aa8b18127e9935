"""The demo hall's door with nothing but folder cameras: a daemon in this process."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from drivers.camera_opencv import Options
from edge.client import Client
from edge.clock import system_clock
from edge.daemon import Daemon
from edge.settings import load
from tests.crash.rounds import ROOT
from tests.waiting import until

PATIENT_S = 40.0
"""The finder's process may have yet to start."""


class CameraHall:
    """`cameras`: counter to folder of pictures. A citizen can be brought to a counter."""

    def __init__(self, data: Path, cameras: Mapping[str, Path], within_s: float = 20.0) -> None:
        demo = load(ROOT / "config/demo")
        plain = demo.devices["camera-1"]
        links, devices = {}, {}
        for counter, folder in cameras.items():
            link = f"camera-{counter}"
            links[link] = replace(demo.links["camera"], name=link, url=f"folder://{folder}")
            devices[link] = replace(plain, id=link, link=link, counter=counter, options=Options(within_s))
        self.settings = replace(
            demo, links=links, devices=devices, uplink=replace(demo.uplink, enabled=False)
        )
        self.guide = next(
            g for g in demo.guides.search("", 500) if len(g.materials) > 2 and g.service == "relief"
        )
        self.daemon = Daemon(self.settings, data, system_clock("Asia/Shanghai"))
        self.url = ""

    def __enter__(self) -> "CameraHall":
        self.url = self.daemon.start(0)
        self.client = Client(self.url, timeout_s=PATIENT_S)
        for device in self.settings.devices:
            until(lambda d=device: self.daemon._supervisor.handles[d].status().code is None)
        return self

    def __exit__(self, *_: object) -> None:
        self.daemon.stop()

    def comes(self, counter: str) -> dict[str, Any]:
        """Somebody with a ticket for `guide` is called to the counter; the ticket."""
        wish = {"service": self.guide.service, "item": self.guide.id}
        ticket: dict[str, Any] = self.client.post("/api/v1/tickets", wish)[1]["ticket"]
        self.client.post(f"/api/v1/counters/{counter}/open")
        assert self.client.post(f"/api/v1/counters/{counter}/call", {"ticket": ticket["id"]})[0] == 200
        return ticket
