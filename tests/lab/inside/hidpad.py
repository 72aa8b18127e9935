"""Keyboards that travel the whole USB stack: gadget, cable, usbhid, evdev."""

import os
from collections.abc import Iterable
from pathlib import Path

from tests.lab.inside.gadget import Gadget

# USB HID 1.11 appendix B.1: the boot keyboard's report descriptor; usages from the HID usage tables, page 7.
BOOT_KEYBOARD = bytes.fromhex(
    "05010906a101050719e029e71500250175019508810295017508810195057501050819012905910295017503910195067508"
    "150025650507190029658100c0"
)
KEYPAD = {"1": 0x59, "2": 0x5A, "3": 0x5B, "plus": 0x57, "enter": 0x58}
SHIFT = 0x02
TYPED = {
    **{chr(ord("a") + n): (0, 4 + n) for n in range(26)},
    **{chr(ord("A") + n): (SHIFT, 4 + n) for n in range(26)},
    **{c: (0, 0x1E + n) for n, c in enumerate("1234567890")},
    "\n": (0, 0x28),
    "-": (0, 0x2D),
    ".": (0, 0x37),
    "/": (0, 0x38),
    ":": (SHIFT, 0x33),
}


class HidPad:
    def __init__(self, ids: tuple[int, int], port: int) -> None:
        boot: dict[str, str | bytes] = {"protocol": "1", "subclass": "1", "report_length": "8"}
        self.gadget = Gadget("hid", ids, {**boot, "report_desc": BOOT_KEYBOARD}, port=port)

    def press(self, *names: str) -> None:
        """Keys of a number pad."""
        self._send((0, KEYPAD[name]) for name in names)

    def type(self, text: str) -> None:
        """As a bar code reader does."""
        self._send(TYPED[c] for c in text)

    def _send(self, keys: Iterable[tuple[int, int]]) -> None:
        """Each key's report, and the empty one behind it."""
        number = (self.gadget.function / "dev").read_text().strip()
        told = (Path("/sys/dev/char") / number / "uevent").read_text()
        node = os.open(f"/dev/{told.partition('DEVNAME=')[2].split()[0]}", os.O_WRONLY)
        try:
            for shift, key in keys:
                os.write(node, bytes((shift, 0, key, 0, 0, 0, 0, 0)))
                os.write(node, bytes(8))
        finally:
            os.close(node)
