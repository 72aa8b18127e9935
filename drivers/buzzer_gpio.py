"""A buzzer on a pin: sounds at each new call of its counter. By gpiozero; never tried on a real board."""

from dataclasses import dataclass

from drivers.capabilities import OK, DeviceInfo, DeviceStatus
from drivers.links_gpio import OFF, GpioLink
from drivers.signals import CounterSignal

LINKS = ("gpio",)


@dataclass(frozen=True)
class Options:
    beeps: int = 2
    on_ms: int = 150
    off_ms: int = 150

    def __post_init__(self) -> None:
        for name, low, high in (("beeps", 1, 10), ("on_ms", 20, 1000), ("off_ms", 20, 1000)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} must be from {low} to {high}")


class Driver:
    """A CounterLamp that is heard."""

    def __init__(self, link: GpioLink, options: Options) -> None:
        self._link = link
        self._options = options
        self._calls: int | None = None

    def start(self) -> DeviceInfo:
        """Raises DeviceFault NO_PINS."""
        self._link.write(OFF)
        return DeviceInfo(model="buzzer")

    def check(self) -> DeviceStatus:
        """The pin is there; nobody can say whether it is heard."""
        return OK

    def show(self, signal: CounterSignal) -> None:
        """Sound for a call that is new; what was called before this life of the buzzer stays silent."""
        before, self._calls = self._calls, signal.calls
        if before is not None and signal.calls > before:
            self._link.blink(self._options.beeps, self._options.on_ms / 1000, self._options.off_ms / 1000)
