"""Simulated citizens and clerks, at a lifelike pace: through the local door and the keys of the pads."""

import random
import threading
import time
from urllib.error import URLError

from edge.client import ServerAway
from edge.demo.house import House

ARRIVALS_S = 5.0
"""Mean time between two citizens."""
SERVICE_S = (6.0, 16.0)
RATE_SHARE = 0.7
"""So many of those who were served press a mark."""


class Crowd:
    """One thread for the citizens, one for the clerks of all counters."""

    def __init__(self, house: House, seed: int = 7) -> None:
        self._house = house
        self._random = random.Random(seed)
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._citizens, name="citizens", daemon=True),
            threading.Thread(target=self._clerks, name="clerks", daemon=True),
        ]
        devices = house.settings.devices.values()
        self._pads = {d.counter: d.id for d in devices if d.kind == "callpad"}
        self._ratings = {d.counter: d for d in devices if d.kind == "rating"}

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def _citizens(self) -> None:
        services = [s.id for s in self._house.settings.plan.services]
        weights = [1.0 / (i + 1) for i in range(len(services))]
        while not self._stopping.wait(self._random.expovariate(1 / ARRIVALS_S)):
            service = self._random.choices(services, weights)[0]
            try:
                self._house.client.post("/api/v1/tickets", {"service": service, "kiosk": "k1"})
            except ServerAway:
                continue

    def _clerks(self) -> None:
        """Each counter's clerk calls the next, serves for a while, and the citizen may rate."""
        busy_until = dict.fromkeys(self._pads, 0.0)
        rate_at: dict[str, float] = {}
        while not self._stopping.wait(0.25):
            now = time.monotonic()
            for counter, pad in self._pads.items():
                if counter in rate_at and now >= rate_at[counter]:
                    del rate_at[counter]
                    self._rate(counter)
                if now >= busy_until[counter] and self._has_work(counter):
                    self._press(pad, key="next")
                    busy_until[counter] = now + self._random.uniform(*SERVICE_S)
                    if counter in self._ratings and self._random.random() < RATE_SHARE:
                        rate_at[counter] = busy_until[counter] - 1.0

    def _has_work(self, counter: str) -> bool:
        try:
            hall = self._house.client.get("/api/v1/hall")[1]
        except ServerAway:
            return False
        return any(c["id"] == counter and (c["ticket"] or c["waiting"]) for c in hall["counters"])

    def _rate(self, counter: str) -> None:
        rating = self._ratings[counter]
        marks = [int(raw) for raw, score in rating.options.scores.items() if score >= 3]
        self._press(rating.id, score=self._random.choice(marks))

    def _press(self, device: str, **what: object) -> None:
        try:
            self._house.twins.press(device, **what)
        except URLError:
            return
