"""What other threads see of the hall: a picture, swapped whole, its view, and how to wait for the next."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from edge.hall.hall import Hall
from edge.hall.plan import HallPlan
from edge.hall.views import HallView, hall_view
from edge.hall.waits import Waits, forecast
from edge.hall.words import Now

WAITS_EVERY_S = 5.0
WAITS_LATE_S = 3.0
"""So much later where something happened: who pressed a key waits for none, the next tick finds them."""


@dataclass(frozen=True)
class _Seen:
    """A picture, and from when it is."""

    picture: Hall
    now: Now
    unrecorded: int = 0
    only_time: bool = False
    """Nothing has happened since the picture before."""


class Shown:
    """`swap`, `tell` and `end` belong to the registrar, the rest to anybody.

    A view is drawn when somebody first looks at it, and once: on a market day many numbers are answered
    between two looks.
    """

    def __init__(self, plan: HallPlan, complain: Callable[[str, Exception], None]) -> None:
        self.picture = Hall(plan)
        """Changed by nobody."""
        self.trouble = ""
        """Why the newest view could not be drawn; empty: it could."""
        self._complain = complain
        self._changed = threading.Condition()
        self._version = self._told = 0
        self._ended = False
        self._drawing = threading.Lock()
        self._undrawn: _Seen | None = None
        self._view: HallView
        self._waits, self._waits_due_s = Waits(), 0.0

    @property
    def view(self) -> HallView:
        """Of the newest picture; there from the first `swap` on. Where it cannot be drawn, the former one."""
        with self._drawing:
            seen, self._undrawn = self._undrawn, None
            if seen is not None:
                self._draw(seen)
            return self._view

    def swap(self, picture: Hall, now: Now, unrecorded: int = 0) -> None:
        """Show what is on disk, and `unrecorded` calls besides.

        Wakes nobody yet: who asked for something goes first, and then `tell`.
        """
        only_time = picture.seq == self.picture.seq
        former = self.view if self._version and only_time else None
        with self._drawing:
            self._undrawn = _Seen(picture, now, unrecorded, only_time)
        with self._changed:
            self.picture = picture
        is_news = former is None or _timeless(self.view) != _timeless(former)
        with self._changed:
            self._version += is_news

    def tell(self) -> None:
        """Wake who waits for a change, if there was one."""
        with self._changed:
            if self._version != self._told:
                self._told = self._version
                self._changed.notify_all()

    def wait(self, seq: int, timeout_s: float) -> int:
        """The sequence number shown, as soon as it is above `seq` or time alone changed something."""
        with self._changed:
            version = self._version
            self._changed.wait_for(
                lambda: self.picture.seq > seq or self._version != version or self._ended, timeout_s
            )
            return self.picture.seq

    def end(self) -> None:
        """No other will come: wakes who waits."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    # --- who looks, draws -----------------------------------------------------------------------------------

    def _draw(self, seen: _Seen) -> None:
        try:
            view = hall_view(seen.picture, seen.now, self._waits_at(seen))
            self._view = replace(view, unrecorded=seen.unrecorded) if seen.unrecorded else view
            self.trouble = ""
        except Exception as error:  # noqa: BLE001  (a view's edge: logged with its trace by `complain`)
            self._complain("the view could not be made, the former one stays", error)
            self.trouble = f"view: {error!r}"

    def _waits_at(self, seen: _Seen) -> Waits:
        """Waits of some seconds ago: they take milliseconds to find out."""
        left_s = self._waits_due_s - seen.now.uptime_s
        if not (0 if seen.only_time else -WAITS_LATE_S) < left_s <= WAITS_EVERY_S:
            self._waits = forecast(seen.picture.book, seen.now)
            self._waits_due_s = seen.now.uptime_s + WAITS_EVERY_S
        return self._waits


def _timeless(view: HallView) -> HallView:
    return replace(view, clock=replace(view.clock, at=""))
