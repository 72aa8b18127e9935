"""Second-generation identity card readers with an SDT module, serial 115200 8N1.

Source: four independent codes (8051 firmware, SDT API re-implementation, Java, C#); no real reader was tried.
Golden bytes: tests/golden/wire/idcard_sdt.json. The photo is in a closed form and is thrown away unread.

What is on a card is personal: nothing here writes bytes of an answer to the log, and the name leaves this
file masked only. So this driver does not speak through `framing.Line`, which logs what comes.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drivers.capabilities import OK, DeviceInfo, DeviceStatus, State
from drivers.errors import DeviceFault, Fault, FrameError
from drivers.framing import FrameFormat, Splitter
from drivers.id_number import is_id_number, mask
from drivers.links import Link
from drivers.readings import CardShown

LINKS = ("serial", "tcp", "rfc2217")

_HEAD = {"name": "head", "kind": "const", "hex": "AA AA AA 96 69"}
_CHECKSUM = {"name": "ck", "kind": "checksum", "algo": "xor8", "size": 1, "over": ["len", "data"]}

REQUEST = FrameFormat.from_table(
    {
        "line": {"baud": 115200, "format": "8N1", "duplex": "full", "reply_ms": 2000},
        "stream": {"mode": "length", "max": 64, "gap_ms": 100},
        "fields": [
            _HEAD,
            {"name": "len", "kind": "length", "size": 2, "endian": "be", "over": ["cmd", "ck"]},
            {"name": "cmd", "kind": "uint", "size": 1},
            {"name": "para", "kind": "uint", "size": 1},
            {"name": "data", "kind": "data"},
            _CHECKSUM,
        ],
    },
    "idcard-sdt-request",
)

REPLY = FrameFormat.from_table(
    {
        "stream": {"mode": "length", "max": 2400, "gap_ms": 500},
        "fields": [
            _HEAD,
            {"name": "len", "kind": "length", "size": 2, "endian": "be", "over": ["sw", "ck"]},
            {"name": "sw", "kind": "uint", "size": 3, "endian": "be"},
            {"name": "data", "kind": "data"},
            _CHECKSUM,
        ],
    },
    "idcard-sdt-reply",
)

# Command and parameter of each step.
MODULE_STATUS = (0x11, 0xFF)
FIND_CARD = (0x20, 0x01)
SELECT_CARD = (0x20, 0x02)
READ_TEXT = (0x30, 0x01)

# The answer's status word.
GOOD, FOUND = 0x90, 0x9F

NAME, ID_NUMBER = slice(0, 30), slice(122, 158)
"""Within the text block: UTF-16, low byte first, padded with spaces."""
TEXT_SIZE = 256

FIND_EVERY_S = 0.3
REPLY_S = 0.5
READ_S = 2.0
"""1295 bytes take 0.11 s on the wire; the module first talks to the card by radio."""


@dataclass(frozen=True)
class Options:
    """Nothing to set: the module is what it is."""


def request(step: tuple[int, int]) -> bytes:
    """The frame of one step."""
    return REQUEST.encode(cmd=step[0], para=step[1], data=b"")


def card_of(payload: bytes) -> CardShown:
    """What a good answer to READ_TEXT says. Raises FrameError, without a word of what it held."""
    size = int.from_bytes(payload[:2], "big")
    text = payload[4 : 4 + size]
    if size != TEXT_SIZE or len(text) != size:
        raise FrameError(f"a card's text of {len(text)} bytes, not {TEXT_SIZE}")
    number = _field(text, ID_NUMBER)
    if not is_id_number(number):
        raise FrameError("a card whose number does not check")
    return CardShown(number, mask(_field(text, NAME)))


def _field(text: bytes, where: slice) -> str:
    return text[where].decode("utf-16-le", "replace").strip(" \0")


class Driver:
    """A card reader, as a CardReader."""

    def __init__(self, link: Link, options: Options, clock: Callable[[], float] = time.monotonic) -> None:
        self._link = link
        self._clock = clock
        self._splitter = Splitter(REPLY, clock)
        self._find_at = clock()
        self._salt = secrets.token_bytes(16)
        self._last = b""
        """Of the card that lies there since it was told of: some modules find it again and again."""
        self._misses = 0
        self.exchanged = 0
        """Frames, both ways."""

    @property
    def bad(self) -> int:
        """Damaged frames since the link was opened."""
        return self._splitter.bad

    def start(self) -> DeviceInfo:
        self._do(MODULE_STATUS, REPLY_S)
        return DeviceInfo(model="SDT")

    def check(self) -> DeviceStatus:
        try:
            self._do(MODULE_STATUS, REPLY_S)
        except DeviceFault as fault:
            return DeviceStatus(State.DOWN, fault.code, fault.detail)
        return OK

    def poll(self, timeout_s: float) -> Sequence[CardShown]:
        """Look for a card when it is time to; each is told of once, until it is lifted. Raises LinkLost.

        Blocks up to 3 s while a card is read, else as long as the module takes to say that there is none.
        """
        wait_s = self._find_at - self._clock()
        if wait_s > 0:
            self._splitter.feed(self._link.read(min(wait_s, timeout_s)))
            return []
        self._find_at = self._clock() + FIND_EVERY_S
        try:
            card = self._look()
        except DeviceFault:
            return []  # silence; the next `check` says so
        if card is None:
            return []
        seen = hashlib.sha256(self._salt + card.number.encode()).digest()
        before, self._last = self._last, seen
        return [] if seen == before else [card]

    def _look(self) -> CardShown | None:
        """The card that lies there, None: there is none to be read. Raises DeviceFault, FrameError."""
        status, _ = self._do(FIND_CARD, REPLY_S, (FOUND,))
        if status != FOUND:
            self._missed()
            return None
        if self._do(SELECT_CARD, REPLY_S, (GOOD,))[0] != GOOD:
            return None
        status, payload = self._do(READ_TEXT, READ_S, (GOOD,))
        if status != GOOD:
            return None
        self._misses = 0
        return card_of(payload)

    def _missed(self) -> None:
        """Lifted, once it was not found twice: a module that has read a card may lose it for one look."""
        self._misses += 1
        if self._misses > 1:
            self._last = b""

    def _do(self, step: tuple[int, int], within_s: float, good: Sequence[int] = (GOOD,)) -> tuple[int, bytes]:
        """One question and its answer: status word and payload. Raises DeviceFault NO_ANSWER, LinkLost."""
        self._splitter.feed(self._link.read(0))  # what came late is nobody's
        self._link.write(request(step))
        self.exchanged += 1
        deadline = self._clock() + within_s
        while True:
            remaining_s = deadline - self._clock()
            for frame in self._splitter.feed(self._link.read(max(0.0, remaining_s))):
                values = REPLY.decode(frame)
                status = values["sw"]
                self.exchanged += 1
                assert isinstance(status, int)
                return status, REPLY.payload(values)
            if remaining_s <= 0:
                raise DeviceFault(Fault.NO_ANSWER, f"no answer within {within_s:g} s")
