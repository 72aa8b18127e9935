"""What a Lumen C-Power card is told, in serial and in network frames; its windows hold text and pictures.

Source: Lumen external-calls protocol document, and field frames of independent projects; no real card was
tried. Golden bytes: tests/golden/wire/led_cpower.json. Nothing here saves windows to the card's flash.
"""

import math
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.asking import TRIES, Asker
from drivers.capabilities import OK, BoardMessage, Colour, DeviceInfo, DeviceStatus, Geometry
from drivers.card_text import ENCODINGS, cut, encode_text, is_in_font
from drivers.errors import DeviceFault, Fault, FrameError
from drivers.framing import FrameFormat, Line
from drivers.led_raster import Dots, code_dots, line_dots

_BODY: list[dict[str, object]] = [
    {"name": "ptype", "kind": "uint", "size": 1, "default": 0x68},
    {"name": "ctype", "kind": "const", "hex": "32"},
    {"name": "card", "kind": "uint", "size": 1, "default": 1},
    {"name": "proto", "kind": "const", "hex": "7B"},
    {"name": "flag", "kind": "uint", "size": 1, "default": 1},
    {"name": "len", "kind": "length", "size": 2, "endian": "le", "over": ["data", "data"]},
    {"name": "po", "kind": "uint", "size": 1},
    {"name": "tp", "kind": "uint", "size": 1},
    {"name": "data", "kind": "data"},
    {"name": "ck", "kind": "checksum", "algo": "sum16", "size": 2, "endian": "le", "over": ["ptype", "data"]},
]

SERIAL = FrameFormat.from_table(
    {
        # The times are proposals, not the maker's figures.
        "line": {"baud": 115200, "format": "8N1", "duplex": "half", "reply_ms": 500, "quiet_ms": 2},
        "stream": {"mode": "delimiter", "max": 4096, "gap_ms": 200},
        "fields": [
            {"name": "head", "kind": "const", "hex": "A5"},
            *_BODY,
            {"name": "tail", "kind": "const", "hex": "AE"},
        ],
        "escape": {"from": "ptype", "to": "ck", "map": {"A5": "AA 05", "AA": "AA 0A", "AE": "AA 0E"}},
    },
    "lumen-serial",
)

NETWORK = FrameFormat.from_table(
    {
        "stream": {"mode": "length", "max": 4096, "gap_ms": 500},
        "fields": [
            # All FF fits every card. That the length goes low byte first is inferred.
            {"name": "idcode", "kind": "uint", "size": 4, "endian": "be", "default": 0xFFFFFFFF},
            {"name": "plen", "kind": "length", "size": 2, "endian": "le", "over": ["ptype", "ck"]},
            {"name": "rsv", "kind": "const", "hex": "00 00"},
            *_BODY,
        ],
    },
    "lumen-network",
)

ANSWER = 0x80
"""Set in the packet type of a reply, whose flag byte then says how it went."""
ERRORS = {1: "checksum wrong", 2: "packets out of order"}

FONTS = {8: 0, 12: 1, 16: 2, 24: 3, 32: 4, 40: 5, 48: 6, 56: 7}
"""Height in dots -> the card's font."""

AT_ONCE, SCROLL_LEFT, FLICKER = 0, 11, 13
CENTRE_MIDDLE = 0b0101
SPEED = 5
STAY_S = 3

RGB = {Colour.RED: b"\xff\x00\x00", Colour.GREEN: b"\x00\xff\x00", Colour.YELLOW: b"\xff\xff\x00"}
PLANES = {Colour.RED: 1, Colour.GREEN: 2, Colour.YELLOW: 3}
"""A picture's property: bit 0 red, bit 1 green; a plane for each."""

LONGEST_BYTES = 1000
"""Text of one window: how much a card keeps is not written; this is more than anybody reads in passing."""

Window = tuple[int, int, int, int]
"""x, y, width, height in dots."""


