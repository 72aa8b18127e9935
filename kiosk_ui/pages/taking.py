"""The number is asked for and not yet given: seldom seen, when the daemon is slow or coming back."""

from kiosk_ui.pages.notice import draw_notice
from kiosk_ui.pages.page import Desk, Still
from kiosk_ui.widgets import Pen

SLOW_S = 3.0


class TakingPage(Still):
    name = "taking"
    idle_s = 60.0

    def __init__(self, since_s: float) -> None:
        self._since_s = since_s

    def tap(self, id: str, desk: Desk) -> None:
        """It leaves by the keys that are always there."""

    def draw(self, pen: Pen, desk: Desk) -> None:
        p = pen.p
        slow = desk.now_s - self._since_s > SLOW_S
        title = pen.words("slow") if slow else pen.words("taking")
        lines = [pen.words("slow_hint")] if slow else []
        draw_notice(pen, desk, "ticket", (p.accent_soft, p.accent), title, lines, None)
