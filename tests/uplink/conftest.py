"""A hall that writes, a real broker, and a subscriber at the county's end."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from edge.clock import system_clock
from edge.credentials import Credentials
from edge.entries import Entry
from edge.hall.events import CounterOpened
from edge.hall.plan import Counter, HallPlan, Service
from edge.journal import Journal
from edge.patience import Patience
from edge.readers.uplink import Uplink
from edge.registrar import Registrar
from edge.settings_tables import UplinkSettings
from tests.broker import Broker, Recorder
from tests.threads import none_left

PLAN = HallPlan(
    county="510000",
    hall="510000001",
    name="示例镇便民服务中心",
    services=(Service("social", "社会保障", "A"),),
    counters=(Counter("1", "1号窗口", ("social",)),),
)


class Hall:
    """A journal and its registrar, and uplinks on them; all of it ends with the test."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._stack = stack
        self.plan = PLAN
        self.journal = Journal(folder / "journal.db", source=f"/{PLAN.county}/{PLAN.hall}")
        stack.callback(self.journal.close)
        self.registrar = Registrar(self.journal, PLAN, system_clock(PLAN.timezone), tick_s=0.2)
        self.registrar.start()
        stack.callback(self.registrar.stop)

    def write(self, n: int) -> list[Entry]:
        return [self.registrar.note(CounterOpened(counter=str(i))) for i in range(n)]

    def uplink(
        self,
        url: str,
        *,
        boot: str = "boot-1",
        patience_s: tuple[float, float] = (0.1, 0.4),
        doings: Callable[..., object] | None = None,
        credentials: Credentials | None = None,
        say: Callable[[str], str] = str,
        inventory: Callable[[], dict[str, object]] | None = None,
        **settings: object,
    ) -> Uplink:
        """Start an uplink; it is stopped with the test."""
        made = replace(UplinkSettings(broker=url), **settings)
        uplink = Uplink(
            self.registrar,
            made,
            PLAN,
            version="0.1.0",
            boot=boot,
            health=lambda: {
                "host": {"disk_free": 0.5},
                "devices": {"printer-1": {"last_ok": "2026-01-01T00:00:00Z", "errors": 3, "paper": "low"}},
            },
            patience=Patience(*patience_s),
            doings=doings,  # type: ignore[arg-type]
            credentials=credentials,
            say=say,
            inventory=inventory,
            inventory_after_s=0.0,
        )
        uplink.start()
        self._stack.callback(uplink.stop)
        return uplink


@pytest.fixture
def halls(tmp_path: Path) -> Iterator[Callable[[str], Hall]]:
    with ExitStack() as stack:
        yield lambda name: Hall(_made(tmp_path / name), stack)


@pytest.fixture
def hall(halls: Callable[[str], Hall]) -> Hall:
    return halls("hall")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(_made(tmp_path / "broker")) as broker:
        yield broker


@pytest.fixture
def center(broker: Broker) -> Iterator[Recorder]:
    with Recorder(broker.port) as recorder:
        yield recorder


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    with none_left(within_s=5.0):
        yield


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
