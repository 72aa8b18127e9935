"""One event on disk, beside one bare append with one fdatasync on the same disk, taken in turns."""

import os
import tempfile
import time
from pathlib import Path

from edge.hall.events import TicketIssued
from edge.journal import Journal
from tests.bench.figures import Figure, middle, ms
from tests.crash.hall import MORNING, clock_from

TIMES = 400
NAME = "journal commit, median"
_EVENT = TicketIssued(ticket="510000001-20261122-A001", number="A001", service="social", kiosk="k1", ahead=3)


def measure() -> list[Figure]:
    clock = clock_from(MORNING)
    bare: list[float] = []
    commits: list[float] = []
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        journal = Journal(Path(name) / "journal.db", source="/510000/510000001")
        file = os.open(Path(name) / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            for _ in range(TIMES):
                began = time.perf_counter()
                (entry,) = journal.append((_EVENT,), clock())
                commits.append(time.perf_counter() - began)
                began = time.perf_counter()
                os.write(file, entry.body.encode())
                os.fdatasync(file)
                bare.append(time.perf_counter() - began)
        finally:
            os.close(file)
            journal.close()
    ratio = middle(commits) / middle(bare)
    beside = f"append + fdatasync {ms(middle(bare))}"
    p99 = middle(commits, 0.99) / middle(bare, 0.99)
    return [
        Figure(NAME, ms(middle(commits)), beside, ratio, "≤ 1.25", ratio <= 1.25),
        Figure("journal commit, p99", ms(middle(commits, 0.99)), f"… {ms(middle(bare, 0.99))}", p99),
    ]
