"""取号: numbers, hours, ranges, what is ahead, and the paper."""

from dataclasses import replace
from datetime import datetime

from hall_scenario import DAYTIME, HTTP, KIOSK, PLAN, ZONE, Scene, kinds

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall.words import By, Door, PaperState


def test_the_first_number_opens_the_day():
    scene = Scene()
    events = scene.do(cmd.TakeTicket(by=KIOSK, service="social", kiosk="k1", item="养老认证"))
    assert kinds(events) == ["DayOpened", "TicketIssued"]
    opened, issued = events
    assert (opened.date, opened.trusted, opened.by_hand, opened.by.door) == (
        "2026-11-23",
        True,
        False,
        Door.TIMER,
    )
    assert (issued.number, issued.ticket) == ("A001", "510000001-20261123-A001")
    assert (issued.item, issued.by, issued.printer) == ("养老认证", KIOSK, "printer-1")
    assert scene.view().day == "2026-11-23"


def test_each_service_has_its_own_numbers(scene):
    assert [scene.take("social"), scene.take("social"), scene.take("civil")] == ["A001", "A002", "B001"]


def test_ahead_counts_those_who_wait_for_the_same_service(scene):
    issued = [scene.do(cmd.TakeTicket(by=KIOSK, service="social"))[-1].ahead for _ in range(3)]
    assert issued == [0, 1, 2]
    assert scene.do(cmd.TakeTicket(by=KIOSK, service="civil"))[-1].ahead == 0
    scene.next("2")
    assert [scene.ticket(n).ahead for n in ("A001", "A002", "A003")] == [0, 0, 1]


def test_a_priority_number_has_only_its_equals_ahead(scene):
    scene.take("social")
    scene.take("social", priority="soldier")
    assert scene.do(cmd.TakeTicket(by=KIOSK, service="social", priority="elderly"))[-1].ahead == 0
    assert scene.do(cmd.TakeTicket(by=KIOSK, service="social", priority="soldier"))[-1].ahead == 2
    assert scene.ticket("A001").ahead == 3


def test_an_unknown_service_or_priority_is_refused(scene):
    assert scene.no(cmd.TakeTicket(by=KIOSK, service="tax")) == "no_service"
    assert scene.no(cmd.TakeTicket(by=KIOSK, service="social", priority="vip")) == "no_priority"


def test_a_used_up_range_is_full_and_never_runs_into_anothers(scene):
    assert [scene.take("land") for _ in range(3)] == ["C001", "C002", "C003"]
    assert scene.no(cmd.TakeTicket(by=KIOSK, service="land")) == "full"
    assert (scene.service("land").open, scene.service("land").reason) == (False, "full")


def at(time: str, trusted: bool = True) -> Scene:
    plan = replace(PLAN, hours=DAYTIME)
    return Scene(plan, trusted, at=datetime.fromisoformat(f"2026-11-23T{time}").replace(tzinfo=ZONE))


def test_outside_the_hours_no_number_is_given_and_the_next_opening_is_told():
    for time, opens in (("08:00", "08:50"), ("12:30", "13:50"), ("18:00", "08:50")):
        scene = at(time)
        scene.tick()
        assert scene.no(cmd.TakeTicket(by=KIOSK, service="social")) == "closed"
        service = scene.service("social")
        assert (service.open, service.reason, service.opens_at) == (False, "closed", opens)


def test_the_kiosk_opens_some_minutes_early():
    assert at("08:50").take() == "A001"
    assert at("08:49").no(cmd.TakeTicket(by=KIOSK, service="social")) == "closed"


def test_issuing_may_stop_before_the_end():
    scene = at("11:45")
    scene = Scene(replace(scene.plan, rules=replace(PLAN.rules, issue_stops_early_min=20)), at=scene.at)
    assert scene.no(cmd.TakeTicket(by=KIOSK, service="social")) == "closed"


def test_a_service_may_have_its_own_hours():
    tuesday_only = replace(PLAN.services[0], hours=(DAYTIME[1],))
    scene = Scene(replace(PLAN, services=(tuesday_only, *PLAN.services[1:])))
    assert scene.no(cmd.TakeTicket(by=KIOSK, service="social")) == "closed"
    assert scene.take("civil") == "B001"


def test_a_clock_that_nobody_trusts_closes_nothing():
    assert at("03:00", trusted=False).take() == "A001"


def test_a_kiosk_without_a_printer_shows_the_number_only(scene):
    issued = scene.do(cmd.TakeTicket(by=By(Door.KIOSK, "k2"), service="social", kiosk="k2"))[-1]
    assert issued.printer == ""
    assert scene.ticket(issued.number).paper == "failed"


