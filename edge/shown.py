"""What other threads see of the hall: a view and a picture, swapped whole; and how to wait for the next."""

import threading
from dataclasses import replace

from edge.hall.hall import Hall
from edge.hall.plan import HallPlan
from edge.hall.views import HallView, hall_view
from edge.hall.waits import Waits, forecast
from edge.hall.words import Now

WAITS_EVERY_S = 5.0


class Shown:
    """`seen`, `swap`, `tell` and `end` belong to the registrar, the rest to anybody."""

    def __init__(self, plan: HallPlan) -> None:
        self.view: HallView
        self.picture = Hall(plan)
        """Changed by nobody."""
        self._changed = threading.Condition()
        self._version = self._told = 0
        self._waits, self._waits_due_s = Waits(), 0.0
        self._ended = False

    def seen(self, picture: Hall, now: Now) -> HallView:
        """The view of a picture, with waits of some seconds ago: they take milliseconds to find out."""
        if not 0 < self._waits_due_s - now.uptime_s <= WAITS_EVERY_S:
            self._waits, self._waits_due_s = forecast(picture.book, now), now.uptime_s + WAITS_EVERY_S
        return hall_view(picture, now, self._waits)

    def swap(self, view: HallView, picture: Hall) -> None:
        """Wakes nobody yet: who asked for something goes first, and then `tell`."""
        with self._changed:
            former = self.view if self._version else None
            is_news = former is None or view.seq != former.seq or _timeless(view) != _timeless(former)
            self.view, self.picture = view, picture
            self._version += is_news

    def tell(self) -> None:
        """Wake who waits for a change, if there was one."""
        with self._changed:
            if self._version != self._told:
                self._told = self._version
                self._changed.notify_all()

    def wait(self, seq: int, timeout_s: float) -> HallView:
        """The view as soon as it is newer than `seq` or changed by time alone, else the present one."""
        with self._changed:
            version = self._version
            self._changed.wait_for(
                lambda: self.view.seq > seq or self._version != version or self._ended, timeout_s
            )
            return self.view

    def end(self) -> None:
        """No other will come: wakes who waits."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()


def _timeless(view: HallView) -> HallView:
    return replace(view, clock=replace(view.clock, at=""))
