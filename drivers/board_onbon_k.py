"""Onbon BX-5K / BX-6K call boards (cards with fonts of their own), serial 8N1 or TCP 5005.

Source: the maker's open code (onbonlab/bx.k.java) and independent codes; no real board was tried.
Golden bytes: tests/golden/wire/board_onbon_k.json. Text goes into dynamic areas, which live in the card's
memory: nothing here writes its flash, which bears about 100 000 writes.
"""

import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from drivers.asking import TRIES, Asker
from drivers.capabilities import (
    OK,
    BoardMessage,
    Colour,
    DeviceInfo,
    DeviceStatus,
    Geometry,
    State,
    WallClock,
)
from drivers.card_text import ENCODINGS, cut, encode_text
from drivers.errors import DeviceFault, Fault, FrameError
from drivers.framing import FrameFormat, Line

LINKS = ("serial", "rs485", "tcp", "rfc2217")

FRAMES = FrameFormat.from_table(
    {
        # The times are proposals, not the maker's figures; 2 ms are what Modbus keeps at such speeds.
        "line": {"baud": 57600, "format": "8N1", "duplex": "half", "reply_ms": 1000, "quiet_ms": 2},
        "stream": {"mode": "delimiter", "max": 4096, "gap_ms": 200},
        "fields": [
            {"name": "head", "kind": "const", "hex": "A5 A5 A5 A5 A5 A5 A5 A5"},
            {"name": "dst", "kind": "uint", "size": 2, "endian": "le", "default": 1},
            {"name": "src", "kind": "uint", "size": 2, "endian": "le", "default": 0x8000},
            {"name": "rsv", "kind": "bytes", "size": 3},
            {"name": "opt", "kind": "uint", "size": 1},
            {"name": "ckmode", "kind": "uint", "size": 1},
            {"name": "disp", "kind": "uint", "size": 1},
            {"name": "dev", "kind": "uint", "size": 1, "default": 0xFE},
            {"name": "ver", "kind": "uint", "size": 1, "default": 2},
            {"name": "len", "kind": "length", "size": 2, "endian": "le", "over": ["data", "data"]},
            {"name": "data", "kind": "data"},
            {
                "name": "ck",
                "kind": "checksum",
                "algo": "crc16-arc",
                "size": 2,
                "endian": "le",
                "over": ["dst", "data"],
            },
            {"name": "tail", "kind": "const", "hex": "5A"},
        ],
        "escape": {
            "from": "dst",
            "to": "ck",
            "map": {"A5": "A6 02", "A6": "A6 01", "5A": "5B 02", "5B": "5B 01"},
        },
    },
    "led-bx-k",
)

# Group and command, then 01 "reply wanted" and two bytes that the maker's source leaves zero.
PING = bytes.fromhex("A2 00 01 00 00")
CLOCK = bytes.fromhex("A2 03 01 00 00")
SCREEN = bytes.fromhex("A3 00 01 00 00")
BRIGHTNESS = bytes.fromhex("A3 02 01 00 00")
DYNAMIC_AREA = bytes.fromhex("A3 06 01 00 00")

ANSWER_GROUP = 0xA0
GOOD, BAD = 0, 1
ERRORS = {
    1: "no such group",
    2: "no such command",
    3: "busy",
    4: "out of memory",
    5: "checksum wrong",
    6: "no such file",
    7: "flash trouble",
}

HOST, BROADCAST = 0x8000, 0xFFFE

CELL_DOTS, LINE_DOTS = 8, 16
PIXELS = 0x8000
"""Set on x and width: the 5K then counts pixels and not bytes; on the 6K it should do no harm (inferred)."""

STILL, LEFT = 1, 3
MARKS = {Colour.RED: b"\\C1", Colour.GREEN: b"\\C2", Colour.YELLOW: b"\\C3"}

LONGEST_BYTES = 1600
"""Text of all lines in one frame: even if every byte is escaped, it stays within FRAMES' 4096."""

MARK = "\\"
"""Begins a mark inside a text, and must not stand in free text."""

BRIGHTEST = 15

PING_S = 0.3
"""A card that takes longer for a ping holds up the others on its wire."""

CLOCK_EVERY_S = 6 * 3600.0
"""How often its clock is set; crystals of such cards may run off by seconds a day (inferred)."""


@dataclass(frozen=True)
class Options:
    address: int = 1
    """As set in the card, 1..65533."""
    columns: int = 16
    """Half-width cells in a line: the board's width in dots divided by 8."""
    rows: int = 1
    """Lines of 16 dots."""
    colour: bool = True
    """Send colour marks; false for a board that prints them as text."""
    encoding: str = "gb2312"
    """The card's font: gb2312, or gbk where rarer characters were seen to come out right."""
    reply_ms: int = 500
    """How long the card may take to answer a text; it is sent three times where that is 600 or less."""

    def __post_init__(self) -> None:
        for name, low, high in (("address", 1, 0xFFFD), ("columns", 2, 256), ("rows", 1, 16)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} must be from {low} to {high}")
        if not 100 <= self.reply_ms <= 1500:
            raise ValueError("reply_ms must be from 100 to 1500")
        if self.encoding not in ENCODINGS:
            raise ValueError("encoding must be gb2312 or gbk")


