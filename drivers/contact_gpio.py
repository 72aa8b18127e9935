"""A dry contact or button on a pin, against the chip's own pull. By gpiozero; never tried on a real board."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drivers.capabilities import OK, DeviceInfo, DeviceStatus, KeyPressed, PadKey
from drivers.links_gpio import ON, GpioLink
from drivers.readings import ContactChanged

LINKS = ("gpio",)


@dataclass(frozen=True)
class Options:
    key: PadKey | None = None
    """A button at a counter: what it means when it is pressed, `key = "next"`. None: a contact, whose changes
    are noted: a door, a switch."""
    steady_ms: int = 50
    """So long it must stay as it is before it counts."""

    def __post_init__(self) -> None:
        if not 0 <= self.steady_ms <= 10_000:
            raise ValueError("steady_ms must be from 0 to 10000")


class Driver:
    """A PolledPad with one key, or a contact."""

    def __init__(self, link: GpioLink, options: Options, clock: Callable[[], float] = time.monotonic) -> None:
        self._link = link
        self._key = options.key
        self._steady_s = options.steady_ms / 1000
        self._clock = clock
        self._told: bool | None = None
        self._now = False
        self._since_s = clock()

    def start(self) -> DeviceInfo:
        """Raises DeviceFault NO_PINS."""
        self._take(self._link.read(0))
        if self._key is not None:
            self._told = self._now  # held down while the box started: no press
        return DeviceInfo(model="contact")

    def check(self) -> DeviceStatus:
        return OK

    def poll(self, timeout_s: float) -> Sequence[KeyPressed | ContactChanged]:
        """A press, or how it stands now: at first, and at each change that stays."""
        left_s = self._since_s + self._steady_s - self._clock()
        waits = self._now != self._told and left_s > 0
        self._take(self._link.read(min(timeout_s, left_s) if waits else timeout_s))
        if self._now == self._told or self._clock() - self._since_s < self._steady_s:
            return ()
        self._told = self._now
        if self._key is None:
            return (ContactChanged(self._now),)
        return (KeyPressed(self._key),) if self._now else ()

    def _take(self, changes: bytes) -> None:
        if changes:
            self._now, self._since_s = changes[-1:] == ON, self._clock()
