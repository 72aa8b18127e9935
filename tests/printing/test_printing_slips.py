"""Slips are printed once, while they are fresh, and the journal tells the truth about each."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from drivers.capabilities import Slip
from drivers.escpos_slip import Options
from drivers.twins.printer import PrinterTwin
from edge.hall.events import SlipPrinted, SlipStarted
from edge.hall.words import PaperState
from tests.drivers.printer_wire import PrinterOnTcp
from tests.printing.hall_bench import HallBench, compose
from tests.waiting import until


@pytest.fixture
def printer():
    with PrinterOnTcp(PrinterTwin("printer-1")) as wire:
        yield wire


@pytest.fixture
def bench(printer, tmp_path):
    with HallBench(tmp_path, {"printer-1": printer.url}) as hall:
        hall.until_up()
        yield hall


def numbers(printer: PrinterOnTcp) -> list[str]:
    return [slip["lines"][0]["text"] for slip in printer.twin.state()["slips"] if slip["lines"]]


def test_a_ticket_is_printed_and_noted_in_order(bench, printer):
    ticket = bench.take()
    bench.until_paper(ticket, PaperState.PRINTED)
    assert bench.slip_events(ticket) == [("SlipStarted", ""), ("SlipPrinted", "")]
    assert numbers(printer) == ["A001"]


def test_many_tickets_come_out_in_their_order_and_once(bench, printer):
    tickets = [bench.take() for _ in range(8)]
    for ticket in tickets:
        bench.until_paper(ticket, PaperState.PRINTED)
    assert numbers(printer) == [f"A{n:03d}" for n in range(1, 9)]


def test_a_ticket_taken_before_the_reader_starts_is_printed_and_not_taken_for_an_old_one(printer, tmp_path):
    hall = HallBench(tmp_path, {"printer-1": printer.url})
    hall.registrar.start()
    early = hall.take()  # the door may open first
    hall.supervisor.start()
    hall.until_up()
    hall.printing.start()
    hall.until_paper(early, PaperState.PRINTED)
    assert hall.slip_events(early) == [("SlipStarted", ""), ("SlipPrinted", "")]
    hall.stop()


def test_a_kiosk_without_a_printer_wants_no_slip(bench, printer):
    silent = bench.take("k3")
    printed = bench.take()
    bench.until_paper(printed, PaperState.PRINTED)
    assert bench.slip_events(silent) == []
    assert numbers(printer) == ["A002"]


def test_a_printer_that_no_config_names_fails_the_slip(bench):
    ticket = bench.take("k2")
    bench.until_paper(ticket, PaperState.FAILED)
    assert bench.slip_events(ticket) == [("SlipFailed", "not_opened")]


@pytest.mark.parametrize("fault", ["paper_out", "cover_open"])
def test_trouble_fails_the_slip_and_a_reprint_works_after_it(bench, printer, fault):
    printer.twin.fault(fault, True)
    ticket = bench.take()
    bench.until_paper(ticket, PaperState.FAILED)
    assert bench.slip_events(ticket) == [("SlipStarted", ""), ("SlipFailed", fault)]
    printer.twin.fault(fault, False)
    bench.until_up()
    assert numbers(printer) == []
    bench.reprint(ticket)
    bench.until_paper(ticket, PaperState.PRINTED)
    assert numbers(printer) == ["A001"]


def test_paper_running_out_in_the_slip_leaves_it_unknown_and_the_next_on_its_own_sheet(bench, printer):
    printer.twin.fault("paper_out", True, after=150)
    ticket = bench.take()
    bench.until_paper(ticket, PaperState.UNKNOWN)
    assert bench.slip_events(ticket)[-1] == ("SlipUnknown", "paper_out")
    printer.twin.fault("paper_out", False)
    bench.until_up()
    following = bench.take()
    bench.until_paper(following, PaperState.PRINTED)
    assert numbers(printer)[-1] == "A002"
    assert "A001" not in printer.twin.state()["slips"][-1]["text"]


def test_a_line_cut_in_the_slip_leaves_it_unknown_and_the_printer_comes_back(bench, printer):
    printer.twin.fault("cut_off", True, after=150)
    ticket = bench.take()
    bench.until_paper(ticket, PaperState.UNKNOWN)
    assert bench.slip_events(ticket)[-1][1] in ("link_lost", "no_answer")
    until(lambda: printer.twin.state()["connections"] == 2)
    bench.until_up()
    following = bench.take()
    bench.until_paper(following, PaperState.PRINTED)
    assert numbers(printer) == ["A001", "A002"]
    assert [slip["cut"] for slip in printer.twin.state()["slips"]] == [True, True]
    assert bench.paper(ticket) == PaperState.UNKNOWN


def test_a_printer_switched_off_fails_the_slip_at_once(bench, printer):
    printer.stop()
    until(lambda: bench.supervisor.handles["printer-1"].status().code is not None)
    ticket = bench.take()
    bench.until_paper(ticket, PaperState.FAILED)
    assert bench.slip_events(ticket)[-1] == ("SlipFailed", "link_lost")


def test_a_printer_that_falls_mute_in_the_slip_leaves_it_unknown(bench, printer):
    printer.twin.fault("mute", True, after=150)
    ticket = bench.take()
    bench.until_paper(ticket, PaperState.UNKNOWN)
    assert bench.slip_events(ticket)[-1] == ("SlipUnknown", "no_answer")


@pytest.mark.parametrize(("trusted", "state"), [((), "unknown"), (("printer-1",), "printed")])
def test_a_printer_without_a_way_back_is_believed_only_by_setting(printer, tmp_path, trusted, state):
    printer.twin.fault("one_way", True)
    options = Options(status=False)
    with HallBench(tmp_path, {"printer-1": printer.url}, options=options, trusted=trusted) as hall:
        hall.until_up()
        ticket = hall.take()
        hall.until_paper(ticket, state)
        until(lambda: numbers(printer) == ["A001"])
        if state == "unknown":
            assert hall.slip_events(ticket)[-1] == ("SlipUnknown", "unconfirmed")


def test_a_slip_that_nobody_waits_for_any_more_is_not_printed(printer, tmp_path):
    with HallBench(tmp_path, {"printer-1": printer.url}, fresh_s=0.0) as hall:
        hall.until_up()
        ticket = hall.take()
        hall.until_paper(ticket, PaperState.FAILED)
        assert hall.slip_events(ticket) == [("SlipFailed", "late")]
    assert numbers(printer) == []


def test_a_dead_printer_does_not_hold_up_the_other_one(printer, tmp_path):
    with (
        PrinterOnTcp(PrinterTwin("printer-2")) as second,
        HallBench(tmp_path, {"printer-1": printer.url, "printer-2": second.url}) as hall,
    ):
        hall.until_up()
        hall.until_up("printer-2")
        printer.twin.fault("mute", True)
        stuck, fine = hall.take("k1"), hall.take("k2")
        hall.until_paper(fine, PaperState.PRINTED)
        hall.until_paper(stuck, PaperState.FAILED)
        assert numbers(second) == ["A002"]


def test_a_layout_that_breaks_fails_the_slip_and_the_next_one_prints(printer, tmp_path):
    def sometimes(ticket) -> Slip:
        if ticket.number == "A001":
            raise KeyError("field")
        return compose(ticket)

    with HallBench(tmp_path, {"printer-1": printer.url}, compose=sometimes) as hall:
        hall.until_up()
        broken, whole = hall.take(), hall.take()
        hall.until_paper(whole, PaperState.PRINTED)
        assert hall.slip_events(broken) == [("SlipFailed", "bug")]


def test_after_a_restart_nothing_prints_late(printer, tmp_path):
    with HallBench(tmp_path, {}) as hall:
        hall.printing.stop()  # the reader is gone, numbers go on
        queued, begun, done = hall.take(), hall.take(), hall.take()
        hall.registrar.note(SlipStarted(ticket=begun, printer="printer-1"))
        hall.registrar.note(SlipStarted(ticket=done, printer="printer-1"))
        hall.registrar.note(SlipPrinted(ticket=done, printer="printer-1"))
    with HallBench(tmp_path, {"printer-1": printer.url}) as hall:
        assert (hall.paper(queued), hall.paper(begun), hall.paper(done)) == ("failed", "unknown", "printed")
        assert hall.slip_events(queued)[-1] == ("SlipFailed", "restart")
        assert hall.slip_events(begun)[-1] == ("SlipUnknown", "restart")
        hall.until_up()
        fresh = hall.take()
        hall.until_paper(fresh, PaperState.PRINTED)
        assert numbers(printer) == ["A004"]
        events = [hall.slip_events(t) for t in (queued, begun, done)]
    with HallBench(tmp_path, {"printer-1": printer.url}) as hall:
        assert [hall.slip_events(t) for t in (queued, begun, done)] == events


def test_a_box_killed_with_half_a_slip_in_the_printer_says_unknown_and_prints_nothing_late(printer, tmp_path):
    printer.twin.fault("slow", True)
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.printing.hall_bench", str(tmp_path), printer.url]
    with subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        watchdog = threading.Timer(30, child.kill)
        watchdog.start()
        assert child.stdout is not None
        ticket = child.stdout.readline().strip()
        until(lambda: printer.twin.state()["half"] is not None)
        os.kill(child.pid, signal.SIGKILL)
        watchdog.cancel()
    printer.twin.fault("slow", False)
    with HallBench(tmp_path, {"printer-1": printer.url}) as hall:
        assert hall.paper(ticket) == "unknown"
        assert hall.slip_events(ticket) == [("SlipStarted", ""), ("SlipUnknown", "restart")]
        hall.until_up()
        fresh = hall.take()
        hall.until_paper(fresh, PaperState.PRINTED)
    assert numbers(printer) == ["A001", "A002"]
    slips = printer.twin.state()["slips"]
    assert "A001" not in slips[-1]["text"]
