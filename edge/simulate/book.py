"""A simulated hall's journal, in memory: real events, chained as on disk, at the moments of its profile."""

import random
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone

from edge.entries import FIRST_LINK, Line, body_of, link, stamped
from edge.hall import events as ev
from edge.hall.words import By, Door, Now, TicketNumber, ticket_id
from edge.simulate.profiles import Moment, Profile, moments

CHINA = timezone(timedelta(hours=8))
KIOSK, PAD, RATING = By(Door.KIOSK, "k1"), By(Door.PAD, "pad-1"), By(Door.PAD, "r-1")
PRINTER = "printer-1"
_OUTCOME = "done"


class Book:
    """Belongs to one thread."""

    def __init__(self, county: str, hall: str, profile: Profile, pace: float, seed: int) -> None:
        """`pace`: seconds of life a second; 0: all at once."""
        dice = random.Random(f"{seed} {hall}")
        self._moments: Sequence[Moment] = sorted(moments(profile, dice))
        self._source, self._hall, self._pace = f"/{county}/{hall}", hall, pace
        self._done, self._chain, self._began = 0, FIRST_LINK, float("inf")
        self._boot = secrets.token_hex(8)
        self.id = f"sim-{secrets.token_hex(8)}"
        self.lines: list[Line] = []
        self.born: list[float] = []
        """Monotonic seconds when each was due to be written."""

    @property
    def head(self) -> int:
        return len(self.lines)

    @property
    def chain(self) -> str:
        """Of the last entry."""
        return self._chain

    @property
    def is_over(self) -> bool:
        return self._done == len(self._moments)

    @property
    def due(self) -> float:
        """Monotonic seconds of the next entry; infinite: there is none."""
        return float("inf") if self.is_over else self._at(self._moments[self._done][0])

    def begin(self, at: float) -> None:
        """The hall's life begins, at this monotonic time."""
        self._began = at

    def grow(self, now: float) -> None:
        """Write what is due."""
        while self.due <= now:
            at_s, what, n = self._moments[self._done]
            self._write(self._event(what, n), self._at(at_s))
            self._done += 1

    def _at(self, life_s: float) -> float:
        return self._began + (life_s / self._pace if self._pace else 0.0)

    def _write(self, event: ev.Event, born: float) -> None:
        at = datetime.now(UTC)
        now = Now(at, at.astimezone(CHINA).date(), trusted=True, boot=self._boot, uptime_s=time.monotonic())
        stamp = stamped(len(self.lines) + 1, now)
        body = body_of(event, stamp, trusted=True, journal=self.id, source=self._source)
        self._chain = link(self._chain, body)
        self.lines.append(Line(stamp.seq, body, self._chain))
        self.born.append(born)

    def _event(self, what: str, n: int) -> ev.Event:
        day = datetime.now(CHINA).date()
        number = TicketNumber("ABC"[n % 3], n // 3 + 1)
        ticket, counter, service = ticket_id(self._hall, day, number), f"c{n % 4 + 1}", f"s{n % 3 + 1}"
        make: dict[str, Callable[[], ev.Event]] = {
            "day": lambda: ev.DayOpened(date=day.isoformat(), trusted=True),
            "counter": lambda: ev.CounterOpened(counter=f"c{n}", by=PAD),
            "issued": lambda: ev.TicketIssued(
                ticket=ticket, number=str(number), service=service, kiosk="k1", printer=PRINTER, by=KIOSK
            ),
            "slip": lambda: ev.SlipStarted(ticket=ticket, printer=PRINTER),
            "printed": lambda: ev.SlipPrinted(ticket=ticket, printer=PRINTER),
            "called": lambda: ev.TicketCalled(ticket=ticket, number=str(number), counter=counter, by=PAD),
            "missed": lambda: ev.TicketMissed(ticket=ticket, counter=counter, times=1, by=PAD),
            "started": lambda: ev.ServiceStarted(ticket=ticket, counter=counter, by=PAD),
            "finished": lambda: ev.ServiceFinished(ticket=ticket, counter=counter, outcome=_OUTCOME, by=PAD),
            "rated": lambda: ev.ServiceRated(ticket=ticket, counter=counter, score=5, by=RATING),
        }
        return make[what]()
