"""A still kiosk and hall screen for pictures and tests: no daemon, no clock, no window."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pygame
from ui_views import ABOUT, GROUPS, GUIDES, PAIRED, SLIPS, T0, TICKET, WAITING, troubled, view

from edge import paths
from edge.texts import Texts
from kiosk_ui import fonts
from kiosk_ui.counter_screen import CounterScreen
from kiosk_ui.hall_screen import HallScreen
from kiosk_ui.kiosk import Kiosk, theme_for
from kiosk_ui.live import Seen
from kiosk_ui.pages.guide import GuidePage
from kiosk_ui.pages.guides import GuidesPage
from kiosk_ui.pages.home import HomePage
from kiosk_ui.pages.more import MorePage
from kiosk_ui.pages.number import NumberPage
from kiosk_ui.pages.page import Page, Session
from kiosk_ui.pages.rate import RatePage
from kiosk_ui.pages.refused import RefusedPage
from kiosk_ui.pages.staff import StaffPage
from kiosk_ui.pages.staff_pair import PairPage
from kiosk_ui.paint import Brush
from kiosk_ui.scene import Scene, draw
from kiosk_ui.text import Typesetter
from kiosk_ui.window import choose_driver

STANDING = (1080, 1920)


LYING = (1280, 800)


WALL = (1920, 1080)
PAGES_BEGIN = 50400.0
"""When a hall screen begins all its turns anew: the playlist, the strip, the shift."""


@dataclass
class StillLive:
    """Stands in for `Live`: a view that does not change, questions answered at once, commands kept."""

    seen: Seen
    guides: list[dict[str, Any]] | None = field(default_factory=lambda: list(GUIDES))
    frames: int = 0
    wanted: str = ""
    on_lan: bool = False
    commands: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)

    def question(self, path: str, done: Callable[[int, dict[str, Any]], None]) -> None:
        kind = path.removeprefix("/api/v1/").partition("?")[0]
        answers = {
            "guides/groups": GROUPS,
            "about": ABOUT,
            "hall/slips": {"slips": SLIPS},
            "hall/waiting": {"waiting": WAITING, "paper": None},
            "pairings": {"paired": PAIRED, "on_lan": self.on_lan},
        }
        if kind in answers:
            done(200, answers[kind])
        elif kind == "guides" and self.guides is not None:
            done(200, {"guides": self.guides})
        elif kind.startswith("guides/") and self.guides:
            done(200, {"guide": self.guides[0]})

    def picture(self, path: str, done: Callable[[bytes], None]) -> None:
        done((paths.shared("demo") / "content/floor-1.svg").read_bytes())

    def command(
        self, path: str, body: dict[str, Any], key: str, done: Any, wanted: Any, token: str = ""
    ) -> None:
        self.commands.append((path, body, key))


@dataclass(frozen=True)
class Shot:
    """One picture: its name, its size, and how to get there."""

    name: str
    make: Callable[["Stage"], Any]
    size: tuple[int, int] = STANDING


class Stage:
    """Brush and texts, made once; `picture` draws a shot on a surface of its own."""

    def __init__(self) -> None:
        choose_driver()
        pygame.display.init()
        pygame.font.init()
        pygame.display.set_mode((64, 64))
        self.brush = Brush(Typesetter(fonts.load()))
        self.texts = [Texts.load(lang, paths.shared("texts")) for lang in ("zh-CN", "en")]

    def live(self, seen: dict[str, Any] | None, *, away_s: float = 0.0) -> StillLive:
        return StillLive(Seen(seen, T0 - away_s, away=away_s > 0))

    def kiosk(
        self,
        size: tuple[int, int] = STANDING,
        seen: dict[str, Any] | None = None,
        *,
        away_s: float = 0.0,
        large: bool = False,
        contrast: bool = False,
        english: bool = False,
        low: bool = False,
        live: StillLive | None = None,
    ) -> Kiosk:
        live = live or self.live(seen if seen is not None else view(), away_s=away_s)
        theme = theme_for(size, 0.0)
        kiosk = Kiosk(theme, self.brush, self.texts, live, "k1")  # type: ignore[arg-type]
        kiosk.presser.touched_at = T0
        kiosk.tick(T0)
        for on, key in ((large, "large"), (contrast, "contrast"), (english, "language"), (low, "low")):
            if on:
                kiosk.tap(key)
        return kiosk

    def hall(
        self,
        seen: dict[str, Any] | None = None,
        *,
        fresh: bool = False,
        away_s: float = 0.0,
        later_s: float = 0.0,
        english: bool = False,
        zone: str = "",
        table: bool = False,
        size: tuple[int, int] = WALL,
    ) -> HallScreen:
        """`later_s`: so long after the first pages, when others of its pages are shown."""
        live = self.live(seen if seen is not None else view(), away_s=away_s)
        live.seen = replace(live.seen, at_s=PAGES_BEGIN - away_s)
        texts = self.texts[english]
        screen = HallScreen(size, self.brush, texts, live, zone, table=table)  # type: ignore[arg-type]
        screen.tick(PAGES_BEGIN)
        screen.tick(PAGES_BEGIN + later_s)
        if fresh:
            calls = [{**live.seen.view["calls"][0], "seq": 99}, *live.seen.view["calls"][1:]]  # type: ignore[index]
            live.seen = replace(live.seen, view=live.seen.view | {"calls": calls})  # type: ignore[operator]
            screen.tick(PAGES_BEGIN + 1)
        return screen

    def counter(
        self,
        id: str,
        seen: dict[str, Any] | None = None,
        *,
        later_s: float = 0.0,
        english: bool = False,
        size: tuple[int, int] = WALL,
    ) -> CounterScreen:
        live = self.live(seen if seen is not None else view())
        live.seen = replace(live.seen, at_s=PAGES_BEGIN)
        screen = CounterScreen(size, self.brush, self.texts[english], live, id)  # type: ignore[arg-type]
        screen.tick(PAGES_BEGIN)
        screen.tick(PAGES_BEGIN + later_s)
        return screen

    def picture(self, shot: Shot) -> tuple[Scene, pygame.Surface]:
        scene = shot.make(self).scene()
        surface = pygame.Surface(shot.size)
        draw(scene, surface, None)
        return scene, surface


def on(page: Callable[[Kiosk], Any], **how: Any) -> Callable[[Stage], Kiosk]:
    """A kiosk that shows this page."""

    def make(stage: Stage) -> Kiosk:
        kiosk = stage.kiosk(**how)
        kiosk.show(page(kiosk))
        return kiosk

    return make


def typed(letters: str, **how: Any) -> Callable[[Stage], Kiosk]:
    def make(stage: Stage) -> Kiosk:
        live = stage.live(view())
        live.guides = [] if letters == "ZZ" else GUIDES[:2]
        kiosk = stage.kiosk(live=live, **how)
        page = GuidesPage(kiosk)
        kiosk.show(page)
        for letter in letters:
            page.tap(f"key:{letter}", kiosk)
        return kiosk

    return make


def taking(stage: Stage) -> Kiosk:
    kiosk = stage.kiosk()
    kiosk.tap("service:relief")
    return kiosk


def asked(stage: Stage) -> Kiosk:
    kiosk = stage.kiosk()
    kiosk.show(GuidesPage(kiosk))
    kiosk.presser.touched_at = T0 - 45
    kiosk._shown_s = T0 - 45
    return kiosk


def pressed(stage: Stage) -> Kiosk:
    kiosk = stage.kiosk()
    kiosk.presser.pressed = "service:social"
    return kiosk


def ticket(**changes: Any) -> Callable[[Kiosk], NumberPage]:
    return lambda kiosk: NumberPage(TICKET | changes, kiosk)


def refused(reason: str, **facts: Any) -> Callable[[Kiosk], RefusedPage]:
    return lambda kiosk: RefusedPage({"reason": reason, "detail": "大厅现在不取号"} | facts, "relief")


def guide(n: int) -> Callable[[Kiosk], GuidePage]:
    return lambda kiosk: GuidePage(GUIDES[n], HomePage())


def signed_in(page: Callable[[Page, Kiosk], Page], **how: Any) -> Callable[[Stage], Kiosk]:
    """A page of the staff."""

    def make(stage: Stage) -> Kiosk:
        kiosk = stage.kiosk(**({"seen": troubled()} | how))
        kiosk.session = Session("t", "130", "周ＸＸ", ("technician",))
        shown = page(StaffPage(), kiosk)
        kiosk.show(shown)
        shown.tick(kiosk)
        return kiosk

    return make


def tapped(make: Callable[[Stage], Kiosk], *ids: str) -> Callable[[Stage], Kiosk]:
    def then(stage: Stage) -> Kiosk:
        kiosk = make(stage)
        for id in ids:
            kiosk.tap(id)
        return kiosk

    return then


def coded(**how: Any) -> Callable[[Stage], Kiosk]:
    """The rating page with a whole code."""
    return tapped(on(lambda k: RatePage(MorePage()), **how), *(f"key:{c}" for c in "K7QM4X2B9D"))


def code_given(**how: Any) -> Callable[[Stage], Kiosk]:
    """The staff's page with a pairing code to be written down."""

    def make(stage: Stage) -> Kiosk:
        kiosk = signed_in(PairPage, **how)(stage)
        kiosk.tap("pair:3")
        page = kiosk._page
        assert isinstance(page, PairPage)
        page._told(201, {"pairing_code": {"code": "48210935", "valid_s": 600}}, kiosk)
        return kiosk

    return make


def staffs_menu(*, on_lan: bool, **how: Any) -> Callable[[Stage], Kiosk]:
    """The staff's page of a hall whose door the network reaches, or does not."""

    def make(stage: Stage) -> Kiosk:
        live = stage.live(troubled())
        live.on_lan = on_lan
        return signed_in(lambda menu, k: menu, live=live, **how)(stage)

    return make
