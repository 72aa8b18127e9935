"""Listens to a county's halls: entries into the store, receipts back, holes asked for.

One thread. A message is acknowledged to the broker after the store's commit, so that
what a killed center had in hand comes again.
"""

import logging
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from edge.center import arrivals
from edge.center.arrivals import Malformed
from edge.center.store import Gap, Receipt, Store, StoreError
from edge.entries import canonical
from edge.mqtt_session import NEW, OLD, SESSION_KEPT_S, Session
from edge.mqtt_values import Accepted, Acknowledged, Arrived, Broker, Lost, Subscribed, TurnedAway, Will
from edge.nonsense import Nonsense
from edge.patience import Patience

log = logging.getLogger(__name__)

Json = dict[str, Any]

TAKES = 1000
"""Messages that a broker may send before they are acknowledged, where it lets us choose (MQTT 5)."""
INFLIGHT = 200
"""Receipts and orders under way, where the broker takes so many: 1,300 halls want theirs every second."""
SHARED_KEPT_S = 60
"""A worker that is gone for longer has no share any more: mosquitto 2.0.11 goes on laying its part of all
entries aside for it (seen), and each of them has to be asked for."""
CONNACK_WITHIN_S = 10.0
GOOD_LINE_S = 10.0
AWAY_S = (1.0, 60.0)
"""Shorter than a hall's: it is there before its halls."""
ASK_EVERY_S = 2.0
ASK_LASTS = timedelta(minutes=10)
GATHER_S = 0.05
"""Between two transactions: a flush of the disk for each entry would be most of the work."""
RECEIPT_EVERY_S = 0.2
"""Between two receipts to one hall: while much comes in, one speaks for many."""


@dataclass(frozen=True)
class Place:
    """Who this worker is at the broker."""

    county: str
    name: str = "1"
    """Of this worker: its persistent session's."""
    share: str = ""
    """Workers with the same word share the entries; empty: this one hears all."""
    version: str = ""

    @property
    def client_id(self) -> str:
        return f"bianmin-center-{self.county}-{self.name}"

    @property
    def topic(self) -> str:
        return f"bianmin/v1/{self.county}/center"

    @property
    def events(self) -> str:
        shared = f"$share/{self.share}/" if self.share else ""
        return f"{shared}bianmin/v1/{self.county}/+/events"

    def topics(self) -> tuple[str, ...]:
        halls = f"bianmin/v1/{self.county}/+"
        return (
            self.events,
            f"{halls}/status",
            f"{halls}/health",
            f"{halls}/inventory",
            f"{halls}/replies",
            self.topic,
        )


