"""The guides: found by first letters, by words that people use, by department or by occasion of life."""

import string
from urllib.parse import quote

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages import keypad, menu
from kiosk_ui.pages.guide import GuidePage
from kiosk_ui.pages.guide_row import draw_row, row_height
from kiosk_ui.pages.keypad import PadKey
from kiosk_ui.pages.menu import Choice
from kiosk_ui.pages.page import Desk, Json, Still, cut
from kiosk_ui.widgets import Pen

LETTERS = string.ascii_uppercase
"""First letters, or a whole pinyin."""
LONGEST = 20
SPACED = 8
"""First letters stand apart; what is longer is pinyin."""
LIMIT = 100
MODES = (("letters", "search"), ("departments", "building"), ("events", "users"))


class GuidesPage(Still):
    name = "guides"
    reach = True
    idle_s = 60.0

    def __init__(self, desk: Desk) -> None:
        self._mode = "letters"
        self._group = ""
        self._letters = ""
        self._word = ""
        self._listing = False
        """On a screen without room for both: the list instead of the letters."""
        self._page = 0
        self._pages = 1
        self._found: list[Json] | None = None
        self._groups: Json = {}
        self._failed = False
        desk.ask("/api/v1/guides/groups", self._grouped)
        self._search(desk)

    # --- what was chosen ------------------------------------------------------------------------------------

    def tap(self, id: str, desk: Desk) -> None:
        kind, _, rest = id.partition(":")
        if kind == "page":
            self._page = min(self._pages - 1, max(0, self._page + (1 if rest == "next" else -1)))
        elif kind == "guide":
            if guide := next((g for g in self._found or [] if g["id"] == rest), None):
                desk.show(GuidePage(guide, self))
        elif kind == "mode":
            self._mode, self._group, self._listing = rest, "", False
            self._restart(desk)
        elif kind == "group":
            self._group = self._names()[int(rest)]
            self._restart(desk)
        elif kind == "word":
            self._restart(desk, word=self._groups["words"][int(rest)])
        elif id in ("list", "pad"):
            self._listing = id == "list"
        else:
            self._spell(id, desk)

    def _spell(self, id: str, desk: Desk) -> None:
        kind, _, rest = id.partition(":")
        if kind == "key" and len(self._letters) < LONGEST:
            self._restart(desk, letters=self._letters + rest)
        elif id == "erase" and (self._letters or self._word):
            self._restart(desk, letters=self._letters[:-1])
        elif id == "clear" and (self._letters or self._word):
            self._restart(desk)

    def typed(self, text: str, desk: Desk) -> None:
        """A keyboard may say letters, pinyin or Chinese."""
        if self._mode == "letters":
            self._restart(desk, word=(self._word + text).strip()[:20])

    def spoken(self, desk: Desk) -> str:
        return desk.words("guides_hint")

    def _restart(self, desk: Desk, letters: str = "", word: str = "") -> None:
        self._letters, self._word, self._page = letters, word, 0
        self._search(desk)

    def _search(self, desk: Desk) -> None:
        asked = self._asked()

        def told(status: int, answer: Json) -> None:
            if asked == self._asked():
                self._failed = status != 200
                self._found = list(answer.get("guides", [])) if status == 200 else []

        desk.ask(f"/api/v1/guides?{asked}&limit={LIMIT}", told)

    def _asked(self) -> str:
        if self._group:
            return f"{self._mode.removesuffix('s')}={quote(self._group)}"
        return f"q={quote(self._word or self._letters)}"

    def _grouped(self, status: int, answer: Json) -> None:
        if status == 200:
            self._groups = answer

    def _names(self) -> list[str]:
        return [str(g["name"]) for g in self._groups.get(self._mode, [])]

    # --- the picture ----------------------------------------------------------------------------------------

    def draw(self, pen: Pen, desk: Desk) -> None:
        u, portrait = pen.u, pen.theme.portrait
        parts = widgets.frame(pen.theme, 190 if portrait else 92, reach=True)
        widgets.title_line(pen, parts.head, pen.words("guides"), desk.clock())
        body, gap = parts.body, u(20 if portrait else 14)
        pad_w = self._pad_width(pen) if self._mode == "letters" and not portrait else 0
        left = pygame.Rect(body.left, body.top, body.w - (pad_w + gap if pad_w else 0), body.h)
        tabs_h = max(pen.theme.touch, u(110))
        self._tabs(pen, pygame.Rect(left.left, left.top, left.w, tabs_h))
        rest = pygame.Rect(left.left, left.top + tabs_h + gap, left.w, left.h - tabs_h - gap)
        if self._mode != "letters":
            self._by_group(pen, rest)
        elif not portrait:
            self._pad(pen, pygame.Rect(left.right + gap, body.top, pad_w, body.h))
            self._rows(pen, rest)
        elif pen.theme.low:
            self._low(pen, rest, gap)
        else:
            used = self._pad(pen, rest)
            self._rows(pen, pygame.Rect(rest.left, rest.top, rest.w, rest.h - used - gap))

    def _tabs(self, pen: Pen, row: pygame.Rect) -> None:
        """Where there is no room for all, the way that is gone already needs no key."""
        gap = pen.u(14)
        is_tight = row.w < len(MODES) * (pen.theme.touch + gap)
        modes = [m for m in MODES if not is_tight or m[0] != self._mode]
        wide = (row.w - gap * (len(modes) - 1)) // len(modes)
        for i, (mode, icon) in enumerate(modes):
            rect = pygame.Rect(row.left + i * (wide + gap), row.top, wide, row.h)
            label, chosen = pen.words(f"by_{mode}"), mode == self._mode
            widgets.button(pen, f"mode:{mode}", rect, label, icon=icon, primary=chosen)

    def _by_group(self, pen: Pen, area: pygame.Rect) -> None:
        if self._group:
            head = pen.type(76)
            at = (area.left + pen.u(6), area.top + head // 2)
            pen.scene.text(
                self._group, pen.type(46), pen.p.ink, pen.p.page, bold=True, width=area.w, midleft=at
            )
            self._rows(pen, pygame.Rect(area.left, area.top + head, area.w, area.h - head))
            return
        hints = [pen.words("guides_count", count=g["count"]) for g in self._groups.get(self._mode, [])]
        names = enumerate(zip(self._names(), hints, strict=True))
        icon = dict(MODES)[self._mode]
        choices = [Choice(f"group:{i}", icon, name, hint) for i, (name, hint) in names]
        if not choices:
            self._nothing(pen, area)
            return
        shown = menu.draw(pen, area, choices, self._page)
        self._page, self._pages = shown.page, shown.pages

    def _low(self, pen: Pen, area: pygame.Rect, gap: int) -> None:
        """No room for both: the letters, or what they found."""
        key_h = max(pen.theme.touch, pen.u(110))
        key = pygame.Rect(area.left, area.bottom - key_h, area.w, key_h)
        rest = pygame.Rect(area.left, area.top, area.w, key.top - gap - area.top)
        if self._listing:
            widgets.button(pen, "pad", key, pen.words("by_letters"), icon="chevron-left")
            self._rows(pen, rest)
        else:
            label = pen.words("guides_show", count=len(self._found or []))
            widgets.button(pen, "list", key, label, icon="search", primary=True)
            self._pad(pen, rest)

    def _rows(self, pen: Pen, area: pygame.Rect) -> None:
        if not self._found:
            self._nothing(pen, area)
            return
        gap = pen.u(16 if pen.theme.portrait else 10)
        least = row_height(pen)
        turn_h = max(pen.theme.touch, pen.u(100))
        capacity = max(1, (area.h + gap) // (least + gap))
        if len(self._found) > capacity:
            capacity = max(1, (area.h - turn_h) // (least + gap))
        shown = cut(self._found, self._page, capacity)
        self._page, self._pages = shown.page, shown.pages
        for i, guide in enumerate(shown.rows):
            draw_row(pen, guide, pygame.Rect(area.left, area.top + i * (least + gap), area.w, least))
        turn = pygame.Rect(area.left, area.bottom - turn_h, area.w, turn_h)
        widgets.arrows(pen, turn, shown.page, shown.pages)

    def _nothing(self, pen: Pen, area: pygame.Rect) -> None:
        p, loads = pen.p, self._found is None or (self._mode != "letters" and not self._groups)
        key = "guides_failed" if self._failed else "guides_loading" if loads else "guides_none"
        side = min(pen.u(150), round(area.h * 0.25))
        middle = area.top + round(area.h * 0.3)
        pen.scene.icon("file-text", side, p.muted, center=(area.centerx, middle))
        text = pygame.Rect(area.left + pen.u(30), middle + side // 2 + pen.u(20), area.w - pen.u(60), 0)
        pen.scene.paragraph(pen.words(key), pen.type(44), p.ink, p.page, text, align="center", lines=3)

    # --- letters --------------------------------------------------------------------------------------------

    def _keys(self, pen: Pen) -> list[PadKey]:
        """26 letters and two keys twice as wide: thirty places."""
        keys = [PadKey(f"key:{c}", c) for c in LETTERS]
        erase = PadKey("erase", pen.words("erase"), "backspace", 2)
        return [*keys, erase, PadKey("clear", pen.words("clear"), span=2)]

    def _pad_width(self, pen: Pen) -> int:
        return 6 * pen.theme.touch + 5 * keypad.gap(pen)

    def _columns(self, pen: Pen, width: int) -> int:
        """As many as keep twenty millimetres each."""
        fit = (width + keypad.gap(pen)) // (pen.theme.touch + keypad.gap(pen))
        return next((columns for columns in (10, 6) if columns <= fit), 5)

    def _pad(self, pen: Pen, area: pygame.Rect) -> int:
        """The pad at the foot of `area`, what was spelt above it, words where there is room; its height."""
        gap = pen.u(20 if pen.theme.portrait else 8)
        keys, columns = self._keys(pen), self._columns(pen, area.w)
        high = keypad.height(pen, keys, columns)
        pad = pygame.Rect(area.left, area.bottom - high, area.w, high)
        keypad.draw(pen, pad, keys, columns)
        field_h = min(pen.u(110), pad.top - gap - area.top)
        field = pygame.Rect(area.left, pad.top - gap - field_h, area.w, field_h)
        self._field(pen, field)
        used = area.bottom - field.top
        words_h = max(pen.theme.touch, pen.u(84))
        if pen.theme.portrait and not pen.theme.low and not pen.theme.large and self._groups.get("words"):
            self._words(pen, pygame.Rect(area.left, field.top - gap - words_h, area.w, words_h))
            used += gap + words_h
        return used

    def _field(self, pen: Pen, rect: pygame.Rect) -> None:
        p, u = pen.p, pen.u
        widgets.panel(pen, rect, raised=False)
        side = min(pen.type(52), rect.h // 2)
        pen.scene.icon("search", side, p.accent, midleft=(rect.left + u(28), rect.centery))
        left = rect.left + u(28) + side + u(22)
        room = rect.right - u(28) - left
        if said := self._word or (" " if len(self._letters) <= SPACED else "").join(self._letters):
            size, at = min(pen.type(56), round(rect.h * 0.7)), (left, rect.centery)
            pen.scene.text(said, size, p.ink, p.card, bold=True, width=room, private=True, midleft=at)
            return
        prompt, space = pen.words("guides_prompt"), (room, rect.h - u(10))
        size = min(pen.type(38), round(rect.h * 0.62))
        lines, size = pen.scene.brush.type.fill(prompt, size, space, spacing=1.3)
        area = pygame.Rect(left, rect.centery - len(lines) * round(size * 1.3) // 2, room, 0)
        pen.scene.paragraph(prompt, size, p.muted, p.card, area, spacing=1.3)

    def _words(self, pen: Pen, row: pygame.Rect) -> None:
        """What people call things, as far as they fit: for who does not spell."""
        gap, left = pen.u(14), row.left
        for i, word in enumerate(self._groups["words"]):
            wide = max(pen.theme.touch, pen.scene.brush.type.width(word, pen.type(44), True) + 2 * pen.u(30))
            if left + wide > row.right:
                return
            rect = pygame.Rect(left, row.top, wide, row.h)
            widgets.button(pen, f"word:{i}", rect, word)
            left += wide + gap
