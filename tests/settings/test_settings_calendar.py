"""Working days and types of days from the product's own tables: vectors, agreement, and what check says."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import chinese_calendar
import pytest
from borax.calendars.lunardate import LunarDate

from edge import settings
from edge.commands import check
from edge.hall.almanac import Almanac, branch_of
from edge.hall.workdays import Calendar, DayType
from edge.settings_bind import Problems
from edge.settings_calendar import almanac_of, calendar_warnings
from tests.settings.almanac_tables import FOLDER, LUNAR_YEARS, tables
from tests.settings.test_settings_commands import run


@pytest.fixture(scope="module")
def almanac() -> Almanac:
    problems = Problems()
    found = almanac_of([(f, f.name) for f in sorted(FOLDER.glob("*.toml"))], problems)
    assert problems.lines == []
    return found


def days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(n) for n in range((last - first).days + 1)]


@pytest.fixture
def hall(folder: Path) -> Callable[[str], Calendar]:
    """The calendar of a hall with this calendar.toml."""

    def hall(text: str) -> Calendar:
        (folder / "calendar.toml").write_text(text)
        return settings.load(folder).plan.calendar

    return hall


# --- the tables ---------------------------------------------------------------------------------------------


def test_the_tables_are_those_of_the_two_libraries() -> None:
    written = {p.name: p.read_text("utf-8") for p in FOLDER.glob("*.toml")}
    assert written == tables(), "run: python -m tests.settings.almanac_tables, and read the difference"


def test_every_day_is_a_working_day_or_not_as_chinesecalendar_says(almanac: Almanac) -> None:
    for day in days(dt.date(2025, 1, 1), dt.date(2026, 12, 31)):
        assert almanac.is_working(day) == chinese_calendar.is_workday(day), day


def test_every_lunar_day_is_that_of_borax(almanac: Almanac) -> None:
    for day in days(dt.date(2024, 2, 10), dt.date(LUNAR_YEARS[-1], 12, 31)):
        assert almanac.lunar_day(day) == LunarDate.from_solar(day).day, day


def test_beyond_the_lunar_table_nothing_is_guessed(almanac: Almanac) -> None:
    assert almanac.lunar_day(dt.date(2024, 2, 9)) is None
    assert almanac.lunar_day(dt.date(2047, 6, 1)) is None


# --- vectors of standards.md §7 -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-02-13", 5, "2026-02-27"),  # Saturday 14 February works, then nine days are off
        ("2026-09-18", 5, "2026-09-24"),  # Sunday 20 September works
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-04-30", 3, "2026-05-08"),
        ("2025-12-30", 3, "2026-01-05"),  # Sunday 4 January works
    ],
)
def test_a_term_ends_on_the_day_that_both_libraries_say(
    almanac: Almanac, start: str, n: int, due: str
) -> None:
    end = Calendar(almanac=almanac).working_day_after(dt.date.fromisoformat(start), n)
    assert (end.day.isoformat(), end.provisional) == (due, False)


def test_a_term_that_needs_next_years_notice_is_provisional(almanac: Almanac) -> None:
    end = Calendar(almanac=almanac).working_day_after(dt.date(2026, 12, 28), 5)
    assert (end.day, end.provisional) == (dt.date(2027, 1, 5), True)


def test_a_term_of_no_days_ends_at_once_or_on_the_first_working_day(almanac: Almanac) -> None:
    calendar = Calendar(almanac=almanac)
    assert calendar.working_day_after(dt.date(2026, 11, 20), 0).day == dt.date(2026, 11, 20)
    assert calendar.working_day_after(dt.date(2026, 11, 21), 0).day == dt.date(2026, 11, 23)
    with pytest.raises(ValueError, match="-1 working days"):
        calendar.working_day_after(dt.date(2026, 11, 20), -1)


def test_lunar_three_six_nine_markets_of_february_2026(hall: Callable[[str], Calendar]) -> None:
    calendar = hall("[market]\nlunar = [3, 6, 9]\n")
    february = days(dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    markets = [d.day for d in february if calendar.type_of(d) is DayType.MARKET]
    assert markets == [3, 6, 10, 13, 16, 19, 22, 25]


def test_the_branch_of_a_day() -> None:
    assert (branch_of(dt.date(2000, 1, 7)), branch_of(dt.date(2026, 11, 21))) == (0, 11)


def test_statutory_days_of_a_year_without_notice_are_thirteen(almanac: Almanac) -> None:
    off = [d for d in days(dt.date(2027, 1, 1), dt.date(2027, 12, 31)) if almanac.is_holiday(d)]
    assert [d.isoformat()[5:] for d in off] == [
        "01-01", "02-05", "02-06", "02-07", "02-08", "04-05", "05-01", "05-02", "06-09", "09-15",
        "10-01", "10-02", "10-03",
    ]  # fmt: skip


# --- calendar.toml ------------------------------------------------------------------------------------------

WEEK = 'open = ["mon", "tue", "wed", "thu", "fri"]\n'
DUTY = WEEK + 'duty = ["sat", "sun"]\n'


def test_a_five_day_week_with_weekend_duty_and_closed_holidays(hall: Callable[[str], Calendar]) -> None:
    calendar = hall(DUTY + 'holidays = "closed"\n')
    kinds = {d: calendar.type_of(dt.date(2026, 9, d)).value for d in range(18, 28)}
    assert kinds == {
        18: "ordinary",
        19: "duty",
        20: "ordinary",  # a make-up Sunday
        21: "ordinary",
        22: "ordinary",
        23: "ordinary",
        24: "ordinary",
        25: "closed",  # Mid-Autumn
        26: "closed",
        27: "closed",
    }


def test_a_hall_may_be_on_duty_on_holidays(hall: Callable[[str], Calendar]) -> None:
    assert hall(WEEK + 'holidays = "duty"\n').type_of(dt.date(2026, 10, 1)) is DayType.DUTY


def test_holidays_that_a_hall_does_not_name_change_nothing(hall: Callable[[str], Calendar]) -> None:
    calendar = hall(WEEK)
    assert calendar.type_of(dt.date(2026, 10, 1)) is DayType.ORDINARY
    assert calendar.type_of(dt.date(2026, 9, 20)) is DayType.CLOSED


@pytest.mark.parametrize(
    ("rule", "market", "other"),
    [
        ('weekdays = ["wed"]', "2026-11-25", "2026-11-26"),
        ("solar = [0, 5]", "2026-11-25", "2026-11-26"),
        ("solar = [0, 5]", "2026-11-30", "2026-12-01"),
        ('branches = ["rat", "goat"]', "2026-11-22", "2026-11-23"),
        ("dates = [2026-11-26]", "2026-11-26", "2026-11-25"),
    ],
)
def test_each_kind_of_market_rule(
    hall: Callable[[str], Calendar], rule: str, market: str, other: str
) -> None:
    calendar = hall(f"[market]\n{rule}\n")
    assert calendar.type_of(dt.date.fromisoformat(market)) is DayType.MARKET
    assert calendar.type_of(dt.date.fromisoformat(other)) is DayType.ORDINARY


def test_a_market_on_sunday_counts_only_where_it_opens_the_hall(hall: Callable[[str], Calendar]) -> None:
    sunday = dt.date(2026, 11, 22)
    rule = '[market]\nweekdays = ["sun"]\n'
    assert hall(DUTY + rule).type_of(sunday) is DayType.DUTY
    opened = hall(DUTY + rule + "opens = true\n")
    assert opened.type_of(sunday) is DayType.MARKET
    assert not opened.is_working(sunday)


def test_the_halls_own_word_on_a_date_wins(hall: Callable[[str], Calendar]) -> None:
    calendar = hall(
        DUTY
        + 'holidays = "closed"\nclosed = [2026-11-24]\nalso_open = [2026-11-28]\n'
        + '[day]\n2026-10-01 = "duty"\n2026-11-25 = "closed"\n2027-02-06 = "closed"\n'
        + '[market]\nweekdays = ["wed"]\n'
    )
    said = {
        d: calendar.type_of(dt.date.fromisoformat(d)).value
        for d in ("2026-10-01", "2026-11-24", "2026-11-25", "2026-11-28", "2026-11-29")
    }
    assert list(said.values()) == ["duty", "closed", "closed", "ordinary", "duty"]
    assert calendar.working_day_after(dt.date(2026, 11, 23), 1).day == dt.date(2026, 11, 26)
    assert calendar.is_working(dt.date(2026, 11, 28))
    assert not calendar.is_provisional(dt.date(2027, 2, 6))
    assert calendar.is_provisional(dt.date(2027, 2, 8))


def test_a_year_file_of_the_hall_ends_the_provisional_time(
    folder: Path, hall: Callable[[str], Calendar]
) -> None:
    (folder / "calendar").mkdir()
    (folder / "calendar" / "2027.toml").write_text(
        'year = 2027\nsource = "made up"\noff = [2027-01-01, 2027-01-02, 2027-01-04]\nwork = [2027-01-09]\n'
    )
    calendar = hall(WEEK + 'holidays = "closed"\n')
    assert not calendar.is_provisional(dt.date(2027, 1, 4))
    assert calendar.type_of(dt.date(2027, 1, 4)) is DayType.CLOSED
    assert calendar.type_of(dt.date(2027, 1, 9)) is DayType.ORDINARY
    end = calendar.working_day_after(dt.date(2026, 12, 31), 5)
    assert (end.day, end.provisional) == (dt.date(2027, 1, 9), False)


def test_the_example_of_the_readme_is_a_calendar(hall: Callable[[str], Calendar]) -> None:
    text = (FOLDER.parent / "README.md").read_text("utf-8")
    example = text.partition("In `calendar.toml`:\n\n")[2].partition("\nIn `hall.toml`")[0]
    calendar = hall("".join(line.removeprefix("    ") for line in example.splitlines(keepends=True)))
    week = [calendar.type_of(dt.date(2026, 11, day)).value for day in range(16, 23)]
    assert week == ["ordinary", "market", "market", "market", "closed", "market", "duty"]


# --- what check says ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (
            "2027.toml",
            'year = 2026\nsource = "x"\noff = []\nwork = []\n',
            "calendar/2027.toml: year: 2026 belongs into 2026.toml",
        ),
        (
            "2027.toml",
            'year = 2027\nsource = "x"\noff = [2026-01-01]\nwork = []\n',
            "calendar/2027.toml: off: 2026-01-01 is not in 2027",
        ),
        (
            "2027.toml",
            'year = 2027\nsource = "x"\noff = []\nwork = [2027-01-04]\n',
            "calendar/2027.toml: work: 2027-01-04 is no Saturday or Sunday",
        ),
        ("2027.toml", "year = 2027\noff = []\nwork = []\n", "calendar/2027.toml: source: missing"),
        (
            "next.toml",
            "",
            "calendar/next.toml: unknown file (there are: lunar.toml, and 2027.toml for a year)",
        ),
        (
            "lunar.toml",
            "[year.2026]\nnew_year = 2026-02-17\ndays = [30]\n",
            "calendar/lunar.toml: year.2026.days: 29 or 30 for each of 12 months, of 13 in a leap year",
        ),
        (
            "lunar.toml",
            "[year.2026]\nnew_year = 2026-02-17\ndays = [29, 29, 30, 29, 29, 30, 29, 29, 30, 30, 30, 29]\n"
            "[year.2027]\nnew_year = 2027-02-06\ndays = [30, 30, 29, 30, 29, 29, 30, 29, 29, 30, 30, 29]\n",
            "calendar/lunar.toml: year.2026.days: end before 2027-02-05, 2027 begins 2027-02-06",
        ),
    ],
)
def test_a_wrong_table_is_one_line(
    folder: Path, problems: Callable[[], list[str]], name: str, text: str, line: str
) -> None:
    (folder / "calendar").mkdir()
    (folder / "calendar" / name).write_text(text)
    assert problems() == [line]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            'duty = ["sat"]\n',
            "calendar.toml: duty: 'sat' stands under open as well: take it out there",
        ),
        (
            'holidays = "off"\n',
            """calendar.toml: holidays: must be one of 'open', 'duty' or 'closed', not "off\"""",
        ),
        ("[market]\nlunar = [13]\n", "calendar.toml: market.lunar: last digits, 0 to 9, not 13"),
        (
            '[market]\nbranches = ["cat"]\n',
            "calendar.toml: market.branches: no animal 'cat' at place 1 (there are: rat, ox, tiger, rabbit,"
            " dragon, snake, horse, goat, monkey, rooster, dog, pig)",
        ),
        (
            '[day]\n2026-11-20 = "holiday"\n',
            "calendar.toml: day.2026-11-20: must be one of 'ordinary', 'market', 'duty' or 'closed',"
            ' not "holiday"',
        ),
        (
            '[day]\nholiday = "closed"\n',
            'calendar.toml: day.holiday: must be a date like 2026-10-01, not "holiday"',
        ),
        (
            'closed = [2026-11-20]\n[day]\n2026-11-20 = "duty"\n',
            "calendar.toml: day: 2026-11-20 stands under closed as well",
        ),
        (
            "closed = [2026-11-20]\n[market]\ndates = [2026-11-20]\n",
            "calendar.toml: closed: 2026-11-20 stands under market.dates as well",
        ),
    ],
)
def test_a_wrong_calendar_is_one_line(
    folder: Path, problems: Callable[[], list[str]], text: str, line: str
) -> None:
    (folder / "calendar.toml").write_text(text)
    assert problems() == [line]


def test_from_december_on_a_year_without_its_notice_is_warned_of(hall: Callable[[str], Calendar]) -> None:
    calendar = hall(WEEK + 'holidays = "closed"\n')
    assert calendar_warnings(calendar, dt.date(2026, 11, 30)) == []
    assert ["2027" in w for w in calendar_warnings(calendar, dt.date(2026, 12, 1))] == [True]
    assert len(calendar_warnings(calendar, dt.date(2027, 12, 1))) == 2
    assert calendar_warnings(hall(WEEK), dt.date(2030, 1, 1)) == []


def test_check_says_the_warning_and_goes_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "staff.toml").chmod(0o600)
    (folder / "calendar.toml").write_text('holidays = "closed"\n')
    (folder / "calendar").mkdir()
    assert run(check, str(folder)) == 0
    said = capsys.readouterr().err
    warned = calendar_warnings(settings.load(folder).plan.calendar, dt.date.today())
    assert said == "".join(f"warning: {w}\n" for w in warned)
