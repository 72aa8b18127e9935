"""Show: what each counter's call board shall show now.

Only the present view counts: a board that comes back after an hour shows the number of now.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Protocol
from unicodedata import east_asian_width

from drivers.capabilities import BoardMessage, Colour, Geometry
from edge.hall.views import CounterView, HallView
from edge.hall.words import Away, CounterState
from edge.registrar import Registrar
from edge.supervisor import Handle
from edge.texts import Texts

log = logging.getLogger(__name__)

USUAL_BOARD = Geometry(columns=16, rows=1)
"""Until a board has told its size: eight Chinese characters."""
PACE_S = 0.03
"""Between two looks at the view where changes come thick: many are one, and who asked is answered first."""
AT_ONCE = 3
"""So many looks within as many times PACE_S are not kept waiting: a key, and what time brought before it."""
FLASH_S = 3.0
"""A new call flashes so long and then stands still (facts: what a running hall system used)."""


class Shows(Protocol):
    def show(self, message: object) -> None: ...


class Boards:
    """The reader's thread. `counters` names the counter of each board."""

    def __init__(
        self, registrar: Registrar, handles: Mapping[str, Handle], counters: Mapping[str, str], texts: Texts
    ) -> None:
        self._registrar = registrar
        self._handles = {id: h for id, h in handles.items() if h.kind == "board"}
        self._counters = counters
        self._texts = texts
        self._shown: dict[str, object] = {}
        self._of: dict[str, object] = {}
        """What each board's present message was made of."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="boards", daemon=True)
        self.beat = time.monotonic()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        seq = -1
        looks = deque([-1.0] * AT_ONCE, maxlen=AT_ONCE)
        while not self._stopping.is_set():
            self.beat = time.monotonic()
            view = self._registrar.wait_view(seq, 0.5)
            if view.seq != seq:
                seq = view.seq
                self._show(view)
                looks.append(time.monotonic())
                if looks[-1] - looks[0] < AT_ONCE * PACE_S:
                    self._stopping.wait(PACE_S)

    def _show(self, view: HallView) -> None:
        by_id = {c.id: c for c in view.counters}
        for id, handle in self._handles.items():
            counter = by_id.get(self._counters.get(id, ""))
            if counter is None:
                continue
            made_of = (counter, handle.geometry)
            if self._of.get(id) == made_of:
                continue
            self._of[id] = made_of
            message = compose(self._texts, counter, handle.geometry or USUAL_BOARD)
            if self._shown.get(id) != (message, counter.calls):
                self._shown[id] = (message, counter.calls)
                handle.show(message)


def compose(texts: Texts, counter: CounterView, geometry: Geometry) -> BoardMessage:
    """The lines of a counter's board, the longest wording that fits its cells; scrolls only if none does."""
    if counter.ticket is not None:
        key, colour = "board.call", Colour.RED
    elif counter.served_at and counter.state != CounterState.CLOSED:
        key, colour = "board.covered", Colour.GREEN
    elif counter.state == CounterState.PAUSED:
        key, colour = "board.away" if counter.reason in set(Away) else "board.paused", Colour.YELLOW
    elif counter.state == CounterState.CLOSED:
        key, colour = "board.closed", Colour.YELLOW
    else:
        key, colour = "board.idle", Colour.GREEN
    facts = {
        "number": counter.ticket.number if counter.ticket else "",
        "counter": counter.id,
        "name": counter.name,
        "at": counter.served_at,
        "why": texts.get(f"pause.{counter.reason}") if counter.reason in set(Away) else "",
    }
    wordings = [texts.get(f"{key}_{size}", **facts).split("\n") for size in ("long", "middle", "short")]
    flash_s = FLASH_S if counter.state == CounterState.CALLING else 0.0
    for lines in wordings:
        if len(lines) <= geometry.rows and all(cells(line) <= geometry.columns for line in lines):
            return BoardMessage(tuple(lines), colour, flash_s=flash_s)
    return BoardMessage(("".join(wordings[-1]),), colour, scroll=True)


def cells(text: str) -> int:
    """Half-width cells that a text takes on a board."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)
