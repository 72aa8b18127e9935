"""What becomes of a slip when its printer gets into trouble in the middle, up to a person's word.

The real hall (journal, registrar, supervisor, driver, link) on a terminal and on TCP; far away the twin.
"""

import contextlib

import pytest

from drivers.escpos_slip import Options
from drivers.twins.hall import SerialPrinter
from drivers.twins.printer import PrinterTwin
from drivers.twins.wire import PtyEnd, SocketPrinter, Wire
from edge.hall.commands import DecideSlip
from edge.hall.words import PaperState, Refused
from tests.printing.hall_bench import KIOSK, HallBench
from tests.waiting import until


class Bench:
    """A hall whose one printer hangs on such a wire."""

    def __init__(self, hall: HallBench, wire: Wire | SocketPrinter, twin: PrinterTwin) -> None:
        self.hall, self.wire, self.twin = hall, wire, twin

    def fault(self, name: str, on: bool, after: int = 0) -> None:
        self.wire.fault("printer-1", name, on, after)

    def slips(self) -> list[str]:
        """The first line of each sheet that came out whole: its last line is there too."""
        told = [slip["lines"] for slip in self.twin.state()["slips"]]
        return [lines[0]["text"] for lines in told if lines and lines[-1]["text"].endswith("票" * 8)]

    def decide(self, ticket: str, state: PaperState) -> None:
        self.hall.registrar.ask(DecideSlip(by=KIOSK, ticket=ticket, state=state))


@contextlib.contextmanager
def hall_with(tmp_path, kind: str):
    twin = PrinterTwin("printer-1")
    if kind == "tcp":
        wire: Wire | SocketPrinter = SocketPrinter("printer", twin)
        url = wire.url()
    else:
        end = PtyEnd(tmp_path / "printer")
        wire = Wire("printer", end, [SerialPrinter(twin)])
        url = end.url("serial", "baud=115200")
    wire.start()
    try:
        with HallBench(tmp_path, {"printer-1": url}, options=Options(confirm_s=0.6)) as hall:
            hall.until_up()
            yield Bench(hall, wire, twin)
    finally:
        wire.stop()


ENDS = {
    "paper_out": "paper_out",
    "cutter": "cutter",
    "power": "no_answer",
    "mute": "no_answer",
    "offline": "offline",
    "half_job": "no_answer",
}


@pytest.mark.parametrize(
    ("kind", "fault"),
    [*(("serial", fault) for fault in ENDS), ("tcp", "power")],
)
def test_a_slip_in_trouble_is_unknown_until_a_person_says_what_came_out(tmp_path, kind, fault):
    with hall_with(tmp_path, kind) as bench:
        hall = bench.hall
        bench.fault(fault, True, after=100)
        ticket = hall.take()
        hall.until_paper(ticket, PaperState.UNKNOWN)
        assert hall.slip_events(ticket) == [("SlipStarted", ""), ("SlipUnknown", ENDS[fault])]
        bench.fault(fault, False)
        hall.until_up()
        following = hall.take()
        hall.until_paper(following, PaperState.PRINTED)
        assert bench.slips()[-1] == "A002"
        assert hall.paper(ticket) == PaperState.UNKNOWN  # nothing decides it but a person
        bench.decide(ticket, PaperState.FAILED)
        hall.reprint(ticket)
        hall.until_paper(ticket, PaperState.PRINTED)
        assert bench.slips()[-1] == "A001"
        with pytest.raises(Refused, match="slip_not_unknown"):
            bench.decide(ticket, PaperState.FAILED)


def test_it_came_out_says_a_person_and_nothing_is_printed(tmp_path):
    with hall_with(tmp_path, "serial") as bench:
        bench.fault("half_job", True, after=100)
        ticket = bench.hall.take()
        bench.hall.until_paper(ticket, PaperState.UNKNOWN)
        bench.fault("half_job", False)
        bench.decide(ticket, PaperState.PRINTED)
        assert bench.hall.paper(ticket) == PaperState.PRINTED
        assert bench.slips() == []
        assert bench.hall.slip_events(ticket)[-1] == ("SlipDecided", "")


@pytest.mark.parametrize("kind", ["serial", "tcp"])
def test_a_cable_pulled_in_the_middle_leaves_the_slip_unknown_and_comes_back_by_itself(tmp_path, kind):
    with hall_with(tmp_path, kind) as bench:
        hall = bench.hall
        bench.fault("slow", True)
        ticket = hall.take()
        until(lambda: bench.twin.state()["half"] is not None)
        bench.fault("unplugged", True)
        bench.fault("slow", False)
        hall.until_paper(ticket, PaperState.UNKNOWN)
        assert hall.slip_events(ticket)[-1][1] in ("link_lost", "no_answer")
        lost = hall.take()
        hall.until_paper(lost, PaperState.FAILED)  # told at once, for the desk
        bench.fault("unplugged", False)
        hall.until_up()
        following = hall.take()
        hall.until_paper(following, PaperState.PRINTED)
        assert bench.slips()[-1] == "A003"
        assert "A002" not in bench.slips()


def test_trouble_before_a_slip_shows_in_the_view_so_that_nobody_takes_one_in_vain(tmp_path):
    with hall_with(tmp_path, "serial") as bench:
        handle = bench.hall.supervisor.handles["printer-1"]
        bench.fault("cover_open", True)
        until(lambda: handle.status().code == "cover_open")
        ticket = bench.hall.take()
        bench.hall.until_paper(ticket, PaperState.FAILED)
        assert bench.hall.slip_events(ticket)[-1] == ("SlipFailed", "cover_open")
        bench.fault("cover_open", False)
        bench.hall.until_up()
        bench.hall.reprint(ticket)
        bench.hall.until_paper(ticket, PaperState.PRINTED)
        assert bench.slips() == ["A001"]
