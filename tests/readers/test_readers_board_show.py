"""One board in time: a call flashes and stands, pages turn, what stands is sent again, tries."""

import pytest

from drivers.capabilities import BoardMessage
from edge.readers.board_pages import Page
from edge.readers.board_show import Show
from edge.settings_boards import BoardRules

CALL = (Page(BoardMessage(("A012",)), 6.0),)
IDLE = tuple(
    Page(BoardMessage((text,)), stays_s) for text, stays_s in (("name", 6.0), ("long", 10.0), ("fee", 6.0))
)


def played(show: Show, until: float, start: float = 0.0) -> list[tuple[float, str]]:
    """(when, what) of everything that is sent up to a time; `*` where the board is told to flash."""
    sent, now = [], start
    while now <= until:
        message = show.step(now)
        if message is not None:
            sent.append((now, "".join(message.lines) + "*" * bool(message.flash_s)))
        now = max(now + 0.001, show.due())
    return [(round(at, 1), text) for at, text in sent]


def show(**rules: object) -> Show:
    return Show(BoardRules(**{"refresh_s": 0, **rules}))


# --- a new call ---------------------------------------------------------------------------------------------


def test_a_board_that_flashes_by_itself_is_told_to_and_after_3_s_to_stand_still() -> None:
    one = show()
    one.flashes = True
    one.play(CALL, 0.0, is_call=True)
    assert played(one, 60) == [(0.0, "A012*"), (3.0, "A012")]


def test_a_board_that_cannot_is_told_text_and_nothing_in_turn_and_ends_with_the_text() -> None:
    one = show()
    one.play(CALL, 0.0, is_call=True)
    assert played(one, 60) == [(0, "A012"), (1, ""), (1.5, "A012"), (2.5, ""), (3.0, "A012")]


@pytest.mark.parametrize("rules", [{"blink": False}, {"flash_s": 0.0}])
def test_where_no_flash_is_wanted_a_call_stands_at_once(rules: dict[str, object]) -> None:
    one = show(**rules)
    one.play(CALL, 0.0, is_call=True)
    assert played(one, 60) == [(0.0, "A012")]


def test_a_call_that_was_there_before_does_not_flash() -> None:
    one = show()
    one.play(CALL, 0.0)
    assert played(one, 60) == [(0.0, "A012")]


def test_a_recall_flashes_anew_but_not_within_5_s() -> None:
    one = show()
    one.flashes = True
    one.play(CALL, 0.0, is_call=True)
    assert played(one, 4) == [(0, "A012*"), (3, "A012")]
    one.play(CALL, 4.0, is_call=True)
    assert played(one, 6, start=4.0) == []
    one.play(CALL, 7.0, is_call=True)
    assert played(one, 60, start=7.0) == [(7, "A012*"), (10, "A012")]


def test_another_call_goes_before_the_flash_of_the_first() -> None:
    one = show()
    one.play(CALL, 0.0, is_call=True)
    assert played(one, 0.5) == [(0, "A012")]
    one.play((Page(BoardMessage(("A013",)), 6.0),), 0.5, is_call=True)
    assert [text for _, text in played(one, 60, start=0.5)] == ["A013", "", "A013", "", "A013"]


def test_a_flash_ends_with_the_visit_that_it_called_for() -> None:
    one = show()
    one.play(CALL, 0.0, kind="call", is_call=True)
    played(one, 1.2)
    one.play(IDLE[:1], 1.2, kind="idle")
    assert played(one, 60, start=1.2) == [(1.2, "name")]


# --- pages --------------------------------------------------------------------------------------------------


def test_pages_turn_each_in_its_own_time_and_a_call_goes_before_them() -> None:
    one = show()
    one.play(IDLE, 0.0)
    assert played(one, 23) == [(0, "name"), (6, "long"), (16, "fee"), (22, "name")]
    one.play(CALL, 23.0, is_call=False)
    assert played(one, 90, start=23.0) == [(23, "A012")]
    one.play(IDLE, 91.0)
    assert played(one, 92, start=91.0) == [(91, "name")]


def test_a_page_whose_time_changed_goes_on_where_it_was() -> None:
    one = show()
    one.play(IDLE, 0.0, kind="idle")
    assert played(one, 7) == [(0, "name"), (6, "long")]
    later = (IDLE[0], Page(BoardMessage(("08:01",)), 10.0), IDLE[2])
    one.play(later, 7.0, kind="idle")
    assert played(one, 17, start=7.0) == [(7, "08:01"), (16, "fee")]
    one.play(later, 18.0, kind="idle")
    assert played(one, 18, start=18.0) == []


# --- boards that may have missed it -------------------------------------------------------------------------


def test_what_stands_is_sent_again_for_a_board_that_was_without_power() -> None:
    one = show(refresh_s=30.0)
    one.play(CALL, 0.0)
    assert played(one, 100) == [(0, "A012"), (30, "A012"), (60, "A012"), (90, "A012")]


def test_a_board_that_does_not_answer_is_told_each_new_page_three_times() -> None:
    one = show()
    one.is_sure = False
    one.play(IDLE[:2], 0.0)
    assert played(one, 7) == [
        *((at, "name") for at in (0.0, 0.1, 0.2)),
        *((at, "long") for at in (6.0, 6.1, 6.2)),
    ]


def test_nothing_is_sent_before_there_is_anything_to_show() -> None:
    one = show()
    assert one.step(0.0) is None
    assert one.due() > 1e9
