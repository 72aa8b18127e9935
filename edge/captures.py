"""Document camera: take a page, store it, note its digest, hand it out again, and erase it in time."""

import hashlib
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from drivers.capabilities import DocumentCamera
from drivers.errors import DeviceFault, LinkLost
from edge.capture_files import (
    NOTHING_SAID,
    CaptureFiles,
    Meant,
    Stored,
    Vault,
    day_of_id,
    new_id,
    store,
)
from edge.entries import Entry
from edge.errors import DeviceUnavailable, JournalError
from edge.hall.commands import NoteCapture
from edge.hall.events import DocumentCaptured, Event
from edge.hall.machine_events import DocumentErased, DocumentHandedOver
from edge.hall.words import By, CounterId, Refused, Request, TicketId
from edge.registrar import Registrar
from edge.settings_captures import CaptureSettings

log = logging.getLogger(__name__)

T = TypeVar("T")
Json = dict[str, Any]

BEGIN_WITHIN_S = 3.0
FINDER_S = 20.0
"""The finder's process starts, imports OpenCV and looks for the page; later, the picture is kept without."""
NO_CAMERA, CAMERA_FAILED, NO_ROOM = "no_camera", "camera_failed", "no_room_for_pages"
DOOR, FOLDER = "door", "folder"
_BY_TIME, _HANDED_OVER, _FOR_ROOM = "time", "handed_over", "room"
_NAMED = 100
"""Pages in one event, so that no entry is long."""
_LOOK_BACK = 20_000
"""Entries searched for a page of which nobody wrote down whose it is."""


class Asks(Protocol):
    """What this room needs of a camera's handle."""

    def ask(self, job: Callable[[DocumentCamera], T], within_s: float) -> T: ...


@dataclass(frozen=True)
class StoredPage:
    """A page as it is handed out."""

    content: bytes
    media_type: str
    name: str
    counter: CounterId


