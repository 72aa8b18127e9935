"""The hall screen in a real window: X's own framebuffer is what people would see."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest
from ui_door import StandInDoor
from ui_played import Played, says
from ui_stage import WALL, Shot, Stage
from ui_views import declared, view

from kiosk_ui.hall_screen import SHIFTS

XVFB = shutil.which("Xvfb")


class Display:
    """Xvfb whose framebuffer is a file, in the format of xwd (X11/XWDFile.h)."""

    def __init__(self, folder: Path) -> None:
        assert XVFB, "apt-get install xvfb"
        read, write = os.pipe()
        screen = f"{WALL[0]}x{WALL[1]}x24"
        command = [XVFB, "-displayfd", str(write), "-screen", "0", screen, "-fbdir", str(folder)]
        self._server = subprocess.Popen(
            [*command, "-nolisten", "tcp"], pass_fds=(write,), stderr=subprocess.DEVNULL
        )
        os.close(write)
        with os.fdopen(read) as told:
            self.name = f":{told.readline().strip()}"
        self._file = folder / "Xvfb_screen0"

    def picture(self) -> pygame.Surface:
        content = self._file.read_bytes()
        fields = [int.from_bytes(content[i : i + 4], "big") for i in range(0, 100, 4)]
        header, wide, high, stride, colours = fields[0], fields[4], fields[5], fields[12], fields[19]
        begin = header + 12 * colours
        assert stride == wide * 4
        pixels = content[begin : begin + stride * high]
        return pygame.image.frombuffer(pixels, (wide, high), "BGRA").convert(24)

    def close(self) -> None:
        self._server.terminate()
        self._server.wait(timeout=10)


@pytest.fixture
def display(tmp_path: Path) -> Iterator[Display]:
    display = Display(tmp_path)
    yield display
    display.close()


@pytest.fixture
def door() -> Iterator[StandInDoor]:
    door = StandInDoor().start()
    yield door
    door.stop()


def wall(door: StandInDoor, display: Display, *more: str) -> Played:
    env = {k: v for k, v in os.environ.items() if not k.startswith("SDL_")}
    env |= {"DISPLAY": display.name, "SDL_AUDIODRIVER": "dummy", "SDL_VIDEO_WINDOW_POS": "0,0"}
    return Played("screen", door.url, "--name", "wall", "--size", "1920x1080", *more, env=env)


def is_shown(display: Display, surface: pygame.Surface, area: pygame.Rect) -> bool:
    """Does the real picture have these very pixels? It moves by three of them every few minutes."""
    real, wanted = display.picture(), pygame.image.tobytes(surface.subsurface(area), "RGB")
    return any(pygame.image.tobytes(real.subsurface(area.move(s)), "RGB") == wanted for s in SHIFTS)


CARD = pygame.Rect(60, 150, 1000, 590)
"""Where the newest call stands."""


def test_what_people_see_is_the_picture_of_the_tests_and_an_emergency_covers_it(
    stage: Stage, door: StandInDoor, display: Display
) -> None:
    screen = wall(door, display)
    try:
        screen.until(lambda p: p["page"] == "calls" and says(p, "值班领导"))
        surface = stage.picture(Shot("calls", lambda s: s.hall(), WALL))[1]
        assert is_shown(display, surface, CARD)
        door.change(desk=declared("suspend")["desk"])
        screen.until(lambda p: p["page"] == "emergency")
        assert not is_shown(display, surface, CARD)
        assert display.picture().get_at((8, 8))[:3] == (255, 196, 40)
        door.change(desk=view()["desk"])
        screen.until(lambda p: p["page"] == "calls")
        assert is_shown(display, surface, CARD)
        assert screen.quit() == 0
    finally:
        screen.end()


def test_a_door_that_goes_leaves_the_last_picture_and_its_return_is_seen(
    stage: Stage, door: StandInDoor, display: Display
) -> None:
    door = StandInDoor().start()
    screen = wall(door, display, "--table")
    try:
        screen.until(lambda p: p["page"] == "calls" and says(p, "午间休息"))
        door.stop()
        screen.until(lambda p: says(p, "秒前") and says(p, "A012"))
        again = StandInDoor(door.port).start()
        try:
            again.change(calls=view()["calls"][1:])
            screen.until(lambda p: says(p, "请到 2 号窗口") and not says(p, "秒前"))
        finally:
            again.stop()
    finally:
        screen.end()
