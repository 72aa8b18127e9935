"""A USB keypad: input records through a named pipe, as the kernel packs and stamps them.

Written from linux/input.h, apart from the code that reads them. A finger takes its time between two keys: it
is in the records' own time, not in ours.
"""

import io
import os
import struct
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

FAULTS = ("unplugged", "mute", "bounce", "numlock", "babble", "drip")
"""Pulled out; no key works; each key twice within 20 ms; NumLock around each key; records of other kinds and
repeats of held keys between; records torn in two."""

EV_SYN, EV_KEY, EV_MSC = 0, 1, 4
NUMLOCK, MSC_SCAN = 69, 4
FINGER_S, HELD_S, BOUNCE_S = 0.35, 0.06, 0.02

CODES: Mapping[str, int] = {
    **dict(zip("7894561230", (71, 72, 73, 75, 76, 77, 79, 80, 81, 82), strict=True)),
    "enter": 96,
    "plus": 78,
    "minus": 74,
    "slash": 98,
    "star": 55,
    "dot": 83,
    "backspace": 14,
    "tab": 15,
    "esc": 1,
}
KEYS: Mapping[str, str] = {
    "next": "enter",
    "call": "enter",
    "recall": "plus",
    "transfer": "plus",
    "no_show": "minus",
    "hold": "slash",
    "resume": "star",
    "finish": "star",
    "pause": "dot",
    "ask_rating": "tab",
    "cancel": "esc",
}
"""What a finger means -> the key that it presses, by the product's usual meanings."""


class KeypadPort:
    """One keypad, alone on its link; any thread may call it."""

    def __init__(self, name: str, pipe: Path, id: str, kind: str) -> None:
        self.name = name
        self.twins = {id: self}
        self.kind = kind
        self._pipe = pipe
        self._lock = threading.Lock()
        self._far = -1
        self._now = 0.0
        self._faults: set[str] = set()
        self._pressed: list[str] = []

    def url(self) -> str:
        return f"input:path={self._pipe}"

    def start(self) -> None:
        os.mkfifo(self._pipe)
        # Both ways, so that it opens before anybody reads, and stays open when he goes.
        self._far = os.open(self._pipe, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def stop(self) -> None:
        self._pipe.unlink(missing_ok=True)
        if self._far >= 0:
            os.close(self._far)
            self._far = -1

    def press(self, twin: str, what: dict[str, Any]) -> dict[str, Any]:
        """`{"key": "next", "digits": "012"}`, a key by its own name, or `{"score": 1}`: the labelled key."""
        key = str(what.get("score", what.get("key")))
        digits, key = str(what.get("digits", "")), KEYS.get(key, key)
        if key not in CODES or any(digit not in CODES for digit in digits):
            raise ValueError(f"no key {digits}{key!r} (there are: {', '.join([*KEYS, *CODES])})")
        with self._lock:
            for name in (*digits, key):
                self._pressed.append(name)
                self._finger(CODES[name])
        return self.state(twin)

    def fault(self, twin: str, name: str, on: bool, after: int = 0) -> dict[str, Any]:
        if name not in FAULTS:
            raise ValueError(f"no fault {name!r} (there are: {', '.join(FAULTS)})")
        with self._lock:
            if on != (name in self._faults) and name == "unplugged":
                (self.stop if on else self.start)()
            (self._faults.add if on else self._faults.discard)(name)
        return self.state(twin)

    def state(self, twin: str) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "link": self.name,
            "pressed": len(self._pressed),
            "keys": self._pressed[-12:],
            "faults": sorted(self._faults),
        }

    def picture(self, twin: str) -> bytes:
        image = Image.new("RGB", (260, 120), (40, 42, 46))
        draw = ImageDraw.Draw(image)
        draw.text((16, 40), " ".join(self._pressed[-6:]), fill="white", font_size=26, anchor="lm")
        draw.text((16, 96), f"{next(iter(self.twins))}  USB", fill=(190, 196, 204), font_size=16, anchor="lm")
        out = io.BytesIO()
        image.save(out, "PNG")
        return out.getvalue()

    # --- the finger

    def _finger(self, code: int) -> None:
        self._now = max(self._now + FINGER_S, time.monotonic())
        if "babble" in self._faults:
            self._send([(EV_MSC, MSC_SCAN, 458_841), (EV_KEY, code + 100, 2), (EV_SYN, 0, 0)], self._now)
        if "numlock" in self._faults:
            self._down_and_up(NUMLOCK, self._now)
        self._down_and_up(code, self._now)
        if "bounce" in self._faults:
            self._down_and_up(code, self._now + BOUNCE_S)
        if "numlock" in self._faults:
            self._down_and_up(NUMLOCK, self._now + HELD_S)

    def _down_and_up(self, code: int, at_s: float) -> None:
        for value, at in ((1, at_s), (0, at_s + HELD_S)):
            self._send([(EV_KEY, code, value), (EV_SYN, 0, 0)], at)

    def _send(self, records: Sequence[tuple[int, int, int]], at_s: float) -> None:
        seconds, micros = int(at_s), int(at_s % 1 * 1e6)
        chunk = b"".join(struct.pack("<qqHHi", seconds, micros, *record) for record in records)
        if self._far < 0 or "mute" in self._faults:
            return
        cut = 7 if "drip" in self._faults else len(chunk)
        with suppress(BlockingIOError):  # nobody has read for thousands of keys
            os.write(self._far, chunk[:cut])
            os.write(self._far, chunk[cut:])
