"""What is on the touch screen whatever its page: the bar of keys, the question whether anybody is there."""

import pygame

from kiosk_ui import widgets
from kiosk_ui.theme import CONTRAST
from kiosk_ui.widgets import Pen


def bar(pen: Pen, other: str) -> None:
    """Large type, contrast, reach, language, help, home; the same place on each page.

    `other` names the next language in itself; empty: there is one only.
    """
    large, palette = pen.theme.large, pen.theme.palette
    keys = [
        ("large", "type", pen.words("ordinary" if large else "large")),
        ("contrast", "contrast", pen.words("colours" if palette is CONTRAST else "contrast")),
    ]
    if pen.theme.portrait:
        keys.append(("low", "chevron-down", pen.words("high" if pen.theme.low else "low")))
    if other:
        keys.append(("language", "languages", other))
    keys += [("help", "bell", pen.words("help")), ("home", "home", pen.words("home"))]
    widgets.bar(pen, widgets.frame(pen.theme, 0).bar, keys)


def still_here(pen: Pen, left_s: int) -> None:
    """Over any page: a question, the seconds left, and one large key."""
    scene, p, u = pen.scene, pen.p, pen.u
    scene.targets.clear()
    scene.texts.clear()
    scene.put(scene.brush.veil(scene.rect.size, (8, 18, 40), 170), topleft=(0, 0))
    high = pen.type(420)
    wide = min(scene.rect.w - 2 * u(80), u(900))
    card = pygame.Rect(0, 0, wide, high)
    card.center = (
        scene.rect.centerx,
        scene.rect.top + round(scene.rect.h * (0.7 if pen.theme.low else 0.55)),
    )
    widgets.panel(pen, card, radius=36)
    room = card.w - 2 * u(40)
    at = (card.centerx, card.top + round(high * 0.2))
    scene.text(pen.words("still_here_asked"), pen.type(72), p.ink, p.card, bold=True, width=room, center=at)
    at = (card.centerx, card.top + round(high * 0.41))
    label = pen.words("still_here_hint", seconds=left_s)
    scene.text(label, pen.type(42), p.muted, p.card, width=room, center=at)
    key_h = max(pen.theme.touch, pen.type(140))
    key = pygame.Rect(card.left + u(40), card.bottom - key_h - u(40), room, key_h)
    widgets.button(pen, "stay", key, pen.words("still_here"), icon="hand", primary=True)
