"""What a hall screen is told beside its view: notices of today, phones, who is on duty, what things cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edge.texts import month_and_day
from kiosk_ui.live import Live
from kiosk_ui.widgets import Words

Json = dict[str, Any]
ASK_S = 300.0
SOON_S = 5.0


@dataclass(frozen=True)
class Entry:
    """One thing of the playlist."""

    title: str
    text: str = ""
    until: str = ""
    kind: str = "notice"


class Told:
    """Asked for every few minutes and on a new day; what was told last stays while the door is away."""

    def __init__(self, live: Live, *, guides: bool = False) -> None:
        self.about: Json = {}
        self.guides: list[Json] = []
        self._live = live
        self._wants_guides = guides
        self._due_s = 0.0
        self._day = ""

    def tick(self, now_s: float, day: str) -> None:
        """Call it from the frame loop; answers come in `collect`."""
        if now_s < self._due_s and day == self._day:
            return
        self._due_s, self._day = now_s + ASK_S, day
        self._live.question("/api/v1/about", lambda status, told: self._about(status, told, now_s))
        if self._wants_guides:
            self._live.question("/api/v1/guides?q=&limit=500", self._guides)

    def floor(self, zone: str) -> str:
        """A floor's name, or empty."""
        return next((str(f["name"]) for f in self.about.get("floors", []) if f["id"] == zone), "")

    def phone(self, counter: str) -> str:
        phones = self.about.get("phones", [])
        return next((str(p["phone"]) for p in phones if p["counter"] == counter), self.about.get("phone", ""))

    def people(self, counter: str) -> list[Json]:
        """Who is at this counter now, with the fields that the hall shows."""
        posts = self.about.get("staff", [])
        people: list[Json] = next((p["people"] for p in posts if p["counter"] == counter), [])
        return [person for person in people if person.get("here")]

    def leader(self) -> str:
        leader = self.about.get("leader") or {}
        return " ".join(part for part in (leader.get("post", ""), leader.get("name", "")) if part)

    def playlist(self, words: Words, standing: Sequence[str]) -> list[Entry]:
        """The hall's standing lines, today's notices, who is on duty, where to complain."""
        found = [Entry(str(line)) for line in standing]
        for notice in self.about.get("notices", []):
            day = month_and_day(notice.get("until", ""))
            until = words("until_day", day=words("month_day", **day)) if day else ""
            found.append(Entry(notice["title"], notice.get("text", ""), until, notice.get("kind", "notice")))
        if leader := self.leader():
            found.append(Entry(words("leader", leader=leader), kind="leader"))
        phones = (("phone_hall", "phone"), ("phone_complaints", "complaint_phone"))
        numbers = [words(key, phone=self.about[fact]) for key, fact in phones if self.about.get(fact)]
        return [*found, Entry("   ".join(numbers), kind="phone")] if numbers else found

    def _about(self, status: int, told: Json, asked_s: float) -> None:
        if status == 200:
            self.about = told
        else:
            self._due_s = asked_s + SOON_S

    def _guides(self, status: int, told: Json) -> None:
        if status == 200:
            self.guides = list(told.get("guides", []))
