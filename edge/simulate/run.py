"""A whole run: a few processes that share the halls, one who tells them when, and what came of it."""

import math
import multiprocessing
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from edge.simulate.crowd import Done, Now, Share, play
from edge.simulate.here import cpu_s
from edge.simulate.profiles import PROFILES

UP_WITHIN_S = 60.0
LOOK_S = 0.5
HEAD_START_S = 0.5


@dataclass(frozen=True)
class Outcome:
    halls: int
    profile: str
    born: int
    """Halls that were online at the end."""
    events: int
    acknowledged: int
    stored: int
    """Entries with a receipt."""
    center: bool
    """Was a center heard?"""
    lasted_s: float
    """From the first entry to the last receipt."""
    took_s: Sequence[float]
    """From each entry to its receipt, sorted."""
    counts: Mapping[str, int]
    troubles: Mapping[str, int]
    cpu_s: Mapping[str, float]
    """Of `simulator` and of whoever was watched."""
    journals: Sequence[tuple[str, int, str]] = field(repr=False, default=())

    @property
    def rate(self) -> float:
        """Entries a second, safe at the end."""
        safe = self.stored if self.center else self.acknowledged
        return safe / self.lasted_s if self.lasted_s else 0.0

    def share_ms(self, share: float) -> float:
        """Within so long this share of entries had its receipt; NaN: there was none."""
        return self.took_s[int((len(self.took_s) - 1) * share)] * 1000 if self.took_s else math.nan

    def cpu_us(self, name: str) -> float:
        """Processor time for each entry, microseconds."""
        return self.cpu_s.get(name, math.nan) * 1e6 / max(1, self.events)


def run(
    share: Share,
    processes: int,
    *,
    wait_s: float = 120.0,
    watch: Mapping[str, Sequence[int]] | None = None,
    say: Callable[[float, Now], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Outcome:
    """Play it and return what came of it; ends early when `stop` says so, or when nothing moves for `wait_s`.

    `watch`: process ids by name, whose processor time is told too; `say` hears once or twice a second how it
    stands. Blocks.
    """
    watch, stop = watch or {}, stop or (lambda: False)
    with _started(share, max(1, min(processes, share.halls))) as team:
        _until_up(team, share, say, stop)
        before = {name: sum(map(cpu_s, ids)) for name, ids in watch.items()}
        began = time.monotonic() + HEAD_START_S
        team.tell(began)
        _until_through(team, began, wait_s, say, stop)
        cpu = {name: sum(map(cpu_s, ids)) - before[name] for name, ids in watch.items()}
        return _outcome(share, team.leave(), began, cpu)


def _until_up(
    team: "_Team", share: Share, say: Callable[[float, Now], None] | None, stop: Callable[[], bool]
) -> None:
    """The processes have started, and where the profile begins with an open day, the halls are online."""
    until = time.monotonic() + share.spread_s + UP_WITHIN_S
    born = 0 if PROFILES[share.profile].opens else share.halls
    while ((now := team.look()).born < born or not team.is_whole) and time.monotonic() < until and not stop():
        if say:
            say(0.0, now)


def _until_through(
    team: "_Team",
    began: float,
    wait_s: float,
    say: Callable[[float, Now], None] | None,
    stop: Callable[[], bool],
) -> None:
    """Until everything is safe, nothing moves for `wait_s` after the play's end, or `stop` says so."""
    last, moved = team.look(), began
    while not stop():
        now = team.look()
        at = time.monotonic()
        if (now.stored, now.acknowledged) != (last.stored, last.acknowledged):
            last, moved = now, at
        if say:
            say(max(0.0, at - began), now)
        safe = now.stored if now.center else now.acknowledged
        if now.over and safe >= now.written:
            return
        if not now.over:
            moved = at
        elif at - moved > wait_s:
            return


def _outcome(share: Share, done: Sequence[Done], began: float, cpu: Mapping[str, float]) -> Outcome:
    took, counts, troubles = array("d"), Counter[str](), Counter[str]()
    for part in done:
        took.extend(part.took_s)
        counts.update(part.counts)
        troubles.update(part.now.troubles)
    now = _sum([part.now for part in done])
    return Outcome(
        halls=share.halls,
        profile=share.profile,
        born=now.born,
        events=now.written,
        acknowledged=now.acknowledged,
        stored=now.stored,
        center=now.center,
        lasted_s=max([0.0, *(part.last_at - began for part in done)]),
        took_s=array("d", sorted(took)),
        counts=counts,
        troubles=troubles,
        cpu_s={"simulator": sum(part.cpu_s for part in done), **cpu},
        journals=[j for part in done for j in part.journals],
    )


def _sum(parts: Sequence[Now]) -> Now:
    return Now(
        sum(p.born for p in parts),
        sum(p.written for p in parts),
        sum(p.acknowledged for p in parts),
        sum(p.stored for p in parts),
        any(p.center for p in parts),
        all(p.over for p in parts),
    )


class _Team:
    """The processes, as their parent sees them."""

    def __init__(self, members: Sequence[tuple[BaseProcess, Connection]]) -> None:
        self._members = members
        self._now: dict[Connection, Now] = {}

    def tell(self, word: float | str) -> None:
        for _, line in self._members:
            with suppress(OSError):
                line.send(word)

    @property
    def is_whole(self) -> bool:
        """Has every process been heard?"""
        return len(self._now) == len(self._members)

    def look(self) -> Now:
        """How all stand together; blocks up to half a second for news."""
        for line in wait([line for _, line in self._members], LOOK_S):
            self._hear(line)
        now = _sum(list(self._now.values()))
        return now if self.is_whole else replace(now, over=False)

    def leave(self) -> list[Done]:
        """Everybody goes; what each has seen."""
        self.tell("leave")
        done: list[Done] = []
        for _, line in self._members:
            with suppress(EOFError, OSError):
                while not isinstance(said := line.recv(), Done):
                    pass
                done.append(said)
        return done

    def _hear(self, line: object) -> None:
        if isinstance(line, Connection):
            said = line.recv()
            if isinstance(said, Now):
                self._now[line] = said


@contextmanager
def _started(share: Share, processes: int) -> Iterator[_Team]:
    context = multiprocessing.get_context("spawn")
    members: list[tuple[BaseProcess, Connection]] = []
    process: BaseProcess
    try:
        for n in range(processes):
            mine, theirs = context.Pipe()
            part = replace(share, first=n, step=processes)
            process = context.Process(target=play, args=(part, theirs), name=f"halls-{n}", daemon=True)
            process.start()
            theirs.close()
            members.append((process, mine))
        yield _Team(members)
    finally:
        for process, line in members:
            line.close()
            process.join(60)
            if process.is_alive():
                process.kill()
                process.join()
