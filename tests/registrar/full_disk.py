"""Run as a child: fill a small disk through the real registrar until it refuses, make room, see it go on.

Arguments: folder, a limit in bytes for a file (0: the folder is a small disk by itself). Says JSON.
"""

import json
import resource
import sys
from pathlib import Path

from edge.errors import JournalError
from edge.hall.commands import TakeTicket
from edge.hall.events import CounterPaused, TicketIssued
from edge.hall.words import By, Door
from edge.journal import verify
from tests.crash.hall import House
from tests.registrar.hand import until

TAKE = TakeTicket(by=By(Door.KIOSK, "k1"), service="social")
FILLER = CounterPaused(counter="1", reason="x" * 30_000)


def limit_files(limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit or resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def main(folder: Path, limit: int) -> None:
    said: dict[str, object] = {}
    ballast = folder / "ballast"
    with House(folder) as house:
        ballast.write_bytes(b"b" * (6 << 20))
        limit_files(limit)
        answered, why = 0, ""
        while not why:
            try:
                house.registrar.ask(TAKE)
                answered += 1
                house.registrar.note(FILLER)
            except JournalError as error:
                why = str(error)
        refused = []
        for _ in range(5):
            try:
                # As long as the filler, since a short entry may still find room.
                house.registrar.note(FILLER)
            except JournalError as error:
                refused.append(type(error).__name__)
        said |= {"answered": answered, "refused": refused, "why": why, "unhealthy": house.registrar.healthy()}
        said["waiting_while_full"] = house.registrar.view.services[0].waiting
        ballast.unlink()
        limit_files(0)
        until(lambda: house.registrar.healthy() is None)
        said["healthy"] = house.registrar.healthy()
        number = [e.number for e in house.registrar.ask(TAKE).events if isinstance(e, TicketIssued)]
        house.registrar.note(FILLER)
        said |= {"next": number[0], "bad_seq": verify(house.path).bad_seq}
    print(json.dumps(said))


main(Path(sys.argv[1]), int(sys.argv[2]))
