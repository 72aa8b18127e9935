"""评价: the right to rate belongs to the ticket, opens with its service, and is used once."""

from hall_scenario import CODE, HTTP, KIOSK, PAD, Scene, kinds, with_rules

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall.words import By, Door


def serving(scene: Scene, counter: str = "2", service: str = "social") -> str:
    """Somebody in service at this counter since this moment; the ticket's id."""
    scene.take(service)
    scene.next(counter)
    scene.at_counter(cmd.StartService, counter)
    ticket = scene.counter(counter).ticket
    assert ticket is not None
    return ticket.id


def rating(counter: str = "2", score: int = 5, by: By = PAD) -> cmd.RateAtCounter:
    return cmd.RateAtCounter(by=by, counter=counter, score=score)


def by_code(ticket: str, score: int = 4, **more: object) -> cmd.RateByCode:
    return cmd.RateByCode(**{"by": CODE, "ticket": ticket, "score": score, **more})


def test_a_press_in_service_rates_the_ticket_in_service(scene):
    scene.at_counter(cmd.SignIn, "2", staff="003")
    ticket = serving(scene)
    scene.wait(20)
    (rated,) = scene.press("2", 4)
    assert (type(rated), rated.ticket, rated.counter, rated.score) == (ev.ServiceRated, ticket, "2", 4)
    assert (rated.staff, rated.by) == ("003", PAD)
    assert scene.ticket(ticket).score == 4


def test_a_second_press_rates_nobody(scene):
    serving(scene)
    scene.wait(20)
    scene.press("2")
    assert scene.no(rating()) == "already_rated"
    scene.at_counter(cmd.FinishService, "2")
    assert scene.no(rating()) == "already_rated"


def test_a_second_press_does_not_fall_on_the_one_before(scene):
    serving(scene)
    scene.wait(20)
    scene.at_counter(cmd.FinishService, "2")
    second = serving(scene)
    scene.at_counter(cmd.FinishService, "2")
    assert scene.press("2")[0].ticket == second
    assert scene.no(rating()) == "already_rated"


def test_one_only_called_is_never_rated(scene):
    scene.take()
    scene.next("2")
    scene.wait(19)
    assert scene.no(rating()) == "nothing_to_rate"
    scene.take()
    scene.next("2")
    assert scene.no(rating()) == "nothing_to_rate"


def test_a_press_just_after_the_start_belongs_to_the_one_before(scene):
    first = serving(scene)
    scene.wait(60)
    scene.at_counter(cmd.FinishService, "2")
    second = serving(scene)
    scene.wait(19)
    assert scene.press("2")[0].ticket == first
    scene.wait(1)
    assert scene.press("2")[0].ticket == second


def test_a_late_press_counts_for_some_time_after_the_finish(scene):
    ticket = serving(scene)
    scene.at_counter(cmd.FinishService, "2")
    scene.wait(91)
    assert scene.no(rating()) == "nothing_to_rate"
    scene.wait(-1)
    assert scene.press("2")[0].ticket == ticket


def test_a_clerk_who_presses_only_next_shifts_no_rating(scene):
    for _ in range(3):
        scene.take()
    rated = []
    for _ in range(3):
        scene.next("2")
        scene.wait(20)
        scene.tick()
        scene.wait(30)
        rated.append(scene.press("2")[0].ticket[-4:])
        scene.wait(40)
    assert rated == ["A001", "A002", "A003"]


def test_a_clerks_quick_next_silences_nobody(scene):
    unhappy = serving(scene)
    scene.wait(300)
    scene.take()
    scene.next("2")
    scene.wait(10)
    assert scene.press("2", 1)[0].ticket == unhappy


def test_the_neighbours_pad_rates_nobody_here(scene):
    serving(scene, "2")
    scene.wait(60)
    assert scene.no(rating("1")) == "nothing_to_rate"


