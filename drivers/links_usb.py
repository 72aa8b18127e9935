"""A USB printer's two wires: the kernel's node (`/dev/usb/lp0`), and libusb where no node is to be had.

Source: Linux 6.1 drivers/usb/class/usblp.c; USB printer class 1.1 (interface class 7). See drivers/README.md.
"""

import array
import fcntl
import logging
import os
import select
import stat
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from drivers.errors import LinkLost
from drivers.links_wake import READ_SIZE, Waker

log = logging.getLogger(__name__)

WRITE_PIECE = 512
WRITE_TIMEOUT_S = 3.0
"""For one piece: nobody takes bytes any more."""
EMPTY_S = 0.005
"""A printer with nothing to say may answer with an empty packet, at once and for ever: rest so long."""
SLICE_S = 0.05
"""A transfer of libusb cannot be woken: it waits in pieces."""

USB_MAJOR = 180
"""Linux admin-guide/devices.txt: character devices of USB, usblp among them."""
LPGETSTATUS = 0x060B
"""linux/lp.h: the byte of GET_PORT_STATUS, as an int."""
PRINTER_CLASS = 7
PROTOCOLS = (2, 1)
"""Bidirectional, and one-way where there is no other; 3 is IEEE 1284.4, packets that we do not speak."""
GET_PORT_STATUS = (0xA1, 1)
"""bmRequestType, bRequest; one byte comes back."""


def ids_of(url: str) -> tuple[int, int, str]:
    """Vendor, product and serial number (may be empty) of `usb://04b8:0202/SERIAL`. Raises ValueError."""
    parts = urlsplit(url)
    vendor, _, product = parts.netloc.partition(":")
    try:
        return int(vendor, 16), int(product, 16), parts.path.strip("/")
    except ValueError as error:
        raise ValueError(f"{url!r} needs the printer's ids, like usb://04b8:0202") from error


def open_usb(url: str, via: str = "", port: str = "") -> "NodeLink | UsbLink":
    """`via`: `node`, `libusb`, or empty: the node where the kernel has one. Raises LinkLost, ValueError.

    `port`: `1-1.3`, the socket: two printers of a kind without serial numbers differ in nothing else.
    """
    if via != "libusb":
        node = find_node(url, port)
        if node is not None:
            return NodeLink(url, node)
        if via == "node":
            raise LinkLost(f"{url}: the kernel has no printer node for it")
    return UsbLink(url, port)


def find_node(url: str, port: str = "", root: Path = Path("/sys/class/usbmisc")) -> Path | None:
    """The kernel's node of the printer with these ids, if it has one."""
    vendor, product, number = ids_of(url)
    for entry in sorted(root.glob("lp*")):
        usb = (entry / "device").resolve().parent
        try:
            ids = [int((usb / name).read_text(), 16) for name in ("idVendor", "idProduct")]
            mark = (usb / "serial").read_text().strip() if number else ""
        except (OSError, ValueError):
            continue
        if ids == [vendor, product] and mark == number and port in ("", usb.name):
            return Path("/dev/usb") / entry.name
    return None


class NodeLink:
    """A node that takes bytes and may give some back. Methods but `wake`: the link's thread only."""

    def __init__(self, url: str, path: Path) -> None:
        """Raises LinkLost."""
        self.url = url
        self.baud = 0
        self.echo = False
        self._answers = True
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
            found = os.fstat(self._fd)
        except OSError as error:
            raise LinkLost(f"{url}: cannot be opened: {error}") from error
        self._is_device = stat.S_ISCHR(found.st_mode)
        self._is_usb = self._is_device and os.major(found.st_rdev) == USB_MAJOR
        self._waker = Waker()

    def read(self, timeout_s: float) -> bytes:
        until = time.monotonic() + timeout_s
        try:
            if not self._waker.wait([self._fd] if self._answers else [], timeout_s):
                return b""
            chunk = os.read(self._fd, READ_SIZE)
        except BlockingIOError:
            return b""
        except (OSError, ValueError) as error:
            raise LinkLost(f"{self.url}: gone while reading: {error}") from error
        if not chunk and self._is_usb:
            self._waker.wait([], min(EMPTY_S, max(0.0, until - time.monotonic())))
        elif not chunk and self._is_device:
            raise LinkLost(f"{self.url}: gone while reading: its bytes have ended")
        else:
            self._answers = bool(chunk)  # a plain file is always readable, and gives nothing
        return chunk

    def write(self, chunk: bytes) -> None:
        """What was handed to the kernel last may still be on its way. Raises LinkLost."""
        rest = memoryview(chunk)
        try:
            while rest:
                if not select.select([], [self._fd], [], WRITE_TIMEOUT_S)[1]:
                    raise LinkLost(f"{self.url}: takes no bytes for {WRITE_TIMEOUT_S:g} s")
                rest = rest[os.write(self._fd, rest[:WRITE_PIECE]) :]
        except (OSError, ValueError) as error:
            raise LinkLost(f"{self.url}: gone while writing: {error}") from error

    def port_status(self) -> int | None:
        """The printer's byte by the control pipe, which also works when it takes no bytes; None: no such
        thing. Raises LinkLost.
        """
        if not self._is_usb:
            return None
        answer = array.array("i", [0])
        try:
            fcntl.ioctl(self._fd, LPGETSTATUS, answer)
        except OSError as error:
            raise LinkLost(f"{self.url}: no port status: {error}") from error
        return answer[0] & 0xFF

    def wake(self) -> None:
        self._waker.wake()

    def close(self) -> None:
        node, self._fd = self._fd, -1
        if node >= 0:
            os.close(node)
        self._waker.close()


