"""Document camera: take a page, store it, note its digest, hand it out again, and erase it in time."""

import hashlib
import json
import logging
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from drivers.capabilities import DocumentCamera
from drivers.errors import DeviceFault, LinkLost
from edge.errors import DeviceUnavailable
from edge.hall.commands import NoteCapture
from edge.hall.events import Event
from edge.hall.words import By, CounterId, Refused, Request
from edge.registrar import Registrar

log = logging.getLogger(__name__)

T = TypeVar("T")

BEGIN_WITHIN_S = 3.0
FINDER_S = 20.0
"""The finder's process starts, imports OpenCV and looks for the page; later, the picture is kept without."""
KEEP_DAYS = 30
NO_CAMERA, CAMERA_FAILED = "no_camera", "camera_failed"
_ID = re.compile(r"([0-9]{8})-[0-9a-f]{16}")


class Asks(Protocol):
    """What this room needs of a camera's handle."""

    def ask(self, job: Callable[[DocumentCamera], T], within_s: float) -> T: ...


class Vault(Protocol):
    """What keeps a page from whoever finds the card: the side store's key."""

    def seal(self, data: bytes, name: str) -> bytes: ...
    def unseal(self, sealed: bytes, name: str) -> bytes: ...


@dataclass(frozen=True)
class StoredPage:
    """A capture as it is handed out."""

    content: bytes
    media_type: str
    name: str
    counter: CounterId


class Captures:
    """Any thread may call. Pages lie encrypted as `folder`/DAY/ID.sealed; what is known of each: ID.json."""

    def __init__(
        self,
        registrar: Registrar,
        cameras: Mapping[CounterId, Asks],
        folder: Path,
        *,
        vault: Vault,
        keep_days: int = KEEP_DAYS,
    ) -> None:
        self._registrar = registrar
        self._cameras = cameras
        self._folder = folder
        self._vault = vault
        self._keep_days = keep_days
        self._turns = {counter: threading.Lock() for counter in cameras}

    def take(self, counter: CounterId, request: Request, by: By) -> tuple[Event, ...]:
        """Take a page at a counter; what that caused, also when this request was answered before.

        Blocks until the page is stored, looked at and noted: some seconds. Raises Refused (`no_camera`,
        `camera_failed`, `key_reused`), JournalError, OSError when the disk does not take the file.
        """
        camera = self._cameras.get(counter)
        if camera is None:
            raise Refused(NO_CAMERA, counter=counter)
        with self._turns[counter]:
            if request.key and (before := self._registrar.remembered(request)) is not None:
                return before
            page = self._photo(counter, camera)
            return self._keep(counter, page, request, by)

    def fetch(self, capture: str) -> StoredPage | None:
        """A page of today; None for any other id. A file that is not what was stored is not handed out."""
        match = _ID.fullmatch(capture)
        if match is None or match[1] != self._registrar.view.day.replace("-", ""):
            return None
        path = self._folder / match[1] / f"{capture}.sealed"
        try:
            facts = json.loads(path.with_suffix(".json").read_text("utf-8"))
            sealed = path.read_bytes()
        except (OSError, ValueError):
            return None
        try:
            content = self._vault.unseal(sealed, capture)
        except ValueError:
            log.error("capture %s: the file is not what was stored", capture)
            return None
        if hashlib.sha256(content).hexdigest() != facts["digest"]:
            log.error("capture %s: the page is not the one that was noted", capture)
            return None
        return StoredPage(content, "image/jpeg", f"{capture}.jpg", facts["counter"])

    def purge(self) -> int:
        """Erase the days that are over their time; how many. Nothing while the clock is not to be trusted."""
        view = self._registrar.view
        if not view.clock.trusted or not self._folder.is_dir():
            return 0
        last = date.fromisoformat(view.day) - timedelta(days=self._keep_days)
        old = [p for p in self._folder.iterdir() if p.name.isdigit() and p.name < f"{last:%Y%m%d}"]
        for day in old:
            shutil.rmtree(day)
        return len(old)

    # --- parts

    def _photo(self, counter: CounterId, camera: Asks) -> bytes:
        try:
            return camera.ask(lambda c: c.capture(), BEGIN_WITHIN_S).jpeg
        except (DeviceUnavailable, DeviceFault, LinkLost) as error:
            log.warning("counter %s: no picture: %s", counter, error)
            raise Refused(CAMERA_FAILED, counter=counter) from error

    def _keep(self, counter: CounterId, jpeg: bytes, request: Request, by: By) -> tuple[Event, ...]:
        """Store, look, note; a capture that is not in the journal leaves no file."""
        day = self._registrar.view.day.replace("-", "") or "00000000"
        id = f"{day}-{secrets.token_hex(8)}"
        path = self._folder / day / f"{id}.sealed"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        digest = hashlib.sha256(jpeg).hexdigest()
        try:
            store(path, self._vault.seal(jpeg, id))
            facts: dict[str, Any] = {"counter": counter, "digest": digest, "pages": find_pages(jpeg, id)}
            store(path.with_suffix(".json"), json.dumps(facts).encode())
            noted = NoteCapture(
                by=by,
                request=request,
                counter=counter,
                capture=id,
                digest=digest,
                size_bytes=len(jpeg),
            )
            answer = self._registrar.ask(noted)
        except BaseException:
            _forget(path)
            raise
        if answer.repeated:
            _forget(path)
        return answer.events


def store(path: Path, content: bytes) -> None:
    """Write beside, flush, rename: after a power cut the file is whole or not there. Raises OSError."""
    beside = path.with_name(f".{path.name}")
    with beside.open("wb") as file:
        beside.chmod(0o640)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def find_pages(jpeg: bytes, name: str) -> list[dict[str, Any]]:
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
        pages: list[dict[str, Any]] = json.loads(ran.stdout)["pages"]
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        log.warning("%s: not looked at for its page: %s", name, error)
        return []
    return pages


def _forget(path: Path) -> None:
    for leftover in (path, path.with_suffix(".json"), *path.parent.glob(f".{path.stem}.*")):
        leftover.unlink(missing_ok=True)
