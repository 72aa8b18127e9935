"""A slip as the bytes of an ESC/POS printer."""

import importlib
import logging
import os
import sys
import tempfile
import threading
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from drivers.capabilities import Align, CodeRow, FeedRow, RuleRow, Slip, SlipRow, TextRow
from drivers.raster import CELL_DOTS, SUBSTITUTE, RasterFont, find_font, qr_picture, wrap

_LOADING = threading.Lock()
"""Two printers' links may come up at the same moment, and loading the library changes the whole process."""

CHARSETS = ("gb18030", "gbk", "gb2312", "raster")
WIDTHS = (384, 576)
CUTTERS = ("feed", "full", "partial", "esc_i", "esc_m", "none")
BUZZERS = ("none", "beeper", "drawer")
PICTURES = {"raster": "bitImageRaster", "graphics": "graphics", "column": "bitImageColumn"}
"""python-escpos' names for GS v 0, GS ( L and ESC *."""

# SNBC BTP-2002NP manual: FS & takes two bytes at a time as one Chinese character; lost with ESC @.
CHINESE_ON = b"\x1c&"
# SNBC: full and partial cut where the paper stands; old printers' ESC i and ESC m (which is which: by maker).
CUTS = {"full": b"\x1dV\x00", "partial": b"\x1dV\x01", "esc_i": b"\x1bi", "esc_m": b"\x1bm"}
# szzkc 5502 index and python-escpos: ESC B n t. SNBC: ESC p, a drawer's pulse, 100 ms on and off.
BEEP_T = 4
DRAWER_PULSE = b"\x1bp\x0022"
# SNBC: GS a: tell online, errors and paper now and at each change, not the drawer. ESC @ may end it [K].
TELL_CHANGES = b"\x1da\x0e"
# SNBC: FS p n m, the n-th picture in the printer's own flash, as it is.
LOGO = b"\x1cp"
TO_KNIFE_LINES = 5
"""Lines from the print head past the knife or the tear bar [inferred: 15 to 19 mm]."""
RULE_DOTS = 10
"""Height of a rule with its white; the line above it brings white of its own."""
BAND_DOTS = 24
"""Height of one raster command: what a cheap printer's buffer takes at once, and the most that a cut-off job
leaves unfinished in the printer."""


@dataclass(frozen=True)
class Options:
    width_dots: int = 576
    """384 for 58 mm paper, 576 for 80 mm."""
    encoding: str = "gb18030"
    """The printer's own characters: gb18030, gbk or gb2312 by its self-test; raster: none
    but Latin ones, the rest is drawn; too much for a serial line at 9600 baud, where a slip takes 14 s."""
    qr: str = "raster"
    """native (GS ( k) only where it was seen to work: many low-cost printers ignore it."""
    pictures: str = "raster"
    """How codes and drawn text are sent: raster (GS v 0), graphics (GS ( L, newer), column (ESC *, old)."""
    cutter: str = "feed"
    """feed: GS V 66 feeds to the knife by itself; full, partial: GS V 0, 1; esc_i, esc_m: old; none."""
    buzzer: str = "none"
    """What sounds when a slip is out: beeper (ESC B), or drawer: a buzzer on the drawer's plug (ESC p)."""
    beeps: int = 1
    logo: int = 0
    """Print the n-th picture of the printer's own flash first; put there with the maker's program."""
    status: bool = True
    """False: the printer has no way back, its slips stay unconfirmed."""
    automatic: bool = True
    """Ask it to tell changes by itself (GS a)."""
    near_end: bool = True
    """Has it a sensor for paper running low?"""
    columns: int = 0
    """Half-width characters in a line; 0: as many as the width holds."""
    confirm_s: float = 5.0
    """How long a whole slip may take until the printer says that it is done."""
    trust_unconfirmed: bool = False
    """Count a slip as printed though the printer cannot say so; for printers without a way back."""

    def __post_init__(self) -> None:
        if self.width_dots not in WIDTHS:
            raise ValueError(f"width_dots: {self.width_dots} (there are: 384, 576)")
        for name, known in (
            ("encoding", CHARSETS),
            ("qr", ("raster", "native")),
            ("pictures", tuple(PICTURES)),
            ("cutter", CUTTERS),
            ("buzzer", BUZZERS),
        ):
            if getattr(self, name) not in known:
                raise ValueError(f"{name}: {getattr(self, name)!r} (there are: {', '.join(known)})")
        for name, low, high in (("beeps", 1, 9), ("logo", 0, 255)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}: {getattr(self, name)} ({low} to {high})")
        if not 0 <= self.columns <= self.width_dots // CELL_DOTS:
            raise ValueError(f"columns: {self.columns} (0 to {self.width_dots // CELL_DOTS})")
        if not 0.5 <= self.confirm_s <= 6:
            raise ValueError(f"confirm_s: {self.confirm_s} (0.5 to 6)")


def rom_bytes(text: str, charset: str) -> bytes | None:
    """The one way of Chinese to the printer: its bytes, or None when a character is not in the printer's ROM.

    python-escpos 3.1 sends a line of full-width punctuation only as `???` and never switches to Chinese mode,
    so its `text()` is not used. Characters of four bytes (rare names) print as rubbish on most printers.
    """
    out = bytearray()
    for char in text.replace("\u00a5", "\uffe5"):
        private = "\ue000" <= char <= "\uf8ff"
        try:
            code = char.encode("gb18030")
            known = char.isascii() if charset == "raster" else char.encode(charset) == code
            if private or len(code) > 2 or not known:
                return None
        except UnicodeEncodeError:
            return None
        out += code
    return bytes(out)


