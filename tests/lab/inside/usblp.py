"""A USB ticket printer by the kernel's node, `/dev/usb/lp0`: usblp here, a printer gadget there."""

from tests.lab.inside.checking import Checks
from tests.lab.inside.gadget import load
from tests.lab.inside.usbprinter import try_out


def run(check: Checks) -> None:
    load("usblp")
    try_out(check, "node")
