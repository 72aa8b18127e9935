"""What pages are made of: panels, keys, chips, headers, the bar that is always there, arrows, banners."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pygame

from kiosk_ui.scene import Scene
from kiosk_ui.theme import Colour, Palette, Theme

Words = Callable[..., str]
LEAST_LABEL = 0.75
"""A key's label is made smaller down to this before it goes under its icon."""


@dataclass(frozen=True)
class Pen:
    """All that a page needs in its hand to draw."""

    scene: Scene
    theme: Theme
    words: Words
    """`words("taking", ...)`: the catalogue's `[ui]`."""
    pressed: str = ""
    """The target under the finger."""

    @property
    def p(self) -> Palette:
        return self.theme.palette

    def u(self, units: float) -> int:
        return self.theme.u(units)

    def type(self, units: float) -> int:
        return self.theme.type(units)


@dataclass(frozen=True)
class Frame:
    """Where a page's parts lie; the bar is at the foot of a standing screen, at the right of a lying one."""

    head: pygame.Rect
    body: pygame.Rect
    bar: pygame.Rect


def frame(theme: Theme, head: float, *, reach: bool = False) -> Frame:
    """`head` in layout units; `reach`: the body is to be touched, and low where the reach is."""
    u = theme.u
    if theme.portrait:
        bar_h = max(theme.touch, u(136))
        bar = pygame.Rect(u(48), theme.height - u(40) - bar_h, theme.width - 2 * u(48), bar_h)
        top = theme.head(head) if reach else u(head)
        body = pygame.Rect(u(48), top, theme.width - 2 * u(48), bar.top - u(32) - top)
        return Frame(pygame.Rect(0, 0, theme.width, u(head)), body, bar)
    side = max(theme.touch, u(128))
    bar = pygame.Rect(theme.width - side - u(16), u(20), side, theme.height - 2 * u(20))
    body = pygame.Rect(u(24), u(head), bar.left - u(18) - u(24), theme.height - u(20) - u(head))
    return Frame(pygame.Rect(body.left, 0, body.w, u(head)), body, bar)


def panel(
    pen: Pen, rect: pygame.Rect, fill: Colour | None = None, *, radius: float = 28, raised: bool = True
) -> None:
    """A card; in high contrast an outlined one without a shadow."""
    p = pen.p
    fill = p.card if fill is None else fill
    if p.outline:
        pen.scene.put(
            pen.scene.brush.card(rect.size, pen.u(radius), fill, p.line, max(2, pen.u(p.outline))),
            topleft=rect.topleft,
        )
        return
    if raised:
        blur = max(4, pen.u(14))
        pen.scene.put(
            pen.scene.brush.shadow(rect.size, pen.u(radius), blur),
            topleft=(rect.left - 2 * blur, rect.top - 2 * blur + pen.u(8)),
        )
    pen.scene.put(pen.scene.brush.card(rect.size, pen.u(radius), fill), topleft=rect.topleft)


def button(
    pen: Pen,
    id: str,
    rect: pygame.Rect,
    label: str,
    *,
    icon: str = "",
    primary: bool = False,
    stacked: bool = False,
) -> None:
    """A key with a label, and an icon before it if named, `stacked` above it; pressed it sinks."""
    p, pressed = pen.p, pen.pressed == id
    if primary and not p.outline:
        blur = max(4, pen.u(12))
        if not pressed:
            pen.scene.put(
                pen.scene.brush.shadow(rect.size, pen.u(28), blur),
                topleft=(rect.left - 2 * blur, rect.top - 2 * blur + pen.u(8)),
            )
        top, low = (p.accent_deep, p.accent_deep) if pressed else (p.accent, p.accent_deep)
        pen.scene.put(pen.scene.brush.gradient(rect.size, pen.u(28), top, low), topleft=rect.topleft)
        ink, ground = p.on_accent, p.accent
    elif primary:
        panel(pen, rect, p.card_pressed if pressed else p.accent, raised=False)
        ink, ground = (p.ink, p.card_pressed) if pressed else (p.on_accent, p.accent)
    else:
        ground = p.card_pressed if pressed else p.card
        panel(pen, rect, ground, raised=not pressed)
        ink = p.ink
    icon_ink = p.accent if not primary and not pressed else ink
    _label(pen, rect, label, icon, ink, ground, icon_ink, stacked=stacked)
    pen.scene.target(id, rect, label)


