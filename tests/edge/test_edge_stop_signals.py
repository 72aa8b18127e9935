"""Ending by signal, also when signals come thick and fast."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from edge.journal import entries_after
from edge.paths import shared

RUN = [sys.executable, "-m", "edge", "run"]
WAITS = """
from edge.stop_signals import StopSignals
signals = StopSignals()
print("ready", flush=True)
while not signals.wait(0.0005):
    pass
print("ended", flush=True)
while True:
    signals.wait(0.0005)
    import os
    if os.path.exists("/proc/self/fd/0") and not os.read(0, 1):
        break
"""


def test_a_hail_of_signals_never_hangs_the_one_who_waits() -> None:
    for _ in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert child.stdin is not None and child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        for number in (signal.SIGTERM, signal.SIGINT) * 50:
            os.kill(child.pid, number)
        assert child.stdout.readline() == "ended\n"
        child.stdin.close()
        assert child.wait(timeout=20) == 0
        child.stdout.close()


def test_a_signal_ends_the_wait_at_once() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", WAITS.replace("0.0005", "60")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None and child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    began = time.monotonic()
    os.kill(child.pid, signal.SIGTERM)
    assert child.stdout.readline() == "ended\n"
    assert time.monotonic() - began < 30, "it waited for its time instead of the signal"
    child.stdin.close()
    assert child.wait(timeout=20) == 0
    child.stdout.close()


def test_a_daemon_asked_to_end_as_soon_as_its_door_is_open_ends_in_order(tmp_path: Path) -> None:
    for i in range(3):
        daemon = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "edge",
                "run",
                str(shared("demo")),
                "--data",
                str(tmp_path),
                "--port",
                "0",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert daemon.stdout is not None
        assert daemon.stdout.readline().startswith("http")
        os.kill(daemon.pid, signal.SIGTERM)
        assert daemon.wait(timeout=30) == 0, f"start {i} did not end in order"
        daemon.stdout.close()
    types = [entry.event.__class__.__name__ for entry in entries_after(tmp_path / "journal.db", 0)]
    assert types.count("DaemonStarted") == types.count("DaemonStopped") == 3
