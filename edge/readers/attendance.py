"""Punches of attendance terminals become entries, each line once, however often its file is read."""

import hashlib
import logging
import threading
from pathlib import Path

from drivers.readings import Punched, PunchRefused
from edge.entries import Entry
from edge.errors import JournalError
from edge.hall.events import Event
from edge.hall.machine_events import PunchRefused as RefusalNoted
from edge.hall.machine_events import StaffPunched
from edge.hall.words import Refused
from edge.registrar import Registrar

log = logging.getLogger(__name__)

NOT_RECORDED = "not_recorded"
KEPT_LINES = 100_000
"""Of the notebook: some years of a hall."""


class Attendance:
    """Knows every line that is in the journal, by a notebook beside it that may be deleted at any time.

    The notebook holds a line `SEQ DIGEST` for each; what the journal has after its last one is read at the
    start, without it the whole journal. Until then lines are told again.
    """

    def __init__(self, registrar: Registrar, notebook: Path) -> None:
        self._registrar = registrar
        self._notebook = notebook
        self._seen: set[str] = set()
        self._is_ready = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._load, name="attendance", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def heard(self, device: str, line: Punched | PunchRefused) -> str:
        """On the link's thread: write it down if it is new; `not_recorded`: it must be told again."""
        if not self._is_ready.is_set():
            return NOT_RECORDED
        digest = _digest_of(line)
        if digest in self._seen:
            return ""
        try:
            entry = self._registrar.note(_event(device, line))
        except (JournalError, Refused) as error:
            log.error("%s: %s is not recorded: %s", device, line.source, error)
            return NOT_RECORDED
        self._seen.add(digest)
        self._keep([f"{entry.seq} {digest}\n"])
        if isinstance(line, PunchRefused):
            log.warning("%s: %s says nothing (%s)", device, line.source, line.why)
        return ""

    def _load(self) -> None:
        """Read the notebook, then what the journal has after it."""
        try:
            seq = self._read()
            missing = []
            while not self._stopping.is_set() and (entries := self._registrar.journal.read_after(seq)):
                seq = entries[-1].seq
                missing += [f"{entry.seq} {digest}\n" for entry in entries if (digest := _digest_in(entry))]
            self._seen.update(line.split()[1] for line in missing)
            self._keep(missing)
        except JournalError as error:
            log.error("attendance: what is known cannot be read, no punch is taken: %s", error)
            return
        self._is_ready.set()

    def _read(self) -> int:
        """The last sequence number that the notebook knows; 0 without one."""
        try:
            lines = self._notebook.read_text("ascii").splitlines()
        except FileNotFoundError:
            return 0
        except (OSError, ValueError) as error:
            log.warning("attendance: %s is made anew: %s", self._notebook, error)
            return 0
        pairs = [line.split() for line in lines]
        whole = [(int(p[0]), p[1]) for p in pairs if len(p) == 2 and p[0].isdigit() and len(p[1]) == 16]
        self._seen.update(digest for _, digest in whole)
        if len(lines) > 2 * KEPT_LINES:
            self._notebook.write_text("".join(f"{line}\n" for line in lines[-KEPT_LINES:]), "ascii")
        return min(max((seq for seq, _ in whole), default=0), self._registrar.journal.head)

    def _keep(self, lines: list[str]) -> None:
        """In the notebook; what is missing there after a cut is read from the journal again."""
        if not lines:
            return
        try:
            with self._notebook.open("a", encoding="ascii") as file:
                file.writelines(lines)
        except OSError as error:
            log.warning("attendance: %s: %s", self._notebook, error)


def _digest_of(line: Punched | PunchRefused) -> str:
    return line.digest if isinstance(line, PunchRefused) else _digest(line.staff, line.at)


def _digest_in(entry: Entry) -> str:
    match entry.event:
        case StaffPunched():
            return _digest(entry.event.staff, entry.event.at)
        case RefusalNoted():
            return entry.event.digest
    return ""


def _digest(staff: str, at: str) -> str:
    """Nobody punches twice in one second: the same line copied, moved or exported again is the same punch."""
    return hashlib.sha256(f"{staff} {at}".encode()).hexdigest()[:16]


def _event(device: str, line: Punched | PunchRefused) -> Event:
    if isinstance(line, PunchRefused):
        return RefusalNoted(device=device, source=line.source, why=line.why, digest=line.digest)
    return StaffPunched(device=device, staff=line.staff, at=line.at, way=line.way, source=line.source)
