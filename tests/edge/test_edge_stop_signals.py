"""Ending by signal, also when signals come thick and fast."""

import os
import signal
import subprocess
import sys
import time

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
