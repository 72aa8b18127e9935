import contextlib
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.patience import Patience
from edge.readers.border import Border
from edge.readers.mqtt_window import Window
from tests.county.inventions import inventions

OURS = Border("510000", "510000001", "j1", "0.1.0", "boot-1")


def test_the_cursor_moves_only_as_far_as_there_is_no_hole() -> None:
    window = Window(20, cursor=10)
    for mid, seq in ((1, 11), (2, 12), (3, 13)):
        window.sent(mid, 0.0, seq)
    window.acknowledged(2)
    window.acknowledged(3)
    assert window.cursor == 10
    window.acknowledged(1)
    assert window.cursor == 13


@given(st.integers(1, 30).flatmap(lambda n: st.tuples(st.permutations(range(1, n + 1)), st.integers(0, n))))
def test_whatever_the_order_of_words_the_cursor_is_the_end_of_the_unbroken_run(
    case: tuple[list[int], int],
) -> None:
    order, words = case
    window = Window(len(order), cursor=0)
    for seq in range(1, len(order) + 1):
        window.sent(1000 + seq, 0.0, seq)
    for seq in order[:words]:
        window.acknowledged(1000 + seq)
    said = set(order[:words])
    assert window.cursor == next(n for n in range(len(order) + 1) if n + 1 not in said)
    assert window.room == words


def test_a_birth_takes_room_but_moves_no_cursor() -> None:
    window = Window(1, cursor=5)
    window.sent(7, 3.0)
    assert (window.room, window.oldest) == (0, 3.0)
    window.acknowledged(7)
    assert (window.room, window.oldest, window.cursor) == (1, None, 5)


def test_an_acknowledgement_of_nothing_is_nothing() -> None:
    window = Window(2, cursor=5)
    window.acknowledged(99)
    assert (window.room, window.cursor) == (2, 5)


def test_entries_sent_again_do_not_move_the_cursor_back() -> None:
    window = Window(2, cursor=5)
    window.sent(1, 0.0, 3)
    window.acknowledged(1)
    assert window.cursor == 5


def test_patience_doubles_to_its_end_and_begins_anew() -> None:
    patience = Patience(1, 120, random.Random(1))
    delays = [patience.delay_s() for _ in range(12)]
    for delay, whole in zip(delays, (1, 2, 4, 8, 16, 32, 64, 120, 120, 120, 120, 120), strict=True):
        assert whole / 10 <= delay <= whole
    patience.renew()
    assert patience.delay_s() <= 1


def test_a_hundred_halls_do_not_come_back_together() -> None:
    delays = sorted(Patience(1, 120, random.Random(seed)).long_s() for seed in range(100))
    assert delays[0] < 70 and delays[-1] > 110
    assert max(b - a for a, b in pairwise(delays)) < 10


def test_a_receipt_counts_for_its_own_journal_only() -> None:
    assert OURS.stored(b'{"journal":"j1","stored":12}') == 12
    assert OURS.stored(b'{"journal":"j2","stored":12}') is None


@pytest.mark.parametrize(
    "stored", [b'"12"', b"true", b"7.5", b"-1", b"null", b"1e400", b"9" * 40, b"NaN", b"{}"]
)
def test_what_is_no_number_is_no_receipt(stored: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        OURS.stored(b'{"journal":"j1","stored":' + stored + b"}")


def test_thousands_of_invented_receipts_and_births_are_nothing() -> None:
    for payload in inventions(
        {"journal": "j1", "stored": 12, "state": "online", "boot": "b"}, 3000, 20261122
    ):
        OURS.is_online(payload)
        OURS.rival(payload)
        with contextlib.suppress(ValueError):
            assert 0 <= (OURS.stored(payload) or 0) < 10**18


@given(
    st.one_of(
        st.binary(max_size=40), st.sampled_from([b"[" * 100_000, b"null", b"[]", b'{"journal":{}}', b"\xff"])
    )
)
def test_nonsense_at_the_border_is_nobody_and_nothing(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        OURS.stored(payload)
    assert OURS.rival(payload) in (None, "{}")


def test_another_journal_or_another_boot_under_our_name_is_a_rival() -> None:
    birth = OURS.status("online", "2026-11-22T00:00:00Z", 3)
    assert OURS.rival(birth) is None
    assert Border("510000", "510000001", "j2", "0.1.0", "boot-1").rival(birth) == "j1"
    assert Border("510000", "510000001", "j1", "0.1.0", "boot-2").rival(birth) == "j1"
