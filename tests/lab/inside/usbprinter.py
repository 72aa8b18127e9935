"""What a USB printer must do by whichever of its two wires."""

import contextlib
import fcntl
import os
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from drivers.capabilities import CodeRow, Slip, TextRow
from drivers.errors import DeviceFault, LinkLost
from drivers.twins.printer import PrinterTwin
from edge.errors import DeviceUnavailable
from tests.lab.inside.checking import Checks, until
from tests.lab.inside.gadget import Gadget
from tests.lab.inside.hall import Hall, hall, plan

IDS = (0x154F, 0x154F)
SERIAL = "LAB0001"
NAME = "MFG:Lab;MDL:Lab 80;CMD:ESC/POS;CLS:PRINTER;"
NODE = Path("/dev/g_printer0")
SET_STATUS = 0xC0016722
"""linux/usb/g_printer.h: GADGET_SET_PRINTER_STATUS, _IOWR('g', 0x22, unsigned char)."""
WELL, PAPER_OUT = 0x18, 0x30
"""Selected and no error; selected, error, no paper."""
SLIP = Slip((TextRow("A012", size=4), TextRow("社会保障"), CodeRow("K7Q2M", module_dots=2)))
"""Few dots: an emulated printer must interpret them within the time in which it has to answer."""
LONG = Slip(tuple(CodeRow(f"{n:04}" * 20, module_dots=12) for n in range(12)))


class UsbPrinter:
    """The printers' twin behind the gadget's node, which answers while the host has configured the device."""

    def __init__(self, port: int) -> None:
        self.twin = PrinterTwin("lab")
        self.gadget = Gadget("printer", IDS, {"pnp_string": NAME, "q_len": "10"}, serial=SERIAL, port=port)
        self.takes = True
        """False: its buffer is full, and nothing is worked off."""
        self._stopping = threading.Event()
        self._node = -1
        self._thread = threading.Thread(target=self._serve, name="printer")
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        if self._node >= 0:
            os.close(self._node)
        self.gadget.remove()

    def port_says(self, status: int) -> None:
        fcntl.ioctl(self._node, SET_STATUS, status)

    def _serve(self) -> None:
        while not self._stopping.wait(0.005):
            with contextlib.suppress(OSError):  # not configured yet, or not any more
                self._turn()

    def _turn(self) -> None:
        if self._node < 0:
            self._node = os.open(NODE, os.O_RDWR | os.O_NONBLOCK)
        if not (self.takes and select.select([self._node], [], [], 0.05)[0]):
            return
        chunk = os.read(self._node, 512)
        answer = self.twin.receive(chunk)[0] if chunk else b""
        while answer:
            answer = answer[os.write(self._node, answer) :]


@contextmanager
def printer(port: int = 0) -> Iterator[UsbPrinter]:
    made = UsbPrinter(port)
    try:
        yield made
    finally:
        made.stop()


def prints(it: Hall) -> bool:
    return bool(it.handles["device"].ask(lambda driver: driver.print_slip(SLIP), within_s=30))


def url(via: str) -> str:
    return f"usb://{IDS[0]:04x}:{IDS[1]:04x}/{SERIAL}?via={via}"


def try_out(check: Checks, via: str) -> None:
    with printer() as far:
        _prints_and_is_pulled(check, far, via)
        with check("one that answers nothing: its port's own byte tells of no paper, and of paper"):
            far.twin.fault("one_way", True)
            with hall(plan(url(via), "printer_escpos", status=False)) as it:
                it.comes("device")
                far.port_says(PAPER_OUT)
                until(lambda: it.handles["device"].status().code == "paper_out", "no paper")
                far.port_says(WELL)
                it.comes("device")


def _prints_and_is_pulled(check: Checks, far: UsbPrinter, via: str) -> None:
    with hall(plan(url(via), "printer_escpos")) as it:
        with check("the printer is found by its ids and its serial number, and answers"):
            it.comes("device")
            assert str(it.handles["device"].status().state) == "ok", it.handles["device"].status()
        with check("a slip is printed, cut and confirmed by the printer's own word"):
            assert prints(it) is True
            (slip,) = far.twin.state()["slips"]
            assert slip["lines"][0]["text"] == "A012" and slip["pictures"] and slip["cut"], slip
        with check("no paper: the slip is refused before it begins, and new paper ends it"):
            far.twin.fault("paper_out", True)
            until(lambda: it.handles["device"].status().code == "paper_out", "no paper")
            far.twin.fault("paper_out", False)
            it.comes("device")
            assert prints(it) is True
        with check("no paper in the middle, and it takes no more: begun, and its port says why"):
            _full_in_the_middle(far, it)
        with check("its cable pulled, it is down, and a slip is not begun"):
            far.gadget.unplug()
            it.goes("device")
            try:
                prints(it)
            except (DeviceUnavailable, LinkLost):
                pass
            else:
                raise AssertionError("printed without a cable")
        with check("plugged in again, it prints without a hand"):
            far.gadget.plug()
            it.comes("device")
            printed = far.twin.state()["printed"]
            assert prints(it) is True
            assert far.twin.state()["printed"] == printed + 1
        with check("pulled out in the middle of a slip, the slip counts as begun"):
            _pulled_in_the_middle(far, it)
        with check("and after it the printer comes back, and prints whole slips"):
            far.takes = True
            far.gadget.plug()
            it.comes("device")
            assert prints(it) is True
            slip = far.twin.state()["slips"][-1]
            assert slip["lines"][0]["text"].endswith("A012") and slip["cut"], slip


def _full_in_the_middle(far: UsbPrinter, it: Hall) -> None:
    """Without paper it stops taking bytes, questions too: only its port still says why."""

    def stop() -> None:
        far.twin.fault("paper_out", True)
        far.takes = False
        far.port_says(PAPER_OUT)

    outcome = _while_it_prints(far, it, stop)
    assert isinstance(outcome, DeviceFault) and outcome.begun and outcome.code == "paper_out", outcome
    until(lambda: it.handles["device"].status().code == "paper_out", "no paper")
    far.twin.fault("paper_out", False)
    far.port_says(WELL)
    far.takes = True
    it.comes("device")
    whole = replace(SLIP, tear_first=True)
    assert it.handles["device"].ask(lambda driver: driver.print_slip(whole), within_s=30) is True
    slip = far.twin.state()["slips"][-1]
    assert slip["lines"][0]["text"] == "A012" and slip["cut"], slip


def _pulled_in_the_middle(far: UsbPrinter, it: Hall) -> None:
    """The printer stops taking bytes in the middle of a long slip, and then the cable goes."""

    def stop() -> None:
        far.takes = False
        far.gadget.unplug()

    outcome = _while_it_prints(far, it, stop)
    assert isinstance(outcome, DeviceFault) and outcome.begun, outcome


def _while_it_prints(far: UsbPrinter, it: Hall, what: Callable[[], None]) -> Exception | bool:
    """What becomes of a long slip in whose middle this happens."""
    told: list[Exception | bool] = []

    def ask() -> None:
        try:
            told.append(it.handles["device"].ask(lambda driver: driver.print_slip(LONG), within_s=30))
        except Exception as error:
            told.append(error)

    asker = threading.Thread(target=ask)
    before = far.twin.state()["bytes"]
    asker.start()
    until(lambda: far.twin.state()["bytes"] > before + 400, "a slip under way")
    what()
    asker.join()
    (outcome,) = told
    return outcome
