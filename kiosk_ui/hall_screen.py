"""The hall screen: the last call huge and still, those before it, who waits, and each counter's state."""

from datetime import datetime, timedelta
from typing import Any

import pygame

from edge.hall.words import Away
from edge.texts import Texts
from kiosk_ui import hall_parts, widgets
from kiosk_ui.hall_parts import PLATES, TABLE, Unit, unit_of
from kiosk_ui.live import Live
from kiosk_ui.pages.emergency import over_everything
from kiosk_ui.pages.night import dim_clock
from kiosk_ui.paint import Brush
from kiosk_ui.scene import Scene
from kiosk_ui.text import Typesetter
from kiosk_ui.theme import BOARD, LIGHT, Theme
from kiosk_ui.told import Entry, Told
from kiosk_ui.touch import Presser
from kiosk_ui.zones import calls_of, counters_of, services_of

Json = dict[str, Any]

FRESH_S = 8.0
"""So long a new call keeps its own colour."""
PAGE_S = 12.0
"""The playlist and the strip are still pages, each shown so long."""
ICONS = {"leader": "users", "phone": "help-circle", "item": "file-text"}
SMALLER = 0.75
NIGHT_SCALE = 1.2
SHIFT_S = 300.0
"""The picture moves by a few pixels this often, against images that stick."""
SHIFTS = ((0, 0), (3, 0), (3, 3), (0, 3))


