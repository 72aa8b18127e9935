"""What the hall tells in words: hours and phones, dated notices, and who is there (去向牌)."""

from edge.texts import month_and_day
from kiosk_ui.pages import inner
from kiosk_ui.pages.flow import Flow, Section
from kiosk_ui.pages.page import Desk, Json, Page, Still
from kiosk_ui.widgets import Pen

ABOUT = "/api/v1/about"


class AboutPage(Still):
    """One flow of text, made of what the door tells of the hall."""

    name = "about"
    idle_s = 120.0
    title = "more_hours"

    def __init__(self, back: Page, desk: Desk) -> None:
        self._back = back
        self._flow = Flow()
        self._told: Json = {}
        self._failed = False
        self._seq = desk.view.get("seq")
        desk.ask(ABOUT, self._answered)

    def tick(self, desk: Desk) -> None:
        """Asked again when the hall has changed: somebody sat down, or went."""
        if desk.view.get("seq") != self._seq and not desk.away:
            self._seq = desk.view.get("seq")
            desk.ask(ABOUT, self._answered)

    def _answered(self, status: int, answer: Json) -> None:
        self._failed = status != 200 and not self._told
        self._told = answer if status == 200 else self._told

    def tap(self, id: str, desk: Desk) -> None:
        if id == "back":
            desk.show(self._back)
        elif id.startswith("page:"):
            self._flow.turn(id)

    def spoken(self, desk: Desk) -> str:
        return desk.words(self.title)

    def draw(self, pen: Pen, desk: Desk) -> None:
        body = inner.frame(pen, desk, pen.words(self.title), [inner.back(pen)])
        if self._told:
            sections = self.sections(pen, desk, self._told)
        else:
            sections = [Section("", (pen.words("about_failed" if self._failed else "about_loading"),))]
        self._flow.draw(pen, body, sections or [Section("", (pen.words("about_nothing"),))])

    def sections(self, pen: Pen, desk: Desk, told: Json) -> list[Section]:
        raise AssertionError("each page has its own")


class HoursPage(AboutPage):
    name = "hours"
    title = "more_hours"

    def sections(self, pen: Pen, desk: Desk, told: Json) -> list[Section]:
        hours = [
            pen.words(f"day_{h['day']}", spans=pen.words("comma").join(h["spans"])) for h in told["hours"]
        ]
        found = [Section(pen.words("hours"), tuple(hours))]
        phones = [pen.words("phone_hall", phone=told["phone"])] if told["phone"] else []
        phones += [f"{p['name']} {p['phone']}" for p in told["phones"]]
        complaints = (
            [pen.words("phone_complaints", phone=told["complaint_phone"])] if told["complaint_phone"] else []
        )
        complaints += [told["complaint_place"]] if told["complaint_place"] else []
        for title, entries in (
            ("address", [told["address"]] if told["address"] else []),
            ("phones", phones),
            ("complaints", complaints),
            ("rules", told["rules"]),
            ("facilities", told["facilities"]),
        ):
            if entries:
                found.append(Section(pen.words(title), tuple(entries)))
        return found


class NoticesPage(AboutPage):
    name = "notices"
    title = "more_notices"

    def sections(self, pen: Pen, desk: Desk, told: Json) -> list[Section]:
        found = []
        for notice in told["notices"]:
            dates = [_date(pen, notice[key]) for key in ("since", "until")]
            kind = pen.words(f"notice_{notice['kind']}")
            when = pen.words("notice_dates", since=dates[0], until=dates[1]) if any(dates) else ""
            title = " · ".join(part for part in (kind, notice["title"], when) if part)
            found.append(Section(title, (notice["text"],) if notice["text"] else ()))
        standing = tuple(map(str, desk.view.get("notices", [])))
        return [*found, Section(pen.words("notice_notice"), standing)] if standing else found


def _date(pen: Pen, iso: str) -> str:
    day = month_and_day(iso)
    return pen.words("month_day", **day) if day else ""
