"""Does what the county commands: each command once, however often it comes, and answers what became of it."""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from edge.errors import JournalError
from edge.hall.commands import AcceptCommand, EndCommand
from edge.hall.county_events import CountyCommandAccepted
from edge.hall.words import By, Door, Refused
from edge.nonsense import Nonsense
from edge.readers.county_answers import Answers
from edge.readers.county_commands import Command, Unfit, judge, read_command, read_id, reply
from edge.registrar import Registrar

log = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]
Doing: TypeAlias = Callable[[Json, By], Json]
"""Does one command from its `args`; the reply's `result`. Raises Unfit, Refused, JournalError, OSError."""

CURSOR = "county-replies"
"""Up to which entry the ends of commands have been said."""
MOST_WAITING = 100
"""Commands; more than any broker has under way before the first is acknowledged, unless with QoS 0."""
AT_ONCE, EACH_S = 60, 6.0
"""Unsigned commands: so many in a row, then one in so many seconds. Each costs the card two entries."""
TOO_MANY = "too_many"
INTERRUPTED = "interrupted"
"""The box went down in the middle: nobody knows how far it came, and it is not begun again."""


@dataclass(frozen=True)
class _Heard:
    payload: bytes
    retained: bool
    taken: Callable[[], None] = field(repr=False)


class CountyDesk:
    """The thread `county`; `hear` and `answers` belong to the uplink's."""

    def __init__(
        self,
        registrar: Registrar,
        hall: str,
        doings: Mapping[str, Doing],
        keys: Mapping[str, str],
        *,
        demo: bool = False,
    ) -> None:
        """`hall`: `county/hall`."""
        self._registrar, self._hall = registrar, hall
        self._doings, self._keys, self._demo = doings, keys, demo
        self._inbox: queue.Queue[_Heard | None] = queue.Queue(MOST_WAITING)
        self._said = registrar.journal.cursor(CURSOR)
        self.answers = Answers(self._said, lambda seq: registrar.save_cursor(CURSOR, seq))
        self.nonsense = Nonsense(log, "county")
        """What was no command, or one that is not done."""
        self._unsigned = _Allowance()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="county")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the command in hand; what waits is not acknowledged, and comes again."""
        self._stopping.set()
        with contextlib.suppress(queue.Full):
            self._inbox.put_nowait(None)
        if self._thread.ident is not None:
            self._thread.join()

    def hear(self, payload: bytes, *, retained: bool, taken: Callable[[], None]) -> None:
        """A command came; `taken` is called, on this desk's thread, once elsewhere may forget it."""
        try:
            self._inbox.put_nowait(_Heard(payload, retained, taken))
        except queue.Full:
            self.nonsense.note("more commands at once than are looked at")

    # --- the thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._own_up()
        while (heard := self._inbox.get()) is not None and not self._stopping.is_set():
            try:
                self._take(heard)
            except JournalError as error:  # not acknowledged: the broker keeps it for the next connection
                self.nonsense.note(f"a command waits, nothing is written: {error}")
            except Exception:
                log.exception("county: a fault while taking a command")
                heard.taken()

    def _own_up(self) -> None:
        """What a former life accepted and did not end is failed; what it ended and did not say is said."""
        for id, known in self._registrar.county_commands().items():
            if known.state == "accepted":
                self._end(id, "failed", INTERRUPTED)
            elif known.ended_seq > self._said:
                self.answers.add(reply(id, known.state, known.reason), known.ended_seq)

    def _take(self, heard: _Heard) -> None:
        try:
            id, said = read_id(heard.payload)
        except ValueError as error:
            self.nonsense.note(f"no command: {error}")
            heard.taken()
            return
        try:
            command, fresh = self._accepted(id, said, heard)
        except Unfit as no:
            self.nonsense.note(f"command {id!r} refused: {no}")
            self.answers.add(reply(id, "refused", str(no)))
            heard.taken()
            return
        heard.taken()
        if fresh:
            self._do(command)
        else:
            known = self._registrar.county_commands().get(id)
            if known and known.ended_seq:
                self.answers.add(reply(id, known.state, known.reason), known.ended_seq)
            else:
                self.answers.add(reply(id, "accepted"))

    def _accepted(self, id: str, said: Json, heard: _Heard) -> tuple[Command, bool]:
        """The command, and whether it is now to be done for the first time. Raises Unfit, JournalError."""
        if heard.retained:
            raise Unfit("retained")
        command = read_command(said, self._hall)
        if known := self._registrar.county_commands().get(id):
            if (known.does, known.signed) != (command.name, bool(command.sig)):
                raise Unfit("id_taken")
            return command, False
        signed_by = judge(command, self._registrar.now(), self._doings, self._keys, demo=self._demo)
        if not (signed_by or self._unsigned.allows()):
            raise Unfit(TOO_MANY)
        wanted = AcceptCommand(by=_by(signed_by), command=id, does=command.name, signed_by=signed_by)
        events = self._registrar.ask(wanted).events
        return command, any(isinstance(e, CountyCommandAccepted) for e in events)

    def _do(self, command: Command) -> None:
        self.answers.add(reply(command.id, "accepted"))
        try:
            result = self._doings[command.name](command.args, _by(command.sig.partition(":")[0]))
        except (Unfit, Refused) as no:
            self._end(command.id, "refused", no.reason if isinstance(no, Refused) else str(no))
        except (JournalError, OSError) as error:
            self._end(command.id, "failed", str(error)[:200])
        except Exception:
            log.exception("county: command %r (%s) failed", command.id, command.name)
            self._end(command.id, "failed", "internal")
        else:
            self._end(command.id, "done", result=result)

    def _end(self, id: str, state: str, reason: str = "", result: Json | None = None) -> None:
        try:
            self._registrar.ask(EndCommand(by=_by(""), command=id, state=state, reason=reason))
        except (JournalError, Refused) as error:
            log.warning("county: the end of command %r is not written: %s", id, error)
        known = self._registrar.county_commands().get(id)
        self.answers.add(reply(id, state, reason, result), known.ended_seq if known else 0)


class _Allowance:
    """One thread."""

    def __init__(self) -> None:
        self._left, self._at = float(AT_ONCE), time.monotonic()

    def allows(self) -> bool:
        """One more now?"""
        now = time.monotonic()
        self._left = min(float(AT_ONCE), self._left + (now - self._at) / EACH_S)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def _by(key: str) -> By:
    return By(Door.CENTER, device=key)
