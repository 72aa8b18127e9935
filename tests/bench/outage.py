"""`python -m tests.bench.outage`: 30 days of a busy hall (150,000 entries) after an outage; a dated result.

The real daemon begins without its broker, which comes later; what arrives is held against the journal.
"""

import os
import re
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from edge.journal import head
from tests.bench.listening import listening, out_of_order
from tests.bench.running import Daemon, running
from tests.bench.years import fill
from tests.broker import Broker
from tests.crash.rounds import ROOT
from tests.kept import kept

MONTH, BUSY_DAY = 30, 715
"""Days, and tickets of one: 150,000 entries."""
WITHOUT_S = 3.0
"""So long the daemon runs before there is a broker."""
WITHIN_S = 300.0
LOOK_S = 0.1


@dataclass(frozen=True)
class Drained:
    entries: int
    """In the journal at the end."""
    late: int
    """First arrivals after a later one."""
    repeated: int
    missing: int
    took_s: float
    """From the first arrival to the last."""
    before_mb: float
    """Of the daemon's memory, while it waited for the broker."""
    most_mb: float
    journal_mb: float

    def __str__(self) -> str:
        share = 150_000 / self.entries
        return (
            f"{self.entries} entries after an outage: {self.late} out of order, {self.repeated} twice, "
            f"{self.missing} missing; {self.took_s:.1f} s ({self.entries / self.took_s:.0f} a second); "
            f"the daemon {self.before_mb:.0f} MB before, {self.most_mb:.0f} MB at most; "
            f"{self.journal_mb * share:.0f} MB on disk for 150,000 entries"
        )


def drain(folder: Path, days: int, tickets_a_day: int, without_s: float = WITHOUT_S) -> Drained:
    """An outage of so many days, in a fresh folder."""
    data, config = folder / "data", folder / "config"
    for path in (data, folder / "broker"):
        path.mkdir()
    fill(data, days, tickets_a_day)
    journal = data / "journal.db"
    broker = Broker(folder / "broker", "max_queued_messages 0", absent=True)
    shutil.copytree(ROOT / "config/demo", config)
    uplink = config / "uplink.toml"
    at = re.sub(r'broker = "[^"]*"', f'broker = "{broker.url}"', uplink.read_text("utf-8"))
    uplink.write_text(at, "utf-8")
    with running(data, config) as daemon:
        threading.Event().wait(without_s)
        before_mb = daemon.resident_mb()
        with broker:
            broker.start()
            with listening(broker.port) as came:
                last, took_s, most_mb = _watch(daemon, journal, came)
                came = came[: came.index(last) + 1] if last in came else came
    return Drained(
        entries=last,
        late=out_of_order(came),
        repeated=len(came) - len(set(came)),
        missing=len(set(range(1, last + 1)) - set(came)),
        took_s=took_s,
        before_mb=before_mb,
        most_mb=most_mb,
        journal_mb=journal.stat().st_size / 2**20,
    )


def _watch(daemon: Daemon, journal: Path, came: list[int]) -> tuple[int, float, float]:
    """Until everything has come: the last entry, seconds from the first, and the daemon's memory at most."""
    began, until, most_mb, pause = 0.0, time.monotonic() + WITHIN_S, daemon.resident_mb(), threading.Event()
    while not came or came[-1] < (last := head(journal)):
        began = began or (time.monotonic() if came else 0.0)
        assert time.monotonic() < until, f"{len(came)} of {head(journal)} entries"
        most_mb = max(most_mb, daemon.resident_mb())
        pause.wait(LOOK_S)
    return last, time.monotonic() - began if began else LOOK_S, most_mb


def main() -> int:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        done = drain(Path(name), MONTH, BUSY_DAY)
    said = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}: {done}\n"
    kept("outage").write_text(said, "utf-8")
    print(said, end="")
    return 1 if done.late or done.repeated or done.missing else 0


if __name__ == "__main__":
    sys.exit(main())
