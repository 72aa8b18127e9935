"""Papers that are no tickets: a guide's list of materials and a test, printed once and noted."""

from dataclasses import replace

import pytest

from drivers.capabilities import Slip, TextRow
from drivers.twins.printer import PrinterTwin
from edge.hall.commands import PrintPaper
from edge.hall.desk_events import PaperAsked, PaperEnded, PaperStarted
from edge.hall.desk_views import PaperView
from edge.hall.words import By, Door, PaperState
from edge.readers.orders import OtherPaper, Unsettled
from tests.drivers.printer_wire import PrinterOnTcp
from tests.printing.hall_bench import HallBench
from tests.waiting import until

KIOSK = By(Door.KIOSK, device="k1")


@pytest.fixture
def printer():
    with PrinterOnTcp(PrinterTwin("printer-1")) as wire:
        yield wire


def ask(bench: HallBench, **what: str) -> str:
    events = bench.registrar.ask(PrintPaper(by=KIOSK, kiosk="k1", **what)).events
    return next(e.paper for e in events if isinstance(e, PaperAsked))


def paper(bench: HallBench, id: str) -> PaperView:
    return next(p for p in bench.registrar.view.desk.papers if p.id == id)


def compose_other(asked: OtherPaper) -> Slip | None:
    if asked.guide == "gone":
        return None
    return Slip((TextRow(f"bring: {asked.guide}" if asked.guide else "test"),))


def test_a_guides_list_leaves_the_printer_once(tmp_path, printer):
    with HallBench(tmp_path, {"printer-1": printer.url}, compose_other=compose_other) as bench:
        bench.until_up()
        id = ask(bench, guide="dibao")
        until(lambda: paper(bench, id).state == "printed")
        test = ask(bench)
        until(lambda: paper(bench, test).state == "printed")
        texts = [slip["lines"][0]["text"] for slip in printer.twin.state()["slips"]]
    assert texts == ["bring: dibao", "test"]


def test_a_guide_that_is_gone_is_no_paper(tmp_path, printer):
    with HallBench(tmp_path, {"printer-1": printer.url}, compose_other=compose_other) as bench:
        bench.until_up()
        id = ask(bench, guide="gone")
        until(lambda: paper(bench, id).state == "failed")
        assert paper(bench, id).code == "late"


def test_a_printer_without_paper_says_so(tmp_path, printer):
    with HallBench(tmp_path, {"printer-1": printer.url}, compose_other=compose_other) as bench:
        bench.until_up()
        printer.twin.fault("paper_out", True)
        id = ask(bench, guide="dibao")
        until(lambda: paper(bench, id).state == "failed")
        assert paper(bench, id).code == "paper_out"


def test_after_a_restart_a_paper_that_was_begun_is_unknown_and_one_that_was_not_has_failed():
    unsettled, asked = Unsettled(), PaperAsked(paper="1", printer="p", kind="guide", guide="dibao")
    begun = replace(asked, paper="2")
    for event in (asked, begun, PaperStarted(paper="2", printer="p")):
        unsettled.see(event)
    assert unsettled.papers == {OtherPaper("p", "1"): False, OtherPaper("p", "2"): True}
    unsettled.see(OtherPaper("p", "1").ended(PaperState.FAILED, "restart"))
    unsettled.see(PaperEnded(paper="2", printer="p", state="unknown"))
    assert unsettled.papers == {}
