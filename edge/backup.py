"""Copies the whole box to a second medium, each hour, where one is mounted."""

import logging
import os
import re
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge import archive, recovery
from edge.errors import JournalError
from edge.journal import head

log = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
"""For a medium that was plugged in, and for the time."""
_COPY = re.compile(r"hall-[0-9]+-([0-9]{10})\.tar\.gz")
_PARTS = ".bianmin-*"
"""What a copy leaves that a power cut ended."""

OFF, WAITING, OK = "off", "waiting", "ok"
NO_MEDIUM, NO_CODE, FAILED = "no_medium", "no_code", "failed"


def is_other_medium(folder: Path, data: Path) -> bool:
    """Is something else mounted there than what the data lie on? A copy beside the original is none."""
    try:
        return folder.is_dir() and folder.stat().st_dev != data.stat().st_dev
    except OSError:
        return False


class Backups:
    """A room of the daemon: one thread, which waits for nobody and for whom nobody waits."""

    def __init__(
        self,
        data: Path,
        config: Path,
        hall: str,
        *,
        folder: str,
        keep: int,
        every_s: float,
        is_there: Callable[[Path, Path], bool] = is_other_medium,
    ) -> None:
        """`folder` empty: nothing is copied. `hall`: its code, in the files' names."""
        self._data, self._config, self._hall = data, config, hall
        self._folder, self._keep, self._every_s = Path(folder or os.devnull), keep, every_s
        self._is_there = is_there
        self._state = WAITING if folder else OFF
        self._copied_head = -1
        self._due = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backup")

    def start(self) -> None:
        if self._state != OFF:
            self._thread.start()

    def stop(self) -> None:
        """Blocks until a copy that has begun is whole."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def status(self) -> dict[str, Any]:
        """`state` (`off|waiting|ok|no_medium|no_code|failed`) and `head`, the last entry in a copy."""
        return {"state": self._state, "head": max(self._copied_head, 0)}

    def copy_if_due(self) -> None:
        """One look: a copy where the hour is over, the medium there, and something new to copy."""
        if time.monotonic() < self._due:
            return
        state = self._copied()
        if state != self._state:
            (log.info if state == OK else log.warning)("backup: %s (%s)", state, self._folder)
        self._state = state
        if state == OK:
            self._due = time.monotonic() + self._every_s

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            self.copy_if_due()

    def _copied(self) -> str:
        if not self._is_there(self._folder, self._data):
            return NO_MEDIUM
        try:
            seal = recovery.load(self._data)
            if seal is None:  # shown to a person once, by `bianmin backup`; without it no copy would open
                return NO_CODE
            at = head(self._data / archive.JOURNAL)
            out = self._folder / f"hall-{self._hall}-{at:010d}.tar.gz"
            if at != self._copied_head and not out.exists():
                self._tidy()
                archive.write(self._data, self._config, out, seal, lambda what, share: None)
                self._drop_old()
            self._copied_head = at
        except (JournalError, OSError) as error:
            log.error("backup: %s", error)
            return FAILED
        return OK

    def _drop_old(self) -> None:
        """By what is in them and not by time: a clock that jumps drops nothing too early."""
        copies = sorted(
            (p for p in self._folder.iterdir() if _COPY.fullmatch(p.name) and self._hall in p.name),
            key=lambda p: p.name[-17:],
        )
        for old in copies[: -self._keep]:
            old.unlink()

    def _tidy(self) -> None:
        for leftover in self._folder.glob(_PARTS):
            shutil.rmtree(leftover, ignore_errors=True)
