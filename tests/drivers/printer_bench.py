"""A printer's driver on whatever wire, with its twin at the far end."""

import contextlib
import json
from pathlib import Path

from usb_printer import UsbPrinter

from drivers.capabilities import Align, CodeRow, Slip, TextRow
from drivers.escpos_slip import Options
from drivers.links import open_link
from drivers.links_usb import UsbLink
from drivers.printer_escpos import Driver
from drivers.twins.printer import PrinterTwin
from tests.drivers.printer_wire import PrinterOnPty, PrinterOnTcp

GOLDEN = json.loads((Path(__file__).parents[1] / "golden/wire/printer_escpos.json").read_text())
TICKET = Slip(
    (
        TextRow("社会保障", size=2, align=Align.CENTER),
        TextRow("A012", size=5, bold=True, align=Align.CENTER),
        CodeRow("K7QM4X2B"),
        TextRow("前面还有 3 人等候"),
    )
)
WHOLE = ["社会保障", "A012", "前面还有 3 人等候"]
"""The ticket's lines."""
OPTIONS = Options(confirm_s=0.6)


@contextlib.contextmanager
def printing(wire: str, twin: PrinterTwin, options: Options = OPTIONS, *, started: bool = True):
    """A driver on this wire, the printer's twin at its other end; the third: the bus, where it is one."""
    bus = UsbPrinter(twin)
    with contextlib.ExitStack() as stack:
        if wire == "libusb":
            link = UsbLink("usb://04b8:0202", backend=bus)
        elif wire == "tcp":
            link = open_link(stack.enter_context(PrinterOnTcp(twin)).url)
        else:
            end = stack.enter_context(PrinterOnPty(lambda chunk: twin.receive(chunk)[0] + twin.unasked()))
            link = open_link(f"{wire}://{end.path}" + ("?baud=115200" if wire == "serial" else ""))
        stack.callback(link.close)
        driver = Driver(link, options)
        if started:
            driver.start()
        yield driver, link, bus


def slips(twin: PrinterTwin) -> list[list[str]]:
    return [[line["text"] for line in slip["lines"]] for slip in twin.state()["slips"]]


def golden(case: str) -> bytes:
    return bytes.fromhex(next(row["hex"] for row in GOLDEN if row["case"].startswith(case)))
