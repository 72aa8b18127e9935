"""An emergency, over everything: one sentence, as large as it goes."""

from typing import Any

import pygame

from kiosk_ui.pages.page import Desk, Still
from kiosk_ui.widgets import Pen

Json = dict[str, Any]
RED, WHITE, AMBER, BLACK = (176, 16, 16), (255, 255, 255), (255, 196, 40), (20, 14, 0)


class EmergencyPage(Still):
    name = "emergency"
    idle_s = 0.0

    def tap(self, id: str, desk: Desk) -> None:
        """There is nothing to touch; the staff's corner works."""

    def draw(self, pen: Pen, desk: Desk) -> None:
        over_everything(pen, desk.view.get("desk", {}).get("emergency") or {})


def over_everything(pen: Pen, told: Json, scale: float = 1.0) -> None:
    """`told`: the emergency of the hall's view; on kiosks, and larger on hall screens."""
    scene, u = pen.scene, pen.u
    leave = told.get("kind") == "evacuate"
    ground, ink = (RED, WHITE) if leave else (AMBER, BLACK)
    scene.put(scene.brush.card(scene.rect.size, 1, ground), topleft=(0, 0))
    area = scene.rect.inflate(-2 * u(60), -2 * u(50))
    side = min(u(420), round(area.h * 0.24))
    lines = [pen.words("evacuate_hint" if leave else "suspend_hint")]
    if told.get("drill"):
        lines.insert(0, pen.words("drill"))
    y = area.top + round(area.h * (0.1 if pen.theme.portrait or scale > 1 else 0.0))
    scene.icon("alert", side, ink, midtop=(area.centerx, y))
    y += side + u(24)
    title = pen.words("evacuate" if leave else "suspend")
    for text, units, share, bold in ((title, 132, 0.34, True), ("\n".join(lines), 54, 0.4, False)):
        room = (area.w, round(area.h * share))
        _, size = scene.brush.type.fill(text, pen.type(units * scale), room, bold, 1.35)
        rect = pygame.Rect(area.left, y, area.w, 0)
        used = scene.paragraph(text, size, ink, ground, rect, bold=bold, align="center", spacing=1.35)
        y += used + u(24)
