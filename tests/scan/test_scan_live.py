"""Looks through a camera: still and good is taken once; anything that moves, or lay there before, is not."""

import cv2
import numpy as np
import pytest

from drivers.twins import pages
from edge.scan.desk import WAIT, Notice
from edge.scan.live import STILL_LOOKS, Live
from edge.scan.sameness import face_of
from edge.scan.straighten import straighten
from tests.scan import scenes

SHEETS = [pages.form(scenes.TEXTS, n) for n in range(3)]


GRAIN = np.random.default_rng(1).integers(-4, 5, (900, 1200, 3), np.int16)


def noisy(picture: np.ndarray, n: int) -> np.ndarray:
    return np.clip(picture + np.roll(GRAIN, 7 * n, axis=0), 0, 255).astype(np.uint8)


def seen(scene: np.ndarray) -> np.ndarray:
    """About as large as a camera's looks are."""
    return cv2.resize(scene, (1200, 900), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module")
def one() -> np.ndarray:
    return seen(scenes.scene(scenes.UPRIGHT, sheet=SHEETS[0]))


@pytest.fixture(scope="module")
def two() -> np.ndarray:
    return seen(scenes.scene(scenes.UPRIGHT, sheet=SHEETS[1]))


def looks(live: Live, picture: np.ndarray, count: int, ticket: str = "t1") -> list[bool]:
    return [live.look(noisy(picture, n), float(n), ticket).ready for n in range(count)]


def take(live: Live, picture: np.ndarray, ticket: str = "t1") -> None:
    corners = np.array(scenes.UPRIGHT) * 0.75
    live.taken([face_of(straighten(picture, corners))], ticket)


def test_a_page_that_lies_still_is_ready_after_some_looks(one):
    live = Live()
    assert looks(live, one, STILL_LOOKS + 2) == [False] * STILL_LOOKS + [True] * 2
    (sight,) = live.look(noisy(one, 99), 99.0, "t1").to_json()["pages"]
    assert sight["good"] is True
    size = np.array([scenes.FRAME[0], scenes.FRAME[1]])
    assert np.abs(np.array(sight["corners"]) * size - scenes.UPRIGHT).max() < 3


def test_what_was_taken_is_not_taken_again_until_another_page_lies_there(one, two):
    live = Live()
    assert any(looks(live, one, STILL_LOOKS + 1))
    take(live, one)
    assert not any(looks(live, one, STILL_LOOKS + 1))
    assert live.look(one, 50.0, "t1").to_json()["pages"][0]["why"] == "same"
    assert not any(looks(live, seen(scenes.empty()), 2))
    assert not any(looks(live, one, STILL_LOOKS + 2)), "the same page, laid there again"
    assert any(looks(live, two, STILL_LOOKS + 2))
    take(live, two)
    assert not any(looks(live, one, STILL_LOOKS + 2)), "the page before the last one is known as well"


def test_for_the_next_person_the_same_form_is_a_new_page(one):
    live = Live()
    looks(live, one, STILL_LOOKS + 1)
    take(live, one)
    assert any(looks(live, one, STILL_LOOKS + 2, ticket="t2"))


def test_a_page_that_is_being_moved_is_not_ready(one):
    live = Live()
    for n in range(STILL_LOOKS + 2):
        assert not live.look(np.roll(one, 5 * n, axis=1), float(n), "t1").ready


def test_a_hand_that_comes_and_goes_begins_the_wait_anew(one):
    live = Live()
    looks(live, one, STILL_LOOKS)
    covered = one.copy()
    covered[375:675, 525:750] = (120, 150, 205)
    assert not live.look(covered, 10.0, "t1").ready
    assert looks(live, one, STILL_LOOKS + 1) == [False] * STILL_LOOKS + [True]


def test_a_blurred_page_is_never_ready_and_says_why():
    live = Live()
    blurred = seen(scenes.scene(scenes.UPRIGHT, sheet=SHEETS[0], blur=3.0))
    assert not any(looks(live, blurred, STILL_LOOKS + 2))
    assert "blurred" in live.look(blurred, 20.0, "t1").to_json()["pages"][0]["why"]


def test_an_empty_desk_is_learned_and_helps_at_another_size():
    live, desk = Live(), seen(scenes.empty())
    notices = [live.look(noisy(desk, n), float(n), "").notice for n in range(WAIT + 2)]
    assert notices.count(Notice.LEARNED) == 1
    small = live.desk_for(desk.shape, 20.0)
    assert small is live.memory.bare
    wide = live.desk_for((2400, 3200, 3), 20.0)
    assert wide is not None
    assert wide.picture.shape == (2400, 3200, 3)
    assert live.desk_for((1000, 3200, 3), 20.0) is None, "another shape is another view"
    again = Live()
    again.know_desk(live.memory.bare.picture, 0.0)
    assert again.desk_for(desk.shape, 1.0) is not None
