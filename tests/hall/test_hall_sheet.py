"""The day's sheet: frozen with the close, and true to what people saw."""

from dataclasses import replace

import pytest
from hall_scenario import CODE, HTTP, KIOSK, PLAN, Scene, kinds

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall.event_values import SheetLine
from edge.hall.sheet import Tally, active_rate, count, day_sheet, quantile


def closed(scene: Scene) -> ev.DaySheet:
    """The sheet of the day that ends now."""
    events = scene.do(cmd.CloseDay(by=HTTP))
    assert kinds(events)[-2:] == ["DaySheet", "DayClosed"]
    return next(e for e in events if isinstance(e, ev.DaySheet))


def line(lines: tuple[SheetLine, ...], of: str) -> SheetLine:
    return next(x for x in lines if x.of == of)


def serve(scene: Scene, counter: str, score: int = 0, wait_s: float = 60) -> None:
    """The next one is called after a while, served, and rates."""
    scene.wait(wait_s).next(counter)
    scene.at_counter(cmd.StartService, counter)
    scene.wait(30)
    if score:
        scene.press(counter, score)
    scene.at_counter(cmd.FinishService, counter)


def test_every_ticket_of_the_day_has_one_end(scene):
    for service in ("social", "social", "social", "social", "civil", "land"):
        scene.take(service)
    serve(scene, "2", score=5)
    serve(scene, "2")
    scene.next("2")
    scene.at_counter(cmd.MarkNoShow, "2")
    scene.do(cmd.CancelTicket(by=HTTP, ticket="A004"))
    scene.do(cmd.MarkServedByHand(by=HTTP, service="civil", up_to="B001"))
    total = closed(scene).total
    assert (total.issued, total.carried, total.called, total.calls) == (6, 0, 3, 3)
    ends = (total.served, total.by_hand, total.no_show, total.cancelled, total.expired, total.open)
    assert ends == (2, 1, 1, 1, 1, 0)


def test_unrated_is_an_outcome_of_its_own(scene):
    for _ in range(4):
        scene.take()
    for score in (5, 3, 0):
        serve(scene, "2", score)
    total = closed(scene).total
    assert total.ratings == (0, 0, 1, 0, 1)
    assert (total.unrated, total.active_rate) == (1, 0.6667)


def test_services_and_counters_have_their_own_lines(scene):
    scene.take("social")
    scene.take("civil")
    serve(scene, "1", score=4)
    scene.next("1")
    scene.at_counter(cmd.Transfer, "1", to_counter="3")
    serve(scene, "3", score=2)
    sheet = closed(scene)
    social, civil = line(sheet.services, "social"), line(sheet.services, "civil")
    assert (social.issued, social.served, social.ratings) == (1, 1, (0, 0, 0, 1, 0))
    assert (civil.issued, civil.called, civil.calls, civil.served) == (1, 1, 2, 1)
    first, general = line(sheet.counters, "1"), line(sheet.counters, "3")
    assert (first.called, first.served, first.unrated, first.ratings) == (2, 1, 0, (0, 0, 0, 1, 0))
    assert (general.called, general.served, general.ratings) == (1, 1, (0, 1, 0, 0, 0))
    assert sheet.total.served == sum(c.served for c in sheet.counters)


def test_a_wait_is_counted_once_from_the_number_to_the_first_call(scene):
    scene.take()
    scene.wait(300).next("2")
    scene.at_counter(cmd.Transfer, "2", to_counter="3")
    scene.wait(1000).next("3")
    scene.take()
    scene.wait(100).next("2")
    sheet = closed(scene)
    assert (sheet.total.wait_median_s, sheet.total.wait_p90_s) == (100.0, 300.0)
    assert line(sheet.counters, "3").wait_median_s is None


def test_what_a_cut_took_is_nobodys_wait(scene):
    scene.take()
    scene.wait(60).off_and_on().wait(3600)
    scene.happens(ev.DaemonStarted(version="1", boot=scene.boot))
    scene.happens(ev.PowerReturned(gap_s=3660.0))
    scene.wait(40).next("2")
    waited_s = day_sheet(scene.hall.tally).total.wait_median_s
    assert waited_s == 40.0


def test_a_call_that_was_taken_back_is_none(scene):
    scene.take()
    called = scene.next("2")[-1]
    scene.happens(ev.CallUndone(ticket=called.ticket, number="A001", counter="2"))
    total = day_sheet(scene.hall.tally).total
    assert (total.called, total.calls, total.wait_median_s) == (0, 0, None)


