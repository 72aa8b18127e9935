"""A guide's list of materials at the printer: asked for once, followed to its end."""

from kiosk_ui.pages.page import Desk, Json
from kiosk_ui.widgets import Pen

BUSY = ("asked", "queued", "printing")


class Printing:
    """The state of one list: empty before it is asked for."""

    def __init__(self) -> None:
        self.state = ""
        self._paper = ""

    def ask(self, desk: Desk, guide: str) -> None:
        if self.state in BUSY:
            return
        self.state, self._paper = "asked", ""
        desk.tell(f"/api/v1/guides/{guide}/print", {"kiosk": desk.name}, self._told)

    def _told(self, status: int, answer: Json) -> None:
        paper = answer.get("paper") or {}
        self._paper, self.state = str(paper.get("id", "")), str(paper.get("state") or "failed")

    def now(self, desk: Desk) -> str:
        """`asked`, then as of a slip; the view knows it first."""
        for paper in desk.view.get("desk", {}).get("papers", []):
            if self._paper and paper["id"] == self._paper:
                self.state = str(paper["state"])
        return self.state

    def label(self, pen: Pen, desk: Desk) -> str:
        state = self.now(desk)
        return pen.words("list_printing" if state in BUSY else f"list_{state}" if state else "list_print")
