"""Hours, types of days and quotas of hall.toml -> spans of the day, and what makes no sense about them."""

import re
from collections.abc import Mapping, Sequence

from edge.hall.hours import as_minutes, hours_of, is_there
from edge.hall.plan import HallPlan, Hours, Quota, Service
from edge.hall.workdays import DayType
from edge.settings_bind import Problems
from edge.settings_tables import QuotaTable

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)")
_OPEN_DAYS = tuple(kind for kind in DayType if kind is not DayType.CLOSED)


class HoursCheck:
    """Turns the texts of a file into spans; each fault is a line."""

    def __init__(self, file: str, problems: Problems) -> None:
        self._file = file
        self._problems = problems

    def say(self, path: str, what: str) -> None:
        self._problems.add(self._file, path, what)

    def spans(self, texts: Sequence[str], path: str) -> tuple[Hours, ...]:
        """Spans of one day, in order and apart."""
        spans: list[Hours] = []
        for i, text in enumerate(texts):
            span = self._span(text, f"{path}[{i}]")
            if span and spans and span.opens < spans[-1].closes:
                self.say(f"{path}[{i}]", f'"{text}" begins before the span ahead of it ends')
            elif span:
                spans.append(span)
        return tuple(spans)

    def _span(self, text: str, path: str) -> Hours | None:
        opens, _, closes = text.partition("-")
        if _SPAN.fullmatch(text) and opens < closes:
            return Hours(opens, closes)
        self.say(path, f'a span is like "08:30-12:00", not "{text}"')
        return None

    def spans_on(self, table: Mapping[DayType, Sequence[str]], path: str) -> dict[DayType, tuple[Hours, ...]]:
        """Spans by type of day."""
        self._not_closed(tuple(table), path)
        return {kind: self.spans(texts, f"{path}.{kind}") for kind, texts in table.items()}

    def days(self, days: tuple[DayType, ...], path: str) -> tuple[DayType, ...]:
        self._not_closed(days, path)
        return days

    def _not_closed(self, days: Sequence[DayType], path: str) -> None:
        if DayType.CLOSED in days:
            self.say(path, "on a closed day nobody is there: leave closed out")

    def quotas(self, tables: Sequence[QuotaTable], path: str) -> tuple[Quota, ...]:
        quotas: list[Quota] = []
        for i, table in enumerate(tables):
            at = f"{path}[{i}]"
            if table.max < 1:
                self.say(f"{at}.max", f"at least 1, not {table.max}; hours say when there are no numbers")
            self._not_closed(table.days, f"{at}.days")
            if span := self._span(table.span, f"{at}.span"):
                quota = Quota(span, table.max, table.days)
                if other := next((q for q in quotas if _overlap(q, quota)), None):
                    of = f"{other.span.opens}-{other.span.closes}"
                    self.say(f"{at}.span", f'"{table.span}" overlaps "{of}" of the same service')
                quotas.append(quota)
        return tuple(quotas)

    def plan(self, plan: HallPlan) -> None:
        """What only the whole plan shows: services that nobody serves, times when no number can be had."""
        for service in plan.services:
            at = f"service.{service.id}"
            for kind in _OPEN_DAYS:
                if is_there(service.days, kind) and hours_of(plan, service, kind):
                    self._served(plan, service, kind, at)
                    self._issued(plan, service, kind)
            for i, quota in enumerate(service.quota):
                if not any(_applies(plan, service, quota, kind) for kind in _OPEN_DAYS):
                    self.say(f"{at}.quota[{i}].span", "lies outside of the service's hours")

    def _served(self, plan: HallPlan, service: Service, kind: DayType, at: str) -> None:
        serving = [c for c in plan.counters if c.takes_tickets and service.id in plan.services_of(c)]
        if serving and not any(is_there(c.days, kind) for c in serving):
            self.say(at, f"on {kind} days no counter serves it: nobody would be called")

    def _issued(self, plan: HallPlan, service: Service, kind: DayType) -> None:
        early, late = plan.rules.issue_opens_early_min, plan.rules.issue_stops_early_min
        for span in hours_of(plan, service, kind):
            start, end = as_minutes(span)
            if max(0, start - early) >= end - late:
                what = f"{late} leaves no time for numbers in {span.opens}-{span.closes}"
                self.say("rules.issue_stops_early_min", what)


def _overlap(one: Quota, other: Quota) -> bool:
    days = not one.days or not other.days or set(one.days) & set(other.days)
    return bool(days) and one.span.opens < other.span.closes and other.span.opens < one.span.closes


def _applies(plan: HallPlan, service: Service, quota: Quota, kind: DayType) -> bool:
    if not (is_there(service.days, kind) and is_there(quota.days, kind)):
        return False
    hours = hours_of(plan, service, kind)
    return any(h.opens < quota.span.closes and quota.span.opens < h.closes for h in hours)
