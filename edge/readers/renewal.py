"""Gets the next certificate before the present one ends, and says what stands in its way."""

import logging
import queue
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from edge.credentials import Credentials
from edge.enrolment import NotEnrolled, renew
from edge.hall.views import Json
from edge.hall.words import Now
from edge.patience import Patience
from edge.tls_trouble import trouble_of, with_clock

log = logging.getLogger(__name__)

AHEAD = timedelta(days=60)
SPREAD_S = 86_400
"""Boxes that were enrolled on one day come on different hours."""
LOOK_EVERY_S = 3600.0
STOP_WITHIN_S = 3.0
"""What is asked for and not heard is asked for again, with the same key."""
NOT_ENROLLED = "not_enrolled"
_STOP, _TURNED_AWAY = "stop", "turned away"
TRY_AFTER_S, TRY_AT_MOST_S = 600.0, 86_400.0


class Renewal:
    """The thread `certificate`; `stop` joins it, and leaves a request to itself that takes its time."""

    def __init__(
        self,
        credentials: Credentials,
        center: str,
        hall: str,
        now: Callable[[], Now],
        patience: Patience | None = None,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        """`center`: its address, `https://HOST:PORT`; `hall`: `county/hall`."""
        self._credentials, self._center, self._hall, self._now = credentials, center, hall, now
        self._patience = patience or Patience(TRY_AFTER_S, TRY_AT_MOST_S)
        self._look_every_s = look_every_s
        self._ends = self._code = self._why = ""
        self._inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="certificate", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._inbox.put(_STOP)
        if self._thread.ident is not None:
            self._thread.join(STOP_WITHIN_S)

    def turned_away(self) -> None:
        """The broker does not take the new certificate; the old one goes on. Any thread."""
        self._inbox.put(_TURNED_AWAY)

    def let_in(self) -> None:
        """The broker has let us in: a box that had no certificate has one now. Any thread."""
        if self._code == NOT_ENROLLED:
            self._inbox.put("")

    def status(self) -> Json:
        """`ends` of the present certificate, `code` (of `line` in the catalogue) and `why`. Any thread."""
        return {"ends": self._ends, "code": self._code, "why": self._why}

    # --- the thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        word, wait_s = "", 0.0
        while word != _STOP:
            try:
                wait_s = self._look(word)
            except Exception:
                log.exception("certificate: a fault")
                wait_s = self._patience.delay_s()
            try:
                word = self._inbox.get(timeout=wait_s)
            except queue.Empty:
                word = ""

    def _look(self, word: str) -> float:
        """Ask if it is time; how long to wait until the next look, seconds."""
        if word == _TURNED_AWAY:
            return self._failed("new_refused", "the broker does not let the new certificate in")
        if self._credentials.has_new:
            return self._look_every_s  # it waits for its proof
        try:
            begins, ends = self._credentials.lasts()
        except FileNotFoundError:
            self._say(NOT_ENROLLED, "")
            return self._look_every_s
        except (OSError, ValueError) as error:
            return self._failed("unreadable", str(error))
        self._ends = _iso(ends)
        now = self._now()
        if now.at < ends - AHEAD + timedelta(seconds=begins.timestamp() * 1000 % SPREAD_S):
            self._say("", "")
            return self._look_every_s
        if not now.trusted:
            self._say("clock_renewal", "the clock is not trusted")
            return self._look_every_s
        return self._ask(now)

    def _ask(self, now: Now) -> float:
        try:
            renew(self._center, self._hall, self._credentials)
        except NotEnrolled as no:
            return self._failed("renewal_refused", f"{no.reason} {no.detail}".strip())
        except OSError as error:
            code = with_clock(trouble_of(error), now) or "center_away"
            return self._failed(code, f"{self._center}: {error}")
        except ValueError as error:
            return self._failed("renewal_refused", str(error))
        log.info("certificate: a new one is here; the broker's word on it comes next")
        self._patience.renew()
        self._say("", "")
        return self._look_every_s

    def _failed(self, code: str, why: str) -> float:
        delay_s = self._patience.delay_s()
        log.warning("certificate: not renewed (%s): %s; again in %.0f s", code, why, delay_s)
        self._say(code, why)
        return delay_s

    def _say(self, code: str, why: str) -> None:
        self._code, self._why = code, why


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
