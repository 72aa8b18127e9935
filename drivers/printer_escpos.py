"""Ticket printers that speak ESC/POS: SNBC, Epson, Gainscha, Xprinter and their many relatives, 58 and 80 mm.

Source of the commands and replies: SNBC BTP-2002NP programming manual (vendor), beside others named in
tests/golden/wire/printer_escpos.json. Nothing here was tried on a real printer yet, only against the twin.
"""

import time
from collections import deque
from collections.abc import Iterator
from typing import Protocol

from drivers.capabilities import OK, DeviceInfo, DeviceStatus, Slip, State
from drivers.errors import DeviceFault, Fault, LinkLost
from drivers.escpos_slip import BAND_DOTS, Encoder, Options

__all__ = ["LINKS", "Driver", "Options"]

LINKS = ("tcp", "serial", "file", "usb", "rfc2217")

# SNBC: GS r 1 waits in the print queue, so its answer proves that all bytes before it were worked off.
ASK_IN_QUEUE = b"\x1dr\x01"
# SNBC: DLE EOT n is answered at once, even offline; 1 printer, 2 why offline, 3 error, 4 paper.
ASK_NOW = (b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x03", b"\x10\x04\x04")
QUIET_S = 0.02
"""Nothing for so long: all that was under way has come."""
ANSWER_S = 0.5
"""Facts from the field: 200 to 500 ms for each status byte."""


class Link(Protocol):
    """What this driver needs of `drivers.links`."""

    def read(self, timeout_s: float) -> bytes: ...

    def write(self, chunk: bytes) -> None: ...


# --- what the printer says ----------------------------------------------------------------------------------


class Replies:
    """Tells the three kinds of answers apart on one stream, asked for or not."""

    def __init__(self) -> None:
        self.now: deque[int] = deque(maxlen=16)
        """Answers to DLE EOT: `b & 93h == 12h`."""
        self.queued: deque[int] = deque(maxlen=16)
        """Answers to GS r: `b & 90h == 00h` outside of a group."""
        self._group_left = 0

    def feed(self, chunk: bytes) -> None:
        for b in chunk:
            if b & 0x93 == 0x12:
                self.now.append(b)
                self._group_left = 0
            elif b & 0x93 == 0x10:  # an automatic status group begins: three more bytes of it follow
                self._group_left = 3
            elif b & 0x90 == 0x00:
                if self._group_left:
                    self._group_left -= 1
                else:
                    self.queued.append(b)


def status_of(answers: tuple[int, int, int, int], near_end: bool) -> DeviceStatus:
    """What the four DLE EOT answers mean together; the cause that a person can mend comes first."""
    printer, offline, error, paper = answers
    for is_so, fault in (
        (offline & 0x04, Fault.COVER_OPEN),
        (offline & 0x20 or paper & 0x60 == 0x60, Fault.PAPER_OUT),
        (error & 0x08, Fault.CUTTER),
        (error & 0x40, Fault.OVERHEATED),
        (error & 0x20 or offline & 0x40, Fault.REFUSED),
        (printer & 0x08, Fault.OFFLINE),
    ):
        if is_so:
            return DeviceStatus(State.DOWN, fault, "DLE EOT 1-4: " + bytes(answers).hex(" "))
    if near_end and paper & 0x0C == 0x0C:
        return DeviceStatus(State.DEGRADED, Fault.PAPER_LOW)
    return OK


class Driver:
    """A TicketPrinter."""

    def __init__(self, link: Link, options: Options) -> None:
        self._link = link
        self._options = options
        self._replies = Replies()
        self._encoder = Encoder(options)
        self._says_done = True

    def start(self) -> DeviceInfo:
        """Shake hands, clear what a cut-off job left there, learn whether it tells when a job is done.

        Blocks up to 3 s. Raises DeviceFault (NO_ANSWER), LinkLost.
        """
        self._forget()
        if self._options.status and self._ask_now(0) is None and self._ask_now(0) is None:
            raise DeviceFault(Fault.NO_ANSWER, f"no answer to DLE EOT 1 within {2 * ANSWER_S} s")
        # Half a picture may wait for its rest: NULs fill it up as white paper, and are ignored elsewhere.
        self._link.write(bytes(self._options.width_dots // 8 * BAND_DOTS) + b"\x1b@")
        if self._options.status and self._status().state is not State.DOWN:
            self._link.write(ASK_IN_QUEUE)
            self._says_done = self._hear(self._replies.queued, 2 * ANSWER_S) is not None
        return DeviceInfo(facts={"confirms": "yes" if self._options.status and self._says_done else "no"})

    def check(self) -> DeviceStatus:
        if not self._options.status:
            return DeviceStatus(State.UNCONFIRMED)
        return self._status()

    def print_slip(self, slip: Slip) -> bool:
        """Blocks up to 8 s (a serial link at 9600 baud: as long as the bytes take)."""
        if self._options.status and (now := self._status()).state is State.DOWN and now.code:
            raise DeviceFault(now.code, now.detail)
        try:
            job = self._encoder.encode(slip)
        except ValueError as error:
            raise DeviceFault(Fault.REFUSED, str(error)) from error
        try:
            self._link.write(job)
            return self._options.status and self._confirmed()
        except LinkLost as error:
            raise DeviceFault(Fault.LINK_LOST, str(error), begun=True) from error

    def _confirmed(self) -> bool:
        """Wait for the answer that stands behind the job in the queue. Raises DeviceFault (begun)."""
        self._forget()
        if self._says_done:
            self._link.write(ASK_IN_QUEUE)
        until = time.monotonic() + self._options.confirm_s
        while self._says_done and time.monotonic() < until:
            done = self._hear(self._replies.queued, ANSWER_S)
            if done is not None and done & 0x0C != 0x0C:
                return True
            self._trouble()
        self._trouble()
        return False

    def _trouble(self) -> None:
        """Raise what has gone wrong with a begun job; a printer that is only busy may say offline."""
        now = self._status(forget=False)
        if now.state is State.DOWN and now.code and now.code is not Fault.OFFLINE:
            raise DeviceFault(now.code, now.detail, begun=True)

    def _status(self, *, forget: bool = True) -> DeviceStatus:
        """Ask until the answers fit the questions, at most four times; trouble must be said twice.

        An answer may be a late one, or come from a picture that holds the bytes of a question; then all that
        follow are one question behind, and one is left over.
        """
        if forget:
            self._forget()
        now = before = self._round()
        for _ in range(3):
            if now.code is Fault.NO_ANSWER:
                return now
            left_over = self._hear(self._replies.now, QUIET_S) is not None
            if not left_over and (now.state is not State.DOWN or now is not before):
                return now
            before, now = now, self._round()
        return now

    def _round(self) -> DeviceStatus:
        answers = []
        for n in range(4):
            answer = self._ask_now(n)
            if answer is None:
                silence = f"no answer to DLE EOT {n + 1} within {ANSWER_S} s"
                return DeviceStatus(State.DOWN, Fault.NO_ANSWER, silence)
            answers.append(answer)
        return status_of((answers[0], answers[1], answers[2], answers[3]), self._options.near_end)

    def _ask_now(self, n: int) -> int | None:
        self._replies.now.clear()
        self._link.write(ASK_NOW[n])
        return self._hear(self._replies.now, ANSWER_S)

    def _hear(self, kind: deque[int], within_s: float) -> int | None:
        """Read until an answer of this kind is there."""
        until = time.monotonic() + within_s
        for left in _countdown(until):
            if kind:
                return kind.popleft()
            self._replies.feed(self._link.read(left))
        return kind.popleft() if kind else None

    def _forget(self) -> None:
        """Throw away what came unasked, so that an old answer is not taken for a new one."""
        for _ in range(64):
            if not self._link.read(QUIET_S):
                break
        self._replies = Replies()


def _countdown(until: float) -> Iterator[float]:
    while (left := until - time.monotonic()) > 0:
        yield left
