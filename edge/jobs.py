"""What waits in the registrar's mailbox, and what one turn made of it."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from edge.hall.commands import Command
from edge.hall.events import Event
from edge.hall.words import Now, Refused


@dataclass(eq=False)
class Job:
    """A command or a fact, and who waits for its end."""

    asked: Command | Event
    end: "Future[Any]" = field(default_factory=Future)


@dataclass
class Batch:
    """What one turn decided, before the disk has it."""

    now: Now
    events: list[Event] = field(default_factory=list)
    spans: list[tuple[Job, int, int]] = field(default_factory=list)
    """Jobs and the range of `events` that is theirs."""
    answered: list[tuple[Job, tuple[Event, ...]]] = field(default_factory=list)
    """Jobs whose key was used before, and what it caused then."""
    refused: list[tuple[Job, Refused]] = field(default_factory=list)
