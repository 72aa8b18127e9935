"""An interpreter of ESC/POS, written from the manuals and apart from the encoder that it checks.

Source: SNBC BTP-2002NP programming manual (vendor); QR commands: two independent codes agree. It keeps what
comes to lie on the paper: lines of cells, pictures, codes, feeds and cuts.
"""

from collections.abc import Generator
from dataclasses import dataclass, field

CELL = 12
"""Dots of a half-width character, font A; Chinese ones have twice that, both are 24 high."""
LONGEST_CODE = 700
"""Characters: at correction level M and four bytes each they fit the largest QR code."""
KNIFE_DOTS = 110
"""From the print head to the knife [inferred: 12 to 15 mm]."""
LINE_FEED = 30
"""Dots from line to line after ESC @: 1/6 inch at 180 or 203 dpi."""

Bytes = Generator[None, int, int]


@dataclass(frozen=True)
class Cell:
    char: str
    wide: int
    high: int
    bold: bool

    @property
    def dots(self) -> int:
        return CELL * self.wide * (1 if self.char.isascii() else 2)


@dataclass(frozen=True)
class Line:
    """Characters printed on one line."""

    cells: tuple[Cell, ...]
    align: str
    pitch: int = LINE_FEED

    @property
    def height(self) -> int:
        return max(self.pitch, max((24 * c.high for c in self.cells), default=0))

    @property
    def text(self) -> str:
        return "".join(c.char for c in self.cells)


@dataclass(frozen=True)
class Dots:
    """One raster picture, row by row, bit 7 leftmost, 1 = black."""

    rows: bytes
    width_bytes: int
    height: int
    align: str


@dataclass(frozen=True)
class Code:
    """A QR code that the printer itself draws."""

    data: str
    module: int
    align: str


@dataclass(frozen=True)
class Logo:
    """A picture of the printer's own flash; which one it is, only the hall knows."""

    number: int
    align: str


@dataclass(frozen=True)
class Feed:
    dots: int


Item = Line | Dots | Code | Logo | Feed


@dataclass
class Sheet:
    """One piece of paper between two cuts."""

    items: list[Item] = field(default_factory=list)
    cut: bool = False
    knife: str = ""
    """How it was cut: full, partial; old: ESC i and ESC m mean either, by maker."""
    mm: int = 0
    """How much of the roll it took, once it is cut; the printer's owner measures."""

    @property
    def blank(self) -> bool:
        return not any(not isinstance(i, Feed) for i in self.items)


