"""Several services in one visit, the way back from a slip of the finger, and the last no-show."""

from dataclasses import replace

from hall_scenario import HTTP, KIOSK, PAD, PLAN, Scene, kinds, with_rules

from edge.hall import commands as cmd
from edge.hall import events as ev


def visit(scene: Scene, *services: str) -> str:
    asked = cmd.TakeTicket(by=KIOSK, service=services[0], services=services, kiosk="k1")
    return scene.do(asked)[-1].number


# --- several services ---------------------------------------------------------------------------------------


def test_one_number_for_two_services_waits_for_the_second_when_the_first_is_done(scene):
    number = visit(scene, "social", "civil")
    scene.take("civil")
    scene.next("2")
    done = scene.at_counter(cmd.FinishService, "2")
    assert kinds(done)[-2:] == ["ServiceFinished", "TicketContinued"]
    ticket = scene.ticket(number)
    assert (ticket.state, ticket.service, ticket.services, ticket.ahead) == ("waiting", "civil", (), 0)
    assert scene.service("civil").waiting == 2
    assert scene.next("1")[-1].number == number
    scene.at_counter(cmd.FinishService, "1")
    assert scene.ticket(number).state == "finished"


def test_it_keeps_its_place_in_time_among_those_of_the_next_service(scene):
    scene.take("civil")
    number = visit(scene, "social", "civil")
    scene.take("civil")
    scene.next("2")
    scene.at_counter(cmd.FinishService, "2")
    assert [line["number"] for line in scene.why("1")["order"]] == ["B001", number, "B002"]


def test_next_at_a_counter_that_does_both_calls_the_same_citizen_again(scene):
    number = visit(scene, "social", "civil")
    scene.take("civil")
    scene.next("1")
    scene.at_counter(cmd.StartService, "1")
    told = scene.why("1")["next"]
    assert (told["number"], told["goes_on"]) == (number, True)
    events = scene.next("1", PAD)
    assert kinds(events) == ["ServiceFinished", "TicketContinued", "TicketCalled"]
    assert (events[-1].number, scene.ticket(number).service) == (number, "civil")


def test_whoever_was_only_called_is_not_taken_for_served(scene):
    number = visit(scene, "social", "civil")
    scene.next("1")
    assert scene.no(cmd.CallNext(by=HTTP, counter="1")) == "nobody_waiting"
    assert scene.ticket(number).service == "social"


def test_sent_on_to_a_later_service_it_is_not_sent_there_twice(scene):
    number = visit(scene, "social", "civil")
    scene.next("2")
    scene.at_counter(cmd.Transfer, "2", service="civil")
    assert scene.ticket(number).services == ()
    scene.next("1")
    scene.at_counter(cmd.FinishService, "1")
    assert scene.ticket(number).state == "finished"


def test_the_day_ends_a_visit_that_is_not_done(scene):
    number = visit(scene, "social", "civil")
    scene.next("2")
    scene.at_counter(cmd.StartService, "2")
    assert "TicketContinued" not in kinds(scene.do(cmd.CloseDay(by=HTTP)))
    assert scene.ticket(number).state == "finished"


def test_a_visit_of_unknown_or_repeated_services_is_refused(scene):
    for services in (("social", "tax"), ("social", "social"), ("civil", "social")):
        asked = cmd.TakeTicket(by=KIOSK, service="social", services=services)
        assert scene.no(asked) == "no_service"


def test_a_visit_is_rated_once(scene):
    number = visit(scene, "social", "civil")
    scene.next("2")
    scene.at_counter(cmd.StartService, "2")
    scene.wait(30)
    assert scene.press("2", 5)[-1].ticket == scene.ticket(number).id
    scene.at_counter(cmd.FinishService, "2")
    scene.next("1")
    scene.at_counter(cmd.StartService, "1")
    scene.wait(30)
    assert scene.no(cmd.RateAtCounter(by=PAD, counter="1", score=4)) == "already_rated"


