"""The staff's pages of the hall's network: a code that lets a PC or a screen in, and what is let in now."""

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages import inner, menu
from kiosk_ui.pages.inner import Key
from kiosk_ui.pages.menu import Choice
from kiosk_ui.pages.page import Desk, Json, Page, cut
from kiosk_ui.pages.staff_page import StaffBase
from kiosk_ui.widgets import Pen

SCREEN = "screen"


class PairPage(StaffBase):
    """For whom; then the code, to be written down."""

    name = "staff-pair"

    def __init__(self, back: Page, desk: Desk) -> None:
        super().__init__(back)
        self._page = 0
        self._whom = ""
        self._code = ""

    def tap(self, id: str, desk: Desk) -> None:
        kind, _, whom = id.partition(":")
        if id == "back":
            if self._code:
                self._code, self._state = "", ""
            else:
                desk.show(self.back)
        elif kind == "page":
            self._page += 1 if whom == "next" else -1
        elif id == "list":
            desk.show(PairedPage(self, desk))
        elif kind == "pair":
            counter = "" if whom == SCREEN else whom
            self._whom = desk.words("counter", counter=counter) if counter else desk.words("pair_screen")
            wish = {"name": self._whom, "kind": "counter" if counter else SCREEN, "counter": counter}
            self.do(desk, "/api/v1/pairings", wish)

    def done(self, desk: Desk, answer: Json) -> None:
        self._code = str(answer["pairing_code"]["code"])

    def draw(self, pen: Pen, desk: Desk) -> None:
        keys = [inner.back(pen)]
        if not self._code:
            keys.append(Key("list", pen.words("pair_list"), "list"))
        body = inner.frame(pen, desk, pen.words("staff_pair"), keys, card=False)
        if self._code:
            self._write_down(pen, body)
            return
        body = self.say(pen, desk, body)
        choices = [
            Choice(f"pair:{c['id']}", "monitor", pen.words("counter", counter=c["id"]), pen.words("pair_pc"))
            for c in desk.view.get("counters", [])
        ]
        screen = Choice(f"pair:{SCREEN}", "monitor", pen.words("pair_screen"), pen.words("pair_screen_hint"))
        self._page = menu.draw(pen, body, [screen, *choices], self._page).page

    def _write_down(self, pen: Pen, area: pygame.Rect) -> None:
        p, room = pen.p, area.w - pen.u(80)
        widgets.panel(pen, area)
        at = (area.centerx, area.top + round(area.h * 0.2))
        pen.scene.text(self._whom, pen.type(56), p.ink, p.card, bold=True, width=room, center=at)
        at = (area.centerx, area.top + round(area.h * 0.42))
        code = f"{self._code[:4]} {self._code[4:]}"
        pen.scene.text(code, pen.type(120), p.ink, p.card, bold=True, width=room, private=True, center=at)
        below = pygame.Rect(area.left + pen.u(40), area.top + round(area.h * 0.58), room, 0)
        pen.scene.paragraph(pen.words("pair_write_down"), pen.type(44), p.ink, p.card, below, align="center")


class PairedPage(StaffBase):
    """What is let in, and out with it: asked once more."""

    name = "staff-paired"

    def __init__(self, back: Page, desk: Desk) -> None:
        super().__init__(back)
        self._paired: list[Json] | None = None
        self._page = 0
        self._sure = ""
        self._asked = False

    def tick(self, desk: Desk) -> None:
        if not self._asked and not desk.away:
            self._asked = True
            desk.ask("/api/v1/pairings", self._listed)

    def _listed(self, status: int, answer: Json) -> None:
        if status == 200:
            self._paired = list(answer["paired"])

    def tap(self, id: str, desk: Desk) -> None:
        kind, _, rest = id.partition(":")
        if id == "back":
            desk.show(self.back)
        elif kind == "page":
            self._page += 1 if rest == "next" else -1
        elif kind == "out" and self._sure == rest:
            self._sure = ""
            self.do(desk, f"/api/v1/pairings/{rest}/revoke", {})
        elif kind == "out":
            self._sure = rest

    def done(self, desk: Desk, answer: Json) -> None:
        self._asked = False

    def draw(self, pen: Pen, desk: Desk) -> None:
        body = inner.frame(pen, desk, pen.words("pair_list"), [inner.back(pen)], card=False)
        body = self.say(pen, desk, body)
        if not self._paired:
            widgets.panel(pen, body)
            label = pen.words("about_loading" if self._paired is None else "pair_nobody")
            room = body.w - pen.u(60)
            pen.scene.text(label, pen.type(48), pen.p.ink, pen.p.card, width=room, center=body.center)
            return
        gap, turn_h = pen.u(16), max(pen.theme.touch, pen.u(100))
        high = max(pen.theme.touch, pen.type(96)) + pen.u(30)
        shown = cut(self._paired, self._page, max(1, (body.h - turn_h) // (high + gap)))
        self._page = shown.page
        for i, one in enumerate(shown.rows):
            self._row(pen, one, pygame.Rect(body.left, body.top + i * (high + gap), body.w, high))
        turn = pygame.Rect(body.left, body.bottom - turn_h, body.w, turn_h)
        widgets.arrows(pen, turn, shown.page, shown.pages)

    def _row(self, pen: Pen, one: Json, rect: pygame.Rect) -> None:
        p, u = pen.p, pen.u
        widgets.panel(pen, rect)
        wide = max(pen.theme.touch, round(rect.w * 0.34))
        left = rect.right - u(14) - wide
        room = left - rect.left - u(40)
        at = (rect.left + u(24), rect.top + round(rect.h * 0.34))
        name, size = str(one["name"]), pen.type(46)
        pen.scene.text(name, size, p.ink, p.card, bold=True, width=room, private=True, midleft=at)
        at = (rect.left + u(24), rect.top + round(rect.h * 0.74))
        since = pen.words("pair_since", day=str(one["at"])[:10], staff=one["by"])
        pen.scene.text(since, pen.type(34), p.muted, p.card, width=room, midleft=at)
        key = pygame.Rect(left, rect.top + u(14), wide, rect.h - 2 * u(14))
        label = pen.words("pair_out_sure" if self._sure == one["id"] else "pair_out")
        widgets.button(pen, f"out:{one['id']}", key, label, primary=self._sure == one["id"])
