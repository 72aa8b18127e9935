"""Every page of the screens in every mode, as pictures with a name."""

from collections.abc import Callable, Iterator
from typing import Any

from ui_stage import (
    LYING,
    STANDING,
    WALL,
    Shot,
    Stage,
    asked,
    code_given,
    coded,
    guide,
    on,
    pressed,
    refused,
    signed_in,
    staffs_menu,
    taking,
    tapped,
    ticket,
    typed,
)
from ui_views import (
    T0,
    VIEW,
    asleep,
    crowded,
    declared,
    floors,
    helped,
    many,
    paused,
    printer,
    second_line,
    shut,
    view,
)

from kiosk_ui.kiosk import Kiosk
from kiosk_ui.pages.about import HoursPage, NoticesPage
from kiosk_ui.pages.floor import FloorPage
from kiosk_ui.pages.guides import GuidesPage
from kiosk_ui.pages.help import HelpPage
from kiosk_ui.pages.home import HomePage
from kiosk_ui.pages.more import MorePage
from kiosk_ui.pages.night import NightPage
from kiosk_ui.pages.people import PeoplePage
from kiosk_ui.pages.pin import PinPage
from kiosk_ui.pages.rate import RatePage, ThanksPage
from kiosk_ui.pages.staff_box import BoxPage, EmergencyPage, VolumePage
from kiosk_ui.pages.staff_day import DayPage
from kiosk_ui.pages.staff_lists import DevicesPage, SlipsPage, WaitingPage
from kiosk_ui.pages.staff_pair import PairedPage, PairPage
from kiosk_ui.pages.taking import TakingPage


