"""Show: what each call pad's little display and each rating pad shall show now.

A general counter's pad beeps for somebody who waits at a touch screen, again and again for two minutes.

Only the present view counts, as on boards; but a no to a key and the thanks for a rating stand for some
seconds, and then the present view stands there again.
"""

import string
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from drivers.capabilities import KeyPressed, PadDisplay, RatingDisplay, RatingState
from edge.hall.feedback import ToRate
from edge.hall.plan import HallPlan
from edge.hall.views import CounterView, HallView
from edge.hall.words import Away, CounterState, Refused, TicketId
from edge.registrar import Registrar
from edge.supervisor import Handle
from edge.texts import Texts

REFUSED_S = 3.0
"""A no stands so long, or until something changes at the counter."""
THANKS_S = 5.0
RING_S = 15.0
RINGS = 8
LOOK_S = 0.5
AFTER_S = 0.005
"""The citizen looks at the board: it goes first, and the clerk's pad is told after it."""


class Person(Protocol):
    """Who works here, as settings know him."""

    @property
    def name(self) -> str: ...
    @property
    def post(self) -> str: ...


@dataclass(frozen=True)
class _Brief:
    """What stands on a pad for some seconds, in place of what it would show."""

    message: PadDisplay
    over: PadDisplay
    until: float


