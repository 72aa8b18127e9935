"""The list of those waiting is printed once, at somebody's word, and the journal says what became of it."""

from pathlib import Path

import pytest

from drivers.twins.printer import PrinterTwin
from edge import papers, paths, settings
from edge.commands.paper_preview import filled
from edge.hall.events import Event, WaitingListAsked, WaitingListEnded, WaitingListStarted
from edge.hall.words import Refused
from tests.drivers.printer_wire import PrinterOnTcp
from tests.printing.hall_bench import HallBench


@pytest.fixture
def printer():
    with PrinterOnTcp(PrinterTwin("printer-1")) as wire:
        yield wire


def list_events(bench: HallBench) -> list[Event]:
    return [
        e.event
        for e in bench.journal.read_after(0, 1000)
        if isinstance(e.event, WaitingListAsked | WaitingListStarted | WaitingListEnded)
    ]


def printed(printer: PrinterOnTcp) -> list[list[str]]:
    return [[line["text"] for line in slip["lines"]] for slip in printer.twin.state()["slips"]]


def test_everybody_who_waits_stands_on_one_paper(printer, tmp_path):
    with HallBench(tmp_path, {"printer-1": printer.url}) as bench:
        bench.until_up()
        for kiosk in ("k3", "k3", "k3"):
            bench.take(kiosk)
        bench.print_waiting()
        bench.until_list("printed")
        assert printed(printer)[-1] == ["A001 waiting", "A002 waiting", "A003 waiting"]
        ended = list_events(bench)[-1]
        assert [type(e) for e in list_events(bench)] == [
            WaitingListAsked,
            WaitingListStarted,
            WaitingListEnded,
        ]
        assert (ended.state, ended.code) == ("printed", "")


def test_a_dead_printer_makes_it_a_failed_list_and_not_a_late_one(tmp_path):
    with HallBench(tmp_path, {"printer-1": "tcp://127.0.0.1:9"}) as bench:
        bench.print_waiting()
        bench.until_list("failed")
        assert [type(e) for e in list_events(bench)] == [
            WaitingListAsked,
            WaitingListStarted,
            WaitingListEnded,
        ]
        again = bench.print_waiting()
        assert again.endswith("-2")


def test_after_a_restart_a_list_that_was_asked_for_failed_and_one_begun_is_unknown(printer, tmp_path):
    bench = HallBench(tmp_path, {"printer-1": printer.url})
    bench.registrar.start()
    day = bench.registrar.view.day.replace("-", "")
    for n, event in ((1, None), (2, WaitingListStarted)):
        bench.registrar.note(WaitingListAsked(list=f"{day}-{n}", printer="printer-1"))
        if event:
            bench.registrar.note(event(list=f"{day}-{n}", printer="printer-1"))
    bench.registrar.stop()
    bench.journal.close()
    with HallBench(tmp_path, {"printer-1": printer.url}) as after:
        ends = [e for e in list_events(after) if isinstance(e, WaitingListEnded)]
        assert [(e.list[-1], e.state, e.code) for e in ends] == [
            ("1", "failed", "restart"),
            ("2", "unknown", "restart"),
        ]
        assert printed(printer) == []


def test_while_one_is_being_printed_no_second_one_is_taken(printer, tmp_path):
    bench = HallBench(tmp_path, {"printer-1": printer.url})
    bench.registrar.start()
    bench.print_waiting()
    with pytest.raises(Refused, match="list_busy"):
        bench.print_waiting()
    bench.registrar.stop()
    bench.journal.close()


def test_the_products_own_list_says_number_service_time_and_who_was_missed():
    hall = settings.load(paths.shared("demo"))
    slip = filled(hall, hall.papers["waiting"])
    texts = [getattr(row, "text", "") for row in slip.rows]
    assert any(hall.plan.name in text for text in texts)
    assert any("2. C002" in text for text in texts)
    assert [text.strip() for text in texts if text.startswith("    ")] == [hall.texts.get("paper.no_show")]


@pytest.mark.parametrize(
    ("rows", "about", "wrong"),
    [
        ([{"text": "{number}", "each": True}], "ticket", r"row\[0\]\.each"),
        ([{"text": "{hall}"}, {"text": "{number}"}], "waiting", r"row\[1\].*no field 'number' here"),
        ([{"text": "{waiting}"}], "ticket", r"no field 'waiting' here"),
        ([{"text": "{hall}"}], "letter", "about"),
    ],
)
def test_a_paper_says_only_what_it_is_about(rows, about, wrong):
    with pytest.raises(ValueError, match=wrong):
        papers.Layout(tuple(papers.Row(**row) for row in rows), about=about)


def test_rows_for_everybody_stay_together():
    layout = papers.Layout(
        (
            papers.Row(text="{waiting}"),
            papers.Row(text="{number}", each=True),
            papers.Row(text="{note}", when="note", each=True),
            papers.Row(text="end"),
        ),
        about="waiting",
    )
    each = [{"number": "A001"}, {"number": "A002", "note": "held"}]
    rows = papers.slip(layout, {"waiting": "2"}, each).rows
    assert [row.text for row in rows] == ["2", "A001", "A002", "held", "end"]


def test_the_preview_of_the_list_is_a_picture(tmp_path: Path):
    from edge.__main__ import main

    assert main(["paper-preview", "waiting", "-o", str(tmp_path / "w.png")]) == 0
    assert (tmp_path / "w.png").read_bytes()[:4] == b"\x89PNG"