def test_a_transfer_does_not_take_the_right_away(scene):
    ticket = serving(scene)
    scene.wait(60)
    scene.at_counter(cmd.Transfer, "2", service="civil")
    (rated,) = scene.press("2", 3)
    assert (rated.ticket, rated.counter) == (ticket, "2")
    scene.next("1")
    scene.at_counter(cmd.StartService, "1")
    scene.wait(20)
    assert scene.no(rating("1")) == "already_rated"


def test_after_a_transfer_the_next_counter_may_be_rated_instead(scene):
    scene.at_counter(cmd.SignIn, "1", staff="001")
    ticket = serving(scene)
    scene.at_counter(cmd.Transfer, "2", service="civil")
    scene.next("1")
    scene.wait(20)
    scene.tick()
    scene.wait(20)
    assert scene.no(rating("2")) == "nothing_to_rate"
    (rated,) = scene.press("1")
    assert (rated.ticket, rated.counter, rated.staff) == (ticket, "1", "001")


def test_a_start_that_time_alone_made_is_no_service_when_nobody_came(scene):
    scene.take()
    scene.next("2")
    scene.wait(20)
    scene.tick()
    ticket = scene.ticket("A001").id
    assert ticket in scene.view().rateable
    scene.at_counter(cmd.MarkNoShow, "2")
    scene.wait(30)
    assert scene.no(rating()) == "nothing_to_rate"
    assert scene.no(by_code(ticket)) == "nothing_to_rate"
    assert ticket not in scene.view().rateable


def test_a_recall_takes_back_a_start_that_time_alone_made(scene):
    scene.take()
    scene.next("2")
    scene.wait(20)
    scene.tick()
    scene.at_counter(cmd.Recall, "2")
    scene.wait(20)
    assert scene.no(rating()) == "nothing_to_rate"
    scene.tick()
    scene.wait(20)
    assert kinds(scene.press("2")) == ["ServiceRated"]


def test_a_no_show_elsewhere_keeps_the_right_from_before(scene):
    ticket = serving(scene)
    scene.at_counter(cmd.Transfer, "2", service="civil")
    scene.next("1")
    scene.wait(20)
    scene.tick()
    scene.at_counter(cmd.MarkNoShow, "1")
    (rated,) = scene.do(by_code(ticket))
    assert rated.counter == "2"


def test_a_held_ticket_is_rated_where_it_is_resumed(scene):
    ticket = serving(scene, "2")
    scene.at_counter(cmd.Hold, "2")
    scene.wait(600)
    scene.at_counter(cmd.Resume, "1", ticket="A001")
    scene.wait(20)
    (rated,) = scene.press("1")
    assert (rated.ticket, rated.counter) == (ticket, "1")


def test_only_pads_rate_at_a_counter(scene):
    serving(scene)
    scene.wait(20)
    for door in set(Door) - {Door.PAD}:
        assert scene.no(rating(by=By(door))) == "only_pads_rate"


def test_a_score_is_one_to_five(scene):
    ticket = serving(scene)
    scene.wait(20)
    for score in (0, 6, -1):
        assert scene.no(rating(score=score)) == "bad_score"
        assert scene.no(by_code(ticket, score)) == "bad_score"


def test_elapsed_time_over_a_restart_is_taken_from_the_clock_and_never_negative(scene):
    ticket = serving(scene)
    scene.at_counter(cmd.FinishService, "2")
    scene.wait(60).off_and_on()
    assert scene.press("2")[0].ticket == ticket
    serving(scene)
    scene.at_counter(cmd.FinishService, "2")
    scene.off_and_on("boot-3").wait(-500)
    assert kinds(scene.press("2")) == ["ServiceRated"]


def test_within_one_boot_a_jumping_clock_changes_no_right(scene):
    serving(scene)
    scene.at_counter(cmd.FinishService, "2")
    scene.wait(60).clock_says("2026-11-23T15:00:00")
    assert kinds(scene.press("2")) == ["ServiceRated"]


# --- by code ------------------------------------------------------------------------------------------------


