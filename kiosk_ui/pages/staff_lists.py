"""The staff's lists: slips to decide and print again, everybody who waits, and devices with what to do."""

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages import inner, keypad
from kiosk_ui.pages.flow import Flow, Section
from kiosk_ui.pages.inner import Key
from kiosk_ui.pages.keypad import PadKey
from kiosk_ui.pages.page import Desk, Json, Page, cut
from kiosk_ui.pages.staff_page import StaffBase
from kiosk_ui.widgets import Pen

KNOWN = (
    "paper_out",
    "paper_low",
    "cover_open",
    "cutter",
    "overheated",
    "no_answer",
    "offline",
    "link_lost",
    "not_opened",
)
"""Faults for which there is a word of its own on what to do."""
LONGEST = 6


class SlipsPage(StaffBase):
    """Slips whose fate nobody knows: printed or not; and any number's slip once more."""

    name = "staff-slips"

    def __init__(self, back: Page, desk: Desk) -> None:
        super().__init__(back)
        self._slips: list[Json] = []
        self._page = 0
        self._number = ""
        self._typing = False
        self._seq = -1

    def tick(self, desk: Desk) -> None:
        if (seq := desk.view.get("seq", 0)) != self._seq and not desk.away:
            self._seq = seq
            desk.ask("/api/v1/hall/slips", self._listed)

    def _listed(self, status: int, answer: Json) -> None:
        if status == 200:
            self._slips = list(answer["slips"])

    def tap(self, id: str, desk: Desk) -> None:
        kind, _, rest = id.partition(":")
        if id == "back":
            if self._typing:
                self._typing = False
            else:
                desk.show(self.back)
        elif id == "type":
            self._typing, self._number = True, ""
        elif kind == "page":
            self._page += 1 if rest == "next" else -1
        elif kind in ("printed", "failed"):
            self.do(desk, f"/api/v1/tickets/{rest}/paper", {"state": kind})
        elif kind == "again":
            self.do(desk, f"/api/v1/tickets/{rest}/reprint", {})
        elif kind == "key":
            self._number = (self._number + rest)[:LONGEST]
        elif id == "erase":
            self._number = self._number[:-1]
        elif id == "clear":
            self._number = ""
        elif id == "reprint" and self._number:
            self.do(desk, f"/api/v1/tickets/{self._number}/reprint", {})

    def done(self, desk: Desk, answer: Json) -> None:
        self._seq = -1
        self._number = ""

    def draw(self, pen: Pen, desk: Desk) -> None:
        keys = [inner.back(pen)]
        if self._typing:
            keys.append(Key("reprint", pen.words("reprint"), "printer", primary=True))
        else:
            keys.append(Key("type", pen.words("reprint_number"), "ticket"))
        body = inner.frame(pen, desk, pen.words("staff_slips"), keys, card=False)
        body = self.say(pen, desk, body)
        if self._typing:
            self._type(pen, desk, body)
        elif not self._slips:
            widgets.panel(pen, body)
            label, room = pen.words("slips_none"), body.w - pen.u(60)
            pen.scene.text(label, pen.type(48), pen.p.ink, pen.p.card, width=room, center=body.center)
        else:
            self._rows(pen, body)

    def _rows(self, pen: Pen, area: pygame.Rect) -> None:
        gap = pen.u(16)
        high = max(pen.theme.touch, pen.type(96)) + pen.u(30)
        turn_h = max(pen.theme.touch, pen.u(100))
        capacity = max(1, (area.h - turn_h) // (high + gap))
        shown = cut(self._slips, self._page, capacity)
        self._page = shown.page
        for i, slip in enumerate(shown.rows):
            self._row(pen, slip, pygame.Rect(area.left, area.top + i * (high + gap), area.w, high))
        turn = pygame.Rect(area.left, area.bottom - turn_h, area.w, turn_h)
        widgets.arrows(pen, turn, shown.page, shown.pages)

    def _row(self, pen: Pen, slip: Json, rect: pygame.Rect) -> None:
        p, u, number = pen.p, pen.u, str(slip["number"])
        widgets.panel(pen, rect)
        verbs = ["again"] if slip["paper"] == "failed" else ["printed", "failed"]
        gap, wide = u(12), max(pen.theme.touch, round(rect.w * 0.24))
        left = rect.right - u(14) - len(verbs) * (wide + gap) + gap
        room = left - rect.left - u(40)
        at = (rect.left + u(24), rect.top + round(rect.h * 0.34))
        pen.scene.text(number, pen.type(52), p.ink, p.card, bold=True, width=room, midleft=at)
        at = (rect.left + u(24), rect.top + round(rect.h * 0.74))
        label = pen.words(f"slip_is_{slip['paper']}", time=str(slip["at"])[11:16])
        pen.scene.text(label, pen.type(34), p.muted, p.card, width=room, midleft=at)
        for i, verb in enumerate(verbs):
            key = pygame.Rect(left + i * (wide + gap), rect.top + u(14), wide, rect.h - 2 * u(14))
            widgets.button(pen, f"{verb}:{number}", key, pen.words(f"slip_say_{verb}"))

    def _type(self, pen: Pen, desk: Desk, area: pygame.Rect) -> None:
        p = pen.p
        field = pygame.Rect(area.left, area.top, area.w, pen.u(130 if pen.theme.portrait else 96))
        widgets.panel(pen, field, raised=False)
        label = " ".join(self._number) or pen.words("reprint_which")
        room = field.w - pen.u(40)
        at, is_typed = field.center, bool(self._number)
        pen.scene.text(label, pen.type(56), p.ink, p.card, bold=True, width=room, private=is_typed, center=at)
        letters = dict.fromkeys("".join(s.get("prefix", "") for s in desk.view.get("services", [])))
        columns = 7 if pen.theme.portrait else 8
        keys = [PadKey(f"key:{c}", c) for c in (*letters, *sorted(keypad.DIGITS))]
        keys += [PadKey("erase", pen.words("erase"), "backspace"), PadKey("clear", pen.words("clear_all"))]
        high = min(area.h - field.h - pen.u(20), round(keypad.height(pen, keys, columns) * 1.4))
        keypad.draw(pen, pygame.Rect(area.left, area.bottom - high, area.w, high), keys, columns)


class WaitingPage(StaffBase):
    """Everybody who waits, to read and to print before the lights go out."""

    name = "staff-waiting"

    def __init__(self, back: Page, desk: Desk) -> None:
        super().__init__(back)
        self._flow = Flow()
        self._waiting: list[Json] | None = None
        self._seq = -1

    def tick(self, desk: Desk) -> None:
        if (seq := desk.view.get("seq", 0)) != self._seq and not desk.away:
            self._seq = seq
            desk.ask("/api/v1/hall/waiting", self._listed)

    def _listed(self, status: int, answer: Json) -> None:
        if status == 200:
            self._waiting = list(answer["waiting"])

    def tap(self, id: str, desk: Desk) -> None:
        if id == "back":
            desk.show(self.back)
        elif id == "print":
            self.do(desk, "/api/v1/hall/print-waiting", {})
        elif id.startswith("page:"):
            self._flow.turn(id)

    def draw(self, pen: Pen, desk: Desk) -> None:
        keys = [inner.back(pen), Key("print", pen.words("waiting_print"), "printer", primary=True)]
        body = inner.frame(pen, desk, pen.words("staff_waiting"), keys, card=False)
        body = self.say(pen, desk, body)
        widgets.panel(pen, body)
        rows = self._waiting or []
        entries = [
            pen.words(
                f"waits_{w['state']}",
                number=w["number"],
                service=desk.service(w["service"]).get("name", ""),
                time=str(w["since"])[11:16],
            )
            for w in rows
        ]
        label = pen.words("waiting", count=len(rows)) if rows else pen.words("waiting_nobody")
        title = pen.words("about_loading") if self._waiting is None else label
        self._flow.draw(pen, body.inflate(-pen.u(70), -pen.u(50)), [Section(title, tuple(entries))])


class DevicesPage(StaffBase):
    """Each device in words; of a bad one what to do."""

    name = "staff-devices"
    reach = False

    def __init__(self, back: Page, desk: Desk) -> None:
        super().__init__(back)
        self._flow = Flow()

    def tap(self, id: str, desk: Desk) -> None:
        if id == "back":
            desk.show(self.back)
        elif id.startswith("page:"):
            self._flow.turn(id)

    def draw(self, pen: Pen, desk: Desk) -> None:
        body = inner.frame(pen, desk, pen.words("staff_devices"), [inner.back(pen)])
        devices = sorted(desk.view.get("devices", []), key=lambda d: d.get("state") in ("ok", "unconfirmed"))
        sections = [self._section(pen, desk, d) for d in devices]
        self._flow.draw(pen, body, sections or [Section(pen.words("devices_none"), ())])

    def _section(self, pen: Pen, desk: Desk, device: Json) -> Section:
        state, code = str(device["state"]), str(device.get("code") or "")
        kind = desk.phrase(f"door.kind.{device['kind']}")
        where = pen.words("counter", counter=device["counter"]) if device.get("counter") else ""
        what = desk.phrase(f"fault.{code}") if code else desk.phrase(f"door.device.{state}")
        title = " ".join(part for part in (kind, device["id"], where) if part)
        if state in ("ok", "unconfirmed"):
            return Section(f"{title}  {what}", ())
        since = pen.words("since", time=str(device.get("since", ""))[11:16])
        return Section(f"{title}  {what}", (since, pen.words(f"do_{code if code in KNOWN else 'other'}")))
