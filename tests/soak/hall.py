"""A hall whose devices fail one after the other while citizens come, are called, and time is taken."""

import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge.demo.house import House
from tests.waiting import until

WELL = ("ok", "unconfirmed", "degraded")
BACK_WITHIN_S = 60.0
"""Longest back-off is 30 s, and a device that said nothing for long is asked each 12 s."""
SHOWN_WITHIN_S = 5.0
LOOK_S = 0.002
PACE_S = 0.9
"""From a number on the board to the next press of that pad: sooner it is one press that bounced."""
NUMBER = re.compile(r"[A-Z]\d{3,4}")
FAULTS = {
    "printer": ("unplugged", "mute", "slow"),
    "board": ("unplugged", "mute", "slow", "lying_checksum", "babble"),
    "callpad": ("unplugged", "mute", "lying_checksum", "babble"),
    "rating": ("mute", "lying_checksum"),
    "camera": ("unplugged",),
}
"""What a twin can be told to do wrong; `slow` pads and `babbling` printers are no faults of their twins."""


@dataclass(frozen=True)
class Sample:
    """How long one step of somebody else took."""

    step: str
    """`number`: a citizen's answer from the door; `board`: from a pad's key to the number on the board."""
    seconds: float
    shares_wire: bool
    """The counter's board or pad hangs on the wire of the device that fails."""


@dataclass
class Result:
    device: str
    fault: str
    without: list[Sample] = field(default_factory=list)
    during: list[Sample] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """Calls that the board of a counter with sound devices never showed."""
    noticed: str = ""
    """The state that the hall showed of the device while it failed."""
    back_s: float = 0.0


class FailingHall:
    """Drives a `House`; one thread."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self._dice = random.Random(seed)
        self._called: dict[str, float] = {}
        self.numbers: list[str] = []
        self.tickets: list[str] = []
        devices = house.settings.devices.values()
        self._boards = {d.counter: d for d in devices if d.kind == "board"}
        self._pads = {d.counter: d for d in devices if d.kind == "callpad"}
        self._services = {c.id: c.services for c in house.settings.plan.counters}
        self.counters = [c for c in self._boards if c in self._pads]

    def open(self) -> None:
        """Everything that has a twin is well, and every counter is open."""
        self.until(lambda: all(self._state(d) in WELL for d in self.with_faults()), "devices are up")
        for counter in self.counters:
            status, answer = self.house.client.post(f"/api/v1/counters/{counter}/open", {})
            assert status == 200, answer

    def with_faults(self) -> list[str]:
        return [d.id for d in self.house.settings.devices.values() if d.kind in FAULTS]

    def faults(self, devices: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
        """Each device with each fault of its kind."""
        for device in self.house.settings.devices.values():
            for fault in FAULTS.get(device.kind, ()) if not devices or device.id in devices else ():
                yield device.id, fault

    def fail(self, device: str, fault: str, visits: int) -> Result:
        """Some visits without the fault, as many with it, then wait until the device is back by itself."""
        result = Result(device, fault)
        wire = self.house.settings.devices[device].link
        counters = [c for c in self.counters if device not in (self._boards[c].id, self._pads[c].id)]
        if fault == "unplugged":  # whoever hangs on the wire is unplugged with it
            counters = [c for c in counters if not self._shares(c, wire)]
        order = [counters[n % len(counters)] for n in range(visits)]
        self._dice.shuffle(order)
        for counter in order:
            self._visit(counter, wire, result.without, result.lost)
        self.house.twins.fault(device, fault)
        try:
            for counter in order:
                self._visit(counter, wire, result.during, result.lost)
            if fault == "unplugged":  # the others may be told of, or lived with
                self.until(lambda: self._state(device) == "down", f"{device} is seen to be unplugged")
            result.noticed = self._state(device)
        finally:
            self.house.twins.fault(device, fault, on=False)
        began = time.monotonic()
        self.until(lambda: self._state(device) in WELL, f"{device} is back after {fault}", BACK_WITHIN_S)
        result.back_s = time.monotonic() - began
        return result

    def _visit(self, counter: str, wire: str, samples: list[Sample], lost: list[str]) -> None:
        """A citizen takes a number and is called: by the counter's pad, on the counter's board."""
        shares = self._shares(counter, wire)
        service = self._dice.choice(self._services[counter])
        began = time.monotonic()
        status, answer = self.house.client.post("/api/v1/tickets", {"service": service, "kiosk": "k1"})
        assert status == 201, answer
        samples.append(Sample("number", time.monotonic() - began, shares))
        self.numbers.append(answer["ticket"]["number"])
        self.tickets.append(answer["ticket"]["id"])
        before = self._shown(counter)
        time.sleep(max(0.0, self._called.get(counter, 0.0) + PACE_S - time.monotonic()))
        began = time.monotonic()
        self.house.twins.press(self._pads[counter].id, key="next")
        while self._shown(counter) in (before, ""):
            if time.monotonic() - began > SHOWN_WITHIN_S:
                if not shares:
                    lost.append(f"{counter}: still {before!r} after {SHOWN_WITHIN_S:g} s")
                return
            time.sleep(LOOK_S)
        self._called[counter] = time.monotonic()
        samples.append(Sample("board", self._called[counter] - began, shares))

    def _shares(self, counter: str, wire: str) -> bool:
        return wire in (self._boards[counter].link, self._pads[counter].link)

    # --- afterwards

    def losses(self) -> list[str]:
        """Numbers given twice, slips printed twice, entries that the county did not get in order."""
        found = [f"{number} given twice" for number, n in Counter(self.numbers).items() if n > 1]
        head = int(self.house.client.get("/api/v1/hall")[1]["seq"])
        if not self.house.county.wait_for_seq(head, 60):
            found.append(f"the county has not heard of entry {head}")
        found += [f"out of order at the county: {what}" for what in self.house.county.out_of_order()]
        slips = Counter(
            line["text"]
            for slip in self._printed()
            if slip["cut"]
            for line in slip["lines"]
            if line["text"] in set(self.numbers)
        )
        found += [f"{number} printed {n} times" for number, n in slips.items() if n > 1]
        return found

    def open_papers(self) -> list[str]:
        """Tickets whose slip has no end yet."""
        states = {
            t: self.house.client.get(f"/api/v1/tickets/{t}")[1]["ticket"]["paper"] for t in self.tickets
        }
        return [ticket for ticket, paper in states.items() if paper in ("queued", "printing")]

    def _printed(self) -> list[dict[str, Any]]:
        printers = [d.id for d in self.house.settings.devices.values() if d.kind == "printer"]
        return [slip for printer in printers for slip in self.house.twins.state(printer)["slips"]]

    def _shown(self, counter: str) -> str:
        """The number on the counter's board; empty while it flashes or shows something else."""
        found = NUMBER.search(str(self.house.twins.state(self._boards[counter].id)["text"]))
        return found[0] if found else ""

    def _state(self, device: str) -> str:
        devices = self.house.client.get("/api/v1/hall")[1]["devices"]
        return str(next(d["state"] for d in devices if d["id"] == device))

    def until(self, look: Any, what: str, within_s: float = 30.0) -> None:
        until(look, what, within_s, every_s=0.05)
