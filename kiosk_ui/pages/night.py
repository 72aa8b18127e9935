"""Out of hours, when nobody has touched it for a while: a dim clock, and when the hall opens."""

import pygame

from kiosk_ui.pages.page import Desk, Json, Still
from kiosk_ui.pages.tile import is_full_today, opens_words
from kiosk_ui.widgets import Pen

BLACK, DIM, SOFT = (4, 8, 16), (176, 194, 226), (140, 160, 196)
STEP_S = 60.0
"""So often it stands elsewhere, against images that stick."""


def is_night(desk: Desk) -> bool:
    """No service is open, and none opens within its day's numbers: the hall is shut."""
    services = desk.view.get("services", [])
    shut = all(not s.get("open") and s.get("reason") == "closed" for s in services)
    return bool(services) and shut and not desk.away


class NightPage(Still):
    name = "night"
    idle_s = 0.0

    def tick(self, desk: Desk) -> None:
        if not is_night(desk):
            desk.home()

    def tap(self, id: str, desk: Desk) -> None:
        desk.home()

    def draw(self, pen: Pen, desk: Desk) -> None:
        scene, u = pen.scene, pen.u
        y = dim_clock(pen, desk.view, desk.clock(), desk.date(), desk.now_s)
        area = pygame.Rect(u(80), y, scene.rect.w - 2 * u(80), 0)
        scene.paragraph(pen.words("night_hint"), pen.type(44), SOFT, BLACK, area, align="center")
        scene.target("wake", scene.rect.inflate(-2 * u(20), -2 * u(20)), pen.words("night_hint"))


def dim_clock(pen: Pen, view: Json, clock: str, date: str, now_s: float, scale: float = 1.0) -> int:
    """The time, and when the hall opens, each minute elsewhere; on hall screens larger. Where it ends."""
    scene, u = pen.scene, pen.u
    scene.put(scene.brush.card(scene.rect.size, 1, BLACK), topleft=(0, 0))
    place = int(now_s // STEP_S) % 5
    y = scene.rect.top + round(scene.rect.h * (0.24 + 0.06 * place))
    room = scene.rect.w - 2 * u(80)
    x = scene.rect.centerx
    size = u((260 if pen.theme.portrait else 190) * scale)
    scene.text(clock, size, DIM, BLACK, bold=True, width=room, center=(x, y))
    y += round(size * 0.78)
    small, large = pen.type(56 * scale), pen.type(64 * scale)
    scene.text(date, small, SOFT, BLACK, width=room, center=(x, y))
    y += round(small * 1.9)
    services = [s for s in view.get("services", []) if s.get("opens_at") and not is_full_today(s)]
    first = min(services, key=lambda s: (s.get("opens_on", ""), s["opens_at"]), default=None)
    label = opens_words(pen, first) if first else pen.words("tile_closed")
    scene.text(label, large, DIM, BLACK, bold=True, width=room, center=(x, y))
    return y + round(large * 1.6)
