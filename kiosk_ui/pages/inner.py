"""The frame of an inner page: its title, a card, and the keys below it."""

from dataclasses import dataclass

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages.page import Desk
from kiosk_ui.widgets import Pen


@dataclass(frozen=True)
class Key:
    id: str
    label: str
    icon: str
    primary: bool = False


def frame(
    pen: Pen,
    desk: Desk,
    title: str,
    keys: list[Key],
    *,
    card: bool = True,
    reach: bool = True,
    private: bool = False,
) -> pygame.Rect:
    """Draw title, card and keys; what is left for the page's own. `reach`: what is no card is touched.
    `private`: the title names a person.
    """
    u, portrait = pen.u, pen.theme.portrait
    parts = widgets.frame(pen.theme, 190 if portrait else 96, reach=reach and not card)
    widgets.title_line(pen, parts.head, title, desk.clock(), private=private)
    body, gap = parts.body, u(24 if portrait else 14)
    if keys:
        high = max(pen.theme.touch, u(140 if portrait else 112))
        row = pygame.Rect(body.left, body.bottom - high, body.w, high)
        draw_keys(pen, row, keys)
        body = pygame.Rect(body.left, body.top, body.w, row.top - gap - body.top)
    if not card:
        return body
    widgets.panel(pen, body)
    return body.inflate(-2 * u(44 if portrait else 28), -2 * u(36 if portrait else 20))


def draw_keys(pen: Pen, row: pygame.Rect, keys: list[Key]) -> None:
    """Side by side, as wide as their labels want, a primary one wider."""
    gap = pen.u(24 if pen.theme.portrait else 14)
    setter, size = pen.scene.brush.type, pen.type(44)
    shares = [(setter.width(k.label, size, True) + 3 * size) * (3 if k.primary else 2) for k in keys]
    room, left = row.w - gap * (len(keys) - 1), row.left
    for i, (key, share) in enumerate(zip(keys, shares, strict=True)):
        wide = row.right - left if i == len(keys) - 1 else room * share // sum(shares)
        rect = pygame.Rect(left, row.top, wide, row.h)
        widgets.button(pen, key.id, rect, key.label, icon=key.icon, primary=key.primary)
        left += wide + gap


def back(pen: Pen) -> Key:
    return Key("back", pen.words("back"), "chevron-left")
