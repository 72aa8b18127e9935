"""calendar.toml and the tables of calendar/ -> `Calendar`: types of days, official holidays, the moon."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from edge.hall.almanac import Almanac, LunarYear, YearDays
from edge.hall.workdays import Calendar, DayType, MarketRule
from edge.settings_bind import Problems, bind, parse, read
from edge.settings_tables import BRANCHES, WEEK, CalendarFile, LunarFile, MarketTable, YearFile

T = TypeVar("T")

LUNAR = "lunar"
WARN_FROM_MONTH = 12
"""The notice for a year comes between late October and early December of the one before."""


def calendar_of(file: CalendarFile, almanac: Almanac) -> Calendar:
    duty = dict.fromkeys(file.duty, DayType.DUTY)
    week = {**dict.fromkeys(WEEK, DayType.CLOSED), **dict.fromkeys(file.open, DayType.ORDINARY), **duty}
    dates = dict.fromkeys(file.market.dates, DayType.MARKET)
    dates.update(dict.fromkeys(file.closed, DayType.CLOSED))
    return Calendar(
        week=tuple(week[day] for day in WEEK),
        holidays=None if file.holidays == "open" else DayType(file.holidays),
        dates={**dates, **file.day},
        also_open=frozenset(file.also_open),
        market=_market(file.market),
        almanac=almanac,
    )


def _market(table: MarketTable) -> MarketRule:
    return MarketRule(
        weekdays=frozenset(WEEK.index(day) for day in table.weekdays),
        lunar=frozenset(table.lunar),
        solar=frozenset(table.solar),
        branches=frozenset(BRANCHES.index(animal) for animal in table.branches),
        opens=table.opens,
    )


def almanac_of(files: Iterable[tuple[Path, str]], problems: Problems) -> Almanac:
    """From `2026.toml`, one for each year, and `lunar.toml`; each with the name to show."""
    years: dict[int, YearDays] = {}
    lunar: dict[int, LunarYear] = {}
    for file, shown in files:
        if file.stem == LUNAR:
            lunar = _lunar(file, shown, problems)
        elif not re.fullmatch(r"20\d\d", file.stem):
            problems.add(shown, "", "unknown file (there are: lunar.toml, and 2027.toml for a year)")
        elif year := _bound(YearFile, file, shown, problems):
            if file.stem != str(year.year):
                problems.add(shown, "year", f"{year.year} belongs into {year.year}.toml")
            years[year.year] = YearDays(frozenset(year.off), frozenset(year.work))
    return Almanac(years, lunar)


def _lunar(file: Path, shown: str, problems: Problems) -> dict[int, LunarYear]:
    bound = _bound(LunarFile, file, shown, problems)
    years = {n: LunarYear(**vars(year)) for n, year in bound.year.items()} if bound else {}
    for n, year in years.items():
        end = year.new_year + timedelta(days=sum(year.days))
        following = years.get(n + 1)
        if year.new_year.year != n:
            problems.add(shown, f"year.{n}.new_year", f"is not in {n}")
        elif following and following.new_year != end:
            problems.add(shown, f"year.{n}.days", f"end before {end}, {n + 1} begins {following.new_year}")
    return years


def _bound(cls: type[T], file: Path, shown: str, problems: Problems) -> T | None:
    text = read(file, shown, problems)
    table = None if text is None else parse(text, shown, problems)
    return None if table is None else bind(cls, table, shown, problems)


def calendar_warnings(calendar: Calendar, today: date) -> list[str]:
    """Years whose official holidays are not known and should be, for a hall that goes by them."""
    years = [today.year] + [today.year + 1] * (today.month >= WARN_FROM_MONTH)
    missing = [year for year in years if year not in calendar.almanac.years]
    if calendar.holidays is None or not missing:
        return []
    return [
        f"calendar.toml: the days off of {year} are not known, and its dates are provisional: put the year's"
        f" notice into calendar/{year}.toml"
        for year in missing
    ]
