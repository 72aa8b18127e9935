"""The desk: help calls, emergencies, paused kiosks, the volume, rolls, and papers that are no slips."""

from dataclasses import replace

import pytest
from hall_scenario import HTTP, KIOSK, PLAN, Scene, kinds, request

from edge import checkpoint
from edge.hall import commands as cmd
from edge.hall import desk_events as de
from edge.hall import events as ev
from edge.hall.desk import Desk
from edge.hall.desk_views import DeskView
from edge.hall.event_values import DeviceKnown
from edge.hall.hall import Hall
from edge.hall.plan import HallPlan
from edge.values import Values


def desk(scene: Scene) -> DeskView:
    return scene.view().desk


def test_help_is_called_once_and_stands_until_somebody_goes(scene):
    (called,) = scene.do(cmd.CallHelp(by=KIOSK, kiosk="k1"))
    assert scene.do(cmd.CallHelp(by=KIOSK, kiosk="k1")) == ()
    scene.do(cmd.CallHelp(by=KIOSK, kiosk="k2"))
    assert [h.kiosk for h in desk(scene).helps] == ["k1", "k2"]
    assert desk(scene).general == ("3",)
    scene.do(cmd.AnswerHelp(by=HTTP, help=called.help, counter="3"))
    assert [h.kiosk for h in desk(scene).helps] == ["k2"]
    assert scene.no(cmd.AnswerHelp(by=HTTP, help=called.help)) == "no_help"


def test_help_needs_no_open_day_and_opens_none():
    scene = Scene()
    assert kinds(scene.do(cmd.CallHelp(by=KIOSK, kiosk="k1"))) == ["HelpCalled"]
    assert scene.view().day == ""


def test_a_call_for_help_that_nobody_answered_grows_old(scene):
    scene.do(cmd.CallHelp(by=KIOSK, kiosk="k1"))
    scene.wait(901)
    assert desk(scene).helps == ()
    assert kinds(scene.do(cmd.CallHelp(by=KIOSK, kiosk="k1"))) == ["HelpCalled"]


def test_an_emergency_holds_until_it_is_ended_and_numbers_go_on(scene):
    declared = cmd.DeclareEmergency(by=HTTP, kind="evacuate", drill=True)
    assert kinds(scene.do(declared)) == ["EmergencyDeclared"]
    assert scene.do(declared) == ()
    assert desk(scene).emergency.drill
    scene.do(cmd.DeclareEmergency(by=HTTP, kind="evacuate"))
    assert not desk(scene).emergency.drill
    scene.take()
    assert kinds(scene.do(cmd.EndEmergency(by=HTTP))) == ["EmergencyEnded"]
    assert desk(scene).emergency is None
    assert scene.do(cmd.EndEmergency(by=HTTP)) == ()


def test_a_paused_kiosk_gives_no_numbers_and_the_others_do(scene):
    scene.do(cmd.PauseKiosk(by=HTTP, kiosk="k1"))
    assert desk(scene).paused == ("k1",)
    assert scene.no(cmd.TakeTicket(by=KIOSK, service="social", kiosk="k1")) == "kiosk_paused"
    scene.take(kiosk="k2")
    scene.do(cmd.ResumeKiosk(by=HTTP, kiosk="k1"))
    scene.take()
    assert scene.no(cmd.PauseKiosk(by=HTTP, kiosk="k9")) == "no_kiosk"


def test_pause_and_volume_are_for_one_day(scene):
    scene.take()
    scene.do(cmd.PauseKiosk(by=HTTP, kiosk="k1"))
    scene.do(cmd.SetVolume(by=HTTP, percent=40))
    assert scene.do(cmd.SetVolume(by=HTTP, percent=40)) == ()
    assert (desk(scene).paused, desk(scene).volume) == (("k1",), 40)
    scene.clock_says("2026-11-24T09:30:00")
    scene.take(kiosk="k2")
    assert (desk(scene).paused, desk(scene).volume) == ((), None)


def test_a_guides_list_is_asked_for_at_the_kiosks_printer_one_at_a_time(scene):
    key = request("POST /api/v1/papers 1")
    (asked,) = scene.do(cmd.PrintPaper(by=KIOSK, kiosk="k1", guide="dibao", request=key))
    assert (asked.printer, asked.kind, asked.guide) == ("printer-1", "guide", "dibao")
    assert scene.do(cmd.PrintPaper(by=KIOSK, kiosk="k1", guide="dibao", request=key)) == ()
    assert scene.no(cmd.PrintPaper(by=KIOSK, kiosk="k1")) == "paper_busy"
    scene.happens(de.PaperStarted(paper=asked.paper, printer="printer-1"))
    assert desk(scene).papers[0].state == "printing"
    scene.happens(de.PaperEnded(paper=asked.paper, printer="printer-1", state="failed", code="paper_out"))
    assert (desk(scene).papers[0].state, desk(scene).papers[0].code) == ("failed", "paper_out")
    (test,) = scene.do(cmd.PrintPaper(by=KIOSK, kiosk="k1"))
    assert test.kind == "test" and test.paper != asked.paper