class Interpreter:
    """Takes bytes one at a time and lays down items; its state outlives a connection, as in a printer."""

    def __init__(self, width_dots: int, charset: str = "gb18030", *, answers_queue: bool = True) -> None:
        self.width_dots = width_dots
        self.charset = charset
        self._answers_queue = answers_queue
        self.sheet = Sheet()
        self.done: list[Sheet] = []
        """Sheets that were cut off, oldest first; the owner empties it."""
        self.replies = bytearray()
        """What the queue has answered (GS r); the owner empties it."""
        self.automatic = 0
        """GS a's n; ESC @ ends it, so that an encoder does not rely on the contrary."""
        self.told_now = False
        """GS a wants a group at once; the owner takes it back."""
        self.sounds = 0
        """Beeps, and pulses for the drawer's plug."""
        self.unknown: list[str] = []
        """Commands that this interpreter does not know, in hex."""
        self.paper_answer = 0x00
        """What GS r 1 says."""
        self._reset()
        self._machine = self._run()
        next(self._machine)

    def feed(self, byte: int) -> None:
        self._machine.send(byte)

    # --- state

    def _reset(self) -> None:
        self._wide = self._high = 1
        self._wide_hanzi = self._high_hanzi = 1
        self.automatic = 0
        self._bold = False
        self._align = "left"
        self._chinese = True  # SNBC: a printer with the Chinese ROM powers on in Chinese mode
        self._pitch = LINE_FEED
        self._cells: list[Cell] = []
        self._columns: Dots | None = None
        self._stored: Dots | None = None
        self._code = ""
        self._module = 3

    def _run(self) -> Generator[None, int, None]:
        while True:
            b = yield
            if b == 0x0A:
                self._end_line()
            elif b == 0x10:
                yield from self._real_time()
            elif b == 0x1B:
                yield from self._esc()
            elif b == 0x1C:
                yield from self._fs()
            elif b == 0x1D:
                yield from self._gs()
            elif b >= 0x81 and b != 0xFF and self._chinese:
                yield from self._hanzi(b)
            elif b >= 0x20:
                self._put(chr(b) if b < 0x80 else "\u00a4")

    def _take(self, count: int) -> Generator[None, int, bytes]:
        taken = bytearray()
        while len(taken) < count:
            taken.append((yield))
        return bytes(taken)

    def _hanzi(self, first: int) -> Generator[None, int, None]:
        code = bytes((first, (yield)))
        if 0x30 <= code[1] <= 0x39 and self.charset == "gb18030":
            code += yield from self._take(2)
        self._put(code.decode(self.charset, "replace")[0])

    def _put(self, char: str) -> None:
        size = (self._wide, self._high) if char.isascii() else (self._wide_hanzi, self._high_hanzi)
        cell = Cell(char, *size, self._bold)
        if sum(c.dots for c in self._cells) + cell.dots > self.width_dots:
            self._end_line()
        self._cells.append(cell)

    def _end_line(self) -> None:
        if self._cells:
            self.sheet.items.append(Line(tuple(self._cells), self._align, self._pitch))
        elif self._columns:
            self.sheet.items.append(self._columns)
        else:
            self.sheet.items.append(Feed(self._pitch))
        self._cells, self._columns = [], None

    def _cut(self, knife: str) -> None:
        """SNBC: only at the start of a line."""
        if self._cells or self._columns:
            self.unknown.append(f"{knife} cut inside a line")
            return
        self.sheet.cut, self.sheet.knife = True, knife
        self.done.append(self.sheet)
        self.sheet = Sheet()

    # --- commands

    def _real_time(self) -> Generator[None, int, None]:
        """DLE commands act when they arrive (the twin sees to that); here they are only stepped over."""
        kind = yield
        if kind in (0x04, 0x05):
            yield

    def _esc(self) -> Generator[None, int, None]:
        b = yield
        if b == 0x40:
            self._reset()
        elif b == 0x21:
            n = yield
            self._bold = bool(n & 0x08)
            self._high, self._wide = 1 + bool(n & 0x10), 1 + bool(n & 0x20)
        elif b in (0x45, 0x47):
            self._bold = bool((yield) & 1)
        elif b == 0x61:
            self._align = {0: "left", 1: "center", 2: "right"}.get((yield) & 0x03, "left")
        elif b == 0x64:
            n = yield
            if self._cells:
                self._end_line()
            self.sheet.items.append(Feed(self._pitch * n))
        elif b == 0x4A:
            self.sheet.items.append(Feed((yield)))
        elif b == 0x32:
            self._pitch = LINE_FEED
        elif b == 0x33:
            self._pitch = yield
        elif b == 0x2A:
            yield from self._column_picture()
        elif b in (0x69, 0x6D):
            self._cut("old")
        elif b in (0x2D, 0x4D, 0x52, 0x74, 0x7B):
            yield
        elif b == 0x42:
            times, _ = yield from self._take(2)
            self.sounds += times
        elif b == 0x70:
            yield from self._take(3)
            self.sounds += 1
        else:
            self.unknown.append(f"1b {b:02x}")

    def _fs(self) -> Generator[None, int, None]:
        b = yield
        if b == 0x26:
            self._chinese = True
        elif b == 0x2E:
            self._chinese = False
        elif b == 0x21:
            n = yield
            self._wide_hanzi, self._high_hanzi = 1 + bool(n & 0x04), 1 + bool(n & 0x08)
        elif b == 0x57:
            self._wide_hanzi = self._high_hanzi = 2 if (yield) & 1 else 1
        elif b == 0x70:
            number, _ = yield from self._take(2)
            self.sheet.items.append(Logo(number, self._align))
        elif b == 0x53:
            yield from self._take(2)
        else:
            self.unknown.append(f"1c {b:02x}")

    def _gs(self) -> Generator[None, int, None]:
        b = yield
        if b == 0x21:
            n = yield
            self._wide, self._high = min(8, (n >> 4) + 1), min(8, (n & 0x0F) + 1)
            self._wide_hanzi, self._high_hanzi = self._wide, self._high
        elif b == 0x56:
            mode = yield
            if mode in (0x41, 0x42):
                self.sheet.items.append(Feed(KNIFE_DOTS + (yield)))
            self._cut("partial" if mode in (0x01, 0x31, 0x42) else "full")
        elif b == 0x76:
            yield from self._raster()
        elif b == 0x28:
            yield from self._extended()
        elif b == 0x72:
            if (yield) in (1, 0x31) and self._answers_queue:
                self.replies.append(self.paper_answer)
        elif b == 0x61:
            self.automatic = yield
            self.told_now = bool(self.automatic)
        elif b in (0x42, 0x62, 0x49):
            yield
        elif b in (0x4C, 0x57):
            yield from self._take(2)
        else:
            self.unknown.append(f"1d {b:02x}")

    def _raster(self) -> Generator[None, int, None]:
        """GS v 0 m xL xH yL yH: x in bytes, y in dots. Ignored, though read, when the line is not empty."""
        head = yield from self._take(6)
        if head[0] != 0x30:
            self.unknown.append(f"1d 76 {head[0]:02x}")
            return
        width, height = head[2] | head[3] << 8, head[4] | head[5] << 8
        rows = yield from self._take(width * height)
        if not self._cells and rows:
            self.sheet.items.append(Dots(rows, width, height, self._align))

    def _column_picture(self) -> Generator[None, int, None]:
        """ESC * m nL nH: columns, each from top to bottom; m 33 is 24 dots high, in three bytes."""
        mode, low, high = yield from self._take(3)
        deep = 3 if mode in (32, 33) else 1
        width = low | high << 8
        columns = yield from self._take(width * deep)
        rows = bytearray((width + 7) // 8 * 8 * deep)
        for x in range(width):
            for y in range(8 * deep):
                if columns[x * deep + y // 8] & 0x80 >> y % 8:
                    rows[y * ((width + 7) // 8) + x // 8] |= 0x80 >> x % 8
        if width:
            self._columns = Dots(bytes(rows), (width + 7) // 8, 8 * deep, self._align)

    def _extended(self) -> Generator[None, int, None]:
        """GS ( X pL pH …: the QR code (k, cn 49), and graphics (L, m 48): store, print."""
        kind, low, high = yield from self._take(3)
        body = yield from self._take(low | high << 8)
        if kind == 0x6B and body[:1] == b"1" and len(body) > 2:
            self._qr(body[1], body[2:])
        elif kind == 0x4C and body[:2] == b"0p" and len(body) >= 10:
            width, height = body[6] | body[7] << 8, body[8] | body[9] << 8
            whole = len(body) - 10 == (width + 7) // 8 * height > 0
            self._stored = Dots(body[10:], (width + 7) // 8, height, self._align) if whole else None
        elif kind == 0x4C and body in (b"02", b"0\x02"):
            if self._stored:
                self.sheet.items.append(self._stored)
        else:
            self.unknown.append(f"1d 28 {kind:02x}")

    def _qr(self, function: int, parameters: bytes) -> None:
        if function == 0x43:
            self._module = parameters[0] if 1 <= parameters[0] <= 16 else self._module
        elif function == 0x50:
            self._code = parameters[1:].decode("utf-8", "replace")
        elif function == 0x51 and 0 < len(self._code) <= LONGEST_CODE:
            self.sheet.items.append(Code(self._code, self._module, self._align))
