"""Document camera: take a page, store it, note its digest; the way in for all that pages are asked for."""

import hashlib
import json
import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drivers.errors import DeviceFault, LinkLost
from edge.capture_files import (
    CODES,
    NOTHING_SAID,
    ORIGINAL,
    PDF,
    SMALL,
    CaptureFiles,
    Meant,
    Stored,
    Vault,
    new_id,
)
from edge.capture_handing import JPEG, NOT_READY, Handing, StoredPage, stored_of
from edge.capture_keeping import REMOVED, Keeping, whose
from edge.errors import DeviceUnavailable
from edge.finder import Finder, FinderFailed
from edge.hall.commands import NoteCapture
from edge.hall.events import DocumentCaptured, Event
from edge.hall.machine_events import DocumentMoved
from edge.hall.words import DAEMON, NO_REQUEST, By, CounterId, Refused, Request, TicketId
from edge.looking import CAMERA_FAILED, Asks, Frame, Live, Looking
from edge.page_work import Made, PageWork
from edge.registrar import Registrar
from edge.settings_captures import CaptureSettings

log = logging.getLogger(__name__)

Json = dict[str, Any]

BEGIN_WITHIN_S = 3.0
_KNOWN_AGAIN = 12
"""Pages of a ticket of which a page finder is told that was started anew."""
NO_CAMERA, NOT_GOOD = "no_camera", "page_not_good"