# --- a call undone ------------------------------------------------------------------------------------------


def undo(counter: str = "2") -> cmd.UndoCall:
    return cmd.UndoCall(by=HTTP, counter=counter)


def test_a_call_taken_back_leaves_everything_as_it_was():
    scene = Scene(with_rules(priority_in_a_row=2)).open("2")
    scene.take(priority="elderly")
    scene.take()
    before = (scene.why("2"), scene.view().calls, scene.hall.book.calls_of.get("social", 0))
    scene.next("2")
    (undone,) = scene.wait(5).do(undo())
    assert (undone.number, scene.called_at("2"), scene.counter("2").state) == ("A001", "", "open")
    assert (scene.why("2"), scene.view().calls, scene.hall.book.calls_of["social"]) == before
    assert [s.what for s in scene.ticket("A001").history] == ["issued", "called", "call_undone"]
    assert scene.next("2")[-1].number == "A001"


def test_a_held_ticket_and_a_no_show_go_back_to_where_they_were(scene):
    for verb, state in ((cmd.Hold, "held"), (cmd.MarkNoShow, "no_show")):
        number = scene.take()
        scene.next("2")
        scene.at_counter(verb, "2")
        scene.do(cmd.CallTicket(by=HTTP, counter="1", ticket=number))
        scene.do(undo("1"))
        assert scene.ticket(number).state == state
        scene.do(cmd.CancelTicket(by=HTTP, ticket=number))


def test_what_was_sent_to_one_counter_waits_for_it_again(scene):
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.Transfer, "2", to_counter="3")
    scene.next("3")
    scene.do(undo("3"))
    assert (scene.ticket("A001").counter, scene.counter("3").waiting, scene.counter("2").waiting) == (
        "3",
        1,
        0,
    )


def test_a_call_is_taken_back_within_seconds_and_before_it_was_repeated_or_begun(scene):
    assert scene.no(undo()) == "nothing_to_undo"
    scene.take()
    scene.next("2")
    scene.wait(11)
    assert scene.no(undo()) == "undo_too_late"
    scene.take()
    scene.next("3")
    scene.at_counter(cmd.Recall, "3")
    assert scene.no(undo("3")) == "undo_too_late"
    scene.at_counter(cmd.StartService, "3")
    assert scene.no(undo("3")) == "nothing_to_undo"


def say(scene, counter="2"):
    seq = next(c.seq for c in scene.view().calls if c.counter == counter)
    return cmd.SayCall(by=HTTP, counter=counter, call=seq)


def test_what_the_hall_has_heard_is_not_taken_back(scene):
    scene.take()
    scene.next("2")
    assert kinds(scene.do(say(scene))) == ["CallSaid"]
    assert scene.do(say(scene)) == (), "the loudspeaker of another floor says the same"
    assert scene.no(undo()) == "call_said"
    scene.at_counter(cmd.StartService, "2")
    assert scene.do(say(scene)) == ()


def test_a_call_taken_back_is_not_said_and_its_next_one_is_another(scene):
    scene.take()
    scene.next("2")
    late = say(scene)
    scene.do(undo())
    assert scene.no(late) == "call_undone"
    scene.next("2")
    assert scene.no(late) == "call_undone"
    scene.do(say(scene))
    assert scene.no(undo()) == "call_said"
    scene.at_counter(cmd.MarkNoShow, "2")
    scene.do(cmd.CallTicket(by=HTTP, counter="3", ticket="A001"))
    assert scene.do(undo("3")), "its earlier call was said, this one was not"


def test_who_was_finished_by_the_call_can_be_taken_up_again(scene):
    scene.take()
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.StartService, "2")
    scene.wait(60)
    scene.next("2")
    scene.do(undo())
    assert kinds(scene.do(reopen())) == ["ServiceReopened"]
    assert (scene.called_at("2"), scene.ticket("A001").state, scene.ticket("A002").state) == (
        "A001",
        "serving",
        "waiting",
    )


