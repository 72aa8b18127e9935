"""Somebody called for a person: who was told, and that it was heard."""

from kiosk_ui.pages.notice import draw_notice
from kiosk_ui.pages.page import Desk, Json, Page, Still
from kiosk_ui.widgets import Pen


class HelpPage(Still):
    name = "help"
    idle_s = 60.0

    def __init__(self, back: Page, desk: Desk) -> None:
        self._back = back
        self._state = "calling"
        """`calling`, `called`, `coming` (somebody answered) or `failed`."""
        desk.tell("/api/v1/hall/help", {"kiosk": desk.name}, self._told)

    def tick(self, desk: Desk) -> None:
        standing = any(h["kiosk"] == desk.name for h in desk.view.get("desk", {}).get("helps", []))
        if standing and self._state == "calling":
            self._state = "called"
        elif not standing and self._state == "called" and not desk.away:
            self._state = "coming"
        elif desk.away and self._state == "calling":
            self._state = "failed"

    def _told(self, status: int, answer: Json) -> None:
        if status != 200:
            self._state = "failed"

    def tap(self, id: str, desk: Desk) -> None:
        if id == "back":
            desk.show(self._back)

    def spoken(self, desk: Desk) -> str:
        return desk.words("help_calling")

    def draw(self, pen: Pen, desk: Desk) -> None:
        p = pen.p
        tone = (p.ok_soft, p.ok) if self._state in ("called", "coming") else (p.warn_soft, p.warn)
        hint = pen.words("help_failed_hint" if self._state == "failed" else "help_hint")
        key = ("back", pen.words("back"), "chevron-left")
        draw_notice(pen, desk, "bell", tone, pen.words(f"help_{self._state}"), [hint], key)