class UsbLink:
    """A printer's interface by libusb; the kernel's driver is sent away, and called back on `close`.

    Methods but `wake`: the link's thread only. Tried on a real kernel's printer gadget (make lab), never on
    a printer.
    """

    def __init__(self, url: str, port: str = "", backend: Any = None) -> None:
        """`backend`: of pyusb, None: its usual one. Raises LinkLost."""
        import usb.core
        import usb.util

        self.url = url
        self.baud = 0
        self.echo = False
        self._awake = threading.Event()
        self._device: Any = None
        self._number, self._kernels = 0, False
        try:
            self._open(port, backend)
        except LinkLost:
            self.close()
            raise
        except usb.core.NoBackendError as error:
            raise LinkLost(f"{url}: libusb is missing (apt-get install libusb-1.0-0)") from error
        except (OSError, RuntimeError) as error:  # pyusb: USBError is an OSError; "not supported" is not
            self.close()
            raise LinkLost(f"{url}: cannot be opened: {error}") from error

    # --- opening

    def _open(self, port: str, backend: Any) -> None:
        import usb.util

        self._device = self._find(port, backend)
        self._number, alternate, self._in, self._out = self._interface()
        self._kernels = self._send_kernel_away()
        usb.util.claim_interface(self._device, self._number)
        if alternate:
            self._device.set_interface_altsetting(self._number, alternate)

    def _find(self, port: str, backend: Any) -> Any:
        import usb.core
        import usb.util

        vendor, product, number = ids_of(self.url)
        for device in usb.core.find(find_all=True, idVendor=vendor, idProduct=product, backend=backend):
            if port not in ("", f"{device.bus}-{'.'.join(map(str, device.port_numbers or ()))}"):
                continue
            if not number or usb.util.get_string(device, device.iSerialNumber) == number:
                return device
        raise LinkLost(f"{self.url}: no such printer is plugged in")

    def _interface(self) -> tuple[int, int, Any, Any]:
        """Number, alternate setting, endpoint in (None: one-way), endpoint out. Raises LinkLost."""
        import usb.core
        import usb.util

        try:
            configuration = self._device.get_active_configuration()
        except usb.core.USBError:  # only then: setting it resets the printer
            self._device.set_configuration()
            configuration = self._device.get_active_configuration()
        for protocol in PROTOCOLS:
            for found in configuration:
                if (found.bInterfaceClass, found.bInterfaceProtocol) != (PRINTER_CLASS, protocol):
                    continue
                ends = {usb.util.endpoint_direction(e.bEndpointAddress): e for e in found if _is_bulk(e)}
                if usb.util.ENDPOINT_OUT in ends:
                    far = ends.get(usb.util.ENDPOINT_IN) if protocol == PROTOCOLS[0] else None
                    settings = found.bInterfaceNumber, found.bAlternateSetting
                    return *settings, far, ends[usb.util.ENDPOINT_OUT]
        raise LinkLost(f"{self.url}: no printer interface (USB class 7) that takes bytes")

    def _send_kernel_away(self) -> bool:
        """True: it had the interface, and will want it back."""
        try:
            if not self._device.is_kernel_driver_active(self._number):
                return False
        except RuntimeError:  # pyusb's "not supported"
            return False
        self._device.detach_kernel_driver(self._number)
        return True

    # --- talking

    def read(self, timeout_s: float) -> bytes:
        import usb.core

        until = time.monotonic() + timeout_s
        while not self._awake.is_set():
            left = until - time.monotonic()
            if self._in is None:
                self._awake.wait(max(0.0, left))
                break
            try:  # 0 would be for ever (libusb)
                chunk = bytes(self._in.read(READ_SIZE, max(1, int(min(left, SLICE_S) * 1000))))
            except usb.core.USBTimeoutError:
                chunk = b""
            except OSError as error:
                raise LinkLost(f"{self.url}: gone while reading: {error}") from error
            if chunk:
                return chunk
            if (left := until - time.monotonic()) <= 0:
                return b""
            self._awake.wait(min(EMPTY_S, left))
        self._awake.clear()
        return b""

    def write(self, chunk: bytes) -> None:
        import usb.core

        rest = chunk
        while rest:
            try:
                rest = rest[self._out.write(rest[:WRITE_PIECE], int(WRITE_TIMEOUT_S * 1000)) :]
            except usb.core.USBTimeoutError as error:
                raise LinkLost(f"{self.url}: takes no bytes for {WRITE_TIMEOUT_S:g} s") from error
            except OSError as error:
                raise LinkLost(f"{self.url}: gone while writing: {error}") from error

    def port_status(self) -> int | None:
        """The printer's byte by the control pipe, which also works when it takes no bytes; None: it does not
        know the question. Raises LinkLost.
        """
        import usb.core

        kind, request = GET_PORT_STATUS
        try:
            answer = self._device.ctrl_transfer(kind, request, 0, self._number, 1, int(SLICE_S * 20_000))
        except usb.core.USBError as error:
            if error.errno in (32, 110):  # EPIPE: a stall is a no; ETIMEDOUT
                return None
            raise LinkLost(f"{self.url}: no port status: {error}") from error
        return answer[0] if len(answer) else None

    def wake(self) -> None:
        self._awake.set()

    def close(self) -> None:
        import usb.util

        device, self._device = self._device, None
        if device is None:
            return
        try:
            usb.util.release_interface(device, self._number)
            if self._kernels:
                device.attach_kernel_driver(self._number)
        except (OSError, RuntimeError) as error:  # unplugged
            log.debug("%s: closing: %s", self.url, error)
        usb.util.dispose_resources(device)


def _is_bulk(endpoint: Any) -> bool:
    import usb.util

    return bool(usb.util.endpoint_type(endpoint.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK)