class Encoder:
    """Turns a slip into the bytes of one printer. Raises ValueError for a code that cannot fit the paper."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._columns = options.columns or options.width_dots // CELL_DOTS
        self._commands = _commands(options.width_dots)
        self._font: RasterFont | None = None
        self._fontless = False

    def encode(self, slip: Slip) -> bytes:
        out = self._commands
        out.clear()
        if slip.tear_first:
            self._reset()
            self._cut()
        self._reset()
        if self._options.logo:
            out.set(align="center")
            out._raw(LOGO + bytes((self._options.logo, 0)))
        for row in slip.rows:
            self._row(row)
        self._cut()
        self._sound()
        return bytes(out.output)

    def _reset(self) -> None:
        self._commands.hw("INIT")
        if self._options.encoding != "raster":
            self._commands._raw(CHINESE_ON)
        if self._options.status and self._options.automatic:
            self._commands._raw(TELL_CHANGES)

    def _cut(self) -> None:
        if self._options.cutter == "feed":
            self._commands.cut(feed=False)  # GS V 66 0
        else:
            self._commands.print_and_feed(TO_KNIFE_LINES)
            self._commands._raw(CUTS.get(self._options.cutter, b""))

    def _sound(self) -> None:
        if self._options.buzzer == "beeper":
            self._commands.buzzer(self._options.beeps, BEEP_T)
        elif self._options.buzzer == "drawer":
            self._commands._raw(DRAWER_PULSE * self._options.beeps)

    def _row(self, row: SlipRow) -> None:
        match row:
            case TextRow():
                for line in clean(row.text).split("\n"):
                    for piece in wrap(line, max(2, self._columns // row.size)):
                        self._line(piece, row)
            case CodeRow():
                self._code(row)
            case RuleRow():
                self._picture(_rule(self._columns * CELL_DOTS), Align.LEFT)
            case FeedRow():
                self._commands.print_and_feed(min(row.lines, 255))

    def _line(self, piece: str, row: TextRow) -> None:
        code = rom_bytes(piece, self._options.encoding)
        if code is None and (font := self._drawing()):
            return self._picture(font.draw(piece, row.size, row.bold), row.align)
        if code is None:
            code = b"".join(rom_bytes(c, self._options.encoding) or _substitute(self._options) for c in piece)
        self._commands.set(
            align=row.align.value, bold=row.bold, custom_size=True, width=row.size, height=row.size
        )
        self._commands._raw(code + b"\n")
        return None

    def _code(self, row: CodeRow) -> None:
        if self._options.qr == "raster":
            return self._picture(
                qr_picture(row.data, row.module_dots, self._options.width_dots), Align.CENTER
            )
        self._commands.set(align="center")
        self._commands.qr(row.data, ec=1, size=min(row.module_dots, 16), native=True)
        self._commands._raw(b"\n")
        return None

    def _picture(self, picture: Image.Image, align: Align) -> None:
        self._commands.set(align=align.value)
        impl = PICTURES[self._options.pictures]
        self._commands.image(picture, impl=impl, fragment_height=BAND_DOTS)

    def _drawing(self) -> RasterFont | None:
        if self._font is None and not self._fontless:
            found = find_font()
            self._font = RasterFont(*found) if found else None
            self._fontless = found is None
        return self._font


def _rule(width_dots: int) -> Image.Image:
    picture = Image.new("1", (width_dots, RULE_DOTS), 1)
    picture.paste(0, (0, 3, width_dots, 5))
    return picture


def clean(text: str) -> str:
    """Take out what would be a command: a control character becomes a space, a line break stays.

    A character of the private area stays too: old systems put rare names there, and none is lost unseen. What
    only chooses between shapes of the one before goes.
    """
    return "".join(c if c in "\n\u3000" or not _is_blank(c) else " " for c in text if not _chooses_shape(c))


def _is_blank(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")


def _chooses_shape(char: str) -> bool:
    """Unicode's variation selectors."""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _substitute(options: Options) -> bytes:
    return b"?" if options.encoding == "raster" else SUBSTITUTE.encode("gb2312")


def _commands(width_dots: int) -> Any:
    """python-escpos' encoder without a printer behind it.

    Without a known paper width it prints a complaint for each picture (seen with 3.1): hence the profile.
    """
    _tame_import()
    from escpos.capabilities import Profile
    from escpos.printer.dummy import Dummy

    media = {"dpi": 203, "width": {"mm": width_dots // 8, "pixels": width_dots}}
    profile = type("OurProfile", (Profile,), {"profile_data": {**Profile.profile_data, "media": media}})
    return Dummy(profile=profile())


def _tame_import() -> None:
    """Import python-escpos with its habits contained (seen with 3.1).

    It leaves an empty temporary folder at each start and unpickles from a shared one: both go to a folder
    that only we can write. It calls `logging.basicConfig()`: a handler that it adds is taken off again.
    """
    with _LOADING:
        if "escpos.capabilities" in sys.modules:
            return
        folder, handlers = _private_cache(), list(logging.root.handlers)
        os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"] = str(folder)
        former, tempfile.tempdir = tempfile.tempdir, str(folder)
        try:
            importlib.import_module("escpos.capabilities")
        finally:
            tempfile.tempdir = former
            logging.root.handlers[:] = handlers
            for litter in folder.glob("tmp*"):
                litter.rmdir()


def _private_cache() -> Path:
    """A folder that only we can write: what lies in it is unpickled."""
    base = (
        os.environ.get("CACHE_DIRECTORY") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    )
    folder = Path(base.split(":")[0]) / "bianmin" / "escpos"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        if folder.stat().st_uid == os.getuid() and os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="bianmin-escpos-"))
