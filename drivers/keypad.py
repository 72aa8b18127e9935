"""What a clerk's keys mean: digits collect, and the key after them says what they are for.

A key is looked up with the digits before it (`6+confirm`), then with any digits (`#+plus`), then alone.
"""

import re
from collections.abc import Iterable, Mapping

from drivers.capabilities import KeyPressed, PadKey

TYPED_S = 5.0
"""Digits belong to the key that follows within this time."""

MOST_DIGITS = 6

_NAME = re.compile(r"(?:(?P<digits>\d{1,6}|#)\+)?(?P<key>[^+#\s]+)")


def keys_of(where: str, names: Iterable[str]) -> set[str]:
    """The keys that are named, without digits. Raises ValueError for `six+confirm`."""
    found = set()
    for name in names:
        match = _NAME.fullmatch(name)
        if not match:
            raise ValueError(f'{where}: {name!r} is not like "confirm", "6+confirm" or "#+confirm"')
        found.add(match["key"])
    return found


class Keypad:
    """One clerk's fingers. `keys`: names as above -> what they mean."""

    def __init__(self, keys: Mapping[str, PadKey]) -> None:
        self._keys = dict(keys)
        self._typed = ""
        self._at_s = 0.0

    def typed(self, now_s: float) -> str:
        """The digits that still wait for their key."""
        return self._typed if 0 <= now_s - self._at_s < TYPED_S else ""

    def press(self, name: str, now_s: float) -> KeyPressed | None:
        """None: a digit, which waits; or a key without a meaning, after which nothing is typed any more."""
        typed = self.typed(now_s)
        if name.isdigit() and name not in self._keys:
            self._typed, self._at_s = (typed + name)[-MOST_DIGITS:], now_s
            return None
        self._typed = ""
        if typed and (key := self._keys.get(f"{typed}+{name}")):
            return KeyPressed(key)
        key = (self._keys.get(f"#+{name}") if typed else None) or self._keys.get(name)
        return KeyPressed(key, typed) if key else None
