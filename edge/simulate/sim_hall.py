"""One simulated hall at the broker: birth, will, entries in order, health, receipts, and what is asked again.

What a real uplink does (edge/readers/uplink_talk.py), of the same parts and with the same bounds, but with no
thread and no disk: whoever drives it calls `turn` when its wire is ready or its time has come.
"""

import random
import socket
from array import array
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from edge.entries import canonical
from edge.mqtt_session import NEW, OLD, Session
from edge.mqtt_values import (
    Accepted,
    Acknowledged,
    Arrived,
    Broker,
    Happening,
    Lost,
    Subscribed,
    TurnedAway,
    Will,
)
from edge.patience import Patience
from edge.readers.again import Again, Overdue
from edge.readers.border import Border
from edge.readers.county_commands import read_id, reply
from edge.readers.mqtt_window import Window
from edge.simulate.book import Book
from edge.simulate.state import WELL, health

TAKES = 20
LOOK_S = 5.0
"""So often at least a hall turns, for the protocol's own pings."""
CLOUD_EVENT = "application/cloudevents+json"
KEPT_S = 300
"""A trial leaves nothing at the broker that lasts: its sessions end with it."""
NEVER = float("inf")


@dataclass
class Tally:
    """What the halls of one process have seen together."""

    took_s: "array[float]" = field(default_factory=lambda: array("d"))
    """From each entry to its receipt."""
    counts: Counter[str] = field(default_factory=Counter)
    """`receipts`, `asked` (resends of the center), `again` (entries sent once more), `cut` connections."""
    last_at: float = 0.0
    """Monotonic, of the last receipt or acknowledgement."""
    troubles: Counter[str] = field(default_factory=Counter)
    """Why connections ended or never began."""


@dataclass(frozen=True)
class Manner:
    """What all halls of a run have in common."""

    broker: Broker
    window: int = 20
    health_every_s: float = 60.0
    at_once: bool = False
    """Everything is written at the begin: an entry's time runs from its sending."""


