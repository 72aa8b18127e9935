"""Reports read the sheet and what was told later, from a real journal file."""

import csv
import io
import json
from datetime import date

import pytest
from openpyxl import load_workbook

from edge.__main__ import main
from edge.hall.events import SlipDecided
from edge.readers.reports import business_days, reports

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def told(written, day=MONDAY, last=None):
    written.write()
    return reports(written.folder / "journal.db", day, last or day)


def as_csv(capfdbinary, *words: str) -> list[dict[str, str]]:
    assert main(["report", *words, "--format", "csv"]) == 0
    content = capfdbinary.readouterr().out
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_day_that_goes_on_is_told_as_of_now(written):
    written.serve(score=5)
    (day,) = told(written)
    assert (day.is_closed, day.sheet.total.served, day.sheet.total.ratings[4]) == (False, 1, 1)


def test_a_closed_day_is_told_by_its_frozen_sheet(written):
    written.serve(score=4)
    written.serve()
    written.close()
    (day,) = told(written)
    assert day.is_closed
    assert (day.sheet.total, day.sheet.counters) == (day.now.total, day.now.counters)
    assert (day.sheet.total.served, day.sheet.total.unrated) == (2, 1)


def test_a_rating_two_days_later_is_a_new_line_and_the_sheet_stays(written):
    ticket = written.serve()
    written.close()
    written.day("2026-11-25")
    written.serve(score=1)
    written.rate_by_code(ticket, 5)
    (day,) = told(written)
    assert (day.sheet.total.ratings, day.sheet.total.unrated) == ((0, 0, 0, 0, 0), 1)
    assert (day.now.total.ratings, day.now.total.unrated) == ((0, 0, 0, 0, 1), 0)
    assert [(x.ticket, x.score) for x in day.later] == [(ticket, 5)]
    (later_day,) = told(written, date(2026, 11, 25))
    assert later_day.now.total.ratings == (1, 0, 0, 0, 0)


def test_a_word_on_a_slip_after_the_close_is_a_line_too(written):
    ticket = written.serve()
    written.close()
    written.scene.happens(SlipDecided(ticket=ticket, state="failed"))
    (day,) = told(written)
    assert [(x.paper, x.score) for x in day.later] == [("failed", 0)]
    assert day.now.total == day.sheet.total


def test_a_day_opened_again_is_not_closed_until_its_second_sheet(written):
    ticket = written.serve()
    written.close()
    written.rate_by_code(ticket, 2)
    assert len(told(written)[0].later) == 1
    written.scene.open("2")
    written.serve()
    (day,) = told(written)
    assert (day.is_closed, day.later, day.sheet.total.served) == (False, (), 2)
    written.close()
    (day,) = told(written)
    assert (day.is_closed, day.sheet.total.served, day.sheet.total.ratings[1]) == (True, 2, 1)


def test_a_month_has_a_line_a_day_and_pools_the_waits(written, capfdbinary):
    written.serve(wait_s=60)
    written.close()
    written.day("2026-11-24")
    for _ in range(3):
        written.serve(score=5, wait_s=600)
    written.close()
    written.write()
    rows = as_csv(capfdbinary, "month", "--data", str(written.folder))
    assert [(r["日期"], r["取号"], r["办结"]) for r in rows if r["类别"] == "当日"] == [
        ("2026-11-23", "1", "1"),
        ("2026-11-24", "3", "3"),
    ]
    total = rows[-1]
    assert (total["类别"], total["办结"], total["非常满意"], total["未评"]) == ("合计", "4", "3", "1")
    assert (total["等候中位数（分）"], total["主动评价率"]) == ("10.0", "0.75")
    assert [r["办结"] for r in rows if r["类别"] == "窗口"] == ["4"]


def test_a_day_as_csv_says_what_was_corrected(written, capfdbinary):
    ticket = written.serve()
    written.close()
    written.day("2026-11-24")
    written.rate_by_code(ticket, 3)
    written.write()
    rows = as_csv(capfdbinary, "day", "--data", str(written.folder), "--date", "2026-11-23")
    assert [r["类别"] for r in rows] == ["业务", "窗口", "合计", "更正", "合计（含更正）"]
    assert (rows[2]["未评"], rows[3]["名称"], rows[3]["基本满意"], rows[3]["未评"]) == (
        "1",
        "A001",
        "1",
        "-1",
    )
    assert (rows[4]["基本满意"], rows[4]["未评"]) == ("1", "0")


def test_json_and_table_say_the_same(written, capsys):
    written.serve(score=5)
    written.close()
    written.write()
    assert main(["report", "day", "--data", str(written.folder), "--format", "json"]) == 0
    (day,) = json.loads(capsys.readouterr().out)["days"]
    assert (day["closed"], day["sheet"]["total"]["ratings"]) == (True, [0, 0, 0, 0, 1])
    assert main(["report", "day", "--data", str(written.folder)]) == 0
    table = capsys.readouterr().out
    assert "业务日报 2026-11-23" in table
    assert "100.0%" in table


def test_a_spreadsheet_opens_and_holds_numbers(written, tmp_path):
    written.serve(score=5)
    written.write()
    out = tmp_path / "day.xlsx"
    words = ["report", "day", "--data", str(written.folder), "--format", "xlsx", "-o", str(out)]
    assert main(words) == 0
    sheet = load_workbook(out).active
    heads = [cell.value for cell in sheet[1]]
    total = dict(zip(heads, [cell.value for cell in sheet[sheet.max_row]], strict=True))
    assert (total["类别"], total["取号"], total["非常满意"]) == ("合计", 1, 1)


def test_names_come_from_the_config(written, capfdbinary):
    written.serve()
    written.write()
    rows = as_csv(capfdbinary, "day", "--data", str(written.folder), "--config", "config/demo")
    assert rows[0]["名称"] == "社保和贷款"


def test_the_daemon_may_be_writing_meanwhile(written):
    written.serve()
    written.write()
    from edge.journal import Journal

    journal = Journal(written.folder / "journal.db", source="/510000/510000001")
    try:
        assert business_days(written.folder / "journal.db") == ["2026-11-23"]
        assert reports(written.folder / "journal.db", MONDAY, MONDAY)[0].sheet.total.served == 1
    finally:
        journal.close()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["day", "--date", "yesterday"], "not a date like 2026-11-23"),
        (["month", "--date", "2026-13"], "not a date like 2026-11"),
        (["day", "--date", "2020-01-01"], "the journal has 2026-11-23 to 2026-11-23"),
        (["day", "--format", "xlsx"], "add -o FILE.xlsx"),
    ],
)
def test_wrong_input_is_one_line_that_helps(written, capsys, words, says):
    written.write()
    assert main(["report", *words, "--data", str(written.folder)]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_no_journal_is_wrong_input(tmp_path, capsys):
    assert main(["report", "day", "--data", str(tmp_path)]) == 2
    assert "there is no journal" in capsys.readouterr().err