def test_by_code_a_ticket_is_rated_for_some_days_and_once(scene):
    ticket = serving(scene)
    scene.at_counter(cmd.FinishService, "2")
    scene.clock_says("2026-12-08T10:00:00")
    scene.tick()
    (rated,) = scene.do(by_code(ticket, 2, tags=("slow",), text="t-1"))
    assert (rated.ticket, rated.counter, rated.score) == (ticket, "2", 2)
    assert (rated.tags, rated.text, rated.by.door) == (("slow",), "t-1", Door.CODE)
    assert scene.no(by_code(ticket)) == "already_rated"


def test_by_code_is_too_late_after_those_days(scene):
    ticket = serving(scene)
    scene.at_counter(cmd.FinishService, "2")
    scene.clock_says("2026-12-09T10:00:00")
    assert scene.no(by_code(ticket)) == "rate_too_late"
    scene.tick()
    assert scene.no(by_code(ticket)) == "nothing_to_rate"
    assert scene.view().rateable == ()


def test_by_code_needs_a_begun_service_and_the_codes_door(scene):
    ticket = scene.ticket(scene.take()).id
    assert scene.no(by_code(ticket)) == "nothing_to_rate"
    scene.next("2")
    assert scene.no(by_code(ticket)) == "nothing_to_rate"
    scene.at_counter(cmd.StartService, "2")
    for by in (HTTP, PAD, KIOSK):
        assert scene.no(by_code(ticket, by=by)) == "only_pads_rate"
    assert kinds(scene.do(by_code(ticket))) == ["ServiceRated"]


def test_pad_and_code_share_one_right(scene):
    ticket = serving(scene)
    scene.wait(20)
    scene.do(by_code(ticket))
    assert scene.no(rating()) == "already_rated"


def test_who_was_served_by_hand_may_rate_by_code(scene):
    ticket = scene.ticket(scene.take()).id
    scene.do(cmd.MarkServedByHand(by=HTTP, service="social", up_to="A001"))
    assert scene.do(by_code(ticket))[0].counter == ""


def test_a_pads_right_ends_with_the_day(scene):
    serving(scene)
    scene.clock_says("2026-11-24T09:00:00")
    scene.tick()
    assert scene.no(rating()) == "nothing_to_rate"


def test_the_times_are_the_halls():
    scene = Scene(with_rules(rate_in_service_s=5, rate_after_finish_s=10)).open("2")
    serving(scene)
    scene.wait(5)
    assert kinds(scene.press("2")) == ["ServiceRated"]
    serving(scene)
    scene.at_counter(cmd.FinishService, "2")
    scene.wait(11)
    assert scene.no(rating()) == "nothing_to_rate"


def test_a_resumed_ticket_is_rated_for_who_resumed_it(scene):
    scene.at_counter(cmd.SignIn, "2", staff="003")
    scene.at_counter(cmd.SignIn, "1", staff="001")
    serving(scene, "2")
    scene.at_counter(cmd.Hold, "2")
    scene.at_counter(cmd.Resume, "1", ticket="A001")
    scene.wait(20)
    assert scene.press("1")[0].staff == "001"


def test_a_counter_that_closes_elsewhere_makes_nobody_late_again(scene):
    serving(scene, "2")
    scene.at_counter(cmd.Transfer, "2", to_counter="3")
    scene.wait(80)
    assert kinds(scene.at_counter(cmd.CloseCounter, "3")) == ["TicketTransferred", "CounterClosed"]
    scene.wait(20)
    assert scene.no(rating("2")) == "nothing_to_rate"


def test_missed_before_it_began_elsewhere_the_right_from_before_stays(scene):
    ticket = serving(scene, "2")
    scene.at_counter(cmd.Transfer, "2", service="civil")
    scene.next("1")
    scene.at_counter(cmd.MarkNoShow, "1")
    assert scene.do(by_code(ticket))[0].counter == "2"
