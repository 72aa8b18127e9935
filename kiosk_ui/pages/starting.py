"""Before the first view: the screen waits for its daemon and says so."""

from kiosk_ui.pages.notice import draw_notice
from kiosk_ui.pages.page import Desk, Still
from kiosk_ui.widgets import Pen


class StartingPage(Still):
    name = "starting"
    idle_s = 0.0

    def tick(self, desk: Desk) -> None:
        if desk.view:
            desk.home()

    def tap(self, id: str, desk: Desk) -> None:
        """There is nothing to touch yet."""

    def draw(self, pen: Pen, desk: Desk) -> None:
        p = pen.p
        tone = (p.accent_soft, p.accent)
        draw_notice(pen, desk, "clock", tone, pen.words("starting"), [pen.words("starting_hint")], None)