class Receiver:
    """The thread `center`; `stop` joins it."""

    def __init__(self, broker: Broker, place: Place, store: Store, patience: Patience | None = None) -> None:
        self._broker, self._place, self._store = broker, place, store
        self._patience = patience or Patience(*AWAY_S)
        self._instance = uuid.uuid4().hex
        self._talk: _Talk | None = None
        self._why = ""
        self.counts: Counter[str] = Counter()
        """Since the start: `entries` that came, `receipts` sent, `asked` holes."""
        self._nonsense = Nonsense(log, "center")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="center")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def status(self) -> Json:
        return {
            "connected": self._talk is not None and self._talk.hears,
            "why": self._why,
            "instance": self._instance,
            "refused": self._nonsense.count,
            "refused_why": self._nonsense.last,
            **{name: self.counts[name] for name in ("entries", "receipts", "asked")},
        }

    # --- the thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                why = self._attempt(NEW)
                if why is None and not self._stopping.is_set():
                    why = self._attempt(OLD) or "the broker speaks no MQTT that we know"
            except StoreError as error:
                why = f"the store fails: {error}"
            except Exception:
                log.exception("center: a fault; the connection is made anew")
                why = "a fault of the program, see its log"
            self._talk, self._why = None, why or "stopped"
            if not self._stopping.is_set():
                if time.monotonic() - began > GOOD_LINE_S:
                    self._patience.renew()
                delay_s = self._patience.delay_s()
                log.warning("center: %s; again in %.0f s", why, delay_s)
                self._stopping.wait(delay_s)

    def _attempt(self, version: int) -> str | None:
        """Connect and talk; why it ended, None where the broker does not speak this version.

        Raises StoreError.
        """
        will = Will(self._place.topic, self._own_status("offline"))
        session = Session(
            self._broker,
            self._place.client_id,
            will,
            version=version,
            inflight=INFLIGHT,
            takes=TAKES,
            kept_s=SHARED_KEPT_S if self._place.share else SESSION_KEPT_S,
        )
        try:
            session.open()
            return self._converse(session)
        except (OSError, UnicodeDecodeError) as error:
            return f"{self._broker.host}:{self._broker.port}: {error}"
        finally:
            session.close()

    def _converse(self, session: Session) -> str | None:
        until = time.monotonic() + CONNACK_WITHIN_S
        while time.monotonic() < until and not self._stopping.is_set():
            for happening in session.happenings(0.1):
                match happening:
                    case Accepted(receive_maximum):
                        talk = _Talk(
                            session, self._place, self._store, self._own_status, self.counts, self._nonsense
                        )
                        talk.window = min(INFLIGHT, receive_maximum)
                        self._talk, self._why = talk, ""
                        log.info("center: connected, MQTT %s", session.version)
                        return talk.run(self._stopping)
                    case TurnedAway(why, older):
                        return None if older else why
                    case Lost(why):
                        return None if session.version == "5" else why
        return "stopped" if self._stopping.is_set() else "the broker does not answer"

    def _own_status(self, state: str) -> bytes:
        return canonical(
            {
                "state": state,
                "since": _iso(datetime.now(UTC)),
                "version": self._place.version,
                "instance": self._instance,
            }
        ).encode()


