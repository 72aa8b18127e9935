"""Golden bytes that stand in a frame description: what was seen or published, against which it is held."""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.frame_table import Fill, Problems, Table, read_fill

CONFIDENCES = (
    "vendor document",
    "two or more independent codes",
    "measured here",
    "seen once",
    "inferred",
)
"""How sure somebody is of a frame, surest first; `seen once` is allowed, and says so."""


@dataclass(frozen=True)
class Golden:
    """One whole frame as it was on a wire or in a maker's paper; never made by this program."""

    case: str
    """What it is: `call next, pad 1`."""
    frame: bytes
    fields: Fill
    """What its fields hold, as far as the source says."""
    event: str
    """What `on` makes of it; empty: not said."""
    key: str
    """Which key of the keymap it presses; empty: not said."""
    source: str
    """Paper and section, or device, firmware and date."""
    confidence: str

    @classmethod
    def read(cls, where: str, table: Table, problems: Problems) -> "Golden":
        problems.unknown_keys(where, table, {"case", "hex", "fields", "event", "key", "source", "confidence"})
        frame = problems.hexes(f"{where}.hex", table.get("hex"))
        if not frame:
            problems.append(f"{where}.hex: a whole frame is needed")
        words = {key: _word(where, table, key, problems) for key in ("case", "source", "event", "key")}
        for key in ("case", "source"):
            if not words[key]:
                problems.append(f"{where}.{key}: missing ({_WHY[key]})")
        return cls(
            words["case"],
            frame,
            read_fill(f"{where}.fields", table.get("fields", {}), problems),
            words["event"],
            words["key"],
            words["source"],
            problems.choice(where, table, "confidence", "", CONFIDENCES),
        )


_WHY: Mapping[str, str] = {
    "case": 'what the frame is, like "call next, pad 1"',
    "source": "the paper and its section, or the device, its firmware and the date",
}


def _word(where: str, table: Table, key: str, problems: Problems) -> str:
    found = table.get(key, "")
    if isinstance(found, str):
        return found
    problems.append(f"{where}.{key}: must be text")
    return ""
