"""`python -m tests.camera.cut_short DATA STEP`: erases old pages of DATA; the STEP-th thing kills it."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edge.capture_files import CaptureFiles
from edge.capture_keeping import Keeping
from edge.clock import system_clock
from edge.journal import Journal
from edge.registrar import Registrar
from edge.settings_captures import CaptureSettings
from tests.camera.camera_bench import PLAN


class Plain:
    """No key: what is under test is the order of things."""

    def seal(self, data: bytes, name: str) -> bytes:
        return data

    def unseal(self, sealed: bytes, name: str) -> bytes:
        return sealed


class Dying(CaptureFiles):
    """The power goes before the `left`-th thing that is done to a file; never, where it is negative."""

    left = -1

    def _step(self) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1

    def intend(self, what: dict[str, Any]) -> None:
        self._step()
        super().intend(what)
        self._step()

    def forget(self, id: str) -> None:
        self._step()
        super().forget(id)

    def note(self, id: str, facts: dict[str, Any]) -> None:
        self._step()
        super().note(id, facts)

    def done(self, days: Sequence[str] = ()) -> None:
        self._step()
        super().done(days)
        self._step()


@contextmanager
def opened(data: Path, step: int = -1) -> Iterator[tuple[Keeping, Dying, Journal]]:
    journal = Journal(data / "journal.db", source="/510000/510000001")
    registrar = Registrar(journal, PLAN, system_clock("Asia/Shanghai", in_step=lambda: True))
    registrar.start()
    try:
        files = Dying(data / "captures", Plain())
        keeping = Keeping(registrar, files, CaptureSettings(keep_days=7))
        keeping.mend()
        files.left = step
        yield keeping, files, journal
    finally:
        registrar.stop()
        journal.close()


def main(data: Path, step: int) -> None:
    with opened(data, step) as (keeping, _, _):
        keeping.purge()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
