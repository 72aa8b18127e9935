"""A hall with a folder camera at counter 6, in this process: the real link, journal and files."""

from pathlib import Path
from typing import TypeVar

from drivers.camera_opencv import Options
from edge.capture_files import Vault
from edge.captures import Captures
from edge.clock import system_clock
from edge.finder import Finder
from edge.hall.commands import CallNext, OpenCounter, TakeTicket
from edge.hall.events import Event
from edge.hall.plan import Counter, HallPlan, Service
from edge.hall.words import By, Door
from edge.journal import Journal
from edge.registrar import Registrar
from edge.settings_captures import CaptureSettings
from edge.sidestore import SideStore
from edge.supervisor import DeviceOnLink, LinkPlan, Supervisor
from tests.printing.hall_bench import Deaf
from tests.waiting import until

PLAN = HallPlan(
    county="510000",
    hall="510000001",
    name="站街镇便民服务中心",
    services=(Service("social", "社会保障", "A"),),
    counters=(Counter("6", "综合窗口", ("social",)), Counter("1", "社保窗口", ("social",))),
)
DESK = By(Door.HTTP)


T = TypeVar("T", bound=Event)


class Shared(Finder):
    """For all benches of a module: its process takes a second to start, and stays when a bench closes."""

    def close(self) -> None:
        pass

    def end(self) -> None:
        super().close()


class Bench:
    def __init__(
        self,
        folder: Path,
        finder: Finder,
        *,
        trusted: bool = False,
        vault: Vault | None = None,
        **settings: object,
    ) -> None:
        self.pictures = folder / "pictures"
        self.pictures.mkdir(exist_ok=True)
        self.stored = folder / "captures"
        self.journal = Journal(folder / "journal.db", source="/510000/510000001")
        clock = system_clock("Asia/Shanghai", in_step=lambda: trusted)
        self.registrar = Registrar(self.journal, PLAN, clock)
        device = DeviceOnLink("camera-1", "camera_opencv", Options())
        self.supervisor = Supervisor([LinkPlan("camera", f"folder://{self.pictures}", (device,))], Deaf())
        handles = self.supervisor.handles
        self.side = SideStore(folder / "side.db", folder / "hall.key")
        self.captures = Captures(
            self.registrar,
            {"6": handles["camera-1"]},
            self.stored,
            vault=vault or self.side,
            settings=CaptureSettings(**settings),
            finder=finder,
        )

    def __enter__(self) -> "Bench":
        self.registrar.start()
        self.supervisor.start()
        try:
            until(lambda: self.supervisor.handles["camera-1"].status().code is None)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.supervisor.stop()
        self.captures.stop()
        self.registrar.stop()
        self.journal.close()
        self.side.close()

    def noted(self, kind: type[T]) -> list[T]:
        events = [entry.event for entry in self.journal.read_after(0, 1000)]
        return [event for event in events if isinstance(event, kind)]

    def calls_a_ticket(self) -> str:
        """Somebody stands at counter 6; the ticket's id."""
        self.registrar.ask(TakeTicket(by=DESK, service="social"))
        self.registrar.ask(OpenCounter(by=DESK, counter="6"))
        self.registrar.ask(CallNext(by=DESK, counter="6"))
        at = next(c.ticket for c in self.registrar.view.counters if c.id == "6")
        assert at is not None
        return at.id

    def files(self) -> list[str]:
        return sorted(p.name for p in self.stored.rglob("*") if p.is_file())
