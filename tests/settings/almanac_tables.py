"""Writes config/calendar/*.toml from chinesecalendar and borax: `python -m tests.settings.almanac_tables`.

Both are MIT and needed here only: the product reads the tables. Run it when the year's notice is out and
chinesecalendar has it (early December), and read the difference.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from borax.calendars.lunardate import LCalendars, LunarDate, TermUtils
from chinese_calendar.constants import holidays, workdays

FOLDER = Path(__file__).resolve().parents[2] / "config" / "calendar"
NOTICES = {
    2025: "国务院办公厅关于2025年部分节假日安排的通知（2024-11-12）",
    2026: "国务院办公厅关于2026年部分节假日安排的通知（2025-11-04）",
}
LUNAR_YEARS = range(2024, 2047)


def tables() -> dict[str, str]:
    """File name -> text."""
    return {f"{year}.toml": year_table(year) for year in NOTICES} | {"lunar.toml": lunar_table()}


def year_table(year: int) -> str:
    made = f"chinesecalendar {version('chinesecalendar')} (MIT)"
    return "\n".join(
        [
            "#:schema ../schema/calendar-year.json",
            f"# Days off and make-up days of {year}; a date is never guessed. Table taken from {made}.",
            f"year = {year}",
            f'source = "{NOTICES[year]}"',
            *dates("off", (d for d in holidays if d.year == year)),
            *dates("work", (d for d in workdays if d.year == year)),
            "",
        ]
    )


def dates(name: str, days: Iterable[dt.date]) -> Iterator[str]:
    """A list with a line for each month."""
    months: dict[int, list[str]] = {}
    for day in sorted(days):
        months.setdefault(day.month, []).append(day.isoformat())
    yield f"{name} = ["
    for month in months.values():
        yield from (f"  {', '.join(month[i : i + 8])}," for i in range(0, len(month), 8))
    yield "]"


def lunar_table() -> str:
    lines = [
        "#:schema ../schema/calendar-lunar.json",
        "# Lunar years: first day, days of each month, the month after which a leap month comes; and",
        f"# Qingming of the solar year. Table taken from borax {version('borax')} (MIT).",
    ]
    for year in LUNAR_YEARS:
        months = list(LCalendars.iter_year_month(year))
        leap = next((month for month, _, is_leap in months if is_leap), 0)
        lines += ["", f"[year.{year}]", f"new_year = {LunarDate(year, 1, 1).to_solar_date()}"]
        lines += [f"days = [{', '.join(str(days) for _, days, _ in months)}]"]
        lines += [f"leap = {leap}"] if leap else []
        lines += [f"qingming = {qingming(year)}"]
    return "\n".join([*lines, ""])


def qingming(year: int) -> dt.date:
    april = (dt.date(year, 4, day) for day in range(3, 8))
    return next(d for d in april if TermUtils.get_term_info(d.year, d.month, d.day) == ("清明", True))


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in tables().items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
