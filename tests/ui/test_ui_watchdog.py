"""The frame loop speaks to systemd's watchdog, and is silent when the picture stands still."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest
from ui_door import StandInDoor
from ui_stage import Stage

from kiosk_ui.scene import Scene
from kiosk_ui.window import Waker, run
from tests.waiting import until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def door() -> Iterator[StandInDoor]:
    door = StandInDoor().start()
    yield door
    door.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_whole_screen_ends_when_it_is_told_to(door: StandInDoor, tmp_path: Path, number: int) -> None:
    command = [sys.executable, "-m", "kiosk_ui", "kiosk", door.url, "--shots", str(tmp_path)]
    screen = subprocess.Popen(command, cwd=ROOT)
    try:
        until(lambda: (tmp_path / "home.png").is_file())
        screen.send_signal(number)
        assert screen.wait(timeout=10) == 0
    finally:
        screen.kill()
        screen.wait()


def test_no_key_and_no_close_button_leads_out_of_a_whole_screen(stage: Stage) -> None:
    kiosk, screen = stage.kiosk(), pygame.display.set_mode((64, 64))
    turns: list[int] = []

    class Player:
        """Closes the window at every turn, and says that it is enough after five."""

        def turn(self, scene: Scene, surface: pygame.Surface) -> tuple[bool, bool]:
            pygame.event.post(pygame.event.Event(pygame.QUIT))
            turns.append(len(turns))
            return True, len(turns) < 5

    live = kiosk._live
    live.collect = lambda: False  # type: ignore[method-assign]
    for closable, expected in ((False, 5), (True, 1)):
        turns.clear()
        pygame.event.clear()
        run(kiosk, screen, Waker(), live, Player(), None, closable=closable)  # type: ignore[arg-type]
        assert len(turns) == expected


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
