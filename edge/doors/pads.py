"""Pads' readings become commands: which counter, which verb. A key that bounces is one press."""

import logging
import time
from collections.abc import Callable, Mapping

from drivers.capabilities import KeyPressed, PadKey, Rated, Reading
from edge.errors import JournalError
from edge.hall import commands as c
from edge.hall.views import HallView
from edge.hall.words import By, CounterState, Door, Refused
from edge.registrar import Registrar

log = logging.getLogger(__name__)

BOUNCE_S = 0.8
"""顺呼 twice within this time on one pad is one press: a person cannot have served somebody in between."""

_SIMPLE: dict[PadKey, Callable[..., c.Command]] = {
    PadKey.NEXT: c.CallNext,
    PadKey.RECALL: c.Recall,
    PadKey.NO_SHOW: c.MarkNoShow,
    PadKey.HOLD: c.Hold,
    PadKey.RESUME: c.Resume,
    PadKey.START: c.StartService,
    PadKey.FINISH: c.FinishService,
}


class Pads:
    """Called on link threads; waits for the registrar, which never waits for a device."""

    def __init__(
        self,
        registrar: Registrar,
        counters: Mapping[str, str],
        refused: Callable[[str, str], None] = lambda device, reason: None,
    ) -> None:
        self._registrar = registrar
        self._counters = counters
        self._refused = refused
        self._last: dict[str, tuple[PadKey, float]] = {}

    def heard(self, device: str, reading: Reading) -> None:
        """Turn one reading into one command and ask it. A refusal goes back to the pad; it is no error."""
        counter = self._counters.get(device, "")
        try:
            command = self._command(device, counter, reading)
            if command is not None:
                self._registrar.ask(command)
        except Refused as no:
            log.info("%s at counter %s: refused, %s", device, counter, no.reason)
            self._refused(device, no.reason)
        except JournalError as error:
            log.error("%s: not recorded, %s", device, error)
            self._refused(device, "not_recorded")

    def _command(self, device: str, counter: str, reading: Reading) -> c.Command | None:
        by = By(Door.PAD, device)
        if isinstance(reading, Rated):
            return c.RateAtCounter(by=by, counter=counter, score=reading.score)
        if self._bounced(device, reading.key):
            return None
        return self._key(by, counter, reading)

    def _key(self, by: By, counter: str, pressed: KeyPressed) -> c.Command | None:
        view = self._registrar.view
        match pressed.key:
            case PadKey.PAUSE:
                paused = any(v.id == counter and v.state == CounterState.PAUSED for v in view.counters)
                return (c.OpenCounter if paused else c.PauseCounter)(by=by, counter=counter)
            case PadKey.CALL:
                return c.CallTicket(by=by, counter=counter, ticket=number_for(view, counter, pressed.digits))
            case PadKey.TRANSFER:
                return c.Transfer(by=by, counter=counter, to_counter=pressed.digits.lstrip("0"))
            case PadKey.ASK_RATING:
                return None
            case key:
                return _SIMPLE[key](by=by, counter=counter)

    def _bounced(self, device: str, key: PadKey) -> bool:
        before, now = self._last.get(device), time.monotonic()
        self._last[device] = (key, now)
        return before is not None and before[0] is key and now - before[1] < BOUNCE_S


def number_for(view: HallView, counter: str, digits: str) -> str:
    """The ticket meant by digits alone: the first of the counter's services that has this number today."""
    services = next((v.services for v in view.counters if v.id == counter), ())
    prefixes = {s.id: s.prefix for s in view.services}
    numbers = (f"{prefixes[s]}{digits.zfill(3)}" for s in services if s in prefixes)
    return next((n for n in numbers if n in view.tickets), digits)
