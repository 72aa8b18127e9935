"""A choice of some things as large tiles: an icon, a name, a word about it."""

from dataclasses import dataclass

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages.page import Counted, cut
from kiosk_ui.widgets import Pen


@dataclass(frozen=True)
class Choice:
    id: str
    icon: str
    label: str
    hint: str = ""


def draw(pen: Pen, area: pygame.Rect, choices: list[Choice], page: int, *, columns: int = 0) -> Counted:
    """As many as fit; page keys below where there are more."""
    gap = pen.u(22 if pen.theme.portrait else 14)
    columns = columns or (2 if pen.theme.portrait or pen.theme.large else 3)
    least = max(pen.theme.touch, round(pen.type(46) * 1.5 + pen.type(34) * 1.4 + pen.u(36)))
    turn_h = max(pen.theme.touch, pen.u(100))
    rows = max(1, (area.h + gap) // (least + gap))
    if len(choices) > rows * columns:
        rows = max(1, (area.h - turn_h) // (least + gap))
    shown = cut(choices, page, rows * columns)
    rows = min(rows, -(-len(shown.rows) // columns)) if shown.pages == 1 else rows
    used = area.h if shown.pages == 1 else area.h - turn_h - gap
    high = min((used - gap * (rows - 1)) // rows, round(least * 1.5))
    wide = (area.w - gap * (columns - 1)) // columns
    for i, choice in enumerate(shown.rows):
        row, column = divmod(i, columns)
        left = area.left + column * (wide + gap)
        right = area.right if column == columns - 1 else left + wide
        _tile(pen, choice, pygame.Rect(left, area.top + row * (high + gap), right - left, high))
    turn = pygame.Rect(area.left, area.bottom - turn_h, area.w, turn_h)
    widgets.arrows(pen, turn, shown.page, shown.pages)
    return shown


def _tile(pen: Pen, choice: Choice, rect: pygame.Rect) -> None:
    p, pressed = pen.p, pen.pressed == choice.id
    ground = p.card_pressed if pressed else p.card
    widgets.panel(pen, rect, ground, raised=not pressed)
    side, pad = min(pen.type(84), round(rect.h * 0.5)), pen.u(26)
    pen.scene.put(
        pen.scene.brush.card((side, side), side // 4, p.accent_soft), midleft=(rect.left + pad, rect.centery)
    )
    at = (rect.left + pad + side // 2, rect.centery)
    pen.scene.icon(choice.icon, round(side * 0.64), p.accent, center=at)
    left = rect.left + pad + side + pen.u(22)
    room = rect.right - pen.u(18) - left
    if not choice.hint:
        lines, size = pen.scene.brush.type.fill(
            choice.label, pen.type(46), (room, rect.h - pen.u(16)), True, 1.3
        )
        area = pygame.Rect(left, rect.centery - len(lines) * round(size * 1.3) // 2, room, 0)
        pen.scene.paragraph(choice.label, size, p.ink, ground, area, bold=True, spacing=1.3)
    else:
        y = rect.centery - round(pen.type(34) * 0.72)
        pen.scene.text(choice.label, pen.type(46), p.ink, ground, bold=True, width=room, midleft=(left, y))
        y = rect.centery + round(pen.type(46) * 0.66)
        pen.scene.text(choice.hint, pen.type(34), p.muted, ground, width=room, midleft=(left, y))
    pen.scene.target(choice.id, rect, choice.label)