def area(
    number: int,
    x: int,
    y: int,
    width: int,
    height: int,
    text: bytes,
    *,
    effect: int,
    align: int = 0,
    speed: int = 0,
) -> bytes:
    """One dynamic area of a single line, in dots; `align` 0 left, 1 right, 2 centre; `speed` 0 (fast)..18."""
    single_line, break_by_hand = 1, 1
    line_space = run_in_a_loop = no_sound = 0
    timeout_s, hold_half_s = 5, 8
    return (
        b"\0"
        + struct.pack("<4H", x | PIXELS, y, width | PIXELS, height)
        + struct.pack("<BBBHBB", number, line_space, run_in_a_loop, timeout_s, no_sound, 0)
        + struct.pack(
            "<BBBBBBBI", align, single_line, break_by_hand, effect, 0, speed, hold_half_s, len(text)
        )
        + text
    )


def show_areas(areas: list[bytes]) -> bytes:
    """The data of one command that fills these areas and deletes none."""
    return DYNAMIC_AREA + bytes([0, len(areas)]) + b"".join(struct.pack("<H", len(a)) + a for a in areas)


def screen(is_on: bool) -> bytes:
    return SCREEN + bytes([1 if is_on else 2])


def clock(now: datetime) -> bytes:
    """The card's own clock, by which it dims and shows the time."""
    year = f"{now:%Y}"
    digits = (year[2:], year[:2], *f"{now:%m %d %H %M %S}".split(), f"{now.isoweekday():02d}")
    return CLOCK + bytes.fromhex("".join(digits))


def brightness(level: int) -> bytes:
    """0 (dark) .. 15, at once; the 48 half-hour values count only when the card dims by its clock."""
    return BRIGHTNESS + bytes([1, level]) + b"\1" * 48


class Driver:
    """A CallBoard. The card cannot flash text: who wants a flash shows text and nothing in turn."""

    def __init__(self, line: Line, options: Options, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._options = options
        self._monotonic = monotonic
        self._asker = Asker(line)
        self._level: int | None = None
        self._clock_due = 0.0
        self.geometry = Geometry(options.columns, options.rows)

    @property
    def resends(self) -> int:
        return self._asker.resends

    def start(self) -> DeviceInfo:
        """A card that was without power has lost its areas, and perhaps its clock and brightness."""
        self._level, self._clock_due = None, 0.0
        self._do(PING, PING_S, tries=1)
        return DeviceInfo(model="Onbon BX-K")

    def check(self) -> DeviceStatus:
        try:
            self._do(PING, PING_S, tries=1)
        except DeviceFault as fault:
            return DeviceStatus(State.DOWN, fault.code, fault.detail)
        return OK

    def show(self, message: BoardMessage) -> None:
        if message.clock is not None:
            self._set_clock(message.clock)
        if message.level is not None and message.level != self._level:
            self._light(message.level)
        self._do(show_areas(self._areas(message)), self._options.reply_ms / 1000)

    def turn(self, is_on: bool) -> None:
        """Light the board or darken it. Raises DeviceFault, LinkLost."""
        self._do(screen(is_on), PING_S)

    def dim(self, level: int) -> None:
        """Brightness 0..15. Not for every call: whether the card keeps it in flash is not known."""
        self._do(brightness(level), PING_S)

    def _light(self, percent: int) -> None:
        """Only where it differs from what this card was told before."""
        if not percent:
            self.turn(False)
        else:
            self.dim(max(1, round(percent * BRIGHTEST / 100)))
            if not self._level:
                self.turn(True)
        self._level = percent

    def _set_clock(self, wall: WallClock) -> None:
        now = self._monotonic()
        if now >= self._clock_due:
            self._do(clock(wall.now(now)), PING_S)
            self._clock_due = now + CLOCK_EVERY_S

    def claims(self, frame: bytes) -> bool:
        """Answers are waited for; what comes later is nobody's."""
        return False

    def _areas(self, message: BoardMessage) -> list[bytes]:
        columns, rows = self.geometry.columns, self.geometry.rows
        mark = MARKS[message.colour] if self._options.colour else b""
        lines = [*message.lines[:rows], *[""] * (rows - len(message.lines))]
        most = LONGEST_BYTES // rows
        motion = {"effect": LEFT, "speed": 6} if message.scroll else {"effect": STILL, "align": 2}
        return [
            area(
                row,
                0,
                row * LINE_DOTS,
                columns * CELL_DOTS,
                LINE_DOTS,
                mark + (cut(encode_text(text, self._options.encoding, without=MARK), most) or b" "),
                **motion,
            )
            for row, text in enumerate(lines)
        ]

    def _do(self, data: bytes, within_s: float, tries: int = TRIES) -> None:
        """Send a command, wait for the card's word. Raises DeviceFault (NO_ANSWER, REFUSED), LinkLost."""
        frame = FRAMES.encode(dst=self._options.address, data=data)
        answer = FRAMES.payload(FRAMES.decode(self._asker.ask(frame, self._is_answer, within_s, tries)))
        if len(answer) < 3 or answer[1] != GOOD:
            code = answer[2] if len(answer) > 2 else 0
            what = f"{data[:2].hex(' ')}: {ERRORS.get(code, 'error')} ({answer.hex(' ')})"
            raise DeviceFault(Fault.REFUSED, what)

    def _is_answer(self, frame: bytes) -> bool:
        """From my card? How addresses come back is inferred: any but another card's will do."""
        try:
            values = FRAMES.decode(frame)
        except FrameError:
            return False
        cards = {values["src"], values["dst"]} - {HOST, BROADCAST, 0}
        return FRAMES.payload(values)[:1] == bytes([ANSWER_GROUP]) and (
            not cards or self._options.address in cards
        )
