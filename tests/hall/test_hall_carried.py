"""A business day that changes while people wait: nobody is dropped, and no number is shown twice."""

from dataclasses import replace

from hall_scenario import (
    CODE,
    DAYTIME,
    HTTP,
    KIOSK,
    PAD,
    PLAN,
    POSTS,
    Scene,
    everything,
    kinds,
    request,
    with_rules,
)

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall.hall import Hall
from edge.hall.sheet import day_sheet

HALL_WITH_HOURS = replace(PLAN, hours=DAYTIME)


def carried(events: tuple[ev.Event, ...]) -> list[str]:
    return [e.number for e in events if isinstance(e, ev.TicketCarried)]


def test_who_waits_while_an_untrusted_clock_jumps_keeps_number_id_and_place(scene):
    for _ in range(3):
        scene.take()
    scene.clock_says("2026-11-25T10:00:00", trusted=False)
    events = scene.tick()
    assert carried(events) == ["A001", "A002", "A003"]
    assert "TicketExpired" not in kinds(events)
    assert scene.ticket("A002").id == "510000001-20261123-A002"
    assert (scene.ticket("A002").ahead, scene.service("social").waiting) == (1, 3)
    assert [scene.next("1")[-1].number for _ in range(3)] == ["A001", "A002", "A003"]


def test_a_number_brought_from_the_day_before_is_nobody_elses_that_day():
    scene = Scene(PLAN, trusted=False).open("1", "3")
    for service in ("social", "social", "land"):
        scene.take(service)
    scene.next("1")
    scene.at_counter(cmd.FinishService, "1")
    scene.clock_says("2026-11-24T10:00:00")
    assert [scene.take() for _ in range(3)] == ["A001", "A003", "A004"]
    assert [scene.take("land"), scene.take("land")] == ["C002", "C003"]
    assert scene.no(cmd.TakeTicket(by=KIOSK, service="land")) == "full"
    assert scene.no(cmd.TakeTicket(by=KIOSK, service="land", count=2)) == "full"


def test_a_brought_number_stays_taken_after_it_was_served(scene):
    scene.take()
    scene.clock_says("2026-11-24T10:00:00", trusted=False)
    scene.next("1")
    scene.at_counter(cmd.FinishService, "1")
    assert scene.take() == "A002"


def test_counters_and_who_is_at_them_go_on_as_they_were():
    scene = Scene(replace(PLAN, posts=POSTS), trusted=False).open("1", "2", "3")
    for _ in range(4):
        scene.take()
    scene.next("1")
    scene.next("2")
    scene.at_counter(cmd.StartService, "2")
    scene.next("3")
    scene.at_counter(cmd.Hold, "3")
    scene.at_counter(cmd.PauseCounter, "3", reason="lunch")
    before = [(c.id, c.state, c.ticket, c.staff, c.reason) for c in scene.view().counters]
    scene.clock_says("2026-11-24T10:00:00")
    scene.tick()
    assert [(c.id, c.state, c.ticket, c.staff, c.reason) for c in scene.view().counters] == before
    assert [scene.ticket(n).state for n in ("A001", "A002", "A003", "A004")] == [
        "called",
        "serving",
        "held",
        "waiting",
    ]
    scene.wait(30)
    assert scene.press("2", 4)[-1].ticket == "510000001-20261123-A002"


def test_work_done_before_the_change_counts_in_the_service_time():
    scene = Scene(PLAN, trusted=False).open("1")
    scene.take()
    scene.next("1")
    scene.at_counter(cmd.StartService, "1")
    scene.wait(100).clock_says("2026-11-24T10:00:00")
    scene.tick()
    scene.wait(50)
    scene.at_counter(cmd.FinishService, "1")
    assert scene.hall.book.times_s["social"] == (150.0,)


def test_a_no_show_brought_along_comes_back_after_as_many_calls_as_were_left():
    scene = Scene(with_rules(no_show_after_others=3), trusted=False).open("1")
    for _ in range(6):
        scene.take()
    scene.next("1")
    scene.at_counter(cmd.MarkNoShow, "1")
    scene.next("1")
    scene.clock_says("2026-11-24T10:00:00")
    scene.tick()
    assert scene.why("1")["no_shows"][0]["calls_to_go"] == 2
    scene.next("1")
    scene.next("1")
    assert scene.ticket("A001").state == "waiting"


def test_the_hours_end_a_day_under_a_clock_that_is_right():
    scene = Scene(HALL_WITH_HOURS).open("1")
    scene.wait(6.5 * 3600).take()
    assert carried(scene.wait(7.6 * 3600).tick()) == []
    assert scene.hall.day == "2026-11-24"
    assert scene.hall.book.formers["A001"].id == "510000001-20261123-A001"


def test_a_hall_that_never_closes_goes_through_midnight_with_its_people(scene):
    scene.wait(13.5 * 3600).take()
    assert carried(scene.wait(1801).tick()) == ["A001"]


def test_who_waits_longer_than_the_rule_is_not_brought_along(scene):
    scene.take()
    scene.wait(13 * 3600).take()
    assert carried(scene.wait(2 * 3600).tick()) == ["A002"]


def test_a_number_of_this_morning_under_yesterdays_clock_lives_when_the_clock_is_right_again():
    """No clock battery: the box wakes in yesterday evening, gives numbers, and then hears the time."""
    scene = Scene(HALL_WITH_HOURS, at=Scene.at).open("1")
    scene.wait(6.9 * 3600).take()
    scene.off_and_on().clock_says("2026-11-23T17:05:00", trusted=False)
    scene.take()
    scene.wait(120).clock_says("2026-11-24T09:02:00", trusted=True)
    events = scene.tick()
    assert carried(events) == ["A002"]
    assert [e.ticket[-4:] for e in events if isinstance(e, ev.TicketExpired)] == ["A001"]


