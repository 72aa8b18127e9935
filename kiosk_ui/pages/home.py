"""The first page: what one came for, how many wait, and the way to the guides."""

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages.guides import GuidesPage
from kiosk_ui.pages.page import Counted, Desk, Json, cut
from kiosk_ui.pages.refused import RefusedPage
from kiosk_ui.widgets import Pen

GENERAL_ICON = "help-circle"
"""A service with this icon is where people go who do not know where to go; its tile says so."""


class HomePage:
    name = "home"
    idle_s = 0.0

    def __init__(self) -> None:
        self._page = 0
        self._pages = 1

    def tick(self, desk: Desk) -> None:
        """Nothing changes by time alone."""

    def moving(self) -> bool:
        return False

    def tap(self, id: str, desk: Desk) -> None:
        kind, _, rest = id.partition(":")
        if kind == "page":
            self._page = min(self._pages - 1, max(0, self._page + (1 if rest == "next" else -1)))
        elif id == "guides":
            desk.show(GuidesPage(desk))
        elif kind == "service":
            service = desk.service(rest)
            if service.get("open") and not desk.away:
                desk.take(rest)
            elif not desk.away:
                problem = {"reason": service.get("reason") or "closed", "opens_at": service.get("opens_at", "")}
                desk.show(RefusedPage(problem, rest))

    def draw(self, pen: Pen, desk: Desk) -> None:
        portrait = pen.theme.portrait
        parts = widgets.frame(pen.theme, 580 if portrait else 206)
        widgets.header(
            pen, parts.head, str(desk.view.get("name", "")), pen.words("kiosk"), desk.clock(), desk.date()
        )
        trouble = _trouble(pen, desk)
        if portrait:
            _prompt(pen, desk, parts.head)
        body = parts.body
        foot_h = max(pen.theme.touch, pen.u(120 if portrait else 112))
        foot = pygame.Rect(body.left, body.bottom - foot_h, body.w, foot_h)
        tiles = pygame.Rect(body.left, body.top, body.w, foot.top - pen.u(26 if portrait else 18) - body.top)
        if trouble:
            high = pen.type(124 if len(trouble) == 3 else 84)
            widgets.banner(pen, pygame.Rect(tiles.left, tiles.top, tiles.w, high), *trouble)
            tiles = pygame.Rect(tiles.left, tiles.top + high + pen.u(20), tiles.w, tiles.h - high - pen.u(20))
        shown = self._grid(pen, desk, tiles, foot)
        self._page, self._pages = shown.page, shown.pages

    def _grid(self, pen: Pen, desk: Desk, area: pygame.Rect, foot: pygame.Rect) -> Counted:
        """Tiles in rows; when there are too many, pages of them with arrows beside the guides' key."""
        gap = pen.u(22 if pen.theme.portrait else 16)
        columns = 2 if pen.theme.portrait or pen.theme.large else 3
        least = max(pen.theme.touch, pen.type(56) + pen.type(40) + pen.type(64) + pen.u(40))
        rows = max(1, (area.h + gap) // (least + gap))
        services = sorted(desk.view.get("services", []), key=lambda s: s.get("icon") == GENERAL_ICON)
        shown = cut(services, self._page, rows * columns)
        rows = max(1, min(rows, -(-len(services) // columns))) if shown.pages == 1 else rows
        high = min((area.h - gap * (rows - 1)) // rows, round(least * 1.5))
        wide = (area.w - gap * (columns - 1)) // columns
        for i, service in enumerate(shown.rows):
            row, column = divmod(i, columns)
            tile = pygame.Rect(area.left + column * (wide + gap), area.top + row * (high + gap), wide, high)
            last = i == len(shown.rows) - 1
            if last and shown.pages == 1:
                tile.width = area.right - tile.left
            order = [s["id"] for s in desk.view.get("services", [])].index(service["id"])
            _tile(pen, desk, service, tile, order)
        self._foot(pen, foot, shown)
        return shown

    def _foot(self, pen: Pen, foot: pygame.Rect, shown: Counted) -> None:
        if shown.pages == 1:
            _guides_key(pen, foot)
            return
        turn = max(pen.theme.touch, pen.u(190))
        gap = pen.u(18)
        left = pygame.Rect(foot.left, foot.top, turn, foot.h)
        right = pygame.Rect(foot.right - turn, foot.top, turn, foot.h)
        middle = pygame.Rect(left.right + gap, foot.top, right.left - left.right - 2 * gap, foot.h)
        if shown.page > 0:
            widgets.button(pen, "page:back", left, pen.words("page_back"), icon="chevron-left")
        else:
            middle = pygame.Rect(foot.left, foot.top, middle.right - foot.left, foot.h)
        if shown.page < shown.pages - 1:
            widgets.button(pen, "page:next", right, pen.words("page_next"), icon="chevron-right")
        else:
            middle.width = foot.right - middle.left
        _guides_key(pen, middle)


def _trouble(pen: Pen, desk: Desk) -> tuple[str, ...]:
    """What a citizen should know before touching: (icon, title) or (icon, title, hint)."""
    if desk.away:
        return "cloud-off", pen.words("away"), pen.words("away_hint")
    printers = [d for d in desk.view.get("devices", []) if d.get("kind") == "printer"]
    bad = [d for d in printers if d.get("state") in ("down", "degraded") and d.get("code") != "paper_low"]
    if printers and len(bad) == len(printers):
        return "printer", pen.words("no_paper" if bad[0].get("code") == "paper_out" else "no_printer")
    return ()


def _prompt(pen: Pen, desk: Desk, head: pygame.Rect) -> None:
    p, u = pen.p, pen.u
    left, room = u(56), head.w - 2 * u(56)
    pen.scene.text(
        pen.words("prompt"), u(92), p.on_sky, p.sky, bold=True, width=room, midleft=(left, head.top + u(262))
    )
    pen.scene.text(pen.words("prompt_hint"), u(42), p.on_sky_soft, p.sky, width=room, midleft=(left, head.top + u(346)))
    _calls(pen, desk, pygame.Rect(u(48), head.top + u(406), head.w - 2 * u(48), u(104)))


def _calls(pen: Pen, desk: Desk, rect: pygame.Rect) -> None:
    """The last calls, so that people who wait at the kiosk do not miss theirs."""
    p, u = pen.p, pen.u
    widgets.panel(pen, rect, p.sky_panel, radius=24, raised=False)
    pen.scene.icon("megaphone", u(48), p.on_sky_soft, midleft=(rect.left + u(28), rect.centery))
    x = rect.left + u(96)
    calls = desk.view.get("calls", [])[:2]
    if desk.away or not calls:
        label = widgets.age_words(pen, desk.age_s) if desk.away else pen.words("no_calls")
        room = rect.right - u(28) - x
        pen.scene.text(label, u(38), p.on_sky_soft, p.sky_panel, width=room, midleft=(x, rect.centery))
        return
    x = pen.scene.text(pen.words("calling_now"), u(38), p.on_sky_soft, p.sky_panel, midleft=(x, rect.centery)).right
    room = (rect.right - u(28) - x) // len(calls) if len(calls) > 1 else rect.right - u(28) - x
    for i, call in enumerate(calls):
        label = pen.words("number_to_counter", number=call["number"], counter=call["counter"])
        pen.scene.text(
            label, u(40), p.on_sky, p.sky_panel, bold=True, width=room - u(40), midleft=(x + u(40) + i * room, rect.centery)
        )


def _tile(pen: Pen, desk: Desk, service: Json, rect: pygame.Rect, order: int) -> None:
    p, id = pen.p, f"service:{service['id']}"
    taking = desk.taking() == service["id"]
    shut = not service.get("open") or desk.away
    ground = p.shut if shut else p.card_pressed if taking or pen.pressed == id else p.card
    widgets.panel(pen, rect, ground, raised=not shut and ground == p.card)
    tint, tint_ink = p.tints[order % len(p.tints)]
    if shut:
        tint, tint_ink = p.shut, p.shut_ink
    pad = pen.u(26)
    general = service.get("icon") == GENERAL_ICON
    title = pen.words("unsure") if general else service["name"]
    about = pen.words("unsure_hint", service=service["name"]) if general else service.get("about", "")
    name_h, about_h, chip_h = pen.type(56) * 1.5, pen.type(34) * 1.24, pen.type(34) * 1.65
    spare = max(0, rect.h - name_h - about_h - chip_h)
    edge = spare * 0.3
    side = min(round(name_h), pen.u(100))
    top = rect.top + edge + name_h / 2
    pen.scene.put(pen.scene.brush.card((side, side), side // 4, tint), midleft=(rect.left + pad, round(top)))
    pen.scene.icon(
        service.get("icon") or "file-text", round(side * 0.66), tint_ink, center=(rect.left + pad + side // 2, round(top))
    )
    ink = p.shut_ink if shut else p.ink
    left = rect.left + pad + side + pen.u(20)
    pen.scene.text(
        title, pen.type(54), ink, ground, bold=True, width=rect.right - pen.u(20) - left, midleft=(left, round(top))
    )
    y = rect.top + edge + name_h + spare * 0.2 + about_h / 2
    muted = p.shut_ink if shut else p.muted
    pen.scene.text(
        about, pen.type(34), muted, ground, width=rect.w - 2 * pad, midleft=(rect.left + pad, round(y))
    )
    _state_chip(pen, desk, service, taking, rect.left + pad, round(rect.bottom - edge - chip_h / 2), rect.w - 2 * pad)
    pen.scene.target(id, rect, title)


def _state_chip(pen: Pen, desk: Desk, service: Json, taking: bool, x: int, y: int, room: int) -> None:
    p = pen.p
    if taking:
        label, ink, ground, icon = pen.words("taking"), p.on_accent, p.accent, "ticket"
    elif desk.away:
        label, ink, ground, icon = pen.words("tile_away"), p.shut_ink, p.shut, "pause"
    elif not service.get("open"):
        label, ink, ground, icon = shut_words(pen, service), p.shut_ink, p.shut, "clock"
    elif service.get("waiting"):
        label, ink, ground, icon = pen.words("waiting", count=service["waiting"]), p.accent, p.accent_soft, "users"
    else:
        label, ink, ground, icon = pen.words("waiting_none"), p.ok, p.ok_soft, "check"
    widgets.chip(pen, label, ink, ground, icon=icon, width=room, midleft=(x, y))


def shut_words(pen: Pen, service: Json) -> str:
    if service.get("reason") == "full":
        return pen.words("tile_full")
    if service.get("opens_at"):
        return pen.words("tile_opens", time=service["opens_at"])
    return pen.words("tile_closed")


def _guides_key(pen: Pen, rect: pygame.Rect) -> None:
    """The way to the guides: a wide key with a question that people have."""
    p, u = pen.p, pen.u
    pressed = pen.pressed == "guides"
    if p.outline:
        widgets.panel(pen, rect, p.card_pressed if pressed else p.card)
        ink = soft = p.ink
        ground = p.card_pressed if pressed else p.card
    else:
        top, low = (p.accent_deep, p.accent_deep) if pressed else (p.accent, p.accent_deep)
        pen.scene.put(pen.scene.brush.gradient(rect.size, u(28), top, low), topleft=rect.topleft)
        ink, soft, ground = p.on_accent, p.on_accent, p.accent
    side = min(pen.type(60), rect.h // 2)
    pen.scene.icon("search", side, ink, midleft=(rect.left + u(36), rect.centery))
    left = rect.left + u(36) + side + u(24)
    room = rect.right - u(32) - left
    title = pen.scene.text(
        pen.words("guides"), pen.type(48), ink, ground, bold=True, width=room, midleft=(left, rect.centery)
    )
    room = rect.right - u(32) - title.right - u(40)
    hint = pen.words("guides_hint")
    if room >= pen.scene.brush.type.width(hint, pen.type(34)) * 0.75:
        pen.scene.text(hint, pen.type(34), soft, ground, width=room, midright=(rect.right - u(36), rect.centery))
    pen.scene.target("guides", rect, pen.words("guides"))
