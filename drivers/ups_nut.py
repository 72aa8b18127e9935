"""Uninterruptible power supplies through the Network UPS Tools (NUT): a client of upsd, TCP 3493.

Source: a real upsd 2.8.0 with its dummy driver, measured; the words beside OL are general knowledge. Golden
bytes: tests/golden/wire/ups_nut.json. No real UPS was tried. Reading needs no login, and nothing is ever set.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.capabilities import OK, DeviceInfo, DeviceStatus, State
from drivers.errors import DeviceFault, Fault
from drivers.links import Link

LINKS = ("tcp",)

REPLY_S = 2.0
LONGEST_LINE = 1024

STALE = ("DATA-STALE", "DRIVER-NOT-CONNECTED")
"""The server is there, and does not know how the UPS is: nobody does."""


@dataclass(frozen=True)
class Options:
    ups: str = "ups"
    """Its name in the server's ups.conf."""

    def __post_init__(self) -> None:
        if not self.ups or not self.ups.isascii() or any(c.isspace() or c in '"\\' for c in self.ups):
            raise ValueError("ups must be a name from ups.conf")


def parse_value(line: str, ups: str, name: str) -> str:
    """The value of `VAR hall ups.status "OL CHRG"`. Raises DeviceFault for an error or another answer."""
    if line.startswith("ERR "):
        word = line.split()[1] if len(line.split()) > 1 else ""
        raise DeviceFault(Fault.OFFLINE if word in STALE else Fault.REFUSED, f"{name}: {word}")
    head = f"VAR {ups} {name} "
    value = line.removeprefix(head)
    if value == line or len(value) < 2 or value[0] != '"' or value[-1] != '"':
        raise DeviceFault(Fault.BAD_FRAMES, f"{name}: {line[:80]!r}")
    return value[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def status_of(words: str, detail: str) -> DeviceStatus:
    """What `ups.status` says; an empty or unknown set of words is not "well"."""
    said = set(words.split())
    if ("LB" in said and "OB" in said) or "FSD" in said:
        return DeviceStatus(State.DEGRADED, Fault.BATTERY_LOW, detail)
    if "OB" in said:
        return DeviceStatus(State.DEGRADED, Fault.ON_BATTERY, detail)
    if "RB" in said:
        return DeviceStatus(State.DEGRADED, Fault.REPLACE_BATTERY, detail)
    if "OL" in said:
        return DeviceStatus(OK.state, None, detail)
    return DeviceStatus(State.DOWN, Fault.OFFLINE, f"ups.status: {words!r}")


class Driver:
    """A UPS, asked by `check`."""

    def __init__(self, link: Link, options: Options, clock: Callable[[], float] = time.monotonic) -> None:
        self._link = link
        self._ups = options.ups
        self._clock = clock
        self._rest = b""
        self.exchanged = 0
        """Lines, both ways."""

    def start(self) -> DeviceInfo:
        return DeviceInfo(model="NUT", firmware=self._ask("VER").partition(" - ")[0])

    def check(self) -> DeviceStatus:
        """Three short questions, up to 6 s. Raises LinkLost."""
        try:
            words = self._value("ups.status")
            return status_of(words, self._detail())
        except DeviceFault as fault:
            return DeviceStatus(State.DOWN, fault.code, fault.detail)

    def _detail(self) -> str:
        """`83 %, 1500 s`: what the UPS says of its battery; one that says nothing is well all the same."""
        said = []
        for name, unit in (("battery.charge", "%"), ("battery.runtime", "s")):
            try:
                said.append(f"{self._value(name)} {unit}")
            except DeviceFault as fault:
                if fault.code is not Fault.REFUSED:
                    raise
        return ", ".join(said)

    def _value(self, name: str) -> str:
        return parse_value(self._ask(f"GET VAR {self._ups} {name}"), self._ups, name)

    def _ask(self, line: str) -> str:
        """One line, and the line that answers it. Raises DeviceFault NO_ANSWER, BAD_FRAMES; LinkLost."""
        self._link.read(0)
        self._rest = b""
        self._link.write(line.encode("ascii") + b"\n")
        self.exchanged += 1
        deadline = self._clock() + REPLY_S
        while b"\n" not in self._rest:
            remaining_s = deadline - self._clock()
            if remaining_s <= 0:
                raise DeviceFault(Fault.NO_ANSWER, f"{line}: no answer within {REPLY_S:g} s")
            self._rest += self._link.read(remaining_s)
            if len(self._rest) > LONGEST_LINE:
                raise DeviceFault(Fault.BAD_FRAMES, f"{line}: an answer without an end")
        self.exchanged += 1
        return self._rest.partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r")
