"""Everything that a device and its maker's program say to each other, passed on and recorded."""

import time
from collections.abc import Callable
from typing import TypeAlias

from drivers.links import Link
from edge.wire.ports import Terminal, has_speed, open_device
from edge.wire.tape import DEVICE, PROGRAM, Burst, Tape

Wire: TypeAlias = Link | Terminal

TURN_S = 0.005
"""What the bench may add to the way of a byte; makers' programs wait a hundred times longer."""


class Between:
    """A device's link, which it opens itself, and the wire that the maker's program uses instead."""

    def __init__(self, url: str, speed: tuple[int, str], program: Wire, tape: Tape, quiet_s: float) -> None:
        self._url = url
        self.speed = speed
        self._program = program
        self._tape = tape
        self._quiet_s = quiet_s

    def run(self, until_s: float, told: Callable[[str], None]) -> None:
        """Pass on and record until the monotonic time; `told` gets each burst and each change of speed.

        Raises LinkLost.
        """
        started = time.monotonic()
        device = open_device(self._url, *self.speed)
        try:
            while (now := time.monotonic()) < until_s:
                said = device.read(TURN_S)
                self._keep(DEVICE, said, now - started, told)
                self._program.write(said)
                said = self._program.read(TURN_S)
                # Who opens a port sets its speed and writes at once: these bytes are of the new speed.
                device = self._follow(device, told)
                self._keep(PROGRAM, said, now - started, told)
                device.write(said)
                if self._tape.is_quiet(now - started, self._quiet_s):
                    _say(self._tape.settle(), told)
        finally:
            _say(self._tape.settle(), told)
            device.close()

    def _keep(self, side: str, said: bytes, at_s: float, told: Callable[[str], None]) -> None:
        before = len(self._tape.bursts)
        if said:
            self._tape.add(at_s, side, said, self._quiet_s)
        for burst in self._tape.bursts[before:]:
            _say(burst, told)

    def _follow(self, device: Link, told: Callable[[str], None]) -> Link:
        """The maker's program knows the speed: what it sets on the terminal is set on the device's port."""
        chosen = self._program.chosen() if isinstance(self._program, Terminal) else None
        if chosen is None or chosen == self.speed or not has_speed(self._url):
            return device
        device.close()
        self.speed = chosen
        told(f"the program has set {chosen[0]} {chosen[1]}: followed")
        return open_device(self._url, *chosen)


def _say(burst: Burst | None, told: Callable[[str], None]) -> None:
    if burst is not None:
        told(burst.line())
