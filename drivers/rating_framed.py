"""Rating pads that speak in frames of the link's own description, several on one wire, told apart by `addr`.

Made for the `FF 68` bus (seen once, in a running hall system; no real pad was tried), golden bytes in
tests/golden/wire/pads_ff68.json. The description must offer a rule with `event = "rating"` and a `value`, a
field `addr` where several share the wire, and the messages `start_rating` and `thanks` where it takes them.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.addressed import Addressed, check_address
from drivers.capabilities import NOT_KEPT, DeviceInfo, DeviceStatus, Heard, Rated, RatingDisplay, RatingState
from drivers.errors import FrameError
from drivers.framing import Line

log = logging.getLogger(__name__)

LINKS = ("serial", "rs485", "tcp", "rfc2217")
FRAMES = None


@dataclass(frozen=True)
class Options:
    scores: Mapping[str, int]
    """The pad's value -> score 1..5, as its keys are labelled: `scores = {0 = 5, 1 = 4, 2 = 3, 3 = 1}`.

    Labels differ from pad to pad and decide somebody's pay: there is no usual map."""
    address: int = 1
    """As set on the pad, 0..255."""

    def __post_init__(self) -> None:
        check_address(self.address)
        for value, score in self.scores.items():
            if not value.isdigit() or not 0 <= int(value) <= 255 or not 1 <= score <= 5:
                raise ValueError(f"scores: {value} = {score} is not a value 0..255 = a score 1..5")
        if not self.scores:
            raise ValueError("scores: at least one value must mean a score")


class Driver:
    """A RatingPad."""

    def __init__(self, line: Line, options: Options, clock: Callable[[], float] = time.monotonic) -> None:
        self._pad = Addressed(line, "rating", options.address, clock)
        self._scores = {int(value): score for value, score in options.scores.items()}
        self._told = ("", "")

    def start(self) -> DeviceInfo:
        return self._pad.info()

    def check(self) -> DeviceStatus:
        return self._pad.status()

    def claims(self, frame: bytes) -> bool:
        return self._pad.claims(frame)

    def on_frame(self, frame: bytes) -> Heard:
        taken = self._pad.take(frame)
        if not 0 <= taken.rule.value < len(taken.payload):
            raise FrameError(f"a rating frame without a value: {frame.hex(' ')}")
        value = taken.payload[taken.rule.value]
        score = self._scores.get(value)
        if score is None:
            log.warning("rating pad %s: value %d has no score in the config", self._pad.name, value)
        if taken.again or score is None:
            return Heard(replies=(taken.answer,) if taken.answer is not None else ())
        return Heard((Rated(score),), then=lambda no: self._heard_by_the_hall(frame, taken.answer, no))

    def show(self, message: RatingDisplay) -> None:
        """Let the pad ask, once for each ticket, and light what it has for thanks; it has no screen."""
        told = (message.state, message.ticket)
        if told != self._told and message.state is RatingState.ASKING:
            self._pad.say("start_rating")
        elif told != self._told and message.state is RatingState.THANKS:
            self._pad.say("thanks")
        self._told = told

    def _heard_by_the_hall(self, frame: bytes, answer: bytes | None, no: str) -> None:
        """What is on disk, or refused, is acknowledged; what could not be written the pad sends again."""
        if no in NOT_KEPT:
            self._pad.forget()
            return
        if answer is not None:
            self._pad.send(answer)
        self._pad.settle(frame)
