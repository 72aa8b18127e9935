"""Captured pages handed out again, each time noted: to their counter, or into a watched folder."""

import hashlib
import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from edge.capture_files import (
    CODES,
    ORIGINAL,
    PDF,
    SMALL,
    CaptureFiles,
    Stored,
    day_of_id,
    store,
)
from edge.capture_keeping import Keeping
from edge.errors import JournalError
from edge.finder import FinderFailed
from edge.hall.machine_events import DocumentHandedOver
from edge.hall.words import CounterId, Refused, TicketId
from edge.page_work import PageWork
from edge.registrar import Registrar
from edge.settings_captures import CaptureSettings

log = logging.getLogger(__name__)

T = TypeVar("T")
Json = dict[str, Any]

NO_CAPTURE, OLD, OTHERS, NO_TICKET = "no_capture", "not_of_today", "other_counters", "no_ticket"
NO_PAGES, NOT_READY = "no_pages", "pages_not_ready"
DOOR, FOLDER = "door", "folder"
JPEG, PNG, WHOLE, THUMB = "jpeg", "png", PDF, SMALL
"""Forms of a page, beside `original`."""
_DAY_OF_TICKET = re.compile(r"-([0-9]{8})-[^-]+$")
_MEDIA = {JPEG: ("image/jpeg", "jpg"), ORIGINAL: ("image/jpeg", "jpg"), THUMB: ("image/jpeg", "jpg")}
_MEDIA |= {PNG: ("image/png", "png"), WHOLE: ("application/pdf", "pdf")}


@dataclass(frozen=True)
class StoredPage:
    """A page, or a file of pages, as it is handed out."""

    content: bytes
    media_type: str
    name: str
    counter: CounterId


