"""Ticket printers that speak ESC/POS: SNBC, Epson, Gainscha, Xprinter and their many relatives, 58 and 80 mm.

Source of the commands and replies: SNBC BTP-2002NP programming manual (vendor), beside others named in
tests/golden/wire/printer_escpos.json. Nothing here was tried on a real printer yet, only against the twin.
"""

import contextlib
import time
from collections import deque
from collections.abc import Iterator
from typing import Protocol

from drivers.capabilities import DeviceInfo, DeviceStatus, Slip, State
from drivers.errors import DeviceFault, Fault, LinkLost
from drivers.escpos_slip import BAND_DOTS, TELL_CHANGES, Encoder, Options
from drivers.escpos_status import Replies, T, status_of, status_of_group, status_of_port

__all__ = ["LINKS", "Driver", "Options"]

LINKS = ("tcp", "serial", "file", "usb", "rfc2217")

# SNBC: GS r 1 waits in the print queue, so its answer proves that all bytes before it were worked off.
ASK_IN_QUEUE = b"\x1dr\x01"
# SNBC: DLE EOT n is answered at once, even offline; 1 printer, 2 why offline, 3 error, 4 paper.
ASK_NOW = (b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x03", b"\x10\x04\x04")
# SNBC: DLE ENQ 2: recover from a cutter's error, and drop what waits: a slip must not come out late.
RECOVER = b"\x10\x05\x02"
QUIET_S = 0.02
"""Nothing for so long: all that was under way has come."""
ANSWER_S = 0.5
"""Facts from the field: 200 to 500 ms for each status byte."""
SETTLE_S = 0.2
"""Old answers come right behind each other: the printer has nothing to print between them."""
PLAIN = frozenset({Fault.COVER_OPEN, Fault.PAPER_OUT, Fault.CUTTER, Fault.OVERHEATED})
"""Causes that a person sees too; who holds the feed button is offline as well, and that is no trouble."""
RARELY = 20
"""Of so many checks of a jammed cutter, in the end one tries to recover."""


class Link(Protocol):
    """What this driver needs of a link; and its `write_now`, `lag_s`, `port_status`, where it has them."""

    def read(self, timeout_s: float) -> bytes: ...

    def write(self, chunk: bytes) -> None: ...


class Driver:
    """A TicketPrinter."""

    def __init__(self, link: Link, options: Options) -> None:
        self._link = link
        self._write_now = getattr(link, "write_now", link.write)
        self._options = options
        self._replies = Replies()
        self._encoder = Encoder(options)
        self._answers = True
        """To DLE EOT; else only by groups, or not at all."""
        self._says_done: bool | None = None
        """By an answer to GS r; None: not known yet."""
        self._owed = 0
        """Questions in the queue that were not answered yet."""
        self._jams = 0
        """Checks in a row that found the cutter jammed."""

    def start(self) -> DeviceInfo:
        """Shake hands, clear what a cut-off job left there, learn whether it tells when a job is done.

        Blocks up to 4 s. Raises DeviceFault (NO_ANSWER), LinkLost.
        """
        try:
            self._shake_hands()
        except LinkLost as error:
            full = self._full(error)
            raise DeviceFault(full.code or Fault.NO_ANSWER, full.detail) from error
        talks = "no" if not self._options.status else "asked" if self._answers else "by itself"
        return DeviceInfo(facts={"status": talks, "confirms": "yes" if self._says_done else "no"})

    def check(self) -> DeviceStatus:
        status = self._present()
        self._jams = self._jams + 1 if status.code is Fault.CUTTER else 0
        if self._jams and (self._jams & (self._jams - 1) == 0 or self._jams % RARELY == 0):
            self._write_now(RECOVER)  # somebody may have freed the knife
            status = self._present()
        return status

    def poll(self, timeout_s: float) -> tuple[()]:
        """Hear what the printer tells by itself, between the questions. Raises DeviceFault, LinkLost."""
        self._replies.feed(self._link.read(timeout_s))
        told = self._told() if self._replies.groups else None
        self._replies.groups.clear()
        if told and told.code in PLAIN:
            raise DeviceFault(told.code, told.detail)
        return ()

    def print_slip(self, slip: Slip) -> bool:
        """Blocks up to 8 s (a serial link at 9600 baud: as long as the bytes take)."""
        now = self._present()
        if now.state is State.DOWN and now.code:
            raise DeviceFault(now.code, now.detail)
        self._be_done_with_earlier_slips()
        try:
            job = self._encoder.encode(slip)
        except ValueError as error:
            raise DeviceFault(Fault.REFUSED, str(error)) from error
        try:
            self._link.write(job)
            return self._options.status and self._confirmed()
        except LinkLost as error:
            raise self._stuck(error) from error

    # --- before the job

    def _shake_hands(self) -> None:
        """Raises DeviceFault, LinkLost."""
        has_status, self._owed, self._says_done = self._options.status, 0, None
        self._forget()
        self._answers = has_status and any(self._ask_now(0) is not None for _ in range(2))
        self._clear()
        group = self._group()
        if has_status and not self._answers and group is None:
            silent = self._silent(f"no answer to DLE EOT 1 and GS a within {2 * ANSWER_S} s")
            raise DeviceFault(silent.code or Fault.NO_ANSWER, silent.detail)
        if has_status and self._status().state is not State.DOWN:
            self._says_done = self._settle(2 * ANSWER_S) or None  # just switched on: asked again at a slip

    def _clear(self) -> None:
        """Half a picture may wait for its rest: NULs fill it up as white paper, and are ignored elsewhere."""
        self._link.write(bytes(self._options.width_dots // 8 * BAND_DOTS) + b"\x1b@")

    def _be_done_with_earlier_slips(self) -> None:
        """Raises DeviceFault: the printer is still at one."""
        if self._says_done is None and self._options.status:  # it was in trouble when it began
            self._clear()
            self._says_done = self._settle(2 * ANSWER_S)
        if not (self._owed and self._says_done) or self._settle(2 * ANSWER_S):
            return
        self._clear()  # its end may have been lost on the way
        if not self._settle(2 * ANSWER_S):
            raise DeviceFault(Fault.OFFLINE, "it is still at an earlier slip")

    def _settle(self, within_s: float) -> bool:
        """Let the answers to all old questions come, so that none is taken for that to a new one."""
        self._ask_in_queue()
        if self._hear(self._replies.queued, within_s) is None:
            return False
        while self._hear(self._replies.queued, SETTLE_S) is not None:
            pass
        self._owed = 0
        return True

    # --- after the job

    def _confirmed(self) -> bool:
        """Wait for the answer that stands behind the job in the queue. False: it is none that can say.

        An answer has no mark of its own: one that does not come alone is none, and is asked for again.
        Raises DeviceFault (begun), LinkLost.
        """
        if not self._says_done:
            self._trouble()
            return False
        self._ask_in_queue()
        until = time.monotonic() + self._options.confirm_s + self._lag_s()
        while time.monotonic() < until:
            done = self._hear(self._replies.queued, ANSWER_S)
            if done is None:
                self._trouble()
            elif self._hear(self._replies.queued, QUIET_S) is not None:
                self._settle(ANSWER_S)
                self._ask_in_queue()
            else:
                self._owed = 0
                if done & 0x0C != 0x0C:
                    return True
                self._trouble()
                self._ask_in_queue()
        now = self._status(forget=False)
        code = now.code if now.state is State.DOWN else None
        silence = f"no word on the slip within {self._options.confirm_s:g} s (confirm_s); {now.detail}"
        raise DeviceFault(code or Fault.NO_ANSWER, silence, begun=True)

    def _trouble(self) -> None:
        """Raise what has gone wrong with a begun job; one that is only busy may say offline, or nothing."""
        now = self._status(forget=False)
        if now.state is State.DOWN and now.code and now.code not in (Fault.OFFLINE, Fault.NO_ANSWER):
            raise DeviceFault(now.code, now.detail, begun=True)

    def _stuck(self, error: LinkLost) -> DeviceFault:
        """Why the printer takes no more of a begun job: what it said by itself, or else a lost link."""
        self._owed += 1  # half of it may be there
        with contextlib.suppress(LinkLost):
            self._catch_up()
            for status in (self._told(), self._port()):
                if status is not None and status.state is State.DOWN and status.code:
                    return DeviceFault(status.code, f"{status.detail}; {error}", begun=True)
        return DeviceFault(Fault.LINK_LOST, str(error), begun=True)

    def _ask_in_queue(self) -> None:
        self._replies.queued.clear()
        self._owed += 1
        self._link.write(ASK_IN_QUEUE)

    # --- how it is

    def _present(self) -> DeviceStatus:
        """As far as it can be known now. Raises LinkLost."""
        if not self._options.status:
            return self._port()
        try:
            return self._status()
        except LinkLost as error:
            return self._full(error)

    def _full(self, error: LinkLost) -> DeviceStatus:
        """How a printer is that takes no bytes and is still there: a USB port says so. Raises LinkLost."""
        port = self._port()
        told = self._told() if self._port_byte() is not None else None
        for status in (port, told):
            if status and status.state is State.DOWN:
                return status
        raise error

    def _status(self, *, forget: bool = True) -> DeviceStatus:
        """Ask until the answers fit the questions, at most four times; trouble must be said twice.

        An answer may be a late one, or come from a picture that holds the bytes of a question; then all that
        follow are one question behind, and one is left over.
        """
        if forget:
            self._forget()
        if not self._answers:
            return self._status_by_group()
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
                return self._silent(f"no answer to DLE EOT {n + 1} within {ANSWER_S} s")
            answers.append(answer)
        return status_of((answers[0], answers[1], answers[2], answers[3]), self._options.near_end)

    def _status_by_group(self) -> DeviceStatus:
        """A blocked printer says nothing more: then its last word holds."""
        group = self._group()
        told = self._told()
        if group is None and (told is None or told.state is not State.DOWN):
            return self._silent(f"no answer to GS a within {ANSWER_S} s")
        return told or self._silent("no group")

    def _silent(self, detail: str) -> DeviceStatus:
        port = self._port()
        return port if port.state is State.DOWN else DeviceStatus(State.DOWN, Fault.NO_ANSWER, detail)

    def _told(self) -> DeviceStatus | None:
        last = self._replies.last
        return status_of_group(last, self._options.near_end) if last else None

    def _port(self) -> DeviceStatus:
        """What a USB port says by itself, where the link is one and it says trouble."""
        byte = self._port_byte()
        status = DeviceStatus(State.UNCONFIRMED) if byte is None else status_of_port(byte)
        return status if status.state is State.DOWN else DeviceStatus(State.UNCONFIRMED)

    def _port_byte(self) -> int | None:
        ask = getattr(self._link, "port_status", None)
        return ask() if ask else None

    def _group(self) -> tuple[int, int, int, int] | None:
        """The group that GS a brings at once, when the printer works its queue off."""
        if not (self._options.status and self._options.automatic):
            return None
        self._replies.groups.clear()
        self._link.write(TELL_CHANGES)
        return self._hear(self._replies.groups, ANSWER_S)

    def _ask_now(self, n: int) -> int | None:
        self._replies.now.clear()
        self._write_now(ASK_NOW[n])
        return self._hear(self._replies.now, ANSWER_S)

    def _hear(self, kind: deque[T], within_s: float) -> T | None:
        """Read until an answer of this kind is there; the question may still be on a slow wire."""
        until = time.monotonic() + within_s + self._lag_s()
        for left in _countdown(until):
            if kind:
                return kind.popleft()
            self._replies.feed(self._link.read(left))
        return kind.popleft() if kind else None

    def _lag_s(self) -> float:
        return float(getattr(self._link, "lag_s", 0.0))

    def _forget(self) -> None:
        """So that an old answer is not taken for a new one."""
        self._catch_up()
        self._replies.forget()

    def _catch_up(self) -> None:
        """Read what came unasked, until nothing more comes; a read may also end because somebody woke it."""
        until, longest = time.monotonic() + QUIET_S, time.monotonic() + 1.0
        while (left := min(until, longest) - time.monotonic()) > 0:
            if chunk := self._link.read(left):
                self._replies.feed(chunk)
                until = time.monotonic() + QUIET_S


def _countdown(until: float) -> Iterator[float]:
    while (left := until - time.monotonic()) > 0:
        yield left
