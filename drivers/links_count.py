"""What a serial port has counted by itself: bytes that were torn, or of the wrong parity."""

import fcntl
import struct

from drivers.links import Link, SerialLink

_TIOCGICOUNT = 0x545D
"""linux/serial.h: fills twenty ints; the 7th, 9th and 10th count frame errors, parity errors and breaks."""


def torn_bytes(link: Link) -> int | None:
    """Since the machine's start; None where the port does not count (terminals, sockets, some adapters)."""
    if not isinstance(link, SerialLink):
        return None
    try:
        counters = fcntl.ioctl(link.fileno(), _TIOCGICOUNT, bytes(80))
    except (OSError, ValueError):
        return None
    return sum(int(struct.unpack_from("i", counters, 4 * n)[0]) for n in (6, 8, 9))
