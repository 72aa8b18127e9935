"""The checkpoint: the same hall with it and without it, and believed only where it may be."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edge import checkpoint
from edge.folding import fold
from edge.hall.commands import CloseDay, OpenDay, RateByCode, TakeTicket
from edge.hall.events import TicketIssued
from edge.hall.plan import HallPlan
from edge.hall.words import By, Door
from edge.journal import Journal
from edge.values import Values
from edge.verify import verify
from tests.crash.hall import PLAN, House
from tests.registrar.days import DESK, TAKE, live, serve
from tests.registrar.hand import HandClock
from tests.waiting import until


def kept(folder: Path) -> Path:
    return folder / checkpoint.FILE


def served(open_house: Callable[..., House], clock: HandClock) -> House:
    """A hall that has served some people and is closed."""
    house = open_house()
    serve(house, clock)
    house.close()
    return house


def states(folder: Path) -> tuple[dict, dict]:
    """Folded with the checkpoint, and without."""
    journal = Journal(folder / "journal.db", source="/510000/510000001")
    try:
        assert kept(folder).exists()
        with_it = fold(journal, PLAN)
        kept(folder).unlink()
        without = fold(journal, PLAN)
    finally:
        journal.close()
    assert (with_it.floor, with_it.last) == (without.floor, without.last)
    assert with_it.entries < without.entries
    return checkpoint.state_of(with_it.hall), checkpoint.state_of(without.hall)


def test_a_clean_stop_leaves_a_checkpoint_and_the_next_start_folds_nothing(
    open_house: Callable[..., House], clock: HandClock
) -> None:
    house = served(open_house, clock)
    journal = Journal(house.path, source="/510000/510000001")
    folded = fold(journal, PLAN)
    journal.close()
    assert folded.entries == 0 and folded.hall.seq == journal.head > 5 and not folded.stale
    assert verify(house.path).checkpoint == "same"


def test_without_the_checkpoint_the_fold_takes_longer_and_nothing_else(
    open_house: Callable[..., House], clock: HandClock, tmp_path: Path
) -> None:
    house = open_house()
    live(house, clock, 3)
    serve(house, clock)
    house.close()
    with_it, without = states(tmp_path)
    assert with_it == without and len(with_it["feedback"]) > 2


def test_the_days_close_is_kept_while_the_hall_runs(house: House, clock: HandClock, tmp_path: Path) -> None:
    serve(house, clock)
    assert not kept(tmp_path).exists()
    clock.go(days=1)
    until(kept(tmp_path).exists)
    verdict = verify(house.path)
    assert verdict.checkpoint == "same" and verdict.bad_seq == 0


def test_after_a_cut_only_what_came_after_the_days_close_is_folded(
    open_house: Callable[..., House], clock: HandClock, tmp_path: Path
) -> None:
    house = open_house()
    serve(house, clock)
    house.registrar.ask(CloseDay(by=DESK))
    until(kept(tmp_path).exists)
    closed = kept(tmp_path).read_bytes()
    clock.go(days=1)
    serve(house, clock)
    head = house.journal.head
    house.close()
    kept(tmp_path).write_bytes(closed)  # as if the power had gone before the stop
    journal = Journal(house.path, source="/510000/510000001")
    folded = fold(journal, PLAN)
    journal.close()
    assert 0 < folded.entries <= head / 2 and folded.hall.seq == head
    with_it, without = states(tmp_path)
    assert with_it == without


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("A001", "A007"),
        lambda text: "",
        lambda text: "no checkpoint\nat all",
    ],
)
def test_a_torn_or_altered_checkpoint_is_no_checkpoint(
    open_house: Callable[..., House], clock: HandClock, tmp_path: Path, harm: Callable[[str], str]
) -> None:
    serve(open_house(), clock)
    open_house().close()
    kept(tmp_path).write_text(harm(kept(tmp_path).read_text()))
    number = open_house().registrar.ask(TAKE).events[-1]
    assert isinstance(number, TicketIssued) and number.number == "A004"


def test_a_checkpoint_of_another_plan_or_another_journal_is_not_believed(
    open_house: Callable[..., House], clock: HandClock, tmp_path: Path
) -> None:
    house = served(open_house, clock)
    id, path = house.journal.id, kept(tmp_path)
    assert checkpoint.load(path, id, PLAN)
    assert checkpoint.load(path, "another", PLAN) is None
    assert checkpoint.load(path, id, replace(PLAN, rules=replace(PLAN.rules, recall_limit=9))) is None


def test_a_checkpoint_behind_which_the_journal_was_put_back_is_not_believed(
    open_house: Callable[..., House], clock: HandClock
) -> None:
    house = served(open_house, clock)
    before = house.path.read_bytes()
    open_house().registrar.ask(TAKE)
    open_house().close()
    house.path.write_bytes(before)
    again = open_house()
    number = again.registrar.ask(TAKE).events[-1]
    assert isinstance(number, TicketIssued) and number.number == "A004"


def test_verify_tells_a_checkpoint_that_the_journal_does_not_bear_out(
    open_house: Callable[..., House], clock: HandClock, tmp_path: Path
) -> None:
    house = served(open_house, clock)
    journal = Journal(house.path, source="/510000/510000001")
    hall = fold(journal, PLAN).hall
    hall.book.last_number["A"] = 77
    other = checkpoint.Checkpoint(
        journal.id, hall.seq, journal.chain_at(hall.seq), fold(journal, PLAN).floor, hall
    )
    journal.close()
    checkpoint.save(kept(tmp_path), other)
    assert verify(house.path).checkpoint == "other"


def test_a_persons_word_on_the_time_outlives_days_and_the_checkpoint(
    open_house: Callable[..., House], clock: HandClock, tmp_path: Path
) -> None:
    house = open_house()
    clock.go(days=-400)
    house.registrar.ask(OpenDay(by=DESK, date="2026-11-22", time="09:00"))
    for _ in range(PLAN.rules.rate_by_code_days + 4):
        house.registrar.ask(TAKE)
        clock.go(days=1)
    house.close()
    kept(tmp_path).unlink()
    view = open_house().registrar.ask(TAKE).view
    assert view.clock.trusted and view.clock.at > "2026-12"


def test_a_ticket_of_some_days_ago_is_rated_after_a_start_from_the_checkpoint(
    open_house: Callable[..., House], clock: HandClock
) -> None:
    house = open_house()
    live(house, clock, 3)
    rate = RateByCode(by=By(Door.CODE), ticket="510000001-20261122-A001", score=4)
    view = open_house().registrar.ask(rate).events
    assert [e.score for e in view] == [4]  # type: ignore[attr-defined]


# --- values -------------------------------------------------------------------------------------------------


def test_a_whole_hall_and_its_plan_come_back_from_json(house: House, clock: HandClock) -> None:
    serve(house, clock)
    house.registrar.ask(TakeTicket(by=DESK, service="tax", priority=""))
    journal = house.journal
    hall = fold(journal, PLAN).hall
    values = Values({HallPlan: PLAN})
    book = json.loads(json.dumps(values.write(type(hall.book), hall.book)))
    assert values.read(type(hall.book), book) == hall.book
    feedback = json.loads(json.dumps(values.write(type(hall.feedback), hall.feedback)))
    assert values.read(type(hall.feedback), feedback) == hall.feedback
    plan = json.loads(json.dumps(Values().write(HallPlan, PLAN)))
    assert Values().read(HallPlan, plan) == PLAN
