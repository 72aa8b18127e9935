"""Who is there (去向牌): a card per counter, with its people as far as the hall shows them."""

from functools import partial

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages import inner
from kiosk_ui.pages.about import ABOUT
from kiosk_ui.pages.page import Desk, Json, Page, Still, cut
from kiosk_ui.theme import Colour
from kiosk_ui.widgets import Pen

SHOWN = 2
"""People on a card: who serves and who stands in."""


class PeoplePage(Still):
    name = "people"
    idle_s = 60.0

    def __init__(self, back: Page, desk: Desk) -> None:
        self._back = back
        self._posts: list[Json] | None = None
        self._photos: dict[str, bytes] = {}
        self._page = 0
        self._pages = 1
        self._seq = desk.view.get("seq")
        self._ask(desk)

    def tick(self, desk: Desk) -> None:
        """Asked again when the hall has changed: somebody sat down, or went."""
        if desk.view.get("seq") != self._seq and not desk.away:
            self._seq = desk.view.get("seq")
            self._ask(desk)

    def _ask(self, desk: Desk) -> None:
        desk.ask(ABOUT, lambda status, answer: self._told(status, answer, desk))

    def _told(self, status: int, answer: Json, desk: Desk) -> None:
        if status != 200:
            self._posts = self._posts or []
            return
        self._posts = list(answer["staff"])
        for person in (p for post in self._posts for p in post["people"][:SHOWN]):
            path = str(person.get("photo") or "")
            if path and path not in self._photos:
                self._photos[path] = b""
                desk.picture(path, partial(self._photos.__setitem__, path))

    def tap(self, id: str, desk: Desk) -> None:
        if id == "back":
            desk.show(self._back)
        elif id.startswith("page:"):
            self._page = min(self._pages - 1, max(0, self._page + (1 if id == "page:next" else -1)))

    def spoken(self, desk: Desk) -> str:
        return desk.words("more_people")

    def draw(self, pen: Pen, desk: Desk) -> None:
        body = inner.frame(pen, desk, pen.words("more_people"), [inner.back(pen)], card=False, reach=False)
        if not self._posts:
            key = "about_loading" if self._posts is None else "about_nothing"
            widgets.panel(pen, body)
            label, room, p = pen.words(key), body.w - pen.u(60), pen.p
            pen.scene.text(label, pen.type(48), p.ink, p.card, width=room, center=body.center)
            return
        gap = pen.u(14)
        columns = 1 if pen.theme.portrait or pen.theme.large else 2
        high = self._height(pen)
        turn_h = max(pen.theme.touch, pen.u(100))
        rows = max(1, (body.h + gap) // (high + gap))
        if len(self._posts) > rows * columns:
            rows = max(1, (body.h - turn_h) // (high + gap))
        shown = cut(self._posts, self._page, rows * columns)
        self._page, self._pages = shown.page, shown.pages
        wide = (body.w - gap * (columns - 1)) // columns
        for i, post in enumerate(shown.rows):
            row, column = divmod(i, columns)
            left, top = body.left + column * (wide + gap), body.top + row * (high + gap)
            self._card(pen, post, pygame.Rect(left, top, wide, high))
        turn = pygame.Rect(body.left, body.bottom - turn_h, body.w, turn_h)
        widgets.arrows(pen, turn, shown.page, shown.pages)

    def _height(self, pen: Pen) -> int:
        most = max(min(SHOWN, len(p["people"])) for p in self._posts or [])
        return round(pen.type(46) * 1.4 + max(1, most) * pen.type(38) * 1.36 + pen.u(26))

    def _card(self, pen: Pen, post: Json, rect: pygame.Rect) -> None:
        p, u = pen.p, pen.u
        widgets.panel(pen, rect)
        side = min(pen.type(96), rect.h - u(30))
        disc = (rect.left + u(24) + side // 2, rect.centery)
        pen.scene.put(pen.scene.brush.card((side, side), side // 4, p.accent), center=disc)
        room = side - u(10)
        number = str(post["counter"])
        pen.scene.text(number, round(side * 0.6), p.on_accent, p.accent, bold=True, width=room, center=disc)
        left = rect.left + u(24) + side + u(26)
        y = rect.top + u(12) + round(pen.type(46) * 0.7)
        chip = _state_chip(pen, post, (rect.right - u(20), y), round(rect.w * 0.4))
        room = chip.left - u(14) - left
        name = " ".join(part for part in (str(post["name"]), str(post["room"])) if part)
        pen.scene.text(name, pen.type(46), p.ink, p.card, bold=True, width=room, midleft=(left, y))
        y += round(pen.type(46) * 0.7)
        for person in post["people"][:SHOWN]:
            y += round(pen.type(38) * 0.68)
            self._person(pen, person, pygame.Rect(left, y, rect.right - u(20) - left, pen.type(38)))
            y += round(pen.type(38) * 0.68)

    def _person(self, pen: Pen, person: Json, line: pygame.Rect) -> None:
        """`line`: its left and right, its top the middle of the text."""
        p, left, size = pen.p, line.left, pen.type(38)
        if photo := self._photos.get(str(person.get("photo") or "")):
            drawn = pen.scene.brush.picture(photo, (round(size * 1.4), round(size * 1.4)))
            face = pen.scene.put(drawn, midleft=(left, line.top))
            pen.scene.private.append(face)
            left = face.right + pen.u(12)
        fields = [str(person[key]) for key in ("name", "number", "post", "phone") if person.get(key)]
        here = bool(person["here"])
        mark, ink = ("check", p.ok) if here else ("clock", p.muted)
        side = round(size * 0.8)
        pen.scene.icon(mark, side, ink, midright=(line.right, line.top))
        label = pen.words("staff_here" if here else "staff_not_here")
        at = (line.right - side - pen.u(8), line.top)
        state = pen.scene.text(label, pen.type(34), ink, p.card, width=line.w // 3, midright=at)
        room = state.left - pen.u(14) - left
        while len(fields) > 1 and pen.scene.brush.type.width("  ".join(fields), size) * 0.8 > room:
            fields.pop()
        at = (left, line.top)
        pen.scene.text("  ".join(fields), size, p.ink, p.card, width=room, private=True, midleft=at)


def _state_chip(pen: Pen, post: Json, at: tuple[int, int], room: int) -> pygame.Rect:
    """What the counter does, in a colour and in words."""
    p = pen.p
    tone: tuple[Colour, Colour, str] = (p.ok, p.ok_soft, "check")
    if post["served_at"]:
        label, tone = pen.words("served_at", counter=post["served_at"]), (p.accent, p.accent_soft, "users")
    elif post["state"] == "paused":
        label, tone = pen.words(f"staff_{post['reason'] or 'paused'}"), (p.warn, p.warn_soft, "pause")
    elif post["state"] == "closed":
        label, tone = pen.words("state_closed"), (p.shut_ink, p.shut, "moon")
    else:
        label = pen.words(f"state_{post['state']}")
    return widgets.chip(pen, label, tone[0], tone[1], icon=tone[2], width=room, midright=at)
