"""How soon the door is open with years in the journal, beside the start with an empty one."""

import tempfile
from pathlib import Path

from tests.bench.figures import Figure, middle, ms
from tests.bench.running import running
from tests.bench.years import THREE_YEARS, TICKETS_A_DAY, fill

STARTS = 5


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        empty, full = Path(name) / "empty", Path(name) / "full"
        full.mkdir()
        entries = fill(full)
        _start(empty)
        first_s = _start(full)
        pairs = [(_start(empty), _start(full)) for _ in range(STARTS)]
    empty_s, full_s = (middle(times) for times in zip(*pairs, strict=True))
    ratio = full_s / empty_s
    what = f"start after {THREE_YEARS} days of {TICKETS_A_DAY} tickets"
    beside = f"an empty journal {ms(empty_s)}"
    return [
        Figure(what, ms(full_s), beside, ratio, "< 2", ratio < 2),
        Figure(f"{what}, without a checkpoint", ms(first_s), f"{entries} entries", first_s / empty_s),
    ]


def _start(data: Path) -> float:
    with running(data) as daemon:
        return daemon.opened_s
