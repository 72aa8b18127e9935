"""What is said next, from views alone: each call once, none stale, undone or of another floor."""

from typing import Any

import pytest

from kiosk_ui.voice.service import volume_at
from kiosk_ui.voice.turns import Turns, Words

STALE_S = 60.0


def view(*calls: tuple[int, str, str], seq: int = 0, **more: Any) -> dict[str, Any]:
    """Calls as (seq, number, counter), newest first."""
    at = "2026-11-23T09:41:00+08:00"
    return {
        "seq": seq or max((c[0] for c in calls), default=10),
        "clock": {"at": at},
        "counters": [{"id": "1", "floor": "1f"}, {"id": "2", "floor": "2f"}, {"id": "3", "floor": ""}],
        "calls": [{"seq": s, "number": n, "counter": c, "at": at} for s, n, c in calls],
        "desk": {"emergency": None},
    } | more


def said(turns: Turns, now_s: float = 0.0) -> list[str]:
    found = []
    while (turn := turns.next(now_s, STALE_S)) is not None:
        found.append(turn.phrase if isinstance(turn, Words) else turn.number)
    return found


def begun(*calls: tuple[int, str, str], zone: str = "") -> Turns:
    turns = Turns(zone)
    turns.look(view(*calls), 0.0)
    return turns


def test_what_was_called_before_is_not_said_and_what_comes_is_said_once_in_order() -> None:
    turns = begun((5, "A001", "1"))
    assert said(turns) == []
    newer = view((9, "B001", "2"), (7, "A002", "1"), (5, "A001", "1"))
    turns.look(newer, 1.0)
    turns.look(newer, 2.0)
    assert said(turns, 2.0) == ["A002", "B001"]
    assert said(turns, 3.0) == []


def test_a_recall_is_said_again() -> None:
    turns = begun((5, "A001", "1"))
    turns.look(view((8, "A001", "1"), (5, "A001", "1")), 1.0)
    assert said(turns, 1.0) == ["A001"]


def test_a_stale_call_is_dropped() -> None:
    turns = begun()
    turns.look(view((11, "A001", "1")), 10.0)
    turns.look(view((12, "B001", "2"), (11, "A001", "1")), 50.0)
    assert said(turns, 75.0) == ["B001"]


def test_an_undone_call_that_was_not_said_yet_is_not_said() -> None:
    turns = begun()
    turns.look(view((11, "A001", "1")), 1.0)
    turns.look(view(seq=12), 2.0)
    assert said(turns, 2.0) == []
    turns.look(view((14, "A001", "1")), 3.0)
    assert said(turns, 3.0) == ["A001"]


def test_a_counter_that_called_on_takes_its_former_call_back() -> None:
    turns = begun()
    turns.look(view((11, "A001", "1")), 1.0)
    turns.look(view((15, "A002", "1"), (13, "B001", "2"), (11, "A001", "1")), 2.0)
    assert said(turns, 2.0) == ["B001", "A002"]


def test_a_call_that_six_others_pushed_off_the_list_is_said_all_the_same() -> None:
    turns = begun()
    turns.look(view((11, "A001", "1")), 1.0)
    turns.look(view(*((n, f"B{n:03}", "2") for n in range(25, 13, -2))), 2.0)
    assert said(turns, 2.0) == ["A001", "B025"]


def test_each_floor_says_its_own_and_what_has_no_floor() -> None:
    turns = begun(zone="1f")
    turns.look(view((13, "A001", "1"), (12, "B001", "2"), (11, "C001", "3")), 1.0)
    assert said(turns, 1.0) == ["C001", "A001"]


def test_another_journal_begins_anew() -> None:
    turns = begun((500, "A009", "1"))
    turns.look(view((20, "A001", "1")), 1.0)
    assert said(turns, 1.0) == []
    turns.look(view((22, "A002", "1"), (20, "A001", "1")), 2.0)
    assert said(turns, 2.0) == ["A002"]


@pytest.mark.parametrize(("ago", "words"), [("09:40:50", ["A001"]), ("09:35:00", [])])
def test_after_a_gap_calls_are_as_old_as_they_say(ago: str, words: list[str]) -> None:
    turns = begun()
    later = view((11, "A001", "1"))
    later["calls"][0]["at"] = f"2026-11-23T{ago}+08:00"
    turns.look(later, 400.0, after_gap=True)
    assert said(turns, 400.0) == words


def test_an_evacuation_silences_calls_is_said_again_and_its_end_is_said() -> None:
    turns = begun()
    declared = {"emergency": {"kind": "evacuate", "drill": False}}
    turns.look(view((11, "A001", "1"), desk=declared), 1.0)
    assert said(turns, 1.0) == ["evacuate"]
    assert said(turns, 10.0) == []
    assert said(turns, 30.0) == ["evacuate"]
    turns.look(view((11, "A001", "1")), 31.0)
    assert said(turns, 31.0) == ["over"]


def test_a_suspended_service_is_said_once_and_a_drill_says_so() -> None:
    turns = begun()
    turns.look(view(desk={"emergency": {"kind": "suspend", "drill": False}}), 1.0)
    assert said(turns, 1.0) + said(turns, 100.0) == ["suspend"]
    turns.look(view(desk={"emergency": {"kind": "evacuate", "drill": True}}), 101.0)
    assert said(turns, 101.0) == ["drill"]


def test_others_that_would_become_stale_hurry_a_call() -> None:
    turns = begun()
    turns.look(view((12, "B001", "2"), (11, "A001", "1")), 0.0)
    turns.next(50.0, STALE_S)
    assert turns.hurried(50.0, STALE_S, 12.0)
    assert not turns.hurried(40.0, STALE_S, 12.0)


def test_the_volume_goes_by_the_hour() -> None:
    plan = {"volume": 80, "hour": [{"span": "12:00-14:00", "volume": 30}]}
    assert [volume_at(plan, at) for at in ("11:59", "12:00", "13:59", "14:00")] == [80, 30, 30, 80]


def test_what_was_not_heard_to_its_end_is_next_unless_it_is_stale() -> None:
    turns = begun()
    turns.look(view((13, "B001", "2"), (11, "A001", "1")), 1.0)
    first = turns.next(1.0, STALE_S)
    assert first
    turns.again(first)
    assert said(turns, 20.0) == ["A001", "B001"]
    turns.again(first)
    assert said(turns, 62.0) == []


@pytest.mark.parametrize("kind", ["suspend", "evacuate"])
def test_an_emergency_that_was_not_heard_is_said_again_at_once(kind: str) -> None:
    turns = begun()
    turns.look(view(desk={"emergency": {"kind": kind, "drill": False}}), 1.0)
    first = turns.next(1.0, STALE_S)
    assert first == Words(kind)
    turns.again(first)
    assert turns.next(2.0, STALE_S) == Words(kind)
    turns.look(view(), 3.0)
    over = turns.next(3.0, STALE_S)
    assert over == Words("over")
    turns.again(over)
    assert said(turns, 4.0) == ["over"]