def test_a_slip_goes_from_queued_over_printing_to_printed(scene):
    id = scene.ticket(scene.take()).id
    assert scene.ticket(id).paper == "queued"
    scene.happens(ev.SlipStarted(ticket=id, printer="printer-1"))
    assert scene.ticket(id).paper == "printing"
    scene.happens(ev.SlipPrinted(ticket=id, printer="printer-1"))
    assert scene.ticket(id).paper == "printed"
    assert [s.what for s in scene.ticket(id).history] == ["issued", "printing", "printed"]


def test_only_an_unknown_slip_waits_for_a_persons_word(scene):
    id = scene.ticket(scene.take()).id
    decide = cmd.DecideSlip(by=HTTP, ticket=id, state=PaperState.PRINTED)
    assert scene.no(decide) == "slip_not_unknown"
    scene.happens(ev.SlipUnknown(ticket=id, printer="printer-1", code="no_answer"))
    assert scene.ticket(id).paper == "unknown"
    assert scene.no(replace(decide, state=PaperState.QUEUED)) == "bad_state"
    assert kinds(scene.do(decide)) == ["SlipDecided"]
    assert scene.ticket(id).paper == "printed"
    assert scene.no(decide) == "slip_not_unknown"


def test_a_reprint_waits_for_the_slip_before_it(scene):
    id = scene.ticket(scene.take()).id
    assert scene.no(cmd.Reprint(by=HTTP, ticket=id)) == "slip_busy"
    scene.happens(ev.SlipFailed(ticket=id, printer="printer-1", code="paper_out"))
    queued = scene.do(cmd.Reprint(by=HTTP, ticket="a1"))
    assert [(type(e), e.ticket, e.printer) for e in queued] == [(ev.SlipQueued, id, "printer-1")]
    assert scene.ticket(id).paper == "queued"
    assert scene.no(cmd.Reprint(by=HTTP, ticket=id)) == "slip_busy"


def test_a_reprint_of_a_number_without_paper_uses_the_halls_only_printer(scene):
    number = scene.take(kiosk="k2")
    assert scene.do(cmd.Reprint(by=HTTP, ticket=number))[-1].printer == "printer-1"
    nowhere = Scene(replace(PLAN, kiosks=()))
    assert nowhere.no(cmd.Reprint(by=HTTP, ticket=nowhere.take())) == "no_printer"


def test_a_ticket_that_nobody_has_is_refused(scene):
    assert scene.no(cmd.Reprint(by=HTTP, ticket="A777")) == "no_ticket"
    assert scene.no(cmd.CancelTicket(by=HTTP, ticket="……")) == "no_ticket"


def test_cancel_takes_a_waiting_ticket_out_of_its_line(scene):
    first, second = scene.take(), scene.take()
    assert kinds(scene.do(cmd.CancelTicket(by=HTTP, ticket=first))) == ["TicketCancelled"]
    assert (scene.ticket(first).state, scene.ticket(second).ahead) == ("cancelled", 0)
    assert scene.do(cmd.CancelTicket(by=HTTP, ticket=first)) == ()


def test_a_ticket_at_a_counter_or_over_is_not_cancelled(scene):
    number = scene.take()
    scene.next("2")
    assert scene.no(cmd.CancelTicket(by=HTTP, ticket=number)) == "ticket_at_counter"
    scene.at_counter(cmd.FinishService, "2")
    assert scene.no(cmd.CancelTicket(by=HTTP, ticket=number)) == "ticket_over"
    assert scene.no(cmd.Reprint(by=HTTP, ticket=number)) == "ticket_over"


def test_served_by_hand_ends_the_waiting_up_to_a_number(scene):
    for _ in range(4):
        scene.take()
    scene.take("civil")
    scene.next("2")
    by_hand = scene.do(cmd.MarkServedByHand(by=HTTP, service="social", up_to="a3"))
    assert [e.ticket[-4:] for e in by_hand] == ["A002", "A003"]
    states = [scene.ticket(n).state for n in ("A001", "A002", "A003", "A004", "B001")]
    assert states == ["called", "finished", "finished", "waiting", "waiting"]
    assert scene.do(cmd.MarkServedByHand(by=HTTP, service="social", up_to="A003")) == ()


def test_served_by_hand_wants_a_number_of_the_service(scene):
    assert scene.no(cmd.MarkServedByHand(by=HTTP, service="social", up_to="B001")) == "bad_number"
    assert scene.no(cmd.MarkServedByHand(by=HTTP, service="social", up_to="all")) == "bad_number"
    assert scene.no(cmd.MarkServedByHand(by=HTTP, service="tax", up_to="A001")) == "no_service"