def test_a_persons_word_about_the_date_drops_nobody_who_waits_here():
    scene = Scene(HALL_WITH_HOURS, trusted=False).open("1")
    scene.take()
    events = scene.wait(60).do(cmd.OpenDay(by=HTTP, date="2026-11-26", time="10:01"))
    assert carried(events) == ["A001"]
    assert scene.counter("1").state == "open"


def test_a_day_that_a_person_closes_is_over_for_everybody(scene):
    scene.take()
    scene.do(cmd.CloseDay(by=HTTP))
    scene.clock_says("2026-11-24T00:10:00", trusted=False)
    assert carried(scene.tick()) == []
    assert scene.take() == "A001"


def test_a_month_of_evenings_at_the_main_switch_repeats_no_number_and_drops_nobody():
    """The clock stands while the box is off; each morning somebody waits before anybody says the date."""
    scene = Scene(HALL_WITH_HOURS, trusted=False)
    ids: list[str] = []
    for day in range(1, 31):
        scene.off_and_on(f"boot-{day}")
        scene.open("1")
        early = scene.take()
        scene.wait(600)
        scene.do(cmd.OpenDay(by=HTTP, date=f"2026-12-{day:02d}", time="09:00"))
        assert scene.ticket(early).state == "waiting"
        shown = [scene.take() for _ in range(3)]
        assert early not in shown
        while scene.service("social").waiting > 1:
            scene.next("1", PAD)
        scene.wait(3600)
    ids = [e.ticket for e, _ in scene.journal if isinstance(e, ev.TicketIssued)]
    assert len(ids) == len(set(ids)) == 120


def test_a_fold_that_begins_with_the_new_day_knows_who_was_brought_along(scene):
    for _ in range(4):
        scene.take()
    scene.next("1")
    scene.next("2")
    scene.at_counter(cmd.MarkNoShow, "2")
    scene.clock_says("2026-11-25T10:00:00", trusted=False)
    scene.tick()
    late, start = Hall(PLAN), [type(e) for e, _ in scene.journal].index(ev.DayClosed) + 1
    for event, stamp in scene.journal[start:]:
        late.apply(event, stamp)
    assert late.book.tickets == scene.hall.book.tickets
    assert (late.book.numbers, late.book.lines) == (scene.hall.book.numbers, scene.hall.book.lines)
    assert everything(scene.replayed()) == everything(scene.hall)


def test_a_number_asked_for_again_over_midnight_is_the_same_number():
    scene = Scene(PLAN, trusted=False).open("1")
    take = cmd.TakeTicket(by=KIOSK, service="social", kiosk="k1", request=request())
    issued = scene.do(take)[-1]
    for day in ("2026-11-24", "2026-11-25"):
        scene.clock_says(f"{day}T00:00:05")
        scene.tick()
        assert scene.do(take) == ()
        assert scene.hall.remembered(take.request)[-1] == issued
        assert scene.replayed().remembered(take.request)[-1] == issued
        assert scene.no(replace(take, request=request(digest="01"))) == "key_reused"
    assert scene.service("social").waiting == 1


def test_a_call_sent_again_over_midnight_calls_nobody_else():
    scene = Scene(PLAN, trusted=False).open("1")
    scene.take()
    scene.take()
    call = cmd.CallNext(by=HTTP, counter="1", request=request("POST /api/v1/counters/1/next 1"))
    scene.do(call)
    scene.clock_says("2026-11-24T00:00:05")
    assert scene.do(call) == ()
    assert scene.called_at("1") == "A001"


def test_who_was_rated_before_midnight_is_not_unrated_after_it():
    scene = Scene(PLAN, trusted=False).open("1", "2")
    for counter in ("1", "2"):
        scene.take()
        scene.next(counter)
        scene.at_counter(cmd.StartService, counter)
    scene.wait(60)
    scene.press("1", 5)
    for day in ("2026-11-24", "2026-11-25"):
        scene.clock_says(f"{day}T00:00:05")
        scene.tick()
        assert day_sheet(scene.hall.tally).total.ratings == (0, 0, 0, 0, 0)
    for counter in ("1", "2"):
        scene.at_counter(cmd.FinishService, counter)
    total = day_sheet(scene.hall.tally).total
    assert (total.carried, total.served, total.unrated, total.ratings) == (2, 2, 1, (0, 0, 0, 0, 0))
    assert scene.no(cmd.RateByCode(by=CODE, ticket=scene.ticket("A001").id, score=4)) == "already_rated"


def test_a_clock_that_jumps_by_weeks_takes_no_right_to_rate_and_gives_none_twice():
    scene = Scene(PLAN, trusted=False).open("1", "2")
    for counter in ("1", "2"):
        scene.take()
        scene.next(counter)
        scene.at_counter(cmd.StartService, counter)
    scene.wait(60)
    scene.press("1")
    scene.at_counter(cmd.Hold, "1")
    scene.clock_says("2026-12-24T10:00:00")
    scene.tick()
    scene.wait(60)
    assert scene.press("2", 3)[-1].ticket == "510000001-20261123-A002"
    scene.at_counter(cmd.Resume, "1")
    scene.wait(60)
    assert scene.no(cmd.RateAtCounter(by=PAD, counter="1", score=4)) == "already_rated"
    assert scene.no(cmd.RateByCode(by=CODE, ticket=scene.ticket("A001").id, score=4)) == "already_rated"
