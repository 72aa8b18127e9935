"""Bar code and QR code readers that type like a USB keyboard (wedge). Source: linux/input.h; none was tried.

The link grabs the reader, so that what it types does not reach the screens. What a citizen holds there may be
anything: nothing of it is written to the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.capabilities import OK, DeviceInfo, DeviceStatus
from drivers.links import Link
from drivers.readings import Scanned
from drivers.wedge import Wedge

LINKS = ("input",)


@dataclass(frozen=True)
class Options:
    """Nothing to set: set the reader itself to an American keyboard and to end with enter."""


class Driver:
    """A scanner, as a CodeReader."""

    def __init__(self, link: Link, options: Options) -> None:
        self._link = link
        self._wedge = Wedge()

    def start(self) -> DeviceInfo:
        return DeviceInfo(model="wedge scanner")

    def check(self) -> DeviceStatus:
        """A reader that is unplugged loses its link; one that is plugged in is well."""
        return OK

    def poll(self, timeout_s: float) -> Sequence[Scanned]:
        """Texts since the last call. Raises LinkLost."""
        return [Scanned(text) for text in self._wedge.feed(self._link.read(timeout_s))]
