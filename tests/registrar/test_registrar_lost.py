"""A journal that is damaged or gone: moved aside, a new one begins, and no number is given twice."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from edge.books import open_books
from edge.errors import JournalError
from edge.hall.commands import OpenDay, StartNumbers
from edge.hall.events import NumbersStartAt, TicketIssued
from edge.hall.words import By, Door, Refused
from edge.registrar import Registrar
from edge.verify import verify
from tests.crash.hall import MORNING, PLAN
from tests.registrar.days import DESK, TAKE
from tests.registrar.hand import HandClock

HALF = 5000
"""Where the upper half of 1 to 9999 begins, 4999 numbers below it."""


@pytest.fixture
def books(tmp_path: Path, clock: HandClock) -> Iterator[Callable[[], Registrar]]:
    """Opens what the daemon opens, each call after closing the former."""
    opened: list[Registrar] = []

    def close() -> None:
        while opened:
            registrar = opened.pop()
            registrar.stop()
            registrar.journal.close()

    def open_() -> Registrar:
        close()
        opened.append(open_books(tmp_path / "journal.db", PLAN, clock))
        return opened[-1]

    yield open_
    close()


def take(registrar: Registrar) -> TicketIssued:
    event = registrar.ask(TAKE).events[-1]
    assert isinstance(event, TicketIssued)
    return event


def closed_with(books: Callable[[], Registrar], numbers: int) -> str:
    """A day of so many numbers, closed; the journal's id."""
    registrar = books()
    for _ in range(numbers):
        take(registrar)
    id = registrar.journal.id
    registrar.stop()
    registrar.journal.close()
    return id


def rubbish(path: Path, at: int = 4096) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(os.urandom(4096))


