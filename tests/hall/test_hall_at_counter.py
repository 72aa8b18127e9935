"""What becomes of the ticket at a counter: this one, recall, start, finish, no-show, hold, transfer."""

from dataclasses import replace

from hall_scenario import HTTP, Scene, kinds, with_rules

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall.words import Door, Outcome

# --- this one, recall, start, finish ------------------------------------------------------------------------


def test_call_this_one_takes_it_out_of_turn_by_number_or_id(scene):
    for _ in range(3):
        scene.take()
    scene.at_counter(cmd.CallTicket, "3", ticket="a3")
    assert scene.called_at("3") == "A003"
    scene.at_counter(cmd.CallTicket, "3", ticket=scene.ticket("A002").id)
    assert (scene.called_at("3"), scene.ticket("A003").state) == ("A002", "finished")
    assert scene.next("2")[-1].number == "A001"


def test_call_this_one_brings_back_a_held_one_and_a_no_show(scene):
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.Hold, "2")
    scene.at_counter(cmd.CallTicket, "1", ticket="A001")
    assert (scene.called_at("1"), scene.ticket("A001").counter) == ("A001", "1")
    scene.at_counter(cmd.MarkNoShow, "1")
    scene.at_counter(cmd.CallTicket, "2", ticket="A001")
    assert (scene.called_at("1"), scene.called_at("2")) == ("", "A001")


def test_nobody_calls_a_ticket_that_is_at_a_counter_or_over(scene):
    scene.take()
    scene.next("2")
    for counter in "12":
        assert scene.no(cmd.CallTicket(by=HTTP, counter=counter, ticket="A001")) == "ticket_at_counter"
    scene.at_counter(cmd.FinishService, "2")
    assert scene.no(cmd.CallTicket(by=HTTP, counter="1", ticket="A001")) == "ticket_over"
    assert scene.no(cmd.CallTicket(by=HTTP, counter="1", ticket="A999")) == "no_ticket"


def test_recall_has_a_limit_for_each_call(scene):
    scene.take()
    scene.next("2")
    assert [scene.at_counter(cmd.Recall, "2")[0].times for _ in range(3)] == [1, 2, 3]
    assert scene.no(cmd.Recall(by=HTTP, counter="2")) == "recall_limit"
    scene.at_counter(cmd.MarkNoShow, "2")
    scene.at_counter(cmd.CallTicket, "2", ticket="A001")
    assert scene.at_counter(cmd.Recall, "2")[0].times == 1
    assert scene.counter("2").calls == 6


def test_verbs_for_the_counters_ticket_need_one(scene):
    for verb in (cmd.Recall, cmd.StartService, cmd.FinishService, cmd.MarkNoShow, cmd.Hold):
        assert scene.no(verb(by=HTTP, counter="1")) == "no_ticket_here"
    assert scene.no(cmd.Transfer(by=HTTP, counter="1", service="civil")) == "no_ticket_here"


def test_recall_of_a_finished_ticket_is_refused(scene):
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.FinishService, "2")
    assert scene.no(cmd.Recall(by=HTTP, counter="2")) == "no_ticket_here"


def test_start_comes_some_time_after_the_call_by_itself(scene):
    scene.take()
    scene.next("2")
    scene.wait(19)
    assert scene.tick() == ()
    scene.wait(1)
    (started,) = scene.tick()
    assert (type(started), started.counter, started.by.door) == (ev.ServiceStarted, "2", Door.TIMER)
    assert (scene.counter("2").state, scene.tick()) == ("serving", ())


def test_start_by_hand_only_where_the_hall_wants_it_so():
    scene = Scene(with_rules(start_after_call_s=0)).open("2")
    scene.take()
    scene.next("2")
    scene.wait(3600)
    assert scene.tick() == ()
    assert scene.no(cmd.CallNext(by=HTTP, counter="2")) == "nobody_waiting"


def test_recall_says_that_a_start_by_time_alone_was_wrong(scene):
    scene.take()
    scene.next("2")
    scene.wait(20)
    scene.tick()
    scene.at_counter(cmd.Recall, "2")
    assert scene.counter("2").state == "calling"
    scene.wait(19)
    assert scene.tick() == ()
    scene.wait(1)
    assert kinds(scene.tick()) == ["ServiceStarted"]


def test_recall_leaves_a_start_by_hand_as_it_is(scene):
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.StartService, "2")
    scene.at_counter(cmd.Recall, "2")
    assert scene.counter("2").state == "serving"


