"""Who is next: pure functions, the hall's one visible rule.

The order at a counter: returned no-shows; priority classes in the plan's order, but at most
`priority_in_a_row` of them one after another while others wait; then first come. Within one of these
ranks the counter's own list of services decides, then the place in time. Services that a general counter
takes beside its list share one place, so that none of them starves.
"""

import sys
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from edge.hall.plan import Counter, HallPlan
from edge.hall.words import CounterId, ServiceId


class InLine(Protocol):
    """What the rule looks at."""

    @property
    def service(self) -> ServiceId: ...
    @property
    def to_counter(self) -> CounterId: ...
    @property
    def priority(self) -> str: ...
    @property
    def returned(self) -> bool: ...
    @property
    def place(self) -> float: ...


@dataclass(frozen=True)
class Newcomer:
    """Somebody who has no number yet."""

    service: ServiceId
    priority: str
    to_counter: CounterId = ""
    returned: bool = False
    place: float = sys.maxsize


T = TypeVar("T", bound=InLine)


def rank(plan: HallPlan, ticket: InLine) -> int:
    """0 a returned no-show, 1… a priority class, last the others."""
    if ticket.returned:
        return 0
    if ticket.priority in plan.priorities:
        return 1 + plan.priorities.index(ticket.priority)
    return 1 + len(plan.priorities)


def is_priority(plan: HallPlan, ticket: InLine) -> bool:
    return 0 < rank(plan, ticket) <= len(plan.priorities)


def next_of(plan: HallPlan, counter: Counter, waiting: Iterable[T], priority_run: int) -> T | None:
    """The ticket that the counter calls now; `priority_run` = its last calls in a row with priority."""
    candidates = list(waiting)
    if priority_run >= plan.rules.priority_in_a_row:
        candidates = _without_priority(plan, candidates)
    return min(candidates, key=lambda t: key(plan, counter, t), default=None)


def in_order(plan: HallPlan, counter: Counter, waiting: Iterable[T], priority_run: int) -> list[T]:
    """All waiting tickets as the counter would call them one after another, if nobody else came."""
    tickets = sorted(waiting, key=lambda t: key(plan, counter, t))
    favoured = deque(t for t in tickets if is_priority(plan, t))
    others = deque(t for t in tickets if not is_priority(plan, t))
    ordered: list[T] = []
    while favoured or others:
        heads = [line[0] for line in (favoured, others) if line]
        ticket = next_of(plan, counter, heads, priority_run) or heads[0]
        (favoured if is_priority(plan, ticket) else others).popleft()
        ordered.append(ticket)
        priority_run = run_after(plan, ticket, priority_run)
    return ordered


def run_after(plan: HallPlan, called: InLine, priority_run: int) -> int:
    """The counter's run of priority calls after this call; a returned no-show leaves it as it was."""
    if called.returned:
        return priority_run
    return priority_run + 1 if is_priority(plan, called) else 0


def before_because(plan: HallPlan, counter: Counter, other: InLine, mine: InLine) -> str:
    """Why the counter calls `other` before `mine`, in one word; the class of a priority is never told.

    `returned`, `priority`, `service` (the counter's list), `earlier`, or `turn`: after so many calls with
    priority one without goes first.
    """
    theirs, ours = rank(plan, other), rank(plan, mine)
    if theirs != ours:
        if theirs > ours:
            return "turn"
        return "returned" if other.returned else "priority"
    if _service_place(plan, counter, other) < _service_place(plan, counter, mine):
        return "service"
    return "earlier"


def ahead(plan: HallPlan, ticket: InLine, line: Iterable[InLine]) -> int:
    """How many of the line are before this ticket, by rank and place in time."""
    mine = (rank(plan, ticket), ticket.place)
    return sum((rank(plan, other), other.place) < mine for other in line)


def key(plan: HallPlan, counter: Counter, ticket: InLine) -> tuple[int, int, float]:
    """The smaller, the sooner does this counter call this ticket, priorities in a row apart."""
    return (rank(plan, ticket), _service_place(plan, counter, ticket), ticket.place)


def _without_priority(plan: HallPlan, waiting: list[T]) -> list[T]:
    """Those without priority, where there is such a one."""
    return [t for t in waiting if not is_priority(plan, t)] or waiting


def _service_place(plan: HallPlan, counter: Counter, ticket: InLine) -> int:
    if plan.rules.first_come_across_services or ticket.to_counter == counter.id:
        return 0
    own = counter.services
    return own.index(ticket.service) if ticket.service in own else len(own)