# --- a finish reopened --------------------------------------------------------------------------------------


def reopen(counter: str = "2") -> cmd.Reopen:
    return cmd.Reopen(by=HTTP, counter=counter)


def served(scene: Scene, seconds: float = 60) -> None:
    scene.next("2")
    scene.at_counter(cmd.StartService, "2")
    scene.wait(seconds)
    scene.at_counter(cmd.FinishService, "2")


def test_a_finish_taken_back_goes_on_and_counts_as_one_service(scene):
    scene.take()
    served(scene, 60)
    scene.wait(30).do(reopen())
    assert (scene.ticket("A001").state, scene.hall.book.times_s["social"]) == ("serving", ())
    scene.wait(40)
    scene.at_counter(cmd.FinishService, "2")
    assert scene.hall.book.times_s["social"] == (100.0,)


def test_a_rating_given_in_between_stays_and_is_the_only_one(scene):
    scene.take()
    served(scene)
    scene.press("2", 4)
    scene.do(reopen())
    assert scene.ticket("A001").score == 4
    assert scene.no(cmd.RateAtCounter(by=PAD, counter="2", score=5)) == "already_rated"


def test_nobody_reopens_after_another_call_or_too_late_or_elsewhere(scene):
    for _ in range(4):
        scene.take()
    assert scene.no(reopen()) == "nothing_to_reopen"
    served(scene)
    assert scene.no(reopen("1")) == "nothing_to_reopen"
    scene.wait(121)
    assert scene.no(reopen()) == "reopen_too_late"
    scene.next("2")
    assert scene.no(reopen()) == "counter_busy"
    scene.at_counter(cmd.MarkNoShow, "2")
    assert scene.no(reopen()) == "nothing_to_reopen"


def test_a_closed_or_paused_counter_takes_nothing_up(scene):
    scene.take()
    served(scene)
    scene.at_counter(cmd.PauseCounter, "2")
    assert scene.no(reopen()) == "counter_paused"
    scene.at_counter(cmd.CloseCounter, "2")
    assert scene.no(reopen()) == "counter_closed"


def test_a_visit_that_went_on_comes_back_while_it_only_waits(scene):
    number = visit(scene, "social", "civil")
    served(scene)
    scene.do(reopen())
    ticket = scene.ticket(number)
    assert (ticket.state, ticket.service, ticket.services) == ("serving", "social", ("civil",))
    assert scene.service("civil").waiting == 0
    scene.at_counter(cmd.FinishService, "2")
    scene.next("1")
    assert scene.no(reopen()) == "nothing_to_reopen"


# --- the last no-show ---------------------------------------------------------------------------------------


def test_a_no_show_in_an_otherwise_empty_line_comes_back_by_itself(scene):
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.MarkNoShow, "2")
    told = scene.why("3")["next"]
    assert (told["number"], told["because"]) == ("A001", "nobody_else")
    events = scene.next("3")
    assert kinds(events) == ["TicketReturned", "TicketCalled"]
    assert (scene.called_at("3"), scene.ticket("A001").state) == ("A001", "called")


def test_it_comes_back_no_oftener_than_the_rule_says(scene):
    scene.take()
    for _ in range(3):
        scene.next("2")
        scene.at_counter(cmd.MarkNoShow, "2")
    assert scene.ticket("A001").state == "cancelled"
    assert scene.no(cmd.CallNext(by=HTTP, counter="2")) == "nobody_waiting"


def test_it_waits_for_its_turn_while_others_wait_or_somebody_is_on_the_way(scene):
    scene.take()
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.MarkNoShow, "2")
    assert scene.next("2")[-1].number == "A002"
    assert scene.no(cmd.CallNext(by=HTTP, counter="2")) == "nobody_waiting"
    scene.wait(21)
    assert scene.next("2")[-1].number == "A001"


