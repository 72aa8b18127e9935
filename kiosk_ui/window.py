"""A screen's window and frame loop: wait for something, let the app think, draw what changed."""

import os
import threading
import time
from functools import partial
from pathlib import Path
from typing import Protocol

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

from kiosk_ui.live import Live
from kiosk_ui.play import Player
from kiosk_ui.scene import Scene, draw
from kiosk_ui.shot import blanked, png
from kiosk_ui.touch import Presser, contact
from kiosk_ui.watchdog import Watchdog

MOVING_MS = 33
IDLE_MS = 200
STILL_S = 1.0


class App(Protocol):
    """What a window shows."""

    presser: Presser

    def tick(self, now_s: float) -> None:
        """Time passes; called before each scene. `now_s` is monotonic."""

    def tap(self, id: str) -> None: ...

    def scene(self) -> Scene: ...

    def moving(self) -> bool:
        """Does the picture change by itself now?"""

    def shot_name(self) -> str:
        """A name for the present page's picture; changes when a new picture is worth keeping."""


def choose_driver() -> bool:
    """Without a display let SDL draw into memory; returns whether it does. Call before `open_window`."""
    if not getattr(pygame, "IS_CE", False):
        raise SystemExit("the screens need pygame-ce, and classic pygame is installed: pip uninstall pygame")
    if not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("SDL_VIDEODRIVER")
    ):
        os.environ["SDL_VIDEODRIVER"] = "dummy"
        os.environ["SDL_AUDIODRIVER"] = "dummy"
    return os.environ.get("SDL_VIDEODRIVER") in ("dummy", "offscreen")


def open_window(title: str, size: tuple[int, int] | None, default: tuple[int, int]) -> pygame.Surface:
    """A window of `size`, or the whole screen when none is given (`default` where there is no screen)."""
    headless = choose_driver()
    pygame.display.init()
    if not headless and pygame.display.get_driver() in ("dummy", "offscreen"):
        # SDL 2.32 goes on in memory when the named display is not there: a screen that nobody sees.
        raise SystemExit("the display does not answer (DISPLAY or WAYLAND_DISPLAY)")
    pygame.font.init()
    pygame.display.set_caption(title)
    if headless:
        return pygame.display.set_mode(size or default)
    if size is None:
        pygame.mouse.set_visible(False)
        return pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
    desktop = pygame.display.get_desktop_sizes()[0]
    small = size[0] > desktop[0] or size[1] > desktop[1]
    return pygame.display.set_mode(size, pygame.SCALED | pygame.RESIZABLE if small else 0)


class Waker:
    """What the frame loop waits on, and other threads call."""

    def __init__(self) -> None:
        self._called = threading.Event()
        self.is_over = False
        """Somebody outside wants this program to end."""
        # Without a display SDL 2.32 polls each millisecond (2.5 % of a core), and nothing but a call comes.
        self._headless = pygame.display.get_driver() in ("dummy", "offscreen")

    def wake(self) -> None:
        """Let the frame loop look now; from any thread."""
        self._called.set()
        if not self._headless and pygame.display.get_init():
            pygame.event.post(pygame.event.Event(pygame.USEREVENT))

    def end(self, *_: object) -> None:
        """From a signal, between any two steps of this thread: takes no lock, which it may hold itself."""
        self.is_over = True

    def wait(self, timeout_ms: int) -> list[pygame.event.Event]:
        """Events, as soon as there are any or somebody called; blocks up to the time-out."""
        first: list[pygame.event.Event] = []
        if self._headless:
            self._called.wait(timeout_ms / 1000)
        elif timeout_ms:
            first = [pygame.event.wait(timeout_ms)]
        self._called.clear()
        return [e for e in first + pygame.event.get() if e.type != pygame.NOEVENT]


def save(screen: pygame.Surface, file: Path) -> None:
    """Write a picture; whoever sees the file sees the whole of it."""
    beside = file.with_name(f".{file.name}.new.png")
    pygame.image.save(screen, beside)
    beside.replace(file)


def run(
    app: App,
    screen: pygame.Surface,
    waker: Waker,
    live: Live,
    player: Player | None,
    shots: Path | None,
    *,
    closable: bool = True,
    watchdog: Watchdog | None = None,
) -> None:
    """The frame loop; returns when the player quits, the app has ended, or a `closable` window is closed.

    Main thread only. A whole screen is not closable: there is no way out to a desktop by Alt-F4.
    """
    before: Scene | None = None
    watchdog = watchdog or Watchdog()
    shot, seen, drawn_s = "", live.seen, 0.0
    wait_ms = 0
    while not (waker.is_over or getattr(app, "ended", False)):
        events = waker.wait(wait_ms)
        for event in events:
            if event.type == pygame.QUIT and closable:
                return
            if event.type == pygame.TEXTINPUT:
                app.presser.typed += event.text
            touched = contact(event, screen.get_size())
            if touched and before and (id := app.presser.feed(touched, before, time.monotonic())):
                app.tap(id)
        news = live.collect() or live.seen is not seen or bool(events)
        seen = live.seen
        live.frames += 1
        page, now_s = app.shot_name(), time.monotonic()
        app.tick(now_s)
        # Nothing moves and nothing is new: one look in a second is enough, for clock and countdowns.
        if before is None or news or app.moving() or app.shot_name() != page or now_s - drawn_s >= STILL_S:
            drawn_s = now_s
            scene = app.scene()
            app.presser.page(scene.name)
            if dirty := draw(scene, screen, before):
                pygame.display.update(dirty)
            before = scene
        watchdog.feed()
        if live.wanted:
            live.hand_over(partial(png, blanked(screen, before)))
        if shots and app.shot_name() != shot:
            shot = app.shot_name()
            save(screen, shots / f"{shot}.png")
        more, going = player.turn(before, screen) if player else (False, True)
        if not going:
            return
        wait_ms = 0 if more else MOVING_MS if app.moving() else IDLE_MS
