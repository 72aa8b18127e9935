"""A guide in a list: its name, who is responsible, how long and what it costs."""

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages.page import Json
from kiosk_ui.widgets import Pen

LONG_TIME = 10
"""A time in more characters than this is told on the guide's own page."""


def row_height(pen: Pen) -> int:
    return max(pen.theme.touch, pen.type(48) + pen.type(34) + pen.u(46))


def draw_row(pen: Pen, guide: Json, rect: pygame.Rect) -> None:
    p, u = pen.p, pen.u
    id = f"guide:{guide['id']}"
    ground = p.card_pressed if pen.pressed == id else p.card
    widgets.panel(pen, rect, ground, radius=22, raised=ground == p.card)
    side = pen.type(46)
    pen.scene.icon("chevron-right", side, p.accent, midright=(rect.right - u(22), rect.centery))
    left, right = rect.left + u(30), rect.right - u(22) - side - u(14)
    line, name, size = _under(pen, guide), str(guide["name"]), pen.type(46)
    wide = right - left
    if pen.scene.brush.type.width(name, size, True) * 0.72 > wide:
        # A long name on a narrow list takes both lines.
        lines, size = pen.scene.brush.type.fill(name, size, (wide, rect.h - u(10)), True, spacing=1.25)
        area = pygame.Rect(left, rect.centery - len(lines) * round(size * 1.25) // 2, wide, 0)
        pen.scene.paragraph(name, size, p.ink, ground, area, bold=True, spacing=1.25)
    elif not line:
        pen.scene.text(name, size, p.ink, ground, bold=True, width=wide, midleft=(left, rect.centery))
    else:
        y = rect.top + round(rect.h * 0.34)
        pen.scene.text(name, size, p.ink, ground, bold=True, width=wide, midleft=(left, y))
        y = rect.top + round(rect.h * 0.72)
        pen.scene.text(line, pen.type(34), p.muted, ground, width=wide, midleft=(left, y))
    pen.scene.target(id, rect, name)


def _under(pen: Pen, guide: Json) -> str:
    under = [str(guide.get("department") or "")] if pen.theme.portrait else []
    promised = str(guide.get("promised_time") or "")
    if promised and len(promised) <= LONG_TIME:
        under.append(f"{pen.words('field_promised_time')} {promised}" if pen.theme.portrait else promised)
    under.append(str(guide.get("fee") or ""))
    return " · ".join(part for part in under if part)
