"""Rating pads with a screen that call in by WebSocket and speak JSON; several on one listener, by `address`.

Source: one published message specification, whose names differ by version: `names` of the device's table; no
real pad was tried. `Show` is ours, for pads that draw what they are told: `show = false` for those that know
only the specification. A RateID is the ticket's id, so that an answer rates whom the pad was asked about, and
once, however often and after whatever break of the line it is sent.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drivers.capabilities import (
    OK,
    DeviceInfo,
    DeviceStatus,
    Heard,
    Rated,
    RatingDisplay,
    RatingState,
    State,
)
from drivers.errors import Fault, FrameError
from drivers.framing import Line
from drivers.links_websocket import ENVELOPE, GOOD, NOT_ALLOWED, Kind, envelope, opened

log = logging.getLogger(__name__)

LINKS = ("ws",)
FRAMES = ENVELOPE

NAMES: Mapping[str, str] = {
    "rate": "RateID",
    "content": "Content",
    "clerk": "Clerk",
    "item": "Item",
    "date": "Date",
    "ticket": "Ticket",
}
"""Of the specification are RateID and Content; what the first version calls the others is not known."""

ALREADY_RATED = "already_rated"


@dataclass(frozen=True)
class Options:
    scores: Mapping[str, int]
    """The pad's Content -> score 1..5, as its buttons are labelled: `scores = {5 = 5, 4 = 4, 3 = 3, 2 = 1}`.

    Labels differ from pad to pad and decide somebody's pay: there is no usual map."""
    address: int = 1
    """Its WindowNumber, 0..65535."""
    user: str = ""
    """The UserNumber that it must log in with; empty: any."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What it calls things, over the usual; the later version:
    `names = {rate = "rateId", content = "attitude", clerk = "transactor", item = "item", date = "date",
    ticket = "reserveSeq"}`."""
    show: bool = True
    """Tell it what to draw, beyond the specification."""

    def __post_init__(self) -> None:
        if not 0 <= self.address <= 65_535:
            raise ValueError("address must be from 0 to 65535")
        if not self.scores or any(not 1 <= score <= 5 for score in self.scores.values()):
            raise ValueError("scores: at least one Content must mean a score, each from 1 to 5")
        if unknown := sorted(set(self.names) - set(NAMES)):
            raise ValueError(f"names: no {', '.join(unknown)} (there are: {', '.join(NAMES)})")


class Driver:
    """A RatingPad."""

    def __init__(self, line: Line, options: Options) -> None:
        self._line = line
        self._options = options
        self._names = {**NAMES, **options.names}
        self._here = False
        self._shown = RatingDisplay(RatingState.IDLE)
        self._asked = ""
        self._paused = False

    def start(self) -> DeviceInfo:
        self._serve("")
        return DeviceInfo(model="WebSocket")

    def check(self) -> DeviceStatus:
        return OK if self._here else DeviceStatus(State.DOWN, Fault.OFFLINE, "no pad has logged in")

    def claims(self, frame: bytes) -> bool:
        try:
            return ENVELOPE.decode(frame)["addr"] == self._options.address
        except FrameError:
            return False

    def on_frame(self, frame: bytes) -> Heard:
        kind, _, said = opened(frame)
        if kind is Kind.SAID:
            return self._said(said)
        self._here = kind is Kind.HERE
        self._asked, self._paused = "", False
        if self._here:
            self._tell()
        return Heard(changed=True)

    def show(self, message: RatingDisplay) -> None:
        """The present state; told anew at each login."""
        if message.counter_name != self._shown.counter_name:
            self._serve(message.counter_name)
        self._shown = message
        if self._here:
            self._tell()

    # --- what the pad says

    def _said(self, said: dict[str, Any]) -> Heard:
        method = said.get("method")
        if method is None:
            log.debug("window %d answers: %s", self._options.address, said)
            return Heard()
        if method != "RateSubmit":
            self._answer(str(method), NOT_ALLOWED, "no such method")
            return Heard()
        given = said.get("param")
        param = {str(name).lower(): value for name, value in given.items()} if isinstance(given, dict) else {}
        ticket = param.get(self._names["rate"].lower())
        score = self._options.scores.get(str(param.get(self._names["content"].lower())))
        if not isinstance(ticket, str) or not ticket or score is None:
            log.warning("window %d: a rating without sense: %.200r", self._options.address, said)
            self._answer(method, NOT_ALLOWED, "bad RateID or Content")
            return Heard()
        return Heard((Rated(score, ticket),), then=self._judged)

    def _judged(self, no: str) -> None:
        """A rating is confirmed when it is on disk, now or before."""
        if no in ("", ALREADY_RATED):
            self._answer("RateSubmit", GOOD, no or "rated")
        else:
            self._answer("RateSubmit", NOT_ALLOWED, no)

    # --- what it is told

    def _tell(self) -> None:
        """The specification's question and pause, each once; and what our own pads draw."""
        now = self._shown
        asks = now.ticket if now.state is RatingState.ASKING else ""
        paused = now.state is RatingState.PAUSED
        if asks and asks != self._asked:
            self._say("RateQuest", self._question(now))
        elif paused != self._paused or (self._asked and not asks and now.state is not RatingState.THANKS):
            self._say("RateOperate", {"operate": "Pause" if paused else "Reset"})
        self._asked, self._paused = asks, paused
        if self._options.show:
            self._say("Show", self._screen(now))

    def _question(self, now: RatingDisplay) -> dict[str, str]:
        facts = {"rate": now.ticket, "clerk": now.clerk_name or now.clerk, "item": now.item, "date": now.day}
        facts["ticket"] = now.number
        return {self._names[fact]: value for fact, value in facts.items()}

    def _screen(self, now: RatingDisplay) -> dict[str, str]:
        return {
            "state": str(now.state),
            "text": now.text,
            "counter": now.counter,
            "counter_name": now.counter_name,
            "clerk": now.clerk,
            "clerk_name": now.clerk_name,
            "post": now.post,
            "ticket": now.number,
            "item": now.item,
            "RateID": now.ticket,
        }

    def _serve(self, name: str) -> None:
        served = {"name": name, "user": self._options.user}
        self._line.send(envelope(Kind.SERVE, self._options.address, served))

    def _say(self, method: str, param: Mapping[str, str]) -> None:
        self._line.send(envelope(Kind.SAID, self._options.address, {"method": method, "param": param}))

    def _answer(self, method: str, code: str, result: str) -> None:
        said = {"code": code, "request": method, "result": result}
        self._line.send(envelope(Kind.SAID, self._options.address, said))
