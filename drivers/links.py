"""Wires and how to open them: URL in, an object with `read`, `write`, `wake` and `close` out.

| URL | what |
|---|---|
| `serial:///dev/serial/by-id/...?baud=9600&format=8N1` | a serial port; `dtr=off`, `dsr=on`, `echo=true` |
| `rs485://...` | the same; `rs485_mode=true` lets the UART switch direction itself |
| `tcp://10.0.0.9:9100`, `rfc2217://...` | a socket; a serial server |
| `usb://04b8:0202`, `file:///dev/usb/lp0` | a USB printer, by its ids or its node: see drivers.links_usb |
| `input:vendor=1234,product=5678` | a keypad; also `phys=`, `uniq=`, `path=`: see drivers.links_input |
| `video:///dev/v4l/by-id/...`, `folder:///path` | a camera: see drivers.links_video |
| `ws://10.0.0.5:8620` | our own address, where pads with screens call in: see drivers.links_websocket |
| `gpio://17?active=low&pull=up` | a pin, by the chip's numbers: see drivers.links_gpio |
| `inbox:///path` | a folder into which another program puts files: see drivers.links_inbox |
"""

import logging
import os
import termios
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import serial
from serial import rs485

from drivers.errors import LinkLost
from drivers.links_alive import notice_half_open
from drivers.links_gpio import GpioLink, pin_of
from drivers.links_inbox import InboxLink
from drivers.links_rfc2217 import read_arrived, watch_arrivals
from drivers.links_wake import READ_SIZE, Waker

log = logging.getLogger(__name__)

WRITE_PIECE = 512
"""Bytes: what a write may wait for grows with the baud rate's slowness, not with the picture's size."""

WRITE_TIMEOUT_S = 3.0
"""For one piece on top of the time that the wire itself takes: nobody takes bytes any more."""

DSR_S = 0.01
"""How often a busy device's DSR is looked at."""

_SERIAL_OPTIONS = {"baud", "format", "rtscts", "xonxoff", "dtr", "dsr", "echo"}
_OPTIONS: Mapping[str, set[str]] = MappingProxyType(
    {
        "serial": _SERIAL_OPTIONS,
        "rs485": _SERIAL_OPTIONS | {"rs485_mode"},
        "tcp": {"echo", "baud"},
        "rfc2217": _SERIAL_OPTIONS,
        "usb": {"via", "port"},
        "file": set(),
        "input": {"vendor", "product", "phys", "uniq", "path"},
        "video": {"size", "fourcc"},
        "folder": set(),
        "ws": {"heartbeat", "silent", "from", "origin"},
        "gpio": {"active", "pull"},
        "inbox": set(),
    }
)
SCHEMES = tuple(_OPTIONS)


class Link(Protocol):
    """A wire that is open. Every method but `wake` belongs to the link's own thread."""

    @property
    def url(self) -> str: ...

    @property
    def baud(self) -> int:
        """Bits a second, 0 where there is no such thing."""
        ...

    @property
    def echo(self) -> bool:
        """The adapter gives back what was sent."""
        ...

    def read(self, timeout_s: float) -> bytes:
        """What has come, at once if something has; empty after `timeout_s` or `wake`. Raises LinkLost."""
        ...

    def write(self, chunk: bytes) -> None:
        """Hand over all of it. Raises LinkLost, also when nobody takes it any more."""
        ...

    def wake(self) -> None:
        """End a `read` that waits, or the next one; from any thread."""
        ...

    def close(self) -> None: ...


def scheme_of(url: str) -> str:
    """`serial`, `tcp`, ... Raises ValueError for one that is not known."""
    scheme = url.partition(":")[0]
    if scheme not in _OPTIONS:
        raise ValueError(f"{url!r} is no link (it must begin with one of: {', '.join(SCHEMES)})")
    return scheme


