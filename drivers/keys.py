"""Key presses out of input records, told apart from noise by the kernel's own time."""

import re
import struct
from collections.abc import Iterable
from typing import NamedTuple

_RECORD = struct.Struct("<qqHHi")
"""seconds, microseconds, type, code, value: linux/input.h on 64 bit."""

_EV_SYN, _EV_KEY = 0, 1
_SYN_REPORT, _SYN_DROPPED = 0, 3
_UP, _DOWN = 0, 1
"""2 is the repeat of a held key."""

NUMLOCK = 69
"""Some pads send it before and after each digit; positions say all, so it means nothing here."""

SAME_KEY_S = 0.2
"""The same key again within this time is one press: 150-250 ms, inferred."""

RELEASE_S = 0.05
"""A contact also bounces when it opens: down again so soon after up is no press (inferred)."""

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


class Press(NamedTuple):
    name: str
    """One of NAMES, or `key123` for a code that has none there."""
    at_s: float
    """The kernel's time of the event; only differences mean something."""


class KeyRecords:
    """Turns records into presses; half records are kept for the next chunk."""

    def __init__(self) -> None:
        self._rest = b""
        self._lost = False
        self._down: Press | None = None
        self._up: dict[str, float] = {}

    def feed(self, chunk: bytes) -> list[Press]:
        """The keys that went down; repeats, NumLock and bounces are left out."""
        whole = (len(self._rest) + len(chunk)) // _RECORD.size * _RECORD.size
        records, self._rest = (self._rest + chunk)[:whole], (self._rest + chunk)[whole:]
        found = []
        for seconds, micros, kind, code, value in _RECORD.iter_unpack(records):
            if kind == _EV_SYN and code in (_SYN_REPORT, _SYN_DROPPED):
                # The kernel's queue ran over: what stands before the next report is torn.
                self._lost = code == _SYN_DROPPED
            elif kind == _EV_KEY and code != NUMLOCK and not self._lost:
                key = Press(NAMES.get(code, f"key{code}"), seconds + micros / 1e6)
                if value == _DOWN and not self._is_bounce(key):
                    found.append(key)
                elif value == _UP:
                    self._up[key.name] = key.at_s
        return found

    def _is_bounce(self, key: Press) -> bool:
        again = self._down is not None and self._down.name == key.name
        if self._down and again and 0 <= key.at_s - self._down.at_s < SAME_KEY_S:
            return True
        if again and 0 <= key.at_s - self._up.get(key.name, -RELEASE_S) < RELEASE_S:
            return True
        self._down = key
        return False
