"""Rating pads with screens: log in, ask, rate once, lose the line in every way, come back by themselves."""

import asyncio
import json

import aiohttp
import pytest

from drivers import rating_websocket
from drivers.errors import FrameError, LinkLost
from drivers.frame_format import FrameFormat
from drivers.links import open_link, options_of
from drivers.links_websocket import ENVELOPE, Kind, envelope, opened
from drivers.twins.screen_pads import ScreenPads
from edge.hall import commands as c
from tests.pads.conftest import DESK, Build, Device, PadHall
from tests.waiting import until

SCORES = {"5": 5, "4": 4, "3": 3, "2": 2, "1": 1}
HEARTBEAT_S = 0.4
SECOND = {"address": 2, "user": "102"}


@pytest.fixture
def pads() -> ScreenPads:
    devices = {"rating-1": {"address": 1}, "rating-2": SECOND}
    return ScreenPads("screens", devices, f"ws://10.0.0.5:8620?heartbeat={HEARTBEAT_S}&from=10.0.0.0/24")


@pytest.fixture
def hall(build: Build, pads: ScreenPads) -> PadHall:
    devices = [
        Device("rating-1", "rating_websocket", "screens", "1", {"scores": SCORES, "address": 1}),
        Device(
            "rating-2", "rating_websocket", "screens", "2", {"scores": SCORES, "address": 2, "user": "102"}
        ),
    ]
    hall = build(devices, {"screens": (pads, pads.url())})
    until(lambda: all(hall.twin(pad)["logged_in"] for pad in ("rating-1", "rating-2")))
    return hall


def screen(hall: PadHall, pad: str = "rating-1") -> dict[str, str]:
    return dict(hall.twin(pad)["screen"])


def test_a_pad_shows_who_serves_the_question_and_thanks(hall: PadHall) -> None:
    until(lambda: screen(hall).get("clerk") == "101")
    idle = screen(hall)
    assert (idle["state"], idle["clerk_name"], idle["post"]) == ("idle", "王ＸＸ", "社保窗口")
    ticket = hall.serve()
    until(lambda: screen(hall)["state"] == "serving")
    hall.finish()
    until(lambda: hall.twin("rating-1")["question"])
    asked = hall.twin("rating-1")["question"]
    assert asked == {
        "RateID": ticket,
        "Clerk": "王ＸＸ",
        "Item": "社会保障",
        "Date": "2026-11-23",
        "Ticket": "A001",
    }
    until(lambda: screen(hall)["text"] == "请您对本次服务作出评价")
    hall.press("rating-1", score=5)
    until(lambda: hall.twin("rating-1")["confirmed"] == 1)
    until(lambda: screen(hall)["text"] == "感谢您的评价")
    assert hall.ratings() == [(ticket, 5)]
    assert hall.twin("rating-2")["asked"] == 0


def test_a_pause_is_said_and_taken_back(hall: PadHall) -> None:
    hall.registrar.ask(c.PauseCounter(by=DESK, counter="1", reason="lunch"))
    until(lambda: hall.twin("rating-1")["operated"] == "Pause")
    until(lambda: screen(hall)["text"] == "午间休息")
    hall.registrar.ask(c.OpenCounter(by=DESK, counter="1"))
    until(lambda: hall.twin("rating-1")["operated"] == "Reset")


@pytest.mark.parametrize("fault", ["bounce", "slow"])
def test_a_rating_that_is_said_twice_or_late_is_one(hall: PadHall, fault: str) -> None:
    ticket = hall.serve()
    hall.finish()
    until(lambda: hall.twin("rating-1")["question"])
    hall.fault("rating-1", fault)
    hall.press("rating-1", score=4)
    until(lambda: hall.twin("rating-1")["confirmed"] == 1)
    assert hall.ratings() == [(ticket, 4)]


def test_a_pad_that_was_away_logs_in_again_and_its_rating_counts_once(hall: PadHall) -> None:
    ticket = hall.serve()
    hall.finish()
    until(lambda: hall.twin("rating-1")["question"])
    hall.fault("rating-1", "unplugged")
    until(lambda: hall.handles["rating-1"].status().state == "down")
    hall.press("rating-1", score=3)
    assert hall.ratings() == []
    hall.fault("rating-1", "unplugged", False)
    until(lambda: hall.twin("rating-1")["confirmed"] == 1)
    assert hall.ratings() == [(ticket, 3)]
    assert hall.twin("rating-1")["logins"] == 2
    hall.clock.pass_(600)
    hall.press("rating-1", score=1, rate_id=ticket)
    until(lambda: hall.twin("rating-1")["confirmed"] == 2)
    assert hall.ratings() == [(ticket, 3)]


