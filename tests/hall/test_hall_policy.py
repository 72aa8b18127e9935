"""Who is next: the one visible rule."""

from dataclasses import dataclass, replace

from hall_scenario import PLAN, Scene, with_rules
from hypothesis import given
from hypothesis import strategies as st

from edge.hall import policy
from edge.hall.plan import Counter

GENERAL = Counter("3", "综合窗口", general=True)
ONE = Counter("1", "1号窗口", ("social", "civil"))


@dataclass(frozen=True)
class Waiting:
    place: int
    service: str = "social"
    priority: str = ""
    returned: bool = False
    to_counter: str = ""


def order(counter: Counter, *waiting: Waiting, run: int = 0, plan=PLAN) -> list[int]:
    return [t.place for t in policy.in_order(plan, counter, waiting, run)]


def test_first_come_first_called():
    assert order(GENERAL, Waiting(2), Waiting(3), Waiting(1)) == [1, 2, 3]


def test_a_returned_no_show_goes_before_everybody():
    assert order(GENERAL, Waiting(1, priority="elderly"), Waiting(2), Waiting(3, returned=True)) == [3, 1, 2]


def test_priorities_go_first_in_the_plans_order():
    assert order(GENERAL, Waiting(1), Waiting(2, priority="soldier"), Waiting(3, priority="elderly")) == [
        3,
        2,
        1,
    ]


def test_after_some_priorities_in_a_row_one_of_the_others_is_called():
    waiting = [*(Waiting(n, priority="elderly") for n in range(10, 15)), Waiting(20), Waiting(21)]
    assert order(GENERAL, *waiting) == [10, 11, 20, 12, 13, 21, 14]
    assert order(GENERAL, *waiting, run=2) == [20, 10, 11, 21, 12, 13, 14]


def test_the_run_counts_only_while_others_wait():
    assert order(GENERAL, *(Waiting(n, priority="elderly") for n in range(4)), run=9) == [0, 1, 2, 3]


def test_a_priority_that_the_hall_does_not_know_is_none():
    assert order(GENERAL, Waiting(1), Waiting(2, priority="vip")) == [1, 2]


def test_the_counters_list_decides_before_time_within_a_rank():
    assert order(ONE, Waiting(1, "civil"), Waiting(2, "social"), Waiting(3, "social")) == [2, 3, 1]
    assert order(ONE, Waiting(1, "social"), Waiting(2, "civil", priority="elderly")) == [2, 1]


def test_what_a_general_counter_takes_beside_its_list_goes_by_time():
    general = Counter("3", "综合窗口", ("land",), general=True)
    assert order(general, Waiting(1, "civil"), Waiting(2, "social"), Waiting(3, "land")) == [3, 1, 2]
    assert order(GENERAL, Waiting(1, "civil"), Waiting(2, "social"), Waiting(3, "civil")) == [1, 2, 3]


def test_what_was_sent_to_the_counter_counts_as_its_first_service():
    assert order(ONE, Waiting(1, "land", to_counter="1"), Waiting(2, "social"), Waiting(0, "civil")) == [
        1,
        2,
        0,
    ]


def test_time_across_services_may_be_the_rule():
    plan = with_rules(first_come_across_services=True)
    assert order(ONE, Waiting(1, "civil"), Waiting(2, "social"), plan=plan) == [1, 2]


def test_nobody_waiting_is_nobody():
    assert policy.next_of(PLAN, ONE, (), 0) is None
    assert policy.in_order(PLAN, ONE, (), 5) == []


def test_priority_first_never_is_a_hall_without_priority():
    plan = with_rules(priority_in_a_row=0)
    assert order(GENERAL, Waiting(1, priority="elderly"), Waiting(2), plan=plan) == [2, 1]


lines = st.lists(
    st.builds(
        Waiting,
        place=st.integers(1, 10**6),
        service=st.sampled_from(["social", "civil", "land"]),
        priority=st.sampled_from(["", "", "elderly", "soldier"]),
        returned=st.booleans(),
    ),
    max_size=25,
    unique_by=lambda t: t.place,
)


@given(lines, st.integers(0, 5), st.sampled_from([ONE, GENERAL]), st.booleans())
def test_the_told_order_is_the_order_of_the_calls(waiting, run, counter, by_time):
    plan = with_rules(first_come_across_services=by_time)
    told = policy.in_order(plan, counter, waiting, run)
    left = list(waiting)
    for ticket in told:
        assert policy.next_of(plan, counter, left, run) == ticket
        left.remove(ticket)
        run = policy.run_after(plan, ticket, run)
    assert left == []


@given(lines, st.integers(0, 5))
def test_nobody_is_called_before_an_equal_who_came_earlier(waiting, run):
    told = policy.in_order(PLAN, GENERAL, waiting, run)
    by_rank: dict[int, list[int]] = {}
    for ticket in told:
        by_rank.setdefault(policy.rank(PLAN, ticket), []).append(ticket.place)
    assert all(places == sorted(places) for places in by_rank.values())


@given(lines)
def test_others_wait_behind_two_priorities_at_most(waiting):
    told = [t for t in policy.in_order(PLAN, GENERAL, waiting, 0) if not t.returned]
    run = 0
    for n, ticket in enumerate(told):
        run = run + 1 if policy.is_priority(PLAN, ticket) else 0
        others_wait = any(not policy.is_priority(PLAN, t) for t in told[n:])
        assert run <= 2 or not others_wait


def test_a_run_is_kept_for_each_counter():
    scene = Scene(replace(PLAN)).open("2", "3")
    for _ in range(4):
        scene.take(priority="elderly")
    for _ in range(2):
        scene.take()
    called = [scene.next(counter)[-1].number for counter in ("2", "3", "2", "3", "2", "3")]
    assert called == ["A001", "A002", "A003", "A004", "A005", "A006"]


def test_the_last_class_of_the_list_is_a_priority_too():
    waiting = [*(Waiting(n, priority="soldier") for n in range(10, 13)), Waiting(20)]
    assert order(GENERAL, *waiting) == [10, 11, 20, 12]
