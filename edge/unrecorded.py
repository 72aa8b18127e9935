"""What clerks did while the disk took nothing: a bounded list in memory, written down when it takes again.

Its entries have no chain and are not among the events; a power cut takes them, and the view says how many.
"""

from dataclasses import dataclass, field

from edge.entries import stamped
from edge.errors import JournalError
from edge.hall.commands import CallNext, CallTicket, Command, FinishService, MarkNoShow, Recall
from edge.hall.events import Event
from edge.hall.hall import Hall
from edge.hall.words import Now
from edge.journal import Journal

MOST = 200
VERBS = (CallNext, CallTicket, Recall, MarkNoShow, FinishService)
"""Who waits already is served on. A number or a rating that may be lost is not given."""


@dataclass
class Unrecorded:
    done: list[tuple[tuple[Event, ...], Now]] = field(default_factory=list)
    """The events of each command, in order, and when."""

    def __len__(self) -> int:
        return len(self.done)

    def takes(self, command: object) -> bool:
        return isinstance(command, VERBS) and len(self.done) < MOST

    def decide(self, hall: Hall, command: Command, now: Now) -> tuple[Event, ...]:
        """Let the hall decide, and keep what it decides. Raises Refused."""
        events = hall.decide(command, now)
        if events:
            self._apply(hall, events, now)
            self.done.append((events, now))
        return events

    def apply_to(self, hall: Hall) -> None:
        """Bring a hall that was folded from the disk to where the clerks are."""
        for events, now in self.done:
            self._apply(hall, events, now)

    def write(self, journal: Journal) -> int:
        """Write down all of it, in order; how many commands. Raises JournalError: the rest stays."""
        written = 0
        try:
            while self.done:
                journal.append(*self.done[0])
                self.done.pop(0)
                written += 1
        except JournalError as error:
            raise JournalError(f"{error} ({written} of {written + len(self.done)} written down)") from error
        return written

    @staticmethod
    def _apply(hall: Hall, events: tuple[Event, ...], now: Now) -> None:
        """Under the numbers that they will have: nothing else is written before them."""
        for seq, event in enumerate(events, hall.seq + 1):
            hall.apply(event, stamped(seq, now))
