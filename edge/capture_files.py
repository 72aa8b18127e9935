"""Captured pages on the disk: encrypted as `FOLDER/DAY/ID.sealed`, beside each ID.json: what is known.

`ID.PART.sealed` are its parts: the picture as it was taken, a PDF, further pages, a thumbnail. `intent.json`
says what is being done with pages that are noted: after a power cut it is ended, or was never begun.
"""

import hashlib
import json
import logging
import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from edge.hall.words import CounterId, TicketId
from edge.keys import flush_folder, load_key
from edge.sealed_box import SealedBox

log = logging.getLogger(__name__)

Json = dict[str, Any]

_ID = re.compile(r"([0-9]{8})-[0-9a-f]{16}")
_SEALED, _FACTS = ".sealed", ".json"
_INTENT = "intent.json"
ORIGINAL, PDF, SMALL, CODES = "original", "pdf", "small", "codes"
"""Parts of a page; further pages of the same picture are `page2` …"""


@dataclass(frozen=True)
class Meant:
    """What the page is for: a guide, and which of its materials, from 1; 0: none of them."""

    item: str = ""
    material: int = 0


NOTHING_SAID = Meant()


@dataclass(frozen=True)
class Stored:
    """What is known of a page."""

    id: str
    counter: CounterId
    ticket: TicketId
    digest: str
    size_bytes: int
    item: str = ""
    material: int = 0
    pages: int = 1
    """So many were found in the picture."""
    why: str = ""
    """What a person should look at, by commas: `blurred`, `cut_off` ...; empty: it is good."""
    cleaned: bool = False
    at: str = ""


class Vault(Protocol):
    """What keeps a page from whoever finds the card."""

    def seal(self, data: bytes, name: str) -> bytes: ...
    def unseal(self, sealed: bytes, name: str) -> bytes: ...


class KeyFileVault:
    """A key in a file of its own, best on another medium than the pages; read, or made, at the first page."""

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file

    @cached_property
    def _box(self) -> SealedBox:
        return SealedBox(load_key(self._key_file))

    def seal(self, data: bytes, name: str) -> bytes:
        """Raises JournalError: the key cannot be read or made."""
        return self._box.seal(data, f"capture {name}")

    def unseal(self, sealed: bytes, name: str) -> bytes:
        """Raises ValueError (another key, another name, altered) and JournalError, as `seal`."""
        return self._box.unseal(sealed, f"capture {name}")


def new_id(day: str) -> str:
    """`day` as YYYYMMDD."""
    return f"{day}-{secrets.token_hex(8)}"