class Captures:
    """Any thread may call. Pages lie encrypted in `folder`, see `CaptureFiles`."""

    def __init__(
        self,
        registrar: Registrar,
        cameras: Mapping[CounterId, Asks],
        folder: Path,
        *,
        vault: Vault,
        settings: CaptureSettings | None = None,
    ) -> None:
        self._registrar, self._cameras = registrar, cameras
        self._files = CaptureFiles(folder, vault)
        self._settings = settings or CaptureSettings()
        self._turns = {counter: threading.Lock() for counter in cameras}
        self._marking = threading.Lock()

    # --- taking

    def take(
        self, counter: CounterId, request: Request, by: By, meant: Meant = NOTHING_SAID
    ) -> tuple[Event, ...]:
        """Take a page at a counter; what that caused, also when this request was answered before.

        Blocks until the page is stored, looked at and noted: some seconds. Raises Refused (`no_camera`,
        `camera_failed`, `no_room_for_pages`, `key_reused`), JournalError, OSError when the disk does not
        take the file.
        """
        camera = self._cameras.get(counter)
        if camera is None:
            raise Refused(NO_CAMERA, counter=counter)
        with self._turns[counter]:
            if request.key and (before := self._registrar.remembered(request)) is not None:
                return before
            self._make_room()
            page = self._photo(counter, camera)
            events = self._keep(counter, page, request, by, meant)
        self._export()
        return events

    def _photo(self, counter: CounterId, camera: Asks) -> bytes:
        try:
            return camera.ask(lambda c: c.capture(), BEGIN_WITHIN_S).jpeg
        except (DeviceUnavailable, DeviceFault, LinkLost) as error:
            log.warning("counter %s: no picture: %s", counter, error)
            raise Refused(CAMERA_FAILED, counter=counter) from error

    def _keep(
        self, counter: CounterId, jpeg: bytes, request: Request, by: By, meant: Meant
    ) -> tuple[Event, ...]:
        """Store, look, note; a capture that is not in the journal leaves no file."""
        id = new_id(self._today() or "00000000")
        digest = hashlib.sha256(jpeg).hexdigest()
        facts: Json = {"counter": counter, "digest": digest, "size_bytes": len(jpeg)}
        facts["pages"] = find_pages(jpeg, id)
        try:
            self._files.put(id, jpeg, facts)
            noted = NoteCapture(
                by=by,
                request=request,
                counter=counter,
                capture=id,
                digest=digest,
                size_bytes=len(jpeg),
                item=meant.item,
                material=meant.material,
            )
            answer = self._registrar.ask(noted)
        except BaseException:
            self._files.forget(id)
            raise
        if answer.repeated:
            self._files.forget(id)
        else:
            for event in answer.events:
                if isinstance(event, DocumentCaptured):
                    self._mark(id, **_whose(event, self._registrar.now().at))
        return answer.events

    def preview(self, counter: CounterId) -> bytes:
        """What the counter's camera sees, as a small JPEG that nobody keeps. Raises Refused as `take`."""
        camera = self._cameras.get(counter)
        if camera is None:
            raise Refused(NO_CAMERA, counter=counter)
        try:
            return camera.ask(lambda c: c.preview(), BEGIN_WITHIN_S).shown.jpeg
        except (DeviceUnavailable, DeviceFault, LinkLost) as error:
            raise Refused(CAMERA_FAILED, counter=counter) from error

    # --- handing out

    def fetch(self, capture: str, counter: CounterId = "") -> StoredPage | None:
        """A page of today, and of this counter if one is named; None for any other id.

        That it was handed out is in the journal before it is. Raises JournalError.
        """
        facts = self._files.facts(capture) if self._is_of_today(capture) else None
        if facts is None or (counter and facts["counter"] != counter):
            return None
        content = self._files.read(capture)
        if content is None:
            return None
        self._note_handed_over(capture, facts, DOOR)
        return StoredPage(content, "image/jpeg", f"{capture}.jpg", facts["counter"])

    def of_counter(self, counter: CounterId) -> tuple[Stored, ...]:
        """Pages of the ticket that is at the counter now, in the order in which they were taken."""
        at = next((c.ticket for c in self._registrar.view.counters if c.id == counter), None)
        return tuple(p for p in self.of_ticket(at.id) if p.counter == counter) if at else ()

    def of_ticket(self, ticket: TicketId) -> tuple[Stored, ...]:
        """Today's pages of a ticket, in the order in which they were taken."""
        found = [(id, f) for id, f in self._files.known_of_day(self._today()) if f.get("ticket") == ticket]
        found.sort(key=lambda one: str(one[1].get("at", "")))
        return tuple(_stored(id, facts) for id, facts in found)

    def _note_handed_over(self, id: str, facts: Json, to: str) -> None:
        self._registrar.note(
            DocumentHandedOver(
                capture=id,
                counter=facts["counter"],
                ticket=facts.get("ticket", ""),
                digest=facts["digest"],
                staff=self._clerk_at(facts["counter"]),
                to=to,
            )
        )
        if not facts.get("handed_over"):
            self._mark(id, handed_over=True)

    def _mark(self, id: str, **more: object) -> None:
        """Add to what is known of a page, if it is still there. Raises OSError."""
        with self._marking:
            if (facts := self._files.facts(id)) is not None:
                self._files.note(id, facts | more)

    def _clerk_at(self, counter: CounterId) -> str:
        return next((c.staff for c in self._registrar.view.counters if c.id == counter), "")

    def _export(self) -> None:
        """Put what is a ticket's and is not there yet into the folder that another program watches."""
        if not self._settings.export:
            return
        folder = Path(self._settings.export)
        for id, facts in self._files.known_of_day(self._today()):
            if facts.get("exported") or not facts.get("ticket"):
                continue
            try:
                content = self._files.read(id)
                if content is not None:
                    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
                    store(folder / f"{id}.jpg", content)
                    self._note_handed_over(id, facts, FOLDER)
                    self._mark(id, exported=True)
            except (OSError, JournalError) as error:
                log.error("capture %s: not put into %s: %s", id, folder, error)
                return

    # --- keeping and erasing

    def mend(self) -> None:
        """After a start: a page that the journal knows gets its ticket, one that it does not is erased.

        What does not work is logged: the hall opens all the same.
        """
        try:
            self._mend()
        except (OSError, JournalError) as error:
            log.error("captures: not looked through: %s", error)

    def _mend(self) -> None:
        lost = [id for id in self._files.of_day(self._today()) if not self._is_whole(id)]
        known = self._noted_lately() if lost else {}
        for id in lost:
            if id in known and self._files.has(id) and self._files.facts(id) is not None:
                entry = known[id]
                assert isinstance(entry.event, DocumentCaptured)
                self._mark(id, **_whose(entry.event, entry.stamp.at))
            else:
                log.warning("capture %s: was cut off while it was stored, erased", id)
                self._files.forget(id)

    def _is_whole(self, id: str) -> bool:
        facts = self._files.facts(id)
        return facts is not None and "ticket" in facts and self._files.has(id)

    def purge(self) -> int:
        """Erase what is over its time, each noted in the journal; how many pages.

        Nothing while the clock is not to be trusted. Whatever does not work is logged, and tried again.
        """
        self._export()
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
                    count += self._erased(self._files.forget_day(day), _BY_TIME)
                elif day < min(handed, self._today()):
                    count += self._erase_handed_over(day)
            self._erase_exported(handed)
        except OSError as error:
            log.error("captures: not erased: %s", error)
        return count

    def _erase_handed_over(self, day: str) -> int:
        ids = [id for id, facts in self._files.known_of_day(day) if facts.get("handed_over")]
        for id in ids:
            self._files.forget(id)
        self._files.tidy_day(day)
        return self._erased(ids, _HANDED_OVER)

    def _erase_exported(self, before: str) -> None:
        """What the watching program left lying, and is ours."""
        folder = Path(self._settings.export) if self._settings.export else None
        if folder is None or not folder.is_dir():
            return
        for file in folder.iterdir():
            if (day := day_of_id(file.stem.removeprefix("."))) and day < before:
                file.unlink()

    def _make_room(self) -> None:
        """Raises Refused `no_room_for_pages`: today's alone are more than the quota."""
        most = self._settings.quota_mb * 1_000_000
        if self._files.bytes_used() < most:
            return
        for day in self._files.days():
            if day >= self._today():
                break
            log.warning("captures: more than %d MB: the pages of %s go", self._settings.quota_mb, day)
            self._erased(self._files.forget_day(day), _FOR_ROOM)
            if self._files.bytes_used() < most:
                return
        raise Refused(NO_ROOM, limit=self._settings.quota_mb)

    def _erased(self, ids: list[str], why: str) -> int:
        for begin in range(0, len(ids), _NAMED):
            try:
                self._registrar.note(DocumentErased(captures=tuple(ids[begin : begin + _NAMED]), why=why))
            except JournalError as error:
                log.error("captures: %d pages erased (%s), not recorded: %s", len(ids), why, error)
        return len(ids)

    def _noted_lately(self) -> dict[str, Entry]:
        journal = self._registrar.journal
        after = max(0, journal.head - _LOOK_BACK)
        found: dict[str, Entry] = {}
        while entries := journal.read_after(after, 1000):
            found |= {e.event.capture: e for e in entries if isinstance(e.event, DocumentCaptured)}
            after = entries[-1].seq
        return found

    def _is_of_today(self, capture: str) -> bool:
        return bool(self._today()) and day_of_id(capture) == self._today()

    def _today(self) -> str:
        return self._registrar.view.day.replace("-", "")


def _whose(event: DocumentCaptured, at: datetime) -> Json:
    """What only the hall knew when the page was noted."""
    return {
        "ticket": event.ticket,
        "item": event.item,
        "material": event.material,
        "at": at.isoformat(timespec="milliseconds"),
    }


def _stored(id: str, facts: Json) -> Stored:
    known = {k: facts[k] for k in ("counter", "ticket", "digest", "item", "material")}
    return Stored(id=id, size_bytes=int(facts.get("size_bytes", 0)), **known)


def find_pages(jpeg: bytes, name: str) -> list[Json]:
    """Where the page lies, by the scanner in its own process; empty when it found none or could not look.

    Its 80 MB and whatever it does to a bad picture stay out of the daemon, and the picture off the disk.
    """
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "edge.scan", "/dev/stdin"],
            input=jpeg,
            capture_output=True,
            timeout=FINDER_S,
            check=True,
        )
        pages: list[Json] = json.loads(ran.stdout)["pages"]
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        log.warning("%s: not looked at for its page: %s", name, error)
        return []
    return pages
