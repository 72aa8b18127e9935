"""The staff's pages of few large keys: emergency, volume, and the box's own start and end."""

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages import inner, menu
from kiosk_ui.pages.inner import Key
from kiosk_ui.pages.menu import Choice
from kiosk_ui.pages.page import Desk, Page
from kiosk_ui.pages.staff_page import StaffBase
from kiosk_ui.widgets import Pen

STEP = 10
USUAL = 70
"""Percent from which the first touch goes, where nobody has set a volume today."""


class EmergencyPage(StaffBase):
    name = "staff-emergency"

    def __init__(self, back: Page, desk: Desk) -> None:
        super().__init__(back)
        self._page = 0

    def tap(self, id: str, desk: Desk) -> None:
        if id == "back":
            desk.show(self.back)
        elif id.startswith("page:"):
            self._page += 1 if id == "page:next" else -1
        elif id == "end":
            self.do(desk, "/api/v1/hall/emergency/end", {})
        elif id in ("evacuate", "suspend", "drill"):
            body = {"kind": "evacuate" if id == "drill" else id, "drill": id == "drill"}
            self.do(desk, "/api/v1/hall/emergency", body)

    def draw(self, pen: Pen, desk: Desk) -> None:
        holds = desk.view.get("desk", {}).get("emergency")
        keys = [inner.back(pen)]
        if holds:
            keys.append(Key("end", pen.words("emergency_end"), "check", primary=True))
        body = inner.frame(pen, desk, pen.words("staff_emergency"), keys, card=False)
        body = self.say(pen, desk, body)
        choices = [
            Choice(kind, "alert", pen.words(f"emergency_{kind}"), pen.words(f"emergency_{kind}_hint"))
            for kind in ("suspend", "evacuate", "drill")
        ]
        self._page = menu.draw(pen, body, choices, self._page, columns=1).page


class VolumePage(StaffBase):
    name = "staff-volume"

    def __init__(self, back: Page, desk: Desk) -> None:
        super().__init__(back)

    def tap(self, id: str, desk: Desk) -> None:
        if id == "back":
            desk.show(self.back)
        elif id in ("louder", "quieter"):
            now = self._now(desk)
            percent = (USUAL if now is None else now) + (STEP if id == "louder" else -STEP)
            self.do(desk, "/api/v1/hall/volume", {"percent": min(100, max(0, percent))})

    def _now(self, desk: Desk) -> int | None:
        volume = desk.view.get("desk", {}).get("volume")
        return None if volume is None else int(volume)

    def draw(self, pen: Pen, desk: Desk) -> None:
        body = inner.frame(pen, desk, pen.words("staff_volume"), [inner.back(pen)], card=False)
        body = self.say(pen, desk, body)
        now, gap = self._now(desk), pen.u(20)
        high = min(pen.u(300), (body.h - gap) // 2)
        card = pygame.Rect(body.left, body.top, body.w, high)
        widgets.panel(pen, card)
        label = pen.words("volume_usual") if now is None else pen.words("volume_now", percent=now)
        room = card.w - pen.u(60)
        pen.scene.text(label, pen.type(72), pen.p.ink, pen.p.card, bold=True, width=room, center=card.center)
        row = pygame.Rect(
            body.left, card.bottom + gap, body.w, min(pen.u(220), body.bottom - card.bottom - gap)
        )
        keys = [
            Key("quieter", pen.words("volume_quieter"), "chevron-down"),
            Key("louder", pen.words("volume_louder"), "chevron-up"),
        ]
        inner.draw_keys(pen, row, keys)


class BoxPage(StaffBase):
    """Each asks once more before it is done."""

    name = "staff-box"

    def __init__(self, back: Page, desk: Desk) -> None:
        super().__init__(back)
        self._sure = ""
        self._page = 0

    def tap(self, id: str, desk: Desk) -> None:
        if id == "back":
            if self._sure:
                self._sure = ""
            else:
                desk.show(self.back)
        elif id.startswith("page:"):
            self._page += 1 if id == "page:next" else -1
        elif id == "sure" and self._sure == "screen":
            desk.restart_screen()
        elif id == "sure" and self._sure:
            self.do(desk, f"/api/v1/box/{self._sure}", {})
            self._sure = ""
        elif id.startswith("box:"):
            self._sure = id.removeprefix("box:")

    def draw(self, pen: Pen, desk: Desk) -> None:
        keys = [inner.back(pen)]
        if self._sure:
            keys.append(Key("sure", pen.words(f"box_{self._sure}"), "power", primary=True))
        body = inner.frame(pen, desk, pen.words("staff_box"), keys, card=False)
        body = self.say(pen, desk, body)
        if self._sure:
            widgets.panel(pen, body)
            area = pygame.Rect(body.left + pen.u(50), body.top + round(body.h * 0.3), body.w - pen.u(100), 0)
            label, p = pen.words(f"box_{self._sure}_sure"), pen.p
            pen.scene.paragraph(label, pen.type(56), p.ink, p.card, area, bold=True, align="center")
            return
        choices = [
            Choice(f"box:{what}", "power", pen.words(f"box_{what}"), pen.words(f"box_{what}_hint"))
            for what in ("screen", "restart", "reboot", "poweroff")
        ]
        columns = 1 if pen.theme.portrait else 2
        self._page = menu.draw(pen, body, choices, self._page, columns=columns).page