class CaptureFiles:
    """Any thread may call; one page is written by one thread."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder, self._vault = folder, vault

    def put(self, id: str, content: bytes, facts: Json, parts: Mapping[str, bytes] | None = None) -> None:
        """Raises OSError, JournalError (no key); then there may be some of it: `forget`."""
        path = self._path(id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        for part, data in (parts or {}).items():
            store(self._part(id, part), self._vault.seal(data, f"{id} {part}"))
        store(path, self._vault.seal(content, id))
        self.note(id, facts)

    def put_part(self, id: str, part: str, data: bytes) -> None:
        """Raises OSError, JournalError."""
        store(self._part(id, part), self._vault.seal(data, f"{id} {part}"))

    def note(self, id: str, facts: Json) -> None:
        """What is known of a page from now on. Raises OSError."""
        store(self._path(id).with_suffix(_FACTS), json.dumps(facts).encode())

    def facts(self, id: str) -> Json | None:
        """None: no such page, or nothing is known of it."""
        if not _ID.fullmatch(id):
            return None
        try:
            facts = json.loads(self._path(id).with_suffix(_FACTS).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return facts if isinstance(facts, dict) else None

    def read(self, id: str) -> bytes | None:
        """The page; None where the file is not what was stored, or not there. Raises JournalError: no key."""
        facts = self.facts(id)
        if facts is None:
            return None
        try:
            content = self._vault.unseal(self._path(id).read_bytes(), id)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.error("capture %s: the file is not what was stored: %s", id, error)
            return None
        if hashlib.sha256(content).hexdigest() != facts.get("digest"):
            log.error("capture %s: the page is not the one that was noted", id)
            return None
        return content

    def part(self, id: str, part: str) -> bytes | None:
        """None where there is none, or it is not what was stored. Raises JournalError: no key."""
        if not _ID.fullmatch(id):
            return None
        try:
            return self._vault.unseal(self._part(id, part).read_bytes(), f"{id} {part}")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.error("capture %s: its %s is not what was stored: %s", id, part, error)
            return None

    def has(self, id: str) -> bool:
        return self._path(id).exists()

    def days(self) -> list[str]:
        """Oldest first, as YYYYMMDD."""
        if not self._folder.is_dir():
            return []
        return sorted(p.name for p in self._folder.iterdir() if p.name.isdigit() and p.is_dir())

    def of_day(self, day: str) -> list[str]:
        """Ids of which anything is left on the disk, a half-written file too; in order of their names."""
        try:
            names = sorted((self._folder / day).iterdir())
        except OSError:
            return []
        return list(dict.fromkeys(m[0] for p in names if (m := _ID.search(p.name))))

    def known_of_day(self, day: str) -> Iterator[tuple[str, Json]]:
        """Pages that are there, with what is known of them."""
        for id in self.of_day(day):
            if self.has(id) and (facts := self.facts(id)) is not None:
                yield id, facts

    def forget(self, id: str) -> None:
        """Erase a page, its parts and what is known of it. Raises OSError."""
        folder = self._path(id).parent
        # What is known goes last: a page that is half erased is still known to be one.
        left = sorted((*folder.glob(f"{id}*"), *folder.glob(f".{id}*")), key=lambda p: p.suffix == _FACTS)
        for file in left:
            file.unlink(missing_ok=True)

    def tidy_day(self, day: str, *, whole: bool = False) -> None:
        """Put on disk what was erased there; remove the day's folder when nothing is left in it.

        `whole`: with whatever is left. Raises OSError.
        """
        folder = self._folder / day
        if not folder.is_dir():
            return
        if whole:
            for file in folder.iterdir():
                file.unlink()
        flush_folder(folder)
        if not any(folder.iterdir()):
            folder.rmdir()
            flush_folder(self._folder)

    # --- what is being done

    def intend(self, what: Json) -> None:
        """Say what is about to be noted and done. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        store(self._folder / _INTENT, json.dumps(what).encode())

    def intent(self) -> Json | None:
        try:
            what = json.loads((self._folder / _INTENT).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return what if isinstance(what, dict) else None

    def done(self, days: Sequence[str] = ()) -> None:
        """It is done, and on disk. Raises OSError."""
        for day in days:
            self.tidy_day(day)
        (self._folder / _INTENT).unlink(missing_ok=True)
        if self._folder.is_dir():
            flush_folder(self._folder)

    def bytes_used(self) -> int:
        return sum(p.stat().st_size for p in self._folder.rglob("*") if p.is_file())

    def _path(self, id: str) -> Path:
        return self._folder / id[:8] / f"{id}{_SEALED}"

    def _part(self, id: str, part: str) -> Path:
        return self._folder / id[:8] / f"{id}.{part}{_SEALED}"


def day_of_id(id: str) -> str:
    """As YYYYMMDD; empty for what is no capture's id."""
    match = _ID.fullmatch(id)
    return match[1] if match else ""


def store(path: Path, content: bytes) -> None:
    """Write beside, flush, rename: after a power cut the file is whole or not there. Raises OSError."""
    beside = path.with_name(f".{path.name}")
    with beside.open("wb") as file:
        beside.chmod(0o640)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    flush_folder(path.parent)
