"""An outage's entries to the broker, beside bare paho with the same window; order, memory, bytes."""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from tests.bench.figures import Figure
from tests.bench.years import fill
from tests.broker import Broker, wait_until
from tests.crash.rounds import ROOT

DAYS, TICKETS_A_DAY = 3, 300
MONTH, BUSY_DAY = 30, 711
"""150,000 entries."""


def measure(days: int = DAYS, tickets_a_day: int = TICKETS_A_DAY) -> list[Figure]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        (folder / "data").mkdir()
        (folder / "broker").mkdir()
        written = fill(folder / "data", days, tickets_a_day)
        size_mb = (folder / "data/journal.db").stat().st_size / 2**20
        with Broker(folder / "broker", "max_queued_messages 0") as broker:
            # Both with a listener, which costs the broker as much again.
            with _listening(broker.port) as came:
                bare = _child("bare", folder, broker.url)
                wait_until(lambda: len(came) >= bare["entries"], "everything has come", 120)
            with _listening(broker.port) as came:
                hall = _child("hall", folder, broker.url)
                wait_until(lambda: len(came) >= hall["entries"], "everything has come", 120)
            late = _late(came)
    rate, beside = hall["entries"] / hall["took_s"], bare["entries"] / bare["took_s"]
    return [
        Figure(
            f"{written} entries drained, a second",
            f"{rate:.0f}",
            f"bare paho, window 20: {beside:.0f}",
            rate / beside,
            "≥ 0.9",
            rate >= 0.9 * beside,
        ),
        Figure("… first arrivals out of order", str(late), "", None, "0", late == 0),
        Figure(
            "… the daemon's memory while draining",
            f"{hall['most_mb']:.0f} MB",
            f"{hall['before_mb']:.0f} MB before",
            hall["most_mb"] / hall["before_mb"],
        ),
        Figure("on disk, for 150,000 entries", f"{size_mb * 150_000 / written:.0f} MB"),
    ]


def _child(what: str, folder: Path, url: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.drain_child", what, str(folder / "data"), url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@contextmanager
def _listening(port: int) -> Iterator[list[int]]:
    """The sequence of each entry that arrives, a list that grows."""
    came: list[int] = []
    client, ready = Client(CallbackAPIVersion.VERSION2, "listener", protocol=MQTTv5), threading.Event()
    client.on_connect = lambda *a: client.subscribe("bianmin/v1/+/+/events", 1)
    client.on_subscribe = lambda *a: ready.set()
    client.on_message = lambda c, u, m: came.append(int(json.loads(m.payload)["sequence"]))
    client.connect("127.0.0.1", port, 30)
    client.loop_start()
    assert ready.wait(10)
    yield came
    client.disconnect()
    client.loop_stop()


def _late(sequences: list[int]) -> int:
    """How many came for the first time after a later one."""
    highest, late, seen = 0, 0, set()
    for seq in sequences:
        if seq not in seen and seq < highest:
            late += 1
        seen.add(seq)
        highest = max(highest, seq)
    return late


if __name__ == "__main__":
    for figure in measure(MONTH, BUSY_DAY):
        print(figure)
