"""What else this touch screen tells: hours and phones, notices, who is there, the floor plan, rating."""

from collections.abc import Callable

from kiosk_ui.pages import inner, menu
from kiosk_ui.pages.about import HoursPage, NoticesPage
from kiosk_ui.pages.floor import FloorPage
from kiosk_ui.pages.menu import Choice
from kiosk_ui.pages.page import Desk, Page, Still
from kiosk_ui.pages.people import PeoplePage
from kiosk_ui.pages.rate import RatePage
from kiosk_ui.widgets import Pen

CHOICES = (
    ("hours", "clock"),
    ("notices", "megaphone"),
    ("people", "users"),
    ("floor", "map-pin"),
    ("rate", "check"),
)


class MorePage(Still):
    name = "more"
    reach = True
    idle_s = 60.0

    def __init__(self) -> None:
        self._page = 0

    def tap(self, id: str, desk: Desk) -> None:
        if id == "back":
            desk.home()
        elif id == "more:rate":
            desk.show(RatePage(self))
        elif id == "more:floor":
            desk.show(FloorPage(self, desk))
        elif id in _TEXTS:
            desk.show(_TEXTS[id](self, desk))
        elif id.startswith("page:"):
            self._page += 1 if id == "page:next" else -1

    def spoken(self, desk: Desk) -> str:
        return desk.words("more")

    def draw(self, pen: Pen, desk: Desk) -> None:
        body = inner.frame(pen, desk, pen.words("more"), [inner.back(pen)], card=False)
        choices = [
            Choice(f"more:{key}", icon, pen.words(f"more_{key}"), pen.words(f"more_{key}_hint"))
            for key, icon in CHOICES
        ]
        self._page = menu.draw(pen, body, choices, self._page, columns=1 if pen.theme.portrait else 2).page


_TEXTS: dict[str, Callable[[Page, Desk], Page]] = {
    "more:hours": HoursPage,
    "more:notices": NoticesPage,
    "more:people": PeoplePage,
}
