"""The staff's page: what somebody at the desk does to this screen, its printer and the hall."""

from collections.abc import Callable

from kiosk_ui.pages import inner, menu
from kiosk_ui.pages.menu import Choice
from kiosk_ui.pages.page import Desk, Json, Page
from kiosk_ui.pages.staff_box import BoxPage, EmergencyPage, VolumePage
from kiosk_ui.pages.staff_day import DayPage
from kiosk_ui.pages.staff_lists import DevicesPage, SlipsPage, WaitingPage
from kiosk_ui.pages.staff_page import StaffBase
from kiosk_ui.pages.staff_pair import PairPage
from kiosk_ui.widgets import Pen

CHOICES = (
    ("paper", "roll"),
    ("test", "printer"),
    ("slips", "ticket"),
    ("waiting", "list"),
    ("pause", "pause"),
    ("devices", "tools"),
    ("day", "calendar"),
    ("volume", "volume"),
    ("emergency", "alert"),
    ("pair", "monitor"),
    ("box", "power"),
)


class StaffPage(StaffBase):
    name = "staff"

    def __init__(self) -> None:
        super().__init__(self)
        self._page = 0
        self._asked = False
        self._on_lan = False
        """The hall's network reaches the door: others can be let in."""

    def tick(self, desk: Desk) -> None:
        if not self._asked and not desk.away:
            self._asked = True
            desk.ask("/api/v1/pairings", self._listed)

    def _listed(self, status: int, answer: Json) -> None:
        self._on_lan = status == 200 and bool(answer["on_lan"])

    def tap(self, id: str, desk: Desk) -> None:
        if id == "back":
            desk.home()
        elif id.startswith("page:"):
            self._page += 1 if id == "page:next" else -1
        elif id == "staff:paper":
            self.do(desk, "/api/v1/printers/paper-changed", {"kiosk": desk.name})
        elif id == "staff:test":
            self.do(desk, "/api/v1/printers/test", {"kiosk": desk.name})
        elif id == "staff:pause":
            self.do(desk, f"/api/v1/kiosks/{desk.name}/{'resume' if desk.paused else 'pause'}", {})
        elif id in _PAGES:
            desk.show(_PAGES[id](self, desk))

    def draw(self, pen: Pen, desk: Desk) -> None:
        who = desk.session.name or desk.session.staff if desk.session else ""
        title = pen.words("staff_title", name=who)
        body = inner.frame(pen, desk, title, [inner.back(pen)], card=False, private=True)
        body = self.say(pen, desk, body)
        choices = [
            Choice(f"staff:{key}", icon, self._label(pen, desk, key), self._hint(pen, desk, key))
            for key, icon in CHOICES
            if key != "pair" or self._on_lan
        ]
        self._page = menu.draw(pen, body, choices, self._page).page

    def _label(self, pen: Pen, desk: Desk, key: str) -> str:
        return pen.words("staff_resume" if key == "pause" and desk.paused else f"staff_{key}")

    def _hint(self, pen: Pen, desk: Desk, key: str) -> str:
        """What the hall knows of it now."""
        told = desk.view.get("desk", {})
        if key == "paper" and told.get("rolls"):
            return pen.words("roll_slips", count=told["rolls"][0]["slips"])
        if key == "test" and told.get("papers"):
            return pen.words(f"paper_{told['papers'][0]['state']}")
        if key == "devices":
            bad = sum(d.get("state") in ("down", "degraded") for d in desk.view.get("devices", []))
            return pen.words("devices_bad", count=bad) if bad else pen.words("devices_good")
        return ""


_PAGES: dict[str, Callable[[Page, Desk], Page]] = {
    "staff:slips": SlipsPage,
    "staff:waiting": WaitingPage,
    "staff:devices": DevicesPage,
    "staff:day": DayPage,
    "staff:volume": VolumePage,
    "staff:emergency": EmergencyPage,
    "staff:pair": PairPage,
    "staff:box": BoxPage,
}