class HallScreen:
    """One hall screen, of the hall or of a zone; with `table` a row for each counter beside the call."""

    def __init__(
        self,
        size: tuple[int, int],
        brush: Brush,
        texts: Texts,
        live: Live,
        zone: str = "",
        *,
        table: bool = False,
    ) -> None:
        self.presser = Presser()
        self.now_s = 0.0
        self.zone = zone
        self.told = Told(live)
        self._size = size
        self._brush = brush
        self._texts = texts
        self._live = live
        self._table = table
        self._fresh: dict[int, float] = {}
        """Calls that came while this screen was up: since when (monotonic), by their seq."""
        self._mark: int | None = None
        """All calls up to this were seen."""

    # --- what the window asks -------------------------------------------------------------------------------

    def tick(self, now_s: float) -> None:
        self.now_s = now_s
        if not self.view:
            return
        self.told.tick(now_s, str(self.view.get("day", "")))
        seqs = [int(c["seq"]) for c in self.calls]
        # What was called before this screen came up, or by another journal, is shown in no colour of its own.
        if self._mark is not None and int(self.view.get("seq", 0)) >= self._mark:
            self._fresh |= {seq: now_s for seq in seqs if seq > self._mark}
        self._fresh = {seq: at for seq, at in self._fresh.items() if seq in seqs and now_s - at < FRESH_S}
        self._mark = max(seqs, default=0)

    def tap(self, id: str) -> None:
        """Nobody touches a hall screen."""

    def moving(self) -> bool:
        return False

    def scene(self) -> Scene:
        scene = Scene(self.page(), self._size, self._brush)
        scene.put(self._brush.slope(self._size, BOARD.back, BOARD.back_low), topleft=(0, 0))
        pen = widgets.Pen(scene, Theme(*self._size, 1000.0, LIGHT), self.words)
        if self.emergency:
            over_everything(pen, self.emergency, 1.15)
        elif self.is_night:
            dim_clock(pen, self.view, *self._now(), self.now_s, NIGHT_SCALE)
        else:
            self.draw(pen, unit_of(self._size))
        scene.shift(*SHIFTS[int(self.now_s // SHIFT_S) % len(SHIFTS)])
        return scene

    def shot_name(self) -> str:
        if self.is_night:
            return self.page()
        return f"{self.page()}-{self.calls[0]['number']}" if self.calls else self.page()

    def page(self) -> str:
        """The picture's name."""
        if self.emergency:
            return "emergency"
        if not self.view:
            return "starting"
        if self.is_night:
            return "night"
        return "calls" if self.calls else "welcome"

    # --- inside ---------------------------------------------------------------------------------------------

    @property
    def view(self) -> Json:
        return self._live.seen.view or {}

    @property
    def calls(self) -> list[Json]:
        return calls_of(self.view, self.zone)

    @property
    def emergency(self) -> Json:
        return self.view.get("desk", {}).get("emergency") or {}

    @property
    def is_night(self) -> bool:
        """The business day is closed."""
        return bool(self.view.get("asleep")) and not self.emergency

    def _now(self) -> tuple[str, str]:
        """Time and date as people read them."""
        at = self.at()
        if at is None:
            return "", ""
        weekday = self.words(f"weekday_{at.isoweekday()}")
        return at.strftime("%H:%M"), self.words("date", month=at.month, day=at.day, weekday=weekday)

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

    def is_fresh(self, call: Json) -> bool:
        return int(call["seq"]) in self._fresh

    def at(self) -> datetime | None:
        at = str(self.view.get("clock", {}).get("at", ""))
        try:
            since_s = self.now_s - self._live.seen.at_s
            return datetime.fromisoformat(at) + timedelta(seconds=since_s) if at else None
        except ValueError:
            return None

    def counter(self, id: str) -> Json:
        return next((c for c in self.view.get("counters", []) if str(c["id"]) == id), {})

    # --- the picture ----------------------------------------------------------------------------------------

    def draw(self, pen: widgets.Pen, u: Unit) -> None:
        w, h = self._size
        margin = u(44)
        area = pygame.Rect(margin, 0, w - 2 * margin, h)
        head = pygame.Rect(area.left, area.top + u(18), area.w, u(96))
        self.head(pen, head, u)
        foot = pygame.Rect(0, h - u(84), w, u(84))
        strip = pygame.Rect(area.left, foot.top - u(22) - u(200), area.w, u(200))
        main = pygame.Rect(area.left, head.bottom + u(14), area.w, strip.top - u(22) - head.bottom - u(14))
        self._main(pen, main, u)
        self._strip(pen, strip, u)
        self.foot(pen, foot, area, u)

    def head(self, pen: widgets.Pen, rect: pygame.Rect, u: Unit) -> None:
        """The hall, its floor and who is on duty at the left, date and time at the right."""
        right, (time, date) = rect.right, self._now()
        if time:
            where = (right, rect.centery)
            clock = pen.scene.text(time, u(76), BOARD.ink, BOARD.back, bold=True, midright=where)
            where = (clock.left - u(34), rect.centery)
            right = pen.scene.text(date, u(42), BOARD.soft, BOARD.back, midright=where).left
        name = " · ".join(p for p in (str(self.view.get("name", "")), self.told.floor(self.zone)) if p)
        room = right - rect.left - u(40)
        where = (rect.left, rect.centery)
        left = pen.scene.text(name, u(60), BOARD.ink, BOARD.back, bold=True, width=room, midleft=where).right
        leader = self.words("leader", leader=self.told.leader()) if self.told.leader() else ""
        if leader and pen.scene.brush.type.width(leader, u(38)) <= right - u(80) - left:
            where = (left + u(40), rect.centery)
            pen.scene.text(leader, u(38), BOARD.soft, BOARD.back, private=True, midleft=where)

    def _main(self, pen: widgets.Pen, rect: pygame.Rect, u: Unit) -> None:
        calls = self.calls
        pages = _chunks(counters_of(self.view, self.zone), TABLE) if self._table else []
        turn = self._table_turn(pages)
        counters = pages[turn] if pages else []
        if not calls and not counters:
            self._welcome(pen, rect, u)
            return
        alone = len(calls) == 1 and not counters
        left, right = hall_parts.beside(rect, 0.575, u(28))
        left, u = rect if alone else left, hall_parts.larger(rect, u)
        if calls:
            name = str(self.counter(str(calls[0]["counter"])).get("name", ""))
            hall_parts.call_card(pen, calls[0], name, left, u, fresh=self.is_fresh(calls[0]))
        else:
            self._welcome(pen, left, u)
        if counters:
            hall_parts.counter_table(pen, counters, right, u, self.state_words, (turn, len(pages)))
        else:
            hall_parts.calls_before(pen, calls[1:], right, u, self.is_fresh)

    def _table_turn(self, pages: list[list[Json]]) -> int:
        """Still pages in turn, but the counter that has just called stands there with its call."""
        newest = next((str(c["counter"]) for c in self.calls if self.is_fresh(c)), "")
        called = (i for i, page in enumerate(pages) if any(str(c["id"]) == newest for c in page))
        return next(called, int(self.now_s // PAGE_S) % max(1, len(pages)))

    def _welcome(self, pen: widgets.Pen, rect: pygame.Rect, u: Unit) -> None:
        """No call yet: a kind word and what to do, and the notices at length in turn."""
        pen.scene.put(pen.scene.brush.card(rect.size, u(36), BOARD.card), topleft=rect.topleft)
        long = [e for e in self.told.playlist(self.words, []) if e.text]
        turn = int(self.now_s // PAGE_S) % (1 + len(long))
        if turn:
            self._poster(pen, long[turn - 1], rect, u)
            return
        title = self.words("welcome") if self.view else self.words("starting")
        hint = self.words("welcome_hint") if self.view else self.words("starting_hint")
        room = rect.w - 2 * u(70)
        at = (rect.centerx, rect.top + round(rect.h * 0.4))
        pen.scene.text(title, u(170), BOARD.number, BOARD.card, bold=True, width=room, center=at)
        at = (rect.centerx, rect.top + round(rect.h * 0.72))
        pen.scene.text(hint, u(76), BOARD.card_ink, BOARD.card, width=room, center=at)

    def _poster(self, pen: widgets.Pen, entry: Entry, rect: pygame.Rect, u: Unit) -> None:
        """A notice at length, as large as it goes."""
        inner = rect.inflate(-2 * u(64), -2 * u(44))
        label = "  ".join(part for part in (self.words(f"notice_{entry.kind}"), entry.until) if part)
        at = (inner.left, inner.top + u(30))
        pen.scene.text(label, u(46), BOARD.card_soft, BOARD.card, bold=True, width=inner.w, midleft=at)
        at = (inner.left, inner.top + u(124))
        pen.scene.text(entry.title, u(96), BOARD.number, BOARD.card, bold=True, width=inner.w, midleft=at)
        area = pygame.Rect(inner.left, inner.top + u(204), inner.w, inner.bottom - inner.top - u(204))
        lines, size = pen.scene.brush.type.fill(entry.text, u(76), area.size, least=0.45)
        most = max(1, area.h // round(size * 1.4))
        pen.scene.paragraph(entry.text, size, BOARD.card_ink, BOARD.card, area, lines=min(most, len(lines)))

    def _strip(self, pen: widgets.Pen, rect: pygame.Rect, u: Unit) -> None:
        """Still pages in turn: the counters (unless they stand in the table), and who waits for what."""
        counters = [] if self._table else counters_of(self.view, self.zone)
        most = hall_parts.plates(pen, counters, rect.w, u)
        pages = [(True, chunk) for chunk in _chunks(counters, most)]
        pages += [(False, chunk) for chunk in _chunks(services_of(self.view, self.zone), PLATES)]
        if not pages:
            return
        is_counters, chunk = pages[int(self.now_s // PAGE_S) % len(pages)]
        if is_counters:
            hall_parts.counter_plates(pen, chunk, rect, u, self.state_words)
        else:
            hall_parts.service_plates(pen, chunk, rect, u)

    def foot(self, pen: widgets.Pen, foot: pygame.Rect, area: pygame.Rect, u: Unit) -> None:
        """The playlist, one still line after another; when the daemon is away, how old this picture is."""
        ground = foot.inflate(8, 0)
        pen.scene.put(pen.scene.brush.slope(ground.size, BOARD.notice, BOARD.notice), topleft=ground.topleft)
        seen, room = self._live.seen, area.w - u(76)
        if seen.away and seen.view:
            text, icon = widgets.age_words(pen, self.now_s - seen.at_s), "cloud-off"
        else:
            lines = self._lines(pen, room, u(48)) or [("bell", self.words("welcome_hint"))]
            icon, text = lines[int(self.now_s // PAGE_S) % len(lines)]
        pen.scene.icon(icon, u(46), BOARD.notice_ink, midleft=(area.left, foot.centery))
        at = (area.left + u(72), foot.centery)
        size, private = u(48), icon == ICONS["leader"]
        pen.scene.text(text, size, BOARD.notice_ink, BOARD.notice, width=room, private=private, midleft=at)

    def _lines(self, pen: widgets.Pen, room: int, size: int) -> list[tuple[str, str]]:
        """(icon, line): what is longer than a line takes several pages."""
        found = []
        for entry in self.told.playlist(self.words, self.view.get("notices", [])):
            line = {"title": entry.title, "text": entry.text}
            text = self.words("notice_line", **line) if entry.text else entry.title
            text = f"{text}  {entry.until}" if entry.until else text
            icon = ICONS.get(entry.kind, "bell")
            found += [(icon, part) for part in _even(pen.scene.brush.type, text, size, room)]
        return found


def _even(setter: Typesetter, text: str, size: int, room: int) -> list[str]:
    """One line where it fits a little smaller; else lines of about one length."""
    wide = setter.width(text, size)
    if wide * SMALLER <= room:
        return [text]
    lines = len(setter.wrap(text, size, room))
    return setter.wrap(text, size, min(room, round(wide / lines + 2 * size)))


def _chunks(rows: list[Json], most: int) -> list[list[Json]]:
    """Pages of at most so many, about evenly filled."""
    if not rows:
        return []
    pages = -(-len(rows) // most)
    most = -(-len(rows) // pages)
    return [rows[i : i + most] for i in range(0, len(rows), most)]
