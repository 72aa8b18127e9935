"""Replies to the county, each kept until the broker has it."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_REPLIES = 100
"""Kept for a line that is away; the county may ask again."""


@dataclass(frozen=True)
class Answer:
    payload: bytes = field(repr=False)
    ended_seq: int = 0
    """The entry of the command's end, so that a later life knows whether it has been said; 0: need not be."""


class Answers:
    """`add` belongs to any thread, the rest to the uplink's."""

    def __init__(self, said: int, save: Callable[[int], None]) -> None:
        """`said`: up to which entry all ends have reached the broker; `save` keeps that for a later life."""
        self._said, self._save = said, save
        self._waiting: deque[Answer] = deque(maxlen=MOST_REPLIES)
        self._flying: dict[int, Answer] = {}
        self._landed = said
        self._lock = threading.Lock()

    def add(self, payload: bytes, ended_seq: int = 0) -> None:
        """Once for each end, however often it is asked for while it has not reached the broker."""
        with self._lock:
            on_its_way = (a.ended_seq for a in (*self._waiting, *self._flying.values()))
            if not ended_seq or ended_seq not in on_its_way:
                self._waiting.append(Answer(payload, ended_seq))

    def next(self) -> Answer | None:
        """Taken out; whoever sends it says so by `sent`."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def sent(self, mid: int, answer: Answer) -> None:
        with self._lock:
            self._flying[mid] = answer

    def landed(self, mid: int) -> None:
        """The broker has what was sent under this packet id; any other id is nothing."""
        with self._lock:
            if (answer := self._flying.pop(mid, None)) is None:
                return
            self._landed = max(self._landed, answer.ended_seq)
            ahead = [a.ended_seq for a in (*self._flying.values(), *self._waiting) if a.ended_seq]
            said = min(self._landed, *(seq - 1 for seq in ahead)) if ahead else self._landed
        if said > self._said:
            self._said = said
            self._save(said)

    def line_lost(self) -> None:
        """What was on its way is said once more on the next line, before all else."""
        with self._lock:
            room = MOST_REPLIES - len(self._waiting)
            self._waiting.extendleft(list(reversed(self._flying.values()))[:room])
            self._flying.clear()
