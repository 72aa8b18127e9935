"""Pruning: what goes, what stays, and that the chain holds behind it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.hall.events import CounterOpened, DayClosed, DayOpened
from edge.journal import Journal, entries_after
from edge.verify import verify
from tests.journal.moment import SOURCE, now


def day(journal: Journal, n: int, boot: str = "", entries: int = 5) -> None:
    """One business day of so many entries beside its opening and close."""
    at = now(f"2026-11-{n:02d}T01:00:00+00:00", boot=boot or f"boot-{n}")
    opened = DayOpened(date=f"2026-11-{n:02d}", trusted=True)
    journal.append((opened, *(CounterOpened(counter=str(i)) for i in range(entries))), at)
    journal.append((DayClosed(date=f"2026-11-{n:02d}"),), at)


@pytest.fixture
def ten_days(journal: Journal) -> Journal:
    """Seven entries a day; day 10 ends with entry 70."""
    for n in range(1, 11):
        day(journal, n)
    journal.append((), now(), {"uplink": 70})
    return journal


def test_the_last_days_stay_whole(ten_days: Journal) -> None:
    assert [ten_days.prunable(days, ()) for days in (1, 3, 9, 10, 99)] == [63, 49, 7, 0, 0]


def test_what_a_cursor_has_not_passed_stays(ten_days: Journal) -> None:
    ten_days.append((), now(), {"uplink-firm": 20})
    assert ten_days.prunable(3, ()) == 14
    assert ten_days.prunable(3, ("reports",)) == 0, "a reader that never came has passed nothing"


def test_what_the_present_boot_said_stays(open_journal: Callable[[], Journal]) -> None:
    journal = open_journal()
    for n in range(1, 4):
        day(journal, n)
    for n in range(4, 9):
        day(journal, n, boot="boot-long")
    assert journal.prunable(2, ()) == 21


def test_steps_leave_an_anchor_and_the_chain_holds(ten_days: Journal) -> None:
    upto, gone = ten_days.prunable(3, ()), []
    while step := ten_days.prune(upto, 20):
        gone.append(step)
        verdict = verify(ten_days.path)
        assert (verdict.bad_seq, verdict.first, verdict.head) == (0, sum(gone) + 1, 70)
    assert gone == [20, 20, 9]
    assert [e.seq for e in ten_days.read_after(0, 2)] == [50, 51]
    assert ten_days.fold_start(1) == 63 and ten_days.prunable(3, ()) == 0


def test_a_pruned_journal_goes_on_and_is_read_by_everybody(
    ten_days: Journal, open_journal: Callable[[], Journal]
) -> None:
    ten_days.prune(ten_days.prunable(1, ()), 1000)
    again = open_journal()
    (next_,) = again.append((CounterOpened(counter="9"),), now())
    assert next_.seq == 71 and verify(again.path).bad_seq == 0
    assert [e.seq for e in entries_after(again.path, 0)] == list(range(64, 72))


def test_the_newest_entry_is_never_pruned(ten_days: Journal, open_journal: Callable[[], Journal]) -> None:
    while ten_days.prune(10_000, 1000):
        pass
    again = open_journal()
    assert [e.seq for e in again.read_after(0)] == [70]
    assert again.append((CounterOpened(counter="9"),), now())[0].seq == 71
    assert verify(again.path).bad_seq == 0


def test_what_was_taken_from_behind_the_anchor_is_seen(ten_days: Journal, tmp_path: Path) -> None:
    ten_days.prune(21, 100)
    ten_days.close()
    db = sqlite3.connect(tmp_path / "journal.db")
    db.execute("DELETE FROM entry WHERE seq = 22")
    db.commit()
    db.close()
    assert verify(tmp_path / "journal.db").bad_seq == 22


def test_a_clock_that_jumps_ahead_takes_nothing_away(ten_days: Journal) -> None:
    at = now("2036-11-22T01:00:00+00:00", trusted=False, boot="boot-x")
    ten_days.append((DayOpened(date="2036-11-22", trusted=False),), at, {"uplink": 71})
    assert ten_days.prunable(11, ()) == 0 and ten_days.prunable(4, ()) == 49


def test_the_file_does_not_grow_where_as_much_goes_as_comes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db", source=SOURCE)
    sizes = []
    for n in range(1, 29):
        day(journal, n, entries=200)
        journal.prune(journal.prunable(3, ()), 1000)
        for _ in range(40):
            journal.probe()  # until the WAL is half full, and moves
        journal.tidy(idle=True)
        sizes.append((tmp_path / "journal.db").stat().st_size)
    journal.close()
    whole = (tmp_path / "journal.db").stat().st_size
    assert 0 < whole < 28 * 202 * 500 / 3, "three days of 28, and no more"
    assert verify(tmp_path / "journal.db").bad_seq == 0
