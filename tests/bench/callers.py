"""Eight callers at once on the registrar: how fast, nothing twice, nothing missing, how many flushes."""

import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from edge.hall.commands import TakeTicket
from edge.hall.events import TicketIssued
from edge.hall.words import By, Door
from tests.bench.figures import Figure, middle, ms
from tests.crash.hall import House

CALLERS, EACH = 8, 250
_TAKE = TakeTicket(by=By(Door.KIOSK, "k1"), service="social")


def measure() -> list[Figure]:
    answers: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name, House(Path(name)) as house:

        def caller() -> None:
            for _ in range(EACH):
                began = time.perf_counter()
                events = house.registrar.ask(_TAKE).events
                took_s = time.perf_counter() - began
                answers.extend((e.number, took_s) for e in events if isinstance(e, TicketIssued))

        callers = [threading.Thread(target=caller) for _ in range(CALLERS)]
        batches, began = house.journal.batches, time.perf_counter()
        for thread in callers:
            thread.start()
        for thread in callers:
            thread.join()
        took_s = time.perf_counter() - began
        batches = house.journal.batches - batches
    counted = Counter(number for number, _ in answers)
    doubled = sum(times - 1 for times in counted.values())
    missing = CALLERS * EACH - len(counted)
    times = [t for _, t in answers]
    name, per_flush = f"{CALLERS} callers on the registrar", CALLERS * EACH / batches
    sound = not doubled and not missing
    return [
        Figure(f"{name}, numbers a second", f"{CALLERS * EACH / took_s:.0f}", f"{per_flush:.1f} a flush"),
        Figure(f"{name}, median and p99", f"{ms(middle(times))}, {ms(middle(times, 0.99))}"),
        Figure(f"{name}, doubled, missing", f"{doubled}, {missing}", limit="0, 0", reached=sound),
    ]