@dataclass(frozen=True)
class Options:
    address: int = 1
    """As set on the card, 1..254."""
    width_dots: int = 128
    height_dots: int = 16
    font_dots: int = 16
    """Height of a line: one of 8, 12, 16, 24, 32, 40, 48, 56."""
    encoding: str = "gb2312"
    """The card's font: gb2312, or gbk where rarer characters were seen to come out right."""
    pictures: bool = True
    """Draw what the font lacks, and codes; false for a card that was seen not to show pictures rightly."""
    reply_ms: int = 500
    """How long the card may take to answer."""
    packet_bytes: int = 200
    """Longer commands go in several packets."""
    windows_every_s: int = 30
    """Its windows are made again so often, for a card that lost its power a moment; 0: when it comes up."""

    def __post_init__(self) -> None:
        for name, low, high in (
            ("address", 1, 254),
            ("width_dots", 16, 2048),
            ("height_dots", 8, 512),
            ("reply_ms", 100, 1500),
            ("packet_bytes", 32, 1024),
            ("windows_every_s", 0, 3600),
        ):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} must be from {low} to {high}")
        if self.font_dots not in FONTS:
            raise ValueError(f"font_dots must be one of {', '.join(map(str, FONTS))}")
        if self.font_dots > self.height_dots:
            raise ValueError(f"font_dots must not be more than the height of {self.height_dots}")
        if self.height_dots // self.font_dots > 7:
            raise ValueError("font_dots must be larger: a card has 8 windows, one for each line")
        if self.encoding not in ENCODINGS:
            raise ValueError("encoding must be gb2312 or gbk")

    @property
    def picture_dots(self) -> int:
        """Side of the square at the right that a code may take; 0: no codes here."""
        return min(self.height_dots, self.width_dots // 2) if self.pictures else 0


# --- commands: the data of one message ----------------------------------------------------------------------


def divide(windows: tuple[Window, ...]) -> bytes:
    """Split the screen into 1..8 windows, numbered from 0."""
    return bytes([0x01, len(windows)]) + b"".join(struct.pack(">4H", *window) for window in windows)


def text(window: int, encoded: bytes, colour: Colour, font: int, *, effect: int = AT_ONCE) -> bytes:
    """Plain text, centred in its window."""
    head = struct.pack(">BBBBBHB", 0x12, window, effect, CENTRE_MIDDLE, SPEED, STAY_S, font)
    return head + RGB[colour] + encoded + b"\0"


def picture(window: int, dots: Dots, colour: Colour, *, speed: int = 1, stay_s: int = STAY_S) -> bytes:
    """One picture in its window's corner. That bit 7 is leftmost and x, y go high byte first is inferred."""
    still, in_place, x, y = 0, 0x04, 0, 0
    head = struct.pack(">BBBBHBHH", 0x03, window, still, speed, stay_s, in_place, x, y)
    size = b"I1" + struct.pack("<HHBB", dots.width, dots.height, PLANES[colour], 0)
    return head + size + dots.rows * PLANES[colour].bit_count()


def packets(data: bytes, size: int) -> list[tuple[int, int, bytes]]:
    """(number, last number, part): only the first part begins with the command."""
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return [(number, len(parts) - 1, part) for number, part in enumerate(parts)]


# --- the driver ---------------------------------------------------------------------------------------------


class Card:
    """A CallBoard. The card has no known question that changes nothing: between messages it is believed.

    No command for its brightness is known either; level 0 shows nothing.
    """

    def __init__(self, line: Line, options: Options, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._frames = line.format
        self._options = options
        self._monotonic = monotonic
        self._asker = Asker(line)
        self._windows: tuple[Window, ...] = ()
        self._windows_due = math.inf
        self.geometry = Geometry(
            options.width_dots * 2 // options.font_dots,
            options.height_dots // options.font_dots,
            flashes=True,
            picture_dots=options.picture_dots,
            picture_columns=-(-options.picture_dots * 2 // options.font_dots),
        )

    @property
    def resends(self) -> int:
        return self._asker.resends

    def start(self) -> DeviceInfo:
        """Make the windows: a card that was without power has forgotten them (inferred)."""
        self._windows = ()
        self._divide(self._layout(has_code=False), tries=1)
        return DeviceInfo(model="Lumen C-Power")

    def check(self) -> DeviceStatus:
        self._line.look()
        return OK

    def show(self, message: BoardMessage) -> None:
        windows = self._layout(bool(message.code))
        if windows != self._windows or self._monotonic() >= self._windows_due:
            self._divide(windows)
        rows = self.geometry.rows
        lines = message.lines if message.level != 0 else ()
        for row, words in enumerate([*lines, *[""] * rows][:rows]):
            self._do(self._line_of(row, words, message, windows[row]))
        if message.code:
            side = windows[rows][3]
            dots = code_dots(message.code, side) if lines else Dots(side, side, bytes(-(-side // 8) * side))
            self._do(picture(rows, dots, message.colour))

    def claims(self, frame: bytes) -> bool:
        """Answers are waited for; what comes later is nobody's."""
        return False

    # --- inside ---------------------------------------------------------------------------------------------

    def _layout(self, has_code: bool) -> tuple[Window, ...]:
        """A window for each line, and one for a code at the right."""
        side = self.geometry.picture_dots if has_code else 0
        width, height = self._options.width_dots - side, self._options.font_dots
        lines = tuple((0, row * height, width, height) for row in range(self.geometry.rows))
        return (*lines, (width, 0, side, side)) if side else lines

    def _line_of(self, row: int, words: str, message: BoardMessage, window: Window) -> bytes:
        """Text; a still line that the card's font lacks as a picture."""
        effect = SCROLL_LEFT if message.scroll else FLICKER if message.flash_s else AT_ONCE
        if self._options.pictures and not message.scroll and not is_in_font(words, self._options.encoding):
            dots = line_dots(words, window[3], window[2])
            if dots is not None:
                return picture(row, dots, message.colour)
        encoded = cut(encode_text(words, self._options.encoding), LONGEST_BYTES) or b" "
        return text(row, encoded, message.colour, FONTS[self._options.font_dots], effect=effect)

    def _divide(self, windows: tuple[Window, ...], tries: int = TRIES) -> None:
        self._do(divide(windows), tries)
        self._windows = windows
        every_s = self._options.windows_every_s
        self._windows_due = self._monotonic() + every_s if every_s else math.inf

    def _do(self, data: bytes, tries: int = TRIES) -> None:
        """Send a command in its packets, wait for each answer. Raises DeviceFault, LinkLost."""
        for number, last, part in packets(data, self._options.packet_bytes):
            frame = self._frames.encode(card=self._options.address, po=number, tp=last, data=part)
            answer = self._asker.ask(frame, self._is_answer, self._options.reply_ms / 1000, tries)
            how = self._frames.decode(answer)["flag"]
            if how:
                why = ERRORS.get(int(how), "error")
                raise DeviceFault(Fault.REFUSED, f"{data[:1].hex()}: {why} ({answer[:24].hex(' ')})")

    def _is_answer(self, frame: bytes) -> bool:
        try:
            values = self._frames.decode(frame)
        except FrameError:
            return False
        return bool(int(values["ptype"]) & ANSWER) and values["card"] == self._options.address
