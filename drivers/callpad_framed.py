"""Call pads that speak in frames of the link's own description, several on one wire, told apart by `addr`.

Made for the `FF 68` bus (seen once, in a running hall system; no real pad was tried), golden bytes in
tests/golden/wire/pads_ff68.json. The description must offer a rule with `event = "keys"` and a `keymap`, a
field `addr` where several share the wire, and messages `show` ({digits6}) and `beep` where the pad has them.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drivers.capabilities import (
    OK,
    DeviceInfo,
    DeviceStatus,
    Heard,
    KeyPressed,
    PadDisplay,
    PadKey,
    State,
)
from drivers.errors import FrameError
from drivers.frame_format import Values
from drivers.frame_table import Rule
from drivers.framing import Line

log = logging.getLogger(__name__)

LINKS = ("serial", "rs485", "tcp", "rfc2217")
FRAMES = None

SAME_FRAME_S = 0.3
"""A pad answered late sends its frame again within this time (inferred): answered, but no second press."""

TYPED_S = 5.0
"""Digits that came in frames of their own belong to the key that follows within this time."""

DARK = 0x0A
"""A digit that stays dark."""

# The combinations are those of the hall system that the frames come from: 6 abandon, 0 hang up, 3 bring back.
# Ours: 9 the list; confirm after a staff number (two digits or more) signs in, cancel after a counter.
KEYS: Mapping[str, PadKey] = {
    "call": PadKey.NEXT,
    "recall": PadKey.RECALL,
    "rate": PadKey.ASK_RATING,
    "pause": PadKey.PAUSE,
    "transfer": PadKey.TRANSFER,
    "6+confirm": PadKey.NO_SHOW,
    "0+confirm": PadKey.HOLD,
    "3+confirm": PadKey.RESUME,
    "9+confirm": PadKey.PRINT_LIST,
    "confirm": PadKey.SIGN_IN,
    "cancel": PadKey.COVER,
}


@dataclass(frozen=True)
class Options:
    address: int = 1
    """As set on the pad, 0..255."""
    keys: Mapping[str, PadKey] = field(default_factory=dict)
    """What the keys mean here, over the usual: `confirm = "finish"`, `"6+confirm" = "no_show"`."""

    def __post_init__(self) -> None:
        if not 0 <= self.address <= 255:
            raise ValueError("address must be from 0 to 255")
        for name in self.keys:
            digits, plus, key = name.rpartition("+")
            if not key or (plus and not digits.isdigit()):
                raise ValueError(f'keys: {name!r} is not like "confirm" or "6+confirm"')


class Driver:
    """A CallPad."""

    def __init__(self, line: Line, options: Options, clock: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._format = line.format
        self._address = options.address
        self._keys = {**KEYS, **options.keys}
        self._clock = clock
        self._last = (b"", 0.0)
        self._typed = ("", 0.0)
        self._was_heard = False
        self._asked = ""

    def start(self) -> DeviceInfo:
        """These pads do not answer: nothing to ask."""
        return DeviceInfo(model=self._format.name)

    def check(self) -> DeviceStatus:
        return OK if self._was_heard else DeviceStatus(State.UNCONFIRMED, detail="not heard yet")

    def claims(self, frame: bytes) -> bool:
        try:
            values = self._format.decode(frame)
        except FrameError:
            return False
        rule = self._format.rule_for(values)
        return (
            rule is not None and rule.event == "keys" and values.get("addr", self._address) == self._address
        )

    def on_frame(self, frame: bytes) -> Heard:
        values = self._format.decode(frame)
        rule = self._format.rule_for(values)
        payload = self._format.payload(values)
        if rule is None or not payload:
            raise FrameError(f"a key frame without a key: {frame.hex(' ')}")
        self._was_heard = True
        answer = self._format.answer(values, rule)
        readings = () if self._is_repeat(frame) else self._readings(rule, payload)
        return Heard(readings, (answer,) if answer is not None else ())

    def show(self, message: PadDisplay) -> None:
        """People waiting left, the ticket's last three digits right; not every pad has a display."""
        ticket = "".join(c for c in message.number if c.isdigit())[-3:]
        digits = [int(c) for c in f"{min(message.waiting, 999):03d}"]
        digits += [int(c) for c in ticket.zfill(3)] if ticket else [DARK] * 3
        self._say("show", {"digits6": bytes(digits)})
        if message.asked and message.asked != self._asked:
            self.beep()
        self._asked = message.asked

    def beep(self) -> None:
        """Call the clerk's ear; a pad without a beeper stays silent."""
        self._say("beep", {})

    def _say(self, name: str, given: Mapping[str, bytes]) -> None:
        if name in self._format.messages:
            address: Values = {"addr": self._address} if "addr" in self._format.settable else {}
            self._line.send(self._format.message(name, given, **address))

    def _is_repeat(self, frame: bytes) -> bool:
        now = self._clock()
        before, self._last = self._last, (frame, now)
        return before[0] == frame and now - before[1] < SAME_FRAME_S

    def _readings(self, rule: Rule, payload: bytes) -> tuple[KeyPressed, ...]:
        """A key at the frame's end, after the digits typed; digits alone wait for their key."""
        now = self._clock()
        typed = self._typed[0] if now - self._typed[1] < TYPED_S else ""
        names = [rule.keymap.get(byte, "") for byte in payload]
        digits = typed + "".join(name for name in names if name.isdigit())
        self._typed = (digits[-6:], now) if names[-1].isdigit() else ("", now)
        if names[-1].isdigit():
            return ()
        pressed = self._meaning(names[-1], digits)
        if pressed is None:
            log.info("pad %d: key %r after %r has no meaning here", self._address, names[-1], digits)
        return (pressed,) if pressed is not None else ()

    def _meaning(self, name: str, digits: str) -> KeyPressed | None:
        if digits and f"{digits}+{name}" in self._keys:
            return KeyPressed(self._keys[f"{digits}+{name}"])
        key = self._keys.get(name)
        if key is None:
            return None
        if key is PadKey.COVER and not digits:
            return KeyPressed(PadKey.UNDO)
        return KeyPressed(PadKey.CALL if key is PadKey.NEXT and digits else key, digits)
