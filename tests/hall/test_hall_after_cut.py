"""After a cut: counters come back paused, a person says who is still there, and the gap is nobody's wait."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hall_scenario import (
    DAYTIME,
    HTTP,
    KIOSK,
    PAD,
    PLAN,
    POSTS,
    TIMER,
    ZONE,
    Scene,
    everything,
    kinds,
    with_rules,
)

from edge.hall import commands as cmd
from edge.hall import events as ev


def cut(scene: Scene, minutes: float, boot: str = "boot-2") -> Scene:
    """The power goes and comes back; the box has a clock that goes on."""
    scene.at += timedelta(minutes=minutes)
    return scene.off_and_on(boot)


def starts(scene: Scene) -> tuple[ev.Event, ...]:
    """The daemon comes up: the first tick of the registrar, its own note, and the next tick."""
    first = scene.tick()
    scene.happens(ev.DaemonStarted(version="1", boot=scene.boot))
    return (*first, *scene.wait(1).tick())


def test_after_some_minutes_open_counters_come_back_paused(scene):
    scene.take()
    scene.at_counter(cmd.PauseCounter, "2", reason="lunch")
    events = starts(cut(scene, 6))
    assert kinds(events) == ["PowerReturned", "CounterPaused", "CounterPaused"]
    assert (events[0].gap_s, events[0].by) == (360, TIMER)
    states = {c.id: (c.state, c.reason) for c in scene.view().counters}
    assert states["1"] == states["3"] == ("paused", "after_cut")
    assert (states["2"], states["9"]) == (("paused", "lunch"), ("closed", ""))
    assert starts(scene) == ()


def test_they_go_on_by_opening(scene):
    scene.take()
    starts(cut(scene, 20))
    assert scene.no(cmd.CallNext(by=PAD, counter="1")) == "counter_paused"
    scene.at_counter(cmd.OpenCounter, "1", by=PAD)
    assert scene.next("1", by=PAD)[-1].number == "A001"


@pytest.mark.parametrize("boot", ["boot-1", "boot-2"])
def test_a_short_gap_pauses_nobody_however_long_it_is_quiet_afterwards(scene, boot):
    scene.take()
    cut(scene, 4, boot)
    scene.uptime_s = 1240.0 if boot == "boot-1" else 30.0
    assert starts(scene) == ()
    assert scene.wait(3600).tick() == ()


def test_a_program_that_was_away_in_one_boot_is_measured_by_uptime(scene):
    scene.take()
    scene.wait(6 * 60).clock_says("2026-11-23T10:00:01")
    assert kinds(starts(scene)) == ["PowerReturned"] + ["CounterPaused"] * 3


def test_a_clock_that_cannot_tell_takes_it_for_a_cut_where_somebody_has_a_number():
    scene = Scene(trusted=False).open("1")
    assert starts(cut(scene, 0)) == ()
    scene.take()
    (returned, paused) = starts(cut(scene, 0, "boot-3"))
    assert (returned.gap_s, paused.counter) == (0, "1")


def test_a_clock_trusted_on_one_side_only_cannot_tell_either(scene):
    scene.take()
    scene.trusted = False
    assert kinds(starts(cut(scene, 0))) == ["PowerReturned"] + ["CounterPaused"] * 3


def test_an_empty_hall_comes_back_as_it_was():
    scene = Scene()
    scene.tick()
    assert starts(cut(scene, 60)) == ()


def test_whoever_comes_first_after_the_cut_brings_the_pauses_with_it(scene):
    scene.take()
    cut(scene, 10)
    events = scene.do(cmd.TakeTicket(by=KIOSK, service="social"))
    assert kinds(events) == ["PowerReturned"] + ["CounterPaused"] * 3 + ["TicketIssued"]
    assert events[-1].number == "A002"


def test_a_hall_may_set_how_long_some_minutes_are():
    scene = Scene(with_rules(gap_min=60)).open("1")
    scene.take()
    assert starts(cut(scene, 59)) == ()
    assert kinds(starts(cut(scene, 62, "boot-3"))) == ["PowerReturned", "CounterPaused"]


def test_the_ticket_at_the_counter_stays_there(scene):
    scene.take()
    scene.next("2")
    starts(cut(scene, 30))
    assert scene.called_at("2") == "A001"
    scene.at_counter(cmd.OpenCounter, "2")
    assert kinds(scene.at_counter(cmd.FinishService, "2"))[-1] == "ServiceFinished"


def test_a_counter_held_elsewhere_is_paused_with_the_other(scene):
    scene.do(cmd.Cover(by=HTTP, counter="2", at="1"))
    scene.take()
    starts(cut(scene, 30))
    assert (scene.counter("2").state, scene.counter("2").reason) == ("paused", "after_cut")


# --- what a person says -------------------------------------------------------------------------------------


def test_served_by_hand_up_to_a_number(scene):
    for _ in range(4):
        scene.take()
    starts(cut(scene, 30))
    assert scene.view().before_cut == 4
    events = scene.do(cmd.MarkServedByHand(by=HTTP, service="social", up_to="A003"))
    assert [e.ticket[-4:] for e in events] == ["A001", "A002", "A003"]
    assert scene.view().before_cut == 1


def test_clear_sends_home_who_waited_before_and_nobody_else(scene):
    for _ in range(4):
        scene.take()
    scene.next("1")
    scene.next("2")
    scene.at_counter(cmd.Hold, "2")
    starts(cut(scene, 30))
    assert scene.take() == "A005"
    events = scene.do(cmd.ClearBeforeCut(by=HTTP))
    assert [(type(e).__name__, e.ticket[-4:], e.why) for e in events] == [
        ("TicketExpired", n, "after_cut") for n in ("A002", "A003", "A004")
    ]
    assert (scene.called_at("1"), scene.view().before_cut) == ("A001", 0)
    assert scene.do(cmd.ClearBeforeCut(by=HTTP)) == ()
    assert scene.service("social").waiting == 1


def test_without_a_cut_nobody_can_be_cleared(scene):
    scene.take()
    assert scene.no(cmd.ClearBeforeCut(by=HTTP)) == "no_cut"
    starts(cut(scene, 30))
    scene.clock_says("2026-11-24T09:00:00")
    scene.tick()
    assert scene.no(cmd.ClearBeforeCut(by=HTTP)) == "no_cut"


# --- what the gap is not ------------------------------------------------------------------------------------


def test_the_gap_is_no_service_time(scene):
    """Nor is what came before it since the last sign of life: nobody knows when the light went out."""
    for _ in range(6):
        scene.take()
    for n in range(5):
        scene.next("2")
        scene.at_counter(cmd.StartService, "2")
        scene.wait(60)
        starts(cut(scene, 45, f"boot-{n + 2}"))
        scene.wait(60)
        scene.at_counter(cmd.OpenCounter, "2")
        scene.at_counter(cmd.FinishService, "2")
    assert [round(s) for s in scene.hall.book.times_s["social"]] == [61] * 5


def test_the_gap_does_not_start_a_service(scene):
    scene.take()
    scene.next("2")
    starts(cut(scene, 45).wait(0))
    scene.at_counter(cmd.OpenCounter, "2")
    assert scene.tick() == ()
    assert kinds(scene.wait(20).tick()) == ["ServiceStarted"]


def test_a_replay_after_cuts_gives_the_same_state(scene):
    scene.take()
    starts(cut(scene, 45))
    scene.at_counter(cmd.OpenCounter, "1")
    scene.next("1")
    starts(cut(scene, 2, "boot-3"))
    assert everything(scene.replayed()) == everything(scene.hall)


# --- switched off at the main switch ------------------------------------------------------------------------


@pytest.mark.parametrize("clock", ["right", "stands_still", "thinks_it_is_2020"])
def test_switched_off_every_evening_for_a_month(clock):
    """Numbers once a day, nobody dropped without a word, and each morning the day opens by itself."""
    scene = Scene(replace(PLAN, hours=DAYTIME, posts=POSTS), trusted=clock == "right")
    given: set[str] = set()
    for n in range(30):
        morning = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE) + timedelta(days=n)
        scene.off_and_on(f"boot-{n}")
        scene.at = {
            "right": morning.astimezone(UTC),
            "stands_still": scene.at,
            "thinks_it_is_2020": datetime(2020, 1, 1, tzinfo=UTC),
        }[clock]
        starts(scene)
        if clock != "right":
            scene.do(cmd.OpenDay(by=HTTP, date=f"{morning:%Y-%m-%d}", time="09:00"))
            scene.at = morning.astimezone(UTC)
            scene.trusted = True
        assert (scene.hall.day, scene.hall.book.day_open) == (f"{morning:%Y-%m-%d}", True)
        assert_nobody_is_lost(scene, given)
        assert {c.state for c in scene.view().counters} <= {"closed", "paused"}
        for counter in ("1", "2", "3"):
            scene.at_counter(cmd.OpenCounter, counter)
        for _ in range(8):
            issued = scene.do(cmd.TakeTicket(by=KIOSK, service="social"))[-1]
            assert issued.ticket not in given
            given.add(issued.ticket)
            scene.wait(60)
        for counter in ("1", "2", "1"):
            scene.next(counter)
            scene.wait(300).tick()
        scene.trusted = clock == "right"
    assert len(given) == 240


def assert_nobody_is_lost(scene: Scene, given: set[str]) -> None:
    """Every number given has an end in the journal, or its holder still waits."""
    over = (ev.TicketExpired, ev.ServiceFinished, ev.TicketCancelled, ev.TicketServedByHand)
    ended = {e.ticket for e, _ in scene.journal if isinstance(e, over)}
    live = {t.id for t in scene.hall.book.tickets.values() if t.state in ("waiting", "called", "serving")}
    assert given - ended <= live