def modes() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every way a page can look: (suffix, arguments of `Stage.kiosk`)."""
    for size, lie in ((STANDING, ""), (LYING, "-lying")):
        for key in ("", "large", "contrast", "english"):
            yield lie + (f"-{key}" if key else ""), {"size": size} | ({key: True} if key else {})
        yield f"{lie}-large-english", {"size": size, "large": True, "english": True}
    yield "-low", {"low": True}
    yield "-low-large", {"low": True, "large": True}


def citizens_pages(how: dict[str, Any]) -> Iterator[tuple[str, Callable[[Stage], Kiosk]]]:
    yield "home", on(lambda k: HomePage(), **how)
    yield "home-second", on(lambda k: HomePage(), **({"seen": second_line()} | how))
    yield "number", on(ticket(paper="printed"), **how)
    yield "number-item", on(ticket(paper="printed", item="yi_county-01"), **how)
    yield "guides", on(GuidesPage, **how)
    yield "guides-events", tapped(on(GuidesPage, **how), "mode:events")
    yield "guides-group", tapped(on(GuidesPage, **how), "mode:departments", "group:0")
    yield "guide", on(guide(0), **how)
    yield "refused", on(refused("closed", opens_at="14:00"), **how)
    yield "more", on(lambda k: MorePage(), **how)
    yield "hours", on(lambda k: HoursPage(MorePage(), k), **how)
    yield "notices", on(lambda k: NoticesPage(MorePage(), k), **how)
    yield "people", on(lambda k: PeoplePage(MorePage(), k), **how)
    yield "floor", on(lambda k: FloorPage(MorePage(), k), **how)
    yield "rate", on(lambda k: RatePage(MorePage()), **how)
    yield "rate-score", coded(**how)
    yield "help", on(lambda k: HelpPage(HomePage(), k), **how)
    yield "night", on(lambda k: NightPage(), **({"seen": shut()} | how))
    yield "emergency", on(lambda k: HomePage(), **({"seen": declared("evacuate", drill=True)} | how))


def staffs_pages(how: dict[str, Any]) -> Iterator[tuple[str, Callable[[Stage], Kiosk]]]:
    yield "staff-pin", on(lambda k: PinPage(), **how)
    yield "staff", signed_in(lambda menu, k: menu, **how)
    yield "staff-slips", signed_in(SlipsPage, **how)
    yield "staff-reprint", tapped(signed_in(SlipsPage, **how), "type", "key:C", "key:0")
    yield "staff-waiting", signed_in(WaitingPage, **how)
    yield "staff-devices", signed_in(DevicesPage, **how)
    yield "staff-day", signed_in(DayPage, **how)
    yield "staff-volume", signed_in(VolumePage, **how)
    yield "staff-emergency", signed_in(EmergencyPage, **how)
    yield "staff-pair", signed_in(PairPage, **how)
    yield "staff-pair-code", code_given(**how)
    yield "staff-paired", tapped(signed_in(PairedPage, **how), "out:a1")
    yield "staff-box", signed_in(BoxPage, **how)
    yield "staff-box-sure", tapped(signed_in(BoxPage, **how), "box:poweroff")


def every_page() -> Iterator[Shot]:
    """All pages in all modes, and the special states once."""
    for suffix, how in modes():
        for name, make in (*citizens_pages(how), *staffs_pages(how)):
            yield Shot(name + suffix, make, how.get("size", STANDING))
    yield from states()
    yield from walls()


def states() -> Iterator[Shot]:
    yield Shot("home-pressed", pressed)
    yield Shot("home-taking", taking)
    yield Shot("home-closed", on(lambda k: HomePage(), seen=shut()))
    yield Shot("home-full", on(lambda k: HomePage(), seen=shut("full", "")))
    yield Shot("home-away", on(lambda k: HomePage(), away_s=200.0))
    yield Shot("home-away-lying", on(lambda k: HomePage(), away_s=200.0, size=LYING), LYING)
    yield Shot("home-no-paper", on(lambda k: HomePage(), seen=printer("down", "paper_out")))
    yield Shot("home-no-paper-large", on(lambda k: HomePage(), seen=printer("down", "paper_out"), large=True))
    yield Shot("home-many", on(lambda k: HomePage(), seen=many()))
    yield Shot("home-many-lying", on(lambda k: HomePage(), seen=many(), size=LYING), LYING)
    yield Shot("number-printing", on(ticket(estimated_wait_s=None)))
    yield Shot("number-failed", on(ticket(paper="failed", ahead=0, estimated_wait_s=0)))
    yield Shot("number-unknown", on(ticket(paper="unknown", number="AB1024")))
    yield Shot("number-called", on(ticket(paper="printed", state="called", counter="3")))
    yield Shot("number-failed-lying", on(ticket(paper="failed"), size=LYING), LYING)
    yield Shot("guides-letters", typed("DB"))
    yield Shot("guides-letters-lying", typed("DBSQ", size=LYING), LYING)
    yield Shot("guides-none", typed("ZZ"))
    yield Shot("guide-little", on(guide(4)))
    yield Shot("guide-long-time", on(guide(9)))
    yield Shot("guide-long-time-lying", on(guide(9), size=LYING), LYING)
    yield Shot("refused-full", on(refused("full")))
    yield Shot("refused-other", on(refused("busy")))
    yield Shot("taking", on(lambda k: TakingPage(T0)))
    yield Shot("taking-slow", on(lambda k: TakingPage(T0 - 5)))
    yield Shot("taking-slow-lying", on(lambda k: TakingPage(T0 - 5), size=LYING), LYING)
    yield Shot("home-paused", on(lambda k: HomePage(), seen=paused()))
    yield Shot("home-paused-lying", on(lambda k: HomePage(), seen=paused(), size=LYING), LYING)
    yield Shot("emergency-suspend", on(lambda k: HomePage(), seen=declared("suspend")))
    yield Shot("refused-paused", on(refused("kiosk_paused")))
    yield Shot("guides-list-low", tapped(on(GuidesPage, low=True), "list"))
    yield Shot("thanks", on(lambda k: ThanksPage()))
    yield Shot("starting", lambda s: s.kiosk(live=s.live(None)))
    yield Shot("still-here", asked)
    yield Shot("staff-on-lan", staffs_menu(on_lan=True))
    yield Shot("staff-on-lan-large", staffs_menu(on_lan=True, large=True))
    yield Shot("staff-on-lan-lying", staffs_menu(on_lan=True, size=LYING), LYING)


def walls() -> Iterator[Shot]:
    yield Shot("wall-calls", lambda s: s.hall(), WALL)
    yield Shot("wall-fresh", lambda s: s.hall(fresh=True), WALL)
    yield Shot("wall-two-calls", lambda s: s.hall(view(calls=VIEW["calls"][:2])), WALL)
    yield Shot("wall-one-call", lambda s: s.hall(view(calls=VIEW["calls"][:1])), WALL)
    yield Shot("wall-welcome", lambda s: s.hall(shut()), WALL)
    yield Shot("wall-away", lambda s: s.hall(away_s=400.0), WALL)
    yield Shot("wall-starting", lambda s: s.hall({}), WALL)
    yield Shot("wall-waiting", lambda s: s.hall(later_s=12.0), WALL)
    yield Shot("wall-notice", lambda s: s.hall(shut(), later_s=12.0), WALL)
    yield Shot("wall-poster", lambda s: s.hall(shut(), later_s=24.0), WALL)
    yield Shot("wall-table", lambda s: s.hall(table=True, fresh=True), WALL)
    yield Shot("wall-table-welcome", lambda s: s.hall(shut(), table=True), WALL)
    yield Shot("wall-zone", lambda s: s.hall(floors(), zone="1f", later_s=36.0), WALL)
    yield Shot("wall-english", lambda s: s.hall(fresh=True, english=True), WALL)
    yield Shot("wall-english-waiting", lambda s: s.hall(later_s=12.0, english=True), WALL)
    yield Shot("wall-english-table", lambda s: s.hall(table=True, english=True), WALL)
    yield Shot("wall-english-poster", lambda s: s.hall(shut(), english=True, later_s=12.0), WALL)
    yield Shot("wall-crowded", lambda s: s.hall(crowded(), fresh=True), WALL)
    yield Shot("wall-crowded-table", lambda s: s.hall(crowded(), table=True), WALL)
    yield Shot("wall-forty-table", lambda s: s.hall(crowded(40), table=True, later_s=24.0), WALL)
    yield Shot("wall-forty", lambda s: s.hall(crowded(40), later_s=12.0), WALL)
    yield Shot("wall-night", lambda s: s.hall(asleep()), WALL)
    yield Shot("wall-evacuate", lambda s: s.hall(declared("evacuate", True)), WALL)
    yield Shot("wall-suspend", lambda s: s.hall(declared("suspend"), english=True), WALL)
    yield Shot("counter-calling", lambda s: s.counter("1"), WALL)
    yield Shot("counter-serving", lambda s: s.counter("2"), WALL)
    yield Shot("counter-open", lambda s: s.counter("4"), WALL)
    yield Shot("counter-paused", lambda s: s.counter("5"), WALL)
    yield Shot("counter-missing", lambda s: s.counter("9"), WALL)
    yield Shot("counter-items", lambda s: s.counter("3", later_s=12.0), WALL)
    yield Shot("counter-closed", lambda s: s.counter("6"), WALL)
    yield Shot("counter-long", lambda s: s.counter("1", crowded()), WALL)
    yield Shot("counter-second", lambda s: s.counter("5", crowded()), WALL)
    yield Shot("counter-help", lambda s: s.counter("6", helped()), WALL)
    yield Shot("counter-english", lambda s: s.counter("3", english=True), WALL)
    yield Shot("counter-english-paused", lambda s: s.counter("5", english=True), WALL)
