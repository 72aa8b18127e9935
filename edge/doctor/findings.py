"""What the doctor says: a line each, and what to add to the config."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    """The hall works, and a person should look."""
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    level: Level
    name: str
    """What was looked at: `fonts`, `disk`, `device.board-3`."""
    detail: str


def ok(name: str, detail: str) -> Finding:
    return Finding(Level.OK, name, detail)


def warn(name: str, detail: str) -> Finding:
    return Finding(Level.WARN, name, detail)


def fail(name: str, detail: str) -> Finding:
    return Finding(Level.FAIL, name, detail)