def test_a_paper_of_which_nothing_is_heard_blocks_for_a_minute_only(scene):
    scene.do(cmd.PrintPaper(by=KIOSK, kiosk="k1"))
    scene.wait(61)
    scene.do(cmd.PrintPaper(by=KIOSK, kiosk="k1"))


def test_a_kiosk_without_a_printer_uses_the_halls_only_one(scene):
    (asked,) = scene.do(cmd.PrintPaper(by=KIOSK, kiosk="k2"))
    assert asked.printer == "printer-1"
    assert scene.no(cmd.PrintPaper(by=KIOSK, printer="printer-9")) == "no_printer"


def test_a_new_roll_counts_the_papers_that_leave_it(scene):
    number = scene.take()
    scene.do(cmd.NotePaperChanged(by=HTTP, kiosk="k1"))
    ticket = scene.ticket(number).id
    scene.happens(ev.SlipPrinted(ticket=ticket, printer="printer-1"))
    scene.happens(de.PaperEnded(paper="x", printer="printer-1", state="printed"))
    scene.happens(de.PaperEnded(paper="x", printer="printer-1", state="failed"))
    assert [(r.printer, r.slips) for r in desk(scene).rolls] == [("printer-1", 2)]
    scene.do(cmd.NotePaperChanged(by=HTTP, printer="printer-1"))
    assert desk(scene).rolls[0].slips == 0


def with_roll(slips: int) -> Scene:
    """A hall whose printer says nothing of its roll, `slips` papers after it was changed."""
    kiosks = (replace(PLAN.kiosks[0], roll_slips=10), *PLAN.kiosks[1:])
    scene = Scene(replace(PLAN, kiosks=kiosks))
    known = DeviceKnown(id="printer-1", kind="printer", driver="printer_escpos", counter="")
    scene.happens(ev.DaemonStarted(version="1", boot="boot-1", devices=(known,)))
    scene.do(cmd.NotePaperChanged(by=HTTP, kiosk="k1"))
    for _ in range(slips):
        scene.happens(de.PaperEnded(paper="x", printer="printer-1", state="printed"))
    return scene


@pytest.mark.parametrize(
    ("state", "slips", "seen"),
    [
        ("ok", 8, ("ok", "", False)),
        ("ok", 9, ("degraded", "paper_low", True)),
        ("unconfirmed", 9, ("unconfirmed", "paper_low", True)),
    ],
)
def test_a_roll_that_is_only_counted_runs_low(state, slips, seen):
    scene = with_roll(slips)
    scene.happens(ev.DeviceChanged(device="printer-1", state=state))
    (device,) = scene.view().devices
    assert (device.state, device.code, desk(scene).rolls[0].low) == seen
    assert device.kiosk == "k1"


def test_worse_than_a_low_roll_is_said_first_and_a_roll_that_ended_is_followed_by_a_new_one():
    scene = with_roll(9)
    scene.happens(ev.DeviceChanged(device="printer-1", state="down", code="paper_out"))
    assert scene.view().devices[0].code == "paper_out"
    scene.happens(ev.DeviceChanged(device="printer-1", state="ok"))
    assert (scene.view().devices[0].state, desk(scene).rolls[0].slips) == ("ok", 0)


def test_a_stop_of_the_box_is_written_down(scene):
    assert kinds(scene.do(cmd.StopBox(by=HTTP, what="reboot"))) == ["BoxStopAsked"]


def test_replay_and_checkpoint_give_the_same_desk(scene):
    scene.take()
    scene.do(cmd.CallHelp(by=KIOSK, kiosk="k1"))
    scene.do(cmd.DeclareEmergency(by=HTTP, kind="suspend"))
    scene.do(cmd.PauseKiosk(by=HTTP, kiosk="k2"))
    scene.do(cmd.NotePaperChanged(by=HTTP, kiosk="k1"))
    scene.do(cmd.PrintPaper(by=KIOSK, kiosk="k1", guide="dibao"))
    assert scene.replayed().desk == scene.hall.desk
    assert scene.hall.snapshot().desk == scene.hall.desk
    kept = checkpoint.state_of(scene.hall)["desk"]
    assert Values({HallPlan: PLAN}).read(Desk, kept) == scene.hall.desk
    assert Hall(PLAN).desk != scene.hall.desk
