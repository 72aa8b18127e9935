"""A USB number pad as call pad: digits, then a key. Source: linux/input.h; no real pad was tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from drivers.capabilities import OK, DeviceInfo, DeviceStatus, KeyPressed, PadDisplay, PadKey
from drivers.keypad import Keypad, keys_of
from drivers.keys import KeyRecords, check_names
from drivers.links import Link

LINKS = ("input",)

KEYS: Mapping[str, PadKey] = {
    "enter": PadKey.NEXT,
    "#+enter": PadKey.CALL,
    "plus": PadKey.RECALL,
    "#+plus": PadKey.TRANSFER,
    "minus": PadKey.NO_SHOW,
    "slash": PadKey.HOLD,
    "star": PadKey.RESUME,
    "#+star": PadKey.FINISH,
    "dot": PadKey.PAUSE,
    "tab": PadKey.ASK_RATING,
    "esc": PadKey.UNDO,
}
"""`#+`: after digits. Backspace has no meaning, so that what was typed is forgotten."""


@dataclass(frozen=True)
class Options:
    keys: Mapping[str, PadKey] = field(default_factory=dict)
    """What the keys mean, over the usual: `f1 = "finish"`, `"6+enter" = "no_show"`, `"#+f2" = "transfer"`; a
    key without a name is `key123`."""

    def __post_init__(self) -> None:
        check_names("keys", keys_of("keys", self.keys))


class Driver:
    """A call pad, as a PolledPad."""

    def __init__(self, link: Link, options: Options) -> None:
        self._link = link
        self._keypad = Keypad({**KEYS, **options.keys})
        self._records = KeyRecords()

    def start(self) -> DeviceInfo:
        return DeviceInfo(model="keypad")

    def check(self) -> DeviceStatus:
        """A pad that is unplugged loses its link; one that is plugged in is well."""
        return OK

    def show(self, message: PadDisplay) -> None:
        """A number pad has no display."""

    def poll(self, timeout_s: float) -> Sequence[KeyPressed]:
        """Keys since the last call; a digit waits for the key after it. Raises LinkLost."""
        presses = self._records.feed(self._link.read(timeout_s))
        meant = ((self._keypad.press(press.name, press.at_s), press.at_s) for press in presses)
        return [replace(pressed, at_s=at_s) for pressed, at_s in meant if pressed is not None]
