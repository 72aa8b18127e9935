"""The hall said no: why, in words, and where help is."""

from kiosk_ui.pages.notice import draw_notice
from kiosk_ui.pages.page import Desk, Json, Still
from kiosk_ui.widgets import Pen

CLOSED = ("closed", "full")


class RefusedPage(Still):
    name = "refused"
    idle_s = 30.0

    def __init__(self, problem: Json, service: str) -> None:
        self._problem = problem
        self._service = service

    def tap(self, id: str, desk: Desk) -> None:
        if id == "done":
            desk.home()

    def draw(self, pen: Pen, desk: Desk) -> None:
        p = pen.p
        asked = self._problem.get("reason") in CLOSED
        lines = [desk.refusal(self._problem)]
        if self._problem.get("reason") != "full":  # that sentence names the desk already
            lines.append(pen.words("refused_ask"))
        title = desk.service(self._service).get("name") if asked else pen.words("refused")
        icon = "moon" if self._problem.get("reason") == "closed" else "alert"
        key = ("done", pen.words("home_in", seconds=desk.left_s), "home")
        draw_notice(pen, desk, icon, (p.warn_soft, p.warn), str(title or pen.words("refused")), lines, key)
