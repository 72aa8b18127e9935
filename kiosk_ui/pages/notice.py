"""A page that says one thing: an icon, a sentence, a hint, and a way out if there is one."""

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages.page import Desk
from kiosk_ui.theme import Colour
from kiosk_ui.widgets import Pen


def draw_notice(
    pen: Pen,
    desk: Desk,
    icon: str,
    tone: tuple[Colour, Colour],
    title: str,
    lines: list[str],
    key: tuple[str, str, str] | None,
) -> None:
    """`tone` is (ground, ink) of the icon's disc; `key` is (id, label, icon) of the way out."""
    p, u, portrait = pen.p, pen.u, pen.theme.portrait
    parts = widgets.frame(pen.theme, 190 if portrait else 96)
    widgets.title_line(pen, parts.head, str(desk.view.get("name", "")), desk.clock())
    key_h = max(pen.theme.touch, u(140 if portrait else 112))
    card = pygame.Rect(parts.body.left, parts.body.top + u(30 if portrait else 0), parts.body.w, 0)
    card.height = parts.body.bottom - card.top - (key_h + u(30) if key else 0)
    widgets.panel(pen, card)
    disc = min(u(300 if portrait else 150), round(card.h * 0.32))
    setter, room = pen.scene.brush.type, card.w - 2 * u(48)
    space = card.h - disc - u(110 if portrait else 60)
    title_lines, title_size = setter.fill(title, pen.type(80), (room, round(space * 0.46)), True, least=0.5)
    said = "\n".join(lines)
    left = space - len(title_lines) * round(title_size * 1.4)
    wrapped, size = setter.fill(said, pen.type(46), (room, left), least=0.5)
    block = disc + u(60) + len(title_lines) * title_size * 1.4 + len(wrapped) * size * 1.4
    y = card.top + max(u(24), round((card.h - block) * 0.42))
    pen.scene.put(pen.scene.brush.disc(disc, tone[0]), midtop=(card.centerx, y))
    pen.scene.icon(icon, round(disc * 0.52), tone[1], center=(card.centerx, y + disc // 2))
    y += disc + u(40 if portrait else 14)
    area = pygame.Rect(card.left + u(48), y, room, 0)
    y += pen.scene.paragraph(title, title_size, p.ink, p.card, area, bold=True, align="center") + u(14)
    area = pygame.Rect(card.left + u(48), y, room, 0)
    pen.scene.paragraph(said, size, p.muted, p.card, area, align="center")
    if key:
        rect = pygame.Rect(card.left, parts.body.bottom - key_h, card.w, key_h)
        widgets.button(pen, key[0], rect, key[1], icon=key[2], primary=True)