def test_a_finish_that_was_taken_back_is_counted_when_it_comes(scene):
    scene.take()
    serve(scene, "2")
    ticket = scene.ticket("A001").id
    scene.happens(ev.ServiceReopened(ticket=ticket, counter="2"))
    assert day_sheet(scene.hall.tally).total.served == 0
    scene.happens(ev.ServiceFinished(ticket=ticket, counter="2", outcome="done"))
    assert day_sheet(scene.hall.tally).total.served == 1


def test_several_services_in_one_visit_are_one_number_and_one_wait(scene):
    scene.take("social")
    scene.wait(50).next("1")
    scene.at_counter(cmd.StartService, "1")
    ticket = scene.ticket("A001").id
    scene.happens(ev.TicketContinued(ticket=ticket, counter="1", service="civil"))
    scene.wait(500).next("1")
    scene.at_counter(cmd.FinishService, "1")
    sheet = closed(scene)
    assert (sheet.total.issued, sheet.total.served, sheet.total.wait_p90_s) == (1, 1, 50.0)
    assert [line(sheet.services, s).served for s in ("social", "civil")] == [1, 1]


def test_who_is_carried_over_is_not_issued_again(scene):
    scene.take()
    number = scene.hall.book.find("A001")
    tally = Tally()
    for event in (
        ev.DayOpened(date="2026-11-24", trusted=True),
        ev.TicketCarried(
            ticket=number.id,
            number="A001",
            service="social",
            state="waiting",
            place=2.0,
            issued_at=number.issued.at.isoformat(),
            issued_boot="boot-1",
            issued_uptime_s=number.issued.uptime_s,
            issued_day="2026-11-23",
            issued_seq=number.issued.seq,
        ),
    ):
        count(tally, event, number.issued)
    total = day_sheet(tally).total
    assert (total.issued, total.carried, total.open) == (0, 1, 1)


def test_a_day_closed_twice_has_two_sheets_and_the_last_counts_all(scene):
    scene.take()
    serve(scene, "2")
    first = closed(scene)
    scene.do(cmd.TakeTicket(by=KIOSK, service="social"))
    second = closed(scene)
    assert (first.date, first.total.issued) == (second.date, 1)
    assert second.total.issued == 2
    assert second.total.served == first.total.served == 1


def test_a_rating_days_later_changes_no_sheet(scene):
    scene.take()
    serve(scene, "2")
    ticket = scene.ticket("A001").id
    scene.clock_says("2026-11-25T09:00:00").open("2")
    before = day_sheet(scene.hall.tally)
    assert kinds(scene.do(cmd.RateByCode(by=CODE, ticket=ticket, score=1))) == ["ServiceRated"]
    assert day_sheet(scene.hall.tally) == before


def test_the_sheet_of_a_replayed_day_is_the_same(scene):
    for score in (5, 0, 1):
        scene.take()
        serve(scene, "2", score)
    assert day_sheet(scene.replayed().tally) == day_sheet(scene.hall.tally)
    assert closed(scene) == replace(day_sheet(scene.replayed().tally), by=HTTP)


def test_the_day_that_midnight_ends_has_its_sheet_in_the_same_decision(scene):
    scene.take()
    scene.clock_says("2026-11-26T08:00:00")
    events = scene.tick()
    sheet = next(e for e in events if isinstance(e, ev.DaySheet))
    assert (sheet.date, sheet.total.issued) == ("2026-11-23", 1)
    after = day_sheet(scene.hall.tally)
    assert (after.date, after.total.issued) == ("2026-11-26", 0)


def test_an_empty_day_says_nothing_of_waits_or_rates():
    total = closed(Scene(PLAN).open("1")).total
    assert total == SheetLine()


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([7.0], 0.9, 7.0),
        ([1, 2, 3, 4], 0.5, 2),
        ([1, 2, 3, 4], 0.9, 4),
        (range(1, 11), 0.9, 9),
    ],
)
def test_a_quantile_is_one_of_the_values(values, share, expected):
    assert quantile(values, share) == expected


def test_the_active_rate_of_nobody_is_not_told():
    assert active_rate((0, 0, 0, 0, 0), 0) is None
    assert active_rate((0, 0, 0, 0, 3), 1) == 0.75
