"""Many simulated halls on one thread: a loop over their wires and their times."""

import heapq
import random
import resource
import selectors
import socket
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from edge.readers.border import Border
from edge.simulate.book import Book
from edge.simulate.marks import hall_code
from edge.simulate.profiles import PROFILES
from edge.simulate.sim_hall import Manner, SimHall, Tally

TELL_S = 0.5


@dataclass(frozen=True)
class Share:
    """What one process is to play: halls `first`, `first + step` … below `halls`."""

    manner: Manner
    county: str
    halls: int
    first: int
    step: int
    profile: str
    pace: float
    """Seconds of life a second; 0: all at once."""
    spread_s: float
    """All halls come to the broker within so long."""
    seed: int
    version: str


@dataclass(frozen=True)
class Now:
    """How one process stands."""

    born: int
    written: int
    acknowledged: int
    stored: int
    center: bool
    over: bool
    """Is everything written that will be?"""
    troubles: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Done:
    """What one process has seen, at its end."""

    now: Now
    took_s: "array[float]"
    counts: dict[str, int]
    cpu_s: float
    """From the play's begin to the last receipt."""
    last_at: float
    """Monotonic, of the last receipt; where there is no center, of the broker's last acknowledgement."""
    journals: Sequence[tuple[str, int, str]]
    """Id, head, and the chain of the last entry."""


def play(share: Share, parent: Connection) -> None:
    """The process' work: connect, wait for the word, play, and stay until the word to leave."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard > 0 else soft, hard))
    crowd = Crowd(share)
    try:
        crowd.run(parent)
        parent.send(crowd.done())
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        pass  # nobody is interested any more
    finally:
        crowd.leave()


class Crowd:
    """Belongs to one thread."""

    def __init__(self, share: Share) -> None:
        self._share, self._tally = share, Tally()
        profile = PROFILES[share.profile]
        self._opens = profile.opens
        self.halls: list[SimHall] = []
        for n in range(share.first, share.halls, share.step):
            code = hall_code(share.county, n)
            book = Book(share.county, code, profile, share.pace, share.seed)
            border = Border(share.county, code, book.id, share.version, f"sim-{n}")
            self.halls.append(SimHall(share.manner, border, book, self._tally))
        self._wires: dict[int, tuple[socket.socket, int]] = {}
        self._selector = selectors.DefaultSelector()
        self._times: list[tuple[float, int]] = []
        self._set: list[float] = [0.0] * len(self.halls)
        self._cpu_from = self._cpu_s = 0.0

    def run(self, parent: Connection) -> None:
        """Raises EOFError, BrokenPipeError: the parent has ended."""
        dice, began = random.Random(), time.monotonic()
        if not self._opens:
            for hall in self.halls:
                hall.connect_at = began + dice.uniform(0.0, self._share.spread_s)
        self._set_all()
        self._selector.register(parent, selectors.EVENT_READ)
        tell_at = 0.0
        while True:
            now = time.monotonic()
            if now >= tell_at:
                tell_at = now + TELL_S
                parent.send(self.now())
            ready = self._selector.select(max(0.0, min(self._next_due(), tell_at) - now))
            for key, _ in ready:
                if key.fileobj is parent:
                    word: Any = parent.recv()
                    if word == "leave":
                        return
                    self._begin(float(word), dice)
                else:
                    self._turn(key.data)
            self._turn_due()

    def now(self) -> Now:
        halls = self.halls
        now = Now(
            sum(h.born for h in halls),
            sum(h.book.head for h in halls),
            sum(h.acknowledged for h in halls),
            sum(h.firm for h in halls),
            any(h.center_seen for h in halls),
            all(h.book.is_over for h in halls),
            dict(self._tally.troubles),
        )
        if self._cpu_from and not all(h.is_through for h in halls):
            self._cpu_s = time.process_time() - self._cpu_from
        return now

    def done(self) -> Done:
        journals = [(h.book.id, h.book.head, h.book.chain) for h in self.halls]
        return Done(
            self.now(),
            self._tally.took_s,
            dict(self._tally.counts),
            self._cpu_s,
            self._tally.last_at,
            journals,
        )

    def leave(self) -> None:
        for hall in self.halls:
            hall.leave()
        self._selector.close()

    # --- the loop -------------------------------------------------------------------------------------------

    def _begin(self, at: float, dice: random.Random) -> None:
        """Life begins at `at`, monotonic time, which is one for all processes of a machine."""
        self._cpu_from = time.process_time()
        for hall in self.halls:
            begins = at
            if self._opens:  # nothing is written by a box that is not yet switched on
                begins = hall.connect_at = at + dice.uniform(0.0, self._share.spread_s)
            hall.book.begin(begins)
        self._set_all()

    def _set_all(self) -> None:
        self._times = []
        for n in range(len(self.halls)):
            self._set[n] = float("inf")
            self._set_time(n)

    def _set_time(self, n: int) -> None:
        due = self.halls[n].due
        if due != self._set[n]:
            self._set[n] = due
            heapq.heappush(self._times, (due, n))

    def _next_due(self) -> float:
        while self._times and self._set[self._times[0][1]] != self._times[0][0]:
            heapq.heappop(self._times)
        return self._times[0][0] if self._times else float("inf")

    def _turn_due(self) -> None:
        now = time.monotonic()
        while self._next_due() <= now:
            _, n = heapq.heappop(self._times)
            self._set[n] = float("inf")
            self._turn(n)

    def _turn(self, n: int) -> None:
        hall = self.halls[n]
        hall.turn(time.monotonic())
        self._watch(n, hall)
        self._set_time(n)

    def _watch(self, n: int, hall: SimHall) -> None:
        """Wait for what this hall's wire waits for now."""
        wire, before = hall.wire, self._wires.get(n)
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if hall.wants_to_write else 0)
        if before and before[0] is not wire:
            self._selector.unregister(self._wires.pop(n)[0])
            before = None
        if wire is None:
            return
        if before is None:
            self._selector.register(wire, events, n)
        elif before[1] != events:
            self._selector.modify(wire, events, n)
        self._wires[n] = wire, events
