"""A USB number pad as call pad: digits, then a key. Source: linux/input.h; no real pad was tried."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from drivers.capabilities import OK, DeviceInfo, DeviceStatus, KeyPressed, PadKey
from drivers.keys import KeyRecords, check_names
from drivers.links import Link

LINKS = ("input",)

TYPED_S = 5.0
"""Digits belong to the key that follows within this time."""

MOST_DIGITS = 6

KEYS: Mapping[str, PadKey] = {
    "enter": PadKey.NEXT,
    "plus": PadKey.RECALL,
    "minus": PadKey.NO_SHOW,
    "slash": PadKey.HOLD,
    "star": PadKey.RESUME,
    "dot": PadKey.PAUSE,
}


@dataclass(frozen=True)
class Options:
    keys: Mapping[str, PadKey] = field(default_factory=dict)
    """What the keys mean, over the usual: `f1 = "finish"`; a key without a name is `key123`."""

    def __post_init__(self) -> None:
        check_names("keys", self.keys)


class Driver:
    """A call pad, as a PolledPad."""

    def __init__(self, link: Link, options: Options, clock: Callable[[], float] = time.monotonic) -> None:
        self._link = link
        self._keys = {**KEYS, **options.keys}
        self._records = KeyRecords(clock)
        self._clock = clock
        self._typed = ("", clock())

    def start(self) -> DeviceInfo:
        return DeviceInfo(model="keypad")

    def check(self) -> DeviceStatus:
        """A pad that is unplugged loses its link; one that is plugged in is well."""
        return OK

    def poll(self, timeout_s: float) -> Sequence[KeyPressed]:
        """Keys since the last call; a digit waits for the key after it. Raises LinkLost."""
        presses = (self._press(name) for name in self._records.feed(self._link.read(timeout_s)))
        return [press for press in presses if press is not None]

    def _press(self, name: str) -> KeyPressed | None:
        now = self._clock()
        typed = self._typed[0] if now - self._typed[1] < TYPED_S else ""
        if name.isdigit() and name not in self._keys:
            self._typed = ((typed + name)[-MOST_DIGITS:], now)
            return None
        self._typed = ("", now)
        key = self._keys.get(name)
        if key is None:  # backspace too: what was typed is forgotten
            return None
        return KeyPressed(PadKey.CALL if key is PadKey.NEXT and typed else key, typed)
