"""Numbers for others, by card, by hand, and for what was lost yesterday."""

from dataclasses import replace

import pytest
from hall_scenario import DAYTIME, HTTP, KIOSK, PLAN, Scene, kinds, request, with_rules

from edge.hall import commands as cmd
from edge.hall import events as ev


def numbers(events: tuple[ev.Event, ...]) -> list[str]:
    return [e.number for e in events if isinstance(e, ev.TicketIssued)]


def take(service: str = "social", **more: object) -> cmd.TakeTicket:
    return cmd.TakeTicket(**{"by": KIOSK, "service": service, "kiosk": "k1", **more})


# --- ten in a row -------------------------------------------------------------------------------------------


def test_an_agent_takes_ten_at_once_under_one_key(scene):
    asked = take(count=10, request=request("agent"))
    issued = [e for e in scene.do(asked) if isinstance(e, ev.TicketIssued)]
    assert [e.number for e in issued] == [f"A{n:03d}" for n in range(1, 11)]
    assert [e.ahead for e in issued] == list(range(10))
    assert scene.do(asked) == ()
    assert numbers(scene.hall.remembered(asked.request)) == [e.number for e in issued]


@pytest.mark.parametrize("more", [{"count": 0}, {"count": 11}, {"count": 2, "former": "A001"}])
def test_more_than_ten_or_none_are_no_count(scene, more):
    assert scene.no(take(**more)) == "bad_count"


def test_all_of_them_or_none(scene):
    assert scene.no(take("land", count=4)) == "full"
    assert numbers(scene.do(take("land", count=3))) == ["C001", "C002", "C003"]


def test_many_in_a_minute_are_a_hint_and_no_refusal(scene):
    assert "ManyTaken" not in kinds(scene.do(take(count=9)))
    hint = scene.do(take())[-1]
    assert (type(hint), hint.kiosk, hint.taken) == (ev.ManyTaken, "k1", 10)
    assert [(h.kind, h.device, h.count) for h in scene.view().hints] == [("many_taken", "k1", 10)]
    assert kinds(scene.do(take())) == ["TicketIssued"]
    scene.wait(61)
    assert kinds(scene.do(take(count=9))) == ["TicketIssued"] * 9
    scene.wait(600)
    assert scene.view().hints == ()


def test_numbers_at_a_counters_desk_or_slowly_are_no_hint(scene):
    assert "ManyTaken" not in kinds(scene.do(take(count=10, kiosk="")))
    for _ in range(12):
        assert kinds(scene.wait(10).do(take())) == ["TicketIssued"]
    quiet = Scene(with_rules(many_taken=0))
    assert "ManyTaken" not in kinds(quiet.do(take(count=10)))


# --- a card -------------------------------------------------------------------------------------------------


def test_one_live_ticket_per_card_and_service_where_the_hall_wants_it():
    scene = Scene(with_rules(one_ticket_per_card=True)).open("1")
    scene.do(take(card="5ca1ab1e"))
    assert scene.no(take(card="5ca1ab1e")) == "has_ticket"
    assert numbers(scene.do(take("civil", card="5ca1ab1e"))) == ["B001"]
    assert numbers(scene.do(take(card="0ther"))) == ["A002"]
    assert numbers(scene.do(take())) == ["A003"]
    scene.next("1")
    assert scene.no(take(card="5ca1ab1e")) == "has_ticket"
    scene.at_counter(cmd.FinishService, "1")
    assert numbers(scene.do(take(card="5ca1ab1e"))) == ["A004"]


def test_by_default_no_card_is_looked_at_or_written_down(scene):
    assert [e.card for e in scene.do(take(card="5ca1ab1e")) if isinstance(e, ev.TicketIssued)] == [""]
    assert numbers(scene.do(take(card="5ca1ab1e"))) == ["A002"]


# --- by hand ------------------------------------------------------------------------------------------------


def key_in(number: str = "H01", **more: object) -> cmd.KeyInTicket:
    return cmd.KeyInTicket(**{"by": HTTP, "number": number, "service": "social", **more})


def test_a_hand_written_number_is_keyed_in_and_marked_so(scene):
    scene.take()
    assert numbers(scene.do(key_in("h1"))) == ["H01"]
    ticket = scene.ticket("H01")
    assert (ticket.by_hand, ticket.id, ticket.ahead) == (True, "510000001-20261123-H001", 1)
    assert scene.ticket("h001").id == ticket.id
    assert scene.no(key_in("H001")) == "number_taken"
    assert [scene.next("1")[-1].number for _ in range(2)] == ["A001", "H01"]


