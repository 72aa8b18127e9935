"""Two equal number pads that travel the whole USB stack: gadget, cable, usbhid, evdev, our driver."""

import os
from collections.abc import Callable
from pathlib import Path

from drivers.capabilities import KeyPressed, PadKey
from tests.lab.inside.checking import Checks, until
from tests.lab.inside.gadget import Gadget, load
from tests.lab.inside.hall import hall, plan

# USB HID 1.11 appendix B.1: the boot keyboard's report descriptor; usages from the HID usage tables, page 7.
BOOT_KEYBOARD = bytes.fromhex(
    "05010906a101050719e029e71500250175019508810295017508810195057501050819012905910295017503910195067508"
    "150025650507190029658100c0"
)
KEYPAD = {"1": 0x59, "2": 0x5A, "3": 0x5B, "plus": 0x57, "enter": 0x58}
IDS = (0x1A2C, 0x2D43)
URL = f"input:vendor={IDS[0]:04x},product={IDS[1]:04x}"


class UsbPad:
    def __init__(self, port: int) -> None:
        report: dict[str, str | bytes] = {
            "protocol": "1",
            "subclass": "1",
            "report_length": "8",
            "report_desc": BOOT_KEYBOARD,
        }
        self.gadget = Gadget("hid", IDS, report, port=port)

    def press(self, *names: str) -> Callable[[], None]:
        """Each key's report, and the empty one behind it."""

        def act() -> None:
            number = (self.gadget.function / "dev").read_text().strip()
            told = (Path("/sys/dev/char") / number / "uevent").read_text()
            node = os.open(f"/dev/{told.partition('DEVNAME=')[2].split()[0]}", os.O_WRONLY)
            try:
                for name in names:
                    os.write(node, bytes((0, 0, KEYPAD[name], 0, 0, 0, 0, 0)))
                    os.write(node, bytes(8))
            finally:
                os.close(node)

        return act


def ports() -> list[str]:
    """Where the kernel says that equal pads hang, without the node's own `/input0`."""
    found = []
    for device in sorted(Path("/sys/class/input").glob("event*/device")):
        if (device / "id/product").read_text().strip() == f"{IDS[1]:04x}":
            found.append((device / "phys").read_text().strip().partition("/")[0])
    return found


def run(check: Checks) -> None:
    load("usbhid", "hid_generic", "evdev")
    first = UsbPad(0)
    (one,) = until(ports, "the first pad at its port")
    second = UsbPad(1)
    (two,) = set(until(lambda: len(ports()) == 2 and ports(), "two pads")) - {one}
    with hall(plan(f"{URL},phys={one}", "callpad_evdev", id="one")) as at_one:
        with check("of two equal pads each is found by its port"):
            at_one.comes("one")
            with hall(plan(f"{URL},phys={two}", "callpad_evdev", id="two")) as at_two:
                at_two.comes("two")
                at_two.hears(second.press("1", "2", "enter"), KeyPressed(PadKey.CALL, "12"))
                at_one.hears(first.press("3", "enter"), KeyPressed(PadKey.CALL, "3"))
                assert len(at_two.readings) == 1, at_two.readings
        with check("its cable pulled, it is down with its link lost"):
            first.gadget.unplug()
            at_one.goes("one")
            assert at_one.states["one"][-1] == "down:link_lost", at_one.states
        with check("plugged into the same port, it is heard without a hand"):
            first.gadget.plug()
            at_one.comes("one")
            at_one.hears(first.press("plus"), KeyPressed(PadKey.RECALL))
        with check("out and in three times without a pause, and it is heard"):
            for _ in range(3):
                first.gadget.unplug()
                first.gadget.plug()
            at_one.goes("one")
            at_one.comes("one")
            at_one.hears(first.press("2", "enter"), KeyPressed(PadKey.CALL, "2"))
    for pad in (first, second):
        pad.gadget.remove()
