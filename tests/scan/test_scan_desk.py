"""The empty desk learned, renewed, kept; a moved camera and another lamp noticed; calibration."""

import json

import cv2
import numpy as np
import pytest

from edge.scan.calibrate import NotThatSheet, calibrate
from edge.scan.desk import OLD_S, RENEW_S, WAIT, Calibration, DeskMemory, Notice
from edge.scan.find import find
from tests.scan import scenes
from tests.scan.lab import desks

SIZE = (648, 486)


def desk(seed: int = 1) -> np.ndarray:
    return desks.wood(np.random.default_rng(seed), SIZE, 70, 130)


def noisy(picture: np.ndarray, seed: int, level: float = 2.0) -> np.ndarray:
    dice = np.random.default_rng(seed)
    return np.clip(picture + dice.normal(0, level, picture.shape), 0, 255).astype(np.uint8)


def watch(
    memory: DeskMemory, picture: np.ndarray, at_s: float, count: int = WAIT + 1, pages: int = 0
) -> list[Notice]:
    said = [memory.feed(noisy(picture, n), at_s + 0.1 * n, pages) for n in range(count)]
    return [notice for notice in said if notice]


def test_the_desk_is_learned_when_it_is_empty_and_still():
    memory = DeskMemory()
    assert watch(memory, desk(), 0.0) == [Notice.LEARNED]
    assert memory.bare is not None
    # The mean of several pictures has less noise than any of them.
    assert np.abs(memory.bare.picture.astype(int) - desk()).mean() < 1.2


def test_a_desk_with_a_page_on_it_is_not_learned():
    memory = DeskMemory()
    assert watch(memory, desk(), 0.0, count=30, pages=1) == []
    assert memory.bare is None


def test_a_desk_on_which_something_moves_is_not_learned():
    memory = DeskMemory()
    for n in range(30):
        picture = desk()
        cv2.circle(picture, (50 + 10 * n, 200), 30, (200, 180, 160), -1)
        assert memory.feed(picture, 0.1 * n, 0) is None


def test_it_is_renewed_after_a_while_and_not_before():
    memory = DeskMemory()
    watch(memory, desk(), 0.0)
    assert watch(memory, desk(), RENEW_S / 2) == []
    assert watch(memory, (desk() * 0.93).astype(np.uint8), RENEW_S + 1) == [Notice.RENEWED]
    assert memory.learned_at > RENEW_S


def test_a_moved_camera_is_noticed_and_the_new_view_learned():
    memory = DeskMemory()
    watch(memory, desk(), 0.0)
    moved = np.roll(desk(), (7, 15), axis=(0, 1))
    assert watch(memory, moved, 5.0) == [Notice.MOVED]
    assert watch(memory, moved, 10.0) == []


def test_another_lamp_is_noticed_and_a_little_less_light_is_not():
    memory = DeskMemory()
    watch(memory, desk(), 0.0)
    assert watch(memory, (desk() * 0.9).astype(np.uint8), 5.0) == []
    assert watch(memory, (desk() * 0.5).astype(np.uint8), 10.0) == [Notice.LAMP]


def test_a_hand_that_rests_on_a_known_desk_is_not_taken_for_a_moved_camera():
    memory = DeskMemory()
    watch(memory, desk(), 0.0)
    resting = desk()
    cv2.ellipse(resting, (350, 450), (80, 130), 20, 0, 360, (150, 170, 210), -1)
    assert Notice.MOVED not in watch(memory, resting, 5.0)


def test_a_desk_is_kept_over_a_restart_and_aged(tmp_path):
    path = tmp_path / "desks" / "camera-1.jpg"
    watch(DeskMemory(path), desk(), 0.0)
    again = DeskMemory(path)
    assert again.load(1000.0)
    assert again.trusted(1000.0) is not None
    assert again.trusted(1000.0 + OLD_S) is None
    assert watch(again, desk(), 1001.0) == [Notice.RENEWED]
    assert [p.name for p in path.parent.iterdir()] == ["camera-1.jpg"]


def test_a_kept_desk_that_is_broken_is_as_none(tmp_path):
    path = tmp_path / "camera-1.jpg"
    path.write_bytes(b"broken")
    assert not DeskMemory(path).load(0.0)


def test_a_picture_of_another_size_begins_anew():
    memory = DeskMemory()
    watch(memory, desk(), 0.0)
    assert watch(memory, cv2.resize(desk(), (400, 300)), 5.0) == [Notice.LEARNED]


def test_a_known_sheet_gives_the_scale_and_another_is_refused(tmp_path):
    picture = scenes.scene(((300.0, 100.0), (930.0, 100.0), (930.0, 991.0), (300.0, 991.0)))
    found = find(picture)[0]
    known = calibrate(picture, found.quad.corners, "A4")
    assert known.per_mm == pytest.approx(3.0, abs=0.01)
    assert known.at(800) == pytest.approx(1.5, abs=0.01)
    with pytest.raises(NotThatSheet):
        calibrate(picture, found.quad.corners, "card")
    known.save(tmp_path / "scale.json")
    assert Calibration.load(tmp_path / "scale.json") == known
    for wrong in ("[]", json.dumps({"per_mm": 1e9, "width": 1}), "{"):
        (tmp_path / "scale.json").write_text(wrong)
        with pytest.raises(ValueError):
            Calibration.load(tmp_path / "scale.json")


def test_a_known_scale_makes_a_paper_of_a_usual_size_likelier():
    picture = scenes.scene(((300.0, 100.0), (930.0, 100.0), (930.0, 991.0), (300.0, 991.0)))
    without, with_it = find(picture)[0].quad, find(picture, per_mm=3.0)[0].quad
    assert with_it.confidence >= without.confidence