class _Talk:
    """One connection's conversation; belongs to the receiver's thread."""

    def __init__(
        self,
        session: Session,
        place: Place,
        store: Store,
        own_status: Callable[[str], bytes],
        counts: Counter[str],
        nonsense: Nonsense,
    ) -> None:
        self._session, self._place, self._store = session, place, store
        self._own_status, self._counts, self._nonsense = own_status, counts, nonsense
        self.window = INFLIGHT
        self.orders: list[tuple[str, Json]] = []
        """Commands to send, as (hall, command)."""
        self.hears = False
        """Every subscription holds: nothing is published into the void any more."""
        self._came: list[Arrived] = []
        """Not yet in the store, nor acknowledged."""
        self._take_at = 0.0
        self._is_behind = False
        """Much waits at the broker: what seems to be missing may be among it."""
        self._asked: dict[int, str] = {}
        """Topics by the packet id of their subscription."""
        self._owes_birth = False
        self._flying: set[int] = set()
        self._due: dict[str, Receipt] = {}
        self._sent_at: dict[str, float] = {}
        self._ask_at = time.monotonic() + ASK_EVERY_S

    def run(self, stopping: threading.Event) -> str:
        """Talk until the line ends or it is time to stop; why. Raises StoreError."""
        try:
            self._asked = {self._session.subscribe(topic): topic for topic in self._place.topics()}
            self._due = {r.journal: r for r in self._store.receipts() if r.stored}
            while not stopping.is_set():
                if why := self._once():
                    return why
            if self._place.share:
                self._session.unsubscribe(self._place.events)
            self._publish(self._place.topic, self._own_status("offline"), retain=True)
        except ConnectionError as error:
            return str(error)
        return "stopped"

    def _once(self) -> str:
        for happening in self._session.happenings(self._wait_s()):
            match happening:
                case Arrived():
                    self._came.append(happening)
                case Acknowledged(mid, refusal):
                    self._flying.discard(mid)
                    if refusal:
                        self._nonsense.note(f"a word of ours, by the broker: {refusal}")
                case Lost(why):
                    return why
                case Subscribed(mid, refusal):
                    topic = self._asked.pop(mid, "")
                    if refusal:
                        return f"the broker does not let us hear {topic}: {refusal}"
                    if not (self._asked or self.hears):
                        self.hears = self._owes_birth = True
        if self._came and (time.monotonic() >= self._take_at or len(self._came) >= TAKES):
            came, self._came = self._came, []
            self._is_behind = len(came) >= TAKES // 2
            self._take(came)
            self._take_at = time.monotonic() + GATHER_S
        if time.monotonic() >= self._ask_at and not self._is_behind:
            self._ask_at = time.monotonic() + ASK_EVERY_S
            for gap in self._store.gaps_to_ask():
                self.orders.append((gap.hall, _resend(gap)))
                self._counts["asked"] += 1
        self._send()
        return ""

    def _wait_s(self) -> float:
        """For the broker."""
        if self._came:
            return max(0.0, self._take_at - time.monotonic())
        return 0.05 if self._due or self.orders else 0.25

    def _take(self, came: Sequence[Arrived]) -> None:
        """All in one transaction, and only then the broker's word. Raises StoreError."""
        entries: list[arrivals.Arrived] = []
        said: dict[tuple[str, str], str] = {}
        for message in came:
            if message.topic == self._place.topic:
                self._hear_center(message)
                continue
            try:
                heard = arrivals.heard(message.topic)
                if heard.kind == "events":
                    entries.append(arrivals.read_entry(heard.hall, message.payload))
                elif heard.kind == "replies":
                    self._reply(heard.hall, arrivals.read_object(message.payload))
                else:
                    said[heard.hall, heard.kind] = canonical(arrivals.read_object(message.payload))
            except Malformed as error:
                self._nonsense.note(f"{message.topic[:100]}: {error}")
        if said:
            self._store.told(said)
        if entries:
            self._counts["entries"] += len(entries)
            self._due.update({r.journal: r for r in self._store.keep(entries)})
        for message in came:
            self._session.acknowledge(message)

    def _reply(self, hall: str, reply: Json) -> None:
        """A hall's answer to `resend` tells where its journal begins."""
        result = reply.get("result")
        if not isinstance(result, dict):
            return
        journal, first = str(result.get("journal")), result.get("first")
        if arrivals.is_journal(journal) and type(first) is int and first > 1:
            receipt = self._store.begins_at(hall, journal, first)
            if receipt is not None:
                log.info("center: %s: journal %s begins at %d", hall, journal, first)
                self._due[journal] = receipt

    def _hear_center(self, message: Arrived) -> None:
        """Another worker of this county went, or its will speaks for it: the center is still here."""
        try:
            state = arrivals.read_object(message.payload).get("state")
        except Malformed:
            state = None
        self._owes_birth = self._owes_birth or (state != "online" and self.hears)

    def _send(self) -> None:
        if self._owes_birth and len(self._flying) < self.window:
            self._owes_birth = False
            self._publish(self._place.topic, self._own_status("online"), retain=True)
        while self.orders and len(self._flying) < self.window:
            hall, command = self.orders.pop(0)
            self._publish(f"bianmin/v1/{hall}/commands", canonical(command).encode())
        now = time.monotonic()
        for journal, receipt in list(self._due.items()):
            if len(self._flying) >= self.window:
                break
            if now - self._sent_at.get(journal, 0.0) >= RECEIPT_EVERY_S:
                stored = {"journal": journal, "stored": receipt.stored}
                self._publish(f"bianmin/v1/{receipt.hall}/receipts", canonical(stored).encode(), retain=True)
                self._sent_at[journal] = now
                self._counts["receipts"] += 1
                del self._due[journal]

    def _publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._flying.add(self._session.publish(topic, payload, retain=retain))


def _resend(gap: Gap) -> Json:
    now = datetime.now(UTC)
    return {
        "id": f"resend-{gap.journal[:20]}-{gap.first}-{gap.last}-{uuid.uuid4().hex[:8]}",
        "issued_at": _iso(now),
        "expires_at": _iso(now + ASK_LASTS),
        "name": "resend",
        "args": {"from": gap.first, "to": gap.last, "journal": gap.journal},
    }


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