def options_of(url: str) -> dict[str, str]:
    """The URL's options. Raises ValueError for unknown or unusable ones: all that is wrong before opening."""
    scheme = scheme_of(url)
    if scheme == "input":
        pairs = [part.partition("=")[::2] for part in url.partition(":")[2].split(",")]
        options = {key.strip(): value.strip() for key, value in pairs}
        if not any(options.values()):
            raise ValueError(f"{url!r} names no device (vendor=1234,product=5678)")
    else:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        if scheme in ("tcp", "rfc2217") and (not parts.hostname or not parts.port):
            raise ValueError(f"{url!r} needs a host and a port")
        if scheme == "ws":
            from drivers.links_websocket import settings_of

            settings_of(url, options)
        if scheme == "usb":
            from drivers.links_usb import ids_of

            ids_of(url)
        elif scheme == "gpio":
            pin_of(url)
        elif scheme not in ("tcp", "rfc2217", "ws") and (parts.netloc or len(parts.path) < 2):
            raise ValueError(f"{url!r} needs a path after three slashes")
    for key in options:
        if key not in _OPTIONS[scheme]:
            raise ValueError(
                f"{url!r}: unknown option {key!r} (there are: {', '.join(sorted(_OPTIONS[scheme]))})"
            )
    _check_values(url, options)
    return options


def _check_values(url: str, options: Mapping[str, str]) -> None:
    baud = options.get("baud", "9600")
    if not baud.isascii() or not baud.isdigit() or not 50 <= int(baud) <= 4_000_000:
        raise ValueError(f"{url!r}: baud must be a number, like 9600")
    character = options.get("format", "8N1")
    if (
        len(character) != 3
        or character[0] not in "5678"
        or character[1] not in "NEOMS"
        or character[2] not in "12"
    ):
        raise ValueError(f'{url!r}: format must be like "8N1"')
    for key in ("rtscts", "xonxoff", "dtr", "dsr", "echo", "rs485_mode"):
        if key in options and options[key] not in ("true", "false", "on", "off"):
            raise ValueError(f"{url!r}: {key} must be true or false")
    for key, words in (("active", ("high", "low")), ("pull", ("up", "down", "none"))):
        if options.get(key, words[0]) not in words:
            raise ValueError(f"{url!r}: {key} must be one of {', '.join(words)}")
    if options.get("via", "node") not in ("node", "libusb"):
        raise ValueError(f"{url!r}: via must be node or libusb")
    for key in ("vendor", "product"):
        if key in options:
            try:
                int(options[key], 16)
            except ValueError as error:
                raise ValueError(f"{url!r}: {key} must be four hex digits") from error


def open_link(url: str, *, baud: int = 9600, character: str = "8N1") -> Link:
    """Open a wire; `baud` and `character` hold where the URL does not say. Raises LinkLost, ValueError."""
    scheme, options = scheme_of(url), options_of(url)
    if scheme in ("serial", "rs485", "tcp", "rfc2217"):
        return SerialLink(url, options, baud=baud, character=character)
    if scheme in ("file", "usb"):
        from drivers.links_usb import NodeLink, open_usb

        if scheme == "usb":
            return open_usb(url, options.get("via", ""), options.get("port", ""))
        return NodeLink(url, Path(unquote(urlsplit(url).path)))
    if scheme == "ws":
        from drivers.links_websocket import WebSocketLink

        return WebSocketLink(url, options)
    if scheme == "input":
        from drivers.links_input import open_keys

        return open_keys(url, options)
    if scheme == "gpio":
        return GpioLink(url, options)
    if scheme == "inbox":
        return InboxLink(url)
    from drivers.links_video import VideoLink

    return VideoLink(url)


