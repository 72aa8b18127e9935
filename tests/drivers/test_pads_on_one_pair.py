"""Two call pads and a rating pad on one real pair, as frames tell them apart."""

import pytest

from drivers import callpad_framed, rating_framed
from drivers.capabilities import KeyPressed, PadDisplay, PadKey, Rated, RatingDisplay, RatingState, State
from drivers.twins.pads import CallPadTwin, RatingPadTwin
from tests.waiting import until

SCORES = {"0": 5, "1": 4, "2": 3, "3": 1}


class Hall:
    """The link thread's work, turned by hand: frames go to the driver that claims them."""

    def __init__(self, bench, ff68):
        self.bench = bench
        self.line = bench.line(ff68)
        self.drivers = {
            "pad-1": callpad_framed.Driver(self.line, callpad_framed.Options(address=1)),
            "pad-2": callpad_framed.Driver(self.line, callpad_framed.Options(address=2)),
            "rating-1": rating_framed.Driver(self.line, rating_framed.Options(SCORES, address=17)),
        }
        self.heard = []

    def turn(self):
        for frame in self.line.read(0.02):
            for name, driver in self.drivers.items():
                if driver.claims(frame):
                    heard = driver.on_frame(frame)
                    self.heard += [(name, reading) for reading in heard.readings]
                    for reply in heard.replies:
                        self.line.send(reply)
                    if heard.then:
                        heard.then("")
        return self.heard

    def turn_until(self, look):
        return until(lambda: (self.turn(), look())[1])

    def acknowledged(self, *names):
        return lambda: [self.bench.state(name)["acknowledged"] for name in names]


@pytest.fixture
def hall(bench, ff68):
    made = bench(
        CallPadTwin("pad-1", {"address": 1}),
        CallPadTwin("pad-2", {"address": 2}),
        RatingPadTwin("rating-1", {"address": 17}),
    )
    return Hall(made, ff68)


@pytest.mark.parametrize("fault", ["none", "drip", "babble"])
def test_two_call_pads_and_a_rating_pad_share_one_pair(hall, fault):
    if fault != "none":
        hall.bench.fault("pad-1", fault)
    hall.bench.press("pad-1", key="next")
    hall.turn_until(lambda: hall.bench.state("pad-1")["acknowledged"] == 1)
    hall.bench.press("pad-2", key="call", digits="012")
    hall.turn_until(lambda: hall.bench.state("pad-2")["acknowledged"] == 1)
    hall.bench.press("rating-1", score=0)
    hall.turn_until(lambda: hall.bench.state("rating-1")["acknowledged"] == 1)
    assert hall.heard == [
        ("pad-1", KeyPressed(PadKey.NEXT)),
        ("pad-2", KeyPressed(PadKey.CALL, "012")),
        ("rating-1", Rated(5)),
    ]
    assert all(driver.check().state is State.OK for driver in hall.drivers.values())


def test_pads_pressed_at_once_are_all_heard(hall):
    for name in ("pad-1", "pad-2"):
        hall.bench.press(name, key="recall")
    hall.bench.press("rating-1", score=3)
    hall.turn_until(lambda: len(hall.heard) == 3)
    assert {name for name, _ in hall.heard} == set(hall.drivers)
    hall.turn_until(lambda: hall.acknowledged(*hall.drivers)() == [1, 1, 1])


def test_a_pad_that_hears_no_answer_repeats_and_a_bad_sum_is_never_a_press(hall):
    hall.bench.fault("pad-1", "lying_checksum")
    hall.bench.press("pad-1", key="next")
    hall.turn_until(lambda: hall.bench.state("pad-1")["repeats"] == 1)
    hall.turn_until(lambda: hall.line.bad >= 1)
    assert hall.heard == []
    assert hall.bench.state("pad-1")["acknowledged"] == 0


def test_the_far_ends_display_and_beeper_do_what_was_meant(hall):
    pad = hall.drivers["pad-2"]
    pad.show(PadDisplay(7, "A012"))
    pad.beep()
    hall.drivers["rating-1"].show(RatingDisplay(RatingState.ASKING, ticket="A001"))
    until(lambda: hall.bench.state("rating-1")["asked"] == 1)
    assert hall.bench.state("pad-2")["display"] == {"waiting": "007", "ticket": "012"}
    assert hall.bench.state("pad-2")["beeps"] == 1
    assert hall.bench.state("pad-1")["display"] == {"waiting": "", "ticket": ""}
    assert pad.check().state is State.UNCONFIRMED


def test_the_twin_refuses_what_no_finger_could_press(hall):
    with pytest.raises(ValueError, match="there are: next"):
        hall.bench.press("pad-1", key="nxt")
    with pytest.raises(ValueError, match=r"0\.\.3"):
        hall.bench.press("rating-1", score=5)
    with pytest.raises(ValueError, match="there are: mute"):
        hall.bench.fault("pad-1", "paper_out")