def test_it_takes_the_place_that_its_written_time_gives(scene):
    for _ in range(3):
        scene.take()
        scene.wait(300)
    assert scene.do(key_in("H02", taken_at="10:07"))[-1].ahead == 2
    assert scene.do(key_in("H01", taken_at="10:02"))[-1].ahead == 1
    assert scene.do(key_in("H03", taken_at="09:30"))[-1].ahead == 0
    called = [scene.next("1")[-1].number for _ in range(6)]
    assert called == ["H03", "A001", "H01", "A002", "H02", "A003"]
    assert scene.ticket("H01").issued_at == "2026-11-23T10:02:00+08:00"


def test_two_hand_written_numbers_of_one_minute_keep_the_order_of_their_keying(scene):
    scene.take()
    scene.wait(120).take()
    for number in ("H01", "H02", "H03"):
        scene.do(key_in(number, taken_at="10:01"))
    assert [scene.next("1")[-1].number for _ in range(5)] == ["A001", "H01", "H02", "H03", "A002"]


def test_hours_and_ranges_do_not_ask_after_a_number_that_was_given():
    scene = Scene(replace(PLAN, hours=DAYTIME)).wait(3 * 3600)
    assert numbers(scene.do(key_in())) == ["H01"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"number": "A001"}, "bad_number"),
        ({"number": "H000"}, "bad_number"),
        ({"number": "eins"}, "bad_number"),
        ({"service": "tax"}, "no_service"),
        ({"priority": "vip"}, "no_priority"),
        ({"taken_at": "10:01"}, "bad_time"),
        ({"taken_at": "25:00"}, "bad_time"),
    ],
)
def test_what_nobody_can_have_written_is_refused(scene, more, reason):
    assert scene.no(key_in(**more)) == reason


def test_a_hall_without_a_block_for_hands_takes_none():
    assert Scene(with_rules(hand_prefix="")).no(key_in()) == "bad_number"


def test_numbers_by_hand_may_have_been_served_by_hand(scene):
    for number, service in (("H01", "social"), ("H02", "civil"), ("H03", "social"), ("H04", "social")):
        scene.do(key_in(number, service=service))
    first = scene.take()
    served = scene.do(cmd.MarkServedByHand(by=HTTP, service="social", up_to="H03"))
    assert [scene.ticket(e.ticket).number for e in served] == ["H01", "H03"]
    assert [scene.ticket(n).state for n in ("H02", "H04", first)] == ["waiting"] * 3


def test_numbers_by_hand_leave_the_services_ranges_alone(scene):
    scene.do(key_in("H77"))
    assert scene.take() == "A001"
    assert scene.do(cmd.MarkServedByHand(by=HTTP, service="social", up_to="A500"))
    assert (scene.ticket("A001").state, scene.ticket("H77").state) == ("finished", "waiting")


# --- what was lost with the last day ------------------------------------------------------------------------


def next_day_after(*verbs: type[cmd.AtCounter]) -> Scene:
    """Two wait; the first is called, and `verbs` happen to it before the hall closes for the day."""
    scene = Scene(replace(PLAN, hours=DAYTIME)).open("1")
    scene.take()
    scene.take()
    scene.next("1")
    for verb in verbs:
        scene.at_counter(verb, "1")
    scene.do(cmd.CloseDay(by=HTTP))
    scene.off_and_on().clock_says("2026-11-24T09:00:00")
    return scene.open("1")


def test_a_no_show_missed_at_closing_time_goes_first_on_the_next_day_once():
    scene = next_day_after(cmd.MarkNoShow)
    assert [scene.take(), scene.take()] == ["A001", "A002"]
    issued = scene.do(take(former="A001"))[-1]
    assert (issued.number, issued.ahead) == ("A003", 0)
    assert issued.former == "510000001-20261123-A001"
    assert scene.why("1")["next"]["because"] == "returned"
    assert [scene.next("1")[-1].number for _ in range(3)] == ["A003", "A001", "A002"]
    assert scene.no(take(former="A001")) == "former_used"


def test_the_id_of_the_slip_serves_as_well_and_so_does_whoever_was_not_called_at_all():
    scene = next_day_after(cmd.MarkNoShow)
    assert numbers(scene.do(take(former="510000001-20261123-A002"))) == ["A001"]


def test_only_what_expired_on_the_last_day_for_the_same_service_goes_first():
    scene = next_day_after(cmd.FinishService)
    for more in ({"former": "A001"}, {"former": "A009"}, {"former": "nonsense"}, {"former": "A002"}):
        service = "civil" if more["former"] == "A002" else "social"
        assert scene.no(take(service, **more)) == "no_former"
    scene.do(cmd.CloseDay(by=HTTP))
    scene.clock_says("2026-11-25T09:00:00")
    assert scene.no(take(former="A002")) == "no_former"
