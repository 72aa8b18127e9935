"""What the staff's pages share: a command under the session, and what became of it, said above."""

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages.page import Desk, Json, Page, Still
from kiosk_ui.widgets import Pen


class StaffBase(Still):
    idle_s = 90.0
    reach = True

    def __init__(self, back: Page) -> None:
        self.back = back
        self._problem: Json | None = None
        self._state = ""
        """`doing`, `done` or empty."""

    def do(self, desk: Desk, path: str, body: Json) -> None:
        """Ask the hall; one thing at a time."""
        if self._state == "doing":
            return
        self._state, self._problem = "doing", None
        desk.tell(path, body, lambda status, answer: self._told(status, answer, desk))

    def _told(self, status: int, answer: Json, desk: Desk) -> None:
        good = 200 <= status < 300
        self._state, self._problem = ("done", None) if good else ("", answer or {"reason": "busy"})
        if good:
            self.done(desk, answer)
        elif status == 401:
            desk.home()

    def done(self, desk: Desk, answer: Json) -> None:
        """The hall said yes."""

    def say(self, pen: Pen, desk: Desk, area: pygame.Rect) -> pygame.Rect:
        """What became of the last command, on top of `area`; the rest of it."""
        if not (self._state or self._problem):
            return area
        high, gap = pen.type(84), pen.u(18)
        rect = pygame.Rect(area.left, area.top, area.w, high)
        if self._problem:
            widgets.banner(pen, rect, "alert", desk.refusal(self._problem))
        else:
            p = pen.p
            widgets.panel(pen, rect, p.ok_soft, raised=False)
            label = pen.words(f"staff_{self._state}")
            room = rect.w - pen.u(40)
            pen.scene.text(label, pen.type(40), p.ok, p.ok_soft, bold=True, width=room, center=rect.center)
        return pygame.Rect(area.left, rect.bottom + gap, area.w, area.bottom - rect.bottom - gap)
