"""A pad of letters or digits, in rows."""

from dataclasses import dataclass

import pygame

from kiosk_ui import widgets
from kiosk_ui.widgets import Pen


@dataclass(frozen=True)
class PadKey:
    id: str
    label: str
    icon: str = ""
    """Drawn instead of the label."""
    span: int = 1
    """Columns."""


DIGITS = "1234567890"


def digits(pen: Pen, done: str = "") -> list[PadKey]:
    """1 to 9, erase, 0, and a key that says `done`, else one that clears."""
    keys = [PadKey(f"key:{d}", d) for d in DIGITS[:9]]
    last = PadKey("done", done) if done else PadKey("clear", pen.words("clear_all"))
    return [*keys, PadKey("erase", pen.words("erase"), "backspace"), PadKey("key:0", "0"), last]


def height(pen: Pen, keys: list[PadKey], columns: int) -> int:
    """The least height of a pad."""
    lines = -(-sum(k.span for k in keys) // columns)
    return lines * max(pen.theme.touch, pen.u(104)) + (lines - 1) * gap(pen)


def gap(pen: Pen) -> int:
    return pen.u(12 if pen.theme.portrait else 8)


def draw(pen: Pen, area: pygame.Rect, keys: list[PadKey], columns: int) -> None:
    between = gap(pen)
    lines = -(-sum(k.span for k in keys) // columns)
    wide = (area.w - between * (columns - 1)) // columns
    high = (area.h - between * (lines - 1)) // lines
    at = 0
    for key in keys:
        row, column = divmod(at, columns)
        left = area.left + column * (wide + between)
        right = (
            area.right if column + key.span == columns else left + key.span * wide + (key.span - 1) * between
        )
        _key(pen, key, pygame.Rect(left, area.top + row * (high + between), right - left, high))
        at += key.span


def _key(pen: Pen, key: PadKey, rect: pygame.Rect) -> None:
    p, pressed = pen.p, pen.pressed == key.id
    ground = p.card_pressed if pressed else p.card
    widgets.panel(pen, rect, ground, radius=18, raised=False)
    if key.icon:
        pen.scene.icon(key.icon, min(pen.type(54), rect.h // 2), p.accent, center=rect.center)
    else:
        size = min(pen.type(52 if len(key.label) == 1 else 40), rect.h - pen.u(20))
        room = rect.w - pen.u(14)
        pen.scene.text(key.label, size, p.ink, ground, bold=True, width=room, center=rect.center)
    pen.scene.target(key.id, rect, key.label)
