"""What an ESC/POS printer says of itself: the bytes of its three kinds of answers, asked for or not.

Source: SNBC BTP-2002NP programming manual (vendor); USB: the printer class in two open stacks. Golden bytes:
tests/golden/wire/printer_escpos.json, printer_usb_class.json. Never heard from a real printer yet.
"""

from collections import deque
from typing import TypeVar

from drivers.capabilities import OK, DeviceStatus, State
from drivers.errors import Fault

T = TypeVar("T")

Group = tuple[int, int, int, int]
"""Automatic status back: four bytes."""


class Replies:
    """Tells the three kinds apart on one stream by their fixed bits.

    `b & 93h == 12h`: DLE EOT. `b & 93h == 10h`: a group of four begins. `b & 90h == 00h`: GS r, or the
    rest of a group. All others (XON, XOFF, noise) mean nothing.
    """

    def __init__(self) -> None:
        self.now: deque[int] = deque(maxlen=16)
        """Answers to DLE EOT."""
        self.queued: deque[int] = deque(maxlen=16)
        """Answers to GS r."""
        self.groups: deque[Group] = deque(maxlen=16)
        self.last: Group | None = None
        """The newest group that was ever heard."""
        self._group: list[int] = []

    def feed(self, chunk: bytes) -> None:
        for b in chunk:
            if b & 0x93 == 0x12:
                self.now.append(b)
                self._group = []
            elif b & 0x93 == 0x10:
                self._group = [b]
            elif b & 0x90 == 0x00:
                self._plain(b)

    def _plain(self, b: int) -> None:
        if not self._group:
            self.queued.append(b)
            return
        self._group.append(b)
        if len(self._group) == 4:
            self.last = (self._group[0], self._group[1], self._group[2], b)
            self.groups.append(self.last)
            self._group = []

    def forget(self) -> None:
        """Throw all answers away; what the printer said of itself last is kept."""
        self.now.clear()
        self.queued.clear()
        self.groups.clear()
        self._group = []


def status_of(answers: tuple[int, int, int, int], near_end: bool) -> DeviceStatus:
    """What the four DLE EOT answers mean together; the cause that a person can mend comes first."""
    printer, offline, error, paper = answers
    return _first(
        (
            (offline & 0x04, Fault.COVER_OPEN),
            (offline & 0x20 or paper & 0x60 == 0x60, Fault.PAPER_OUT),
            (error & 0x08, Fault.CUTTER),
            (error & 0x40, Fault.OVERHEATED),
            (error & 0x20 or offline & 0x40, Fault.REFUSED),
            (printer & 0x08, Fault.OFFLINE),
        ),
        low=near_end and paper & 0x0C == 0x0C,
        said="DLE EOT 1-4: " + bytes(answers).hex(" "),
    )


def status_of_group(group: Group, near_end: bool) -> DeviceStatus:
    """What an automatic status group means."""
    printer, error, paper, _ = group
    return _first(
        (
            (printer & 0x20, Fault.COVER_OPEN),
            (paper & 0x0C == 0x0C, Fault.PAPER_OUT),
            (error & 0x08, Fault.CUTTER),
            (error & 0x40, Fault.OVERHEATED),
            (error & 0x24, Fault.REFUSED),
            (printer & 0x08, Fault.OFFLINE),
        ),
        low=near_end and paper & 0x03 == 0x03,
        said="GS a: " + bytes(group).hex(" "),
    )


def status_of_port(byte: int) -> DeviceStatus:
    """What GET_PORT_STATUS means. Many cheap printers always say that all is well."""
    return _first(
        (
            (byte & 0x20, Fault.PAPER_OUT),
            (not byte & 0x08, Fault.REFUSED),
            (not byte & 0x10, Fault.OFFLINE),
        ),
        low=False,
        said=f"port status {byte:02x}",
    )


def _first(causes: tuple[tuple[int | bool, Fault], ...], *, low: bool, said: str) -> DeviceStatus:
    for is_so, fault in causes:
        if is_so:
            return DeviceStatus(State.DOWN, fault, said)
    return DeviceStatus(State.DEGRADED, Fault.PAPER_LOW) if low else OK