def test_start_is_noted_once_and_again_only_for_another_item(scene):
    scene.take(item="养老认证")
    scene.next("2")
    scene.at_counter(cmd.StartService, "2")
    assert scene.at_counter(cmd.StartService, "2") == ()
    assert scene.at_counter(cmd.StartService, "2", item="养老认证") == ()
    assert scene.at_counter(cmd.StartService, "2", item="社保卡")[0].item == "社保卡"
    assert scene.ticket("A001").item == "社保卡"


def test_finish_carries_outcome_and_cases(scene):
    scene.take()
    scene.next("2")
    events = scene.at_counter(cmd.FinishService, "2", outcome=Outcome.ACCEPTED, cases=("c-1", "c-2"))
    assert kinds(events) == ["ServiceStarted", "ServiceFinished"]
    assert (events[-1].outcome, events[-1].cases) == ("accepted", ("c-1", "c-2"))
    assert (scene.counter("2").state, scene.ticket("A001").state) == ("open", "finished")


# --- no-show, hold, transfer --------------------------------------------------------------------------------


def test_a_no_show_comes_back_after_others_and_then_goes_first(scene):
    for _ in range(6):
        scene.take()
    scene.next("2")
    assert kinds(scene.at_counter(cmd.MarkNoShow, "2")) == ["TicketMissed"]
    assert (scene.ticket("A001").state, scene.counter("2").ticket) == ("no_show", None)
    scene.next("2")
    scene.next("1")
    assert scene.why("2")["no_shows"][0]["calls_to_go"] == 1
    third = scene.next("2")
    assert kinds(third[-2:]) == ["TicketCalled", "TicketReturned"]
    assert scene.ticket("A001").state == "waiting"
    assert scene.why("2")["next"]["because"] == "returned"
    assert [scene.next("2")[-1].number, scene.next("2")[-1].number] == ["A001", "A005"]


def test_other_services_calls_do_not_bring_a_no_show_back(scene):
    scene.take("social")
    for _ in range(4):
        scene.take("civil")
    scene.next("2")
    scene.at_counter(cmd.MarkNoShow, "2")
    for _ in range(4):
        scene.next("3")
    assert scene.ticket("A001").state == "no_show"


def test_a_ticket_missed_too_often_is_cancelled(scene):
    scene.take()
    for times in (1, 2):
        scene.at_counter(cmd.CallTicket, "2", ticket="A001")
        assert [(type(e), e.times) for e in scene.at_counter(cmd.MarkNoShow, "2")] == [
            (ev.TicketMissed, times)
        ]
    scene.at_counter(cmd.CallTicket, "2", ticket="A001")
    missed, cancelled = scene.at_counter(cmd.MarkNoShow, "2")
    assert (missed.times, cancelled.why, scene.ticket("A001").state) == (3, "no_show", "cancelled")


def test_a_hall_may_let_a_no_show_wait_again_at_once():
    scene = Scene(with_rules(no_show_after_others=0)).open("2")
    scene.take()
    scene.next("2")
    assert kinds(scene.at_counter(cmd.MarkNoShow, "2")) == ["TicketMissed", "TicketReturned"]
    assert scene.next("2")[-1].number == "A001"


def test_hold_frees_the_counter_and_resume_goes_on(scene):
    scene.take()
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.StartService, "2")
    scene.at_counter(cmd.Hold, "2")
    assert (scene.ticket("A001").state, scene.counter("2").state) == ("held", "open")
    scene.next("2")
    assert scene.no(cmd.Resume(by=HTTP, counter="2")) == "counter_busy"
    scene.at_counter(cmd.FinishService, "2")
    assert kinds(scene.at_counter(cmd.Resume, "2")) == ["TicketResumed"]
    assert (scene.called_at("2"), scene.counter("2").state) == ("A001", "serving")


def test_resume_without_a_name_takes_the_last_held_here_and_with_one_any(scene):
    for counter in "1223":
        scene.take()
        scene.next(counter)
        scene.at_counter(cmd.Hold, counter)
    assert scene.at_counter(cmd.Resume, "2")[0].ticket[-4:] == "A003"
    assert scene.at_counter(cmd.Resume, "1", ticket="A004")[0].ticket[-4:] == "A004"
    assert scene.no(cmd.Resume(by=HTTP, counter="3")) == "not_held"
    assert scene.no(cmd.Resume(by=HTTP, counter="3", ticket="A004")) == "not_held"
    assert scene.called_at("1") == "A004"


