"""The staff's door: a staff number, then a PIN; both go with the page."""

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages import inner, keypad
from kiosk_ui.pages.inner import Key
from kiosk_ui.pages.page import Desk, Json, Session, Still
from kiosk_ui.pages.staff import StaffPage
from kiosk_ui.widgets import Pen

LONGEST = {"staff": 16, "pin": 12}


class PinPage(Still):
    name = "staff-pin"
    reach = True
    idle_s = 45.0

    def __init__(self) -> None:
        self._at = "staff"
        self._said = {"staff": "", "pin": ""}
        self._problem: Json | None = None
        self._waits = False

    def tap(self, id: str, desk: Desk) -> None:
        kind, _, rest = id.partition(":")
        if id == "back":
            desk.home()
        elif kind == "key":
            self._type(rest)
        elif id == "erase":
            self._said[self._at] = self._said[self._at][:-1]
        elif id == "clear":
            self._said[self._at] = ""
        elif id == "next" and self._said["staff"]:
            self._at = "pin"
        elif id == "enter" and not self._waits:
            self._enter(desk)

    def typed(self, text: str, desk: Desk) -> None:
        self._type("".join(c for c in text if c in keypad.DIGITS))

    def _type(self, digits: str) -> None:
        self._problem = None
        self._said[self._at] = (self._said[self._at] + digits)[: LONGEST[self._at]]

    def _enter(self, desk: Desk) -> None:
        self._waits = True
        body = {"staff": self._said["staff"], "pin": self._said["pin"], "kiosk": desk.name}
        desk.tell("/api/v1/staff/sign-on", body, lambda status, answer: self._told(status, answer, desk))

    def _told(self, status: int, answer: Json, desk: Desk) -> None:
        self._waits = False
        if status == 200:
            told = answer["session"]
            desk.session = Session(told["token"], told["staff"], told["name"], tuple(told["roles"]))
            desk.show(StaffPage())
        else:
            self._problem, self._at = answer or {"reason": "busy"}, "staff"
            self._said = {"staff": "", "pin": ""}

    def draw(self, pen: Pen, desk: Desk) -> None:
        p, u = pen.p, pen.u
        keys = [inner.back(pen)]
        if self._at == "staff":
            keys.append(Key("next", pen.words("page_next"), "chevron-right", primary=True))
        else:
            keys.append(Key("enter", pen.words("staff_enter"), "check", primary=True))
        body = inner.frame(pen, desk, pen.words("staff"), keys, card=False)
        field_h = u(150 if pen.theme.portrait else 110)
        field = pygame.Rect(body.left, body.top, body.w, field_h)
        widgets.panel(pen, field, p.warn_soft if self._problem else None, raised=False)
        ground, ink = (p.warn_soft, p.warn) if self._problem else (p.card, p.ink)
        said = self._said[self._at]
        if self._problem:
            label = desk.refusal(self._problem)
        elif said:
            label = " ".join(said if self._at == "staff" else "●" * len(said))
        else:
            label = pen.words("staff_number" if self._at == "staff" else "staff_pin")
        at, room, is_typed = field.center, field.w - u(60), bool(said)
        pen.scene.text(label, pen.type(56), ink, ground, bold=True, width=room, private=is_typed, center=at)
        digits, columns = keypad.digits(pen), 3 if pen.theme.portrait else 6
        rest = pygame.Rect(body.left, field.bottom + u(20), body.w, body.bottom - field.bottom - u(20))
        high = min(rest.h, round(keypad.height(pen, digits, columns) * 1.6))
        keypad.draw(pen, pygame.Rect(rest.left, rest.bottom - high, rest.w, high), digits, columns)
