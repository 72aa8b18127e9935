"""A slip under this kiosk's own reader: its ticket's page, or the page for rating it."""

from typing import Any

from kiosk_ui.pages.home import HomePage
from kiosk_ui.pages.number import NumberPage
from kiosk_ui.pages.page import Desk
from kiosk_ui.pages.rate import RatePage

Json = dict[str, Any]
STILL_GOES = ("waiting", "called", "serving", "held", "no_show")
"""States of a ticket whose number means something."""


class Scanned:
    """Looks at each view; what was scanned before the screen began is nobody's any more."""

    def __init__(self) -> None:
        self._last: int | None = None

    def look(self, desk: Desk) -> None:
        """Show what was scanned now, unless somebody is being served by the screen already."""
        if "scans" not in desk.view:
            return
        mine = [s for s in desk.view["scans"] if s["kiosk"] == desk.name]
        newest = max((int(s["scan"]) for s in mine), default=0)
        before, self._last = self._last, max(newest, self._last or 0)
        if before is None or newest <= before or desk.session or desk.taking():
            return
        scan = next(s for s in mine if s["scan"] == newest)
        if scan["may_rate"]:
            desk.ask(f"/api/v1/kiosks/{desk.name}/scan", lambda status, answer: _rate(status, answer, desk))
        else:
            desk.ask(f"/api/v1/tickets/{scan['ticket']}", lambda status, answer: _show(status, answer, desk))


def _rate(status: int, answer: Json, desk: Desk) -> None:
    scan = answer.get("scan") or {}
    page = RatePage(HomePage())
    desk.show(page)
    page.typed(str(scan.get("code", "")), desk)


def _show(status: int, answer: Json, desk: Desk) -> None:
    ticket = answer.get("ticket") or {}
    if status == 200 and ticket.get("state") in STILL_GOES:
        desk.show(NumberPage(ticket, desk))
