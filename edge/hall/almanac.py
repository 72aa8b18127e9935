"""What the official notices and the moon say of a date: pure, from tables that settings hand in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

SATURDAY = 5
# Checked against 2000-01-07 = 子 (rat) and 2026-11-21 = 亥 (pig).
_BRANCH_OF_2000 = 6


@dataclass(frozen=True)
class YearDays:
    """One year's notice of the State Council: weekdays off and weekends at work."""

    off: frozenset[date]
    """Every day of a holiday's span, its weekend included."""
    work: frozenset[date]
    """调休: make-up days, all of them on a weekend."""


@dataclass(frozen=True)
class LunarYear:
    """One lunar year, by the solar year in which it begins."""

    new_year: date
    """The first day of its first month."""
    days: tuple[int, ...]
    """Of each month in order, 29 or 30; 12 or 13 of them."""
    leap: int = 0
    """The month after which the leap month comes; 0: none."""
    qingming: date | None = None
    """Of this solar year; not lunar, but no calendar of fixed dates has it either."""

    def day_of(self, month: int, day: int) -> date:
        """A date of an ordinary month, 1 to 12."""
        before = month - 1 + (0 < self.leap < month)
        return self.new_year + timedelta(days=sum(self.days[:before]) + day - 1)


@dataclass(frozen=True)
class Almanac:
    years: Mapping[int, YearDays] = field(default_factory=dict)
    lunar: Mapping[int, LunarYear] = field(default_factory=dict)

    def is_known(self, day: date) -> bool:
        """Has the notice for this year come? What is said of a year without it is provisional (暂定)."""
        return day.year in self.years

    def is_holiday(self, day: date) -> bool:
        """In the span of a holiday; of a year without its notice only the statutory days themselves."""
        if year := self.years.get(day.year):
            return day in year.off
        return day in self._statutory(day.year)

    def is_make_up(self, day: date) -> bool:
        year = self.years.get(day.year)
        return year is not None and day in year.work

    def is_working(self, day: date) -> bool:
        """工作日 as the law counts it, whatever one hall does."""
        return self.is_make_up(day) or (day.weekday() < SATURDAY and not self.is_holiday(day))

    def lunar_day(self, day: date) -> int | None:
        """Day of the lunar month, 1 to 30; None beyond the table."""
        for year in (self.lunar.get(day.year), self.lunar.get(day.year - 1)):
            if year and day >= year.new_year:
                return _in_month((day - year.new_year).days, year.days)
        return None

    def _statutory(self, year: int) -> frozenset[date]:
        # 全国年节及纪念日放假办法, 2025: New Year, four days of Spring Festival from its eve, Qingming,
        # 1 and 2 May, Dragon Boat, Mid-Autumn, 1 to 3 October: 13 days.
        fixed = [date(year, month, day) for month, day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))]
        if lunar := self.lunar.get(year):
            fixed += [lunar.new_year + timedelta(days=n) for n in range(-1, 3)]
            fixed += [lunar.day_of(5, 5), lunar.day_of(8, 15)]
            fixed += [lunar.qingming] if lunar.qingming else []
        return frozenset(fixed)


def branch_of(day: date) -> int:
    """Place of a day in the twelve-branch cycle (地支): 0 子 rat, 1 丑 ox … 11 亥 pig."""
    return ((day - date(2000, 1, 1)).days + _BRANCH_OF_2000) % 12


def _in_month(n: int, months: tuple[int, ...]) -> int | None:
    """Day of the month of the n-th day of a year, from 0; None after its last."""
    for days in months:
        if n < days:
            return n + 1
        n -= days
    return None
