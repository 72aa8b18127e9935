"""A journal on disk that holds what a scene of the hall brought about."""

from pathlib import Path

import pytest

from edge.hall import commands as cmd
from edge.hall.words import Now
from edge.journal import Journal
from tests.hall.hall_scenario import CODE, HTTP, Scene


class Written:
    """A scene, and the file into which it is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scene = Scene().open("1", "2", "3")
        self._written = 0

    def write(self) -> None:
        journal = Journal(self.folder / "journal.db", source="/510000/510000001")
        for event, stamp in self.scene.journal[self._written :]:
            journal.append((event,), Now(stamp.at, stamp.day, True, stamp.boot, stamp.uptime_s))
        self._written = len(self.scene.journal)
        journal.close()

    def serve(self, score: int = 0, wait_s: float = 120) -> str:
        """One more citizen at counter 2; the ticket's id."""
        number = self.scene.take()
        self.scene.wait(wait_s).next("2")
        self.scene.at_counter(cmd.StartService, "2")
        self.scene.wait(30)
        if score:
            self.scene.press("2", score)
        self.scene.at_counter(cmd.FinishService, "2")
        return self.scene.ticket(number).id

    def close(self) -> None:
        self.scene.do(cmd.CloseDay(by=HTTP))

    def day(self, date: str) -> None:
        self.scene.clock_says(f"{date}T09:00:00").open("2")

    def rate_by_code(self, ticket: str, score: int) -> None:
        self.scene.do(cmd.RateByCode(by=CODE, ticket=ticket, score=score))


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path)
