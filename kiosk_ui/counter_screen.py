"""One counter's page for any monitor over it: its number, what it does now, its sign (吊牌), who serves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pygame

from edge.texts import Texts
from kiosk_ui import widgets
from kiosk_ui.hall_parts import Unit, beside, larger, whole
from kiosk_ui.hall_screen import PAGE_S, HallScreen
from kiosk_ui.live import Live
from kiosk_ui.paint import Brush
from kiosk_ui.theme import BOARD, Colour
from kiosk_ui.told import Told

Json = dict[str, Any]
LINE = 1.24


@dataclass(frozen=True)
class _Laid:
    """An item of the sign: its lines as (text, size, colour), and its height in pixels."""

    lines: tuple[tuple[str, int, Colour], ...]
    high: int


class CounterScreen(HallScreen):
    """A hall screen's head and foot around one counter."""

    def __init__(self, size: tuple[int, int], brush: Brush, texts: Texts, live: Live, counter: str) -> None:
        super().__init__(size, brush, texts, live)
        self.told = Told(live, guides=True)
        self._id = counter

    def page(self) -> str:
        if self.emergency:
            return "emergency"
        if self.is_night:
            return "night"
        return "counter" if self.view else "starting"

    def shot_name(self) -> str:
        if self.emergency or self.is_night:
            return self.page()
        ticket = self.counter(self._id).get("ticket") or {}
        return f"counter-{self._id}-{ticket['number']}" if ticket else f"counter-{self._id}"

    def draw(self, pen: widgets.Pen, u: Unit) -> None:
        w, h = self._size
        margin = u(60)
        area = pygame.Rect(margin, 0, w - 2 * margin, h)
        self.head(pen, pygame.Rect(area.left, u(18), area.w, u(96)), u)
        foot = pygame.Rect(0, h - u(84), w, u(84))
        main = pygame.Rect(area.left, u(130), area.w, foot.top - u(34) - u(130))
        counter = self.counter(self._id)
        if not self.view or not counter:
            self._nothing(pen, main, u)
        else:
            top = pygame.Rect(main.left, main.top, main.w, u(170))
            self._name_plate(pen, counter, top, u)
            below = pygame.Rect(main.left, top.bottom + u(24), main.w, main.bottom - top.bottom - u(24))
            card, sign = beside(below, 0.64, u(28))
            self._card(pen, counter, card, larger(below, u))
            self._sign(pen, counter, sign, larger(below, u))
        self.foot(pen, foot, area, u)

    def foot(self, pen: widgets.Pen, foot: pygame.Rect, area: pygame.Rect, u: Unit) -> None:
        """At a general counter: who waits for a person at a touch screen, before all other lines."""
        desk = self.view.get("desk", {})
        helps = desk.get("helps", []) if self._id in desk.get("general", []) else []
        if not helps:
            super().foot(pen, foot, area, u)
            return
        ground = foot.inflate(8, 0)
        pen.scene.put(pen.scene.brush.slope(ground.size, BOARD.fresh, BOARD.fresh), topleft=ground.topleft)
        pen.scene.icon("bell", u(50), BOARD.fresh_ink, midleft=(area.left, foot.centery))
        text = self.words("help_at", kiosk=helps[0]["kiosk"], time=str(helps[0]["at"])[11:16])
        at, room = (area.left + u(72), foot.centery), area.w - u(76)
        pen.scene.text(text, u(52), BOARD.fresh_ink, BOARD.fresh, bold=True, width=room, midleft=at)

    def _nothing(self, pen: widgets.Pen, rect: pygame.Rect, u: Unit) -> None:
        label = self.words("counter_missing", counter=self._id) if self.view else self.words("starting")
        pen.scene.put(pen.scene.brush.card(rect.size, u(36), BOARD.panel), topleft=rect.topleft)
        room = rect.w - 2 * u(80)
        pen.scene.text(label, u(100), BOARD.ink, BOARD.panel, bold=True, width=room, center=rect.center)

    def _name_plate(self, pen: widgets.Pen, counter: Json, rect: pygame.Rect, u: Unit) -> None:
        """The counter's number and name, in both languages, and who serves."""
        scene, side = pen.scene, u(150)
        disc = scene.put(scene.brush.card((side, side), u(36), BOARD.band), midleft=rect.midleft)
        id, room = str(counter["id"]), side - u(10)
        scene.text(id, u(120), BOARD.band_ink, BOARD.band, bold=True, width=room, center=disc.center)
        people = [line for p in self.told.people(self._id)[:2] if (line := _person(p))]
        wide = u(620) if people else 0
        name, second = str(counter.get("name", "")), str(counter.get("second") or "")
        left = disc.right + u(40)
        room = rect.right - wide - u(28) - left
        at = (left, rect.centery - (u(28) if second else 0))
        scene.text(name, u(104), BOARD.ink, BOARD.back, bold=True, width=room, midleft=at)
        at = (left, rect.centery + u(58))
        scene.text(second, u(46), BOARD.soft, BOARD.back, width=room, midleft=at)
        for i, line in enumerate(people):
            y = rect.centery + u(62) * i - u(31) * (len(people) - 1)
            icon = scene.icon("users", u(50), BOARD.soft, midleft=(rect.right - wide, y))
            room, at = rect.right - icon.right - u(18), (icon.right + u(18), y)
            scene.text(line, u(48), BOARD.ink, BOARD.back, bold=True, width=room, private=True, midleft=at)

    def _card(self, pen: widgets.Pen, counter: Json, card: pygame.Rect, u: Unit) -> None:
        """The number, or what the counter does."""
        scene, state = pen.scene, str(counter.get("state", "closed"))
        ticket = (counter.get("ticket") or {}).get("number", "")
        busy = bool(ticket) and state in ("calling", "serving")
        fresh = busy and state == "calling"
        ground = BOARD.fresh if fresh else BOARD.card if busy else BOARD.panel
        scene.put(scene.brush.card(card.size, u(40), ground), topleft=card.topleft)
        room = card.w - 2 * u(44)
        if not busy:
            self._idle(pen, counter, card, u)
            return
        ink = BOARD.fresh_ink if fresh else BOARD.number
        size, at = round(card.h * 0.72), (card.centerx, card.top + round(card.h * 0.43))
        scene.text(ticket, whole(pen, ticket, size, room), ink, ground, bold=True, center=at)
        at = (card.centerx, card.bottom - u(84))
        soft = BOARD.fresh_ink if fresh else BOARD.card_soft
        label = f"{self.words(f'state_{state}')}  {self._waiting(counter)}"
        scene.text(label, u(84), soft, ground, bold=fresh, width=room, center=at)

    def _idle(self, pen: widgets.Pen, counter: Json, card: pygame.Rect, u: Unit) -> None:
        """Why nobody is served here now, in one sentence as large as it goes."""
        state = str(counter.get("state", "closed"))
        key = {"closed": "counter_closed", "paused": "counter_paused"}.get(state, "counter_idle")
        is_told = state != "closed" and (counter.get("served_at") or counter.get("reason"))
        label = self.state_words(counter) if is_told else self.words(key)
        ink = BOARD.warn if state == "paused" else BOARD.soft if state == "closed" else BOARD.ink
        room = (card.w - 2 * u(60), round(card.h * 0.62))
        lines, size = pen.scene.brush.type.fill(label, u(150), room, True, 1.3)
        high = len(lines) * round(size * 1.3)
        area = pygame.Rect(card.left + u(60), card.centery - high // 2, room[0], high)
        spacing = 1.3
        pen.scene.paragraph(label, size, ink, BOARD.panel, area, bold=True, align="center", spacing=spacing)

    def _sign(self, pen: widgets.Pen, counter: Json, rect: pygame.Rect, u: Unit) -> None:
        """What is done here, in what time, for what money, and the phones; in still pages."""
        scene = pen.scene
        scene.put(scene.brush.card(rect.size, u(40), BOARD.panel), topleft=rect.topleft)
        inner = rect.inflate(-2 * u(32), -2 * u(24))
        at = (inner.left, inner.top + u(30))
        title = self.words("sign_items")
        scene.text(title, u(44), BOARD.soft, BOARD.panel, bold=True, width=inner.w, midleft=at)
        phones = self._phones()
        bottom = inner.bottom - u(56) * len(phones)
        for i, line in enumerate(phones):
            at = (inner.left, bottom + u(56) * i + u(28))
            scene.text(line, u(40), BOARD.notice_ink, BOARD.panel, width=inner.w, midleft=at)
        area = pygame.Rect(inner.left, inner.top + u(70), inner.w, bottom - u(20) - inner.top - u(70))
        pages = _pages([self._laid(pen, item, area, u) for item in self._items(counter)], area.h)
        y = area.top
        for item in pages[int(self.now_s // PAGE_S) % len(pages)] if pages else ():
            for line, size, colour in item.lines:
                at = (area.left, y + round(size * LINE) // 2)
                scene.text(line, size, colour, BOARD.panel, midleft=at)
                y += round(size * LINE)
            y += u(24)

    def _laid(self, pen: widgets.Pen, item: tuple[str, str], area: pygame.Rect, u: Unit) -> _Laid:
        """An item's name and facts in whole lines."""
        setter = pen.scene.brush.type
        lines = [(line, u(46), BOARD.ink) for line in setter.wrap(item[0], u(46), area.w)]
        lines += [(line, u(38), BOARD.ok) for line in setter.wrap(item[1], u(38), area.w) if line]
        return _Laid(tuple(lines), sum(round(size * LINE) for _, size, _ in lines) + u(24))

    def _items(self, counter: Json) -> Sequence[tuple[str, str]]:
        """(name, time and fee) of the guides of its services; without guides its services."""
        done = counter.get("services", [])
        found = [
            (str(g["name"]), " · ".join(part for part in (g.get("promised_time"), g.get("fee")) if part))
            for g in self.told.guides
            if g.get("service") in done
        ]
        services = [s for s in self.view.get("services", []) if s["id"] in done]
        return found or [(str(s["name"]), str(s.get("about", ""))) for s in services]

    def _phones(self) -> list[str]:
        lines = [("phone_hall", self.told.phone(self._id))]
        lines.append(("phone_complaints", str(self.told.about.get("complaint_phone", ""))))
        return [self.words(key, phone=phone) for key, phone in lines if phone]

    def _waiting(self, counter: Json) -> str:
        waiting = counter.get("waiting", 0)
        return self.words("waiting", count=waiting) if waiting else ""


def _person(person: Json) -> str:
    """The staff plate (座牌) in one line: what the hall shows of who is there."""
    return "  ".join(str(person[key]) for key in ("post", "name", "number") if person.get(key))


def _pages(items: Sequence[_Laid], room: int) -> list[list[_Laid]]:
    """As many whole items on a page as it has room for; one at least."""
    pages: list[list[_Laid]] = []
    left = 0
    for item in items:
        if not pages or item.high > left:
            pages.append([])
            left = room
        pages[-1].append(item)
        left -= item.high
    return pages