class SimHall:
    """Belongs to one thread."""

    def __init__(self, manner: Manner, border: Border, book: Book, tally: Tally) -> None:
        self._manner, self._border, self.book, self._tally = manner, border, book, tally
        self._session: Session | None = None
        self._version = NEW
        self._patience = Patience(1.0, 30.0)
        self._again, self._overdue = Again(), Overdue()
        self._replies: deque[bytes] = deque()
        self._heard: deque[Happening] = deque()
        self._window = Window(1, 0)
        self._asked: set[int] = set()
        self._sent = self._next = self.firm = 0
        self._center = self.born = False
        self._health_at = self._turned = 0.0
        self._since = ""
        self.connect_at = NEVER
        """Monotonic; when to try next."""
        self.center_seen = False

    @property
    def wire(self) -> socket.socket | None:
        return self._session.wire if self._session else None

    @property
    def wants_to_write(self) -> bool:
        return self._session is not None and self._session.wants_to_write

    @property
    def acknowledged(self) -> int:
        """Entries that the broker has."""
        return self._sent

    @property
    def is_through(self) -> bool:
        """Everything is written and safe: at the center, where one was ever seen."""
        upto = self.firm if self.center_seen else self._sent
        return self.book.is_over and upto >= self.book.head

    @property
    def due(self) -> float:
        """Monotonic, when to turn even if nothing comes."""
        if self._session is None:
            return self.connect_at
        if self._heard:
            return 0.0
        own = min(self.book.due, self._health_at) if self.born and self._window.room > 0 else NEVER
        return min(own, self._turned + LOOK_S)

    def turn(self, now: float) -> None:
        """Take what came, send what is to be sent; blocks only while a connection is made, up to 5 s."""
        self._turned = now
        self.book.grow(now)
        try:
            if self._session is None:
                self._open(now)
                return
            self._heard.extend(self._session.happenings(0.0))
            while self._heard and self._session:
                self._take(self._heard.popleft(), now)
            if self._session and self.born:
                self._speak(now)
            if self.wants_to_write and self._session:
                self._heard.extend(self._session.happenings(0.0))
        except (OSError, UnicodeDecodeError) as error:
            self._lose(str(error), now)

    def leave(self) -> None:
        """Say that the day is over, and go; blocks up to 2 s."""
        if self._session:
            if self.born:
                self._say("asleep")
            self._session.close()
            self._session = None
        self.connect_at, self.born = NEVER, False

    # --- the connection -------------------------------------------------------------------------------------

    def _open(self, now: float) -> None:
        """Raises OSError."""
        if now < self.connect_at:
            return
        self.connect_at = NEVER
        will = Will(self._border.topic("status"), self._status("offline"))
        manner = self._manner
        self._session = Session(
            manner.broker,
            self._border.client_id,
            will,
            version=self._version,
            inflight=manner.window,
            takes=TAKES,
            kept_s=KEPT_S,
        )
        self._session.open()

    def _lose(self, why: str, now: float, *, older: bool = False) -> None:
        if self._session:
            self._session.close(0.1)
        self._session, self.born = None, False
        self._heard.clear()
        self._sent = max(self._sent, self._window.cursor)
        if older and self._version == NEW:
            self._version, self.connect_at = OLD, now
            return
        self._tally.counts["cut"] += 1
        self._tally.troubles[why] += 1
        self.connect_at = now + self._patience.delay_s()

    def _take(self, happening: Happening, now: float) -> None:
        match happening:
            case Accepted(receive_maximum):
                self._greet(min(self._manner.window, receive_maximum))
            case TurnedAway(why, older):
                self._lose(why, now, older=older)
            case Subscribed(mid, refusal):
                if refusal:
                    self._tally.troubles[f"the broker does not let us hear: {refusal}"] += 1
                self._asked.discard(mid)
                if not (self._asked or self.born):
                    self.born, self._health_at, self._since = True, now, _iso()
                    self._say("online")
            case Acknowledged(_, str(refusal)) if refusal:
                self._lose(f"the broker refused a message: {refusal}", now)
            case Acknowledged(mid):
                self._window.acknowledged(mid)
                if self._window.cursor > self._sent:
                    self._sent = self._window.cursor
                    if not self.center_seen:
                        self._tally.last_at = now
            case Arrived():
                self._hear(happening, now)
            case Lost(why):
                self._lose(why, now)

    def _greet(self, window: int) -> None:
        self._window, self._next = Window(window, self._sent), self._sent
        topics = [self._border.center, *map(self._border.topic, ("status", "commands", "receipts"))]
        if self._session:
            self._asked = {self._session.subscribe(t, fresh=t.endswith("/commands")) for t in topics}

    # --- what comes -----------------------------------------------------------------------------------------

    def _hear(self, came: Arrived, now: float) -> None:
        if self._session:
            self._session.acknowledge(came)
        if came.topic == self._border.topic("receipts"):
            self._receipt(came.payload, now)
        elif came.topic == self._border.center:
            self._center = self._border.is_online(came.payload)
            self.center_seen |= self._center
        elif came.topic == self._border.topic("commands"):
            self._command(came.payload)

    def _receipt(self, payload: bytes, now: float) -> None:
        try:
            stored = self._border.stored(payload)
        except ValueError:
            self._tally.troubles["a receipt that is none"] += 1
            return
        if stored is not None and self.firm < stored <= self.book.head:
            self._tally.took_s.extend(now - born for born in self.book.born[self.firm : stored])
            self._tally.counts["receipts"] += 1
            self.firm, self._tally.last_at = stored, now

    def _command(self, payload: bytes) -> None:
        """Only `resend` is done: what else a county may say is for halls with people in them."""
        try:
            id, said = read_id(payload)
        except ValueError:
            return
        args: Any = said.get("args")
        if said.get("name") != "resend" or not isinstance(args, dict):
            self._replies.append(reply(id, "refused", "simulated"))
            return
        first, last = args.get("from"), args.get("to")
        if type(first) is not int or type(last) is not int or not 0 < first <= last:
            self._replies.append(reply(id, "refused", "bad_args"))
            return
        self._tally.counts["asked"] += 1
        last = min(last, self.book.head)
        self._replies.append(reply(id, "accepted"))
        if first <= last and not self._again.ask(first, last):
            self._replies.append(reply(id, "refused", "busy"))
            return
        result = {"journal": self.book.id, "first": first, "from": first, "to": last}
        self._replies.append(reply(id, "done", "", result))

    # --- what goes ------------------------------------------------------------------------------------------

    def _speak(self, now: float) -> None:
        if now >= self._health_at and self._window.room > 0:
            self._publish("health", self._health(), now, retain=True)
            self._health_at = now + self._manner.health_every_s * random.uniform(0.95, 1.05)
        while self._replies and self._window.room > 0:
            self._publish("replies", self._replies.popleft(), now)
        if self._overdue.is_due(now, firm=self.firm, sent=self._sent, center=self._center):
            self._again.ask(self.firm + 1, self._sent)
        self._speak_again(now)
        while self._window.room > 0 and self._next < self.book.head:
            if self._manner.at_once and self._next >= self._sent:
                self.book.born[self._next] = now
            self._entry(self._next, now, seq=self._next + 1)
            self._next += 1

    def _speak_again(self, now: float) -> None:
        ahead = self._again.next_after()
        room = max(1, self._window.room // 2)
        if ahead is None or self._window.room <= 0:
            return
        after, last = ahead
        upto = min(after + room, last, self._next)
        for n in range(after, upto):
            self._entry(n, now, seq=None)
        self._tally.counts["again"] += max(0, upto - after)
        self._again.sent(upto if upto > after else last)

    def _entry(self, n: int, now: float, *, seq: int | None) -> None:
        if self._session:
            mid = self._session.publish(
                self._border.topic("events"), self.book.lines[n].travels(), kind=CLOUD_EVENT
            )
            self._window.sent(mid, now, seq)

    def _say(self, state: str) -> None:
        self._publish("status", self._status(state), self._turned, retain=True)

    def _publish(self, name: str, payload: bytes, now: float, *, retain: bool = False) -> None:
        if self._session:
            self._window.sent(self._session.publish(self._border.topic(name), payload, retain=retain), now)

    def _status(self, state: str) -> bytes:
        """As of a hall, with a mark that the fleet's page shows."""
        said = {
            "state": state,
            "since": _iso(),
            "version": self._border.version,
            "journal": self.book.id,
            "head": self.book.head,
            "boot": self._border.boot,
            "simulated": True,
        }
        return canonical(said).encode()

    def _health(self) -> bytes:
        uplink = {
            **WELL,
            "lag": self.book.head - self._sent,
            "cursor": self._sent,
            "firm": self.firm,
            "window": self._window.size,
            "since": self._since,
        }
        return health(_iso(), self._border.version, uplink)


def _iso() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
