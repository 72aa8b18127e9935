"""The touch screen: which page is shown, what the citizen chose, and when it goes home by itself."""

import logging
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pygame

from edge.texts import Texts
from kiosk_ui import widgets
from kiosk_ui.live import Live
from kiosk_ui.pages.home import HomePage
from kiosk_ui.pages.number import NumberPage
from kiosk_ui.pages.page import Page
from kiosk_ui.pages.refused import RefusedPage
from kiosk_ui.pages.starting import StartingPage
from kiosk_ui.pages.taking import TakingPage
from kiosk_ui.paint import Brush
from kiosk_ui.scene import Scene
from kiosk_ui.theme import CONTRAST, LIGHT, Theme
from kiosk_ui.touch import Presser

log = logging.getLogger(__name__)

Json = dict[str, Any]

WARN_S = 20
"""So long before a page goes home by itself it asks whether anybody is there (WCAG 2.2.1)."""
PATIENT_S = 0.4
"""Until a number comes the tile says so; after this long a page of its own does."""
RESET_S = 60.0
"""After so long on the first page the next citizen gets ordinary type, colours and language."""
COUNTS_DOWN = ("number", "refused")
"""Pages that show their seconds themselves."""


class Kiosk:
    """Lives in the frame loop's thread; everything slow is asked of `live`."""

    def __init__(self, theme: Theme, brush: Brush, languages: list[Texts], live: Live, name: str) -> None:
        self.presser = Presser()
        self.now_s = 0.0
        self._first = theme
        self._theme = theme
        self._brush = brush
        self._languages = languages
        self._language = 0
        self._live = live
        self._name = name
        self._page: Page = StartingPage()
        self._shown_s = 0.0
        self._taking = ""
        self._taking_s = 0.0
        self._key = ""

    # --- what the window asks -------------------------------------------------------------------------------

    def tick(self, now_s: float) -> None:
        self.now_s = now_s
        self._page.tick(self)
        if self._taking and self._page.name != "taking" and now_s - self._taking_s > PATIENT_S:
            self.show(TakingPage(self._taking_s))
        if self._page.idle_s and self.left_s <= 0:
            self.home()
        if self._page.name == "home" and now_s - self._touched_s() > RESET_S:
            self._theme, self._language = self._first, 0

    def tap(self, id: str) -> None:
        if id == "large":
            self._theme = replace(self._theme, large=not self._theme.large)
        elif id == "contrast":
            self._theme = replace(self._theme, palette=LIGHT if self._theme.palette is CONTRAST else CONTRAST)
        elif id == "language":
            self._language = (self._language + 1) % len(self._languages)
        elif id != "stay":
            self._page.tap(id, self)

    def scene(self) -> Scene:
        scene = Scene(self._page.name, (self._theme.width, self._theme.height), self._brush)
        pen = widgets.Pen(scene, self._theme, self.words, self.presser.pressed)
        portrait = self._theme.portrait
        heads = (580, 186) if self._page.name == "home" else (230, 112)
        head = self._theme.u(heads[0] if portrait else heads[1])
        scene.put(self._brush.landscape(scene.rect.size, head, self._theme.palette), topleft=(0, 0))
        self._page.draw(pen, self)
        self._bar(pen)
        if self._asks_whether_there():
            self._still_here(pen)
        return scene

    def moving(self) -> bool:
        return self._page.moving()

    def shot_name(self) -> str:
        return self._page.name

    # --- what pages ask -------------------------------------------------------------------------------------

    @property
    def view(self) -> Json:
        return self._live.seen.view or {}

    @property
    def away(self) -> bool:
        return self._live.seen.away

    @property
    def age_s(self) -> float:
        return max(0.0, self.now_s - self._live.seen.at_s)

    @property
    def left_s(self) -> int:
        if not self._page.idle_s:
            return 0
        allowed = self._page.idle_s * (2 if self._theme.large else 1)
        return int(allowed - (self.now_s - self._touched_s()) + 0.999)

    def clock(self) -> str:
        at = self._at()
        return at.strftime("%H:%M") if at else ""

    def date(self) -> str:
        at = self._at()
        if not at:
            return ""
        weekday = self.words(f"weekday_{at.isoweekday()}")
        return self.words("date", month=at.month, day=at.day, weekday=weekday)

    def words(self, key: str, /, **facts: object) -> str:
        return self._texts().get(f"ui.{key}", **facts)

    def service(self, id: str) -> Json:
        return next((s for s in self.view.get("services", []) if s["id"] == id), {})

    def taking(self) -> str:
        return self._taking

    def refusal(self, problem: Json) -> str:
        """The sentence of a refusal in this language; the door's own where the catalogue has none."""
        reason, texts = str(problem.get("reason")), self._texts()
        facts = {k: v for k, v in problem.items() if isinstance(v, str | int)}
        if f"refused.{reason}" in texts.phrases:
            return texts.refusal(reason, facts)
        if f"door.{reason}" in texts.phrases:
            return texts.get(f"door.{reason}", **facts)
        return str(problem.get("detail") or self.words("tile_closed"))

    def home(self) -> None:
        self._taking = ""
        self.show(HomePage() if self.view else StartingPage())

    def show(self, page: Page) -> None:
        self._page = page
        self._shown_s = self.now_s

    def ask(self, path: str, done: Callable[[int, Json], None]) -> None:
        self._live.question(path, done)

    def take(self, service: str, item: str = "") -> None:
        """Ask for a number, once for this tap however often it has to be sent."""
        if self._taking or not service:
            return
        self._taking, self._taking_s, self._key = service, self.now_s, uuid.uuid4().hex
        key = self._key
        body = {"service": service, "kiosk": self._name} | ({"item": item} if item else {})
        wanted = lambda: self._taking == service and self._key == key  # noqa: E731
        self._live.command(
            "/api/v1/tickets", body, key, lambda status, answer: self._taken(status, answer, service), wanted
        )

    # --- inside ---------------------------------------------------------------------------------------------

    def _taken(self, status: int, answer: Json, service: str) -> None:
        if self._taking != service:
            log.info("a number came after its citizen had left the page")
            return
        self._taking = ""
        if status == 201 and "ticket" in answer:
            self.show(NumberPage(answer["ticket"], self))
        else:
            self.show(RefusedPage(answer, service))

    def _touched_s(self) -> float:
        return max(self._shown_s, self.presser.touched_at)

    def _texts(self) -> Texts:
        return self._languages[self._language]

    def _at(self) -> datetime | None:
        """The hall's time: the view's, and what has passed since it came."""
        at = str(self.view.get("clock", {}).get("at", ""))
        try:
            return datetime.fromisoformat(at) + timedelta(seconds=self.age_s) if at else None
        except ValueError:
            return None

    def _bar(self, pen: widgets.Pen) -> None:
        large, palette = self._theme.large, self._theme.palette
        keys = [
            ("large", "type", self.words("ordinary" if large else "large")),
            ("contrast", "contrast", self.words("colours" if palette is CONTRAST else "contrast")),
        ]
        if len(self._languages) > 1:
            keys.append(("language", "languages", self.words("language")))
        if self._page.name not in ("home", "starting"):
            keys.append(("home", "home", self.words("home")))
        widgets.bar(pen, widgets.frame(self._theme, 0).bar, keys)

    def _asks_whether_there(self) -> bool:
        return bool(self._page.idle_s) and self._page.name not in COUNTS_DOWN and self.left_s <= WARN_S

    def _still_here(self, pen: widgets.Pen) -> None:
        """Over any page: a question, the seconds left, and one large key."""
        scene, p, u = pen.scene, pen.p, pen.u
        scene.targets.clear()
        scene.texts.clear()
        scene.put(self._brush.veil(scene.rect.size, (8, 18, 40), 170), topleft=(0, 0))
        high = pen.type(420)
        wide = min(scene.rect.w - 2 * u(80), u(900))
        card = pygame.Rect(0, 0, wide, high)
        card.center = (scene.rect.centerx, scene.rect.top + round(scene.rect.h * 0.55))
        widgets.panel(pen, card, radius=36)
        room = card.w - 2 * u(40)
        title = (card.centerx, card.top + round(high * 0.2))
        scene.text(
            pen.words("still_here_asked"), pen.type(72), p.ink, p.card, bold=True, width=room, center=title
        )
        hint = (card.centerx, card.top + round(high * 0.41))
        label = pen.words("still_here_hint", seconds=self.left_s)
        scene.text(label, pen.type(42), p.muted, p.card, width=room, center=hint)
        key_h = max(pen.theme.touch, pen.type(140))
        key = pygame.Rect(card.left + u(40), card.bottom - key_h - u(40), room, key_h)
        widgets.button(pen, "stay", key, pen.words("still_here"), icon="hand", primary=True)


def theme_for(size: tuple[int, int], width_mm: float) -> Theme:
    """`width_mm` 0: a 21.5" screen standing, a 10.1" screen lying."""
    usual = 268.0 if size[1] >= size[0] else 217.0
    return Theme(size[0], size[1], width_mm or usual)
