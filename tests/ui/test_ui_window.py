"""A real X11 window: a mouse on a tile takes a number, a killed kiosk comes back."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pygame
import pytest
from ui_door import StandInDoor
from ui_stage import Stage

ROOT = Path(__file__).parents[2]
XVFB, XDOTOOL = shutil.which("Xvfb"), shutil.which("xdotool")


@pytest.fixture
def display() -> Iterator[str]:
    assert XVFB and XDOTOOL, "apt-get install xvfb xdotool"
    read, write = os.pipe()
    server = subprocess.Popen(
        [XVFB, "-displayfd", str(write), "-screen", "0", "1080x1920x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as told:
        yield f":{told.readline().strip()}"
    server.terminate()
    server.wait(timeout=10)


@pytest.fixture
def door() -> Iterator[StandInDoor]:
    door = StandInDoor().start()
    yield door
    door.stop()


def kiosk(display: str, door: StandInDoor, shots: Path) -> subprocess.Popen[bytes]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("SDL_")}
    env |= {"DISPLAY": display, "SDL_AUDIODRIVER": "dummy", "SDL_VIDEO_WINDOW_POS": "0,0"}
    command = [
        sys.executable,
        "-m",
        "kiosk_ui",
        "kiosk",
        door.url,
        "--size",
        "1080x1920",
        "--shots",
        str(shots),
    ]
    return subprocess.Popen(command, cwd=ROOT, env=env)


def until(holds: Callable[[], object], within_s: float = 20.0) -> None:
    give_up = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.03)


def test_a_mouse_in_a_real_window_takes_a_number_and_a_killed_kiosk_comes_back(
    display: str, door: StandInDoor, stage: Stage, tmp_path: Path
) -> None:
    first = kiosk(display, door, tmp_path)
    try:
        until(lambda: (tmp_path / "home.png").is_file())
        tile = next(t.rect for t in stage.kiosk().scene().targets if t.id == "service:social")
        command = ["xdotool", "mousemove", str(tile.centerx), str(tile.centery), "click", "1"]
        env = {**os.environ, "DISPLAY": display}
        until(lambda: subprocess.run(command, env=env, stderr=subprocess.DEVNULL).returncode == 0)
        until(lambda: (tmp_path / "number.png").is_file())
    finally:
        first.kill()
        first.wait()
    assert door.bodies == [{"service": "social", "kiosk": "k1"}]
    assert pygame.image.load(tmp_path / "number.png").get_size() == (1080, 1920)
    (tmp_path / "home.png").unlink()
    again = kiosk(display, door, tmp_path)
    try:
        until(lambda: (tmp_path / "home.png").is_file())
    finally:
        again.terminate()
        again.wait(timeout=10)
    assert len(door.tickets) == 1
