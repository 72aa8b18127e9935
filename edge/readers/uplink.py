"""Deliver: every journal entry to the county's broker, in order, however long the line was down."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from edge.credentials import Credentials, Proof, lasts
from edge.errors import JournalError
from edge.hall.plan import HallPlan
from edge.hall.views import Json
from edge.mqtt_session import NEW, OLD, Session
from edge.mqtt_values import Accepted, Broker, Lost, TurnedAway, Will
from edge.nonsense import Nonsense
from edge.patience import Patience
from edge.readers.again import Again, Overdue
from edge.readers.border import Border, health_report, inventory_report
from edge.readers.county_desk import CountyDesk, Doing
from edge.readers.inventory_once import AFTER_S, InventoryOnce
from edge.readers.renewal import NOT_ENROLLED, Renewal
from edge.readers.uplink_talk import Cursors, Ending, Talk
from edge.registrar import Registrar
from edge.settings_tables import UplinkSettings
from edge.tls_trouble import trouble_of, with_clock

log = logging.getLogger(__name__)

CONNACK_WITHIN_S = 10.0
GOOD_LINE_S = 10.0
"""A connection that held for so long was a good one: patience begins anew."""
BEAT_S = 1.0
OPEN_WITHIN_S = 90.0
# resolv.conf(5): 5 s a try, twice, up to three name servers; then 5 s for each address, and TLS.
AWAY_S = (5.0, 120.0)
JUST_BOOTED_S = 120.0
"""A box that is up for so short a time may have come back with a whole county."""
LOG_EVERY_S = 60.0
TAKES = 20
"""Messages to us that a broker may have under way (MQTT 5); a command is acknowledged once it is on disk."""


class Uplink:
    """The thread `uplink`; `stop` joins it."""

    def __init__(
        self,
        registrar: Registrar,
        settings: UplinkSettings,
        plan: HallPlan,
        *,
        version: str,
        boot: str,
        health: Callable[[], Json] | None = None,
        patience: Patience | None = None,
        doings: Callable[[Again], Mapping[str, Doing]] | None = None,
        credentials: Credentials | None = None,
        say: Callable[[str], str] = str,
        inventory: Callable[[], Json] | None = None,
        inventory_after_s: float = AFTER_S,
    ) -> None:
        """`doings`: what the county may command, given where entries are asked for again; None: nothing.

        `health` gives the facts of host and screens, and under `devices` those of each device by its id.
        `credentials`: where the center's certificate lies, instead of the settings' files; `say` makes a
        sentence of a word of `line` in the catalogue.

        Raises JournalError, ValueError (the broker's address).
        """
        self._registrar = registrar
        self._settings = settings
        self._border = Border(plan.county, plan.hall, registrar.journal.id, version, boot)
        self._facts = health or dict
        self._patience = patience or Patience(*AWAY_S)
        self._cursors = Cursors(registrar)
        self._again, self._overdue = Again(), Overdue()
        self._desk: CountyDesk | None = None
        if doings:
            keys, demo = settings.keys, settings.trust_unsigned
            self._desk = CountyDesk(registrar, self._border.speaker, doings(self._again), keys, demo=demo)
        self._nonsense = self._desk.nonsense if self._desk else Nonsense(log, "uplink")
        self._credentials, self._say = credentials, say
        self._renewal: Renewal | None = None
        if credentials:
            self._renewal = Renewal(credentials, settings.enroll, self._border.speaker, registrar.now)
        self._inventory = InventoryOnce(self._told(inventory) if inventory else None, inventory_after_s)
        self._drops = 0
        self._talk: Talk | None = None
        self._returning = self._asleep = False
        self._why, self._since, self._code = "not yet connected", "", ""
        self._logged = ("", 0.0)
        self._beat = time.monotonic()
        self._opening: float | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)
        Broker.at(settings.broker)

    def start(self) -> None:
        """Begin, after the registrar; a broker that is absent is waited for."""
        self._since = self._at()
        if self._desk:
            self._desk.start()
        if self._renewal:
            self._renewal.start()
        self._thread.start()

    def stop(self) -> None:
        """Bring out what is written, say goodbye, end; blocks up to 5 s, longer only in a name's look-up."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._desk:
            self._desk.stop()
        if self._renewal:
            self._renewal.stop()

    def beat(self) -> float:
        """Monotonic time of the last turn.

        Up to 90 s of connecting count as turning: a name looked up in vain is no hanging thread, and a dead
        line must never restart the hall.
        """
        opening, now = self._opening, time.monotonic()
        return now if opening is not None and now - opening < OPEN_WITHIN_S else self._beat

    def status(self) -> Json:
        """`since`: when `connected` changed last; `lag` in entries, `oldest` is the time of the first.

        `lag_s`: seconds since that first one; `receipts` and `drops` (lines lost) since the start.
        `refused`: commands and receipts since the start that were not taken, and why the last was not.
        """
        talk, sent = self._talk, self._cursors.sent
        oldest = self._oldest(sent)
        return {
            "connected": talk is not None,
            "lag": max(0, self._registrar.journal.head - sent),
            "oldest": _iso(oldest) if oldest else "",
            "lag_s": max(0, int((self._registrar.now().at - oldest).total_seconds())) if oldest else 0,
            "receipts": self._cursors.receipts,
            "drops": self._drops,
            "cursor": sent,
            "firm": self._cursors.firm,
            "window": talk.window.size if talk else 0,
            "since": self._since,
            "why": self._why or (talk.deaf if talk else ""),
            "code": self._code,
            "refused": self._nonsense.count,
            "refused_why": self._nonsense.last,
            **({"certificate": self._renewal.status()} if self._renewal else {}),
        }

    def _oldest(self, sent: int) -> datetime | None:
        try:
            entries = self._registrar.journal.read_after(sent, 1)
        except JournalError:
            return None
        return entries[0].stamp.at if entries else None

    # --- the thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        if self._registrar.now().uptime_s < JUST_BOOTED_S:
            self._rest(self._patience.first_s())
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                ending = self._attempt()
            except JournalError as error:
                ending = Ending(f"the journal cannot be read: {error}")
            except Exception:
                log.exception("uplink: a fault; the connection is made anew")
                ending = Ending("a fault of the program, see its log")
            if self._talk is not None:
                self._talk, self._since = None, self._at()
                self._inventory.line_lost()
                self._drops += ending is not None and not ending.at_once
            if ending is not None and not ending.at_once:
                self._stay_away(ending, held_s=time.monotonic() - began)
        self._why = "stopped"

    def _attempt(self) -> Ending | None:
        """Connect and talk until the end; None: it was us who ended it."""
        proof = self._credentials.proof() if self._credentials else _of_settings(self._settings)
        if proof is None:
            return Ending("no certificate", code=NOT_ENROLLED)
        ending = self._connect(NEW, proof)
        if ending is not None and ending.older and not self._stopping.is_set():
            log.info("uplink: %s; trying MQTT 3.1.1", ending.why)
            ending = self._connect(OLD, proof)
        unsaid = ending is not None and ending.older and not ending.code
        if ending is not None and unsaid and _is_over(proof, self._registrar.now().at):
            return replace(ending, code="own_expired")
        return ending

    def _connect(self, version: int, proof: Proof) -> Ending | None:
        session: Session | None = None
        try:
            session = self._session(version, proof)
            self._opening = time.monotonic()
            session.open()
            self._turn()
            self._opening = None
            answer = self._answer(session)
            if not isinstance(answer, Accepted):
                return answer
            self._let_in_with(proof)
            return self._converse(session, answer, proof)
        except (OSError, UnicodeDecodeError) as error:
            return Ending(f"{self._settings.broker}: {error}", code=trouble_of(error))
        finally:
            self._turn()
            self._opening = None
            if session is not None:
                session.close()

    def _let_in_with(self, proof: Proof) -> None:
        if not (self._credentials and self._renewal):
            return
        try:
            (self._renewal.let_in if self._credentials.proved(proof) else self._renewal.turned_away)()
        except OSError as error:
            log.warning("uplink: the new certificate is good, and not put in its place: %s", error)

    def _session(self, version: int, proof: Proof) -> Session:
        """Raises OSError: the password's file."""
        said = self._settings
        password = Path(said.password_file).read_text("utf-8").strip() if said.password_file else ""
        broker = Broker.at(
            said.broker,
            ca_file=proof.ca_file,
            cert_file=proof.cert_file,
            key_file=proof.key_file,
            user=said.user,
            password=password,
        )
        self._asleep = self._registrar.view.asleep
        state = "asleep" if self._asleep else "offline"  # who switches the box off at night alarms nobody
        will = self._border.status(state, self._at(), self._registrar.journal.head)
        return Session(
            broker,
            self._border.client_id,
            Will(self._border.topic("status"), will),
            version=version,
            inflight=said.window,
            takes=TAKES,
        )

    def _answer(self, session: Session) -> Accepted | Ending | None:
        until = time.monotonic() + CONNACK_WITHIN_S
        while time.monotonic() < until and not self._stopping.is_set():
            self._beat = time.monotonic()
            for happening in session.happenings(0.1):
                match happening:
                    case Accepted():
                        return happening
                    case TurnedAway(why, older, lasting):
                        return Ending(why, older=older, long=lasting)
                    case Lost(why):
                        return Ending(f"{why} before the broker answered", older=True)
        return None if self._stopping.is_set() else Ending("the broker does not answer")

    def _converse(self, session: Session, accepted: Accepted, proof: Proof) -> Ending | None:
        talk = Talk(
            session,
            self._border,
            self._registrar,
            self._cursors,
            window=min(self._settings.window, accepted.receive_maximum),
            health_every_s=self._settings.health_every_s,
            health=self._health,
            at=self._at,
            returning=self._returning,
            turn=self._turn,
            again=self._again,
            overdue=self._overdue,
            desk=self._desk,
            inventory=self._inventory,
            nonsense=self._nonsense,
            asleep=self._asleep,
            renewed=lambda: bool(self._credentials and self._credentials.has_new and not proof.is_new),
        )
        self._talk, self._why, self._code, self._since = talk, "", "", self._at()
        log.info("uplink: connected to %s, MQTT %s", self._settings.broker, session.version)
        try:
            return talk.run(self._stopping)
        finally:
            self._returning = self._returning or talk.born

    def _stay_away(self, ending: Ending, held_s: float) -> None:
        if held_s >= GOOD_LINE_S:
            self._patience.renew()
        delay_s = self._patience.long_s() if ending.long else self._patience.delay_s()
        self._code = with_clock(ending.code, self._registrar.now())
        self._why = f"{self._say(self._code)} ({ending.why})" if self._code else ending.why
        self._complain(self._why, delay_s)
        self._rest(delay_s)

    def _rest(self, delay_s: float) -> None:
        until = time.monotonic() + delay_s
        while not self._stopping.is_set() and (left_s := until - time.monotonic()) > 0:
            self._turn()
            self._stopping.wait(min(left_s, BEAT_S))

    def _complain(self, why: str, delay_s: float) -> None:
        """Once per trouble, then each minute."""
        before, at = self._logged
        if why != before or time.monotonic() - at >= LOG_EVERY_S:
            log.warning("uplink: %s; again in %.0f s", why, delay_s)
            self._logged = (why, time.monotonic())

    def _turn(self) -> None:
        self._beat = time.monotonic()

    def _health(self) -> bytes:
        return health_report(self._at(), self.status(), self._registrar.view.devices, self._facts())

    def _told(self, inventory: Callable[[], Json]) -> Callable[[], bytes]:
        return lambda: inventory_report(self._at(), self._border.version, self._border.boot, inventory())

    def _at(self) -> str:
        return _iso(datetime.fromisoformat(self._registrar.view.clock.at))


def _of_settings(said: UplinkSettings) -> Proof:
    return Proof(said.ca_file, said.cert_file, said.key_file)


def _is_over(proof: Proof, now: datetime) -> bool:
    """Has our own certificate ended? A broker that turns it away seldom says why."""
    try:
        return bool(proof.cert_file) and lasts(Path(proof.cert_file))[1] < now
    except (OSError, ValueError):
        return False


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