class Handing:
    """Any thread may call."""

    def __init__(
        self,
        registrar: Registrar,
        files: CaptureFiles,
        keeping: Keeping,
        work: PageWork,
        settings: CaptureSettings,
    ) -> None:
        self._registrar, self._files, self._keeping = registrar, files, keeping
        self._work, self._settings = work, settings

    def fetch(
        self, capture: str, counter: CounterId = "", form: str = JPEG, *, number: int = 1, purpose: str = ""
    ) -> StoredPage:
        """A page of today, in one of the forms; `counter`: whose page it must be, if one is named.

        That it was handed out is in the journal before it is; a thumbnail is not handed out. Raises Refused
        (`no_capture`, `not_of_today`, `other_counters`, `pages_not_ready`), JournalError.
        """
        facts = self.facts_of(capture, counter)
        content = self._content(capture, facts, form, number, purpose)
        if form != THUMB:
            self._note_handed_over(capture, facts, DOOR, content)
        media, suffix = _MEDIA[form]
        return StoredPage(content, media, f"{capture}.{suffix}", facts["counter"])

    def bound(
        self, ticket: TicketId, counter: CounterId = "", *, material: int = 0, purpose: str = ""
    ) -> StoredPage:
        """All pages of a ticket of today as one PDF, by materials; or those for one of them.

        Raises Refused (`no_ticket`, `not_of_today`, `other_counters`, `no_pages`, `pages_not_ready`),
        JournalError.
        """
        ticket = self._check_ticket(ticket, counter)
        pages = [p for p in self.of_ticket(ticket) if not material or p.material == material]
        pages.sort(key=lambda p: (not p.material, p.item, p.material))
        if not pages:
            raise Refused(NO_PAGES)
        known = [(p.id, facts) for p in pages if (facts := self._files.facts(p.id)) is not None]
        pdfs = [self._pdf(id, facts) for id, facts in known]
        groups = [
            {"cards": f.get("cards") or [False], "group": f"{f['item']}/{f['material']}"} for _, f in known
        ]
        content = self._asked(lambda: self._work.bind(pdfs, groups, purpose))
        for id, facts in known:
            self._note_handed_over(id, facts, DOOR, content)
        return StoredPage(content, _MEDIA[WHOLE][0], f"{ticket}.pdf", pages[0].counter)

    def of_counter(self, counter: CounterId) -> tuple[Stored, ...]:
        """Pages of the ticket that is at the counter now, in the order in which they were taken."""
        at = self.ticket_at(counter)
        return tuple(p for p in self.of_ticket(at) if p.counter == counter) if at else ()

    def of_ticket(self, ticket: TicketId) -> tuple[Stored, ...]:
        """Today's pages of a ticket, in the order in which they were taken."""
        day = self._keeping.today()
        found = [(id, f) for id, f in self._files.known_of_day(day) if f.get("ticket") == ticket]
        found.sort(key=lambda one: str(one[1].get("at", "")))
        return tuple(stored_of(id, facts) for id, facts in found)

    def codes(self, capture: str) -> list[Json]:
        """What codes the page bears; none of a page that is not there. Raises JournalError."""
        facts = self._files.facts(capture)
        data = self._files.part(capture, CODES) if facts and facts.get("codes") else None
        return list(json.loads(data)) if data else []

    def facts_of(self, capture: str, counter: CounterId) -> Json:
        """Raises Refused: no page of today, or not this counter's."""
        facts = self._files.facts(capture)
        if facts is None or "ticket" not in facts or not self._files.has(capture):
            raise Refused(NO_CAPTURE, capture=capture[:40])
        if day_of_id(capture) != self._keeping.today():
            raise Refused(OLD)
        if counter and facts["counter"] != counter and not self._is_at(facts["ticket"], counter):
            raise Refused(OTHERS, counter=counter)
        return facts

    def _check_ticket(self, ticket: TicketId, counter: CounterId) -> TicketId:
        """Its id. Raises Refused: no ticket of today, or not this counter's."""
        found = self._registrar.ticket(ticket)
        if found is None:
            of_day = _DAY_OF_TICKET.search(ticket)
            is_old = of_day is not None and of_day[1] < self._keeping.today()
            raise Refused(OLD if is_old else NO_TICKET, ticket=ticket[:40])
        taken_here = any(p.counter == counter for p in self.of_ticket(found.id))
        if counter and not taken_here and not self._is_at(found.id, counter):
            raise Refused(OTHERS, counter=counter)
        return found.id

    def _is_at(self, ticket: TicketId, counter: CounterId) -> bool:
        found = self._registrar.ticket(ticket) if ticket else None
        return found is not None and found.counter == counter

    def _content(self, id: str, facts: Json, form: str, number: int, purpose: str) -> bytes:
        """Raises Refused `no_capture`, `pages_not_ready`; JournalError."""
        if form == WHOLE and not purpose:
            return self._pdf(id, facts)
        if form in (ORIGINAL, THUMB):
            content = self._files.part(id, form)
            content = content or (self._files.read(id) if not facts.get("cleaned") else None)
        else:
            content = self._files.read(id) if number == 1 else self._files.part(id, f"page{number}")
        if content is None and not (form == WHOLE and self._files.has(id)):
            raise Refused(NO_CAPTURE, capture=id)
        if form == PNG or (form == JPEG and purpose):
            return self._asked(lambda: self._work.form(content or b"", f".{_MEDIA[form][1]}", purpose))
        if form == WHOLE:
            known = {"cards": facts.get("cards") or [False], "group": ""}
            pdf = self._pdf(id, facts)
            return self._asked(lambda: self._work.bind([pdf], [known], purpose))
        assert content is not None
        return content

    def _pdf(self, id: str, facts: Json) -> bytes:
        """Made now where the finder was away when the page was taken. Raises Refused, JournalError."""
        if (pdf := self._files.part(id, PDF)) is not None:
            return pdf
        original = self._files.part(id, ORIGINAL) or self._files.read(id)
        if original is None:
            raise Refused(NO_CAPTURE, capture=id)
        made = self._asked(lambda: self._work.page("", original, "", strict=False))
        facts["cards"] = made.facts["cards"]
        try:
            self._files.put_part(id, PDF, made.pdf)
            self._keeping.mark(id, cards=facts["cards"])
        except OSError as error:
            log.warning("capture %s: its PDF is not kept: %s", id, error)
        return made.pdf

    def _asked(self, ask: Callable[[], T]) -> T:
        """Raises Refused `pages_not_ready`."""
        try:
            return ask()
        except FinderFailed as error:
            log.warning("a page cannot be made ready: %s", error)
            raise Refused(NOT_READY) from error

    def _note_handed_over(self, id: str, facts: Json, to: str, content: bytes) -> None:
        self._registrar.note(
            DocumentHandedOver(
                capture=id,
                counter=facts["counter"],
                ticket=facts.get("ticket", ""),
                digest=hashlib.sha256(content).hexdigest(),
                staff=self.clerk_at(facts["counter"]),
                to=to,
            )
        )
        if not facts.get("handed_over"):
            self._keeping.mark(id, handed_over=True)

    def ticket_at(self, counter: CounterId) -> TicketId:
        at = next((c.ticket for c in self._registrar.view.counters if c.id == counter), None)
        return at.id if at else ""

    def clerk_at(self, counter: CounterId) -> str:
        return next((c.staff for c in self._registrar.view.counters if c.id == counter), "")

    def export(self) -> None:
        """Put what is a ticket's and is not there yet into the folder that another program watches."""
        if not self._settings.export:
            return
        folder = Path(self._settings.export)
        for id, facts in self._files.known_of_day(self._keeping.today()):
            if facts.get("exported") or not facts.get("ticket"):
                continue
            try:
                several = len(facts.get("cards", ())) > 1
                content = self._files.part(id, PDF) if several else self._files.read(id)
                if content is not None:
                    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
                    store(folder / f"{id}.{'pdf' if several else 'jpg'}", content)
                    self._note_handed_over(id, facts, FOLDER, content)
                    self._keeping.mark(id, exported=True)
            except (OSError, JournalError) as error:
                log.error("capture %s: not put into %s: %s", id, folder, error)
                return


def stored_of(id: str, facts: Json) -> Stored:
    known = {k: facts[k] for k in ("counter", "ticket", "digest", "item", "material")}
    return Stored(
        id=id,
        size_bytes=int(facts.get("size_bytes", 0)),
        pages=len(facts.get("cards", "1")),
        why=str(facts.get("why", "")),
        cleaned=bool(facts.get("cleaned")),
        at=str(facts.get("at", "")),
        **known,
    )