class PadDisplays:
    """A thread of its own; `refuse` and `ask_rating` may be called by any. `counters`: device -> counter."""

    def __init__(
        self,
        registrar: Registrar,
        handles: Mapping[str, Handle],
        counters: Mapping[str, str],
        plan: HallPlan,
        texts: Texts,
        staff: Mapping[str, Person],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registrar = registrar
        self._callpads = {id: h for id, h in handles.items() if h.kind == "callpad"}
        self._ratings = {id: h for id, h in handles.items() if h.kind == "rating"}
        self._counters, self._plan, self._texts, self._staff = counters, plan, texts, staff
        self._clock = clock
        self._lock = threading.Lock()
        self._shown: dict[str, object] = {}
        self._brief: dict[str, _Brief] = {}
        self._asked: dict[str, TicketId] = {}
        """Counter -> the ticket in service that its clerk wants rated."""
        self._thanked: dict[str, tuple[TicketId, float]] = {}
        """Counter -> whose score was seen, and until when to say thank you."""
        self._helps: dict[str, float] = {}
        """Since when each help call is known here."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pads", daemon=True)
        self.beat = time.monotonic()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=5)

    def refuse(self, device: str, pressed: KeyPressed, no: Refused) -> None:
        """Say the hall's no on the pad that pressed."""
        handle = self._callpads.get(device)
        counter = _counter(self._registrar.view, self._counters.get(device, ""))
        if handle is None or counter is None:
            return
        with self._lock:
            over = self._pad(counter, self._registrar.view)
            said = replace(over, refused=self._sentence(no), typed=pressed.digits)
            self._brief[device] = _Brief(said, over, self._clock() + REFUSED_S)
            self._shown[device] = said
            handle.show(said)

    def ask_rating(self, counter: str) -> None:
        """Let the counter's rating pad ask about who is in service there."""
        view = self._registrar.view
        at = view.to_rate.get(counter)
        if at is not None:
            with self._lock:
                self._asked[counter] = at.ticket
                self._show(view)

    # --- the thread

    def _run(self) -> None:
        seq = -1
        while not self._stopping.is_set():
            self.beat = time.monotonic()
            if self._registrar.wait_seq(seq, LOOK_S) != seq:
                self._stopping.wait(AFTER_S)
            view = self._registrar.view
            seq = view.seq
            with self._lock:
                self._show(view)

    def _show(self, view: HallView) -> None:
        by_id = {c.id: c for c in view.counters}
        now = self._clock()
        self._helps = {h.id: self._helps.get(h.id, now) for h in view.desk.helps}
        for id, handle in self._callpads.items():
            if counter := by_id.get(self._counters.get(id, "")):
                self._put(id, handle, self._or_brief(id, self._pad(counter, view)))
        ratings = {
            self._counters[id]: self._rating(counter, view)
            for id in self._ratings
            if (counter := by_id.get(self._counters.get(id, "")))
        }
        for id, handle in self._ratings.items():
            if message := ratings.get(self._counters.get(id, "")):
                self._put(id, handle, message)

    def _put(self, id: str, handle: Handle, message: object) -> None:
        if self._shown.get(id) != message:
            self._shown[id] = message
            handle.show(message)

    # --- call pads

    def _pad(self, counter: CounterView, view: HallView) -> PadDisplay:
        asked = next((a.staff for a in view.asks if a.counter == counter.id), "")
        number = counter.ticket.number if counter.ticket else asked
        if not (view.desk.helps and counter.id in view.desk.general):
            return PadDisplay(counter.waiting, number, asked)
        words = self._texts.get("pad.help", kiosk=view.desk.helps[0].kiosk)
        return PadDisplay(counter.waiting, number, asked, help=words, rings=self._rings())

    def _rings(self) -> int:
        """So often a pad has beeped by now, for all help calls that stand."""
        now = self._clock()
        return sum(min(RINGS, 1 + int((now - since) // RING_S)) for since in self._helps.values())

    def _or_brief(self, id: str, message: PadDisplay) -> PadDisplay:
        brief = self._brief.get(id)
        if brief is None:
            return message
        if replace(brief.over, rings=message.rings) == message and self._clock() < brief.until:
            return replace(brief.message, rings=message.rings)
        del self._brief[id]
        return message

    def _sentence(self, no: Refused) -> str:
        if f"refused.{no.reason}" not in self._texts.phrases:
            return self._texts.get("door.busy")
        return self._texts.refusal(no.reason, no.facts)

    # --- rating pads

    def _rating(self, counter: CounterView, view: HallView) -> RatingDisplay:
        at = view.to_rate.get(counter.id)
        state = self._state(counter, at)
        who = self._staff.get(counter.staff)
        number = at.ticket.rpartition("-")[2] if at and state is not RatingState.IDLE else ""
        return RatingDisplay(
            state,
            counter=counter.id,
            counter_name=counter.name,
            clerk=counter.staff,
            clerk_name=who.name if who else "",
            post=who.post if who else "",
            ticket=at.ticket if at and state in (RatingState.ASKING, RatingState.THANKS) else "",
            number=number,
            item=next((s.name for s in view.services if s.prefix == number.rstrip(string.digits)), ""),
            day=view.day,
            text=self._text(state, counter),
        )

    def _state(self, counter: CounterView, at: ToRate | None) -> RatingState:
        if at and self._is_thanked(counter.id, at):
            return RatingState.THANKS
        if at and at.score is None and self._is_asked(counter.id, at):
            return RatingState.ASKING
        if counter.state == CounterState.PAUSED:
            return RatingState.PAUSED
        return RatingState.SERVING if counter.state == CounterState.SERVING else RatingState.IDLE

    def _is_asked(self, counter: str, at: ToRate) -> bool:
        """By the service's end for as long as a press counts, or by the clerk."""
        if at.left is None:
            return self._asked.get(counter) == at.ticket
        return at.left.age_s(self._registrar.now()) <= self._plan.rules.rate_after_finish_s

    def _is_thanked(self, counter: str, at: ToRate) -> bool:
        """For some seconds from when its score was first seen, but not for one from before the start."""
        if at.score is None:
            self._thanked[counter] = ("", 0.0)
            return False
        now = self._clock()
        ticket, until = self._thanked.setdefault(counter, (at.ticket, now))
        if ticket != at.ticket:
            ticket, until = self._thanked[counter] = (at.ticket, now + THANKS_S)
        return now < until

    def _text(self, state: RatingState, counter: CounterView) -> str:
        if state is RatingState.PAUSED and counter.reason in set(Away):
            return self._texts.get(f"pause.{counter.reason}")
        return self._texts.get(f"rating.{state}")


def _counter(view: HallView, id: str) -> CounterView | None:
    return next((c for c in view.counters if c.id == id), None)
