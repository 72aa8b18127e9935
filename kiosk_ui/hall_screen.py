"""The hall screen: the last call huge and still, those before it, who waits, and each counter's state."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pygame

from edge.hall.words import Away
from edge.texts import Texts
from kiosk_ui import widgets
from kiosk_ui.live import Live
from kiosk_ui.paint import Brush
from kiosk_ui.scene import Scene
from kiosk_ui.theme import BOARD, LIGHT, Colour, Theme
from kiosk_ui.touch import Presser

Json = dict[str, Any]

Unit = Callable[[float], int]
"""Pixels of a length on 1920x1080."""

FRESH_S = 8.0
"""So long a new call keeps its own colour."""
BEFORE = 5
NOTICE_S = 12.0
"""Notices are still pages, each shown so long."""
SHIFT_S = 300.0
"""The picture moves by a few pixels this often, against images that stick."""


@dataclass(frozen=True)
class Latest:
    """The call that stands on the screen, and since when (monotonic)."""

    seq: int = 0
    since_s: float = -1e9


class HallScreen:
    """One hall screen; `counter` draws one counter's page instead."""

    def __init__(
        self,
        size: tuple[int, int],
        brush: Brush,
        texts: Texts,
        live: Live,
        zone: str = "",
        announce: Callable[[Json], object] = lambda call: None,
    ) -> None:
        """`announce` gets each new call once, in the frame loop: for a chime; it may not block."""
        self.presser = Presser()
        self.now_s = 0.0
        self.zone = zone
        self._size = size
        self._brush = brush
        self._texts = texts
        self._live = live
        self._announce = announce
        self._latest = Latest()
        self._began = False

    # --- what the window asks -------------------------------------------------------------------------------

    def tick(self, now_s: float) -> None:
        self.now_s = now_s
        calls = self.view.get("calls", [])
        seq = int(calls[0]["seq"]) if calls else 0
        if seq != self._latest.seq:
            # What was called before this screen came up, and what is newest again since a call was undone, is
            # shown but not announced.
            is_new = self._began and seq > self._latest.seq
            self._latest = Latest(seq, now_s if is_new else -1e9)
            if is_new:
                self._announce(calls[0])
        self._began = self._began or bool(self.view)

    def tap(self, id: str) -> None:
        """Nobody touches a hall screen."""

    def moving(self) -> bool:
        return False

    def scene(self) -> Scene:
        scene = Scene(self._name(), self._size, self._brush)
        scene.put(self._brush.slope(self._size, BOARD.back, BOARD.back_low), topleft=(0, 0))
        pen = widgets.Pen(scene, Theme(*self._size, 1000.0, LIGHT), self.words)
        self.draw(pen)
        return scene

    def shot_name(self) -> str:
        calls = self.view.get("calls", [])
        return f"{self._name()}-{calls[0]['number']}" if calls else self._name()

    # --- inside ---------------------------------------------------------------------------------------------

    @property
    def view(self) -> Json:
        return self._live.seen.view or {}

    def words(self, key: str, /, **facts: object) -> str:
        return self._texts.get(f"ui.{key}", **facts)

    def state_words(self, counter: Json) -> str:
        """What a counter does now: where its people are called, or why it is paused, where that is known."""
        state, reason = str(counter.get("state", "closed")), counter.get("reason", "")
        if counter.get("served_at") and state != "closed":
            return self.words("served_at", counter=counter["served_at"])
        if state == "paused" and reason in set(Away):
            return self._texts.get(f"pause.{reason}")
        return self.words(f"state_{state}")

    def _name(self) -> str:
        if not self.view:
            return "starting"
        return "calls" if self.view.get("calls") else "welcome"

    def at(self) -> datetime | None:
        at = str(self.view.get("clock", {}).get("at", ""))
        try:
            return (
                datetime.fromisoformat(at) + timedelta(seconds=self.now_s - self._live.seen.at_s)
                if at
                else None
            )
        except ValueError:
            return None

    def draw(self, pen: widgets.Pen) -> None:
        w, h = self._size
        step = int(self.now_s // SHIFT_S) % 4
        shift = ((0, 0), (3, 0), (3, 3), (0, 3))[step]
        u = unit_of(self._size)
        margin = u(44)
        area = pygame.Rect(margin + shift[0], shift[1], w - 2 * margin, h)
        head = pygame.Rect(area.left, area.top + u(18), area.w, u(96))
        self._head(pen, head, u)
        foot = pygame.Rect(0, h - u(84), w, u(84))
        counters = pygame.Rect(area.left, foot.top - u(22) - u(200), area.w, u(200))
        main = pygame.Rect(area.left, head.bottom + u(14), area.w, counters.top - u(22) - head.bottom - u(14))
        if not self.view.get("calls"):
            self._welcome(pen, main, u)
        else:
            alone = len(self.view["calls"]) == 1
            left = pygame.Rect(main.left, main.top, main.w if alone else round(main.w * 0.575), main.h)
            self._call(pen, left, u)
            right = pygame.Rect(left.right + u(28), main.top, main.right - left.right - u(28), main.h)
            self._before(pen, right, u)
        self._counters(pen, counters, u)
        self._foot(pen, foot, area, u)

    def _head(self, pen: widgets.Pen, rect: pygame.Rect, u: Unit) -> None:
        at = self.at()
        name = str(self.view.get("name", ""))
        right = rect.right
        if at:
            clock = pen.scene.text(
                at.strftime("%H:%M"), u(76), BOARD.ink, BOARD.back, bold=True, midright=(right, rect.centery)
            )
            weekday = self.words(f"weekday_{at.isoweekday()}")
            date = self.words("date", month=at.month, day=at.day, weekday=weekday)
            right = pen.scene.text(
                date, u(42), BOARD.soft, BOARD.back, midright=(clock.left - u(34), rect.centery)
            ).left
        room = right - rect.left - u(40)
        pen.scene.text(
            name, u(60), BOARD.ink, BOARD.back, bold=True, width=room, midleft=(rect.left, rect.centery)
        )

    def _call(self, pen: widgets.Pen, rect: pygame.Rect, u: Unit) -> None:
        call = self.view["calls"][0]
        fresh = self.now_s - self._latest.since_s < FRESH_S
        ground = BOARD.fresh if fresh else BOARD.card
        ink, soft = (BOARD.fresh_ink, BOARD.fresh_ink) if fresh else (BOARD.number, BOARD.card_soft)
        brush = pen.scene.brush
        pen.scene.put(brush.card(rect.size, u(36), ground), topleft=rect.topleft)
        label = self.words("kind_recall") if call.get("kind") == "recall" else self.words("calling")
        y = rect.top + u(64)
        pen.scene.icon("megaphone", u(58), soft, midleft=(rect.left + u(44), y))
        pen.scene.text(
            label, u(50), soft, ground, bold=True, width=rect.w // 2, midleft=(rect.left + u(122), y)
        )
        name = self._counter(str(call["counter"])).get("name", "")
        pen.scene.text(
            name, u(50), soft, ground, width=rect.w // 2 - u(100), midright=(rect.right - u(44), y)
        )
        band_h = u(170)
        band = pygame.Rect(rect.left + u(36), rect.bottom - u(36) - band_h, rect.w - 2 * u(36), band_h)
        top = y + u(36)
        middle = (top + band.top) // 2
        size = min(round((band.top - top) * 1.08), round(rect.w * 0.42))
        pen.scene.text(
            str(call["number"]),
            size,
            ink,
            ground,
            bold=True,
            width=rect.w - 2 * u(50),
            center=(rect.centerx, middle),
        )
        fill, words_ink = (BOARD.number, BOARD.ink) if fresh else (BOARD.band, BOARD.band_ink)
        pen.scene.put(brush.card(band.size, u(28), fill), topleft=band.topleft)
        label = self.words("please_go", counter=call["counter"])
        pen.scene.text(
            label, u(112), words_ink, fill, bold=True, width=band.w - 2 * u(30), center=band.center
        )

    def _before(self, pen: widgets.Pen, rect: pygame.Rect, u: Unit) -> None:
        calls = self.view["calls"][1 : BEFORE + 1]
        if not calls:
            return
        gap = u(14)
        rows = BEFORE if len(calls) > 4 else 4
        high = (rect.h - gap * (rows - 1)) // rows
        for i, call in enumerate(calls):
            row = pygame.Rect(rect.left, rect.top + i * (high + gap), rect.w, high)
            pen.scene.put(pen.scene.brush.card(row.size, u(24), BOARD.panel), topleft=row.topleft)
            size = min(u(96), round(high * 0.86))
            number = pen.scene.text(
                str(call["number"]),
                size,
                BOARD.ink,
                BOARD.panel,
                bold=True,
                midleft=(row.left + u(34), row.centery),
            )
            label = self.words("counter", counter=call["counter"])
            room = row.right - u(34) - number.right - u(20)
            at = (row.right - u(34), row.centery)
            pen.scene.text(
                label, min(u(66), size), BOARD.soft, BOARD.panel, bold=True, width=room, midright=at
            )

    def _welcome(self, pen: widgets.Pen, rect: pygame.Rect, u: Unit) -> None:
        """No call yet: a kind word and what to do."""
        pen.scene.put(pen.scene.brush.card(rect.size, u(36), BOARD.card), topleft=rect.topleft)
        title = self.words("welcome") if self.view else self.words("starting")
        hint = self.words("welcome_hint") if self.view else self.words("starting_hint")
        room = rect.w - 2 * u(80)
        y = rect.top + round(rect.h * 0.4)
        pen.scene.text(
            title, u(170), BOARD.number, BOARD.card, bold=True, width=room, center=(rect.centerx, y)
        )
        y = rect.top + round(rect.h * 0.72)
        pen.scene.text(hint, u(76), BOARD.card_ink, BOARD.card, width=room, center=(rect.centerx, y))

    def _counters(self, pen: widgets.Pen, rect: pygame.Rect, u: Unit) -> None:
        """One plate per counter: its sign, what it does now, how many wait for it."""
        counters = self.view.get("counters", [])[:8]
        if not counters:
            return
        gap = u(16)
        wide = (rect.w - gap * (len(counters) - 1)) // len(counters)
        setter, room = pen.scene.brush.type, wide - u(16 + 54 + 10 + 16)
        name_size = min(setter.fit(str(c.get("name", "")), u(38), room)[1] for c in counters)
        for i, counter in enumerate(counters):
            plate = pygame.Rect(rect.left + i * (wide + gap), rect.top, wide, rect.h)
            _plate(pen, counter, plate, u, self.words, self.state_words(counter), name_size)

    def _foot(self, pen: widgets.Pen, foot: pygame.Rect, area: pygame.Rect, u: Unit) -> None:
        """The notices, one still page after another; when the daemon is away, how old this picture is."""
        w = foot.w
        pen.scene.put(pen.scene.brush.slope((w, foot.h), BOARD.notice, BOARD.notice), topleft=foot.topleft)
        seen = self._live.seen
        if seen.away and seen.view:
            text, icon = widgets.age_words(pen, self.now_s - seen.at_s), "cloud-off"
        else:
            notices = self.view.get("notices", [])
            text = (
                notices[int(self.now_s // NOTICE_S) % len(notices)] if notices else self.words("welcome_hint")
            )
            icon = "bell"
        pen.scene.icon(icon, u(46), BOARD.notice_ink, midleft=(area.left, foot.centery))
        room = area.w - u(76)
        at = (area.left + u(72), foot.centery)
        pen.scene.text(text, u(48), BOARD.notice_ink, BOARD.notice, width=room, midleft=at)

    def _counter(self, id: str) -> Json:
        return next((c for c in self.view.get("counters", []) if str(c["id"]) == id), {})


def unit_of(size: tuple[int, int]) -> Unit:
    share = min(size[0] / 1920, size[1] / 1080)
    return lambda n: round(n * share)


def state_look(state: str) -> tuple[Colour, Colour]:
    """(ground, ink) of a counter's state."""
    if state == "closed":
        return BOARD.panel_dim, BOARD.soft
    if state == "paused":
        return BOARD.panel_dim, BOARD.warn
    return BOARD.panel, BOARD.ok


def _plate(
    pen: widgets.Pen,
    counter: Json,
    plate: pygame.Rect,
    u: Unit,
    words: widgets.Words,
    doing: str,
    name_size: int,
) -> None:
    state = str(counter.get("state", "closed"))
    ground, ink = state_look(state)
    pen.scene.put(pen.scene.brush.card(plate.size, u(22), ground), topleft=plate.topleft)
    pad = u(16)
    room = plate.w - 2 * pad
    sign = u(54)
    y = plate.top + pad + sign // 2
    pen.scene.put(pen.scene.brush.card((sign, sign), u(16), BOARD.soft), midleft=(plate.left + pad, y))
    at = (plate.left + pad + sign // 2, y)
    pen.scene.text(str(counter["id"]), u(42), BOARD.back, BOARD.soft, bold=True, width=sign - 6, center=at)
    left = plate.left + pad + sign + u(10)
    name = str(counter.get("name", ""))
    pen.scene.text(name, name_size, BOARD.ink, ground, width=plate.right - u(12) - left, midleft=(left, y))
    ticket = counter.get("ticket") or {}
    y = plate.top + round(plate.h * 0.58)
    if ticket.get("number") and state in ("calling", "serving"):
        number = pen.scene.text(
            ticket["number"], u(56), BOARD.ink, ground, bold=True, width=room, midleft=(plate.left + pad, y)
        )
        left = number.right + u(16)
        size, right = u(38), plate.right - pad
        pen.scene.text(doing, size, ink, ground, bold=True, width=right - left, midright=(right, y))
    else:
        pen.scene.text(doing, u(48), ink, ground, bold=True, width=room, midleft=(plate.left + pad, y))
    y = plate.top + round(plate.h * 0.84)
    label = words("waiting", count=counter["waiting"]) if counter.get("waiting") else words("waiting_none")
    if state != "closed" or counter.get("waiting"):
        pen.scene.text(label, u(36), BOARD.soft, ground, width=room, midleft=(plate.left + pad, y))
