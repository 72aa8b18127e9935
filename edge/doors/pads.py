"""Pads' readings become commands: which counter, which verb. A key that bounces is one press.

What the hall says to it goes back to the pad: nothing, or why not.
"""

import logging
import string
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from drivers.capabilities import NOT_RECORDED, KeyPressed, PadKey, Rated, Reading
from edge.errors import JournalError
from edge.hall import commands as c
from edge.hall.reasons import No
from edge.hall.views import CounterView, HallView
from edge.hall.words import Away, By, CounterState, Door, Outcome, Refused
from edge.registrar import Registrar

log = logging.getLogger(__name__)

BOUNCE_S = 0.8
"""顺呼 twice within this time at one counter, on one pad or two clerks', is one press: nobody was served
in between."""

PAUSES = {"": "", "1": Away.LEAVE, "2": Away.LUNCH, "3": Away.MEETING, "4": Away.ERRAND}
"""A digit before the pause key says why."""

OUTCOMES = ("", *Outcome)
"""A digit before the key that ends the service says what came of it: 1 done, 2 accepted, 3 papers missing,
4 refused, 5 consulted, 6 referred; 0 or none: done."""

WITHOUT_DIGITS = frozenset(
    {PadKey.NEXT, PadKey.RECALL, PadKey.NO_SHOW, PadKey.HOLD, PadKey.START, PadKey.UNDO, PadKey.ASK_RATING}
)
"""They are about the ticket that is there; a number typed before one of them was meant for something else."""

_DIGITS, _LETTERS = string.digits, string.ascii_uppercase

_SIMPLE: dict[PadKey, Callable[..., c.Command]] = {
    PadKey.NEXT: c.CallNext,
    PadKey.RECALL: c.Recall,
    PadKey.NO_SHOW: c.MarkNoShow,
    PadKey.HOLD: c.Hold,
    PadKey.START: c.StartService,
    PadKey.UNDO: c.UndoCall,
}


class Displays(Protocol):
    """What stands on the pads."""

    def refuse(self, device: str, pressed: KeyPressed, no: Refused) -> None:
        """Show a no on the pad that pressed."""
        ...

    def ask_rating(self, counter: str) -> None:
        """Let the counter's rating pad ask."""
        ...