class Captures:
    """Any thread may call; `stop` ends its threads and the finder's process. Pages lie sealed in `folder`."""

    def __init__(
        self,
        registrar: Registrar,
        cameras: Mapping[CounterId, Asks],
        folder: Path,
        *,
        vault: Vault,
        settings: CaptureSettings | None = None,
        finder: Finder | None = None,
    ) -> None:
        self._registrar, self._cameras = registrar, cameras
        self._files = CaptureFiles(folder, vault)
        settings = settings or CaptureSettings()
        self._keeping = Keeping(registrar, self._files, settings)
        self._work = PageWork(finder or Finder(), folder, vault, self._latest)
        self._handing = Handing(registrar, self._files, self._keeping, self._work, settings)
        self._turns = {counter: threading.Lock() for counter in cameras}
        self._looking = {counter: self._looking_at(counter, camera) for counter, camera in cameras.items()}

    def stop(self) -> None:
        self._work.close()
        for looking in self._looking.values():
            looking.stop()

    # --- taking

    def take(
        self,
        counter: CounterId,
        request: Request,
        by: By,
        meant: Meant = NOTHING_SAID,
        *,
        strict: bool = False,
    ) -> tuple[Event, ...]:
        """Take a page at a counter; what that caused, also when this request was answered before.

        `strict`: only a good one that was not taken before. Blocks until the page is found, cleaned, stored
        and noted: some seconds. Raises Refused (`no_camera`, `camera_failed`, `page_not_good`,
        `no_room_for_pages`, `key_reused`), JournalError, OSError when the disk does not take the file.
        """
        camera = self._cameras.get(counter)
        if camera is None:
            raise Refused(NO_CAMERA, counter=counter)
        with self._turns[counter]:
            if request.key and (before := self._registrar.remembered(request)) is not None:
                return before
            self._keeping.make_room()
            jpeg = self._photo(counter, camera)
            self._looking[counter].was_taken()
            events = self._keep(jpeg, self._made(counter, jpeg, strict=strict), counter, request, by, meant)
        self._handing.export()
        return events

    def _photo(self, counter: CounterId, camera: Asks) -> bytes:
        try:
            return camera.ask(lambda c: c.capture(), BEGIN_WITHIN_S).jpeg
        except (DeviceUnavailable, DeviceFault, LinkLost) as error:
            log.warning("counter %s: no picture: %s", counter, error)
            raise Refused(CAMERA_FAILED, counter=counter) from error

    def _made(self, counter: CounterId, jpeg: bytes, *, strict: bool) -> Made | None:
        """None: nobody could look at it, and it is kept as it is. Raises Refused `page_not_good`."""
        try:
            made = self._work.page(counter, jpeg, self._handing.ticket_at(counter), strict=strict)
        except FinderFailed as error:
            log.warning("counter %s: a page is kept as it was taken: %s", counter, error)
            if strict:
                raise Refused(NOT_READY) from error
            return None
        if not made.kept:
            raise Refused(NOT_GOOD, why=made.why)
        return made

    def _keep(
        self, jpeg: bytes, made: Made | None, counter: CounterId, request: Request, by: By, meant: Meant
    ) -> tuple[Event, ...]:
        """Store and note; a capture that is not in the journal leaves no file."""
        id = new_id(self._keeping.today() or "00000000")
        content, parts, facts = _stored_as(jpeg, made)
        facts |= {"counter": counter}
        try:
            self._files.put(id, content, facts, parts)
            noted = NoteCapture(
                by=by,
                request=request,
                counter=counter,
                capture=id,
                digest=facts["digest"],
                size_bytes=len(content),
                pages=len(made.pages) if made else 1,
                item=meant.item,
                material=meant.material,
                original=facts["original"],
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
                    self._keeping.mark(id, **whose(event, self._registrar.now().at))
        return answer.events

    # --- live

    def has(self, counter: CounterId) -> bool:
        """Is there a camera?"""
        return counter in self._cameras

    def frame(self, counter: CounterId) -> Frame | None:
        """What the counter's camera sees, see `Looking`. Does not block. Raises Refused."""
        return self._eyes(counter).frame()

    def live(self, counter: CounterId) -> Live:
        """Does not block. Raises Refused `no_camera`."""
        return self._eyes(counter).live()

    def set_auto(self, counter: CounterId, on: bool, meant: Meant = NOTHING_SAID) -> Live:
        return self._eyes(counter).set_auto(on, meant)

    def _eyes(self, counter: CounterId) -> Looking:
        looking = self._looking.get(counter)
        if looking is None:
            raise Refused(NO_CAMERA, counter=counter)
        return looking

    def _looking_at(self, counter: CounterId, camera: Asks) -> Looking:
        def take(meant: Meant) -> str:
            events = self.take(counter, NO_REQUEST, DAEMON, meant, strict=True)
            return next(e.capture for e in events if isinstance(e, DocumentCaptured))

        def ticket() -> TicketId:
            return self._handing.ticket_at(counter)

        return Looking(counter, camera, self._work, ticket=ticket, take=take)

    def _latest(self, ticket: TicketId) -> list[bytes]:
        """What was taken of a ticket last, so that it is known again. Raises JournalError."""
        ids = [page.id for page in self._handing.of_ticket(ticket) if page.cleaned][-_KNOWN_AGAIN:]
        return [content for id in ids if (content := self._files.read(id)) is not None]

    # --- handing out and putting right

    def fetch(
        self, capture: str, counter: CounterId = "", form: str = JPEG, *, number: int = 1, purpose: str = ""
    ) -> StoredPage:
        """See `Handing`, as the next four."""
        return self._handing.fetch(capture, counter, form, number=number, purpose=purpose)

    def bound(
        self, ticket: TicketId, counter: CounterId = "", *, material: int = 0, purpose: str = ""
    ) -> StoredPage:
        return self._handing.bound(ticket, counter, material=material, purpose=purpose)

    def of_counter(self, counter: CounterId) -> tuple[Stored, ...]:
        return self._handing.of_counter(counter)

    def of_ticket(self, ticket: TicketId) -> tuple[Stored, ...]:
        return self._handing.of_ticket(ticket)

    def ticket_of(self, capture: str, counter: CounterId) -> TicketId:
        """Whose page it is. Raises as `fetch`."""
        ticket: TicketId = self._handing.facts_of(capture, counter)["ticket"]
        return ticket

    def codes(self, capture: str) -> list[Json]:
        return self._handing.codes(capture)

    def move(self, capture: str, counter: CounterId, meant: Meant) -> Stored:
        """The page is for another material. Raises as `fetch`, OSError."""
        facts = self._handing.facts_of(capture, counter)
        self._keeping.move(
            DocumentMoved(
                capture=capture,
                counter=counter or facts["counter"],
                ticket=facts.get("ticket", ""),
                staff=self._handing.clerk_at(counter or facts["counter"]),
                item=meant.item,
                material=meant.material,
            )
        )
        return stored_of(capture, facts | {"item": meant.item, "material": meant.material})

    def remove(self, capture: str, counter: CounterId) -> None:
        """Erase a page of today by a clerk's word. Raises as `fetch`, OSError."""
        self._handing.facts_of(capture, counter)
        self._keeping.erase([capture], REMOVED)

    # --- keeping

    def mend(self) -> None:
        """After a start, see `Keeping`."""
        self._keeping.mend()

    def purge(self) -> int:
        """Erase what is over its time; how many pages. Whatever does not work is logged."""
        self._handing.export()
        return self._keeping.purge()


def _stored_as(jpeg: bytes, made: Made | None) -> tuple[bytes, dict[str, bytes], Json]:
    """The page itself, its parts, and what is known of it: cleaned, or as the camera gave it."""
    content = made.pages[0] if made else jpeg
    facts: Json = {
        "digest": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
        "cleaned": made is not None,
        "original": hashlib.sha256(jpeg).hexdigest() if made else "",
        "pages": [],
    }
    if made is None:
        return content, {}, facts
    parts = {ORIGINAL: jpeg, PDF: made.pdf, SMALL: made.small}
    parts |= {f"page{n}": page for n, page in enumerate(made.pages[1:], 2)}
    if made.codes:
        parts[CODES] = json.dumps(made.codes).encode()
    return content, parts, facts | made.facts | {"why": made.why, "codes": len(made.codes)}