def test_a_half_open_line_is_found_by_its_heartbeat_and_the_others_do_not_notice(hall: PadHall) -> None:
    until(lambda: hall.handles["rating-1"].status().state == "ok")
    hall.fault("rating-1", "mute")
    until(lambda: hall.handles["rating-1"].status().state == "down")
    assert hall.handles["rating-2"].status().state == "ok"
    hall.fault("rating-1", "mute", False)
    until(lambda: hall.handles["rating-1"].status().state == "ok")
    assert hall.twin("rating-2")["logins"] == 1


def test_a_rating_is_confirmed_when_it_is_on_disk_and_not_before(hall: PadHall) -> None:
    ticket = hall.serve()
    hall.finish()
    until(lambda: hall.twin("rating-1")["question"])
    hall.refuses_disk = True
    hall.press("rating-1", score=5)
    until(lambda: hall.twin("rating-1")["refused"] == 1)
    assert (hall.ratings(), hall.twin("rating-1")["confirmed"]) == ([], 0)
    hall.refuses_disk = False
    hall.press("rating-1", score=5)
    until(lambda: hall.twin("rating-1")["confirmed"] == 1)
    assert hall.ratings() == [(ticket, 5)]


def test_a_pad_that_babbles_is_answered_and_rates_nobody(hall: PadHall) -> None:
    hall.fault("rating-1", "babble")
    until(lambda: "Weather 1001" in hall.twin("rating-1")["codes"])
    hall.fault("rating-1", "babble", False)
    ticket = hall.serve()
    hall.finish()
    until(lambda: hall.twin("rating-1")["question"])
    hall.press("rating-1", score=5)
    until(lambda: hall.ratings() == [(ticket, 5)])


def test_the_clerks_key_asks_while_somebody_is_served_and_too_early_is_not_counted(hall: PadHall) -> None:
    ticket = hall.serve(seconds=5)
    hall.displays.ask_rating("1")
    until(lambda: hall.twin("rating-1")["question"].get("RateID") == ticket)
    hall.press("rating-1", score=5)
    until(lambda: hall.twin("rating-1")["refused"] == 1)
    hall.clock.pass_(30)
    hall.press("rating-1", score=5)
    until(lambda: hall.ratings() == [(ticket, 5)])


# --- callers that are no pads of ours


def talk(url: str, *said: str, headers: dict[str, str] | None = None) -> list[dict[str, object]]:
    """Say each, take each answer; shorter where the other side hangs up."""

    async def call() -> list[dict[str, object]]:
        answers = []
        async with aiohttp.ClientSession() as session, session.ws_connect(url, headers=headers) as line:
            for text in said:
                await line.send_str(text)
                answer = await line.receive(5)
                if answer.type is not aiohttp.WSMsgType.TEXT:
                    break
                answers.append(json.loads(answer.data))
        return answers

    return asyncio.run(call())


def say(method: str, **param: object) -> str:
    return json.dumps({"method": method, "param": param})


def test_who_has_not_logged_in_is_told_so_and_a_window_that_is_not_ours_is_refused(
    hall: PadHall, pads: ScreenPads
) -> None:
    until(lambda: talk(pads.url(), say("GetWindowList"))[0]["result"][0]["WindowName"] == "社保窗口")
    answers = talk(
        pads.url(),
        say("GetWindowList"),
        say("RateSubmit", RateID="x", Content="5"),
        say("HeartBeat", DateTime="2026-11-23 10:00:00"),
        say("Login", WindowNumber="7", UserNumber="101"),
        say("Login", WindowNumber="2", UserNumber="101"),
    )
    assert [answer["code"] for answer in answers] == ["0", "1000", "1000", "1001", "1001"]
    assert answers[0]["result"] == [
        {"WindowNumber": "1", "WindowName": "社保窗口"},
        {"WindowNumber": "2", "WindowName": "民政窗口"},
    ]


