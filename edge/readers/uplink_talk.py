"""One talk with the county's broker: greeting, entries in order, receipts, health, goodbye."""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from edge.entries import Line
from edge.hall.views import DeviceView
from edge.mqtt_session import Session
from edge.mqtt_values import Acknowledged, Arrived, Happening, Lost, Subscribed
from edge.nonsense import Nonsense
from edge.readers.again import Again, Overdue
from edge.readers.border import Border
from edge.readers.county_desk import CountyDesk
from edge.readers.inventory_once import InventoryOnce
from edge.readers.mqtt_window import Window
from edge.registrar import Registrar

log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 60.0
"""A broker that keeps the line but acknowledges nothing for so long is left."""
GOODBYE_WITHIN_S = 2.0
HEALTH_GAP_S = 1.0
"""A device that flaps is reported at most so often."""
NEW_WILL_WITHIN_S = 10.0
IDLE_S, BUSY_S = 0.25, 0.05
AHEAD = 100
"""Entries that are read at once."""
CLOUD_EVENT = "application/cloudevents+json"  # CloudEvents MQTT binding 1.0.2 §3.2: structured mode


@dataclass(frozen=True)
class Ending:
    """Why a connection ended, or never began."""

    why: str
    long: bool = False
    """Coming back soon makes it worse."""
    older: bool = False
    """The older version of the protocol may do."""
    at_once: bool = False
    """It ended only to begin anew."""
    code: str = ""
    """A word of `edge.tls_trouble`, or of `line` in the catalogue."""


class Cursors:
    """How far the county has come: provisionally by the broker's word, firmly by the center's receipt."""

    def __init__(self, registrar: Registrar) -> None:
        self._registrar = registrar
        self.sent = registrar.journal.cursor("uplink")
        self.firm = registrar.journal.cursor("uplink-firm")
        self.receipts = 0
        """Heard since the start."""

    def acknowledged(self, seq: int) -> None:
        """Note that the broker has everything up to `seq`."""
        if seq > self.sent:
            self.sent = seq
            self._registrar.save_cursor("uplink", seq)

    def stored(self, seq: int) -> None:
        """Note the center's receipt; one that falls back is nothing. Raises ValueError: not written yet."""
        if seq > self._registrar.journal.head:
            raise ValueError(f"entry {seq}, and the journal ends at {self._registrar.journal.head}")
        self.receipts += 1
        if seq > self.firm:
            self.firm = seq
            self._registrar.save_cursor("uplink-firm", seq)


