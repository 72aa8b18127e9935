"""Show: how it stands at each counter, for lamps and buzzers on pins.

A buzzer at a general counter sounds for help called at a touch screen, too.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import replace

from drivers.signals import CounterSignal
from edge.hall.views import HallView
from edge.hall.words import CounterId, CounterState, DeviceId
from edge.handles import Handle
from edge.registrar import Registrar

KINDS = ("buzzer", "relay")
TURN_S = 0.5


class Signals:
    """The thread `signals`, where there are any. `counters`: where each one stands; empty: for the hall."""

    def __init__(
        self, registrar: Registrar, handles: Mapping[DeviceId, Handle], counters: Mapping[DeviceId, CounterId]
    ) -> None:
        self._registrar, self._counters = registrar, counters
        self._handles = {id: h for id, h in handles.items() if h.kind in KINDS}
        self._shown: dict[DeviceId, CounterSignal] = {}
        self._helps: frozenset[str] = frozenset()
        """Help calls that stand now, and how many there have been in this life."""
        self._helped = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="signals", daemon=True)
        self.beat = time.monotonic()

    def start(self) -> None:
        if self._handles:
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        seq = -1
        while not self._stopping.is_set():
            self.beat = time.monotonic()
            view = self._registrar.wait_view(seq, TURN_S)
            if view.seq != seq:
                seq = view.seq
                self._show(view)

    def _show(self, view: HallView) -> None:
        helps = frozenset(h.id for h in view.desk.helps)
        self._helped += len(helps - self._helps)
        self._helps = helps
        for id, handle in self._handles.items():
            counter = self._counters.get(id, "")
            signal = signal_of(view, counter)
            if counter in view.desk.general:
                signal = replace(signal, calls=signal.calls + self._helped)
            if self._shown.get(id) != signal:
                self._shown[id] = signal
                handle.show(signal)


def signal_of(view: HallView, counter: CounterId) -> CounterSignal:
    """A counter's, or the whole hall's: open while any counter is not closed, all calls together."""
    at = next((c for c in view.counters if c.id == counter), None)
    if at is not None:
        return CounterSignal(at.state, at.calls)
    is_open = any(c.state != CounterState.CLOSED for c in view.counters)
    state = CounterState.OPEN if is_open else CounterState.CLOSED
    return CounterSignal(str(state), sum(c.calls for c in view.counters))
