"""The list of guides: found by first letters, turned by arrows."""

import string
from urllib.parse import quote

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages.guide import GuidePage
from kiosk_ui.pages.page import Desk, Json, cut
from kiosk_ui.widgets import Pen

LETTERS = [c for c in string.ascii_uppercase if c not in "IUV"]
"""No Chinese syllable begins with I, U or V."""
LONGEST = 8
LIMIT = 100
LONG_TIME = 10
"""A time in more characters than this is told on the guide's own page."""


class GuidesPage:
    name = "guides"
    idle_s = 60.0

    def __init__(self, desk: Desk) -> None:
        self._letters = ""
        self._page = 0
        self._pages = 1
        self._found: list[Json] | None = None
        self._failed = False
        self._search(desk)

    def tick(self, desk: Desk) -> None:
        """Nothing changes by time alone."""

    def moving(self) -> bool:
        return False

    def tap(self, id: str, desk: Desk) -> None:
        kind, _, rest = id.partition(":")
        if id == "home":
            desk.home()
        elif kind == "page":
            self._page = min(self._pages - 1, max(0, self._page + (1 if rest == "next" else -1)))
        elif kind == "guide":
            guide = next((g for g in self._found or [] if g["id"] == rest), None)
            if guide:
                desk.show(GuidePage(guide, self))
        elif kind == "letter" and len(self._letters) < LONGEST:
            self._letters += rest
            self._search(desk)
        elif id == "erase" and self._letters:
            self._letters = self._letters[:-1]
            self._search(desk)
        elif id == "clear" and self._letters:
            self._letters = ""
            self._search(desk)

    def _search(self, desk: Desk) -> None:
        asked = self._letters
        self._page = 0

        def told(status: int, answer: Json) -> None:
            if asked == self._letters:
                self._failed = status != 200
                self._found = list(answer.get("guides", [])) if status == 200 else []

        desk.ask(f"/api/v1/guides?q={quote(asked)}&limit={LIMIT}", told)

    def draw(self, pen: Pen, desk: Desk) -> None:
        u, portrait = pen.u, pen.theme.portrait
        parts = widgets.frame(pen.theme, 190 if portrait else 92)
        widgets.title_line(pen, parts.head, pen.words("guides"), desk.clock())
        body, gap, key = parts.body, u(12 if portrait else 8), pen.theme.touch
        if portrait:
            key_h = max(key, u(104))
            pad = pygame.Rect(body.left, body.bottom - 3 * key_h - 2 * gap, body.w, 3 * key_h + 2 * gap)
            columns = 9
            field_h = max(key, u(110))
            field = pygame.Rect(body.left, pad.top - u(24) - field_h, body.w, field_h)
            rows = pygame.Rect(body.left, body.top, body.w, field.top - u(24) - body.top)
        else:
            columns = 5
            wide = columns * key + (columns - 1) * gap
            top = min(body.top, body.bottom - 5 * key - 4 * gap)
            pad = pygame.Rect(body.right - wide, top, wide, body.bottom - top)
            field_h = u(92)
            field = pygame.Rect(body.left, body.top, body.w - wide - u(24), field_h)
            rows = pygame.Rect(field.left, field.bottom + u(14), field.w, body.bottom - field.bottom - u(14))
        self._field(pen, field)
        self._rows(pen, desk, rows)
        self._pad(pen, pad, columns, gap)

    def _field(self, pen: Pen, rect: pygame.Rect) -> None:
        p, u = pen.p, pen.u
        widgets.panel(pen, rect, raised=False)
        side = min(pen.type(52), rect.h // 2)
        pen.scene.icon("search", side, p.accent, midleft=(rect.left + u(28), rect.centery))
        left = rect.left + u(28) + side + u(22)
        room = rect.right - u(28) - left
        if self._letters:
            spaced = " ".join(self._letters)
            pen.scene.text(
                spaced, pen.type(56), p.ink, p.card, bold=True, width=room, midleft=(left, rect.centery)
            )
        else:
            prompt, space = pen.words("guides_prompt"), (room, rect.h - u(14))
            lines, size = pen.scene.brush.type.fill(prompt, pen.type(38), space, spacing=1.3)
            area = pygame.Rect(left, rect.centery - len(lines) * round(size * 1.3) // 2, room, 0)
            pen.scene.paragraph(prompt, size, p.muted, p.card, area, spacing=1.3)

    def _rows(self, pen: Pen, desk: Desk, area: pygame.Rect) -> None:
        p, u = pen.p, pen.u
        if not self._found:
            key = (
                "guides_failed"
                if self._failed
                else "guides_loading"
                if self._found is None
                else "guides_none"
            )
            side = min(u(150), round(area.h * 0.25))
            pen.scene.icon("file-text", side, p.muted, center=(area.centerx, area.top + round(area.h * 0.3)))
            top = area.top + round(area.h * 0.3) + side // 2 + u(20)
            text = pygame.Rect(area.left + u(30), top, area.w - u(60), 0)
            pen.scene.paragraph(pen.words(key), pen.type(44), p.ink, p.page, text, align="center", lines=3)
            return
        gap = u(16 if pen.theme.portrait else 10)
        least = max(pen.theme.touch, pen.type(48) + pen.type(34) + u(46))
        turn_h = max(pen.theme.touch, u(100))
        capacity = max(1, (area.h + gap) // (least + gap))
        if len(self._found) > capacity:
            capacity = max(1, (area.h - turn_h) // (least + gap))
        shown = cut(self._found, self._page, capacity)
        self._page, self._pages = shown.page, shown.pages
        for i, guide in enumerate(shown.rows):
            _row(pen, guide, pygame.Rect(area.left, area.top + i * (least + gap), area.w, least))
        widgets.arrows(
            pen, pygame.Rect(area.left, area.bottom - turn_h, area.w, turn_h), shown.page, shown.pages
        )

    def _pad(self, pen: Pen, area: pygame.Rect, columns: int, gap: int) -> None:
        """Letters in rows, then erase and clear; standing, these two are two keys wide."""
        wide = (area.w - gap * (columns - 1)) // columns
        lines = 3 if columns == 9 else 5
        high = (area.h - gap * (lines - 1)) // lines
        keys = [(f"letter:{c}", c, 1) for c in LETTERS]
        double = 2 if columns == 9 else 1
        keys += [("erase", "", double), ("clear", pen.words("clear"), double)]
        at = 0
        for id, label, span in keys:
            row, column = divmod(at, columns)
            left = area.left + column * (wide + gap)
            right = area.right if column + span == columns else left + span * wide + (span - 1) * gap
            _key(pen, id, label, pygame.Rect(left, area.top + row * (high + gap), right - left, high))
            at += span


def _key(pen: Pen, id: str, label: str, rect: pygame.Rect) -> None:
    p, pressed = pen.p, pen.pressed == id
    ground = p.card_pressed if pressed else p.card
    widgets.panel(pen, rect, ground, radius=18, raised=False)
    if id == "erase":
        pen.scene.icon("backspace", min(pen.type(54), rect.h // 2), p.accent, center=rect.center)
        label = pen.words("erase")
    else:
        size = min(pen.type(52 if len(label) == 1 else 40), rect.h - pen.u(20))
        pen.scene.text(label, size, p.ink, ground, bold=True, width=rect.w - pen.u(14), center=rect.center)
    pen.scene.target(id, rect, label)


def _row(pen: Pen, guide: Json, rect: pygame.Rect) -> None:
    p, u = pen.p, pen.u
    id = f"guide:{guide['id']}"
    ground = p.card_pressed if pen.pressed == id else p.card
    widgets.panel(pen, rect, ground, radius=22, raised=ground == p.card)
    side = pen.type(46)
    pen.scene.icon("chevron-right", side, p.accent, midright=(rect.right - u(22), rect.centery))
    left, right = rect.left + u(30), rect.right - u(22) - side - u(14)
    under = [str(guide.get("department") or "")] if pen.theme.portrait else []
    if guide.get("promised_time"):
        promised = str(guide["promised_time"])
        if len(promised) <= LONG_TIME:
            under.append(f"{pen.words('field_promised')} {promised}" if pen.theme.portrait else promised)
    if guide.get("fee"):
        under.append(str(guide["fee"]))
    line, name, size = " · ".join(part for part in under if part), str(guide["name"]), pen.type(46)
    wide = right - left
    if pen.scene.brush.type.width(name, size, True) * 0.72 > wide:
        # A long name on a narrow list takes both lines.
        lines, size = pen.scene.brush.type.fill(name, size, (wide, rect.h - u(10)), True, spacing=1.25)
        area = pygame.Rect(left, rect.centery - len(lines) * round(size * 1.25) // 2, wide, 0)
        pen.scene.paragraph(name, size, p.ink, ground, area, bold=True, spacing=1.25)
    elif not line:
        pen.scene.text(name, size, p.ink, ground, bold=True, width=wide, midleft=(left, rect.centery))
    else:
        y = rect.top + round(rect.h * 0.34)
        pen.scene.text(name, size, p.ink, ground, bold=True, width=wide, midleft=(left, y))
        y = rect.top + round(rect.h * 0.72)
        pen.scene.text(line, pen.type(34), p.muted, ground, width=wide, midleft=(left, y))
    pen.scene.target(id, rect, str(guide["name"]))
