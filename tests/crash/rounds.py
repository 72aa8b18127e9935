"""Rounds of killing a hall and looking at what it left: nothing answered is lost, nothing is there twice."""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from edge.entries import Entry
from edge.errors import JournalError
from edge.hall.events import TicketCalled, TicketIssued
from edge.hall.words import Refused
from edge.verify import verify
from tests.crash.child import call, take
from tests.crash.hall import House

ROOT = Path(__file__).parents[2]
FAULT_POINTS = {"pwrite64": 2600, "fdatasync": 60, "write": 260}
"""Before which call a round may kill, and up to the how manieth: counted for each thread, and the start alone
makes 2,100 writes. Before a `pwrite64` is after the one before it, before a `fdatasync` is after the last one
of a batch, before a `write` to stdout is after the flush and before the answer.
"""
AT_THE_STOP = {"rename": 1, "unlink": 2}
"""The checkpoint's renaming, and SQLite's end of the WAL."""


@dataclass
class Told:
    """What a child said before it died."""

    asked: dict[str, str] = field(default_factory=dict)
    """Key to counter, empty for a ticket."""
    got: dict[str, str] = field(default_factory=dict)
    called: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Key to counter and number."""
    refused: dict[str, str] = field(default_factory=dict)

    def hear(self, line: str) -> None:
        match line.split():
            case ["asks", key, *counter]:
                self.asked[key] = counter[0] if counter else ""
            case ["got", key, number]:
                self.got[key] = number
            case ["called", key, counter, number]:
                self.called[key] = (counter, number)
            case ["no", key, *reason]:
                self.refused[key] = " ".join(reason)


def child(folder: Path, *args: str) -> list[str]:
    return [sys.executable, "-m", "tests.crash.child", str(folder), *args]


def killed_after(folder: Path, lines: int) -> Told:
    """Let a hall run until it has said so many lines, kill it, and return all that it said."""
    told = Told()
    with subprocess.Popen(child(folder), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            told.hear(line)
            lines -= 1
            if lines == 0:
                process.kill()
    assert process.returncode == -9, f"the hall ended by itself: {process.returncode}"
    return told


def killed_before(folder: Path, call: str, nth: int, *args: str) -> Told:
    """Kill a hall as it enters its nth `call` (strace plays the power cut)."""
    told = Told()
    strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}"]
    strace += ["-e", f"inject={call}:signal=KILL:when={nth}"]
    command = [*strace, *child(folder, *args)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (-9, 137), f"the hall was not killed: {done.returncode} {done.stderr}"
    for line in done.stdout.splitlines():
        told.hear(line)
    return told


def issued(entries: Iterable[Entry]) -> dict[str, str]:
    return {e.event.request.key: e.event.number for e in entries if isinstance(e.event, TicketIssued)}


def judge(folder: Path, told: Told) -> int:
    """Open what was left and hold it against what was said; returns how many tickets there are.

    Raises AssertionError.
    """
    try:
        verdict = verify(folder / "journal.db")
    except JournalError as error:  # killed in its first start, before there was a table
        assert "nothing is written" in str(error) and not told.got, error
    else:
        assert verdict.bad_seq == 0 and verdict.checkpoint != "other", verdict
    with House(folder) as house:
        before = house.journal.read_after(0, 1_000_000)
        _none_lost(before, told)
        _resend(house, told)
        after = house.journal.read_after(0, 1_000_000)
        tickets = [e.event for e in after if isinstance(e.event, TicketIssued)]
        for of in (lambda t: t.number, lambda t: t.ticket, lambda t: t.request.key):
            _once(of(t) for t in tickets)
        _once(e.event.ticket for e in after if isinstance(e.event, TicketCalled))
    return len(tickets)


def _none_lost(entries: list[Entry], told: Told) -> None:
    numbers = issued(entries)
    for key, number in told.got.items():
        assert numbers.get(key) == number, f"answered {number} to {key}, on disk is {numbers.get(key)}"
    calls = {
        e.event.request.key: (e.event.counter, e.event.number)
        for e in entries
        if isinstance(e.event, TicketCalled)
    }
    for key, call_ in told.called.items():
        assert calls.get(key) == call_, f"answered {call_} to {key}, on disk is {calls.get(key)}"


def _resend(house: House, told: Told) -> None:
    """Every caller asks again with its key, whether it had an answer or not."""
    on_disk = issued(house.journal.read_after(0, 1_000_000))
    for key, counter in told.asked.items():
        try:
            answer = house.registrar.ask(call(key, counter) if counter else take(key))
        except Refused as no:
            assert counter and key not in told.called, f"{key} is refused now: {no}"
            continue
        numbers = [e.number for e in answer.events if isinstance(e, TicketIssued | TicketCalled)]
        if key in told.got or key in told.called:
            said = told.got.get(key) or told.called[key][1]
            assert answer.repeated and numbers == [said], f"{key}: {said}, and now {numbers}"
        elif key in on_disk:
            assert answer.repeated and numbers == [on_disk[key]]


def _once(values: Iterable[str]) -> None:
    twice = [value for value, times in Counter(values).items() if times > 1]
    assert not twice, f"twice: {twice[:5]}"


def one_round(folder: Path, dice: random.Random) -> tuple[str, int]:
    """One kill at a random moment or before a random call; what was done, and the tickets there are now."""
    throw = dice.random()
    if throw < 0.4:
        lines = dice.randint(1, 600)
        how, told = f"kill after {lines} lines", killed_after(folder, lines)
    elif throw < 0.9:
        call_ = dice.choice(sorted(FAULT_POINTS))
        nth = dice.randint(1, FAULT_POINTS[call_])
        how, told = f"kill before {call_} {nth}", killed_before(folder, call_, nth)
    else:
        call_ = dice.choice(sorted(AT_THE_STOP))
        nth = dice.randint(1, AT_THE_STOP[call_])
        how = f"kill before {call_} {nth}, at the latest in the stop"
        told = killed_before(folder, call_, nth, "--numbers", "5")
    return f"{how}, {len(told.got)} numbers answered", judge(folder, told)