def test_a_ticket_held_before_its_start_is_called_again_by_resume(scene):
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.Hold, "2")
    scene.wait(300)
    scene.at_counter(cmd.Resume, "2")
    assert (scene.counter("2").state, scene.tick()) == ("calling", ())


def test_transfer_to_a_service_keeps_the_place_in_time(scene):
    scene.take("social")
    scene.take("civil")
    scene.next("2")
    events = scene.at_counter(cmd.Transfer, "2", service="civil")
    assert kinds(events) == ["TicketTransferred"]
    assert (scene.ticket("A001").state, scene.ticket("A001").service) == ("waiting", "civil")
    assert scene.ticket("B001").ahead == 1
    assert scene.next("1")[-1].number == "A001"


def test_transfer_to_a_counter_is_called_there_alone(scene):
    scene.take("social")
    scene.take("social")
    scene.next("1")
    scene.at_counter(cmd.Transfer, "1", to_counter="3")
    assert (scene.service("social").waiting, scene.counter("2").waiting, scene.counter("3").waiting) == (
        2,
        1,
        2,
    )
    assert scene.next("2")[-1].number == "A002"
    assert scene.no(cmd.CallNext(by=HTTP, counter="1")) == "nobody_waiting"
    assert scene.why("3")["next"]["sent_here"] is True
    assert scene.next("3")[-1].number == "A001"


def test_transfer_to_a_counter_that_does_not_serve_it_is_called_there_too(scene):
    scene.take("civil")
    scene.next("3")
    scene.at_counter(cmd.Transfer, "3", to_counter="2")
    assert scene.next("2")[-1].number == "B001"


def test_transfer_nowhere_is_refused(scene):
    scene.take()
    scene.next("2")
    for reason, where in (
        ("transfer_nowhere", {}),
        ("transfer_nowhere", {"to_counter": "2"}),
        ("no_service", {"service": "tax"}),
        ("no_counter", {"to_counter": "77"}),
        ("no_tickets_here", {"to_counter": "9"}),
    ):
        assert scene.no(cmd.Transfer(by=HTTP, counter="2", **where)) == reason


def test_a_capture_belongs_to_the_ticket_at_the_counter(scene):
    scene.take()
    scene.next("2")
    note = cmd.NoteCapture(by=HTTP, counter="2", capture="x1", digest="ab" * 32, size_bytes=7)
    (captured,) = scene.do(note)
    assert (captured.ticket, captured.pages) == (scene.ticket("A001").id, 1)
    assert scene.do(replace(note, counter="9"))[0].ticket == ""
    assert scene.no(replace(note, counter="77")) == "no_counter"


def test_who_waits_for_a_counter_that_closes_may_go_to_others(scene):
    scene.take("social")
    scene.take("social")
    scene.next("1")
    scene.at_counter(cmd.Transfer, "1", to_counter="3")
    events = scene.at_counter(cmd.CloseCounter, "3")
    assert kinds(events) == ["TicketTransferred", "CounterClosed"]
    assert scene.ticket("A001").counter == ""
    assert scene.next("2")[-1].number == "A001"


def test_a_resumed_ticket_is_announced_again(scene):
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.Hold, "2")
    calls = scene.counter("2").calls
    scene.at_counter(cmd.Resume, "2")
    assert scene.counter("2").calls == calls + 1
    assert (scene.view().calls[0].number, scene.view().calls[0].kind) == ("A001", "recall")


def test_who_waits_for_the_only_counter_of_a_service_goes_on_waiting_for_it(scene):
    scene.take("land")
    scene.at_counter(cmd.CallTicket, "1", ticket="C001")
    scene.at_counter(cmd.Transfer, "1", to_counter="3")
    assert kinds(scene.at_counter(cmd.CloseCounter, "3")) == ["CounterClosed"]
    scene.open("3")
    assert scene.next("3")[-1].number == "C001"


def test_a_start_by_time_that_the_clerk_confirms_stands_against_a_recall(scene):
    scene.take()
    scene.next("2")
    scene.wait(20)
    scene.tick()
    scene.at_counter(cmd.StartService, "2", item="社保卡")
    scene.at_counter(cmd.Recall, "2")
    assert scene.counter("2").state == "serving"
    scene.wait(20)
    assert kinds(scene.press("2")) == ["ServiceRated"]
