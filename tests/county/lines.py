"""Lines cut, far, narrow and dead, a broker frozen or stopped: numbers go on, the store is the journal.

Each fault lies on the hall's line and then on the center's, while numbers are taken at the hall's door.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from edge.center.store import Store
from edge.journal import head
from tests.county.proxy import Line
from tests.county.rounds import County, Crowd, county
from tests.waiting import until

GoOn = Callable[[], None]
"""Returns when so many numbers have been answered again."""
Fault = Callable[[GoOn], None]
NUMBERS = 25
"""Answered while a fault lasts."""


def _cut(line: Line, go_on: GoOn) -> None:
    for _ in range(3):
        line.cut()
        go_on()


def _far(line: Line, go_on: GoOn) -> None:
    line.delay_s = 0.1
    go_on()


def _narrow(line: Line, go_on: GoOn) -> None:
    line.bytes_s = 3000
    go_on()


def _dead(line: Line, go_on: GoOn) -> None:
    line.die()
    go_on()


FAULTS: dict[str, Callable[[Line, GoOn], None]] = {
    "cut three times": _cut,
    "100 ms each way": _far,
    "3,000 bytes a second": _narrow,
    "dead without a word": _dead,
}


def run(folder: Path, url: str, faults: Sequence[str], *, whole: bool = True) -> list[str]:
    """A line on each fault, and one on the door. Raises AssertionError.

    `whole`: on the center's line as well as the hall's, and of the broker, too.
    """
    said: list[str] = []
    with county(folder, url, lines=True) as place, closing(Store(url)) as store:
        crowd = Crowd(place.hall)
        crowd.start()
        try:
            for what, fault in _of_all(place, faults, whole=whole):
                took_s = _caught_up_after(fault, what, place, crowd, store)
                said.append(f"{what}: whole {took_s:.1f} s after it ended")
        finally:
            crowd.stop()
        place.comes_together(crowd)
    assert crowd.missed == [], f"a door that waited or refused: {crowd.missed[:3]}"
    said.append(f"{len(crowd.answered)} numbers answered, the slowest in {crowd.slowest_s * 1000:.0f} ms")
    return said


def _of_all(place: County, faults: Sequence[str], *, whole: bool) -> Iterator[tuple[str, Fault]]:
    assert place.hall_line and place.center_line
    for name in faults:
        yield f"the hall's line {name}", partial(_spoiled, place.hall_line, FAULTS[name])
        if whole:
            yield f"the center's line {name}", partial(_spoiled, place.center_line, FAULTS[name])
    if whole:
        yield "the broker frozen", partial(_frozen, place)
        yield "the broker killed", partial(_killed, place)


def _caught_up_after(fault: Fault, what: str, place: County, crowd: Crowd, store: Store) -> float:
    """Seconds until the store had what the journal had when the fault ended."""

    def go_on() -> None:
        wanted = len(crowd.answered) + NUMBERS
        until(lambda: len(crowd.answered) >= wanted, f"{what}: numbers are answered", 30)

    fault(go_on)
    began, upto = time.monotonic(), head(place.journal)
    until(lambda: any(r.stored >= upto for r in store.receipts()), f"{what}: caught up", 90)
    return time.monotonic() - began


def _spoiled(line: Line, spoil: Callable[[Line, GoOn], None], go_on: GoOn) -> None:
    spoil(line, go_on)
    if not line.is_alive:
        until(lambda: line.waits_for_answers, "the dead line was noticed and left", 30)
    line.heal()


def _frozen(place: County, go_on: GoOn) -> None:
    os.kill(place.broker.pid, signal.SIGSTOP)
    try:
        go_on()
    finally:
        os.kill(place.broker.pid, signal.SIGCONT)


def _killed(place: County, go_on: GoOn) -> None:
    place.broker.kill()
    go_on()
    place.broker.start()
