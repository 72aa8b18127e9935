"""Run as a child: fill a small disk through the real registrar until it refuses, serve on, make room.

Arguments: folder, a limit in bytes for a file (0: the folder is a small disk by itself). Says JSON.
"""

import json
import os
import resource
import sys
from pathlib import Path

from edge.errors import JournalError
from edge.hall.commands import CallNext, FinishService, OpenCounter, RateAtCounter, Recall, TakeTicket
from edge.hall.events import CounterPaused, TicketCalled, TicketIssued
from edge.hall.words import By, Door, Refused, Request
from edge.verify import verify
from tests.crash.hall import House
from tests.waiting import until

KIOSK, DESK, PAD = By(Door.KIOSK, "k1"), By(Door.HTTP, "desk"), By(Door.PAD, "pad-1")
TAKE = TakeTicket(by=KIOSK, service="social")
NEXT = CallNext(by=DESK, request=Request("call-1", "d"), counter="1")
FILLER = CounterPaused(counter="9", reason="x" * 30_000)
LEFT_BYTES = 64 << 10


def limit_files(limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit or resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def fill(folder: Path) -> Path:
    """Somebody else's file takes what is free."""
    file, disk = folder / "film.mp4", os.statvfs(folder)
    file.write_bytes(b"f" * max(disk.f_bavail * disk.f_frsize - LEFT_BYTES, 0))
    return file


def issue_until_refused(house: House) -> tuple[int, str]:
    answered = 0
    while True:
        try:
            house.registrar.ask(TAKE)
            answered += 1
            house.registrar.note(FILLER)
        except JournalError as error:
            if house.registrar.healthy():
                return answered, str(error)


def refusal(house: House, command: TakeTicket | RateAtCounter) -> str:
    try:
        house.registrar.ask(command)
    except (JournalError, Refused) as no:
        return type(no).__name__ if isinstance(no, JournalError) else no.reason
    return "taken"


def in_the_dark(house: House) -> dict[str, object]:
    """What goes on while the disk takes nothing, and what does not."""
    registrar, head = house.registrar, house.journal.head
    called = registrar.ask(NEXT)
    calling = registrar.view
    again = registrar.ask(NEXT)
    registrar.ask(Recall(by=DESK, counter="1"))
    finished = registrar.ask(FinishService(by=DESK, counter="1")).view
    second = registrar.ask(CallNext(by=DESK, counter="1")).view
    return {
        "called": [e.number for e in called.events if isinstance(e, TicketCalled)],
        "resent": [e.number for e in again.events if isinstance(e, TicketCalled)],
        "unrecorded": [calling.unrecorded, finished.unrecorded, second.unrecorded],
        "at_counter": [finished.counters[0].ticket, second.counters[0].ticket.number],  # type: ignore[union-attr]
        "take": refusal(house, TAKE),
        "rate": refusal(house, RateAtCounter(by=PAD, counter="1", score=5)),
        "events_stand_still": house.journal.head == head and not house.journal.read_after(head),
    }


def main(folder: Path, limit: int) -> None:
    said: dict[str, object] = {}
    with House(folder, tick_s=0.05) as house:
        house.registrar.ask(OpenCounter(by=DESK, counter="1"))
        until((folder / "ballast").exists)
        film = folder / "none" if limit else fill(folder)
        limit_files(limit)
        said["answered"], said["why"] = issue_until_refused(house)
        said["ballast_left"] = (folder / "ballast").exists()
        said["unhealthy"] = house.registrar.healthy()
        waiting, dark_after = house.registrar.view.services[0].waiting, house.journal.head
        said["waiting_while_full"] = waiting
        said["dark"] = in_the_dark(house)
        film.unlink(missing_ok=True)
        limit_files(0)
        until(lambda: house.registrar.healthy() is None and not house.registrar.view.unrecorded)
        number = [e.number for e in house.registrar.ask(TAKE).events if isinstance(e, TicketIssued)]
        said["recorded"] = [type(e.event).__name__ for e in house.journal.read_after(dark_after, 7)]
        said |= {"next": number[0], "bad_seq": verify(house.path).bad_seq}
    said["checkpoint"] = verify(folder / "journal.db").checkpoint
    print(json.dumps(said))


main(Path(sys.argv[1]), int(sys.argv[2]))
