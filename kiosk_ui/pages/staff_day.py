"""The staff's page "today is …?": a date and a time by arrows, where the clock cannot be trusted."""

from datetime import datetime, timedelta

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages import inner
from kiosk_ui.pages.inner import Key
from kiosk_ui.pages.page import Desk, Page
from kiosk_ui.pages.staff_page import StaffBase
from kiosk_ui.widgets import Pen

FIELDS = ("year", "month", "day", "hour", "minute")


class DayPage(StaffBase):
    name = "staff-day"

    def __init__(self, back: Page, desk: Desk) -> None:
        super().__init__(back)
        at = str(desk.view.get("clock", {}).get("at", ""))[:16]
        self._at = datetime.fromisoformat(at) if at else datetime(2026, 1, 1, 9, 0)

    def tap(self, id: str, desk: Desk) -> None:
        kind, _, field = id.partition(":")
        if id == "back":
            desk.show(self.back)
        elif kind in ("more", "less"):
            self._at = _moved(self._at, field, 1 if kind == "more" else -1)
        elif id == "set":
            body = {"date": f"{self._at:%Y-%m-%d}", "time": f"{self._at:%H:%M}"}
            self.do(desk, "/api/v1/day/open", body)

    def draw(self, pen: Pen, desk: Desk) -> None:
        u, p = pen.u, pen.p
        keys = [inner.back(pen), Key("set", pen.words("day_set"), "check", primary=True)]
        body = inner.frame(pen, desk, pen.words("staff_day"), keys, card=False)
        body = self.say(pen, desk, body)
        trusted = desk.view.get("clock", {}).get("trusted", True)
        label = pen.words("clock_trusted" if trusted else "clock_untrusted")
        head = pygame.Rect(body.left, body.top, body.w, pen.type(90))
        widgets.panel(pen, head, raised=False)
        pen.scene.text(label, pen.type(40), p.ink, p.card, width=head.w - u(40), center=head.center)
        gap = u(14)
        area = pygame.Rect(body.left, head.bottom + u(20), body.w, body.bottom - head.bottom - u(20))
        wide = (area.w - gap * (len(FIELDS) - 1)) // len(FIELDS)
        high = min(max(pen.theme.touch, u(170)), (area.h - 2 * gap) // 3)
        for i, field in enumerate(FIELDS):
            column = pygame.Rect(area.left + i * (wide + gap), area.top, wide, high)
            self._column(pen, column, field, gap)

    def _column(self, pen: Pen, rect: pygame.Rect, field: str, gap: int) -> None:
        p, number = pen.p, getattr(self._at, field)
        for kind, icon, row in (("more", "chevron-up", 0), ("less", "chevron-down", 2)):
            key = rect.move(0, row * (rect.h + gap))
            id = f"{kind}:{field}"
            widgets.panel(pen, key, p.card_pressed if pen.pressed == id else p.card, raised=False)
            pen.scene.icon(icon, min(pen.type(72), rect.h // 2), p.accent, center=key.center)
            pen.scene.target(id, key, pen.words(f"{kind}_{field}"))
        middle = rect.move(0, rect.h + gap)
        room = middle.w - pen.u(8)
        at = (middle.centerx, middle.top + round(middle.h * 0.4))
        pen.scene.text(f"{number:02d}", pen.type(64), p.ink, p.page, bold=True, width=room, center=at)
        at = (middle.centerx, middle.top + round(middle.h * 0.8))
        pen.scene.text(pen.words(f"unit_{field}"), pen.type(34), p.muted, p.page, width=room, center=at)


def _moved(at: datetime, field: str, step: int) -> datetime:
    """One up or down; months and years keep to days that there are."""
    if field in ("day", "hour", "minute"):
        return at + timedelta(**{f"{field}s": step})
    months = at.year * 12 + at.month - 1 + step * (12 if field == "year" else 1)
    year, month = divmod(months, 12)
    year = min(2099, max(2020, year))
    for day in (at.day, 30, 29, 28):
        try:
            return at.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return at
