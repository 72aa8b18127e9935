"""An outage's entries to the broker, beside bare paho with the same window; order, memory, bytes.

Both in turn on the same broker with the same listener, warmed up, several times; the ratio is the middle of
the rounds', since what else a machine does in one second weighs as much as all that is measured here.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure, middle
from tests.bench.listening import listening, out_of_order
from tests.bench.years import fill
from tests.broker import Broker
from tests.crash.rounds import ROOT
from tests.waiting import until

DAYS, TICKETS_A_DAY = 6, 300
ROUNDS = 7


def measure(days: int = DAYS, tickets_a_day: int = TICKETS_A_DAY, rounds: int = ROUNDS) -> list[Figure]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        for part in ("data", "broker"):
            (folder / part).mkdir()
        written = fill(folder / "data", days, tickets_a_day)
        size_mb = (folder / "data/journal.db").stat().st_size / 2**20
        with Broker(folder / "broker", "max_queued_messages 0") as broker:
            _drain("bare", folder, broker)
            _drain("hall", folder, broker)
            pairs = []
            for n in range(rounds):
                order = ("bare", "hall") if n % 2 else ("hall", "bare")
                done = {what: _drain(what, folder, broker) for what in order}
                pairs.append((done["hall"], done["bare"]))
    ratios = sorted(hall["rate"] / bare["rate"] for hall, bare in pairs)
    ratio = middle(ratios)
    late = sum(hall["late"] for hall, _ in pairs)
    beside = middle([bare["rate"] for _, bare in pairs])
    return [
        Figure(
            f"{written} entries drained, a second",
            f"{middle([hall['rate'] for hall, _ in pairs]):.0f}",
            f"bare paho, window 20: {beside:.0f}; {rounds} rounds, {ratios[0]:.2f} to {ratios[-1]:.2f}",
            ratio,
            "≥ 0.9",
            ratio >= 0.9,
        ),
        Figure("… first arrivals out of order", str(late), "", None, "0", late == 0),
        Figure(
            "… the daemon's memory while draining",
            f"{max(hall['most_mb'] for hall, _ in pairs):.0f} MB",
            f"{pairs[0][0]['before_mb']:.0f} MB before",
            middle([hall["most_mb"] / hall["before_mb"] for hall, _ in pairs]),
        ),
        Figure("on disk, for 150,000 entries", f"{size_mb * 150_000 / written:.0f} MB"),
    ]


def _drain(what: str, folder: Path, broker: Broker) -> dict[str, Any]:
    """Of a fresh copy of the journal, with somebody listening, who costs the broker as much again."""
    data = folder / "copy"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(folder / "data", data)
    with listening(broker.port) as came:
        done = _child(what, data, broker.url)
        until(lambda: len(came) >= done["entries"], "everything has come", 120)
    return {**done, "rate": done["entries"] / done["took_s"], "late": out_of_order(came)}


def _child(what: str, data: Path, url: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.drain_child", what, str(data), url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))
