"""A USB number pad as rating pad: one key, one score. Source: linux/input.h; no real pad was tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drivers.capabilities import OK, DeviceInfo, DeviceStatus, Rated, RatingDisplay
from drivers.keys import KeyRecords, check_names
from drivers.links import Link

LINKS = ("input",)


@dataclass(frozen=True)
class Options:
    scores: Mapping[str, int]
    """The key's name -> score 1..5, as the keys are labelled: `scores = {1 = 5, 2 = 4, 3 = 2}`."""

    def __post_init__(self) -> None:
        check_names("scores", self.scores)
        if not self.scores or any(not 1 <= score <= 5 for score in self.scores.values()):
            raise ValueError("scores: at least one key, each with a score from 1 to 5")


class Driver:
    """A rating pad, as a PolledPad."""

    def __init__(self, link: Link, options: Options) -> None:
        self._link = link
        self._scores = dict(options.scores)
        self._records = KeyRecords()

    def start(self) -> DeviceInfo:
        return DeviceInfo(model="keypad")

    def check(self) -> DeviceStatus:
        """A pad that is unplugged loses its link; one that is plugged in is well."""
        return OK

    def show(self, message: RatingDisplay) -> None:
        """A number pad has no display."""

    def poll(self, timeout_s: float) -> Sequence[Rated]:
        """Ratings since the last call; keys without a score are left out. Raises LinkLost."""
        presses = self._records.feed(self._link.read(timeout_s))
        return [Rated(self._scores[press.name]) for press in presses if press.name in self._scores]
