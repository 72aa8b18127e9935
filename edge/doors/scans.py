"""What a scanned code does: a slip at a counter is its ticket's turn, a slip at a kiosk shows how it stands.

What a citizen holds under the reader may be anything: the text is neither kept nor logged.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from drivers.id_number import is_id_number
from drivers.readings import CardShown
from edge.doors.cards import Cards, Place
from edge.errors import JournalError
from edge.hall import commands as c
from edge.hall.reasons import No
from edge.hall.views import ScanView, TicketView
from edge.hall.words import By, CounterId, DeviceId, Door, Refused, TicketId, TicketNumber, TicketState
from edge.rating_codes import RatingCodes
from edge.registrar import Registrar

log = logging.getLogger(__name__)

SHOWN_S = 20.0
"""A kiosk may show what was scanned at it for so long."""
AGAIN_S = 2.0
"""The same slip again at the same reader within this time is the same scan."""


@dataclass(frozen=True)
class Scanned(ScanView):
    """What this kiosk alone may know."""

    code: str = ""
    """The slip's own, where that is what was scanned: with it the kiosk may send a rating."""


class Scans:
    """Any thread may call."""

    def __init__(
        self,
        registrar: Registrar,
        codes: RatingCodes,
        cards: Cards,
        places: Mapping[DeviceId, Place],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registrar, self._codes, self._cards, self._places = registrar, codes, cards, places
        self._clock = clock
        self._lock = threading.Lock()
        self._count = 0
        self._at_kiosk: dict[DeviceId, tuple[Scanned, float]] = {}
        self._last: dict[DeviceId, tuple[TicketId, float]] = {}

    def heard(self, device: DeviceId, text: str) -> str:
        """Do what this code is for; empty, or why nothing came of it, as `no_ticket`."""
        if is_id_number(text):
            self._cards.shown(device, CardShown(text))
            return ""
        ticket, code = self._meant(text)
        place = self._places.get(device, Place())
        try:
            if ticket is None:
                raise Refused(No.NO_TICKET, ticket="")
            if self._is_again(device, ticket.id):
                return ""
            if place.counter:
                self._registrar.ask(_at_counter(By(Door.PAD, device), place.counter, ticket))
            else:
                self._show(place.kiosk, ticket, code)
        except Refused as no:
            log.info("%s: %d characters scanned, refused, %s", device, len(text), no.reason)
            return str(no.reason)
        except JournalError as error:
            log.error("%s: not recorded, %s", device, error)
            return "not_recorded"
        return ""

    def at_kiosks(self) -> tuple[ScanView, ...]:
        """What each kiosk's screen shall show now, without the codes: all screens see it."""
        now = self._clock()
        with self._lock:
            fresh = [seen for seen, at in self._at_kiosk.values() if now - at <= SHOWN_S]
        return tuple(ScanView(s.kiosk, s.scan, s.ticket, s.number, s.may_rate) for s in fresh)

    def at_kiosk(self, kiosk: DeviceId) -> Scanned | None:
        """What was scanned there last; None: nothing, or too long ago."""
        with self._lock:
            seen, at = self._at_kiosk.get(kiosk, (None, 0.0))
        return seen if self._clock() - at <= SHOWN_S else None

    def _meant(self, text: str) -> tuple[TicketView | None, str]:
        """The ticket, and the code by which it was found."""
        view = self._registrar.view
        for word in _words(text):
            if (ticket := self._registrar.ticket(view.tickets.get(_number(word), word))) is not None:
                return ticket, ""
            found = self._codes.find(word, {*view.tickets.values(), *view.rateable})
            if found is not None:
                return self._registrar.ticket(found), word
        return None, ""

    def _is_again(self, device: DeviceId, ticket: TicketId) -> bool:
        now = self._clock()
        with self._lock:
            before, at = self._last.get(device, ("", 0.0))
            self._last[device] = (ticket, now)
        return before == ticket and now - at < AGAIN_S

    def _show(self, kiosk: DeviceId, ticket: TicketView, code: str) -> None:
        with self._lock:
            self._count += 1
            may_rate = ticket.state == TicketState.FINISHED and ticket.score is None
            seen = Scanned(kiosk, self._count, ticket.id, ticket.number, may_rate, code)
            self._at_kiosk[kiosk] = (seen, self._clock())


def _words(text: str) -> list[str]:
    """Where a code may stand in what was scanned: the text itself, or end and values of an address."""
    text = text.strip()
    if "://" not in text:
        return [text]
    try:
        parts = urlsplit(text)
    except ValueError:
        return []
    return [parts.path.rstrip("/").rpartition("/")[2], *(v for _, v in parse_qsl(parts.query)[:8])]


def _number(word: str) -> str:
    try:
        return str(TicketNumber.parse(word))
    except ValueError:
        return word


def _at_counter(by: By, counter: CounterId, ticket: TicketView) -> c.Command:
    """Who lays a slip under a clerk's reader has come: call it, take it up again, begin."""
    if ticket.state == TicketState.HELD:
        return c.Resume(by=by, counter=counter, ticket=ticket.id)
    if ticket.state == TicketState.CALLED and ticket.counter == counter:
        return c.StartService(by=by, counter=counter)
    return c.CallTicket(by=by, counter=counter, ticket=ticket.id)
