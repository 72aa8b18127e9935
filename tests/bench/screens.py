"""The touch screen's drawing in CPU time, beside bare pygame on the same surfaces in the same run; and a
kiosk at rest: its memory, and what it costs while nobody touches it.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.figures import Figure, middle, ms
from tests.crash.rounds import ROOT

ROUNDS = 30
REST_S = 10.0
FRAME_S = 1 / 30


def measure() -> list[Figure]:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    sys.path.insert(0, str(ROOT / "tests/ui"))
    return [*_drawing(), *_at_rest()]


def _cpu(job: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds of CPU, the middle of so many."""
    took = []
    for _ in range(rounds):
        began = time.process_time()
        job()
        took.append(time.process_time() - began)
    return middle(took)


def _drawing() -> list[Figure]:
    import pygame
    from ui_stage import STANDING, Stage
    from ui_views import GUIDES

    from kiosk_ui.pages.flow import Flow, Section
    from kiosk_ui.pages.guide import GuidePage
    from kiosk_ui.pages.home import HomePage
    from kiosk_ui.scene import Scene, draw
    from kiosk_ui.widgets import Pen

    cold = Stage()
    began = time.process_time()
    kiosk = cold.kiosk()
    scene = kiosk.scene()
    first_s = time.process_time() - began
    screen = pygame.Surface(STANDING)
    surfaces = [(i.surface, i.rect) for i in scene.items]
    whole_s = _cpu(lambda: draw(scene, screen, None))
    bare_s = _cpu(lambda: screen.blits(surfaces))

    def press() -> None:
        kiosk.presser.pressed = "" if kiosk.presser.pressed else "service:relief"
        draw(kiosk.scene(), screen, scene)

    home, guide = HomePage(), GuidePage(GUIDES[0], HomePage())

    def change() -> None:
        kiosk.show(guide if kiosk._page is home else home)
        draw(kiosk.scene(), screen, scene)

    kiosk.show(home)
    change()
    text = "申请人持户口本、身份证到乡镇便民服务中心民政窗口申请，材料齐全的当场受理。" * 40
    pen = Pen(Scene("x", STANDING, cold.brush), kiosk._theme, kiosk.words)
    area = pygame.Rect(0, 0, 900, 1200)
    font = pygame.font.Font(str(cold.brush.type._faces.regular[0].path), 42)

    def long_text() -> None:
        cold.brush.forget()
        Flow().draw(pen, area, [Section("", (text,))])

    long_s = _cpu(long_text, 5)
    bare_long_s = _cpu(lambda: font.render(text, True, (0, 0, 0), wraplength=900), 5)
    press_s, change_s = _cpu(press), _cpu(change)
    return [
        Figure("kiosk: first picture of all", ms(first_s)),
        _beside("kiosk: full redraw of home", whole_s, bare_s, "bare blits", 1.5),
        Figure("kiosk: pressed state", ms(press_s), limit="within a frame", reached=press_s < FRAME_S),
        Figure("kiosk: page change, warm", ms(change_s), limit="within a frame", reached=change_s < FRAME_S),
        _beside(
            "kiosk: the first page of a guide of 1,500 characters, cold",
            long_s,
            bare_long_s,
            "pygame's own wrapping",
            2.0,
        ),
    ]


def _beside(name: str, took_s: float, bare_s: float, what: str, most: float) -> Figure:
    ratio = took_s / bare_s
    return Figure(name, ms(took_s), f"{what} {ms(bare_s)}", ratio, f"at most {most:g} times", ratio <= most)


def _at_rest() -> list[Figure]:
    from ui_door import StandInDoor

    door = StandInDoor().start()
    command = [sys.executable, "-m", "kiosk_ui", "kiosk", door.url, "--size", "1080x1920"]
    kiosk = subprocess.Popen(command, cwd=ROOT)
    try:
        time.sleep(4)
        before_s = _spent_s(kiosk.pid)
        time.sleep(REST_S)
        share = (_spent_s(kiosk.pid) - before_s) / REST_S
        memory_mb = _memory_mb(kiosk.pid)
    finally:
        kiosk.terminate()
        kiosk.wait()
        door.stop()
    return [
        Figure("kiosk: idle, of one core", f"{share:.1%}", limit="under 2 %", reached=share < 0.02),
        Figure("kiosk: memory", f"{memory_mb:.0f} MB", limit="under 180 MB", reached=memory_mb < 180),
    ]


def _spent_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
