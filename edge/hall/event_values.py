"""What some events hold beside plain fields: lines of a sheet, and devices."""

from dataclasses import dataclass

from edge.hall.words import CounterId, DeviceId


@dataclass(frozen=True, kw_only=True)
class SheetLine:
    """Counts of tickets of one day: of a service, of a counter, or of all."""

    of: str = ""
    """Id of the service or counter; empty: all."""
    issued: int = 0
    carried: int = 0
    """From the day before, not counted as issued again."""
    called: int = 0
    """At least once. With a counter: there."""
    calls: int = 0
    """Recalls and calls taken back left out."""
    served: int = 0
    by_hand: int = 0
    """Served without the machine."""
    no_show: int = 0
    """Called, not come, and not served to the end of the day."""
    cancelled: int = 0
    expired: int = 0
    open: int = 0
    """Not over yet: in service or carried into the next day."""
    wait_median_s: float | None = None
    """From the number to the first call, without what a cut took; None: nobody was called."""
    wait_p90_s: float | None = None
    ratings: tuple[int, ...] = (0, 0, 0, 0, 0)
    """How many of score 1, 2, 3, 4 and 5."""
    unrated: int = 0
    """Served, and no rating: an outcome of its own."""
    active_rate: float | None = None
    """Rated among those served."""


@dataclass(frozen=True, kw_only=True)
class DeviceKnown:
    """A configured device, as `DaemonStarted` lists it."""

    id: DeviceId
    kind: str
    driver: str
    counter: CounterId = ""
