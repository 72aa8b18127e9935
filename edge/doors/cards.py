"""Whose card lies where, for a short while and in memory only: nothing here is stored, logged or sent on."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drivers.readings import CardShown
from edge.hall.words import CounterId, DeviceId

KIOSK_S = 30.0
"""A card that was laid on a kiosk's reader counts for the next number taken there within this time."""
COUNTER_S = 120.0
"""A clerk sees whose card it is for so long."""


@dataclass(frozen=True)
class Place:
    """Where a device stands."""

    counter: CounterId = ""
    kiosk: DeviceId = ""


@dataclass(frozen=True)
class AtCounter:
    masked_name: str = field(repr=False)
    age_s: float


@dataclass(frozen=True)
class _Laid:
    what: str = field(repr=False)
    at: float


class Cards:
    """Any thread may call."""

    def __init__(
        self,
        places: Mapping[DeviceId, Place],
        digest: Callable[[bytes], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`digest`: keyed, other in each hall (SideStore.keyed_digest)."""
        self._places = places
        self._digest = digest
        self._clock = clock
        self._lock = threading.Lock()
        self._digests: dict[DeviceId, _Laid] = {}
        self._names: dict[CounterId, _Laid] = {}

    def shown(self, device: DeviceId, card: CardShown) -> None:
        """At a kiosk only the digest is kept, at a counter only the masked name."""
        place = self._places.get(device, Place())
        digest = self._digest(card.number.upper().encode())
        with self._lock:
            if place.kiosk:
                self._digests[place.kiosk] = _Laid(digest, self._clock())
            elif place.counter:
                self._names[place.counter] = _Laid(card.masked_name, self._clock())

    def take(self, kiosk: DeviceId) -> str:
        """The digest of the card that was laid down at this kiosk lately, once; empty: none was."""
        with self._lock:
            laid = self._digests.pop(kiosk, None)
        return laid.what if laid and self._clock() - laid.at <= KIOSK_S else ""

    def at_counter(self, counter: CounterId) -> AtCounter | None:
        """Whose card was laid down at this counter last; None: nobody's, or too long ago."""
        with self._lock:
            laid = self._names.get(counter)
            age_s = self._clock() - laid.at if laid else 0.0
            if laid is None or age_s > COUNTER_S:
                self._names.pop(counter, None)
                return None
        return AtCounter(laid.what, age_s)
