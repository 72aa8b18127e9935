"""Call pads that speak in frames of the link's own description, several on one wire, told apart by `addr`.

Made for the `FF 68` bus (seen once, in a running hall system; no real pad was tried), golden bytes in
tests/golden/wire/pads_ff68.json. The description must offer a rule with `event = "keys"` and a `keymap`, a
field `addr` where several share the wire, and the messages `show` ({digits6}), `beep` and `refuse` ({text})
where the pad has them.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drivers.addressed import Addressed, check_address
from drivers.capabilities import DeviceInfo, DeviceStatus, Heard, KeyPressed, PadDisplay, PadKey
from drivers.framing import Line
from drivers.keypad import Keypad, keys_of

log = logging.getLogger(__name__)

LINKS = ("serial", "rs485", "tcp", "rfc2217")
FRAMES = None

DIGITS, DARK = 6, 0x0A
"""The display, and a digit of it that stays dark."""

# The combinations are those of the hall system that the frames come from: 6 abandon, 0 hang up, 3 bring back.
# Ours: 9 the list, 7 and 8 begin and end the service; confirm after a staff number (two digits or more) signs
# in, cancel after a counter holds it too, the rating key after an outcome's digit ends the service with it.
KEYS: Mapping[str, PadKey] = {
    "call": PadKey.NEXT,
    "#+call": PadKey.CALL,
    "recall": PadKey.RECALL,
    "rate": PadKey.ASK_RATING,
    "#+rate": PadKey.FINISH,
    "pause": PadKey.PAUSE,
    "transfer": PadKey.TRANSFER,
    "6+confirm": PadKey.NO_SHOW,
    "0+confirm": PadKey.HOLD,
    "3+confirm": PadKey.RESUME,
    "7+confirm": PadKey.START,
    "8+confirm": PadKey.FINISH,
    "9+confirm": PadKey.PRINT_LIST,
    "confirm": PadKey.SIGN_IN,
    "#+cancel": PadKey.COVER,
    "cancel": PadKey.UNDO,
}


@dataclass(frozen=True)
class Options:
    address: int = 1
    """As set on the pad, 0..255."""
    keys: Mapping[str, PadKey] = field(default_factory=dict)
    """What the keys mean here, over the usual: `confirm = "finish"`, `"6+confirm" = "no_show"`; `#+` stands
    for any digits."""

    def __post_init__(self) -> None:
        check_address(self.address)
        keys_of("keys", self.keys)


class Driver:
    """A CallPad."""

    def __init__(self, line: Line, options: Options, clock: Callable[[], float] = time.monotonic) -> None:
        self._pad = Addressed(line, "keys", options.address, clock)
        self._keypad = Keypad({**KEYS, **options.keys})
        self._clock = clock
        self._shown: PadDisplay | None = None
        self._shows_typed = False

    def start(self) -> DeviceInfo:
        return self._pad.info()

    def check(self) -> DeviceStatus:
        if not self._keypad.typed(self._clock()):
            self._show_hall_again()
        return self._pad.status()

    def claims(self, frame: bytes) -> bool:
        return self._pad.claims(frame)

    def on_frame(self, frame: bytes) -> Heard:
        taken = self._pad.take(frame)
        replies = (taken.answer,) if taken.answer is not None else ()
        names = [taken.rule.keymap.get(byte, "") for byte in taken.payload]
        if taken.again and not (taken.meant and all(name.isdigit() for name in names)):
            return Heard(replies=replies)
        return Heard(self._readings(names), replies, lambda no: self._heard_by_the_hall(frame))

    def show(self, message: PadDisplay) -> None:
        """People waiting left, the ticket's last three digits right; not every pad has a display.

        A refusal in words where the description can say it; else the digits typed stand alone, and it beeps.
        So it does for help; where there are words, they stand in the place of the digits.
        """
        before, self._shown = self._shown, message
        self._shows_typed = False
        if message.refused:
            if self._pad.tells("refuse"):
                self._pad.say("refuse", {"text": message.refused})
            else:
                self._show_digits(message.typed)
            self.beep()
            return
        if message.help and self._pad.tells("refuse"):
            self._pad.say("refuse", {"text": message.help})
        else:
            ticket = "".join(c for c in message.number if c.isdigit())[-3:]
            self._show_digits(f"{min(message.waiting, 999):03d}{ticket.zfill(3) if ticket else '   '}")
        is_asked = message.asked and message.asked != (before.asked if before else "")
        if is_asked or message.rings > (before.rings if before else 0):
            self.beep()

    def beep(self) -> None:
        """Call the clerk's ear; a pad without a beeper stays silent."""
        self._pad.say("beep")

    def _show_digits(self, text: str) -> None:
        """At the right, the last six of them; a space stays dark."""
        digits = (DARK if c == " " else int(c) for c in text[-DIGITS:].rjust(DIGITS))
        self._pad.say("show", {"digits6": bytes(digits)})

    def _readings(self, names: list[str]) -> tuple[KeyPressed, ...]:
        """Digits and the key after them, in one frame or in several."""
        now = self._clock()
        pressed = [key for name in names if (key := self._keypad.press(name, now)) is not None]
        if not pressed and not names[-1].isdigit():
            log.info("%s: key %r has no meaning here", self._pad.name, names)
        return tuple(pressed)

    def _heard_by_the_hall(self, frame: bytes) -> None:
        """The digits that wait for a key stand on the display until it comes."""
        self._pad.settle(frame)
        typed = self._keypad.typed(self._clock())
        if typed:
            self._show_digits(typed)
            self._shows_typed = True
        else:
            self._show_hall_again()

    def _show_hall_again(self) -> None:
        if self._shows_typed and self._shown is not None:
            self.show(self._shown)
