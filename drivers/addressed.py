"""One device of several on a line: which frames are its own, each of them once, and what it is told."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.capabilities import OK, DeviceInfo, DeviceStatus, State
from drivers.errors import FrameError
from drivers.frame_format import Values
from drivers.frame_table import Rule
from drivers.framing import Line

SAME_FRAME_S = 0.3
"""A pad answered late sends its frame again within this time (inferred): answered, but no second press."""

AT_ONCE_S = 0.06
"""A pad that was answered so soon has no reason to send again (inferred): ten bytes, silence, ten bytes."""

FINGER_S = 0.1
"""Nobody presses the same key again sooner (inferred)."""


@dataclass(frozen=True)
class Taken:
    """One device's frame, taken apart."""

    rule: Rule
    payload: bytes
    answer: bytes | None
    """What the description wants sent back."""
    again: bool
    """The frame before, sent again because its answer came late."""
    meant: bool = False
    """`again`, but that was answered at once: of a key that is pressed twice, as a digit is, the second."""


def check_address(address: int) -> None:
    """Raises ValueError for one that no byte can say."""
    if not 0 <= address <= 255:
        raise ValueError("address must be from 0 to 255")


class Addressed:
    """One device of several on a line: which frames are its own, each of them once, and what it is told."""

    def __init__(
        self, line: Line, event: str, address: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`event`: of the description's rules that are meant for this device; `address`: 0..255."""
        self._line = line
        self._format = line.format
        self._event = event
        self._address = address
        self._clock = clock
        self._last = (b"", 0.0)
        self._came_at = 0.0
        self._was_heard = False
        self.name = f"{line.format.name} {address}"

    def info(self) -> DeviceInfo:
        """Such a device does not answer: nothing to ask."""
        return DeviceInfo(model=self.name)

    def status(self) -> DeviceStatus:
        """Well is what has been heard."""
        return OK if self._was_heard else DeviceStatus(State.UNCONFIRMED, detail="not heard yet")

    def claims(self, frame: bytes) -> bool:
        try:
            values = self._line.values_of(frame)
        except FrameError:
            return False
        rule = self._format.rule_for(values)
        mine = values.get("addr", self._address) == self._address
        return rule is not None and rule.event == self._event and mine

    def take(self, frame: bytes) -> Taken:
        """Raises FrameError for one without a meaning."""
        values = self._line.values_of(frame)
        rule = self._format.rule_for(values)
        payload = self._format.payload(values)
        if rule is None or not payload:
            raise FrameError(f"a frame that says nothing: {frame.hex(' ')}")
        self._was_heard = True
        (before, done_at), came_at, now = self._last, self._came_at, self._clock()
        again = before == frame and now - done_at < SAME_FRAME_S
        meant = again and done_at - came_at < AT_ONCE_S and now - came_at >= FINGER_S
        self._last, self._came_at = (frame, now), now
        return Taken(rule, payload, self._format.answer(values, rule), again, meant)

    def settle(self, frame: bytes) -> None:
        """Its work is done only now: what comes again from here on was sent before."""
        self._last = (frame, self._clock())

    def forget(self) -> None:
        """Nothing came of the last frame: sent again, it counts."""
        self._last = (b"", 0.0)

    def send(self, frame: bytes) -> None:
        """Raises LinkLost."""
        self._line.send(frame)

    def tells(self, name: str) -> bool:
        """Does the description have this message?"""
        return name in self._format.messages

    def say(self, name: str, given: Mapping[str, str | bytes] | None = None) -> None:
        """Send a message of the description; one that it does not have is left out. Raises LinkLost."""
        if self.tells(name):
            address: Values = {"addr": self._address} if "addr" in self._format.settable else {}
            self._line.send(self._format.message(name, given or {}, **address))
