"""The bench's two ends: the link to the device at a speed of its choice, and a terminal beside it."""

import errno
import os
import termios
import tty
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode, urlsplit

from drivers.errors import LinkLost
from drivers.links import Link, open_link, scheme_of
from drivers.links_wake import READ_SIZE, Waker

USUAL_BAUDS = (9600, 115200, 57600, 19200, 38400, 4800, 2400, 1200)
"""Most frequent first, as makers' papers have them."""

SPEEDLESS = ("tcp", "file", "usb")
"""Links whose speed is set elsewhere: on the converter's own page, or not at all."""

_BAUDS: Mapping[int, int] = MappingProxyType(
    {getattr(termios, name): int(name[1:]) for name in dir(termios) if name[0] == "B" and name[1:].isdigit()}
)
_BITS: Mapping[int, str] = MappingProxyType(
    {termios.CS5: "5", termios.CS6: "6", termios.CS7: "7", termios.CS8: "8"}
)


def at_speed(url: str, baud: int, character: str) -> str:
    """The same link at another speed."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    query = urlencode({**options, "baud": str(baud), "format": character}, safe="/:")
    return f"{parts.scheme}://{parts.netloc}{parts.path}?{query}"


def has_speed(url: str) -> bool:
    return scheme_of(url) not in SPEEDLESS


class Terminal:
    """A pseudo terminal that a maker's program opens as its port; what it sets there can be read."""

    def __init__(self) -> None:
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        os.set_blocking(self._far, False)
        self.name = os.ttyname(self._near)
        self.url = f"serial://{self.name}"
        self.baud = 0
        self.echo = False
        self._waker = Waker()
        self._untouched = self.speed()

    def read(self, timeout_s: float) -> bytes:
        if not self._waker.wait([self._far], timeout_s):
            return b""
        try:
            return os.read(self._far, READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LinkLost(f"{self.url}: gone: {error}") from error

    def write(self, chunk: bytes) -> None:
        try:
            os.write(self._far, chunk)
        except OSError as error:
            if error.errno != errno.EAGAIN:  # nobody has read for long: lost, as on a wire
                raise LinkLost(f"{self.url}: gone: {error}") from error

    def speed(self) -> tuple[int, str]:
        """Baud and format as set by whoever has opened it."""
        settings = termios.tcgetattr(self._near)
        flags = settings[2]
        parity = "N" if not flags & termios.PARENB else "O" if flags & termios.PARODD else "E"
        stops = "2" if flags & termios.CSTOPB else "1"
        return _BAUDS.get(settings[5], 9600), _BITS.get(flags & termios.CSIZE, "8") + parity + stops

    def chosen(self) -> tuple[int, str] | None:
        """What the program has set; None as long as nobody has set anything."""
        now = self.speed()
        return None if now == self._untouched else now

    def wake(self) -> None:
        self._waker.wake()

    def close(self) -> None:
        for end in (self._far, self._near):
            os.close(end)
        self._waker.close()


def open_device(url: str, baud: int, character: str) -> Link:
    """Raises LinkLost, ValueError."""
    return open_link(at_speed(url, baud, character) if has_speed(url) else url)
