"""A relay on a pin: a lamp or a sign that follows its counter, or the whole hall.

By gpiozero; never tried on a real board.
Relay boards often switch on at 0 volt: `gpio://17?active=low`.
"""

from dataclasses import dataclass

from drivers.capabilities import OK, DeviceInfo, DeviceStatus
from drivers.links_gpio import OFF, ON, GpioLink
from drivers.signals import CounterSignal

LINKS = ("gpio",)

STATES = ("open", "calling", "serving", "paused", "closed")


@dataclass(frozen=True)
class Options:
    on: tuple[str, ...] = ("open", "calling", "serving")
    """In which states of its counter it is on; without a counter the hall is `open` or `closed`."""

    def __post_init__(self) -> None:
        if not self.on or any(state not in STATES for state in self.on):
            raise ValueError(f"on must name states: {', '.join(STATES)}")


class Driver:
    """A CounterLamp."""

    def __init__(self, link: GpioLink, options: Options) -> None:
        self._link = link
        self._on = options.on

    def start(self) -> DeviceInfo:
        """Off, until it is told how it stands. Raises DeviceFault NO_PINS."""
        self._link.write(OFF)
        return DeviceInfo(model="relay")

    def check(self) -> DeviceStatus:
        """The pin is there; nobody can say what the relay does."""
        return OK

    def show(self, signal: CounterSignal) -> None:
        self._link.write(ON if signal.state in self._on else OFF)
