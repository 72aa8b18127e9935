"""Keypads as Linux input devices: found by identity, grabbed, read as whole records.

A named pipe of such records in the place of a node (`input:path=...`) is how a twin plays a keypad.
"""

import fcntl
import io
import os
import stat
import struct
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from drivers.errors import LinkLost
from drivers.links_wake import Waker

RECORD_SIZE = 24
"""struct input_event with 64-bit time."""

_EV_KEY = 1

_EVIOCSCLOCKID = 0x400445A0
"""linux/input.h: which clock stamps the events of this open file; the usual one is the wall's, and jumps."""


class KeyLink:
    """One keypad: the descriptors of its nodes, which it owns. Nothing can be written to it."""

    def __init__(self, url: str, nodes: Sequence[int]) -> None:
        self.url = url
        self.baud = 0
        self.echo = False
        self._nodes = list(nodes)
        self._waker = Waker()
        for node in self._nodes:
            os.set_blocking(node, False)

    def read(self, timeout_s: float) -> bytes:
        """Records of one node, for `drivers.keys.KeyRecords`. Raises LinkLost when it is unplugged."""
        try:
            ready = self._waker.wait(self._nodes, timeout_s)
            if not ready:
                return b""
            chunk = os.read(ready[0], RECORD_SIZE * 64)
        except BlockingIOError:
            return b""
        except (OSError, ValueError) as error:  # ENODEV: unplugged
            raise LinkLost(f"{self.url}: gone while reading: {error}") from error
        if not chunk:
            raise LinkLost(f"{self.url}: gone: its records have ended")
        return chunk

    def write(self, chunk: bytes) -> None:
        raise io.UnsupportedOperation(f"{self.url}: a keypad takes no bytes")

    def wake(self) -> None:
        self._waker.wake()

    def close(self) -> None:
        """Closing ends the grab."""
        for node in self._nodes:
            os.close(node)
        self._nodes.clear()
        self._waker.close()


def open_keys(url: str, options: Mapping[str, str]) -> KeyLink:
    """Find the keypad and grab every node of it that has keys. Raises LinkLost."""
    if _is_pipe(path := options.get("path", "")):
        return KeyLink(url, [os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)])
    try:
        import evdev
    except ImportError as error:
        raise LinkLost(
            f"{url}: keypads need the Python package evdev (pip install 'bianmin-edge[pads]')"
        ) from error
    nodes: list[int] = []
    with ExitStack() as undo:
        try:
            for path in [options["path"]] if options.get("path") else evdev.list_devices():
                device = evdev.InputDevice(path)
                undo.callback(device.close)
                if _EV_KEY in device.capabilities() and _is_named(device, options):
                    if device.active_keys():
                        # Grabbed now, its release would be lost to all others (python-evdev issue 4).
                        raise LinkLost(f"{url}: a key is held down on {path}")
                    device.grab()
                    fcntl.ioctl(device.fd, _EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC))
                    nodes.append(os.dup(device.fd))
        except (OSError, LinkLost) as error:
            for node in nodes:
                os.close(node)
            raise error if isinstance(error, LinkLost) else LinkLost(f"{url}: {error}") from error
    if not nodes:
        raise LinkLost(f"{url}: no such keypad is plugged in")
    return KeyLink(url, nodes)


def _is_pipe(path: str) -> bool:
    try:
        return bool(path) and stat.S_ISFIFO(Path(path).stat().st_mode)
    except OSError:
        return False


def _is_named(device: object, options: Mapping[str, str]) -> bool:
    """Are these the ids, the port and the serial number that the URL names?"""
    info = getattr(device, "info", None)
    if any(
        key in options and int(options[key], 16) != getattr(info, key, None) for key in ("vendor", "product")
    ):
        return False
    # `phys` ends in the node's own "/input0"; the port stands before it.
    phys = str(getattr(device, "phys", ""))
    if options.get("phys") and options["phys"] not in (phys, phys.partition("/")[0]):
        return False
    return not options.get("uniq") or options["uniq"] == getattr(device, "uniq", "")
