"""A small hall for tests of printing: real journal, registrar, supervisor and link; the printer is a twin."""

import sys
from collections.abc import Callable, Collection
from pathlib import Path

from drivers.capabilities import Align, DeviceStatus, Reading, Slip, TextRow
from drivers.escpos_slip import Options
from edge.clock import system_clock
from edge.hall.commands import PrintWaiting, Reprint, TakeTicket
from edge.hall.plan import Counter, HallPlan, Kiosk, Service
from edge.hall.views import TicketView
from edge.hall.waiting_list import WaitingView
from edge.hall.words import By, Door
from edge.journal import Journal
from edge.readers.orders import OtherPaper
from edge.readers.printing import Printing
from edge.registrar import Registrar
from edge.supervisor import DeviceOnLink, LinkPlan, Supervisor
from tests.waiting import until

PLAN = HallPlan(
    county="510000",
    hall="510000001",
    name="站街镇便民服务中心",
    services=(Service("social", "社会保障", "A"), Service("mute", "无票业务", "B")),
    counters=(Counter("1", "社保窗口", ("social", "mute")),),
    kiosks=(Kiosk("k1", "printer-1"), Kiosk("k2", "printer-2"), Kiosk("k3")),
)
KIOSK = By(Door.KIOSK, "k1")


class Deaf:
    """Listens to no device."""

    def heard(self, device: str, reading: Reading) -> None: ...

    def changed(self, device: str, status: DeviceStatus) -> None: ...


def compose_list(waiting: WaitingView) -> Slip:
    return Slip(tuple(TextRow(f"{w.number} {w.state}") for w in waiting.waiting))


def compose(ticket: TicketView) -> Slip:
    return Slip(
        (
            TextRow(ticket.number, size=4, align=Align.CENTER),
            TextRow("前面还有 0 人等候"),
            TextRow("票" * 200),
        )
    )


class HallBench:
    """`printers`: id -> URL of its link."""

    def __init__(
        self,
        folder: Path,
        printers: dict[str, str],
        *,
        options: Options = Options(confirm_s=1.0),
        trusted: Collection[str] = (),
        fresh_s: float = 60.0,
        compose: Callable[[TicketView], Slip] = compose,
        compose_other: Callable[[OtherPaper], Slip | None] = lambda paper: None,
    ) -> None:
        self.journal = Journal(folder / "journal.db", source="/510000/510000001")
        self.registrar = Registrar(self.journal, PLAN, system_clock("Asia/Shanghai"))
        plans = [
            LinkPlan(id, url, (DeviceOnLink(id, "printer_escpos", options),)) for id, url in printers.items()
        ]
        self.supervisor = Supervisor(plans, Deaf())
        self.printing = Printing(
            self.registrar,
            self.supervisor.handles,
            compose,
            compose_list,
            compose_other=compose_other,
            trusted=trusted,
            fresh_s=fresh_s,
        )

    def __enter__(self) -> "HallBench":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self.registrar.start()
        self.supervisor.start()
        self.printing.start()

    def stop(self) -> None:
        self.printing.stop()
        self.supervisor.stop()
        self.registrar.stop()
        self.journal.close()

    def until_up(self, id: str = "printer-1") -> None:
        until(lambda: self.supervisor.handles[id].status().code is None)

    def take(self, kiosk: str = "k1", service: str = "social") -> str:
        answer = self.registrar.ask(TakeTicket(by=KIOSK, service=service, kiosk=kiosk))
        return next(e.ticket for e in answer.events if hasattr(e, "number"))

    def reprint(self, ticket: str) -> None:
        self.registrar.ask(Reprint(by=KIOSK, ticket=ticket))

    def print_waiting(self) -> str:
        """The id of the list that is asked for."""
        return next(e.list for e in self.registrar.ask(PrintWaiting(by=KIOSK)).events if hasattr(e, "list"))

    def until_list(self, state: str) -> None:
        until(lambda: (paper := self.registrar.waiting().paper) is not None and paper.state == state)

    def paper(self, ticket: str) -> str:
        view = self.registrar.ticket(ticket)
        assert view is not None
        return view.paper

    def until_paper(self, ticket: str, state: str) -> None:
        until(lambda: self.paper(ticket) == state, lambda: f"{ticket} is {self.paper(ticket)}, not {state}")

    def slip_events(self, ticket: str) -> list[tuple[str, str]]:
        """What the journal says of a ticket's slips: event and code."""
        entries, found, after = self.journal.read_after(0, 1000), [], 0
        while entries:
            found += [e.event for e in entries]
            after = entries[-1].seq
            entries = self.journal.read_after(after, 1000)
        return [
            (type(e).__name__, getattr(e, "code", ""))
            for e in found
            if type(e).__name__.startswith("Slip") and e.ticket == ticket
        ]


def main() -> None:
    """A hall in a process of its own, to be killed: prints the ticket that it took."""
    bench = HallBench(Path(sys.argv[1]), {"printer-1": sys.argv[2]}, options=Options(confirm_s=5.0))
    bench.start()
    bench.until_up()
    print(bench.take(), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
