"""What all boards' twins have in common: their name, their faults, and that nobody presses them."""

import math
from collections.abc import Sequence
from typing import Any

from drivers.twins.wire import Said

SLOW_S = 0.7


class Board:
    """The rest of a Twin (drivers.twins.wire) but `receive`, `state` and `picture`."""

    kind = "board"
    due = math.inf
    known_faults: tuple[str, ...] = ("mute", "slow", "lying_checksum", "busy", "dark")
    """Silent; answers late; with a wrong checksum; answers "no"; without power, what it showed is lost."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults: set[str] = set()
        self.frames = self.bad = 0
        """Whole frames for this board, and damaged ones."""
        self.last = b""

    def tick(self, now: float) -> Sequence[Said]:
        return ()

    def press(self, what: dict[str, Any], now: float) -> Sequence[Said]:
        raise ValueError(f"{self.name} has no keys")

    def fault(self, name: str, on: bool, after: int = 0) -> None:
        if name not in self.known_faults:
            known = ", ".join(self.known_faults)
            raise ValueError(f"no fault {name!r} (there are: {known}, unplugged, babble, drip)")
        (self.faults.add if on else self.faults.discard)(name)
        if name == "dark" and on:
            self.forget()

    def forget(self) -> None:
        """The power is gone: what only lived in memory is lost."""

    @property
    def has_power(self) -> bool:
        return "dark" not in self.faults

    def said(self, answer: bytes) -> Sequence[Said]:
        """An answer, unless this board does not give one now; late where it is slow."""
        if "mute" in self.faults or not self.has_power:
            return ()
        return [Said(answer, SLOW_S if "slow" in self.faults else 0.0)]

    def about(self, lines: Sequence[str], colour: str) -> dict[str, Any]:
        """The part of `state` that every board has."""
        return {
            "kind": self.kind,
            "text": "\n".join(lines),
            "lines": list(lines),
            "colour": colour,
            "frames": self.frames,
            "crc_errors": self.bad,
            "last_frame": self.last.hex(" ").upper(),
            "faults": sorted(self.faults),
        }
