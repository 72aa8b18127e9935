"""A printer on a USB bus that is none: a back end of pyusb, with a printer twin behind it."""

import queue
import threading
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core

from drivers.twins.printer import PrinterTwin

VENDOR, PRODUCT, SERIAL = 0x04B8, 0x0202, "J4HX2"
IN, OUT = 0x81, 0x02
GONE, PIPE, TIMEOUT, BUSY = 19, 32, 110, 16


class UsbPrinter(usb.backend.IBackend):
    """`settings`: the interface's alternate settings as (class, protocol), each with its bulk ends."""

    def __init__(self, twin: PrinterTwin, settings: tuple[tuple[int, int], ...] = ((7, 2),)) -> None:
        self.twin = twin
        self.settings = settings
        self.configured = 1
        self.kernel = True
        """usblp has the interface."""
        self.claimed = False
        self.alternate = 0
        self.plugged = True
        self.takes = True
        """False: it answers each packet with "not now"."""
        self.room = 1_000_000
        """Bytes that it takes until then."""
        self.knows_status = True
        self.empty_packets = 0
        """How often a read was answered with nothing; before each answer that many more."""
        self.status = 0x18
        self.setups: list[bytes] = []
        """Setup packets of all control requests."""
        self.order: list[str] = []
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._lock = threading.Lock()

    # --- descriptors

    def enumerate_devices(self) -> Any:
        return ["printer"] if self.plugged else []

    def get_device_descriptor(self, dev: Any) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=64, idVendor=VENDOR, idProduct=PRODUCT, bcdDevice=0,
            iManufacturer=1, iProduct=2, iSerialNumber=3, bNumConfigurations=1,
            address=1, bus=1, port_number=1, port_numbers=(1,), speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: Any, config: int) -> Any:
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0xC0, bMaxPower=1, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: Any, intf: int, alt: int, config: int) -> Any:
        if intf or alt >= len(self.settings):
            raise IndexError
        kind, protocol = self.settings[alt]
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=alt, bNumEndpoints=2,
            bInterfaceClass=kind, bInterfaceSubClass=1, bInterfaceProtocol=protocol, iInterface=0,
            extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: Any, ep: int, intf: int, alt: int, config: int) -> Any:
        if ep > 1:
            raise IndexError
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(IN, OUT)[ep], bmAttributes=2,
            wMaxPacketSize=64, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    # --- opening

    def open_device(self, dev: Any) -> Any:
        self._here()
        return dev

    def close_device(self, dev_handle: Any) -> None:
        self.order.append("close")

    def get_configuration(self, dev_handle: Any) -> int:
        return self.configured

    def set_configuration(self, dev_handle: Any, config_value: int) -> None:
        self.order.append("configure")
        self.configured = config_value

    def is_kernel_driver_active(self, dev_handle: Any, intf: int) -> bool:
        return self.kernel

    def detach_kernel_driver(self, dev_handle: Any, intf: int) -> None:
        self.order.append("detach")
        self.kernel = False

    def attach_kernel_driver(self, dev_handle: Any, intf: int) -> None:
        self._here()
        self.order.append("attach")
        self.kernel = True

    def claim_interface(self, dev_handle: Any, intf: int) -> None:
        if self.kernel or self.claimed:
            raise usb.core.USBError("Resource busy", errno=BUSY)
        self.order.append("claim")
        self.claimed = True

    def release_interface(self, dev_handle: Any, intf: int) -> None:
        self.claimed = False
        self._here()
        self.order.append("release")

    def set_interface_altsetting(self, dev_handle: Any, intf: int, altsetting: int) -> None:
        self.alternate = altsetting

    # --- talking

    def bulk_write(self, dev_handle: Any, ep: int, intf: int, data: Any, timeout: int) -> int:
        self._here()
        assert ep == OUT and self.claimed
        if not self.takes or self.room <= 0:
            raise usb.core.USBTimeoutError("Operation timed out", errno=TIMEOUT)
        taken = bytes(data)[:100]  # a transfer may end early
        self.room -= len(taken)
        if answer := self.twin.receive(taken)[0] + self.twin.unasked():
            self._answers.put(answer)
        return len(taken)

    def bulk_read(self, dev_handle: Any, ep: int, intf: int, buff: Any, timeout: int) -> int:
        self._here()
        assert ep == IN and self.claimed and timeout > 0
        if self.empty_packets:
            self.empty_packets -= 1
            return 0
        try:
            answer = self._answers.get(timeout=timeout / 1000)
        except queue.Empty:
            raise usb.core.USBTimeoutError("Operation timed out", errno=TIMEOUT) from None
        buff[: len(answer)] = type(buff)("B", answer)
        return len(answer)

    def ctrl_transfer(
        self, dev_handle: Any, kind: int, request: int, value: int, index: int, data: Any, timeout: int
    ) -> int:
        self._here()
        if request == 6:  # GET_DESCRIPTOR of a string
            text = b"\x09\x04" if value & 0xFF == 0 else SERIAL.encode("utf-16-le")
            answer = bytes((len(text) + 2, 3)) + text
        else:
            words = b"".join(n.to_bytes(2, "little") for n in (value, index, len(data)))
            self.setups.append(bytes((kind, request)) + words)
            if not self.knows_status:
                raise usb.core.USBError("Pipe error", errno=PIPE)
            answer = bytes((self.status,))
        data[: len(answer)] = type(data)("B", answer)
        return len(answer)

    def _here(self) -> None:
        if not self.plugged:
            raise usb.core.USBError("No such device (it may have been disconnected)", errno=GONE)
