"""USB devices made by the kernel: the gadget framework at one end, `dummy_hcd` as cable, the host's
drivers at the other.

Source: Linux 6.1 Documentation/usb/gadget_configfs.rst, Documentation/ABI/testing/configfs-usb-gadget*.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path

GADGETS = Path("/sys/kernel/config/usb_gadget")
ENGLISH = "0x409"
PORTS = 4


def load(*modules: str) -> None:
    for module in modules:
        subprocess.run(["modprobe", *module.split()], check=True)


class Gadget:
    """One device with one function, plugged in; pulled out and plugged in again at will."""

    def __init__(
        self,
        function: str,
        ids: tuple[int, int],
        attributes: Mapping[str, str | bytes],
        *,
        serial: str = "",
        port: int = 0,
    ) -> None:
        load("configfs", "libcomposite", f"dummy_hcd num={PORTS}")
        self._port = port
        self._at = GADGETS / f"lab-{function}-{port}"
        strings, config = self._at / "strings" / ENGLISH, self._at / "configs/c.1"
        self.function = self._at / f"functions/{function}.{port}"
        for folder in (self._at, strings, config, self.function):
            folder.mkdir()
        self._write("idVendor", f"{ids[0]:#06x}")
        self._write("idProduct", f"{ids[1]:#06x}")
        (strings / "manufacturer").write_text("Lab")
        (strings / "product").write_text(f"Lab {function}")
        if serial:
            (strings / "serialnumber").write_text(serial)
        for name, value in attributes.items():
            (self.function / name).write_bytes(value if isinstance(value, bytes) else value.encode())
        (config / self.function.name).symlink_to(self.function)
        self._write("UDC", f"dummy_udc.{port}")

    def plug(self) -> None:
        """A new one is plugged in already."""
        self._socket().write_text("0")

    def unplug(self) -> None:
        """As a cable that is pulled: the hub's port goes dead, and the device keeps what it has.

        (6.1's printer gadget breaks when its other handle, `UDC`, is let go amid a transfer: seen here.)
        """
        self._socket().write_text("1")

    def _socket(self) -> Path:
        """The port's switch, on the root hub of this cable."""
        (bus,) = Path(f"/sys/devices/platform/dummy_hcd.{self._port}").glob("usb*/*-0:1.0/usb*-port1/disable")
        return bus

    def remove(self) -> None:
        """In the order in which it was made, backwards."""
        self._write("UDC", "\n")
        (self._at / "configs/c.1" / self.function.name).unlink()
        for folder in (self._at / "configs/c.1", self.function, self._at / "strings" / ENGLISH, self._at):
            folder.rmdir()

    def _write(self, name: str, text: str) -> None:
        (self._at / name).write_text(text)
