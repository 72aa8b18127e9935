"""One counter's page for any monitor over it: its number, what it does now, how many wait."""

from typing import Any

import pygame

from edge.texts import Texts
from kiosk_ui import widgets
from kiosk_ui.hall_screen import HallScreen, Unit, unit_of
from kiosk_ui.live import Live
from kiosk_ui.paint import Brush
from kiosk_ui.theme import BOARD


class CounterScreen(HallScreen):
    """A hall screen's head and foot around one counter."""

    def __init__(self, size: tuple[int, int], brush: Brush, texts: Texts, live: Live, counter: str) -> None:
        super().__init__(size, brush, texts, live)
        self._id = counter

    def _name(self) -> str:
        return "counter" if self.view else "starting"

    def shot_name(self) -> str:
        ticket = self._counter(self._id).get("ticket") or {}
        return f"counter-{self._id}-{ticket['number']}" if ticket else f"counter-{self._id}"

    def draw(self, pen: widgets.Pen) -> None:
        w, h = self._size
        u = unit_of(self._size)
        margin = u(60)
        area = pygame.Rect(margin, 0, w - 2 * margin, h)
        self._head(pen, pygame.Rect(area.left, u(18), area.w, u(96)), u)
        foot = pygame.Rect(0, h - u(84), w, u(84))
        main = pygame.Rect(area.left, u(130), area.w, foot.top - u(40) - u(130))
        counter = self._counter(self._id)
        if not self.view or not counter:
            self._nothing(pen, main, u)
        else:
            self._sign(pen, counter, main, u)
        self._foot(pen, foot, area, u)

    def _nothing(self, pen: widgets.Pen, rect: pygame.Rect, u: Unit) -> None:
        label = self.words("counter_missing", counter=self._id) if self.view else self.words("starting")
        pen.scene.put(pen.scene.brush.card(rect.size, u(36), BOARD.panel), topleft=rect.topleft)
        room = rect.w - 2 * u(80)
        pen.scene.text(label, u(100), BOARD.ink, BOARD.panel, bold=True, width=room, center=rect.center)

    def _sign(self, pen: widgets.Pen, counter: dict[str, Any], rect: pygame.Rect, u: Unit) -> None:
        scene, brush = pen.scene, pen.scene.brush
        state = str(counter.get("state", "closed"))
        top = pygame.Rect(rect.left, rect.top, rect.w, u(170))
        disc = u(150)
        scene.put(brush.card((disc, disc), u(36), BOARD.band), midleft=(top.left, top.centery))
        at = (top.left + disc // 2, top.centery)
        scene.text(
            str(counter["id"]), u(120), BOARD.band_ink, BOARD.band, bold=True, width=disc - u(10), center=at
        )
        at = (top.left + disc + u(40), top.centery)
        name = str(counter.get("name", ""))
        scene.text(name, u(104), BOARD.ink, BOARD.back, bold=True, width=top.w - disc - u(60), midleft=at)
        ticket = (counter.get("ticket") or {}).get("number", "")
        busy = bool(ticket) and state in ("calling", "serving")
        card = pygame.Rect(rect.left, top.bottom + u(24), rect.w, rect.bottom - top.bottom - u(24))
        fresh = state == "calling"
        ground = BOARD.fresh if fresh else BOARD.card if busy else BOARD.panel
        scene.put(brush.card(card.size, u(40), ground), topleft=card.topleft)
        room = card.w - 2 * u(60)
        if not busy:
            key = {"closed": "counter_closed", "paused": "counter_paused"}.get(state, "counter_idle")
            is_told = state != "closed" and (counter.get("served_at") or counter.get("reason"))
            label = self.state_words(counter) if is_told else self.words(key)
            ink = BOARD.warn if state == "paused" else BOARD.ink
            scene.text(label, u(150), ink, ground, bold=True, width=room, center=card.center)
            return
        ink = BOARD.fresh_ink if fresh else BOARD.number
        size = round(card.h * 0.86)
        at = (card.centerx, card.top + round(card.h * 0.42))
        scene.text(ticket, size, ink, ground, bold=True, width=room, center=at)
        at = (card.centerx, card.bottom - u(84))
        soft = BOARD.fresh_ink if fresh else BOARD.card_soft
        label = f"{self.words(f'state_{state}')}  {self._waiting(counter)}"
        scene.text(label, u(84), soft, ground, bold=fresh, width=room, center=at)

    def _waiting(self, counter: dict[str, Any]) -> str:
        waiting = counter.get("waiting", 0)
        return self.words("waiting", count=waiting) if waiting else ""
