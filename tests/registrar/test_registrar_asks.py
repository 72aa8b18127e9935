"""What people ask of the registrar, on the real hall and a real journal."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from edge import checkpoint
from edge.errors import JournalError
from edge.hall.commands import CallNext, OpenCounter, TakeTicket
from edge.hall.events import CounterPaused, SlipPrinted, TicketCalled, TicketIssued
from edge.hall.words import NO_REQUEST, By, Door, Refused, Request
from edge.registrar import Answer
from tests.crash.hall import House
from tests.registrar.hand import HandClock, together
from tests.waiting import until

KIOSK, DESK = By(Door.KIOSK, "k1"), By(Door.HTTP, "desk")


def take(key: str = "", digest: str = "d") -> TakeTicket:
    return TakeTicket(by=KIOSK, request=Request(key, digest) if key else NO_REQUEST, service="social")


def number(answer: object) -> str:
    assert isinstance(answer, Answer), answer
    (event,) = [e for e in answer.events if isinstance(e, TicketIssued | TicketCalled)]
    return event.number


def opened(house: House, *counters: str) -> None:
    for counter in counters:
        house.registrar.ask(OpenCounter(by=DESK, counter=counter))


def test_an_answer_is_on_disk_and_in_its_view(house: House) -> None:
    answer = house.registrar.ask(take())
    last = house.journal.read_after(house.journal.head - 1)[0]
    assert last.event == answer.events[-1] and answer.view.seq == last.seq
    assert answer.view.services[0].waiting == 1 and house.registrar.view.seq == last.seq


def test_a_day_opens_by_itself_before_the_first_caller(house: House) -> None:
    assert house.registrar.view.day == "2026-11-22" and house.registrar.healthy() is None


def test_eight_callers_at_once_get_different_numbers_without_a_hole(house: House) -> None:
    def caller() -> list[str]:
        return [number(house.registrar.ask(take())) for _ in range(25)]

    lists = together(*[caller] * 8)
    numbers = [n for of_one in lists for n in of_one]  # type: ignore[attr-defined]
    assert sorted(numbers) == [f"A{n:03d}" for n in range(1, 201)]
    assert house.journal.batches < 202


def test_the_same_key_is_answered_once_and_repeated_with_the_same_number(house: House) -> None:
    first = house.registrar.ask(take("k"))
    head = house.journal.head
    again = house.registrar.ask(take("k"))
    assert again.repeated and not first.repeated and again.events == first.events
    assert house.journal.head == head
    assert house.registrar.remembered(Request("k", "d")) == first.events
    assert house.registrar.remembered(Request("other", "d")) is None


def test_the_same_key_in_one_batch_is_one_ticket(house: House, clock: HandClock) -> None:
    answers = in_one_batch(house, clock, *[partial(house.registrar.ask, take("k"))] * 5)
    assert {number(a) for a in answers} == {"A001"}
    assert sorted(a.repeated for a in answers) == [False, True, True, True, True]  # type: ignore[attr-defined]


def test_the_same_key_with_another_body_is_refused(house: House) -> None:
    house.registrar.ask(take("k"))
    with pytest.raises(Refused, match="key_reused"):
        house.registrar.ask(take("k", digest="other"))
    with pytest.raises(Refused, match="key_reused"):
        house.registrar.remembered(Request("k", "other"))


def test_a_key_is_remembered_across_a_restart(open_house: Callable[..., House]) -> None:
    first = open_house().registrar.ask(take("k"))
    again = open_house().registrar.ask(take("k"))
    assert again.repeated and again.events == first.events


@pytest.mark.parametrize("has_checkpoint", [True, False])
def test_a_key_is_remembered_over_midnight_and_a_restart(
    open_house: Callable[..., House], clock: HandClock, has_checkpoint: bool
) -> None:
    house = open_house()
    first, day = house.registrar.ask(take("k")), house.registrar.view.day
    clock.set(clock.now.at + timedelta(days=1))
    until(lambda: house.registrar.view.day > day)
    house.close()
    if not has_checkpoint:
        house.path.with_name(checkpoint.FILE).unlink()
    again = open_house().registrar.ask(take("k"))
    assert again.repeated and number(again) == number(first)


def test_a_refusal_is_not_remembered(house: House) -> None:
    call = CallNext(by=DESK, request=Request("c", "d"), counter="1")
    opened(house, "1")
    with pytest.raises(Refused, match="nobody_waiting"):
        house.registrar.ask(call)
    house.registrar.ask(take())
    assert number(house.registrar.ask(call)) == "A001"


def test_a_verb_without_effect_notes_nothing(house: House) -> None:
    opened(house, "1")
    head, batches = house.journal.head, house.journal.batches
    answer = house.registrar.ask(OpenCounter(by=DESK, counter="1"))
    assert answer.events == () and (house.journal.head, house.journal.batches) == (head, batches)


def test_two_clerks_pressing_at_once_get_two_tickets(house: House) -> None:
    opened(house, "1", "2")
    for _ in range(20):
        house.registrar.ask(take())
        house.registrar.ask(take())
        calls = [partial(house.registrar.ask, CallNext(by=DESK, counter=c)) for c in ("1", "2")]
        one, two = together(*calls)
        assert number(one) != number(two)


def test_the_last_one_waiting_goes_to_one_clerk_and_the_other_is_told(house: House) -> None:
    opened(house, "1", "2")
    house.registrar.ask(take())
    results = together(*[partial(house.registrar.ask, CallNext(by=DESK, counter=c)) for c in ("1", "2")])
    refused = [r for r in results if isinstance(r, Refused)]
    assert [no.reason for no in refused] == ["nobody_waiting"]
    assert [number(r) for r in results if isinstance(r, Answer)] == ["A001"]


# --- batches ------------------------------------------------------------------------------------------------


def in_one_batch(house: House, clock: HandClock, *jobs: Callable[[], object]) -> list[object]:
    """Hold the registrar until all have asked, so that one batch holds them all."""
    clock.hold()
    mailbox = house.registrar._mailbox

    def free_when_all_wait() -> None:
        until(lambda: mailbox.qsize() == len(jobs))
        clock.release()

    return together(*jobs, free_when_all_wait)[:-1]


def test_who_waits_together_shares_one_transaction_and_one_view(house: House, clock: HandClock) -> None:
    batches = house.journal.batches
    answers = in_one_batch(house, clock, *[partial(house.registrar.ask, take())] * 8)
    assert house.journal.batches == batches + 1
    assert {number(a) for a in answers} == {f"A{n:03d}" for n in range(1, 9)}
    assert len({id(a.view) for a in answers}) == 1  # type: ignore[attr-defined]


class Unhashable(str):
    """An id that breaks the hall when it is looked up, in a way that the hall does not expect."""

    __slots__ = ()

    def __hash__(self) -> int:
        raise RuntimeError("broken on purpose")


@pytest.mark.parametrize(
    "broken",
    [
        CallNext(by=DESK, counter=Unhashable("1")),
        CounterPaused(counter="1", reason="half a letter \ud800"),
        CounterPaused(counter="1", reason=float("nan")),  # type: ignore[arg-type]
        SlipPrinted(ticket=Unhashable("t"), printer="p"),
    ],
    ids=["decide fails", "no UTF-8", "no JSON", "apply fails"],
)
def test_what_breaks_the_hall_is_refused_alone(
    house: House, clock: HandClock, broken: object, caplog: pytest.LogCaptureFixture
) -> None:
    house.registrar.ask(take())
    put = house.registrar.ask if isinstance(broken, CallNext) else house.registrar.note
    good = partial(house.registrar.ask, take())
    results = in_one_batch(house, clock, good, good, partial(put, broken), good)  # type: ignore[arg-type]
    assert isinstance(results[2], Refused) and results[2].reason == "internal"
    assert {number(r) for r in (results[0], results[1], results[3])} == {"A002", "A003", "A004"}
    assert house.registrar.healthy() is None and "Traceback" in caplog.text
    assert house.registrar.view.services[0].waiting == 4


def test_a_fact_is_noted_and_seen(house: House) -> None:
    opened(house, "1")
    entry = house.registrar.note(CounterPaused(counter="1", reason="lunch"))
    assert house.journal.read_after(entry.seq - 1) == [entry]
    assert house.registrar.view.counters[0].state == "paused"


def test_what_was_asked_before_the_stop_is_answered_and_what_comes_after_is_refused(
    house: House, clock: HandClock
) -> None:
    results = in_one_batch(house, clock, *[partial(house.registrar.ask, take())] * 3)
    house.registrar.stop()
    assert {number(r) for r in results} == {"A001", "A002", "A003"}
    with pytest.raises(JournalError, match="not running"):
        house.registrar.ask(take())
    assert house.registrar.healthy() == "the registrar is not running"
    assert not house.registrar._thread.is_alive()