def test_a_damaged_journal_is_moved_aside_and_numbers_go_on_in_the_upper_half(
    books: Callable[[], Registrar], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "journal.db"
    id = closed_with(books, 3)
    rubbish(path)
    damaged = path.read_bytes()
    registrar = books()
    assert registrar.journal.id != id and take(registrar).number == f"A{HALF}"
    (aside,) = (p for p in tmp_path.glob("journal.db.damaged-*") if not p.name.endswith(("-wal", "-shm")))
    assert aside.name == "journal.db.damaged-20261122T010000Z" and aside.read_bytes() == damaged
    assert "moved aside as journal.db.damaged-20261122T010000Z" in caplog.text
    assert books().journal.after == "" and take(books()).number == f"A{HALF + 1}"
    assert verify(path).bad_seq == 0
    events = [e.event for e in books().journal.read_after(0)]
    assert sum(isinstance(e, NumbersStartAt) for e in events) == len(PLAN.services)


def test_numbers_that_the_damaged_file_still_shows_are_not_given_again(
    books: Callable[[], Registrar], tmp_path: Path
) -> None:
    registrar = books()
    registrar.ask(StartNumbers(by=DESK, service="social", last=HALF + 40))
    for _ in range(20):
        last = take(registrar)
    closed_with(books, 0)
    whole = (tmp_path / "journal.db").read_bytes()
    (tmp_path / "journal.db").write_bytes(b"\x00" * 4096 + whole[4096:])
    assert take(books()).number == f"A{int(last.number[1:]) + 1}"


@pytest.mark.parametrize("left", [0, 100, 5000])
def test_half_a_file_begins_a_new_journal(books: Callable[[], Registrar], tmp_path: Path, left: int) -> None:
    path = tmp_path / "journal.db"
    closed_with(books, 2)
    (tmp_path / "hall.key").write_bytes(b"k" * 32)
    path.write_bytes(path.read_bytes()[:left])
    assert take(books()).number == f"A{HALF}"


def test_a_journal_that_is_gone_from_a_folder_with_a_key_begins_in_the_upper_half(
    books: Callable[[], Registrar], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "hall.key").write_bytes(b"k" * 32)
    assert take(books()).number == f"A{HALF}" and "is gone" in caplog.text


def test_a_first_start_begins_at_one_and_says_what_a_spare_box_must_be_told(
    books: Callable[[], Registrar], caplog: pytest.LogCaptureFixture
) -> None:
    assert take(books()).number == "A001"
    assert "if another machine gave numbers today" in caplog.text


def test_an_entry_that_cannot_be_read_is_damage(books: Callable[[], Registrar], tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    closed_with(books, 3)
    (tmp_path / "checkpoint.json").unlink()
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"type":"bianmin.ticket.issued"', b'"tope":"bianmin.ticket.issued"', 1))
    assert take(books()).number == f"A{HALF}"


def test_another_programs_database_is_left_where_it_is(
    books: Callable[[], Registrar], tmp_path: Path
) -> None:
    db = sqlite3.connect(tmp_path / "journal.db")
    db.execute("CREATE TABLE recipes (name TEXT)")
    db.close()
    with pytest.raises(JournalError, match="not a journal"):
        books()
    assert not list(tmp_path.glob("*damaged*"))


def lose(books: Callable[[], Registrar], path: Path) -> Registrar:
    closed_with(books, 3)
    rubbish(path)
    return books()


def test_the_next_day_begins_at_one_where_the_clock_was_right(
    books: Callable[[], Registrar], tmp_path: Path, clock: HandClock
) -> None:
    clock.now = replace(clock.now, trusted=True)
    registrar = lose(books, tmp_path / "journal.db")
    assert take(registrar).number == f"A{HALF}"
    clock.go(days=1)
    assert take(registrar).number == "A001"


def test_under_a_wrong_clock_the_next_day_may_be_the_lost_one(
    books: Callable[[], Registrar], tmp_path: Path, clock: HandClock
) -> None:
    closed_with(books, 3)
    rubbish(tmp_path / "journal.db")
    clock.set(MORNING - timedelta(days=400))
    clock.now = replace(clock.now, boot="boot-2")
    registrar = books()
    assert take(registrar).number == f"A{HALF}"
    registrar.ask(OpenDay(by=DESK, date="2026-11-22", time="10:00"))
    again = take(registrar)
    # The one before has come along into the new day, and keeps its number.
    assert again.ticket == f"510000001-20261122-A{HALF + 1}"
    clock.go(days=1)
    assert take(registrar).number == "A001"


# --- a person's word ----------------------------------------------------------------------------------------


def test_a_person_says_the_last_number_of_another_machine(books: Callable[[], Registrar]) -> None:
    registrar = books()
    registrar.ask(StartNumbers(by=DESK, service="social", last=45))
    assert take(registrar).number == "A046"
    registrar.ask(StartNumbers(by=DESK, service="social", last=10))
    assert take(registrar).number == "A047"


def test_a_person_brings_numbers_back_from_the_upper_half(
    books: Callable[[], Registrar], tmp_path: Path
) -> None:
    registrar = lose(books, tmp_path / "journal.db")
    assert registrar.view.numbers_in_doubt == ("social", "tax")
    registrar.ask(StartNumbers(by=DESK, service="social", last=3))
    assert take(registrar).number == "A004" and registrar.view.numbers_in_doubt == ("tax",)


def test_nobody_knows_is_the_upper_half_of_every_range(books: Callable[[], Registrar]) -> None:
    registrar = books()
    registrar.ask(StartNumbers(by=DESK))
    assert take(registrar).number == f"A{HALF}"


@pytest.mark.parametrize(
    ("service", "last", "no"), [("nothing", 1, "no_service"), ("social", 10_000, "bad_number")]
)
def test_a_number_outside_the_range_is_refused(
    books: Callable[[], Registrar], service: str, last: int, no: str
) -> None:
    with pytest.raises(Refused, match=no):
        books().ask(StartNumbers(by=By(Door.HTTP), service=service, last=last))
