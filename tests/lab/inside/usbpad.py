"""Two equal number pads and a bar code reader behind the whole USB stack."""

from pathlib import Path

from drivers.capabilities import KeyPressed, PadKey
from drivers.readings import Scanned
from tests.lab.inside.checking import Checks, until
from tests.lab.inside.gadget import load
from tests.lab.inside.hall import hall, plan
from tests.lab.inside.hidpad import HidPad

IDS = (0x1A2C, 0x2D43)
READER = (0x0C2E, 0x0B61)
CODE = "https://example.org/r/K7Q2M-a012"
URL = f"input:vendor={IDS[0]:04x},product={IDS[1]:04x}"


def ports() -> list[str]:
    """Where the kernel says that equal pads hang, without the node's own `/input0`."""
    found = []
    for device in sorted(Path("/sys/class/input").glob("event*/device")):
        if (device / "id/product").read_text().strip() == f"{IDS[1]:04x}":
            found.append((device / "phys").read_text().strip().partition("/")[0])
    return found


def run(check: Checks) -> None:
    load("usbhid", "hid_generic", "evdev")
    first = HidPad(IDS, 0)
    (one,) = until(ports, "the first pad at its port")
    second = HidPad(IDS, 1)
    (two,) = set(until(lambda: len(ports()) == 2 and ports(), "two pads")) - {one}
    with hall(plan(f"{URL},phys={one}", "callpad_evdev", id="one")) as at_one:
        with check("of two equal pads each is found by its port"):
            at_one.comes("one")
            with hall(plan(f"{URL},phys={two}", "callpad_evdev", id="two")) as at_two:
                at_two.comes("two")
                at_two.hears(lambda: second.press("1", "2", "enter"), KeyPressed(PadKey.CALL, "12"))
                at_one.hears(lambda: first.press("3", "enter"), KeyPressed(PadKey.CALL, "3"))
                assert len(at_two.readings) == 1, at_two.readings
        with check("its cable pulled, it is down with its link lost"):
            first.gadget.unplug()
            at_one.goes("one")
            assert at_one.states["one"][-1] == "down:link_lost", at_one.states
        with check("plugged into the same port, it is heard without a hand"):
            first.gadget.plug()
            at_one.comes("one")
            at_one.hears(lambda: first.press("plus"), KeyPressed(PadKey.RECALL))
        with check("out and in three times without a pause, and it is heard"):
            for _ in range(3):
                first.gadget.unplug()
                first.gadget.plug()
            at_one.goes("one")
            at_one.comes("one")
            at_one.hears(lambda: first.press("2", "enter"), KeyPressed(PadKey.CALL, "2"))
    for pad in (first, second):
        pad.gadget.remove()
    _reader(check)


def _reader(check: Checks) -> None:
    reader = HidPad(READER, 2)
    with hall(
        plan(f"input:vendor={READER[0]:04x},product={READER[1]:04x}", "scanner_evdev", id="reader")
    ) as it:
        with check("a reader that types: its text is heard, capitals and signs too"):
            it.comes("reader")
            it.hears(lambda: reader.type(CODE + "\n"), Scanned(CODE))
        with check("pulled out amid a code and in again, the next code is heard whole"):
            reader.type(CODE[:9])
            reader.gadget.unplug()
            it.goes("reader")
            reader.gadget.plug()
            it.comes("reader")
            it.hears(lambda: reader.type(CODE + "\n"), Scanned(CODE))
    reader.gadget.remove()
