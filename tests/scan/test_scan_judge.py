"""Pages that are not taken, and why; the same page again."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter

from edge.paths import shared
from edge.scan.files import Bad
from edge.scan.find import find
from edge.scan.judge import Fault, fingers, glare, judge, sharpness
from edge.scan.sameness import face_of, is_same
from edge.scan.straighten import straighten
from edge.texts import Texts
from tests.scan import scenes
from tests.scan.lab import things
from tests.scan.lab.scenes import scene


def page_of(picture: np.ndarray) -> np.ndarray:
    return straighten(picture, find(picture)[0].quad.corners)


def with_hand(picture: np.ndarray, toward: tuple[float, float], seed: int) -> np.ndarray:
    dice = np.random.default_rng(seed)
    size = (picture.shape[1], picture.shape[0])
    hand = things.hand(dice, size, 3.4, toward)
    mask = hand.cover[:, :, None]
    return np.clip(picture * (1 - mask) + hand.look * mask, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("seed", range(6))
def test_a_hand_on_the_page_is_seen(seed):
    page = page_of(scenes.scene(scenes.UPRIGHT, desk=scenes.DARK))
    height, width = page.shape[:2]
    assert fingers(with_hand(page, (width * 0.5, height - 90), seed))


def test_forms_with_seals_and_tints_have_no_fingers_on_them():
    wrong = []
    for seed in range(6):
        one = scene("clean", 200 + seed, (864, 648))
        if fingers(straighten(one.picture, one.pages[0])):
            wrong.append(seed)
    assert len(wrong) <= 1


def test_a_refusal_names_all_that_is_wrong():
    picture = scenes.scene(scenes.UPRIGHT, blur=3.0)
    quad = find(picture)[0].quad
    before = face_of(straighten(picture, quad.corners))
    page = judge(picture, quad, before)
    assert page.why.split(",") == [Fault.BLURRED, Fault.SAME]
    assert not page.accepted


def test_every_fault_and_every_bad_file_has_its_words():
    texts = Texts.load("zh-CN", shared("texts"))
    for fault in Fault:
        assert texts.get(f"scan.fault.{fault}") != f"scan.fault.{fault}"
    for bad in Bad:
        assert "{" not in texts.get(f"scan.bad.{bad}", file="x", limit=1, width=2, height=3, error="e")


def test_corners_begin_at_the_pages_own_top_left():
    picture = scenes.scene(scenes.UPRIGHT)
    upright = judge(picture, find(picture)[0].quad).corners
    assert np.abs(upright - np.array(scenes.UPRIGHT)).max() < 2
    picture = np.ascontiguousarray(np.rot90(picture))
    turned = judge(picture, find(picture)[0].quad).corners
    # Turned to the left by a quarter, the page's top left lies at the picture's bottom left.
    assert turned[0][0] < turned[2][0]
    assert turned[0][1] > turned[2][1]


# --- sharpness, glare ---------------------------------------------------------------------------------------


def test_sharpness_does_not_depend_on_how_much_stands_on_the_page():
    full = np.ascontiguousarray(np.asarray(scenes.page())[:, :, ::-1])
    sparse = np.full_like(full, 245)
    sparse[120:200, 200:1040] = full[120:200, 200:1040]
    sparse[700:860, 100:1140] = full[700:860, 100:1140]
    assert sharpness(sparse) == pytest.approx(sharpness(full), abs=0.09)


def test_sharpness_is_told_from_blur_whatever_the_light():
    for light in (0.5, 0.75, 1.0):
        page = Image.eval(scenes.page(), lambda v, light=light: int(v * light))
        sharp, soft = (
            sharpness(np.ascontiguousarray(np.asarray(page.filter(ImageFilter.GaussianBlur(r)))[:, :, ::-1]))
            for r in (0.6, 2.4)
        )
        assert soft < 0.42 < sharp


def test_an_over_exposed_sheet_is_no_glare_and_a_lamp_is():
    page = np.full((900, 640, 3), 252, np.uint8)
    assert glare(page) == 0.0
    dim = np.full((900, 640, 3), 205, np.uint8)
    spot = dim.copy()
    cv2.circle(spot, (300, 400), 90, (255, 255, 255), -1)
    assert glare(cv2.GaussianBlur(spot, (0, 0), 8)) > 0.02
    assert glare(dim) == 0.0


def test_a_bright_field_whose_strokes_can_be_read_is_no_glare():
    page = np.full((900, 640, 3), 200, np.uint8)
    page[:400] = 255
    assert glare(page) > 0.3
    for y in range(30, 900, 40):
        for x in range(40, 600, 26):
            cv2.rectangle(page, (x, y), (x + 16, y + 18), (60, 60, 60), 3)
    assert glare(page) == 0.0


def test_a_cover_with_a_line_of_gold_is_sharp():
    one = scene("dark", 3)
    sharp = sharpness(straighten(one.picture, one.pages[0]))
    assert sharp is None or sharp > 0.42


# --- the same page again ------------------------------------------------------------------------------------


def test_a_page_is_known_again_wherever_it_lies_and_whichever_way_up():
    one = face_of(page_of(scenes.scene(scenes.UPRIGHT)))
    moved = page_of(scenes.scene(scenes.TURNED, desk=scenes.GREEN, seed=5, noise=6.0))
    assert is_same(one, face_of(moved))
    assert is_same(one, face_of(np.ascontiguousarray(np.rot90(moved, 2))))


def test_another_page_is_another_page():
    faces = [
        face_of(straighten(s.picture, s.pages[0]))
        for s in (scene("clean", n, (864, 648)) for n in (1, 2, 5, 6))
    ]
    same = [(a, b) for a in range(4) for b in range(a) if is_same(faces[a], faces[b])]
    assert same == []


def test_a_blank_page_is_like_no_other():
    blank = face_of(np.full((900, 640, 3), 240, np.uint8))
    assert not is_same(blank, blank)
