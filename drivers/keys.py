"""Key presses out of input records."""

import re
import struct
import time
from collections.abc import Callable, Iterable

_RECORD = struct.Struct("<qqHHi")
"""seconds, microseconds, type, code, value: linux/input.h on 64 bit."""

_EV_SYN, _EV_KEY = 0, 1
_SYN_REPORT, _SYN_DROPPED = 0, 3
_DOWN = 1
"""0 is up, 2 is the repeat of a held key."""

NUMLOCK = 69
"""Some pads send it before and after each digit; positions say all, so it means nothing here."""

SAME_KEY_S = 0.2
"""The same key again within this time is one press: 150-250 ms, inferred."""

DIGITS = {
    **{code: str((code - 1) % 10) for code in range(2, 12)},
    71: "7",
    72: "8",
    73: "9",
    75: "4",
    76: "5",
    77: "6",
    79: "1",
    80: "2",
    81: "3",
    82: "0",
}
"""linux/input-event-codes.h: the row above the letters, and the number pad."""

NAMES = {
    **DIGITS,
    28: "enter",
    96: "enter",
    14: "backspace",
    1: "esc",
    15: "tab",
    74: "minus",
    78: "plus",
    83: "dot",
    55: "star",
    98: "slash",
    **{code: f"f{code - 58}" for code in range(59, 69)},
    87: "f11",
    88: "f12",
}


def check_names(where: str, keys: Iterable[str]) -> None:
    """Raises ValueError for what is not the name of a key."""
    for name in keys:
        if name not in NAMES.values() and not re.fullmatch(r"key\d{1,3}", name):
            known = ", ".join(sorted(set(NAMES.values())))
            raise ValueError(f"{where}: no key {name!r} (there are: {known}, key123 by its code)")


class KeyRecords:
    """Turns records into the names of keys that went down; half records are kept for the next chunk."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rest = b""
        self._lost = False
        self._last = ("", clock() - SAME_KEY_S)

    def feed(self, chunk: bytes) -> list[str]:
        """Names from NAMES, or `key123` for a code that has none there; bounces are left out."""
        whole = (len(self._rest) + len(chunk)) // _RECORD.size * _RECORD.size
        records, self._rest = (self._rest + chunk)[:whole], (self._rest + chunk)[whole:]
        names = (
            NAMES.get(code, f"key{code}")
            for _, _, kind, code, value in _RECORD.iter_unpack(records)
            if self._is_press(kind, code, value)
        )
        return [name for name in names if not self._is_bounce(name)]

    def _is_press(self, kind: int, code: int, value: int) -> bool:
        if kind == _EV_SYN and code in (_SYN_REPORT, _SYN_DROPPED):
            # The kernel's queue ran over: what stands before the next report is torn.
            self._lost = code == _SYN_DROPPED
        return kind == _EV_KEY and value == _DOWN and code != NUMLOCK and not self._lost

    def _is_bounce(self, name: str) -> bool:
        now = self._clock()
        is_bounce = name == self._last[0] and now - self._last[1] < SAME_KEY_S
        if not is_bounce:
            self._last = (name, now)
        return is_bounce
