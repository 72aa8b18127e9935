"""The floor plan, its counters by their numbers, and "you are here"."""

import pygame

from kiosk_ui.pages import inner
from kiosk_ui.pages.inner import Key
from kiosk_ui.pages.page import Desk, Json, Page, Still
from kiosk_ui.widgets import Pen


class FloorPage(Still):
    name = "floor"
    idle_s = 60.0

    def __init__(self, back: Page, desk: Desk) -> None:
        self._back = back
        self._floors: list[Json] | None = None
        self._shown = 0
        self._pictures: dict[str, bytes] = {}
        self._desk = desk
        desk.ask("/api/v1/about", self._told)

    def _told(self, status: int, answer: Json) -> None:
        self._floors = list(answer.get("floors", [])) if status == 200 else []
        for i, floor in enumerate(self._floors):
            if any(k["id"] == self._desk.name for k in floor["kiosks"]):
                self._shown = i
            self._fetch(str(floor["id"]), str(floor["picture"]))

    def _fetch(self, id: str, path: str) -> None:
        self._desk.picture(path, lambda content: self._pictures.__setitem__(id, content))

    def tap(self, id: str, desk: Desk) -> None:
        if id == "back":
            desk.show(self._back)
        elif id.startswith("floor:"):
            self._shown = int(id.removeprefix("floor:"))

    def spoken(self, desk: Desk) -> str:
        return desk.words("more_floor")

    def draw(self, pen: Pen, desk: Desk) -> None:
        floors = self._floors or []
        others = [
            Key(f"floor:{i}", str(f["name"]), "map-pin") for i, f in enumerate(floors) if i != self._shown
        ]
        body = inner.frame(pen, desk, pen.words("more_floor"), [inner.back(pen), *others[:2]])
        floor = floors[self._shown] if floors else {}
        picture = self._pictures.get(str(floor.get("id"))) if floor else None
        if not picture:
            loads = self._floors is None or (floor and picture is None)
            key = "about_loading" if loads else "floor_none"
            at = body.center
            pen.scene.text(pen.words(key), pen.type(44), pen.p.ink, pen.p.card, width=body.w, center=at)
            return
        title_h = pen.type(70)
        at = (body.centerx, body.top + title_h // 2)
        pen.scene.text(
            str(floor["name"]), pen.type(52), pen.p.ink, pen.p.card, bold=True, width=body.w, center=at
        )
        area = pygame.Rect(body.left, body.top + title_h, body.w, body.h - title_h)
        drawn = pen.scene.brush.picture(picture, area.size)
        rect = pen.scene.put(drawn, center=area.center)
        for counter in floor["counters"]:
            _mark(pen, rect, counter["at"], str(counter["id"]))
        for kiosk in floor["kiosks"]:
            if kiosk["id"] == desk.name:
                _here(pen, rect, kiosk["at"])


def _at(rect: pygame.Rect, share: list[float]) -> tuple[int, int]:
    return rect.left + round(rect.w * share[0]), rect.top + round(rect.h * share[1])


def _mark(pen: Pen, rect: pygame.Rect, share: list[float], label: str) -> None:
    p, side = pen.p, max(pen.type(64), 40)
    at = _at(rect, share)
    pen.scene.put(pen.scene.brush.disc(side, p.accent), center=at)
    size = round(side * 0.6)
    pen.scene.text(label, size, p.on_accent, p.accent, bold=True, width=round(side * 0.8), center=at)


def _here(pen: Pen, rect: pygame.Rect, share: list[float]) -> None:
    """A pin and words beside it, kept inside the picture."""
    p, x, y = pen.p, *_at(rect, share)
    label, size = pen.words("you_are_here"), pen.type(40)
    wide = pen.scene.brush.type.width(label, size, True) + size + pen.u(44)
    card = pygame.Rect(0, 0, wide, round(size * 1.7))
    card.center = (min(max(x, rect.left + wide // 2), rect.right - wide // 2), y)
    pen.scene.put(pen.scene.brush.card(card.size, card.h // 2, p.warn_soft, p.warn, 3), topleft=card.topleft)
    pen.scene.icon("map-pin", size, p.warn, midleft=(card.left + pen.u(18), card.centery))
    at = (card.left + pen.u(26) + size, card.centery)
    pen.scene.text(label, size, p.warn, p.warn_soft, bold=True, midleft=at)
