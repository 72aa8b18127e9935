"""Asked twice is answered once; and what a hall reads back is what it was."""

import json
from dataclasses import replace
from typing import get_type_hints

import pytest
from hall_scenario import HTTP, KIOSK, PLAN, Scene, everything, kinds, request

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall import machine_events as me
from edge.hall.event_json import EVENTS, UnknownEvent, from_json, to_json, type_of
from edge.hall.event_values import DeviceKnown, SheetLine
from edge.hall.hall import Hall
from edge.hall.words import By, Door, Refused, Stamp


def test_a_repeated_take_issues_nothing_more(scene):
    take = cmd.TakeTicket(by=KIOSK, service="social", request=request())
    (issued,) = scene.do(take)
    assert issued.request == take.request
    scene.wait(3600)
    assert scene.do(take) == ()
    assert scene.hall.remembered(take.request) == (issued,)


def test_the_key_is_remembered_over_a_restart(scene):
    take = cmd.TakeTicket(by=KIOSK, service="social", request=request())
    events = scene.do(take)
    assert scene.replayed().remembered(take.request) == events


def test_the_same_key_for_something_else_is_refused(scene):
    scene.do(cmd.TakeTicket(by=KIOSK, service="social", request=request(digest="00")))
    other = cmd.TakeTicket(by=KIOSK, service="civil", request=request(digest="01"))
    assert scene.no(other) == "key_reused"
    with pytest.raises(Refused, match="key_reused"):
        scene.hall.remembered(other.request)


def test_refusals_and_verbs_without_effect_are_not_remembered(scene):
    again = request("POST /api/v1/counters/2/next 1")
    next_one = cmd.CallNext(by=HTTP, counter="2", request=again)
    assert scene.no(next_one) == "nobody_waiting"
    assert scene.hall.remembered(again) is None
    scene.take()
    assert kinds(scene.do(next_one)) == ["TicketCalled"]
    opened = request("POST /api/v1/counters/2/open 1")
    assert scene.do(cmd.OpenCounter(by=HTTP, counter="2", request=opened)) == ()
    assert scene.hall.remembered(opened) is None


def test_without_a_key_nothing_is_remembered(scene):
    scene.take()
    assert scene.hall.remembered(cmd.Command(by=HTTP).request) is None
    assert scene.hall.book.requests == {}


def test_all_that_one_request_caused_is_remembered_together(scene):
    scene.take()
    scene.take()
    scene.next("2")
    scene.at_counter(cmd.StartService, "2")
    key = request("POST /api/v1/counters/2/next 2")
    events = scene.do(cmd.CallNext(by=HTTP, counter="2", request=key))
    assert kinds(events) == ["ServiceFinished", "TicketCalled"]
    assert scene.hall.remembered(key) == events


def test_deciding_changes_nothing(scene):
    scene.take()
    before = everything(scene.hall)
    scene.clock_says("2026-11-24T10:00:00")
    scene.hall.decide(cmd.TakeTicket(by=KIOSK, service="social"), scene.now())
    assert everything(scene.hall) == before


def test_a_command_that_no_book_knows_is_refused(scene):
    assert scene.no(cmd.Command(by=HTTP)) == "no_command"


# --- what arrives from the journal --------------------------------------------------------------------------


def test_a_replay_gives_the_same_state(scene):
    for service in ("social", "civil", "social"):
        scene.take(service)
    scene.next("2")
    scene.wait(30)
    scene.tick()
    scene.wait(30)
    scene.press("2")
    scene.at_counter(cmd.Hold, "2")
    scene.next("1")
    scene.at_counter(cmd.Transfer, "1", to_counter="3")
    assert everything(scene.replayed()) == everything(scene.hall)


def test_a_fold_may_begin_in_the_middle(scene):
    scene.take()
    scene.next("2")
    late = Hall(PLAN)
    for event, stamp in scene.journal[-1:]:
        late.apply(event, stamp)
    assert (late.seq, late.book.tickets) == (scene.hall.seq, {})


UNSEEN = "510000001-20260101-A001"
AT_NOBODY = {
    "ticket": UNSEEN,
    "counter": "1",
    "number": "A001",
    "staff": "",
    "times": 1,
    "outcome": "done",
    "service": "social",
    "score": 5,
    "printer": "p",
    "code": "x",
    "state": "ok",
    "to_counter": "",
    "at": "",
    "help": "h",
    "kind": "x",
    "kiosk": "k9",
    "paper": "x",
    "percent": 10,
    "what": "x",
    "command": "x",
    "does": "x",
    "notice": "n",
    "text": "t",
}


@pytest.mark.parametrize("cls", sorted(EVENTS.values(), key=lambda c: c.__name__))
def test_an_event_about_nothing_known_breaks_nothing(cls, scene):
    scene.take()
    scene.next("2")
    names = {f for f in cls.__dataclass_fields__ if f in AT_NOBODY}
    event = from_json(type_of(cls), {"v": 1, **{n: AT_NOBODY[n] for n in names}, **OTHER.get(cls, {})})
    assert type(event) is cls
    scene.happens(event)
    assert scene.hall.seq == scene.journal[-1][1].seq
    assert scene.view().seq == scene.hall.seq
    assert scene.take() == "A002"


