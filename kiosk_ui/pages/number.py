"""The number: very large, who is before it, where to wait, and what becomes of the slip."""

import math

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages import papers
from kiosk_ui.pages.inner import Key, draw_keys
from kiosk_ui.pages.page import Desk, Json, Still
from kiosk_ui.theme import Colour
from kiosk_ui.widgets import Pen

SLIP_WORDS = {
    "queued": "slip_printing",
    "printing": "slip_printing",
    "printed": "slip_printed",
    "failed": "slip_failed",
    "unknown": "slip_unknown",
}


class NumberPage(Still):
    name = "number"
    idle_s = 30.0

    def __init__(self, ticket: Json, desk: Desk) -> None:
        self._ticket = ticket
        self._seq = desk.view.get("seq")
        self._now_s = desk.now_s
        self._asking = False
        self._guide: Json = {}
        self._print = papers.Printing()
        if item := ticket.get("item"):
            desk.ask(f"/api/v1/guides/{item}", self._found)

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
        if id == "done":
            desk.home()
        elif id == "print":
            self._print.ask(desk, str(self._guide["id"]))

    def spoken(self, desk: Desk) -> str:
        number = " ".join(str(self._ticket.get("number", "")))
        return f"{desk.words('number_yours')} {number}"

    def _found(self, status: int, answer: Json) -> None:
        if status == 200:
            self._guide = dict(answer.get("guide") or {})

    def _told(self, status: int, answer: Json) -> None:
        self._asking = False
        if status == 200 and isinstance(answer.get("ticket", answer), dict):
            self._ticket = {**self._ticket, **answer.get("ticket", answer)}

    def _paper(self) -> str:
        return str(self._ticket.get("paper") or "")

    def draw(self, pen: Pen, desk: Desk) -> None:
        u, portrait = pen.u, pen.theme.portrait
        parts = widgets.frame(pen.theme, 190 if portrait else 92)
        widgets.title_line(pen, parts.head, str(desk.view.get("name", "")), desk.clock())
        keys_h = max(pen.theme.touch, u(136 if portrait else 112))
        gap = u(24 if portrait else 16)
        body = parts.body
        keys = pygame.Rect(body.left, body.bottom - keys_h, body.w, keys_h)
        room = pygame.Rect(body.left, body.top, body.w, keys.top - gap - body.top)
        slip_h = u(220 if portrait else 168)
        if portrait:
            slip = pygame.Rect(room.left, room.bottom - slip_h, room.w, slip_h)
            card = pygame.Rect(room.left, room.top, room.w, slip.top - gap - room.top)
            materials = list(self._guide.get("materials") or [])
            fold = card.top + round(card.h * (0.38 if materials else 0.66))
            widgets.panel(pen, card, radius=36)
            _fold(pen, card, fold)
            self._number(pen, desk, pygame.Rect(card.left + u(48), card.top, card.w - u(96), fold - card.top))
            if materials:
                bring = pygame.Rect(card.left + u(40), fold + u(30), card.w - u(80), round(card.h * 0.28))
                self._bring(pen, bring, materials)
                fold = bring.bottom
            facts = pygame.Rect(card.left + u(40), fold + u(36), card.w - u(80), card.bottom - fold - u(60))
        else:
            card = pygame.Rect(room.left, room.top, round(room.w * 0.54), room.h)
            slip = pygame.Rect(card.right + gap, room.bottom - slip_h, room.right - card.right - gap, slip_h)
            widgets.panel(pen, card, radius=36)
            materials = list(self._guide.get("materials") or [])
            whole = card.inflate(-u(60), -u(20))
            share = 0.56 if materials else 1.0
            self._number(pen, desk, pygame.Rect(whole.left, whole.top, whole.w, round(whole.h * share)))
            if materials:
                top = whole.top + round(whole.h * share)
                area = pygame.Rect(whole.left, top, whole.w, whole.bottom - top)
                self._bring(pen, area, materials)
            side = pygame.Rect(slip.left, room.top, slip.w, slip.top - gap - room.top)
            widgets.panel(pen, side)
            facts = side.inflate(-u(36), -u(36))
        self._facts(pen, desk, facts)
        self._slip(pen, slip)
        self._keys(pen, desk, keys)

    def _keys(self, pen: Pen, desk: Desk, row: pygame.Rect) -> None:
        keys = [Key("stay", pen.words("still_here"), "hand")]
        if self._guide.get("materials"):
            keys.append(Key("print", self._print.label(pen, desk), "printer"))
        keys.append(Key("done", pen.words("done_in", seconds=desk.left_s), "check", primary=True))
        draw_keys(pen, row, keys)

    def _number(self, pen: Pen, desk: Desk, area: pygame.Rect) -> None:
        p = pen.p
        label_size, name_size = pen.type(46), pen.type(60)
        service = str(desk.service(str(self._ticket.get("service", ""))).get("name", ""))
        number = str(self._ticket.get("number", ""))
        setter = pen.scene.brush.type
        size = min(round((area.h - label_size * 1.6 - name_size * 1.6) * 0.98), round(area.w * 0.42))
        size = setter.fit(number, size, area.w, True, least=0.5)[1]
        # Digits are 0.74 of the type size high: the three lines stand as one block in the middle.
        block = label_size * 1.3 + size * 0.84 + name_size * 1.5
        spare = max(0.0, area.h - block)
        y = area.top + spare * 0.3 + label_size * 0.65
        label = pen.words("number_yours")
        pen.scene.text(label, label_size, p.muted, p.card, width=area.w, center=(area.centerx, round(y)))
        y += label_size * 0.65 + size * 0.42 + spare * 0.16
        pen.scene.text(
            number, size, p.accent, p.card, bold=True, width=area.w, center=(area.centerx, round(y))
        )
        y += size * 0.42 + name_size * 0.8 + spare * 0.16
        pen.scene.text(
            service, name_size, p.ink, p.card, bold=True, width=area.w, center=(area.centerx, round(y))
        )

    def _bring(self, pen: Pen, area: pygame.Rect, materials: list[str]) -> None:
        """What to bring, as much as fits; a key below prints all of it."""
        p, room, size = pen.p, area.w, pen.type(36)
        step = round(size * 1.42)
        rows = max(1, area.h // step - 1)
        title = pen.words("field_materials")
        lines = [line for m in materials for line in pen.scene.brush.type.wrap(f"· {m}", size, room)]
        if len(lines) > rows:
            lines = [*lines[: rows - 1], pen.words("and_more", count=len(materials))]
        y = area.top + (area.h - step * (len(lines) + 1)) // 2 + step // 2
        pen.scene.text(title, size, p.accent, p.card, bold=True, width=room, midleft=(area.left, y))
        for line in lines:
            y += step
            pen.scene.text(line, size, p.ink, p.card, width=room, midleft=(area.left, y))

    def _facts(self, pen: Pen, desk: Desk, area: pygame.Rect) -> None:
        p, u = pen.p, pen.u
        counter = (
            str(self._ticket.get("counter") or "")
            if self._ticket.get("state") in ("called", "serving")
            else ""
        )
        if counter:
            pen.scene.put(pen.scene.brush.card(area.size, u(24), p.accent), topleft=area.topleft)
            label = pen.words("called_now", counter=counter)
            room = (area.w - 2 * u(30), area.h - u(20))
            lines, size = pen.scene.brush.type.fill(label, pen.type(64), room, True)
            top = area.centery - len(lines) * round(size * 1.4) // 2
            text = pygame.Rect(area.left + u(30), top, room[0], 0)
            pen.scene.paragraph(label, size, p.on_accent, p.accent, text, bold=True, align="center")
            return
        label, side, setter = self._place(pen, desk), pen.type(56), pen.scene.brush.type
        lines, size = setter.fill(label, pen.type(46), (area.w - side, round(pen.type(46) * 2.7)), True, 1.3)
        place_h = max(round(pen.type(46) * 1.5), len(lines) * round(size * 1.3))
        stats = pygame.Rect(area.left, area.top, area.w, area.h - place_h - u(14))
        gap = u(20)
        wide = (stats.w - gap) // 2
        for i, (said, value) in enumerate((self._ahead(pen), self._wait(pen))):
            box = pygame.Rect(stats.left + i * (wide + gap), stats.top, wide, stats.h)
            _stat(pen, box, said, value)
        long = max(setter.width(line, size, True) for line in lines)
        left = area.centerx - (long + side) // 2
        y = area.bottom - place_h // 2
        pen.scene.icon("map-pin", pen.type(46), p.accent, midleft=(left, y))
        y -= round(size * 1.3) * (len(lines) - 1) // 2
        for line in lines:
            pen.scene.text(line, size, p.ink, p.card, bold=True, midleft=(left + side, y))
            y += round(size * 1.3)

    def _place(self, pen: Pen, desk: Desk) -> str:
        """Which counter, and where to wait for it."""
        service = str(self._ticket.get("service", ""))
        where = str(desk.service(service).get("area", ""))
        general = desk.view.get("desk", {}).get("general", [])
        serving = [c for c in desk.view.get("counters", []) if service in c.get("services", [])]
        own = [str(c["id"]) for c in serving if c["id"] not in general] or [str(c["id"]) for c in serving]
        if own and len(own) <= 3:
            return pen.words("go_to_counter", counter="、".join(own), area=where)
        return pen.words("go_to", area=where) if where else pen.words("go_wait")

    def _ahead(self, pen: Pen) -> tuple[str, str]:
        ahead = int(self._ticket.get("ahead") or 0)
        return pen.words("ahead"), pen.words("ahead_people", count=ahead) if ahead else pen.words(
            "ahead_none"
        )

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
        room = (area.w, rect.h - u(20))
        lines, size = pen.scene.brush.type.fill(words, pen.type(48), room, True)
        area.top = rect.centery - len(lines) * round(size * 1.4) // 2
        pen.scene.paragraph(words, size, tone[1], tone[0], area, bold=True)


def _stat(pen: Pen, box: pygame.Rect, label: str, value: str) -> None:
    p, u = pen.p, pen.u
    widgets.panel(pen, box, p.accent_soft, radius=24, raised=False)
    room = box.w - 2 * u(16)
    label_h, value_h = pen.type(38), pen.type(66)
    if box.h < (label_h + value_h) * 1.25:
        middle = box.centery
        left = pen.scene.text(
            label, label_h, p.muted, p.accent_soft, width=room * 2 // 5, midleft=(box.left + u(20), middle)
        ).right
        room = box.right - u(20) - left - u(16)
        pen.scene.text(
            value,
            min(value_h, round(box.h * 0.7)),
            p.ink,
            p.accent_soft,
            bold=True,
            width=room,
            midright=(box.right - u(20), middle),
        )
        return
    spare = box.h - (label_h + value_h) * 1.24
    y = box.top + spare * 0.46
    pen.scene.text(
        label, label_h, p.muted, p.accent_soft, width=room, center=(box.centerx, round(y + label_h * 0.62))
    )
    y += label_h * 1.24 + spare * 0.08
    pen.scene.text(
        value,
        value_h,
        p.ink,
        p.accent_soft,
        bold=True,
        width=room,
        center=(box.centerx, round(y + value_h * 0.62)),
    )


def _fold(pen: Pen, card: pygame.Rect, y: int) -> None:
    """The tear line of a ticket: dots between two bites."""
    p, u = pen.p, pen.u
    bite = u(48)
    if not p.outline:
        disc = pen.scene.brush.disc(bite, p.page)
        half = pygame.Rect(bite // 2, 0, bite - bite // 2, bite)
        pen.scene.put(pen.scene.brush.part(disc, half), midleft=(card.left, y))
        pen.scene.put(
            pen.scene.brush.part(disc, pygame.Rect(0, 0, bite // 2, bite)), midright=(card.right, y)
        )
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
    body = (art.w, round(art.h * 0.34))
    top = art.top + round(art.h * 0.14)
    slot = top + round(body[1] * 0.62)
    full = round(art.h * 0.56)
    share = 1.0 if paper == "printed" else 0.2 + 0.7 * ((now_s * 0.6) % 1.0)
    slip_w = round(art.w * 0.62)
    fill = p.page if p.outline else (255, 255, 255)
    sheet = pen.scene.brush.slip((slip_w, full), fill, p.line, tone[1])
    shown = max(8, round(full * share) // 4 * 4)
    machine = p.accent if paper != "printed" else p.ok
    pen.scene.put(pen.scene.brush.card(body, u(18), machine), topleft=(art.left, top))
    pen.scene.put(
        pen.scene.brush.card((slip_w + u(24), max(6, u(12))), u(6), p.card), center=(art.centerx, slot)
    )
    cut = pygame.Rect(0, full - shown, slip_w, shown)
    pen.scene.put(pen.scene.brush.part(sheet, cut), midtop=(art.centerx, slot))
