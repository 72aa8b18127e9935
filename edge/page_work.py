"""What the page finder is asked for each camera: looks, pages, files; and the empty desk that it is told of.

The process knows desks in memory only: here they lie sealed, and a process that was started anew is told.
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from edge.capture_files import Vault, store
from edge.errors import JournalError
from edge.finder import Finder, FinderFailed, Found
from edge.hall.words import CounterId, TicketId

log = logging.getLogger(__name__)

Json = dict[str, Any]

LOOK_S = 5.0
PAGE_S = 20.0
"""Find, judge and clean a picture; on a slow box several seconds."""
BIND_S = 10.0
EACH_S = 1.0
"""More for each page of a file."""


@dataclass(frozen=True)
class Made:
    """What became of a picture."""

    kept: bool
    """False: asked to be strict, and it was not good; then there is nothing but `why`."""
    why: str = ""
    """Empty, or faults by commas."""
    pages: tuple[bytes, ...] = ()
    """JPEGs, cleaned; at least one where it is kept."""
    pdf: bytes = b""
    small: bytes = b""
    facts: Json = field(default_factory=dict)
    """Where the pages lie, which are cards, their dots per inch."""
    codes: tuple[Json, ...] = ()


class PageWork:
    """Any thread may call. Everything raises FinderFailed: there is no answer."""

    def __init__(
        self, finder: Finder, folder: Path, vault: Vault, taken: Callable[[TicketId], Sequence[bytes]]
    ) -> None:
        """`folder`: of the captures; desks lie in it, and scales as `scale/COUNTER.json`, where somebody
        calibrated the camera. `taken`: a ticket's latest pages."""
        self._finder, self._folder, self._vault, self._taken = finder, folder, vault, taken
        self._told: dict[CounterId, int] = {}
        self._told_of: dict[CounterId, tuple[int, TicketId]] = {}
        self._telling = threading.Lock()

    def look(self, counter: CounterId, jpeg: bytes, ticket: TicketId) -> Json | None:
        """What lies there; None: the finder is at something else. Blocks up to `LOOK_S`."""
        self._tell_desk(counter)
        self._tell_taken(counter, ticket)
        found = self._finder.ask_if_free("look", [jpeg], within_s=LOOK_S, camera=counter, ticket=ticket)
        if found is None:
            return None
        if found.parts:
            self._keep_desk(counter, found.parts[0])
        return found.facts

    def page(self, counter: CounterId, jpeg: bytes, ticket: TicketId, *, strict: bool) -> Made:
        self._tell_desk(counter)
        scale = self._scale(counter)
        found = self._finder.ask(
            "page", [jpeg], within_s=PAGE_S, camera=counter, ticket=ticket, strict=strict, scale=scale
        )
        return _made(found)

    def form(self, jpeg: bytes, suffix: str, purpose: str) -> bytes:
        """A cleaned page in another form."""
        return self._finder.ask("form", [jpeg], within_s=BIND_S, suffix=suffix, purpose=purpose).parts[0]

    def bind(self, pdfs: Sequence[bytes], known: Sequence[Mapping[str, Any]], purpose: str) -> bytes:
        """One PDF; `known`: of each file, `cards` and `group`."""
        within_s = BIND_S + EACH_S * len(pdfs)
        cards, groups = [k["cards"] for k in known], [k["group"] for k in known]
        asked = self._finder.ask("bind", pdfs, within_s=within_s, cards=cards, groups=groups, purpose=purpose)
        return asked.parts[0]

    def close(self) -> None:
        self._finder.close()

    def _tell_desk(self, counter: CounterId) -> None:
        """To a process that does not know it; a desk that cannot be read is no reason to fail."""
        life = self._finder.started if self._finder.pid() else self._finder.started + 1
        with self._telling:
            if self._told.get(counter) == life:
                return
            self._told[counter] = life
        path = self._desk(counter)
        if not path.is_file():
            return
        try:
            self._finder.ask(
                "desk", [self._vault.unseal(path.read_bytes(), path.name)], within_s=LOOK_S, camera=counter
            )
        except (OSError, ValueError, JournalError) as error:
            log.warning("counter %s: the empty desk is learned anew: %s", counter, error)

    def _tell_taken(self, counter: CounterId, ticket: TicketId) -> None:
        """To a process that does not know it, or has another ticket in mind: they are not taken again."""
        life = self._finder.started
        if self._told_of.get(counter) == (life, ticket):
            return
        try:
            pages = self._taken(ticket) if ticket else ()
        except JournalError as error:
            log.warning("counter %s: its pages cannot be read: %s", counter, error)
            pages = ()
        if pages:
            self._finder.ask("taken", pages, within_s=LOOK_S, camera=counter, ticket=ticket)
        self._told_of[counter] = (self._finder.started, ticket)

    def _keep_desk(self, counter: CounterId, jpeg: bytes) -> None:
        path = self._desk(counter)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            store(path, self._vault.seal(jpeg, path.name))
        except (OSError, JournalError) as error:
            log.warning("counter %s: the empty desk is not kept: %s", counter, error)

    def _scale(self, counter: CounterId) -> Json | None:
        """Pixels per millimetre, at which width of the picture; None: nobody calibrated the camera."""
        path = self._folder / "scale" / f"{quote(counter, safe='')}.json"
        try:
            known = json.loads(path.read_text("utf-8"))
            return {"per_mm": float(known["per_mm"]), "width": int(known["width"])}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("counter %s: the camera's scale cannot be read: %s", counter, error)
            return None

    def _desk(self, counter: CounterId) -> Path:
        return self._folder / "desk" / f"{quote(counter, safe='')}.sealed"


def _made(found: Found) -> Made:
    """Raises FinderFailed for an answer that makes no sense."""
    facts = found.facts
    why = str(facts.get("why", ""))
    if facts.get("kept") is not True:
        return Made(kept=False, why=why)
    if len(found.parts) < 3 or len(facts.get("cards", ())) != len(found.parts) - 2:
        raise FinderFailed("bug", f"{len(found.parts)} parts of a page")
    pdf, small, *pages = found.parts
    known = {k: facts[k] for k in ("pages", "cards", "dpi")}
    return Made(True, why, tuple(pages), pdf, small, known, tuple(facts.get("codes", ())))