class Talk:
    """What is said on one connection; belongs to the uplink's thread."""

    def __init__(
        self,
        session: Session,
        border: Border,
        registrar: Registrar,
        cursors: Cursors,
        *,
        window: int,
        health_every_s: float,
        health: Callable[[], bytes],
        at: Callable[[], str],
        returning: bool,
        turn: Callable[[], None],
        again: Again,
        overdue: Overdue,
        nonsense: Nonsense,
        desk: CountyDesk | None = None,
        asleep: bool = False,
        renewed: Callable[[], bool] = bool,
        inventory: InventoryOnce | None = None,
    ) -> None:
        """`at` tells the time; `turn` is called on each turn; `returning`: born before in this process.

        `asleep`: what the will of this connection says; `desk` None: no commands are taken.
        `renewed`: is there a new certificate, for a connection of its own?
        """
        self._session = session
        self._border = border
        self._registrar = registrar
        self._journal = registrar.journal
        self._cursors = cursors
        self.window = Window(window, cursors.sent)
        self._next = cursors.sent
        self._heard: deque[Happening] = deque()
        self._ahead: deque[Line] = deque()
        """Read and not yet sent."""
        self._events = border.topic("events")
        self._health_every_s = health_every_s
        self._health = health
        self._at = at
        self._returning = returning
        self._turn = turn
        self._again, self._overdue = again, overdue
        self._desk = desk
        self._nonsense = nonsense
        self._asleep = self._told = asleep
        self._new_will_at = 0.0
        self._renewed = renewed
        self._inventory = inventory or InventoryOnce(None)
        self._center_is_there = False
        self._asked: dict[int, str] = {}
        """Topics by the packet id of their subscription."""
        self.deaf = ""
        """What the broker does not let us hear, and why."""
        self.born = False
        self._rival = ""
        self._devices: tuple[DeviceView, ...] | None = None
        self._reported = 0.0

    def run(self, stop: threading.Event) -> Ending | None:
        """Talk until the line ends, or until `stop`: then None, and goodbye is said. Raises JournalError."""
        try:
            self._greet()
            while not stop.is_set():
                if ending := self._once():
                    return ending
            self._farewell()
        except ConnectionError as error:
            return self._last_word() or Ending(str(error))
        finally:
            if self._desk:
                self._desk.answers.line_lost()
        return None

    def _last_word(self) -> Ending | None:
        """Why the line went, where the broker has said so: its word may still wait to be read."""
        heard = (*self._heard, *self._session.happenings(BUSY_S))
        return next((self._take(h) for h in heard if isinstance(h, Lost)), None)

    def _once(self) -> Ending | None:
        self._turn()
        self._heard.extend(self._session.happenings(self._wait_s()))
        while self._heard:
            if ending := self._take(self._heard.popleft()):
                return ending
        self._cursors.acknowledged(self.window.cursor)
        if self.born and self._rival:
            return Ending(f"two boxes{self._rival}", long=True)
        if self.born and (ending := self._sleep()):
            return ending
        if self.born and self._renewed():
            return Ending("there is a new certificate", at_once=True)
        if self.born:
            self._report()
            self._reply()
            self._look_back()
            self._send()
        if self.window.oldest is not None and time.monotonic() - self.window.oldest > ANSWER_WITHIN_S:
            return Ending(f"the broker acknowledged nothing for {ANSWER_WITHIN_S:.0f} s")
        return None

    def _wait_s(self) -> float:
        """Wait for the journal if nothing is on its way; return how long to wait for the broker."""
        has_more = self._journal.head > self._next or self._again.next_after()
        if self.born and self.window.room > 0 and has_more:
            return 0.0
        if self.window.oldest is None:
            self._journal.wait_after(self._next, IDLE_S)
            return 0.0
        return BUSY_S if self.window.room > 0 else IDLE_S

    def _take(self, happening: Happening) -> Ending | None:
        match happening:
            case Subscribed(mid, refusal):
                self.window.acknowledged(mid)
                return self._heard_of(self._asked.pop(mid, ""), refusal)
            case Acknowledged(mid, ""):
                self._inventory.acknowledged(mid)
                self.window.acknowledged(mid)
                if self._desk:
                    self._desk.answers.landed(mid)
            case Acknowledged(_, refusal):
                return Ending(f"the broker refused a message: {refusal}", long=True)
            case Arrived():
                self._hear(happening)
            case Lost(why, taken_over):
                return Ending(f"{why}{self._two_boxes('another box') if taken_over else ''}", long=taken_over)
        return None

    def _hear(self, came: Arrived) -> None:
        if self._desk and came.topic == self._border.topic("commands"):
            taken = partial(self._session.acknowledge, came)
            self._desk.hear(came.payload, retained=came.retained, taken=taken)
            return
        self._session.acknowledge(came)
        if came.topic == self._border.topic("receipts"):
            try:
                if (stored := self._border.stored(came.payload)) is not None:
                    self._cursors.stored(stored)
            except ValueError as error:
                self._nonsense.note(f"a receipt: {error}")
        elif came.topic == self._border.center:
            self._center_is_there = self._border.is_online(came.payload)
        elif came.topic == self._border.topic("status") and came.retained and self._returning:
            # What this process said last stood there: whoever replaced it came in under our name meanwhile.
            journal = self._border.rival(came.payload)
            if journal is not None:
                self._rival = self._two_boxes(f"the box with journal {journal}")

    def _two_boxes(self, other: str) -> str:
        return f": {other} speaks as {self._border.client_id} too; give one of them its own hall code"

    def _greet(self) -> None:
        """Ask for our own status first: the last answer comes after what the first topic holds."""
        commands = self._border.topic("commands")
        topics = [self._border.topic("status"), self._border.center, self._border.topic("receipts")]
        for topic in [*topics, commands] if self._desk else topics:
            mid = self._session.subscribe(topic, fresh=topic == commands)
            self.window.sent(mid, time.monotonic())
            self._asked[mid] = topic

    def _heard_of(self, topic: str, refusal: str) -> Ending | None:
        """The broker's word on one subscription; with the last of them we are there."""
        if refusal:
            self.deaf = f"the broker does not let us hear {topic}: {refusal}"
            log.warning("uplink: %s", self.deaf)
        if self._asked or self.born:
            return None
        if self._rival:
            return Ending(f"two boxes{self._rival}", long=True)
        self._say("asleep" if self._asleep else "online")
        self.born = True
        return None

    def _sleep(self) -> Ending | None:
        """The day's end or begin is told at once; the will waits, since it wants a new connection.

        By chance, because all halls of a county close at the same minute.
        """
        asleep, now_s = self._registrar.view.asleep, time.monotonic()
        if asleep != self._told and self.window.room > 0:
            self._told, self._new_will_at = asleep, now_s + random.uniform(0, NEW_WILL_WITHIN_S)
            self._say("asleep" if asleep else "online")
        if self._told != self._asleep and now_s >= self._new_will_at:
            return Ending("the will is another after the day's end or begin", at_once=True)
        return None

    def _report(self) -> None:
        devices, waited_s = self._registrar.view.devices, time.monotonic() - self._reported
        due = waited_s >= self._health_every_s or devices != self._devices
        if due and self.window.room > 0 and (self._devices is None or waited_s >= HEALTH_GAP_S):
            self._publish("health", self._health(), retain=True)
            self._devices, self._reported = devices, time.monotonic()
        if self.window.room > 0 and (inventory := self._inventory.next()) is not None:
            self._inventory.sent(self._publish("inventory", inventory, retain=True))

    def _reply(self) -> None:
        """Half of the room at most, so that a flood of commands does not keep entries waiting."""
        room = (self.window.room + 1) // 2 if self._desk else 0
        for _ in range(room):
            if not (self._desk and (answer := self._desk.answers.next())):
                return
            self._desk.answers.sent(self._publish("replies", answer.payload, retain=False), answer)

    def _look_back(self) -> None:
        """Has the center lost what the broker acknowledged? Then it gets it again."""
        now_s, firm, sent = time.monotonic(), self._cursors.firm, self._cursors.sent
        if self._overdue.is_due(now_s, firm=firm, sent=sent, center=self._center_is_there):
            log.info("uplink: the center has no entry after %d of %d; sent again", firm, sent)
            self._again.ask(firm + 1, sent)

    def _send(self) -> None:
        """What comes again takes half of the room, so that what is new never waits for it."""
        if ahead := self._again.next_after():
            self._send_again(*ahead, room=max(1, self.window.room // 2))
        if self.window.room <= 0 or self._journal.head <= self._next:
            return
        while self.window.room > 0 and (entry := self._next_entry()):
            self.window.sent(self._publish_entry(entry), time.monotonic(), entry.seq)
            self._next = entry.seq

    def _next_entry(self) -> Line | None:
        """Many are read at once: after an outage room comes one by one, and a look into the file is dear."""
        if not self._ahead:
            self._ahead.extend(self._journal.lines_after(self._next, AHEAD))
        return self._ahead.popleft() if self._ahead else None

    def _send_again(self, after: int, last: int, room: int) -> None:
        """Entries that the broker had once: they move no cursor."""
        if self.window.room <= 0:
            return
        came = self._journal.lines_after(after, room)
        for entry in came:
            if entry.seq <= min(last, self._next):
                self.window.sent(self._publish_entry(entry), time.monotonic())
        self._again.sent(came[-1].seq if came else last)

    def _publish_entry(self, entry: Line) -> int:
        return self._session.publish(self._events, entry.travels(), kind=CLOUD_EVENT)

    def _say(self, state: str) -> None:
        self._publish("status", self._border.status(state, self._at(), self._journal.head), retain=True)

    def _publish(self, name: str, payload: bytes, *, retain: bool) -> int:
        mid = self._session.publish(self._border.topic(name), payload, retain=retain)
        self.window.sent(mid, time.monotonic())
        return mid

    def _farewell(self) -> None:
        """Bring out what is written, say that we go, and let the broker acknowledge it; blocks up to 2 s."""
        until = time.monotonic() + GOODBYE_WITHIN_S
        while self.born and (self._cursors.sent < self._journal.head or self.window.room <= 0):
            if time.monotonic() >= until or self._once() is not None:
                break
        if not self.born:
            return
        self._say("asleep" if self._told else "offline")
        while self.window.oldest is not None and time.monotonic() < until:
            for happening in self._session.happenings(BUSY_S):
                if self._take(happening) is not None:
                    return
        self._cursors.acknowledged(self.window.cursor)
