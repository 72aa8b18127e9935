"""Call boards that a frame description tells what to show (`[frame.NAME.board]`), several on one wire.

Made for the `F0 01 D0` line board (seen once), Modbus RTU digits and Alpha tickers, whose descriptions come
with the product (config/integrations/boards.toml, with their golden bytes). No real board was tried.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from drivers.asking import TRIES, Asker
from drivers.capabilities import OK, BoardMessage, DeviceInfo, DeviceStatus, Geometry, State
from drivers.card_text import cut, encode_text
from drivers.errors import DeviceFault, Fault, FrameError
from drivers.frame_board import BoardWords, Saying
from drivers.frame_format import FrameFormat
from drivers.framing import Line

LINKS = ("serial", "rs485", "tcp", "rfc2217")
FRAMES = None

DONE, REFUSED = "done", "refused"
"""Events of the description's rules: the board's word on what it was told."""

UNCONFIRMED = DeviceStatus(State.UNCONFIRMED, detail="sent; this board does not answer")


@dataclass(frozen=True)
class Options:
    address: int = 1
    """As set on the board, 0..65535; of a line board: its first line."""
    columns: int = 16
    """Half-width cells in a line; of a board of digits: its digits."""
    rows: int = 1
    """Lines of text."""

    def __post_init__(self) -> None:
        for name, low, high in (("address", 0, 0xFFFF), ("columns", 1, 256), ("rows", 1, 16)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} must be from {low} to {high}")


def misfit(frames: FrameFormat, options: Options) -> str:
    """Why this driver cannot work with a description, or empty; `bianmin check` says it."""
    if frames.board is None:
        return "the link's frame description is of no board: its [frame.NAME.board] is missing"
    by_line = "line" in frames.board.sayings["show"].places
    if options.rows > 1 and not frames.board.newline and not by_line:
        return f"the link's frame description shows one line: rows = {options.rows} needs {{line}} or newline"
    try:
        fullest = BoardMessage(("0" * frames.board.longest,) * options.rows)
        list(Speech(frames, frames.board, options).show(fullest))
    except ValueError as problem:
        return str(problem)
    return ""


class Speech:
    """What one board is told, as frames."""

    def __init__(self, frames: FrameFormat, words: BoardWords, options: Options) -> None:
        self._frames, self._words, self._options = frames, words, options
        self._data = frames.fields[frames.data_at].name

    def show(self, message: BoardMessage) -> Iterator[bytes]:
        """The frames that show a message; raises ValueError for what does not fit into its field.

        Level 0 shows nothing: a board may have no other way to go dark.
        """
        lines = message.lines if message.level != 0 else ()
        rows = [*lines, *[""] * self._options.rows][: self._options.rows]
        motion = "scroll" if message.scroll else "flash" if message.flash_s else "still"
        usual: dict[str, int | bytes] = {
            "colour": self._words.colour(message.colour),
            "motion": self._words.motion(motion),
        }
        show = self._words.sayings["show"]
        if "line" not in show.places:
            text = self._words.newline.join(self._text(row) for row in rows)
            yield self._frame(show, {**usual, "text": text, "digits": self._digits(" ".join(rows))})
            return
        for i, row in enumerate(rows):
            content = {"text": self._text(row), "digits": self._digits(row)}
            yield self._frame(show, {**usual, "line": self._options.address + i, **content})

    def say(self, name: str, level: int = 100) -> bytes:
        """`ask`, `on`, `off` or `level`; the level in percent. Raises ValueError."""
        return self._frame(self._words.sayings[name], {"level": self._words.level(level)})

    def _text(self, row: str) -> bytes:
        most = self._words.longest // (self._options.rows if self._words.newline else 1)
        return cut(encode_text(row, self._words.encoding), most) or b" "

    def _digits(self, row: str) -> bytes:
        return self._words.digits.encode(row)

    def _frame(self, saying: Saying, given: Mapping[str, int | bytes]) -> bytes:
        address = self._options.address
        usual = {"address": address, "line": address, "colour": 0, "motion": 0, "level": 0}
        known = {**usual, "text": b" ", "digits": self._digits(""), **given}
        return self._frames.encode(**saying.fields(known), **{self._data: saying.payload(known)})


class Driver:
    """A CallBoard. Without a rule `done` in its description a board does not answer: `unconfirmed`."""

    def __init__(self, line: Line, options: Options) -> None:
        words = line.format.board
        if words is None:
            raise ValueError(f"{line.format.name} is of no board")
        self._line = line
        self._frames = line.format
        self._words = words
        self._address = options.address
        self._speech = Speech(line.format, words, options)
        self._asker = Asker(line)
        self._answers = any(rule.event == DONE for rule in line.format.rules)
        self._level: int | None = None
        self._was_heard = False
        self.geometry = Geometry(
            options.columns,
            options.rows,
            script=words.script,
            flashes="flash" in words.motions,
            scrolls="scroll" in words.motions,
        )

    @property
    def resends(self) -> int:
        return self._asker.resends

    def start(self) -> DeviceInfo:
        self._level, self._was_heard = None, False
        self._ask_how_it_is()
        return DeviceInfo(model=self._frames.name)

    def check(self) -> DeviceStatus:
        try:
            self._ask_how_it_is()
        except DeviceFault as fault:
            return DeviceStatus(State.DOWN, fault.code, fault.detail)
        return OK if self._was_heard else UNCONFIRMED

    def show(self, message: BoardMessage) -> None:
        if message.level is not None and message.level != self._level:
            self._light(message.level)
        for frame in self._speech.show(message):
            self._tell(frame)

    def claims(self, frame: bytes) -> bool:
        """Answers are waited for; what comes later is nobody's."""
        return False

    # --- inside ---------------------------------------------------------------------------------------------

    def _light(self, level: int) -> None:
        """Brightness, and light itself, where the description has words for them."""
        has = self._words.sayings
        if not level and "off" in has:
            self._tell(self._speech.say("off"))
        if level and not self._level and "on" in has:
            self._tell(self._speech.say("on"))
        if level and "level" in has:
            self._tell(self._speech.say("level", level))
        self._level = level

    def _ask_how_it_is(self) -> None:
        self._line.look()
        if "ask" in self._words.sayings:
            self._tell(self._speech.say("ask"), tries=1)

    def _tell(self, frame: bytes, tries: int = TRIES) -> None:
        """Send, and wait for the board's word where it gives one. Raises DeviceFault, LinkLost."""
        if not self._answers:
            self._line.send(frame)
            return
        answer = self._asker.ask(frame, self._is_answer, self._frames.line.reply_ms / 1000, tries)
        self._was_heard = True
        if self._event(answer) == REFUSED:
            raise DeviceFault(Fault.REFUSED, f"{answer.hex(' ')} to {frame[:24].hex(' ')}")

    def _is_answer(self, frame: bytes) -> bool:
        return self._event(frame) in (DONE, REFUSED)

    def _event(self, frame: bytes) -> str:
        """What a frame is by the description's rules; empty where it is another board's."""
        try:
            values = self._frames.decode(frame)
        except FrameError:
            return ""
        fill = self._words.sayings["show"].fill
        named = [field for field, item in fill.items() if item == "address"]
        if any(values[field] != self._address for field in named):
            return ""
        rule = self._frames.rule_for(values)
        return rule.event if rule else ""
