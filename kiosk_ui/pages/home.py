"""The first page: what one came for, how many wait, and the way to the guides."""

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages.guides import GuidesPage
from kiosk_ui.pages.more import MorePage
from kiosk_ui.pages.page import Counted, Desk, Json, Still, cut
from kiosk_ui.pages.refused import RefusedPage
from kiosk_ui.pages.tile import draw_tile, is_full_today, least_height, opens_words
from kiosk_ui.widgets import GENERAL_ICON, Pen


class HomePage(Still):
    name = "home"
    reach = True
    idle_s = 0.0

    def __init__(self) -> None:
        self._page = 0
        self._pages = 1

    def spoken(self, desk: Desk) -> str:
        return desk.words("prompt")

    def tap(self, id: str, desk: Desk) -> None:
        kind, _, rest = id.partition(":")
        if kind == "page":
            self._page = min(self._pages - 1, max(0, self._page + (1 if rest == "next" else -1)))
        elif id == "guides":
            desk.show(GuidesPage(desk))
        elif id == "more":
            desk.show(MorePage())
        elif kind == "service" and not desk.away:
            service = desk.service(rest)
            if desk.paused:
                desk.show(RefusedPage({"reason": "kiosk_paused"}, rest))
            elif service.get("open"):
                desk.take(rest)
            else:
                problem = {
                    "reason": service.get("reason") or "closed",
                    "opens_at": service.get("opens_at", ""),
                    "opens_on": service.get("opens_on", ""),
                }
                desk.show(RefusedPage(problem, rest))

    def draw(self, pen: Pen, desk: Desk) -> None:
        portrait, u = pen.theme.portrait, pen.u
        parts = widgets.frame(pen.theme, 560 if portrait else 186, reach=True)
        title, hint = _headline(pen, desk)
        name = str(desk.view.get("name", ""))
        under = str(desk.view.get("second") or "") or pen.words("kiosk")
        widgets.header(pen, parts.head, name, under if portrait else title, desk.clock(), desk.date())
        if portrait:
            _prompt(pen, desk, title, hint, parts.head)
        body = parts.body
        foot_h = max(pen.theme.touch, u(116 if portrait else 112))
        foot = pygame.Rect(body.left, body.bottom - foot_h, body.w, foot_h)
        tiles = pygame.Rect(body.left, body.top, body.w, foot.top - u(26 if portrait else 18) - body.top)
        trouble = _trouble(pen, desk)
        if trouble:
            high = pen.type(84)
            widgets.banner(pen, pygame.Rect(tiles.left, tiles.top, tiles.w, high), *trouble)
            tiles = pygame.Rect(tiles.left, tiles.top + high + u(18), tiles.w, tiles.h - high - u(18))
        shown = self._grid(pen, desk, tiles)
        self._page, self._pages = shown.page, shown.pages
        _foot(pen, foot, shown)

    def _grid(self, pen: Pen, desk: Desk, area: pygame.Rect) -> Counted:
        """Tiles in rows; what does not fit goes on further pages."""
        gap = pen.u(22 if pen.theme.portrait else 16)
        columns = 2 if pen.theme.portrait or pen.theme.large else 3
        least = least_height(pen, desk)
        rows = max(1, (area.h + gap) // (least + gap))
        services = _ordered(desk, rows * columns)
        shown = cut(services, self._page, rows * columns)
        if shown.pages == 1:
            rows = max(1, min(rows, -(-len(services) // columns)))
        high = min((area.h - gap * (rows - 1)) // rows, round(least * 1.6))
        wide = (area.w - gap * (columns - 1)) // columns
        ids = [s["id"] for s in desk.view.get("services", [])]
        for i, service in enumerate(shown.rows):
            row, column = divmod(i, columns)
            tile = pygame.Rect(area.left + column * (wide + gap), area.top + row * (high + gap), wide, high)
            if column == columns - 1 or (i == len(shown.rows) - 1 and shown.pages == 1):
                tile.width = area.right - tile.left
            draw_tile(pen, desk, service, tile, ids.index(service["id"]))
        return shown


def _ordered(desk: Desk, capacity: int) -> list[Json]:
    """The services as configured, but the tile for people who are not sure is the last of the first page."""
    services = list(desk.view.get("services", []))
    general = [s for s in services if s.get("icon") == GENERAL_ICON]
    others = [s for s in services if s.get("icon") != GENERAL_ICON]
    if len(services) <= capacity:
        return others + general
    place = max(0, capacity - len(general))
    return others[:place] + general + others[place:]


def _headline(pen: Pen, desk: Desk) -> tuple[str, str]:
    """What the page says first: the invitation, or why there are no numbers now."""
    services = desk.view.get("services", [])
    if desk.away:
        return pen.words("away"), pen.words("away_hint")
    if desk.paused:
        return pen.words("kiosk_paused"), pen.words("refused_ask")
    if services and not any(s.get("open") for s in services):
        opening = [s for s in services if s.get("opens_at") and not is_full_today(s)]
        if opening:
            first = min(opening, key=lambda s: (s.get("opens_on", ""), s["opens_at"]))
            return pen.words("tile_closed"), opens_words(pen, first)
        full = all(s.get("reason") == "full" for s in services)
        return pen.words("tile_full" if full else "tile_closed"), pen.words("refused_ask")
    return pen.words("prompt"), pen.words("prompt_hint")


def _trouble(pen: Pen, desk: Desk) -> tuple[str, ...]:
    """What a citizen should know before touching, as (icon, sentence)."""
    if desk.away:
        if pen.theme.portrait:
            return ()
        return "cloud-off", f"{pen.words('away_hint')} · {widgets.age_words(pen, desk.age_s)}"
    printers = _printers(desk)
    bad = [d for d in printers if d.get("state") in ("down", "degraded") and d.get("code") != "paper_low"]
    if printers and len(bad) == len(printers):
        return "printer", pen.words("no_paper" if bad[0].get("code") == "paper_out" else "no_printer")
    return ()


def _printers(desk: Desk) -> list[Json]:
    """The one beside this touch screen; the hall's, where none says where it stands."""
    printers = [d for d in desk.view.get("devices", []) if d.get("kind") == "printer"]
    return [d for d in printers if d.get("kiosk") == desk.name] or printers


def _prompt(pen: Pen, desk: Desk, title: str, hint: str, head: pygame.Rect) -> None:
    p, u = pen.p, pen.u
    left, room = u(56), head.w - 2 * u(56)
    y = head.top + u(244)
    if desk.away:
        side = u(84)
        pen.scene.icon("cloud-off", side, p.on_sky, midleft=(left, y))
        pen.scene.text(
            title, u(92), p.on_sky, p.sky, bold=True, width=room - u(110), midleft=(left + u(110), y)
        )
    else:
        pen.scene.text(title, u(92), p.on_sky, p.sky, bold=True, width=room, midleft=(left, y))
    pen.scene.text(hint, u(42), p.on_sky_soft, p.sky, width=room, midleft=(left, head.top + u(322)))
    _calls(pen, desk, pygame.Rect(u(48), head.top + u(372), head.w - 2 * u(48), u(100)))


def _calls(pen: Pen, desk: Desk, rect: pygame.Rect) -> None:
    """The last calls, so that people who stand at the kiosk do not miss theirs."""
    p, u = pen.p, pen.u
    calls = desk.view.get("calls", [])[:2]
    is_open = any(s.get("open") for s in desk.view.get("services", []))
    if not calls and not is_open and not desk.away:
        return
    widgets.panel(pen, rect, p.sky_panel, radius=24, raised=False)
    pen.scene.icon(
        "clock" if desk.away else "megaphone", u(48), p.on_sky_soft, midleft=(rect.left + u(28), rect.centery)
    )
    x, size = rect.left + u(96), u(38)
    room = rect.right - u(28) - x
    if desk.away or not calls:
        label = widgets.age_words(pen, desk.age_s) if desk.away else pen.words("no_calls")
        pen.scene.text(label, size, p.on_sky_soft, p.sky_panel, width=room, midleft=(x, rect.centery))
        return
    x = pen.scene.text(
        pen.words("calling_now"), size, p.on_sky_soft, p.sky_panel, midleft=(x, rect.centery)
    ).right
    room = (rect.right - u(28) - x) // 2
    for i, call in enumerate(calls):
        label = pen.words("number_to_counter", number=call["number"], counter=call["counter"])
        at = (x + u(40) + i * room, rect.centery)
        pen.scene.text(label, u(40), p.on_sky, p.sky_panel, bold=True, width=room - u(40), midleft=at)


def _foot(pen: Pen, foot: pygame.Rect, shown: Counted) -> None:
    """The guides' key, between the page keys when there are pages."""
    turn, gap = max(pen.theme.touch, pen.u(210 if pen.theme.portrait else 150)), pen.u(18)
    left, right = foot.left, foot.right
    if shown.page > 0:
        widgets.turn_key(pen, "page:back", pygame.Rect(left, foot.top, turn, foot.h))
        left += turn + gap
    if shown.page < shown.pages - 1:
        widgets.turn_key(pen, "page:next", pygame.Rect(right - turn, foot.top, turn, foot.h))
        right -= turn + gap
    more = max(pen.theme.touch, (right - left - gap) // 3)
    _guides_key(pen, pygame.Rect(left, foot.top, right - left - gap - more, foot.h))
    rect = pygame.Rect(right - more, foot.top, more, foot.h)
    widgets.button(pen, "more", rect, pen.words("more"), icon="help-circle")


def _guides_key(pen: Pen, rect: pygame.Rect) -> None:
    """The way to the guides: a wide key with a question that people have."""
    p, u = pen.p, pen.u
    pressed = pen.pressed == "guides"
    if p.outline:
        ground, ink = p.card_pressed if pressed else p.card, p.ink
        widgets.panel(pen, rect, ground)
    else:
        ground, ink = p.accent, p.on_accent
        top = p.accent_deep if pressed else p.accent
        pen.scene.put(pen.scene.brush.gradient(rect.size, u(28), top, p.accent_deep), topleft=rect.topleft)
    side = min(pen.type(60), rect.h // 2)
    pen.scene.icon("search", side, ink, midleft=(rect.left + u(36), rect.centery))
    left = rect.left + u(36) + side + u(24)
    room = rect.right - u(32) - left
    label, hint, size = pen.words("guides"), pen.words("guides_hint"), pen.type(34)
    title = pen.scene.text(
        label, pen.type(48), ink, ground, bold=True, width=room, midleft=(left, rect.centery)
    )
    room = rect.right - u(36) - title.right - u(40)
    if room >= pen.scene.brush.type.width(hint, size) * 0.85:
        pen.scene.text(hint, size, ink, ground, width=room, midright=(rect.right - u(36), rect.centery))
    pen.scene.target("guides", rect, label)
