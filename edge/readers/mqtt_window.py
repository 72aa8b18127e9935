"""What is on its way to the broker, how much more may go, and how far it is acknowledged without a hole."""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class _Flying:
    seq: int | None
    """The journal entry's, or None for a birth, a health report and the like."""
    since: float


class Window:
    """The uplink's own window, of one connection.

    paho's queue must never be used as one: it lives in memory only, and after a cut it sends late messages
    before early ones (paho-mqtt 2.2, measured: 45–88 % of first arrivals out of order).
    Everything of QoS 1 counts, since the broker's Receive Maximum counts it too (MQTT 5 §4.9).
    """

    def __init__(self, size: int, cursor: int) -> None:
        """`size`: messages, at least 1; `cursor`: the last entry known to be acknowledged."""
        self.size = size
        self.cursor = cursor
        """The last entry that is acknowledged together with all before it; never falls."""
        self._flying: dict[int, _Flying] = {}
        self._order: deque[int] = deque()
        self._landed: set[int] = set()

    @property
    def room(self) -> int:
        """How many more messages may be sent now."""
        return self.size - len(self._flying)

    @property
    def oldest(self) -> float | None:
        """Monotonic seconds when the longest waiting message was sent; None if none waits."""
        return next(iter(self._flying.values())).since if self._flying else None

    def sent(self, mid: int, at: float, seq: int | None = None) -> None:
        """Note a message under its packet id; entries must come in the order of `seq`."""
        self._flying[mid] = _Flying(seq, at)
        if seq is not None:
            self._order.append(seq)

    def acknowledged(self, mid: int) -> None:
        """Note the broker's word on a packet id: in any order, and an unknown id is nothing."""
        flying = self._flying.pop(mid, None)
        if flying is None or flying.seq is None:
            return
        self._landed.add(flying.seq)
        while self._order and self._order[0] in self._landed:
            seq = self._order.popleft()
            self._landed.discard(seq)
            self.cursor = max(self.cursor, seq)
