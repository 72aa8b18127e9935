"""A hall in a process of its own, with callers on threads; says on stdout what was asked and answered.

`asks KEY`, then `got KEY NUMBER` or `called KEY COUNTER NUMBER`, or `no KEY REASON`; each line in one write.
"""

import argparse
import itertools
import json
import os
import threading
from pathlib import Path

from edge.clock import system_clock
from edge.errors import JournalError
from edge.hall.commands import CallNext, TakeTicket
from edge.hall.events import TicketCalled, TicketIssued
from edge.hall.words import By, Door, Refused, Request
from tests.crash.hall import PLAN, House

KIOSK, PAD = By(Door.KIOSK, "k1"), By(Door.PAD, "pad-1")
CLERKS = 2


def take(key: str) -> TakeTicket:
    return TakeTicket(by=KIOSK, request=Request(key, "d"), service="social", kiosk="k1")


def call(key: str, counter: str) -> CallNext:
    return CallNext(by=PAD, request=Request(key, "d"), counter=counter)


def tell(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def caller(house: House, name: str, numbers: int) -> None:
    """One citizen after another, until none is left or this process dies; the first callers are clerks."""
    counter = str(int(name) + 1) if int(name) < CLERKS else ""
    for n in range(numbers) if numbers else itertools.count():
        key = f"{os.getpid()}-{name}-{n}"
        if counter:
            key = f"call-{key}"
        tell(f"asks {key} {counter}".rstrip())
        try:
            answer = house.registrar.ask(call(key, counter) if counter else take(key))
        except (Refused, JournalError) as no:
            tell(f"no {key} {no}")
            continue
        for event in answer.events:
            if isinstance(event, TicketIssued):
                tell(f"got {key} {event.number}")
            elif isinstance(event, TicketCalled):
                tell(f"called {key} {event.counter} {event.number}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--callers", type=int, default=8)
    parser.add_argument("--numbers", type=int, default=0, help="each caller's; 0: until killed")
    parser.add_argument("--system-clock", action="store_true")
    args = parser.parse_args()
    with House(args.folder, system_clock(PLAN.timezone) if args.system_clock else None) as house:
        callers = [
            threading.Thread(target=caller, args=(house, str(n), args.numbers)) for n in range(args.callers)
        ]
        before = house.journal.batches
        os.getpgid(0)  # a mark for who traces this process
        for thread in callers:
            thread.start()
        for thread in callers:
            thread.join()
        os.getpgid(0)
        view, batches = house.registrar.view, house.journal.batches - before
        tell(f"end {json.dumps({'batches': batches, 'day': view.day, 'at': view.clock.at})}")


if __name__ == "__main__":
    main()
