"""A code reader that types: input records of an American keyboard through a named pipe, at a reader's pace.

Written from linux/input-event-codes.h, apart from the code that reads them.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drivers.twins.keypads import EV_KEY, EV_SYN, KeypadPort

FAULTS = ("unplugged", "mute", "drip", "slow")
"""Pulled out; reads nothing; records torn in two; types like a person, with pauses."""

SHIFT, ENTER = 42, 28
PACE_S, SLOW_S = 0.005, 0.25

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", ""),
)
CODES: Mapping[str, tuple[int, bool]] = {
    c: (code, shifted)
    for first, *rows in _ROWS
    for shifted, row in zip((False, True), rows, strict=True)
    for code, c in enumerate(row, first)
}


class WedgePort(KeypadPort):
    """One reader, alone on its link; any thread may call it."""

    def __init__(self, name: str, pipe: Path, id: str) -> None:
        super().__init__(name, pipe, id, "scanner")

    def press(self, twin: str, what: dict[str, Any]) -> dict[str, Any]:
        """`{"text": "A012"}`"""
        text = str(what.get("text", ""))
        if not text or any(c not in CODES for c in text):
            raise ValueError("text: what an American keyboard can type")
        with self._lock:
            self._pressed.append(text)
            self._now = max(self._now + 1.0, time.monotonic())
            for code, shifted in (*(CODES[c] for c in text), (ENTER, False)):
                self._now += SLOW_S if "slow" in self._faults else PACE_S
                self._type(code, shifted)
        return self.state(twin)

    def fault(self, twin: str, name: str, on: bool, after: int = 0) -> dict[str, Any]:
        if name not in FAULTS:
            raise ValueError(f"no fault {name!r} (there are: {', '.join(FAULTS)})")
        if name == "slow":
            (self._faults.add if on else self._faults.discard)(name)
            return self.state(twin)
        return super().fault(twin, name, on, after)

    def _type(self, code: int, shifted: bool) -> None:
        keys = [(SHIFT, 1)] * shifted + [(code, 1), (code, 0)] + [(SHIFT, 0)] * shifted
        for key, value in keys:
            self._send([(EV_KEY, key, value), (EV_SYN, 0, 0)], self._now)
