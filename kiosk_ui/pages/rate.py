"""Rating by the code on the slip: the code's letters, then one of five faces."""

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages import inner, keypad
from kiosk_ui.pages.inner import Key
from kiosk_ui.pages.keypad import PadKey
from kiosk_ui.pages.notice import draw_notice
from kiosk_ui.pages.page import Desk, Json, Page, Still
from kiosk_ui.widgets import Pen

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Those of the codes (edge.rating_codes): no I, L, O, U."""
LENGTH = 10
SCORES = (5, 4, 3, 2, 1)


class RatePage(Still):
    name = "rate"
    reach = True
    idle_s = 60.0

    def __init__(self, back: Page) -> None:
        self._back = back
        self._code = ""
        self._score = 0
        self._sending = False
        self._problem: Json | None = None

    def tap(self, id: str, desk: Desk) -> None:
        kind, _, rest = id.partition(":")
        if id == "back":
            desk.show(self._back)
        elif kind == "key" and len(self._code) < LENGTH:
            self._code, self._problem = self._code + rest, None
        elif id == "erase":
            self._code, self._problem = self._code[:-1], None
        elif id == "clear":
            self._code, self._problem = "", None
        elif kind == "score" and not self._sending:
            self._score, self._sending = int(rest), True
            desk.tell(
                "/api/v1/ratings",
                {"code": self._code, "score": self._score},
                lambda s, a: self._told(s, a, desk),
            )

    def typed(self, text: str, desk: Desk) -> None:
        """A scanner that types reads the slip's code, too."""
        self._code = (self._code + "".join(c for c in text.upper() if c in LETTERS))[:LENGTH]

    def _told(self, status: int, answer: Json, desk: Desk) -> None:
        self._sending = False
        if status == 201:
            desk.show(ThanksPage())
        else:
            self._problem, self._code = answer or {"reason": "busy"}, ""

    def spoken(self, desk: Desk) -> str:
        return desk.words("rate_code")

    def draw(self, pen: Pen, desk: Desk) -> None:
        is_whole, portrait = len(self._code) == LENGTH, pen.theme.portrait
        keys = [inner.back(pen)] if portrait or is_whole else []
        if is_whole:
            keys.append(Key("clear", pen.words("rate_again"), "backspace"))
        body = inner.frame(pen, desk, pen.words("more_rate"), keys, card=False)
        field_h, gap = pen.u(150 if portrait else 110 if is_whole else 46), pen.u(20 if portrait else 12)
        self._field(pen, desk, pygame.Rect(body.left, body.top, body.w, field_h))
        rest = pygame.Rect(body.left, body.top + field_h + gap, body.w, body.h - field_h - gap)
        if len(self._code) < LENGTH:
            self._pad(pen, rest)
        else:
            self._faces(pen, rest)

    def _field(self, pen: Pen, desk: Desk, rect: pygame.Rect) -> None:
        p, u = pen.p, pen.u
        widgets.panel(pen, rect, p.warn_soft if self._problem else None, raised=False)
        room = rect.w - 2 * u(30)
        if self._problem:
            label = desk.refusal(self._problem)
            pen.scene.text(
                label, pen.type(44), p.warn, p.warn_soft, bold=True, width=room, center=rect.center
            )
        elif not self._code:
            label, space = pen.words("rate_code"), (room, rect.h - u(12))
            lines, size = pen.scene.brush.type.fill(
                label, min(pen.type(42), round(rect.h * 0.6)), space, spacing=1.3
            )
            area = pygame.Rect(rect.left + u(30), rect.centery - len(lines) * round(size * 1.3) // 2, room, 0)
            pen.scene.paragraph(label, size, p.muted, p.card, area, align="center", spacing=1.3)
        else:
            label = " ".join(self._code)
            size = min(pen.type(64), round(rect.h * 0.62))
            at = rect.center
            pen.scene.text(label, size, p.ink, p.card, bold=True, width=room, private=True, center=at)

    def _pad(self, pen: Pen, area: pygame.Rect) -> None:
        """On a lying screen the way back is one of its keys: there is no room for a row below."""
        tall = pen.theme.portrait and not pen.theme.low
        columns = 6 if tall else 9 if pen.theme.portrait else 8
        keys = [PadKey(f"key:{c}", c) for c in LETTERS]
        low = pen.theme.portrait and pen.theme.low
        keys.append(PadKey("erase", pen.words("erase"), "backspace", 1 if low else 2))
        keys.append(PadKey("clear", pen.words("clear_all"), span=1 if low else 2))
        if not pen.theme.portrait:
            keys.append(PadKey("back", pen.words("back"), span=2))
        high = min(area.h, round(keypad.height(pen, keys, columns) * 1.3))
        keypad.draw(pen, pygame.Rect(area.left, area.bottom - high, area.w, high), keys, columns)

    def _faces(self, pen: Pen, area: pygame.Rect) -> None:
        """One large key for each score, the best first."""
        gap = pen.u(18)
        if not pen.theme.portrait or pen.theme.low:
            row = pygame.Rect(area.left, area.top, area.w, min(area.h, pen.u(330)))
            wide = (row.w - gap * 4) // 5
            for i, score in enumerate(SCORES):
                rect = pygame.Rect(row.left + i * (wide + gap), row.top, wide, row.h)
                label, icon = pen.words(f"score_{score}"), f"face-{score}"
                widgets.button(pen, f"score:{score}", rect, label, icon=icon, stacked=True)
            return
        high = min((area.h - gap * 4) // 5, pen.u(180))
        for i, score in enumerate(SCORES):
            rect = pygame.Rect(area.left, area.top + i * (high + gap), area.w, high)
            widgets.button(pen, f"score:{score}", rect, pen.words(f"score_{score}"), icon=f"face-{score}")


class ThanksPage(Still):
    name = "thanks"
    idle_s = 30.0

    def tap(self, id: str, desk: Desk) -> None:
        if id == "done":
            desk.home()

    def spoken(self, desk: Desk) -> str:
        return desk.words("rate_thanks")

    def draw(self, pen: Pen, desk: Desk) -> None:
        p = pen.p
        key = ("done", pen.words("home_in", seconds=desk.left_s), "home")
        lines = [pen.words("rate_thanks_hint")]
        draw_notice(pen, desk, "check", (p.ok_soft, p.ok), pen.words("rate_thanks"), lines, key)
