"""What is to be said next: new calls of one zone in their order, each once, none that has become stale."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kiosk_ui.zones import calls_of

Json = dict[str, Any]
REMIND_S = 20.0
"""An evacuation is said again after so long, as long as it holds."""


@dataclass(frozen=True)
class Call:
    seq: int
    number: str
    counter: str
    heard_s: float
    """When its view came, monotonic."""


@dataclass(frozen=True)
class Words:
    """A phrase of the pack."""

    phrase: str


class Turns:
    """Do once: what was called before the first view is over; what was not said in time is dropped."""

    def __init__(self, zone: str = "") -> None:
        self._zone = zone
        self._mark: int | None = None
        """All calls up to this have been taken up."""
        self._waiting: deque[Call] = deque()
        self._emergency = ""
        self._remind_s = 0.0
        self._over = False

    def look(self, view: Json, now_s: float, after_gap: bool = False) -> None:
        """Take up what is new in a view; after a gap in the views its calls are as old as they say."""
        newest = max((int(c["seq"]) for c in view.get("calls", [])), default=0)
        if self._mark is None or int(view.get("seq", 0)) < self._mark:
            # The first view, or another journal, as of a spare box: what stands there is not new.
            self._mark = newest
        calls = [c for c in calls_of(view, self._zone) if int(c["seq"]) > self._mark]
        for call in sorted(calls, key=lambda c: int(c["seq"])):
            heard_s = now_s - (_age_s(call, view) if after_gap else 0.0)
            self._waiting.append(Call(int(call["seq"]), str(call["number"]), str(call["counter"]), heard_s))
        self._mark = max(self._mark, newest)
        self._waiting = deque(c for c in self._waiting if not _is_past(c, view))
        self._heed(view, now_s)

    def next(self, now_s: float, stale_s: float) -> Call | Words | None:
        """What to say now; it is taken off. Emergencies first, and no call while one holds."""
        if self._emergency:
            self._waiting.clear()
            if now_s < self._remind_s:
                return None
            self._remind_s = now_s + REMIND_S if self._emergency != "suspend" else float("inf")
            return Words(self._emergency)
        if self._over:
            self._over = False
            return Words("over")
        while self._waiting:
            call = self._waiting.popleft()
            if now_s - call.heard_s <= stale_s:
                return call
        return None

    def again(self, turn: Call | Words) -> None:
        """It was not heard to its end: it is next, unless it becomes stale before a card answers."""
        if isinstance(turn, Call):
            self._waiting.appendleft(turn)
        elif turn.phrase == self._emergency:
            self._remind_s = 0.0
        elif not self._emergency:
            self._over = True

    def hurried(self, now_s: float, stale_s: float, length_s: float) -> bool:
        """Would the next call be stale, if this one took so long?"""
        return bool(self._waiting) and now_s + length_s - self._waiting[0].heard_s > stale_s

    def _heed(self, view: Json, now_s: float) -> None:
        told = view.get("desk", {}).get("emergency") or {}
        kind = str(told.get("kind", ""))
        wanted = "drill" if told.get("drill") and kind == "evacuate" else kind
        if wanted != self._emergency:
            self._over = bool(self._emergency) and not wanted
            self._emergency, self._remind_s = wanted, now_s


def _age_s(call: Json, view: Json) -> float:
    """By the hall's clock."""
    try:
        at, now = datetime.fromisoformat(str(call["at"])), datetime.fromisoformat(str(view["clock"]["at"]))
        return max(0.0, (now - at).total_seconds())
    except (KeyError, TypeError, ValueError):
        return 0.0


def _is_past(call: Call, view: Json) -> bool:
    """Undone before it was said, or its counter has called again since."""
    calls = view.get("calls", [])
    seqs = [int(c["seq"]) for c in calls]
    is_undone = call.seq not in seqs and (len(calls) < 6 or min(seqs, default=0) < call.seq)
    return is_undone or any(str(c["counter"]) == call.counter and int(c["seq"]) > call.seq for c in calls)
