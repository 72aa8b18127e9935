"""A USB ticket printer by libusb, which takes the interface from the kernel's usblp and gives it back."""

from pathlib import Path

from tests.lab.inside.checking import Checks, until
from tests.lab.inside.gadget import load
from tests.lab.inside.hall import hall, plan
from tests.lab.inside.usbprinter import printer, try_out, url


def run(check: Checks) -> None:
    load("usblp")
    try_out(check, "libusb")
    nodes = Path("/sys/class/usbmisc")
    with check("closed, it has given the printer back to the kernel"), printer():
        until(lambda: list(nodes.glob("lp*")), "the kernel's node")
        with hall(plan(url("libusb"), "printer_escpos")) as it:
            it.comes("device")
            assert not list(nodes.glob("lp*"))
        until(lambda: list(nodes.glob("lp*")), "the kernel's node again")
