"""Run as a child: a hall on a disk that the kernel makes read-only under it. Says JSON."""

import json
import subprocess
import sys
from pathlib import Path

from edge.errors import JournalError
from edge.hall.commands import CallNext, OpenCounter, TakeTicket
from edge.hall.words import By, Door
from tests.crash.hall import House
from tests.waiting import until

DESK = By(Door.HTTP, "desk")
TAKE = TakeTicket(by=DESK, service="social")


def main(folder: Path) -> None:
    with House(folder, tick_s=0.05) as house:
        house.registrar.ask(OpenCounter(by=DESK, counter="1"))
        for _ in range(3):
            house.registrar.ask(TAKE)
        # ext4(5), `abort`: what the kernel does by itself when a card fails; open files and all.
        subprocess.run(["mount", "-o", "remount,abort", str(folder)], check=True)
        refused = ""
        try:
            house.registrar.ask(TAKE)
        except JournalError as error:
            refused = str(error)
        view = house.registrar.ask(CallNext(by=DESK, counter="1")).view
        at = view.counters[0].ticket
        until(lambda: house.registrar.healthy() is not None)
        print(
            json.dumps({"refused": refused, "unrecorded": view.unrecorded, "called": at.number if at else ""})
        )


main(Path(sys.argv[1]))
