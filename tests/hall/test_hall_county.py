"""What the county asks of a hall: each command once, and notices that last as long as they shall."""

from datetime import timedelta

import pytest

from edge.hall import commands as cmd
from edge.hall.county_events import CountyCommandAccepted, NoticeSet
from edge.hall.words import By, Door

CENTER = By(Door.CENTER)


def accepted(scene, id="c1"):
    return scene.do(cmd.AcceptCommand(by=CENTER, command=id, does="resend"))


def test_a_command_is_accepted_once_and_its_end_is_remembered(scene):
    assert [type(e) for e in accepted(scene)] == [CountyCommandAccepted]
    assert accepted(scene) == ()
    scene.do(cmd.EndCommand(by=CENTER, command="c1", state="done"))
    assert scene.hall.county.commands["c1"].state == "done"
    assert scene.do(cmd.EndCommand(by=CENTER, command="c1", state="failed")) == ()
    assert scene.do(cmd.EndCommand(by=CENTER, command="never", state="failed")) == ()


def test_a_command_opens_no_day(scene):
    scene.do(cmd.CloseDay(by=CENTER))
    assert len(accepted(scene)) == 1 and scene.view().asleep


def test_only_the_last_thousand_commands_are_remembered(scene):
    for i in range(1003):
        accepted(scene, f"c{i}")
    assert len(scene.hall.county.commands) == 1000 and "c2" not in scene.hall.county.commands


def test_unsigned_commands_never_push_out_a_signed_one(scene):
    """Else who has no key could have it forgotten, and send it a second time."""
    scene.do(cmd.AcceptCommand(by=CENTER, command="s", does="notice.set", signed_by="county"))
    for i in range(1003):
        accepted(scene, f"c{i}")
    assert scene.hall.county.commands["s"].signed and len(scene.hall.county.commands) == 1001


def test_a_notice_is_shown_on_its_days_and_until_it_is_cleared(scene):
    scene.take()
    today = scene.now().day
    tomorrow, later = str(today + timedelta(days=1)), str(today + timedelta(days=2))
    scene.do(cmd.SetNotice(by=CENTER, notice="a", text="明天停电", ends=str(today)))
    scene.do(cmd.SetNotice(by=CENTER, notice="b", text="后天下乡", begins=tomorrow, ends=later))
    scene.do(cmd.SetNotice(by=CENTER, notice="c", text="请戴口罩"))
    assert scene.view().notices == ("明天停电", "请戴口罩")
    scene.do(cmd.ClearNotice(by=CENTER, notice="c"))
    assert scene.view().notices == ("明天停电",)
    assert scene.do(cmd.ClearNotice(by=CENTER, notice="c")) == ()
    scene.wait(86_400)
    scene.take()
    assert scene.view().notices == ("后天下乡",)


@pytest.mark.parametrize("days", [1, 40])
def test_a_notice_is_said_again_at_each_days_opening(scene, days):
    scene.take()
    scene.do(cmd.SetNotice(by=CENTER, notice="c", text="请戴口罩"))
    scene.wait(86_400 * days)
    scene.take()
    last = [e for e, _ in scene.journal if isinstance(e, NoticeSet)][-1]
    assert last.carried and last.text == "请戴口罩" and last.by.door is Door.TIMER


def test_the_day_s_close_is_sleep_until_somebody_wants_something(scene):
    scene.take()
    assert not scene.view().asleep
    scene.do(cmd.CloseDay(by=CENTER))
    assert scene.view().asleep
    scene.take()
    assert not scene.view().asleep
