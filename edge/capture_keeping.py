"""How long captured pages stay: erased in time, for room or by a clerk; and whole again after a power cut.

The journal is the truth. What is done to a page that it knows is said first in a file beside the pages, then
noted, then done: after a cut in between, what was noted is done, and what was not never began.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from edge.capture_files import CaptureFiles, day_of_id
from edge.entries import Entry
from edge.errors import JournalError
from edge.hall.events import DocumentCaptured
from edge.hall.machine_events import DocumentErased, DocumentMoved
from edge.hall.words import Refused
from edge.registrar import Registrar
from edge.settings_captures import CaptureSettings

log = logging.getLogger(__name__)

Json = dict[str, Any]

NO_ROOM = "no_room_for_pages"
REMOVED = "removed"
_BY_TIME, _HANDED_OVER, _FOR_ROOM, _LOST = "time", "handed_over", "room", "lost"
_NAMED = 100
"""Pages in one event, so that no entry is long."""
_LOOK_BACK = 20_000
"""Entries searched for a page of which nobody wrote down whose it is."""


class Keeping:
    """Any thread may call."""

    def __init__(self, registrar: Registrar, files: CaptureFiles, settings: CaptureSettings) -> None:
        self._registrar, self._files, self._settings = registrar, files, settings
        self._marking = threading.Lock()
        self._intending = threading.Lock()

    def mark(self, id: str, **more: object) -> None:
        """Add to what is known of a page, if it is still there. Raises OSError."""
        with self._marking:
            if (facts := self._files.facts(id)) is not None:
                self._files.note(id, facts | more)

    def erase(self, ids: Sequence[str], why: str) -> int:
        """Note that these pages are no more, and erase them; how many. Raises JournalError, OSError."""
        for begin in range(0, len(ids), _NAMED):
            batch = tuple(ids[begin : begin + _NAMED])
            with self._intending:
                self._intend(do="erase", captures=batch, why=why)
                self._registrar.note(DocumentErased(captures=batch, why=why))
                self._finish_erasing(batch)
        return len(ids)

    def move(self, moved: DocumentMoved) -> None:
        """Note that a page is for another material, and remember it. Raises JournalError, OSError."""
        with self._intending:
            self._intend(do="move", capture=moved.capture, item=moved.item, material=moved.material)
            self._registrar.note(moved)
            self.mark(moved.capture, item=moved.item, material=moved.material)
            self._files.done()

    def make_room(self) -> None:
        """Raises Refused `no_room_for_pages`: today's alone are more than the quota."""
        most = self._settings.quota_mb * 1_000_000
        if self._files.bytes_used() < most:
            return
        for day in self._files.days():
            if day >= self.today():
                break
            log.warning("captures: more than %d MB: the pages of %s go", self._settings.quota_mb, day)
            self._erase_day(day, _FOR_ROOM)
            if self._files.bytes_used() < most:
                return
        raise Refused(NO_ROOM, limit=self._settings.quota_mb)

    def purge(self) -> int:
        """Erase what is over its time, each noted in the journal; how many pages.

        Nothing while the clock is not to be trusted. Whatever does not work is logged, and tried again.
        """
        view = self._registrar.view
        if not view.clock.trusted or not view.day:
            return 0
        today = date.fromisoformat(view.day)
        last, handed = (
            f"{today - timedelta(days=days):%Y%m%d}"
            for days in (self._settings.keep_days, self._settings.handed_over_days)
        )
        count = 0
        try:
            for day in self._files.days():
                if day < last:
                    count += self._erase_day(day, _BY_TIME)
                elif day < min(handed, self.today()):
                    ids = [id for id, facts in self._files.known_of_day(day) if facts.get("handed_over")]
                    count += self.erase(ids, _HANDED_OVER)
                    self._files.tidy_day(day)
            self._erase_exported(handed)
        except (OSError, JournalError) as error:
            log.error("captures: not erased: %s", error)
        return count

    def mend(self) -> None:
        """After a start: what was begun is ended; a page that the journal knows gets its ticket, another one
        is erased. What does not work is logged: the hall opens all the same.
        """
        try:
            self._end_intent()
            self._mend()
        except (OSError, JournalError) as error:
            log.error("captures: not looked through: %s", error)

    def today(self) -> str:
        """The business day, as YYYYMMDD; empty: none has been opened."""
        return self._registrar.view.day.replace("-", "")

    def _intend(self, **what: object) -> None:
        self._files.intend({**what, "after": self._registrar.journal.head})

    def _finish_erasing(self, ids: Sequence[str]) -> None:
        for id in ids:
            self._files.forget(id)
        self._files.done(sorted({id[:8] for id in ids}))

    def _erase_day(self, day: str, why: str) -> int:
        count = self.erase(self._files.of_day(day), why)
        self._files.tidy_day(day, whole=True)
        return count

    def _end_intent(self) -> None:
        what = self._files.intent()
        if what is not None and self._was_noted(what):
            log.warning("captures: a power cut came between: %s of %s is ended", what.get("do"), what)
            if what["do"] == "erase":
                self._finish_erasing([id for id in what["captures"] if day_of_id(id)])
                return
            self.mark(what["capture"], item=what["item"], material=what["material"])
        self._files.done()

    def _was_noted(self, what: Json) -> bool:
        for entry in self._entries_after(int(what.get("after", 0))):
            match entry.event:
                case DocumentErased(captures=ids) if what["do"] == "erase" and list(ids) == what["captures"]:
                    return True
                case DocumentMoved(capture=id) if what["do"] == "move" and id == what["capture"]:
                    return True
        return False

    def _mend(self) -> None:
        lost = [id for day in self._files.days() for id in self._files.of_day(day) if not self._is_whole(id)]
        after = max(0, self._registrar.journal.head - _LOOK_BACK)
        known = {}
        if lost:
            entries = self._entries_after(after)
            known = {e.event.capture: e for e in entries if isinstance(e.event, DocumentCaptured)}
        for id in lost:
            if id in known and self._files.has(id) and self._files.facts(id) is not None:
                entry = known[id]
                assert isinstance(entry.event, DocumentCaptured)
                self.mark(id, **whose(entry.event, entry.stamp.at))
            elif id in known:
                log.error("capture %s: it is noted, and not there", id)
                self.erase([id], _LOST)
            else:
                log.warning("capture %s: was cut off while it was stored, erased", id)
                self._files.forget(id)

    def _is_whole(self, id: str) -> bool:
        """Is it known whose it is? A restored box knows of pages that it has not."""
        facts = self._files.facts(id)
        return facts is not None and "ticket" in facts

    def _entries_after(self, seq: int) -> list[Entry]:
        found: list[Entry] = []
        while entries := self._registrar.journal.read_after(seq, 1000):
            kinds = (DocumentCaptured, DocumentErased, DocumentMoved)
            found += [e for e in entries if isinstance(e.event, kinds)]
            seq = entries[-1].seq
        return found

    def _erase_exported(self, before: str) -> None:
        """What the watching program left lying, and is ours."""
        folder = Path(self._settings.export) if self._settings.export else None
        if folder is None or not folder.is_dir():
            return
        for file in folder.iterdir():
            if (day := day_of_id(file.stem.removeprefix("."))) and day < before:
                file.unlink()


def whose(event: DocumentCaptured, at: datetime) -> Json:
    """What only the hall knew when the page was noted."""
    return {
        "ticket": event.ticket,
        "item": event.item,
        "material": event.material,
        "at": at.isoformat(timespec="milliseconds"),
    }