OTHER = {
    ev.DayOpened: {"date": "not a date", "trusted": True},
    ev.DayClosed: {"date": ""},
    ev.DaySheet: {"date": ""},
    ev.ClockSet: {"boot": "b", "offset_s": "soon"},
    ev.DaemonStarted: {"version": "1", "boot": "b"},
    ev.DeviceChanged: {"device": "nothing"},
    ev.DocumentCaptured: {"capture": "c", "digest": "d", "size_bytes": -1},
    ev.TicketIssued: {"number": "not a number"},
    ev.TicketCarried: {"place": 1.0, "issued_at": "soon", "state": "waiting"},
    ev.ManyTaken: {"kiosk": "nowhere", "taken": 12},
    ev.WaitingListAsked: {"list": "x"},
    ev.WaitingListStarted: {"list": "y"},
    ev.WaitingListEnded: {"list": "y"},
    ev.SlipDecided: {"state": "eaten"},
    me.ContactChanged: {"device": "nothing", "closed": True},
    me.ShutdownPlanned: {"device": "nothing", "why": "low"},
    me.ShutdownCancelled: {"device": "nothing"},
    me.ShutdownOrdered: {"device": "nothing"},
    me.StaffPunched: {"device": "nothing", "at": "soon"},
    me.PunchRefused: {"device": "nothing", "source": "a.csv:1", "why": "no_time"},
    me.DocumentHandedOver: {"capture": "c", "digest": "d"},
    me.DocumentErased: {"captures": ["c"]},
    me.DocumentMoved: {"capture": "c"},
}


def test_impossible_fields_change_nothing_but_the_sequence(scene):
    scene.take()
    before = everything(scene.hall)
    for event in (
        ev.TicketIssued(ticket="x", number=7, service="social"),
        ev.TicketCalled(ticket=["x"], number="A001", counter="2"),
        ev.SlipDecided(ticket="510000001-20261123-A001", state="eaten"),
        UnknownEvent(type="bianmin.moon.risen", data={"v": 3}),
    ):
        scene.hall.apply(event, Stamp(scene.hall.seq + 1, scene.at, scene.now().day, "boot-1", 1.0))
        assert everything(scene.hall)[1:] == before[1:]


# --- as JSON ------------------------------------------------------------------------------------------------

BY = By(Door.HTTP, "console", "001")
KEY = request("POST /api/v1/tickets 1", "abcd")
SAMPLES = {
    "str": "一",
    "bool": True,
    "float": 1.5,
    "int": 3,
    "texts": ("a", "b"),
    "devices": (DeviceKnown(id="d", kind="board", driver="board_x", counter="1"),),
}


SPECIAL = {
    "cases": "texts",
    "tags": "texts",
    "services": "texts",
    "counters": "texts",
    "total": "str",
    "devices": "devices",
    "captures": "texts",
}


def sample(cls: type[ev.Event]) -> ev.Event:
    """One of these events with every field filled."""
    hints = {n: SPECIAL.get(n) or str(getattr(t, "__name__", t)) for n, t in get_type_hints(cls).items()}
    values = {n: SAMPLES[h] for n, h in hints.items() if n not in ("by", "request", "V")}
    if cls is ev.DaySheet:
        line = SheetLine(of="1", issued=3, wait_median_s=1.5, ratings=(0, 0, 0, 0, 1), active_rate=0.5)
        values |= {"total": line, "services": (line,), "counters": (line, line)}
    return cls(by=BY, request=KEY, **values)


@pytest.mark.parametrize("cls", sorted(EVENTS.values(), key=lambda c: c.__name__))
def test_every_event_comes_back_from_json_as_it_was(cls):
    event = sample(cls)
    travelled = json.loads(json.dumps(to_json(event)))
    assert from_json(type_of(cls), travelled) == event
    assert travelled["v"] == cls.V
    bare = replace(event, request=cmd.NO_REQUEST)
    assert "request" not in to_json(bare)
    assert from_json(type_of(cls), to_json(bare)) == bare


def test_event_types_are_nouns_and_verbs():
    assert type_of(ev.TicketIssued) == "bianmin.ticket.issued"
    assert type_of(ev.TicketServedByHand) == "bianmin.ticket.served_by_hand"
    assert len(EVENTS) == len(set(EVENTS.values()))


def test_an_event_of_a_newer_version_travels_on_as_it_is():
    data = {"v": 9, "by": {"door": "moon"}, "tide": "high"}
    event = from_json("bianmin.tide.turned", data)
    assert event == UnknownEvent(type="bianmin.tide.turned", data=data)
    assert to_json(event) == data


def test_new_fields_and_doors_are_dropped_and_missing_ones_default():
    issued = ev.TicketIssued(by=KIOSK, ticket="t", number="A001", service="social")
    data = to_json(issued) | {"hologram": 1}
    del data["item"], data["printer"]
    assert from_json("bianmin.ticket.issued", data) == issued
    newer = data | {"by": {"door": "moon", "device": "m"}}
    assert from_json("bianmin.ticket.issued", newer).by == By(Door.DAEMON, "m")


def test_an_entry_that_cannot_be_read_is_kept_unread():
    for data in ({}, {"ticket": "t"}, {"by": 7, "ticket": "t", "number": "A", "service": "s"}, []):
        assert from_json("bianmin.ticket.issued", data) == UnknownEvent(
            type="bianmin.ticket.issued", data=data
        )


def test_a_scene_that_is_told_twice_is_the_same():
    def story() -> Scene:
        scene = Scene().open("1")
        scene.take()
        scene.next("1")
        return scene

    assert story().journal == story().journal