class Pads:
    """Called on link threads; waits for the registrar, which never waits for a device."""

    def __init__(
        self,
        registrar: Registrar,
        counters: Mapping[str, str],
        posts: Mapping[str, str] | None = None,
    ) -> None:
        """`counters` of the pads; `posts`: `a` or `b` for a pad that is one clerk's of two at a counter."""
        self._registrar = registrar
        self._counters = counters
        self._posts = posts or {}
        self._displays: Displays | None = None
        self._last: dict[str, tuple[KeyPressed, float]] = {}

    def show_on(self, displays: Displays) -> None:
        """Before the first key: where a no is shown, and who lets a rating pad ask."""
        self._displays = displays

    def heard(self, device: str, reading: Reading) -> str:
        """Turn one reading into one command and ask it: empty when it is done, else why not."""
        counter = self._counters.get(device, "")
        try:
            command = self._command(device, counter, reading)
            if command is not None:
                self._registrar.ask(command)
        except Refused as no:
            log.info("%s at counter %s: refused, %s", device, counter, no.reason)
            return self._say(device, reading, no)
        except JournalError as error:
            log.error("%s: not recorded, %s", device, error)
            return self._say(device, reading, Refused(NOT_RECORDED))
        return ""

    def _say(self, device: str, reading: Reading, no: Refused) -> str:
        if isinstance(reading, KeyPressed) and self._displays:
            self._displays.refuse(device, reading, no)
        return str(no.reason)

    def _command(self, device: str, counter: str, reading: Reading) -> c.Command | None:
        if isinstance(reading, Rated):
            by = By(Door.PAD, device)
            return c.RateAtCounter(by=by, counter=counter, score=reading.score, ticket=reading.ticket)
        if self._bounced(counter or device, reading):
            return None
        return self._key(By(Door.PAD, device, self._clerk(device, counter)), counter, reading)

    def _clerk(self, device: str, counter: str) -> str:
        """Whose pad it is, where it is one clerk's and he is signed in."""
        at = _counter(self._registrar.view, counter)
        staff = {"a": at.a, "b": at.b}.get(self._posts.get(device, ""), "") if at else ""
        return staff if at and staff in (at.staff, *at.beside) else ""

    def _key(self, by: By, counter: str, pressed: KeyPressed) -> c.Command | None:
        view = self._registrar.view
        at = _counter(view, counter)
        if pressed.digits and pressed.key in WITHOUT_DIGITS:
            raise Refused(No.NO_SUCH_KEY, digits=pressed.digits)
        match pressed.key:
            case PadKey.PAUSE:
                if at and at.state == CounterState.PAUSED and not pressed.digits:
                    return c.OpenCounter(by=by, counter=counter)
                reason = PAUSES.get(pressed.digits.lstrip("0"), pressed.digits)
                return c.PauseCounter(by=by, counter=counter, reason=reason)
            case PadKey.SIGN_IN if help := _help_for(view, at, pressed.digits):
                return c.AnswerHelp(by=by, help=help, counter=counter)
            case PadKey.SIGN_IN:
                return c.SignIn(by=By(Door.PAD, by.device), counter=counter, staff=pressed.digits)
            case PadKey.COVER:
                return _cover(by, at, pressed.digits.lstrip("0")) if at else None
            case PadKey.CALL:
                return c.CallTicket(by=by, counter=counter, ticket=number_for(view, counter, pressed.digits))
            case PadKey.TRANSFER:
                return c.Transfer(by=by, counter=counter, to_counter=pressed.digits.lstrip("0"))
            case PadKey.PRINT_LIST:
                return c.PrintWaiting(by=by)
            case PadKey.FINISH:
                return c.FinishService(by=by, counter=counter, outcome=_outcome(pressed.digits))
            case PadKey.RESUME:
                held = number_for(view, counter, pressed.digits) if pressed.digits else ""
                return c.Resume(by=by, counter=counter, ticket=held)
            case PadKey.ASK_RATING:
                if self._displays:
                    self._displays.ask_rating(counter)
                return None
            case key:
                return _SIMPLE[key](by=by, counter=counter)

    def _bounced(self, place: str, pressed: KeyPressed) -> bool:
        """By when it was pressed, where that is known: this thread may have been kept waiting."""
        before, now = self._last.get(place), pressed.at_s or time.monotonic()
        bounced = before is not None and before[0] == pressed and 0 <= now - before[1] < BOUNCE_S
        if not bounced:
            self._last[place] = (pressed, now)
        return bounced


def _outcome(digits: str) -> Outcome:
    number = int(digits or "0")
    if number >= len(OUTCOMES):
        raise Refused(No.NO_SUCH_KEY, digits=digits)
    return Outcome(OUTCOMES[number] or Outcome.DONE)


def _counter(view: HallView, id: str) -> CounterView | None:
    return next((v for v in view.counters if v.id == id), None)


def _help_for(view: HallView, at: CounterView | None, digits: str) -> str:
    """The help call that a confirm alone answers, at a general counter that is not closed; or empty.

    Where somebody is asked to stand in there, it is he who confirms.
    """
    if at is None or digits or at.state == CounterState.CLOSED or at.id not in view.desk.general:
        return ""
    is_asked = any(ask.counter == at.id for ask in view.asks)
    return "" if is_asked else next((h.id for h in view.desk.helps), "")


def _cover(by: By, at: CounterView, other: str) -> c.Command | None:
    """Hold the other counter from here too, or give it back; without digits nothing is meant."""
    if not other:
        return None
    if other in at.holds:
        return c.Uncover(by=by, counter=other)
    return c.Cover(by=by, counter=other, at=at.id)


def number_for(view: HallView, counter: str, digits: str) -> str:
    """The ticket meant by digits alone: the first of the counter's services that has this number today, else
    the one that was written by hand.
    """
    services = next((v.services for v in view.counters if v.id == counter), ())
    prefixes = {s.id: s.prefix for s in view.services}
    numbers = (f"{prefixes[s]}{digits.zfill(3)}" for s in services if s in prefixes)
    by_hand = (n for n in view.tickets if n.rstrip(_DIGITS) not in prefixes.values())
    others = (n for n in by_hand if n.lstrip(_LETTERS).lstrip("0") == digits.lstrip("0"))
    return next((n for n in (*numbers, *others) if n in view.tickets), digits)
