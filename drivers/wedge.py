"""Text out of the key records of a reader that types like a keyboard, with an American layout."""

import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType

_RECORD = struct.Struct("<qqHHi")
"""seconds, microseconds, type, code, value: linux/input.h on 64 bit."""

_EV_SYN, _EV_KEY = 0, 1
_SYN_REPORT, _SYN_DROPPED = 0, 3
_UP, _DOWN = 0, 1

_SHIFTS = frozenset({42, 54})
_ENDS = frozenset({28, 96, 15})
"""Enter, the number pad's enter, tab."""

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
    (71, "789", "789"),
    (74, "-456+1230.", "-456+1230."),
    (55, "*", "*"),
    (98, "/", "/"),
)
"""linux/input-event-codes.h: the first key's code, and what the keys from there type, plain and shifted."""

_PLAIN: Mapping[int, str] = MappingProxyType({at + i: c for at, row, _ in _ROWS for i, c in enumerate(row)})
_SHIFTED: Mapping[int, str] = MappingProxyType({at + i: c for at, _, row in _ROWS for i, c in enumerate(row)})

PAUSE_S = 0.1
"""A reader types faster: after such a pause what came before is forgotten (facts §4, inferred)."""

LONGEST = 512
"""Characters; more is no code."""

SHORTEST = 3


class Wedge:
    """Half records and half texts are kept for the next chunk. Times are the kernel's own."""

    def __init__(self) -> None:
        self._rest = b""
        self._text = ""
        self._at_s = 0.0
        self._shift = False
        self._lost = False

    def feed(self, chunk: bytes) -> list[str]:
        """The texts that were ended by enter or tab."""
        found = []
        for code, value, at_s in self._keys(chunk):
            if code in _SHIFTS:
                self._shift = value != _UP
            elif value == _DOWN:
                found += self._press(code, at_s)
        return found

    def _keys(self, chunk: bytes) -> Iterator[tuple[int, int, float]]:
        whole = (len(self._rest) + len(chunk)) // _RECORD.size * _RECORD.size
        records, self._rest = (self._rest + chunk)[:whole], (self._rest + chunk)[whole:]
        for seconds, micros, kind, code, value in _RECORD.iter_unpack(records):
            if kind == _EV_SYN and code in (_SYN_REPORT, _SYN_DROPPED):
                if code == _SYN_DROPPED:  # the kernel's queue ran over: the text has a hole
                    self._text, self._shift = "", False
                self._lost = code == _SYN_DROPPED
            elif kind == _EV_KEY and not self._lost:
                yield code, value, seconds + micros / 1e6

    def _press(self, code: int, at_s: float) -> list[str]:
        if not 0 <= at_s - self._at_s <= PAUSE_S:
            self._text = ""
        self._at_s = at_s
        if code in _ENDS:
            text, self._text = self._text, ""
            return [text] if SHORTEST <= len(text) <= LONGEST else []
        # One more than allowed is kept: then it is known to be too long.
        self._text = (self._text + (_SHIFTED if self._shift else _PLAIN).get(code, ""))[: LONGEST + 1]
        return []
