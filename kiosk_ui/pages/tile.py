"""A service's tile on the first page: icon, name, what it is for, how many wait."""

import pygame

from edge.texts import month_and_day
from kiosk_ui import widgets
from kiosk_ui.pages.page import Desk, Json
from kiosk_ui.widgets import GENERAL_ICON, Pen

NAME, ABOUT, SECOND = 54, 34, 30


def least_height(pen: Pen, desk: Desk) -> int:
    return max(pen.theme.touch, round(sum(_heights(pen, desk)) + pen.u(14)))


def draw_tile(pen: Pen, desk: Desk, service: Json, rect: pygame.Rect, order: int) -> None:
    """`order` chooses the tint."""
    p, id = pen.p, f"service:{service['id']}"
    taking = desk.taking() == service["id"]
    shut = not service.get("open") or desk.away or desk.paused
    ground = p.shut if shut else p.card_pressed if taking or pen.pressed == id else p.card
    widgets.panel(pen, rect, ground, raised=not shut and ground == p.card)
    tint, tint_ink = (p.shut, p.shut_ink) if shut else p.tints[order % len(p.tints)]
    ink, muted = (p.shut_ink, p.shut_ink) if shut else (p.ink, p.muted)
    general = service.get("icon") == GENERAL_ICON
    title = pen.words("unsure") if general else service["name"]
    about = pen.words("unsure_hint") if general else service.get("about", "")
    name_h, about_h, chip_h = _heights(pen, desk)
    spare = max(0.0, rect.h - name_h - about_h - chip_h)
    edge, pad = spare * 0.32, pen.u(26)
    side = min(round(name_h), pen.u(84 if pen.theme.large else 100))
    y = round(rect.top + edge + name_h / 2)
    pen.scene.put(pen.scene.brush.card((side, side), side // 4, tint), midleft=(rect.left + pad, y))
    middle = (rect.left + pad + side // 2, y)
    pen.scene.icon(service.get("icon") or "file-text", round(side * 0.66), tint_ink, center=middle)
    left = rect.left + pad + side + pen.u(20)
    room = rect.right - pen.u(20) - left
    second = "" if general or not _has_room(pen) else str(service.get("second") or "")
    small = max(round(name_h * 0.34), round(pen.theme.u(24)))
    if second and pen.scene.brush.type.width(second, small) <= room:
        size = small
        lift = round(name_h * 0.2)
        pen.scene.text(
            title, round(name_h * 0.56), ink, ground, bold=True, width=room, midleft=(left, y - lift)
        )
        at = (left, y + round(name_h * 0.34))
        pen.scene.text(second, size, muted, ground, width=room, midleft=at)
    else:
        pen.scene.text(title, pen.type(NAME), ink, ground, bold=True, width=room, midleft=(left, y))
    y = round(rect.top + edge + name_h + spare * 0.18 + about_h / 2)
    room = rect.w - pad - pen.u(18)
    size = _even(pen, desk, room)
    pen.scene.text(about, size, muted, ground, width=room, midleft=(rect.left + pad, y))
    _state(pen, desk, service, (rect.left + pad, round(rect.bottom - edge - chip_h / 2)), room)
    pen.scene.target(id, rect, title)


def _has_room(pen: Pen) -> bool:
    """For a second language: not where large type leaves two rows on a lying screen."""
    return pen.theme.portrait or not pen.theme.large


def shut_words(pen: Pen, service: Json) -> str:
    if is_full_today(service):
        return pen.words("tile_full")
    return opens_words(pen, service) if service.get("opens_at") else pen.words("tile_closed")


def is_full_today(service: Json) -> bool:
    """All numbers of the day are given; a full window of the day may be followed by another."""
    return service.get("reason") == "full" and bool(service.get("opens_on") or not service.get("opens_at"))


def opens_words(pen: Pen, service: Json) -> str:
    """When numbers are given next, with the date where it is not today."""
    if on_day := month_and_day(str(service.get("opens_on", ""))):
        return pen.words("tile_opens_day", time=service["opens_at"], **on_day)
    return pen.words("tile_opens", time=service["opens_at"])


def _heights(pen: Pen, desk: Desk) -> tuple[float, float, float]:
    """Of the name's line (two where there is a second language), of what it is for, of the state."""
    has_second = _has_room(pen) and any(s.get("second") for s in desk.view.get("services", []))
    return pen.type(NAME) * (1.62 if has_second else 1.42), pen.type(ABOUT) * 1.24, pen.type(ABOUT) * 1.65


def _even(pen: Pen, desk: Desk, room: int) -> int:
    """One size for what all tiles are for, so that a long one does not make a page uneven."""
    setter = pen.scene.brush.type
    texts = [s.get("about", "") for s in desk.view.get("services", []) if s.get("icon") != GENERAL_ICON]
    return min(
        (setter.fit(t, pen.type(ABOUT), room, least=0.84)[1] for t in texts if t), default=pen.type(ABOUT)
    )


def _state(pen: Pen, desk: Desk, service: Json, at: tuple[int, int], room: int) -> None:
    p = pen.p
    if desk.taking() == service["id"]:
        label, ink, ground, icon = pen.words("taking"), p.on_accent, p.accent, "ticket"
    elif desk.away or desk.paused:
        label, ink, ground, icon = pen.words("tile_away"), p.shut_ink, p.shut, "pause"
    elif not service.get("open"):
        label, ink, ground, icon = shut_words(pen, service), p.shut_ink, p.shut, "clock"
    elif service.get("waiting"):
        label, ink, ground, icon = (
            pen.words("waiting", count=service["waiting"]),
            p.accent,
            p.accent_soft,
            "users",
        )
    else:
        label, ink, ground, icon = pen.words("waiting_none"), p.ok, p.ok_soft, "check"
    widgets.chip(pen, label, ink, ground, icon=icon, width=room, midleft=at)