class SerialLink:
    """A serial port or a socket, by pyserial."""

    def __init__(
        self, url: str, options: Mapping[str, str], *, baud: int = 9600, character: str = "8N1"
    ) -> None:
        self.url = url
        self.echo = _is_on(options.get("echo", ""))
        self.baud = int(options.get("baud", 0 if scheme_of(url) == "tcp" else baud))
        self._waits_for_dsr = _is_on(options.get("dsr", ""))
        self._sent_by = 0.0
        """When the wire will have carried all that was handed over, monotonic seconds."""
        self._waker = Waker()
        try:
            self._port = self._open(options, options.get("format", character))
        except (OSError, termios.error, ValueError) as error:
            self._waker.close()
            raise LinkLost(f"{url}: cannot be opened: {error}") from error
        self._selectable = scheme_of(url) != "rfc2217"

    def _open(self, options: Mapping[str, str], character: str) -> Any:
        scheme, parts = scheme_of(self.url), urlsplit(self.url)
        piece_s = WRITE_PIECE * 10 / self.baud if self.baud else 0.0
        write_timeout_s = WRITE_TIMEOUT_S + piece_s
        port: Any
        if scheme == "tcp":
            port = serial.serial_for_url(
                f"socket://{parts.hostname}:{parts.port}", timeout=0, write_timeout=write_timeout_s
            )
            notice_half_open(port._socket)
            return port
        port = serial.serial_for_url(
            f"rfc2217://{parts.hostname}:{parts.port}" if scheme == "rfc2217" else unquote(parts.path),
            do_not_open=True,
            baudrate=self.baud,
            bytesize=int(character[0]),
            parity=character[1],
            stopbits=int(character[2]),
            xonxoff=_is_on(options.get("xonxoff", "")),
            rtscts=_is_on(options.get("rtscts", "")),
            # pyserial 3.5 on Linux never looks at DSR by itself: `dsr=on` does, in `write`.
            dsrdtr=False,
            timeout=0,
        )
        if scheme != "rfc2217":
            port.exclusive = True
            port.write_timeout = write_timeout_s
        if options.get("dtr") in ("off", "false"):
            port.dtr = False
        port.open()
        if scheme == "rfc2217":
            notice_half_open(port._socket)
            watch_arrivals(port, self._waker)
        if _is_on(options.get("rs485_mode", "")):
            self._switch_direction(port)
        return port

    def _switch_direction(self, port: Any) -> None:
        # TIOCSRS485 is not known to PTYs and most USB adapters, which switch by themselves (measured).
        try:
            port.rs485_mode = rs485.RS485Settings()
        except (OSError, ValueError) as error:
            log.warning("%s: the port does not switch RS485 direction itself: %s", self.url, error)

    def read(self, timeout_s: float) -> bytes:
        try:
            if not self._selectable:
                return read_arrived(self._port, self._waker, timeout_s)
            ready = self._waker.wait([self._port.fileno()], timeout_s)
            return bytes(self._port.read(READ_SIZE)) if ready else b""
        except (OSError, termios.error, ValueError) as error:
            raise LinkLost(f"{self.url}: gone while reading: {error}") from error

    def write(self, chunk: bytes) -> None:
        self._write(chunk, self._waits_for_dsr)

    def write_now(self, chunk: bytes) -> None:
        """Also while the device says by DSR that it is busy: for questions that it answers at once."""
        self._write(chunk, waits_for_dsr=False)

    @property
    def lag_s(self) -> float:
        """How long the wire still needs for what was handed over."""
        return max(0.0, self._sent_by - time.monotonic())

    def _write(self, chunk: bytes, waits_for_dsr: bool) -> None:
        try:
            for at in range(0, len(chunk), WRITE_PIECE):
                if waits_for_dsr:
                    self._wait_for_dsr()
                self._port.write(chunk[at : at + WRITE_PIECE])
        except (OSError, termios.error, ValueError) as error:
            raise LinkLost(f"{self.url}: takes no bytes: {error}") from error
        if self.baud:
            self._sent_by = max(self._sent_by, time.monotonic()) + len(chunk) * 10 / self.baud

    def _wait_for_dsr(self) -> None:
        """The kernel can only wait for a modem line without an end (TIOCMIWAIT): it is asked again."""
        until, never = time.monotonic() + WRITE_TIMEOUT_S, threading.Event()
        while not self._port.dsr:
            if time.monotonic() > until:
                raise LinkLost(f"{self.url}: takes no bytes: DSR says busy for {WRITE_TIMEOUT_S:g} s")
            never.wait(DSR_S)

    def fileno(self) -> int:
        """Raises OSError, ValueError where there is none."""
        return int(self._port.fileno())

    def wake(self) -> None:
        self._waker.wake()

    def is_there(self) -> bool:
        """Does the port's name still lead to it? Not once it was pulled and something else plugged in there.

        A name that is gone says nothing: a port that was pulled fails by itself.
        """
        if scheme_of(self.url) not in ("serial", "rs485"):
            return True
        try:
            return os.path.samestat(
                Path(unquote(urlsplit(self.url).path)).stat(), os.fstat(self._port.fileno())
            )
        except (OSError, ValueError):
            return True

    def close(self) -> None:
        try:
            self._port.close()
        except (OSError, termios.error) as error:
            log.debug("%s: closing: %s", self.url, error)
        self._waker.close()


def _is_on(value: str) -> bool:
    return value in ("true", "on")
