"""The voice's process: views in, announcements out, and a word of its state to the daemon."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from edge.client import Client, ServerAway
from kiosk_ui.voice.phrase import Part, Speech
from kiosk_ui.voice.speaker import Speaker
from kiosk_ui.voice.turns import Call, Turns, Words
from kiosk_ui.watchdog import Watchdog

log = logging.getLogger(__name__)

Json = dict[str, Any]
ALIVE_S = 5.0
ASK_S = 300.0
LOOK_S = 1.0
STILL_S = 90.0
"""The longest announcement, and more: who says nothing for so long has no sign of life."""
USUAL: Json = {"volume": 80, "hour": [], "repeat": 1, "stale_s": 60}
"""Until the door has told the hall's own."""


class Voice:
    """Owns the threads `voice-views` and `voice-alive`; `run` is for the main thread."""

    def __init__(
        self,
        client: Client,
        speech: Speech,
        speaker: Speaker,
        zone: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.said = 0
        """Announcements that were heard whole."""
        self._client = client
        self._speech = speech
        self._speaker = speaker
        self._clock = clock
        self._turns = Turns(zone)
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._stop = threading.Event()
        self._plan = USUAL
        self._view: Json = {}
        self._seen_s = self._turned_s = clock()
        self._threads = [
            threading.Thread(target=self._watch, name="voice-views", daemon=True),
            threading.Thread(target=self._alive, name="voice-alive", daemon=True),
        ]

    def stop(self) -> None:
        """What is being said comes to its end first. From any thread, and from a signal."""
        self._stop.set()
        self._news.set()

    def run(self) -> None:
        """Say what is to be said until `stop`; then join the threads and end the child."""
        for thread in self._threads:
            thread.start()
        try:
            while not self._stop.is_set():
                self._turned_s = self._clock()
                # Opens the card at the start, and tries again where there is none.
                if not (self._speaker.ready() and self._turn()):
                    self._news.wait(LOOK_S)
                    self._news.clear()
        finally:
            self._stop.set()
            self._client.close()
            for thread in self._threads:
                thread.join(timeout=8.0)
            self._speaker.close()

    # --- inside ---------------------------------------------------------------------------------------------

    def _turn(self) -> bool:
        """Say one thing. Was there any?"""
        stale_s = float(self._plan["stale_s"])
        with self._lock:
            turn = self._turns.next(self._clock(), stale_s)
        if turn is None:
            return False
        volume, parts = self._volume(), self._parts(turn, stale_s)
        if isinstance(turn, Words):
            # What concerns everybody's safety is not hushed.
            volume = max(volume, int(self._plan["volume"]))
        if volume and parts and not (isinstance(turn, Call) and self._is_undone(turn)):
            if self._speaker.say(parts, volume):
                self.said += 1
            else:
                with self._lock:
                    self._turns.again(turn)
        return True

    def _is_undone(self, call: Call) -> bool:
        """Tell the hall that this is said now, after which no clerk takes it back: or was it taken back?"""
        try:
            status, answer = self._client.post(f"/api/v1/counters/{call.counter}/said", {"call": call.seq})
        except ServerAway:
            return False
        return status == 409 and answer.get("reason") == "call_undone"

    def _parts(self, turn: Call | Words, stale_s: float) -> list[Part]:
        if isinstance(turn, Words):
            return self._speech.words(turn.phrase, 1)
        parts = self._speech.call(turn.number, turn.counter, int(self._plan["repeat"]))
        with self._lock:
            hurried = self._turns.hurried(self._clock(), stale_s, SPOKEN_S * (1 + int(self._plan["repeat"])))
        return self._speech.call(turn.number, turn.counter, 0) if hurried else parts

    def _volume(self) -> int:
        """Percent: a person's word for the day, else of the hour."""
        by_hand = self._view.get("desk", {}).get("volume")
        if by_hand is not None:
            return int(by_hand)
        at = str(self._view.get("clock", {}).get("at", ""))
        try:
            now = datetime.fromisoformat(at) + timedelta(seconds=self._clock() - self._seen_s)
        except ValueError:
            return int(self._plan["volume"])
        return volume_at(self._plan, f"{now:%H:%M}")

    def _watch(self) -> None:
        is_gap = False
        for view in self._client.views(self._stop):
            if view is None:
                is_gap = True
                continue
            with self._lock:
                self._turns.look(view, self._clock(), is_gap)
                self._view, self._seen_s = view, self._clock()
            is_gap = False
            self._news.set()

    def _alive(self) -> None:
        watchdog, due_s = Watchdog(), 0.0
        while not self._stop.is_set():
            if self._clock() >= due_s:
                due_s = self._clock() + (ASK_S if self._ask() else ALIVE_S)
            if self._clock() - self._turned_s < STILL_S:
                self._client.alive(self.said, *self._state())
                watchdog.feed()
            self._stop.wait(ALIVE_S)

    def _ask(self) -> bool:
        """The hall's own settings of the voice; those before stay where the door is away."""
        try:
            status, told = self._client.get("/api/v1/about")
        except ServerAway:
            return False
        if status == 200 and isinstance(told.get("voice"), dict):
            self._plan = USUAL | told["voice"]
            return True
        return False

    def _state(self) -> tuple[str, str]:
        if self._speaker.code:
            return "down", self._speaker.code
        return ("degraded", "clips_missing") if self._speech.lacking else ("ok", "")


SPOKEN_S = 6.0
"""A call of one language with its chime, about (facts: 4.5 to 5.5 s)."""


def volume_at(plan: Json, at: str) -> int:
    """Percent at `HH:MM`; the first span that holds."""
    for hour in plan["hour"]:
        begins, _, ends = str(hour["span"]).partition("-")
        if begins <= at < ends:
            return int(hour["volume"])
    return int(plan["volume"])