def test_a_counter_calls_no_no_show_of_a_service_that_it_does_not_serve(scene):
    scene.take("civil")
    scene.next("1")
    scene.at_counter(cmd.MarkNoShow, "1")
    assert scene.no(cmd.CallNext(by=HTTP, counter="2")) == "nobody_waiting"


# --- why not mine -------------------------------------------------------------------------------------------


def mine(scene: Scene, number: str, counter: str = "1") -> dict:
    return scene.why(counter, number)["mine"]


def test_whoever_waits_is_told_for_whom_and_why_but_never_of_a_class(scene):
    scene.take("civil")
    scene.take("social")
    scene.take("social", priority="elderly")
    told = mine(scene, "B001")
    assert (told["because"], told["place"]) == ("waits", 3)
    assert told["before"] == [
        {"number": "A002", "because": "priority"},
        {"number": "A001", "because": "service"},
    ]
    assert mine(scene, "A001")["before"][0]["because"] == "priority"
    assert mine(scene, "A002")["because"] == "next"
    assert "elderly" not in str(scene.why("1", "B001"))


def test_after_so_many_with_priority_it_is_the_turn_of_one_without():
    scene = Scene(with_rules(priority_in_a_row=1)).open("2")
    scene.take()
    for _ in range(3):
        scene.take(priority="elderly")
    scene.next("2")
    assert mine(scene, "A003", "2")["before"] == [{"number": "A001", "because": "turn"}]


def test_a_ticket_that_is_not_in_the_line_is_told_where_it_is(scene):
    for _ in range(3):
        scene.take()
    scene.take("civil")
    scene.next("2")
    assert mine(scene, "A001") == {
        "ticket": scene.ticket("A001").id,
        "number": "A001",
        "state": "called",
        "because": "at_counter",
        "counter": "2",
    }
    scene.at_counter(cmd.MarkNoShow, "2")
    assert (mine(scene, "A001")["because"], mine(scene, "A001")["calls_to_go"]) == ("no_show", 3)
    scene.next("2")
    scene.at_counter(cmd.Hold, "2")
    assert mine(scene, "A002")["because"] == "held"
    scene.do(cmd.CancelTicket(by=HTTP, ticket="A002"))
    assert mine(scene, "A002")["because"] == "over"
    assert (mine(scene, "B001", "2")["because"], mine(scene, "B001", "2")["counters"]) == (
        "other_service",
        ["1", "3"],
    )
    scene.next("2")
    scene.at_counter(cmd.Transfer, "2", to_counter="3")
    assert (mine(scene, "A003")["because"], mine(scene, "A003")["counter"]) == ("sent_elsewhere", "3")


def test_the_last_no_show_is_told_that_it_is_next():
    scene = Scene(replace(PLAN)).open("2")
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.MarkNoShow, "2")
    assert mine(scene, "A001", "2")["because"] == "next"


# --- the list on paper --------------------------------------------------------------------------------------


def test_the_list_of_those_waiting_is_asked_for_once_at_a_time(scene):
    scene.take()
    ask = cmd.PrintWaiting(by=HTTP)
    (asked,) = scene.do(ask)
    assert (asked.list, asked.printer) == ("20261123-1", "printer-1")
    assert scene.no(ask) == "list_busy"
    scene.happens(ev.WaitingListStarted(list=asked.list, printer="printer-1"))
    scene.happens(ev.WaitingListEnded(list=asked.list, printer="printer-1", state="printed"))
    assert scene.do(ask)[0].list == "20261123-2"
    assert scene.no(replace(ask, printer="printer-9")) == "no_printer"
    assert Scene(replace(PLAN, kiosks=())).no(ask) == "no_printer"


def test_a_list_that_nothing_was_heard_of_refuses_no_other(scene):
    ask = cmd.PrintWaiting(by=HTTP)
    scene.do(ask)
    assert scene.wait(61).do(ask)[0].list == "20261123-2"