def test_a_second_pad_takes_the_window_over_and_beats(hall: PadHall, pads: ScreenPads) -> None:
    hall.fault("rating-1", "mute")
    answers = talk(pads.url(), say("Login", WindowNumber=1), say("HeartBeat"))
    assert (answers[0]["code"], answers[0]["request"]) == ("0", "Login")
    hall.fault("rating-1", "mute", False)
    until(lambda: hall.twin("rating-1")["logins"] == 2)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '"Login"', "[" * 9000, '{"method": "\\ud800"}', '{"a": "' + "x" * 20_000 + '"}']
)
def test_what_is_no_message_ends_the_call_and_nothing_else(
    hall: PadHall, pads: ScreenPads, text: str
) -> None:
    talk(pads.url(), say("Login", WindowNumber="2", UserNumber="102"), text)
    until(lambda: hall.twin("rating-2")["logins"] >= 2)
    assert hall.twin("rating-1")["logins"] == 1


def test_a_pad_that_answers_pings_and_says_nothing_is_cut_off() -> None:
    """Its system lives, its program hangs."""
    link = open_link("ws://127.0.0.1:18623?heartbeat=0.1&silent=0.5")

    async def listen() -> float:
        began = asyncio.get_running_loop().time()
        async with aiohttp.ClientSession() as session, session.ws_connect("ws://127.0.0.1:18623") as line:
            assert (await line.receive(10)).type is not aiohttp.WSMsgType.TEXT
        return asyncio.get_running_loop().time() - began

    try:
        assert asyncio.run(listen()) > 0.4
    finally:
        link.close()


def test_a_page_from_elsewhere_and_a_foreign_network_are_turned_away(hall: PadHall, pads: ScreenPads) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        talk(pads.url(), say("GetWindowList"), headers={"Origin": "https://elsewhere.example"})
    link = open_link("ws://127.0.0.1:18621?from=10.0.0.0/8")
    try:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            talk("ws://127.0.0.1:18621", say("GetWindowList"))
        with pytest.raises(LinkLost, match="cannot listen"):
            open_link("ws://127.0.0.1:18621")
    finally:
        link.close()


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("ws://127.0.0.1", "a port"),
        ("ws://127.0.0.1:8620?heartbeat=900", "heartbeat"),
        ("ws://127.0.0.1:8620?silent=0", "silent"),
        ("ws://127.0.0.1:8620?from=10.0.0.300", "10.0.0.300"),
        ("ws://127.0.0.1:8620?beat=1", "unknown option"),
    ],
)
def test_an_address_that_cannot_be_listened_on_says_why(url: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        options_of(url)


# --- the driver alone


def test_the_later_versions_names_are_a_table() -> None:
    sent: list[dict[str, object]] = []

    class Wire:
        format: FrameFormat = ENVELOPE

        def send(self, frame: bytes) -> None:
            sent.append(opened(frame)[2])

    names = {"rate": "rateId", "content": "attitude", "clerk": "transactor", "item": "item"}
    options = rating_websocket.Options({"5": 5}, names={**names, "date": "date", "ticket": "reserveSeq"})
    pad = rating_websocket.Driver(Wire(), options)
    pad.start()
    pad.on_frame(envelope(Kind.HERE, 1, {}))
    display = rating_websocket.RatingDisplay(rating_websocket.RatingState.ASKING, ticket="t1", number="A001")
    pad.show(display)
    quest = next(said for said in sent if said.get("method") == "RateQuest")
    assert set(quest["param"]) == {"rateId", "transactor", "item", "date", "reserveSeq"}
    said = {"method": "RateSubmit", "param": {"rateId": "t1", "attitude": 5, "quality": 1}}
    assert pad.on_frame(envelope(Kind.SAID, 1, said)).readings == (rating_websocket.Rated(5, "t1"),)
    assert pad.on_frame(envelope(Kind.SAID, 1, {"method": "RateSubmit", "param": {}})).readings == ()
    with pytest.raises(FrameError):
        pad.on_frame(ENVELOPE.encode(kind=2, addr=1, data=b"{"))


@pytest.mark.parametrize(
    "options", [{"scores": {}}, {"scores": {"5": 6}}, {"scores": {"5": 5}, "address": -1}]
)
def test_options_that_are_none_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"scores|address"):
        rating_websocket.Options(**options)
    with pytest.raises(ValueError, match="no wertung"):
        rating_websocket.Options({"5": 5}, names={"wertung": "x"})
