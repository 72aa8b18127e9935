"""The frame loop speaks to systemd's watchdog, and is silent when the picture stands still."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ui_door import StandInDoor

ROOT = Path(__file__).parents[2]


@pytest.fixture
def door() -> Iterator[StandInDoor]:
    door = StandInDoor().start()
    yield door
    door.stop()


def test_a_kiosk_says_that_it_is_ready_and_then_that_it_draws_until_it_is_frozen(
    door: StandInDoor, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        env = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "600000"}
        command = [sys.executable, "-m", "kiosk_ui", "kiosk", door.url, "--size", "1080x1920"]
        screen = subprocess.Popen(command, cwd=ROOT, env=env)
        try:
            assert [manager.recv(64) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
            screen.send_signal(signal.SIGSTOP)
            manager.settimeout(1.5)
            with pytest.raises(TimeoutError):
                while True:
                    manager.recv(64)
        finally:
            screen.kill()
            screen.wait()
