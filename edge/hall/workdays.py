"""Which kind of day a date is in this hall, and when so many working days are over: pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from edge.hall.almanac import Almanac, branch_of


class DayType(StrEnum):
    ORDINARY = "ordinary"
    MARKET = "market"
    """赶场天, 逢场天: everybody is at his post, A and B."""
    DUTY = "duty"
    """值班: weekends and holidays with a few counters."""
    CLOSED = "closed"


@dataclass(frozen=True)
class MarketRule:
    """When the market is; a day that one of these names is a market day."""

    weekdays: frozenset[int] = frozenset()
    """0 Monday … 6 Sunday."""
    lunar: frozenset[int] = frozenset()
    """Last digits of the lunar day: 3, 6, 9 for 逢三六九."""
    solar: frozenset[int] = frozenset()
    """Last digits of the day of the month."""
    branches: frozenset[int] = frozenset()
    """Of the twelve-branch cycle: 9 for 鸡场."""
    opens: bool = False
    """Also where week or holiday say closed or on duty; else only ordinary days become market days."""

    def holds(self, day: date, almanac: Almanac) -> bool:
        lunar = almanac.lunar_day(day) if self.lunar else None
        return (
            day.weekday() in self.weekdays
            or (lunar is not None and lunar % 10 in self.lunar)
            or day.day % 10 in self.solar
            or branch_of(day) in self.branches
        )


@dataclass(frozen=True)
class WorkingDay:
    """The end of a term."""

    day: date
    provisional: bool
    """暂定: a year's notice was not known yet, and the date may move when it is."""


EVERY_DAY = (DayType.ORDINARY,) * 7


@dataclass(frozen=True)
class Calendar:
    week: tuple[DayType, ...] = EVERY_DAY
    """Seven, Monday first."""
    holidays: DayType | None = None
    """What an official holiday is here; None: holidays and make-up days are days as any other."""
    dates: Mapping[date, DayType] = field(default_factory=dict)
    """The hall's own word on a date, over everything else."""
    also_open: frozenset[date] = frozenset()
    """Open whatever the week says; market days where the rule says so."""
    market: MarketRule = field(default_factory=MarketRule)
    almanac: Almanac = field(default_factory=Almanac)

    def type_of(self, day: date) -> DayType:
        kind = self._found.get(day)
        if kind is None:
            kind = self._found[day] = self._type_of(day)
        return kind

    @cached_property
    def _found(self) -> dict[date, DayType]:
        """Types of the days that were asked for: every view asks for today's many times."""
        return {}

    def _type_of(self, day: date) -> DayType:
        if own := self.dates.get(day):
            return own
        kind = DayType.ORDINARY if day in self.also_open else self._usual(day)
        becomes = kind is DayType.ORDINARY or self.market.opens
        return DayType.MARKET if becomes and self.market.holds(day, self.almanac) else kind

    def is_provisional(self, day: date) -> bool:
        """Might the notice for this year, which is not known yet, make another day of it?"""
        own = day in self.dates or day in self.also_open
        return not own and self.holidays is not None and not self.almanac.is_known(day)

    def is_working(self, day: date) -> bool:
        """Does this day count in a term of working days (工作日)? A market on a Sunday alone does not."""
        own = DayType.ORDINARY if day in self.also_open else self.dates.get(day, DayType.MARKET)
        return self.almanac.is_working(day) if own is DayType.MARKET else own is DayType.ORDINARY

    def working_day_after(self, start: date, n: int) -> WorkingDay:
        """The n-th working day after `start`, which itself is not counted; it ends at close of business.

        Civil Code art. 201 and 203. With n = 0 the first working day from `start` on. n must not be negative.
        """
        if n < 0:
            raise ValueError(f"a term of {n} working days")
        day, left, provisional = start, n, not self.almanac.is_known(start)
        while left or not self.is_working(day):
            day += timedelta(days=1)
            provisional |= not self.almanac.is_known(day)
            left -= left > 0 and self.is_working(day)
        return WorkingDay(day, provisional)

    def _usual(self, day: date) -> DayType:
        if self.holidays is not None:
            if self.almanac.is_holiday(day):
                return self.holidays
            if self.almanac.is_make_up(day):
                return DayType.ORDINARY
        return self.week[day.weekday()]
