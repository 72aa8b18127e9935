"""Rating pads that speak in frames of the link's own description, several on one wire, told apart by `addr`.

Made for the `FF 68` bus (seen once, in a running hall system; no real pad was tried), golden bytes in
tests/golden/wire/pads_ff68.json. The description must offer a rule with `event = "rating"` and a `value`, a
field `addr` where several share the wire, and the message `start_rating` where the pad can be told to ask.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.capabilities import OK, DeviceInfo, DeviceStatus, Heard, Rated, State
from drivers.errors import FrameError
from drivers.frame_format import Values
from drivers.framing import Line

log = logging.getLogger(__name__)

LINKS = ("serial", "rs485", "tcp", "rfc2217")
FRAMES = None

SAME_FRAME_S = 0.3
"""A pad answered late sends its frame again within this time (inferred): answered, but no second press."""


@dataclass(frozen=True)
class Options:
    scores: Mapping[str, int]
    """The pad's value -> score 1..5, as its keys are labelled: `scores = {0 = 5, 1 = 4, 2 = 3, 3 = 1}`.

    Labels differ from pad to pad and decide somebody's pay: there is no usual map."""
    address: int = 1
    """As set on the pad, 0..255."""

    def __post_init__(self) -> None:
        if not 0 <= self.address <= 255:
            raise ValueError("address must be from 0 to 255")
        for value, score in self.scores.items():
            if not value.isdigit() or not 0 <= int(value) <= 255 or not 1 <= score <= 5:
                raise ValueError(f"scores: {value} = {score} is not a value 0..255 = a score 1..5")
        if not self.scores:
            raise ValueError("scores: at least one value must mean a score")


class Driver:
    """A rating pad, as a TalkingPad."""

    def __init__(self, line: Line, options: Options, clock: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._format = line.format
        self._address = options.address
        self._scores = {int(value): score for value, score in options.scores.items()}
        self._clock = clock
        self._last = (b"", 0.0)
        self._was_heard = False

    def start(self) -> DeviceInfo:
        """These pads do not answer: nothing to ask."""
        return DeviceInfo(model=self._format.name)

    def check(self) -> DeviceStatus:
        return OK if self._was_heard else DeviceStatus(State.UNCONFIRMED, detail="not heard yet")

    def claims(self, frame: bytes) -> bool:
        try:
            values = self._format.decode(frame)
        except FrameError:
            return False
        rule = self._format.rule_for(values)
        return (
            rule is not None and rule.event == "rating" and values.get("addr", self._address) == self._address
        )

    def on_frame(self, frame: bytes) -> Heard:
        values = self._format.decode(frame)
        rule = self._format.rule_for(values)
        payload = self._format.payload(values)
        if rule is None or not 0 <= rule.value < len(payload):
            raise FrameError(f"a rating frame without a value: {frame.hex(' ')}")
        self._was_heard = True
        answer = self._format.answer(values, rule)
        score = self._scores.get(payload[rule.value])
        if score is None:
            log.warning(
                "rating pad %d: value %d has no score in the config", self._address, payload[rule.value]
            )
        readings = () if score is None or self._is_repeat(frame) else (Rated(score),)
        return Heard(readings, (answer,) if answer is not None else ())

    def ask(self) -> None:
        """Let the pad ask for a rating; one that cannot be told stays as it is."""
        if "start_rating" in self._format.messages:
            address: Values = {"addr": self._address} if "addr" in self._format.settable else {}
            self._line.send(self._format.message("start_rating", {}, **address))

    def _is_repeat(self, frame: bytes) -> bool:
        now = self._clock()
        before, self._last = self._last, (frame, now)
        return before[0] == frame and now - before[1] < SAME_FRAME_S
