"""Systemd's watchdog, fed by the frame loop: a picture that stands still is started anew."""

import contextlib
import os
import socket
import time


class Watchdog:
    """Does nothing where no service manager asks for it."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        # sd_watchdog_enabled(3): the time-out in microseconds; half of it is the pace that it recommends.
        self._every_s = int(os.environ.get("WATCHDOG_USEC", "0") or 0) / 2_000_000
        self._fed_s = 0.0
        self._is_ready = False

    def feed(self) -> None:
        """A picture has been drawn. Call it from the frame loop, each turn; costs nothing in between."""
        if not self._address:
            return
        if not self._is_ready:
            self._is_ready = True
            self._tell("READY=1")
        now_s = time.monotonic()
        if self._every_s and now_s - self._fed_s >= self._every_s:
            self._fed_s = now_s
            self._tell("WATCHDOG=1")

    def _tell(self, word: str) -> None:
        # sd_notify(3): a datagram; a leading @ means the abstract namespace.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(word.encode(), address)
