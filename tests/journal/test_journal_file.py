"""The journal's file: order, cursors, readers on many threads, and what a damaged one says."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.entries import link
from edge.errors import JournalError
from edge.hall.events import CounterOpened, DayClosed, DayOpened, Event
from edge.journal import Journal, entries_after, head
from edge.verify import verify
from tests.journal.moment import SOURCE, now


def opened(*counters: int) -> tuple[Event, ...]:
    return tuple(CounterOpened(counter=str(n)) for n in counters)


def altered(path: Path, *statements: str) -> None:
    """Somebody with a database tool."""
    db = sqlite3.connect(path)
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


def test_entries_are_numbered_from_one_without_holes(journal: Journal) -> None:
    first = journal.append(opened(1, 2), now())
    second = journal.append(opened(3), now())
    assert [e.seq for e in (*first, *second)] == [1, 2, 3] and journal.head == 3
    assert journal.read_after(0) == [*first, *second]
    assert journal.read_after(1, limit=1) == [first[1]]
    assert journal.read_after(3) == []


def test_a_reopened_journal_goes_on_where_it_was(open_journal: Callable[[], Journal]) -> None:
    before = open_journal()
    id, entries = before.id, before.append(opened(1, 2), now())
    after = open_journal()
    assert (after.id, after.head) == (id, 2)
    (third,) = after.append(opened(3), now())
    assert third.seq == 3 and third.chain == link(entries[1].chain, third.body)


def test_what_append_returns_is_what_is_read_back(journal: Journal) -> None:
    written = journal.append(opened(1), now("2026-11-22T01:02:03.456789+00:00"))
    assert written[0].stamp.at.microsecond == 456000
    assert list(written) == journal.read_after(0)


def test_cursors_are_saved_with_entries_and_without_them_and_survive(
    open_journal: Callable[[], Journal],
) -> None:
    journal = open_journal()
    assert journal.cursor("uplink") == 0
    batches = journal.batches
    journal.append(opened(1), now(), {"uplink": 1, "reports": 0})
    assert journal.batches == batches + 1
    journal.append((), now(), {"uplink": 7})
    again = open_journal()
    assert (again.cursor("uplink"), again.cursor("reports"), again.cursor("nobody")) == (7, 0, 0)


def test_nothing_to_write_is_no_transaction(journal: Journal) -> None:
    assert journal.append((), now()) == () and journal.batches == 0


def test_the_fold_starts_before_the_last_business_days(journal: Journal) -> None:
    assert journal.fold_start(1) == 0
    for day in (20, 21, 22):
        journal.append((DayOpened(date=f"2026-11-{day}", trusted=True), *opened(1, 2)), now())
        journal.append((DayClosed(date=f"2026-11-{day}"),), now())
    journal.append((DayOpened(date="2026-11-22", trusted=True, by_hand=True),), now())
    assert [journal.fold_start(days) for days in (1, 2, 3, 9)] == [8, 4, 0, 0]


def test_a_reader_waits_for_the_next_entry_and_wakes_at_once(journal: Journal) -> None:
    assert journal.wait_after(0, 0) is False
    woken: list[bool] = []
    reader = threading.Thread(target=lambda: woken.append(journal.wait_after(0, 60)))
    reader.start()
    journal.append(opened(1), now())
    reader.join(60)
    assert woken == [True] and journal.wait_after(0, 0) is True


def test_closing_wakes_who_waits(journal: Journal) -> None:
    woken: list[bool] = []
    reader = threading.Thread(target=lambda: woken.append(journal.wait_after(0, 60)))
    reader.start()
    journal.close()
    reader.join(60)
    assert woken == [False]
    with pytest.raises(JournalError, match="closed"):
        journal.read_after(0)


def test_many_threads_read_whole_batches_in_order_while_one_writes(journal: Journal) -> None:
    total, trouble = 200, []

    def read() -> None:
        seq = 0
        while seq < total:
            journal.wait_after(seq, 60)
            for entry in journal.read_after(seq, 50):
                if entry.seq != seq + 1:
                    trouble.append((seq, entry.seq))
                seq = entry.seq

    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    for n in range(0, total, 4):
        journal.append(opened(n, n + 1, n + 2, n + 3), now())
    for reader in readers:
        reader.join(60)
    assert not trouble and journal.head == total


def test_the_wal_is_moved_into_the_file_when_there_is_time_and_nothing_is_lost(
    journal: Journal, tmp_path: Path
) -> None:
    size = (tmp_path / "journal.db").stat().st_size
    grown = (tmp_path / "journal.db-wal").stat().st_size
    assert grown > 4_000_000
    for n in range(300):
        journal.append(opened(n), now())
    journal.tidy(idle=True)
    assert (tmp_path / "journal.db").stat().st_size > size
    for n in range(300):
        journal.append(opened(n), now())
    assert (tmp_path / "journal.db-wal").stat().st_size == grown
    assert verify(tmp_path / "journal.db").entries == 600


# --- a second daemon, a bystander ---------------------------------------------------------------------------


def test_a_second_daemon_on_the_same_folder_is_told_so(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="in use by another bianmin daemon"):
        Journal(tmp_path / "journal.db", source=SOURCE)
    journal.append(opened(1), now())


def test_a_bystander_reads_while_the_daemon_writes(journal: Journal, tmp_path: Path) -> None:
    journal.append(opened(1, 2, 3), now())
    assert head(tmp_path / "journal.db") == 3
    assert [e.seq for e in entries_after(tmp_path / "journal.db", 1)] == [2, 3]
    journal.append(opened(4), now())
    assert verify(tmp_path / "journal.db").head == 4


# --- what somebody did to the file --------------------------------------------------------------------------


@pytest.fixture
def closed_file(open_journal: Callable[[], Journal], tmp_path: Path) -> Path:
    """A closed journal of six entries."""
    journal = open_journal()
    journal.append((DayOpened(date="2026-11-22", trusted=True), *opened(1, 2, 3, 4, 5)), now(), {"uplink": 6})
    journal.close()
    return tmp_path / "journal.db"


def test_a_whole_journal_verifies(closed_file: Path) -> None:
    verdict = verify(closed_file)
    assert (verdict.entries, verdict.head, verdict.bad_seq, verdict.problem) == (6, 6, 0, "")


@pytest.mark.parametrize(
    ("statement", "bad", "word"),
    [
        (
            """UPDATE entry SET body = replace(body, '"counter":"3"', '"counter":"4"') WHERE seq = 4""",
            4,
            "not what",
        ),
        ("UPDATE entry SET chain = replace(chain, substr(chain, 1, 2), 'zz') WHERE seq = 3", 3, "not what"),
        ("DELETE FROM entry WHERE seq = 3", 3, "missing"),
        ("DELETE FROM entry WHERE seq = 1", 1, "missing"),
        ("DELETE FROM entry WHERE seq = 6", 6, "missing"),
        ("UPDATE entry SET seq = 9 WHERE seq = 6", 6, "missing"),
    ],
)
def test_verify_names_the_first_entry_that_was_changed_or_taken(
    closed_file: Path, statement: str, bad: int, word: str
) -> None:
    altered(closed_file, statement)
    verdict = verify(closed_file)
    assert verdict.bad_seq == bad and word in verdict.problem and verdict.entries == bad - 1


def test_verify_finds_two_entries_in_each_others_place(closed_file: Path) -> None:
    altered(
        closed_file,
        "UPDATE entry SET seq = 99 WHERE seq = 2",
        "UPDATE entry SET seq = 2 WHERE seq = 3",
        "UPDATE entry SET seq = 3 WHERE seq = 99",
    )
    assert verify(closed_file).bad_seq == 2


def test_a_daemon_does_not_go_on_behind_a_changed_last_entry(closed_file: Path) -> None:
    altered(closed_file, "UPDATE entry SET body = replace(body, 'counter', 'kounter') WHERE seq = 6")
    with pytest.raises(JournalError, match="entry 6 does not follow"):
        Journal(closed_file, source=SOURCE)


@pytest.mark.parametrize("keep", [100, 4096, 5000, 9000])
def test_half_a_file_is_a_journal_error_and_the_folder_is_free_again(closed_file: Path, keep: int) -> None:
    whole = closed_file.read_bytes()
    assert len(whole) > keep
    closed_file.write_bytes(whole[:keep])
    for _ in range(2):
        with pytest.raises(JournalError, match=r"journal\.db"):
            Journal(closed_file, source=SOURCE)
    with pytest.raises(JournalError):
        verify(closed_file)
    closed_file.write_bytes(whole)
    journal = Journal(closed_file, source=SOURCE)
    assert journal.head == 6
    journal.close()


def test_a_page_of_rubbish_in_the_middle_is_a_journal_error(closed_file: Path) -> None:
    whole = bytearray(closed_file.read_bytes())
    whole[4096 : 2 * 4096] = b"\xa5" * 4096
    closed_file.write_bytes(whole)
    with pytest.raises(JournalError):
        verify(closed_file)
    with pytest.raises(JournalError):
        Journal(closed_file, source=SOURCE)


@pytest.mark.parametrize("content", [b"not a database at all" * 99, b"\x00" * 8192])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "journal.db").write_bytes(content)
    with pytest.raises(JournalError, match=r"journal\.db"):
        Journal(tmp_path / "journal.db", source=SOURCE)


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    altered(tmp_path / "journal.db", "CREATE TABLE recipes (name TEXT)")
    before = (tmp_path / "journal.db").read_bytes()
    with pytest.raises(JournalError, match="not a journal"):
        Journal(tmp_path / "journal.db", source=SOURCE)
    with pytest.raises(JournalError, match="not a journal"):
        verify(tmp_path / "journal.db")
    assert (tmp_path / "journal.db").read_bytes() == before


def test_a_journal_of_a_newer_program_is_refused(closed_file: Path) -> None:
    altered(closed_file, "UPDATE meta SET value = '2' WHERE key = 'format'")
    with pytest.raises(JournalError, match="newer bianmin"):
        Journal(closed_file, source=SOURCE)


def test_verifying_what_is_not_there_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="no journal"):
        verify(tmp_path / "journal.db")
    assert list(tmp_path.iterdir()) == []


def nothing_yet_and_then_begins(path: Path) -> None:
    with pytest.raises(JournalError, match="nothing is written in it yet"):
        verify(path)
    journal = Journal(path, source=SOURCE)
    journal.append([CounterOpened(counter="1")], now())
    journal.close()
    assert verify(path).entries == 1


def test_a_hall_killed_in_its_first_moment_has_a_file_without_a_word_and_begins_all_the_same(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.db"
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode=WAL")
    db.close()
    nothing_yet_and_then_begins(path)


DIES_MAKING_IT = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
for said in ("PRAGMA cache_size=2", "BEGIN IMMEDIATE", "CREATE TABLE half (made)"):
    db.execute(said)
db.executemany("INSERT INTO half VALUES (zeroblob(4000))", [()] * 50)
os.kill(os.getpid(), 9)
"""


def test_a_hall_killed_while_it_makes_its_first_table_begins_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    subprocess.run([sys.executable, "-c", DIES_MAKING_IT, path], check=False, timeout=20)
    assert path.with_name("journal.db-journal").stat().st_size > 0, "what a reader may not undo"
    nothing_yet_and_then_begins(path)


def test_what_is_read_from_memory_is_what_is_on_disk_on_both_sides_of_the_border(
    journal: Journal, tmp_path: Path
) -> None:
    for n in range(300):  # more than the journal keeps at hand
        journal.append([CounterOpened(counter=str(n))], now())
    on_disk = list(entries_after(tmp_path / "journal.db", 0))
    assert [e.seq for e in on_disk] == list(range(1, 301))
    for seq in (0, 1, 42, 43, 44, 45, 46, 298, 299, 300, 301):
        for limit in (1, 7, 1000):
            assert journal.read_after(seq, limit) == on_disk[seq : seq + limit], (seq, limit)
