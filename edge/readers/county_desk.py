"""Does what the county commands: each command once, however often it comes, and answers what became of it."""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from edge.errors import JournalError
from edge.hall.commands import AcceptCommand, EndCommand
from edge.hall.county_events import CountyCommandAccepted
from edge.hall.words import By, Door, Refused
from edge.readers.county_commands import Command, Unfit, judge, read_command, read_id, reply
from edge.registrar import Registrar

log = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]
Doing: TypeAlias = Callable[[Json, By], Json]
"""Does one command from its `args`; the reply's `result`. Raises Unfit, Refused, JournalError, OSError."""

MOST_REPLIES = 100
"""Kept for a line that is away; the county may ask again."""
INTERRUPTED = "interrupted"
"""The box went down in the middle: nobody knows how far it came, and it is not begun again."""


@dataclass(frozen=True)
class _Heard:
    payload: bytes
    retained: bool
    taken: Callable[[], None] = field(repr=False)


class CountyDesk:
    """The thread `county`; `hear` and `replies` belong to the uplink's."""

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
        self._inbox: queue.SimpleQueue[_Heard | None] = queue.SimpleQueue()
        self._outbox: deque[bytes] = deque(maxlen=MOST_REPLIES)
        self._thread = threading.Thread(target=self._run, name="county")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the command in hand."""
        self._inbox.put(None)
        if self._thread.ident is not None:
            self._thread.join()

    def hear(self, payload: bytes, *, retained: bool, taken: Callable[[], None]) -> None:
        """A command came; `taken` is called, on this desk's thread, once elsewhere may forget it."""
        self._inbox.put(_Heard(payload, retained, taken))

    def next_reply(self) -> bytes | None:
        return self._outbox.popleft() if self._outbox else None

    # --- the thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._own_up()
        while (heard := self._inbox.get()) is not None:
            try:
                self._take(heard)
            except JournalError as error:  # not acknowledged: the broker keeps it for the next connection
                log.warning("county: a command waits, nothing is written: %s", error)
            except Exception:
                log.exception("county: a fault while taking a command")
                heard.taken()

    def _own_up(self) -> None:
        """What a former life accepted and did not end is failed."""
        for id, known in self._registrar.county_commands().items():
            if known.state == "accepted":
                self._end(id, "failed", INTERRUPTED)

    def _take(self, heard: _Heard) -> None:
        try:
            id, said = read_id(heard.payload)
        except ValueError as error:
            log.warning("county: a message that is no command: %s", error)
            heard.taken()
            return
        try:
            command, fresh = self._accepted(id, said, heard)
        except Unfit as no:
            log.info("county: command %r refused: %s", id, no)
            self._outbox.append(reply(id, "refused", str(no)))
            heard.taken()
            return
        heard.taken()
        if fresh:
            self._do(command)
        else:
            known = self._registrar.county_commands().get(id)
            self._outbox.append(reply(id, known.state, known.reason) if known else reply(id, "accepted"))

    def _accepted(self, id: str, said: Json, heard: _Heard) -> tuple[Command, bool]:
        """The command, and whether it is now to be done for the first time. Raises Unfit, JournalError."""
        if heard.retained:
            raise Unfit("retained")
        command = read_command(said, self._hall)
        if id in self._registrar.county_commands():
            return command, False
        signed_by = judge(command, self._registrar.now(), self._doings, self._keys, demo=self._demo)
        wanted = AcceptCommand(by=_by(signed_by), command=id, does=command.name, signed_by=signed_by)
        events = self._registrar.ask(wanted).events
        return command, any(isinstance(e, CountyCommandAccepted) for e in events)

    def _do(self, command: Command) -> None:
        self._outbox.append(reply(command.id, "accepted"))
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
        self._outbox.append(reply(id, state, reason, result))


def _by(key: str) -> By:
    return By(Door.CENTER, device=key)
