"""The touch screen: which page is shown, what the citizen chose, and when it goes home by itself."""

import logging
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from edge.texts import Texts
from kiosk_ui import always, widgets
from kiosk_ui.live import Live
from kiosk_ui.pages.emergency import EmergencyPage
from kiosk_ui.pages.help import HelpPage
from kiosk_ui.pages.home import HomePage
from kiosk_ui.pages.night import NightPage, is_night
from kiosk_ui.pages.number import NumberPage
from kiosk_ui.pages.page import Page, Session, Told
from kiosk_ui.pages.pin import PinPage
from kiosk_ui.pages.refused import RefusedPage
from kiosk_ui.pages.starting import StartingPage
from kiosk_ui.pages.taking import TakingPage
from kiosk_ui.paint import Brush
from kiosk_ui.scanned import Scanned
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
BARE = ("starting", "night", "emergency")
"""Pages without the keys that are always there."""
SHIFTS = ((0, 0), (3, 2), (-2, 3), (2, -3), (-3, -2))
SHIFT_S = 300.0
"""Images stick where nothing ever moves: so often everything moves by some pixels."""


class Kiosk:
    """Lives in the frame loop's thread; everything slow is asked of `live`."""

    def __init__(
        self,
        theme: Theme,
        brush: Brush,
        languages: list[Texts],
        live: Live,
        name: str,
        *,
        speak: Callable[[str], None] = lambda text: None,
        patience: float = 1.0,
    ) -> None:
        """`speak` says a page's words, where the hall wants that; it must not block. All times after which
        the screen does something by itself are longer by `patience`.
        """
        self.presser = Presser(theme.touch)
        self.now_s = 0.0
        self.name = name
        self.session: Session | None = None
        self.ended = False
        """Somebody of the staff wants this program to start anew."""
        self._first = theme
        self._theme = theme
        self._brush = brush
        self._languages = languages
        self._language = 0
        self._live = live
        self._speak = speak
        self._patience = patience
        self._page: Page = StartingPage()
        self._emergency = EmergencyPage()
        self._shown_s = 0.0
        self._scanned = Scanned()
        self._taking = ""
        self._taking_s = 0.0
        self._key = ""

    # --- what the window asks -------------------------------------------------------------------------------

    def tick(self, now_s: float) -> None:
        self.now_s = now_s
        self._page.tick(self)
        self._scanned.look(self)
        if self.presser.knocked() and self._page.name in ("home", "night", "starting", "emergency"):
            self.show(PinPage())
        text, self.presser.typed = self.presser.typed, ""
        if text:
            self._page.typed(text, self)
        if self._taking and self._page.name != "taking" and now_s - self._taking_s > PATIENT_S:
            self.show(TakingPage(self._taking_s))
        if self._page.idle_s and self.left_s <= 0:
            self.home()
        if self._page.name == "home" and now_s - self._touched_s() > RESET_S * self._patience:
            self._theme, self._language = self._first, 0
            if is_night(self):
                self.show(NightPage())

    def tap(self, id: str) -> None:
        if id == "large":
            self._theme = replace(self._theme, large=not self._theme.large)
        elif id == "contrast":
            self._theme = replace(self._theme, palette=LIGHT if self._theme.palette is CONTRAST else CONTRAST)
        elif id == "low":
            self._theme = replace(self._theme, low=not self._theme.low)
        elif id == "language":
            self._language = (self._language + 1) % len(self._languages)
        elif id == "help":
            if self._page.name != "help":
                self.show(HelpPage(self._page, self))
        elif id == "home":
            self.home()
        elif id != "stay":
            self._shown().tap(id, self)

    def scene(self) -> Scene:
        page = self._shown()
        scene = Scene(page.name, (self._theme.width, self._theme.height), self._brush)
        pen = widgets.Pen(scene, self._theme, self.words, self.presser.pressed)
        portrait = self._theme.portrait
        heads = (560, 186) if page.name == "home" else (230, 112)
        units = heads[0] if portrait else heads[1]
        head = self._theme.head(units) if page.reach else self._theme.u(units)
        scene.put(self._brush.landscape(scene.rect.size, head, self._theme.palette), topleft=(0, 0))
        page.draw(pen, self)
        if page.name not in BARE:
            always.bar(pen, self._other_language())
        if self._asks_whether_there():
            always.still_here(pen, self.left_s)
        scene.shift(*SHIFTS[int(self.now_s // SHIFT_S) % len(SHIFTS)])
        return scene

    def moving(self) -> bool:
        return self._shown().moving()

    def shot_name(self) -> str:
        return self._shown().name

    # --- what pages ask -------------------------------------------------------------------------------------

    @property
    def view(self) -> Json:
        return self._live.seen.view or {}

    @property
    def away(self) -> bool:
        return self._live.seen.away

    @property
    def paused(self) -> bool:
        return self.name in self.view.get("desk", {}).get("paused", [])

    @property
    def age_s(self) -> float:
        return max(0.0, self.now_s - self._live.seen.at_s)

    @property
    def left_s(self) -> int:
        if not self._page.idle_s:
            return 0
        allowed = self._page.idle_s * self._patience * (2 if self._theme.large else 1)
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

    def phrase(self, key: str, /, **facts: object) -> str:
        return self._texts().get(key, **facts)

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
        return str(problem.get("detail") or self.words("away"))

    def home(self) -> None:
        """The first page; what a person typed or chose goes with the page that had it."""
        self._taking = ""
        if self.session:
            self.tell("/api/v1/staff/sign-off", {}, lambda status, answer: None)
            self.session = None
        self.show(HomePage() if self.view else StartingPage())

    def show(self, page: Page) -> None:
        self._page = page
        self._shown_s = self.now_s
        if text := page.spoken(self):
            self._speak(text)

    def ask(self, path: str, done: Told) -> None:
        self._live.question(path, done)

    def picture(self, path: str, done: Callable[[bytes], None]) -> None:
        self._live.picture(path, done)

    def tell(self, path: str, body: Json, done: Told) -> None:
        page, token = self._page, self.session.token if self.session else ""
        wanted = lambda: self._page is page  # noqa: E731
        self._live.command(path, body, uuid.uuid4().hex, done, wanted, token)

    def restart_screen(self) -> None:
        self.ended = True

    def take(self, service: str, item: str = "") -> None:
        """Ask for a number, once for this tap however often it has to be sent."""
        if self._taking or not service:
            return
        self._taking, self._taking_s, self._key = service, self.now_s, uuid.uuid4().hex
        key = self._key
        body = {"service": service, "kiosk": self.name} | ({"item": item} if item else {})
        wanted = lambda: self._taking == service and self._key == key  # noqa: E731
        self._live.command(
            "/api/v1/tickets", body, key, lambda status, answer: self._taken(status, answer, service), wanted
        )

    # --- inside ---------------------------------------------------------------------------------------------

    def _shown(self) -> Page:
        """An emergency is over everything but the staff's own pages."""
        declared = self.view.get("desk", {}).get("emergency")
        return self._emergency if declared and not self._page.name.startswith("staff") else self._page

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

    def _other_language(self) -> str:
        if len(self._languages) < 2:
            return ""
        return self._languages[(self._language + 1) % len(self._languages)].get("ui.language")

    def _at(self) -> datetime | None:
        """The hall's time: the view's, and what has passed since it came."""
        at = str(self.view.get("clock", {}).get("at", ""))
        try:
            return datetime.fromisoformat(at) + timedelta(seconds=self.age_s) if at else None
        except ValueError:
            return None

    def _asks_whether_there(self) -> bool:
        shown = self._shown()
        return bool(shown.idle_s) and shown.name not in COUNTS_DOWN and self.left_s <= WARN_S * self._patience


def theme_for(size: tuple[int, int], width_mm: float) -> Theme:
    """`width_mm` 0: a 21.5" screen standing, a 10.1" screen lying."""
    usual = 268.0 if size[1] >= size[0] else 217.0
    return Theme(size[0], size[1], width_mm or usual)
