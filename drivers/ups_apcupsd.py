"""Uninterruptible power supplies through apcupsd: a client of its network information server, TCP 3551.

Source: two open clients; the words of STATUS are general knowledge. Golden bytes:
tests/golden/wire/ups_apcupsd.json. Neither a real UPS nor a real apcupsd was tried.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.capabilities import OK, DeviceInfo, DeviceStatus, State
from drivers.errors import DeviceFault, Fault, FrameError
from drivers.links import Link

LINKS = ("tcp",)

STATUS = b"\x00\x06status"
"""A record: its length in two bytes, high byte first, and its text."""

REPLY_S = 2.0
LONGEST = 16_384
"""Bytes of a whole answer: some fifty short records."""


@dataclass(frozen=True)
class Options:
    """Nothing to set: an apcupsd looks after one UPS."""


def records(chunk: bytes) -> list[bytes] | None:
    """The records of an answer; None while its end, a record of no length, is missing. Raises FrameError."""
    found: list[bytes] = []
    at = 0
    while at + 2 <= len(chunk):
        size = int.from_bytes(chunk[at : at + 2], "big")
        if size == 0:
            return found
        found.append(chunk[at + 2 : at + 2 + size])
        at += 2 + size
    if len(chunk) > LONGEST:
        raise FrameError(f"an answer of more than {LONGEST} bytes")
    return None


def facts(found: list[bytes]) -> dict[str, str]:
    """`STATUS   : ONLINE ` as a pair; lines of another shape are left out."""
    lines = (record.decode("utf-8", "replace") for record in found)
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


def status_of(said: Mapping[str, str]) -> DeviceStatus:
    """What STATUS says; what is not known to be well is not well."""
    words = said.get("STATUS", "")
    detail = ", ".join(said[key] for key in ("BCHARGE", "TIMELEFT") if key in said)
    if "COMMLOST" in words:
        return DeviceStatus(State.DOWN, Fault.OFFLINE, words)
    if "LOWBATT" in words or "SHUTTING DOWN" in words:
        return DeviceStatus(State.DEGRADED, Fault.BATTERY_LOW, detail)
    if "ONBATT" in words:
        return DeviceStatus(State.DEGRADED, Fault.ON_BATTERY, detail)
    if "REPLACEBATT" in words:
        return DeviceStatus(State.DEGRADED, Fault.REPLACE_BATTERY, detail)
    if "ONLINE" in words:
        return DeviceStatus(OK.state, None, detail)
    return DeviceStatus(State.DOWN, Fault.OFFLINE, f"STATUS: {words!r}")


class Driver:
    """A UPS, asked by `check`."""

    def __init__(self, link: Link, options: Options, clock: Callable[[], float] = time.monotonic) -> None:
        self._link = link
        self._clock = clock
        self.exchanged = 0
        """Questions and answers."""

    def start(self) -> DeviceInfo:
        said = self._ask()
        return DeviceInfo(model=said.get("MODEL", "apcupsd"), firmware=said.get("VERSION", ""))

    def check(self) -> DeviceStatus:
        """Up to 2 s. Raises LinkLost."""
        try:
            return status_of(self._ask())
        except DeviceFault as fault:
            return DeviceStatus(State.DOWN, fault.code, fault.detail)

    def _ask(self) -> dict[str, str]:
        """Raises DeviceFault NO_ANSWER, BAD_FRAMES; LinkLost."""
        self._link.read(0)
        self._link.write(STATUS)
        self.exchanged += 1
        came, deadline = b"", self._clock() + REPLY_S
        while True:
            try:
                found = records(came)
            except FrameError as error:
                raise DeviceFault(Fault.BAD_FRAMES, str(error)) from error
            if found is not None:
                self.exchanged += 1
                return facts(found)
            remaining_s = deadline - self._clock()
            if remaining_s <= 0:
                raise DeviceFault(Fault.NO_ANSWER, f"no whole answer within {REPLY_S:g} s")
            came += self._link.read(remaining_s)
