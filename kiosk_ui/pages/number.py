"""The number: very large, who is before it, where to wait, and what becomes of the slip."""

import math

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages.page import Desk, Json
from kiosk_ui.theme import Colour
from kiosk_ui.widgets import Pen

SLIP_WORDS = {
    "queued": "slip_printing",
    "printing": "slip_printing",
    "printed": "slip_printed",
    "failed": "slip_failed",
    "unknown": "slip_unknown",
}


class NumberPage:
    name = "number"
    idle_s = 30.0

    def __init__(self, ticket: Json, desk: Desk) -> None:
        self._ticket = ticket
        self._seq = desk.view.get("seq")
        self._now_s = desk.now_s
        self._asking = False

    def tick(self, desk: Desk) -> None:
        """Ask how the ticket and its slip are whenever the hall has changed."""
        self._now_s = desk.now_s
        if desk.view.get("seq") != self._seq and not self._asking and not desk.away:
            self._seq = desk.view.get("seq")
            self._asking = True
            desk.ask(f"/api/v1/tickets/{self._ticket['id']}", self._told)

    def moving(self) -> bool:
        return self._paper() in ("queued", "printing")

    def tap(self, id: str, desk: Desk) -> None:
        if id in ("done", "home"):
            desk.home()

    def _told(self, status: int, answer: Json) -> None:
        self._asking = False
        if status == 200 and isinstance(answer.get("ticket", answer), dict):
            self._ticket = {**self._ticket, **answer.get("ticket", answer)}

    def _paper(self) -> str:
        return str(self._ticket.get("paper") or "")

    def draw(self, pen: Pen, desk: Desk) -> None:
        u, portrait = pen.u, pen.theme.portrait
        parts = widgets.frame(pen.theme, 190 if portrait else 96)
        widgets.title_line(pen, parts.head, str(desk.view.get("name", "")), desk.clock())
        keys_h = max(pen.theme.touch, u(140 if portrait else 112))
        gap = u(26 if portrait else 16)
        keys = pygame.Rect(parts.body.left, parts.body.bottom - keys_h, parts.body.w, keys_h)
        slip_h = round(u(210 if portrait else 128))
        slip = pygame.Rect(keys.left, keys.top - gap - slip_h, keys.w, slip_h)
        card = pygame.Rect(keys.left, parts.body.top, keys.w, slip.top - gap - parts.body.top)
        self._card(pen, desk, card)
        self._slip(pen, slip)
        half = (keys.w - gap) * 2 // 5
        stay = pygame.Rect(keys.left, keys.top, half, keys_h)
        done = pygame.Rect(stay.right + gap, keys.top, keys.right - stay.right - gap, keys_h)
        widgets.button(pen, "stay", stay, pen.words("still_here"), icon="hand")
        widgets.button(pen, "done", done, pen.words("done_in", seconds=desk.left_s), icon="check", primary=True)

    def _card(self, pen: Pen, desk: Desk, card: pygame.Rect) -> None:
        p, u = pen.p, pen.u
        widgets.panel(pen, card, radius=36)
        fold = card.top + round(card.h * (0.6 if pen.theme.portrait else 0.62))
        _fold(pen, card, fold)
        service = desk.service(str(self._ticket.get("service", ""))).get("name", "")
        head = pygame.Rect(card.left + u(48), card.top, card.w - 2 * u(48), fold - card.top)
        label_y = head.top + max(u(36), round(head.h * 0.13))
        label = pen.words("number_yours")
        pen.scene.text(label, pen.type(44), p.muted, p.card, width=head.w, center=(head.centerx, label_y))
        name_h = pen.type(34) * 1.65
        size = min(round((head.h - name_h) * 0.62), round(head.w * 0.42))
        middle = label_y + (head.bottom - round(name_h) - u(26) - label_y) // 2 + pen.type(12)
        number = str(self._ticket.get("number", ""))
        pen.scene.text(number, size, p.accent, p.card, bold=True, width=head.w, center=(head.centerx, middle))
        chip_y = head.bottom - u(30) - round(name_h / 2)
        widgets.chip(pen, service, p.ink, p.accent_soft, width=head.w, center=(head.centerx, chip_y))
        self._facts(pen, desk, pygame.Rect(head.left, fold + u(22), head.w, card.bottom - fold - u(44)))

    def _facts(self, pen: Pen, desk: Desk, area: pygame.Rect) -> None:
        p, u = pen.p, pen.u
        place_h = pen.type(44) * 1.5
        stats = pygame.Rect(area.left, area.top, area.w, area.h - round(place_h) - u(12))
        gap = u(20)
        half = (stats.w - gap) // 2
        counter = str(self._ticket.get("counter") or "") if self._ticket.get("state") in ("called", "serving") else ""
        if counter:
            band = stats.union(area)
            pen.scene.put(pen.scene.brush.card(band.size, u(24), p.accent), topleft=band.topleft)
            label = pen.words("called_now", counter=counter)
            room = band.w - 2 * u(30)
            pen.scene.text(label, pen.type(60), p.on_accent, p.accent, bold=True, width=room, center=band.center)
            return
        for i, (label, value) in enumerate((self._ahead(pen), self._wait(pen))):
            box = pygame.Rect(stats.left + i * (half + gap), stats.top, half, stats.h)
            _stat(pen, box, label, value)
        where = desk.service(str(self._ticket.get("service", ""))).get("area", "")
        label = pen.words("go_to", area=where) if where else pen.words("go_wait")
        text, size = pen.scene.brush.type.fit(label, pen.type(44), area.w - pen.type(60), True)
        wide = pen.scene.brush.type.width(text, size, True) + pen.type(60)
        y = area.bottom - round(place_h / 2)
        pen.scene.icon("map-pin", pen.type(46), p.accent, midleft=(area.centerx - wide // 2, y))
        pen.scene.text(text, size, p.ink, p.card, bold=True, midleft=(area.centerx - wide // 2 + pen.type(60), y))

    def _ahead(self, pen: Pen) -> tuple[str, str]:
        ahead = int(self._ticket.get("ahead") or 0)
        return pen.words("ahead"), pen.words("ahead_people", count=ahead) if ahead else pen.words("ahead_none")

    def _wait(self, pen: Pen) -> tuple[str, str]:
        seconds = self._ticket.get("estimated_wait_s")
        if not self._ticket.get("ahead") and not seconds:
            return pen.words("wait"), pen.words("wait_soon")
        if seconds is None:
            return pen.words("wait"), pen.words("wait_unknown")
        return pen.words("wait"), pen.words("wait_minutes", minutes=max(1, math.ceil(seconds / 60)))

    def _slip(self, pen: Pen, rect: pygame.Rect) -> None:
        p, u, paper = pen.p, pen.u, self._paper()
        words = pen.words(SLIP_WORDS.get(paper, "slip_none"))
        tone: tuple[Colour, Colour] = (p.card, p.ink)
        if paper == "printed":
            tone = (p.ok_soft, p.ok)
        elif paper in ("failed", "unknown"):
            tone = (p.warn_soft, p.warn)
        widgets.panel(pen, rect, tone[0], raised=paper not in ("printed", "failed", "unknown"))
        art = pygame.Rect(rect.left + u(30), rect.top, min(u(170), round(rect.h * 0.95)), rect.h)
        _printer(pen, art, paper, self._now_s, tone)
        area = pygame.Rect(art.right + u(26), rect.top, rect.right - u(30) - art.right - u(26), rect.h)
        size = pen.type(48)
        lines = pen.scene.brush.type.wrap(words, size, area.w, True)
        if len(lines) > 2 or len(lines) * size * 1.4 > rect.h:
            size = pen.type(38)
            lines = pen.scene.brush.type.wrap(words, size, area.w, True)
        top = rect.centery - round(len(lines) * size * 1.4) // 2
        pen.scene.paragraph(words, size, tone[1], tone[0], pygame.Rect(area.left, top, area.w, 0), bold=True, lines=3)


def _stat(pen: Pen, box: pygame.Rect, label: str, value: str) -> None:
    p, u = pen.p, pen.u
    if p.outline:
        widgets.panel(pen, box, p.accent_soft, radius=24)
    else:
        pen.scene.put(pen.scene.brush.card(box.size, u(24), p.accent_soft), topleft=box.topleft)
    room = box.w - 2 * u(16)
    label_h, value_h = pen.type(38), pen.type(64)
    if box.h < (label_h + value_h) * 1.25:
        middle = box.centery
        left = pen.scene.text(
            label, label_h, p.muted, p.accent_soft, width=room * 2 // 5, midleft=(box.left + u(20), middle)
        ).right
        room = box.right - u(20) - left - u(16)
        pen.scene.text(
            value, min(value_h, round(box.h * 0.7)), p.ink, p.accent_soft, bold=True, width=room, midright=(box.right - u(20), middle)
        )
        return
    spare = box.h - (label_h + value_h) * 1.24
    y = box.top + spare * 0.46
    pen.scene.text(
        label, label_h, p.muted, p.accent_soft, width=room, center=(box.centerx, round(y + label_h * 0.62))
    )
    y += label_h * 1.24 + spare * 0.08
    pen.scene.text(
        value, value_h, p.ink, p.accent_soft, bold=True, width=room, center=(box.centerx, round(y + value_h * 0.62))
    )


def _fold(pen: Pen, card: pygame.Rect, y: int) -> None:
    """The tear line of a ticket: dots between two bites."""
    p, u = pen.p, pen.u
    bite = u(48)
    if not p.outline:
        disc = pen.scene.brush.disc(bite, p.page)
        half = pygame.Rect(bite // 2, 0, bite - bite // 2, bite)
        pen.scene.put(pen.scene.brush.part(disc, half), midleft=(card.left, y))
        pen.scene.put(pen.scene.brush.part(disc, pygame.Rect(0, 0, bite // 2, bite)), midright=(card.right, y))
    dot, step = max(4, u(8)), u(22)
    dots = pen.scene.brush.dots((card.w - 2 * bite, dot), step, p.line)
    pen.scene.put(dots, center=(card.centerx, y))


def _printer(pen: Pen, art: pygame.Rect, paper: str, now_s: float, tone: tuple[Colour, Colour]) -> None:
    """A slot with a slip coming out of it while it prints; out when printed."""
    if paper not in ("queued", "printing", "printed"):
        side = min(art.w, round(art.h * 0.6))
        icon = "alert" if paper in ("failed", "unknown") else "ticket"
        pen.scene.icon(icon, side, tone[1], center=art.center)
        return
    p, u = pen.p, pen.u
    slot_w, slot_h = art.w, max(8, u(16))
    top = art.top + round(art.h * 0.2)
    full = round(art.h * 0.58)
    share = 1.0 if paper == "printed" else 0.25 + 0.6 * ((now_s * 0.7) % 1.0)
    slip_w = round(art.w * 0.66)
    sheet = pen.scene.brush.slip((slip_w, full), p.card if paper == "printed" else p.accent_soft, p.line, tone[1])
    shown = max(8, round(full * share) // 4 * 4)
    cut = pygame.Rect(0, full - shown, slip_w, shown)
    pen.scene.put(pen.scene.brush.part(sheet, cut), midtop=(art.centerx, top + slot_h // 2))
    pen.scene.put(pen.scene.brush.card((slot_w, slot_h), slot_h // 2, tone[1]), midtop=(art.centerx, top))