def _label(
    pen: Pen,
    rect: pygame.Rect,
    label: str,
    icon: str,
    ink: Colour,
    ground: Colour,
    icon_ink: Colour,
    *,
    stacked: bool,
) -> None:
    """The icon before the label; above it where they do not fit side by side; then without it."""
    setter = pen.scene.brush.type
    side = pen.type(48) if icon else 0
    gap = pen.u(16) if icon else 0
    room = rect.w - 2 * pen.u(24) - side - gap
    text, size = setter.fit(label, pen.type(44), room, True, least=LEAST_LABEL)
    if text == label and not stacked:
        left = rect.centerx - (setter.width(text, size, True) + side + gap) // 2
        if icon:
            pen.scene.icon(icon, side, icon_ink, midleft=(left, rect.centery))
        pen.scene.text(text, size, ink, ground, bold=True, midleft=(left + side + gap, rect.centery))
        return
    room = rect.w - 2 * pen.u(10)
    text, size = setter.fit(label, min(pen.type(40), round(rect.h * 0.3)), room, True, least=LEAST_LABEL)
    if stacked:
        _stack(pen, rect, label, icon, ink, ground, icon_ink)
        return
    if icon and text == label:
        side = min(side, round(rect.h * 0.4))
        pen.scene.icon(icon, side, icon_ink, center=(rect.centerx, rect.top + round(rect.h * 0.34)))
        at = (rect.centerx, rect.top + round(rect.h * 0.76))
        pen.scene.text(text, size, ink, ground, bold=True, center=at)
        return
    lines, size = setter.fill(label, pen.type(44), (room, rect.h - pen.u(8)), True, 1.25, least=0.5)
    area = pygame.Rect(rect.left + pen.u(10), rect.centery - len(lines) * round(size * 1.25) // 2, room, 0)
    pen.scene.paragraph(label, size, ink, ground, area, bold=True, align="center", spacing=1.25)


def _stack(
    pen: Pen, rect: pygame.Rect, label: str, icon: str, ink: Colour, ground: Colour, icon_ink: Colour
) -> None:
    """A large icon, and the label in the lower part, on two lines where it must."""
    side, room = round(min(rect.h * 0.4, rect.w * 0.6)), rect.w - 2 * pen.u(10)
    pen.scene.icon(icon, side, icon_ink, center=(rect.centerx, rect.top + round(rect.h * 0.32)))
    low = rect.top + round(rect.h * 0.74)
    lines, size = pen.scene.brush.type.fill(label, pen.type(40), (room, round(rect.h * 0.4)), True, 1.25)
    area = pygame.Rect(rect.left + pen.u(10), low - len(lines) * round(size * 1.25) // 2, room, 0)
    pen.scene.paragraph(label, size, ink, ground, area, bold=True, align="center", spacing=1.25)


def chip(
    pen: Pen,
    label: str,
    ink: Colour,
    ground: Colour,
    *,
    icon: str = "",
    width: int = 0,
    **anchor: tuple[int, int],
) -> pygame.Rect:
    """A small rounded word; without a ground of its own its text stands flush. Returns its rectangle."""
    size = pen.type(34)
    pad = 0 if pen.p.outline or ground == pen.p.shut else pen.u(22)
    side = round(size * 0.9) if icon else 0
    room = (width - 2 * pad - side - pen.u(8)) if width else 0
    if room > 0:
        label, size = pen.scene.brush.type.fit(label, size, room, True)
    wide = pen.scene.brush.type.width(label, size, True) + 2 * pad + (side + pen.u(8) if icon else 0)
    surface = pen.scene.brush.card((wide, round(size * 1.65)), round(size * 0.82), ground)
    rect = pen.scene.put(surface, **anchor)
    x = rect.left + pad
    if icon:
        pen.scene.icon(icon, side, ink, midleft=(x, rect.centery))
        x += side + pen.u(8)
    pen.scene.text(label, size, ink, ground, bold=True, midleft=(x, rect.centery))
    return rect


def banner(pen: Pen, rect: pygame.Rect, icon: str, title: str, hint: str = "") -> None:
    """An amber notice with an icon: a trouble in plain words."""
    p = pen.p
    panel(pen, rect, p.warn_soft, raised=False)
    side = min(rect.h - 2 * pen.u(16), pen.type(64))
    pen.scene.icon(icon, side, p.warn, midleft=(rect.left + pen.u(30), rect.centery))
    left = rect.left + pen.u(30) + side + pen.u(24)
    room = rect.right - pen.u(24) - left
    if not hint:
        pen.scene.text(
            title, pen.type(38), p.warn, p.warn_soft, bold=True, width=room, midleft=(left, rect.centery)
        )
        return
    pen.scene.text(
        title,
        pen.type(46),
        p.warn,
        p.warn_soft,
        bold=True,
        width=room,
        midleft=(left, rect.top + round(rect.h * 0.32)),
    )
    pen.scene.text(
        hint, pen.type(34), p.warn, p.warn_soft, width=room, midleft=(left, rect.top + round(rect.h * 0.7))
    )


def arrows(pen: Pen, rect: pygame.Rect, page: int, pages: int, *, on_card: bool = False) -> None:
    """Turn pages: a large key at each end, the count between; nothing when there is one page."""
    if pages < 2:
        return
    p = pen.p
    side = max(pen.theme.touch, min(rect.w // 3, pen.type(240)))
    back = pygame.Rect(rect.left, rect.top, side, rect.h)
    ahead = pygame.Rect(rect.right - side, rect.top, side, rect.h)
    if page > 0:
        turn_key(pen, "page:back", back)
    if page < pages - 1:
        turn_key(pen, "page:next", ahead)
    room = rect.w - 2 * side - 2 * pen.u(12)
    label, size = pen.words("page_of", page=page + 1, pages=pages), pen.type(34)
    if pen.scene.brush.type.width(label, size) > room:
        label = f"{page + 1} / {pages}"
    pen.scene.text(label, size, p.muted, p.card if on_card else p.page, width=room, center=rect.center)


def turn_key(pen: Pen, id: str, rect: pygame.Rect) -> None:
    """A page key: the arrow points its way, the word stands beside it where there is room, else under it."""
    p, back = pen.p, id == "page:back"
    label, icon = pen.words("page_back" if back else "page_next"), "chevron-left" if back else "chevron-right"
    ground = p.card_pressed if pen.pressed == id else p.card
    panel(pen, rect, ground, raised=pen.pressed != id)
    size, side, gap = pen.type(42), pen.type(50), pen.u(10)
    wide = pen.scene.brush.type.width(label, size, True)
    if wide + side + gap <= rect.w - 2 * pen.u(18):
        left = rect.centerx - (wide + side + gap) // 2
        pen.scene.icon(icon, side, p.accent, midleft=(left if back else left + wide + gap, rect.centery))
        at = (left + (side + gap if back else 0), rect.centery)
        pen.scene.text(label, size, p.ink, ground, bold=True, midleft=at)
    else:
        side = min(side, round(rect.h * 0.44))
        pen.scene.icon(icon, side, p.accent, center=(rect.centerx, rect.top + round(rect.h * 0.34)))
        at, room = (rect.centerx, rect.top + round(rect.h * 0.75)), rect.w - 2 * pen.u(10)
        size = min(pen.type(34), round(rect.h * 0.3))
        pen.scene.text(label, size, p.ink, ground, bold=True, width=room, center=at)
    pen.scene.target(id, rect, label)


def bar(pen: Pen, rect: pygame.Rect, keys: list[tuple[str, str, str]]) -> None:
    """The keys that are always there, as (id, icon, label); they share the bar evenly."""
    n = len(keys)
    gap = pen.u(18 if n < 5 else 12)
    for i, (id, icon, label) in enumerate(keys):
        if pen.theme.portrait:
            wide = (rect.w - gap * (n - 1)) // n
            key = pygame.Rect(rect.left + i * (wide + gap), rect.top, wide, rect.h)
        else:
            high = min((rect.h - gap * (n - 1)) // n, max(pen.theme.touch, pen.u(150)))
            key = pygame.Rect(rect.left, rect.bottom - (n - i) * high - (n - 1 - i) * gap, rect.w, high)
        _bar_key(pen, id, icon, label, key)


def _bar_key(pen: Pen, id: str, icon: str, label: str, key: pygame.Rect) -> None:
    p, pressed = pen.p, pen.pressed == id
    ground = p.card_pressed if pressed else p.card
    panel(pen, key, ground, radius=24, raised=not pressed)
    side = min(pen.u(56), round(key.h * 0.4))
    pen.scene.icon(icon, side, p.accent, center=(key.centerx, key.top + round(key.h * 0.34)))
    pen.scene.text(
        label,
        min(pen.type(34), round(key.h * 0.3)),
        p.ink,
        ground,
        width=key.w - pen.u(12),
        center=(key.centerx, key.top + round(key.h * 0.76)),
    )
    pen.scene.target(id, key, label)


def header(pen: Pen, rect: pygame.Rect, name: str, sub: str, clock: str, date: str) -> None:
    """The hall's name at the left, its clock at the right, on the sky."""
    p, u = pen.p, pen.u
    pad = u(56) if pen.theme.portrait else u(6)
    clock_w = pen.scene.brush.type.width("00:00", u(78), True)
    date_w = max(clock_w, pen.scene.brush.type.width(date, u(36)))
    room = rect.w - 2 * pad - date_w - u(30)
    top = rect.top + u(84 if pen.theme.portrait else 56)
    pen.scene.text(name, u(62), p.on_sky, p.sky_deep, bold=True, width=room, midleft=(rect.left + pad, top))
    sub_size = u(36 if pen.theme.portrait else 42)
    pen.scene.text(
        sub, sub_size, p.on_sky_soft, p.sky_deep, width=room, midleft=(rect.left + pad, top + u(68))
    )
    pen.scene.text(clock, u(78), p.on_sky, p.sky_deep, bold=True, midright=(rect.right - pad, top))
    pen.scene.text(date, u(36), p.on_sky_soft, p.sky_deep, midright=(rect.right - pad, top + u(68)))


def title_line(pen: Pen, rect: pygame.Rect, title: str, clock: str, *, private: bool = False) -> None:
    """A slim header of an inner page: its title and the clock."""
    p, u = pen.p, pen.u
    pad = u(56) if pen.theme.portrait else u(6)
    size = u(60) if pen.theme.portrait else u(44)
    middle = rect.top + round(rect.h * (0.46 if pen.theme.portrait else 0.5))
    wide = pen.scene.brush.type.width("00:00", size, True)
    room = rect.w - 2 * pad - wide - u(30)
    at, sky = (rect.left + pad, middle), p.sky_deep
    pen.scene.text(title, size, p.on_sky, sky, bold=True, width=room, private=private, midleft=at)
    pen.scene.text(clock, size, p.on_sky, p.sky_deep, bold=True, midright=(rect.right - pad, middle))


def age_words(pen: Pen, age_s: float) -> str:
    """How old a picture is."""
    if age_s < 90:
        key, n = "age_seconds", age_s
    elif age_s < 5400:
        key, n = "age_minutes", age_s / 60
    else:
        key, n = "age_hours", age_s / 3600
    return pen.words("away_age", age=pen.words(key, n=int(n)))


GENERAL_ICON = "help-circle"
"""A service with this icon is where people go who do not know where to go; its tile says so."""


def general_service(view: dict[str, Any]) -> dict[str, Any]:
    """That service, if the hall has one."""
    return next((s for s in view.get("services", []) if s.get("icon") == GENERAL_ICON), {})
