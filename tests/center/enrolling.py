"""A county that enrols boxes: its folder, its authority and its door, for tests."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from edge.__main__ import main
from edge.center import settings
from edge.center.enrolment_door import EnrolmentDoor
from edge.center.enrolments import Enrolments, open_enrolments
from edge.center.store import Store
from edge.enrolment_codes import Code
from edge.paths import shared
from edge.texts import Texts
from tests.broker import Broker
from tests.county.test_county_files import countys_broker

HALL, OTHER = "510000/510000001", "510000/510000002"
TEXTS = Texts.load("zh-CN", shared("texts"))


class County:
    """A center's folder, its authority made by the operator's own commands, and its door for boxes."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._stack = stack
        self.folder, self.data = folder / "center", folder / "center-data"
        self.folder.mkdir(parents=True)
        (self.folder / "center.toml").write_text('[center]\ncounty = "510000"\nlisten = ""\n')
        assert self.command("authority", "--address", "127.0.0.1") == 0
        assert self.command("issue", "broker", "--address", "127.0.0.1") == 0
        self.store = Store(f"sqlite:///{self.data}/center.db")
        stack.callback(self.store.close)
        self.past_s = 0.0
        self.url = ""

    def command(self, *words: str) -> int:
        return main(["center", str(self.folder), "--data", str(self.data), *words])

    @property
    def authority(self) -> Path:
        return self.folder / "authority"

    def enrolments(self, days: int = 365) -> Enrolments:
        said = replace(settings.load(self.folder).enrolment, days=days)
        made = open_enrolments(self.store, said)
        return Enrolments(
            self.store, made.authority, days, lambda: datetime.now(UTC).timestamp() + self.past_s
        )

    def serve(self, days: int = 365) -> str:
        files = self.authority / "center.crt", self.authority / "center.key"
        door = EnrolmentDoor(self.enrolments(days), TEXTS, "127.0.0.1:0", *files)
        self._stack.callback(door.stop)
        self.url = f"https://127.0.0.1:{door.start()}"
        return self.url

    @contextmanager
    def broker(self, folder: Path) -> Iterator[Broker]:
        """The county's own file: `require_certificate`, each hall on its own topics by its common name."""
        for name in ("county.crt", "broker.crt", "broker.key"):
            shutil.copy(self.authority / name, folder)
        with countys_broker(folder) as broker:
            yield broker

    def code(self, hall: str = HALL) -> Code:
        return self.enrolments().new_code(hall, 1)[0]
