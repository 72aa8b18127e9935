"""One pin of a single-board computer as a link: bytes 1 and 0 are on and off. Never tried on a real board.

The library (gpiozero, with lgpio below it) is imported when the pin is first used, so that a box without pins
still has its link, and a device that says what is missing.
"""

import os
import warnings
from collections import deque
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from drivers.errors import DeviceFault, Fault
from drivers.links_wake import Waker

ON, OFF = b"\x01", b"\x00"
MOST_CHANGES = 64
"""Kept until they are read; a contact that bounces more often than this has told enough."""


def pin_of(url: str) -> int:
    """17 of `gpio://17`: the chip's own number, not the place on the header. Raises ValueError."""
    host = urlsplit(url).netloc
    if not host.isascii() or not host.isdigit() or int(host) > 63 or urlsplit(url).path.strip("/"):
        raise ValueError(f"{url!r} is no pin (like gpio://17, by the chip's numbers)")
    return int(host)


class GpioLink:
    """An output from the first `write` on, an input from the first `read` on. `active=low`: on is 0 volt."""

    def __init__(self, url: str, options: Mapping[str, str]) -> None:
        self.url = url
        self.baud = 0
        self.echo = False
        self._pin = pin_of(url)
        self._is_high = options.get("active", "high") == "high"
        self._pull = options.get("pull", "up")
        self._device: Any = None
        self._changes: deque[bytes] = deque(maxlen=MOST_CHANGES)
        self._waker = Waker()

    def read(self, timeout_s: float) -> bytes:
        """The input's changes, oldest first; at the first call how it is. Raises DeviceFault NO_PINS."""
        if self._device is None:
            self._device = self._made_input()
        if not self._changes:
            self._waker.wait([], timeout_s)
        found = b""
        while self._changes:
            found += self._changes.popleft()
        return found

    def write(self, chunk: bytes) -> None:
        """Set the output to what the last byte says. Raises DeviceFault NO_PINS."""
        if self._device is None:
            self._device = self._made_output()
        (self._device.on if chunk[-1:] == ON else self._device.off)()

    def blink(self, times: int, on_s: float, off_s: float) -> None:
        """Switch the output on and off, in the library's own thread, at once. Raises DeviceFault NO_PINS."""
        self.write(OFF)
        self._device.blink(on_time=on_s, off_time=off_s, n=times, background=True)

    def wake(self) -> None:
        self._waker.wake()

    def close(self) -> None:
        """An output goes back to being an input: what hangs on it is off."""
        if self._device is not None:
            self._device.close()
            self._device = None
        self._waker.close()

    def _made_output(self) -> Any:
        # Off before it becomes an output, so that a restart gives no pulse (facts §7.4).
        return self._made("DigitalOutputDevice", active_high=self._is_high, initial_value=False)

    def _made_input(self) -> Any:
        pull_up = {"up": True, "down": False, "none": None}[self._pull]
        active = {"active_state": self._is_high} if pull_up is None else {}
        device = self._made("DigitalInputDevice", pull_up=pull_up, **active)
        # With a pull the library says "active" for what pulls against it, whatever the level is called.
        device.when_activated = lambda: self._changed(ON)
        device.when_deactivated = lambda: self._changed(OFF)
        self._changed(ON if device.is_active else OFF)
        return device

    def _changed(self, to: bytes) -> None:
        """On the library's thread."""
        self._changes.append(to)
        self._waker.wake()

    def _made(self, kind: str, **how: Any) -> Any:
        """Raises DeviceFault NO_PINS: no library, no pins, or no right to them."""
        try:
            import gpiozero

            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the library's tale of each way that it has tried
                if gpiozero.Device.pin_factory is None and "GPIOZERO_PIN_FACTORY" not in os.environ:
                    from gpiozero.pins.lgpio import LGPIOFactory  # the one that also a Pi 5 has

                    gpiozero.Device.pin_factory = LGPIOFactory()
                return getattr(gpiozero, kind)(self._pin, **how)
        except ImportError as error:
            what = "needs the Python packages gpiozero and lgpio (pip install 'bianmin-edge[gpio]')"
            raise DeviceFault(Fault.NO_PINS, what) from error
        except Exception as error:
            raise DeviceFault(Fault.NO_PINS, f"{type(error).__name__}: {error}") from error
